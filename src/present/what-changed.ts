/** The report on changes on a terminal: each group by cause, all groups together, and the largest changes in words. */
import type { ReportJson } from '../reports/context.ts';
import { CAUSES, TOTAL_CAUSES } from '../reports/what-changed/causes.ts';
import { changeCells } from './changes.ts';
import { line } from './clip.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { exactDecimals, money, NOTHING, pairs, textTable } from './table.ts';

type Row = Record<string, unknown>;

export function showWhatChanged(report: ReportJson, limit: number): string {
  const rows = report['changes'] as Row[];
  const keys = report['group_by'] as string[];
  const causes = CAUSES.filter((cause) => rows.some((row) => causeOf(row, cause) !== '0'));
  const columns = [
    ...keys.map((key) => ({ name: key.replace('_id', '') })),
    ...[`now ${report['currency']}`, 'before', 'change', 'change %', ...causes.map(worded)].map((name) => ({
      name,
      right: true,
    })),
  ];
  const shown = rows.slice(0, limit);
  const lines = shown.map((row) => [
    ...keys.map((key) => String(row[key] ?? NOTHING)),
    money(row['attributed_revenue_micros'] as string),
    ...changeCells(report, row, 'attributed_revenue'),
    ...causes.map((cause) => money(causeOf(row, cause))),
  ]);
  return (
    reportTitle('What changed', report) +
    textTable(columns, lines) +
    more(rows.length, shown.length) +
    `\n${pairs(bridge(report))}` +
    movers(report) +
    reportWarnings(report)
  );
}

const worded = (name: string): string => name.replaceAll('_', ' ');
const causeOf = (row: Row, cause: string): string => (row['causes'] as Record<string, string>)[`${cause}_micros`]!;

type ComparedRow = Row & { previous: Row };
const micros = (row: Row, name: string): bigint => BigInt((row[`${name}_micros`] ?? '0') as string);

/** From the net revenue of the earlier period to that of this one. It shows as many decimals as adding up needs. */
function bridge(report: ReportJson): [string, string][] {
  const totals = report['totals'] as ComparedRow;
  const steps: [string, bigint][] = [
    ...TOTAL_CAUSES.map((cause): [string, bigint] => [`  ${worded(cause)}`, BigInt(causeOf(totals, cause))]),
    ...(report['unattributed'] as (ComparedRow & { reason: string })[]).map((row): [string, bigint] => [
      `  unattributed: ${worded(row.reason)}`,
      micros(row, 'unattributed_revenue') - micros(row.previous, 'unattributed_revenue'),
    ]),
    ['  filtered out', micros(totals, 'filtered_revenue') - micros(totals.previous, 'filtered_revenue')],
  ];
  const all: [string, bigint][] = [
    ['net revenue before', micros(totals.previous, 'net_revenue')],
    ...steps.filter(([, amount]) => amount !== 0n),
    ['net revenue now', micros(totals, 'net_revenue')],
  ];
  const decimals = exactDecimals(all.map(([, amount]) => amount));
  return all.map(([name, amount]) => [name, money(amount, decimals)]);
}

function movers(report: ReportJson): string {
  const found = report['movers'] as { message: string }[];
  if (found.length === 0) return '';
  return `\nThe largest changes\n${found.map(({ message }) => line`  - ${message}\n`).join('')}`;
}
