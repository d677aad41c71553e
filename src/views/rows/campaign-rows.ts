/** The rows of the views of campaigns and emails: those of the report, field by field. */
import { parseScaledDecimal } from '../../domain/money.ts';
import { campaigns } from '../../reports/campaigns.ts';
import type { Asker, ReportContext, ReportJson } from '../../reports/context.ts';
import type { View, ViewType } from '../declare.ts';

export type Cell = string | number | null;

/** The `by` of the report that makes a view. */
export const REPORTED: Readonly<Record<string, string>> = { campaigns: 'campaign_id', emails: 'email_id' };

/** Micros or millionths: both have six decimals. */
const DECIMALS = 6;

/** The rows of the view under one model, as cells in the order of its columns. */
export async function campaignRowsOf(
  view: View,
  context: ReportContext,
  asked: ReportJson & { model: string },
  asker: Asker,
): Promise<Cell[][]> {
  const answer = await campaigns.run(context, { ...asked, by: REPORTED[view.name] }, asker);
  const columns = Object.entries(view.columns);
  return (answer['campaigns'] as ReportJson[]).map((row) =>
    columns.map(([name, { type }]) => (name === 'model' ? asked.model : cellOf(row, name, type))),
  );
}

function cellOf(row: ReportJson, name: string, type: ViewType): Cell {
  const value = row[name] as Cell | undefined;
  if (value === null || value === undefined) return null;
  if (type === 'amount') return String(row[`${name}_micros`] ?? scaled(value));
  if (type === 'share') return scaled(value);
  return value;
}

/** A decimal of a report as millionths. The report gives it with at most six decimals. */
function scaled(value: string | number): number {
  return parseScaledDecimal(value, DECIMALS, DECIMALS, 'a view') as number;
}
