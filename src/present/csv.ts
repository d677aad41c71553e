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

type Row = Record<string, unknown>;

/**
 * The main table of a report as CSV, with a header row and CRLF line ends. Without a main table, its values by name.
 * A large table is long work: each step of it gives a part of the text, which may be empty.
 */
export function* csvParts(answer: ReportJson, table: MainTable | null, style: CsvStyle = 'plain'): Generator<string> {
  const { begin, separator } = CSV_STYLES[style];
  const line = (cells: readonly string[]): string => `${cells.join(separator)}\r\n`;
  const header = (names: Iterable<string>): string => line(Array.from(names, (name) => csvCell(name, separator)));
  yield begin;
  if (table === null) {
    yield header(['name', 'value']);
    for (const [name, value] of leaves(answer)) yield line([csvCell(name, separator), styledCell(name, value, style)]);
    return;
  }
  // Nested values get columns of their own, such as `credit.linear.share`. Lists stay JSON.
  const names = new Set<string>();
  const rows: Row[] = [];
  for (const row of rowsOf(answer, table)) {
    const flat = leaves(row);
    for (const [name] of flat) names.add(name);
    rows.push(Object.fromEntries(flat));
    yield '';
  }
  yield header(names);
  for (const row of rows) yield line(Array.from(names, (name) => styledCell(name, row[name], style)));
}

/** {@link csvParts} as one text. */
export function toCsv(answer: ReportJson, table: MainTable | null, style?: CsvStyle): string {
  return [...csvParts(answer, table, style)].join('');
}

/** The rows of the main table. If several parts of the answer have such rows, a column names the part. */
function* rowsOf(answer: ReportJson, { rows, also = [], parts }: MainTable): Generator<Row> {
  const by_name = parts && answer[parts.field];
  if (!isObject(by_name)) {
    for (const field of [rows, ...also]) yield* (answer[field] ?? []) as Row[];
    return;
  }
  for (const [name, part] of Object.entries(by_name))
    for (const row of rowsOf(part as ReportJson, { rows, also })) yield { [parts!.column]: name, ...row };
}

/** The simple values of a row by name: those within others as `outer.inner`. */
export function leaves(value: Record<string, unknown>, prefix = ''): [string, unknown][] {
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

/** One cell of a column. Numbers and amounts have the decimal sign of the style. */
function styledCell(column: string, value: unknown, style: CsvStyle): string {
  const { separator, decimal } = CSV_STYLES[style];
  return decimal === ',' && isDecimal(column, value) ? String(value).replace('.', ',') : csvCell(value, separator);
}

/** True for numbers and amounts. The keys of groups are texts, also where they look like one. */
function isDecimal(column: string, value: unknown): boolean {
  if (typeof value === 'number') return true;
  const name = column.slice(column.lastIndexOf('.') + 1);
  return !GROUP_FIELDS.includes(name) && isMoney(name, value);
}

/** One cell of an answer. Control and unseen characters are replaced, except line breaks. */
export function csvCell(value: unknown, separator = ','): string {
  if (value === null || value === undefined) return '';
  const raw = typeof value === 'object' ? shownJson(JSON.stringify(value)) : String(value);
  const text = (isFormula(raw) ? "'" : '') + shownLines(raw);
  return text.includes(separator) || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
