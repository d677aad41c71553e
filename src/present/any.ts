/** Shows reports that have no terminal table of their own: values by name, lists as tables. */
import type { ReportJson } from '../reports/context.ts';
import { line } from './clip.ts';
import { more } from './head.ts';
import { moneyText, NOTHING, pairs, percent, textTable } from './table.ts';

type Row = Record<string, unknown>;

const IN_TITLE = new Set([
  'report_period',
  'currency',
  'as_of',
  'config_hash',
  'pinned_models',
  'generated_at',
  'attribution_model',
  'attribution_models',
  'warnings',
  'definitions',
]);

/**
 * The values and tables of `report`, without the fields that the title shows.
 * @param main the table that comes first.
 */
export function showAny(report: ReportJson, limit: number, main?: string): string {
  const entries = Object.entries(report).filter(([name]) => !IN_TITLE.has(name) && !name.endsWith('_micros'));
  if (main !== undefined) entries.sort(([a], [b]) => Number(b === main) - Number(a === main));
  const simple = entries.filter(([, value]) => !isObject(value) && !isTable(value));
  const blocks = entries.filter(([, value]) => isObject(value) || isTable(value));
  const values = simple.map(([name, value]): [string, string] => [words(name), cell(name, value)]);
  return (values.length > 0 ? pairs(values) : '') + blocks.map(([name, value]) => block(name, value, limit)).join('');
}

function block(name: string, value: unknown, limit: number): string {
  const heading = line`\n${words(name)}\n`;
  return heading + (isTable(value) ? tableOf(value, limit) : showAny(value as ReportJson, limit));
}

/** A table with the columns of the rows shown, in order of appearance. Only the JSON shows nested values and raw micros. */
export function tableOf(rows: readonly Row[], limit: number, wanted?: readonly string[]): string {
  const shown = rows.slice(0, limit);
  const used = usedColumns(shown, wanted);
  return (
    textTable(
      used.map(({ key, ...column }) => ({ ...column, name: words(key) })),
      shown.map((row) => used.map(({ key }) => cell(key, row[key]))),
    ) + more(rows.length, shown.length)
  );
}

/** The columns of rows that have a simple value somewhere, by the keys of the rows. */
export function usedColumns(rows: readonly Row[], wanted?: readonly string[]): Array<{ key: string; right: boolean }> {
  const names = wanted ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const used = names.filter(
    (name) =>
      !name.endsWith('_micros') &&
      rows.some((row) => !isObject(row[name]) && !isTable(row[name]) && row[name] !== null && row[name] !== undefined),
  );
  return used.map((key) => ({
    key,
    right: rows.some((row) => typeof row[key] === 'number' || isMoney(key, row[key])),
  }));
}

/** One value as text. It recognises money by its form and rates by their name. */
export function cell(name: string, value: unknown): string {
  if (value === null || value === undefined) return NOTHING;
  if (isMoney(name, value)) return moneyText(value);
  if (typeof value === 'number')
    return /(_rate|_share)$|(^|\.)share(_of_\w+)?$/.test(name)
      ? percent(value)
      : value.toLocaleString('en-US', { maximumFractionDigits: 4 });
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function isMoney(name: string, value: unknown): boolean {
  return typeof value === 'string' && !name.endsWith('_id') && /^-?\d+\.\d{6}$/.test(value);
}

export function words(name: string): string {
  return name.replaceAll('_', ' ');
}

export function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isTable(value: unknown): value is Row[] {
  return Array.isArray(value) && value.length > 0 && value.every(isObject);
}
