/** Writes the main table of a report as CSV (RFC 4180) that a spreadsheet can open safely. */

import { shownJson, shownLines } from '../domain/text.ts';
import type { ReportJson } from '../reports/context.ts';
import type { MainTable } from '../reports/declare.ts';
import { isObject } from './any.ts';

type Row = Record<string, unknown>;

/**
 * The main table of a report as CSV, with a header row and CRLF line ends. Without a main table, its values by name.
 * A large table is long work: each step of it gives a part of the text, which may be empty.
 */
export function* csvParts(answer: ReportJson, table: MainTable | null): Generator<string> {
  if (table === null) {
    yield csvLine(['name', 'value']);
    for (const leaf of leaves(answer)) yield csvLine(leaf);
    return;
  }
  // Nested values get columns of their own, such as `credit.linear.share`. Lists stay JSON.
  const columns = new Set<string>();
  for (const row of rowsOf(answer, table)) {
    for (const [name] of leaves(row)) columns.add(name);
    yield '';
  }
  yield csvLine([...columns]);
  for (const row of rowsOf(answer, table)) {
    const cells = Object.fromEntries(leaves(row));
    yield csvLine([...columns].map((column) => cells[column]));
  }
}

/** {@link csvParts} as one text. */
export function toCsv(answer: ReportJson, table: MainTable | null): string {
  return [...csvParts(answer, table)].join('');
}

/** The rows of the main table. If several parts of the answer have such rows, a column names the part. */
function* rowsOf(answer: ReportJson, { rows, parts }: MainTable): Generator<Row> {
  const by_name = parts && answer[parts.field];
  if (!isObject(by_name)) {
    yield* answer[rows] as Row[];
    return;
  }
  for (const [name, part] of Object.entries(by_name))
    for (const row of rowsOf(part as ReportJson, { rows })) yield { [parts!.column]: name, ...row };
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

function csvLine(cells: readonly unknown[]): string {
  return cells.map(csvCell).join(',') + '\r\n';
}

/** One cell of an answer. Control and unseen characters are replaced, except line breaks. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const raw = typeof value === 'object' ? shownJson(JSON.stringify(value)) : String(value);
  const text = (isFormula(raw) ? "'" : '') + shownLines(raw);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
