/** Columns about what a group cost. */
import { moneyText, NOTHING, number, type TextColumn } from './table.ts';

export const SPEND_COLUMNS: readonly TextColumn[] = ['spend', 'cost each', 'return'].map((name) => ({
  name,
  right: true,
}));

/** Spend, cost of a credited conversion, and return on spend of a row. */
export function spendCells(row: Record<string, unknown>): string[] {
  const amount = (value: unknown): string => (typeof value === 'string' ? moneyText(value) : NOTHING);
  const back = row['return_on_ad_spend'];
  return [
    amount(row['spend']),
    amount(row['cost_per_conversion']),
    typeof back === 'number' ? number(back, 2) : NOTHING,
  ];
}
