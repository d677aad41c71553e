/** Writes the main table of a report as CSV (RFC 4180) that a spreadsheet can open safely. */

import { BYTE_ORDER_MARK, shownJson, shownLines } from '../domain/text.ts';
import type { ReportJson } from '../reports/context.ts';
import type { MainTable } from '../reports/declare.ts';
import { GROUP_FIELDS } from '../reports/groups.ts';
import { isMoney, isObject } from './any.ts';

/** How a CSV is written: for programs, or for Excel, which opens files in the form of its language. */
export const CSV_STYLES = {
  plain: { begin: '', separator: ',', decimal: '.' },
  excel: { begin: BYTE_ORDER_MARK, separator: ';', decimal: ',' },
  excel_us: { begin: BYTE_ORDER_MARK, separator: ',', decimal: '.' },
} as const;
export type CsvStyle = keyof typeof CSV_STYLES;
export const CSV_STYLE_NAMES = Object.keys(CSV_STYLES) as CsvStyle[];

interface FlatTable {
  columns: string[];
  rows: unknown[][];
}

/** The main table of a report as CSV, with a header row and CRLF line ends. Without a main table, its values by name. */
export function toCsv(answer: ReportJson, table: MainTable | null, style: CsvStyle = 'plain'): string {
  const { columns, rows } =
    table === null ? { columns: ['name', 'value'], rows: leaves(answer) } : flatten(rowsOf(answer, table));
  const { begin, separator, decimal } = CSV_STYLES[style];
  const cell = (value: unknown, i: number): string =>
    decimal === ',' && isDecimal(columns[i]!, value) ? String(value).replace('.', ',') : csvCell(value, separator);
  const lines = [columns.map((name) => csvCell(name, separator)), ...rows.map((row) => row.map(cell))];
  return begin + lines.map((line) => `${line.join(separator)}\r\n`).join('');
}

/** True for numbers and amounts. The keys of groups are texts, also where they look like one. */
function isDecimal(column: string, value: unknown): boolean {
  if (typeof value === 'number') return true;
  const name = column.slice(column.lastIndexOf('.') + 1);
  return !GROUP_FIELDS.includes(name) && isMoney(name, value);
}

/** The rows of the main table. If several parts of the answer have such rows, a column names the part. */
function rowsOf(answer: ReportJson, { rows, also = [], parts }: MainTable): Record<string, unknown>[] {
  const by_name = parts && answer[parts.field];
  if (!isObject(by_name)) return [rows, ...also].flatMap((field) => (answer[field] ?? []) as Record<string, unknown>[]);
  return Object.entries(by_name).flatMap(([name, part]) =>
    rowsOf(part as ReportJson, { rows, also }).map((row) => ({ [parts!.column]: name, ...row })),
  );
}

/** Gives nested values columns of their own, such as `credit.linear.share`. Lists stay JSON. */
function flatten(nested: readonly Record<string, unknown>[]): FlatTable {
  const rows = nested.map((row) => Object.fromEntries(leaves(row)));
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { columns, rows: rows.map((row) => columns.map((column) => row[column] ?? null)) };
}

function leaves(value: Record<string, unknown>, prefix = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([name, inner]) =>
    isObject(inner) ? leaves(inner, `${prefix}${name}.`) : [[prefix + name, inner] as [string, unknown]],
  );
}

/** What a spreadsheet may take for a formula, also behind characters that it skips, and with the wide signs of Chinese and Japanese. */
const FORMULA = '^[\\s\\p{C}]*[=+@＝＋－＠-]|^[\\t\\r\\n]';
const PLAIN_NUMBER = '^[+-]?[0-9]+([.][0-9]+)?$';
const [formula, plain_number] = [new RegExp(FORMULA, 'u'), new RegExp(PLAIN_NUMBER)];

function isFormula(text: string): boolean {
  return formula.test(text) && !plain_number.test(text);
}

/** Text that a spreadsheet would run as a formula gets a leading apostrophe. Plain numbers stay numbers. */
export function guarded(text: string): string {
  return isFormula(text) ? `'${text}` : text;
}

/** {@link guarded} as SQL of DuckDB over a text. Both read the same patterns. */
export function guardedSql(text: string): string {
  return `case when regexp_matches(${text}, '${FORMULA}') and not regexp_matches(${text}, '${PLAIN_NUMBER}') then '''' || ${text} else ${text} end`;
}

/** One cell of an answer. Control and unseen characters are replaced, except line breaks. */
export function csvCell(value: unknown, separator = ','): string {
  if (value === null || value === undefined) return '';
  const raw = typeof value === 'object' ? shownJson(JSON.stringify(value)) : String(value);
  const text = (isFormula(raw) ? "'" : '') + shownLines(raw);
  return text.includes(separator) || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
