/** Columns that set a figure beside that of an earlier period. */
import type { ReportJson } from '../reports/context.ts';
import { money, moneyText, NOTHING, number, type TextColumn } from './table.ts';

type Row = Record<string, unknown>;

/** The columns of a compared amount, without those of the amount itself; none if the report compares nothing. */
export function changeColumns(report: ReportJson): TextColumn[] {
  if (report['comparison'] === undefined) return [];
  return ['before', 'change', 'change %'].map((name) => ({ name, right: true }));
}

/** The cells of {@link changeColumns} for the amount `name` of a row. */
export function changeCells(report: ReportJson, row: Row, name: string, decimals = 2): string[] {
  if (report['comparison'] === undefined) return [];
  const [previous, change] = [part(row, 'previous'), part(row, 'change')];
  return [
    amount(previous, name, decimals),
    amount(change, name, decimals),
    percentChange(part(row, 'change_percent')[name]),
  ];
}

const part = (row: Row, name: string): Row => (row[name] ?? {}) as Row;

function amount(figures: Row, name: string, decimals: number): string {
  const micros = figures[`${name}_micros`];
  const figure = figures[name];
  if (typeof figure === 'number') return number(figure);
  return typeof micros === 'string' ? money(micros, decimals) : moneyText(figure);
}

function percentChange(value: unknown): string {
  return typeof value === 'number' ? `${value > 0 ? '+' : ''}${number(value, 1)} %` : NOTHING;
}

/** By how much a figure changed, such as "+20.0 %"; undefined if nothing is compared. */
export function changeOf(row: Row, name: string): string | undefined {
  return row['change_percent'] === undefined ? undefined : percentChange(part(row, 'change_percent')[name]);
}

/** A figure with its change, such as "12 (+20.0 %)". */
export function withChange(shown: string, row: Row, name: string): string {
  const change = changeOf(row, name);
  return change === undefined ? shown : `${shown} (${change})`;
}
