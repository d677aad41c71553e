/**
 * Converts rows to and from ClickHouse's JSON. Integers are digits and instants are texts, so that nothing is rounded to a
 * double.
 */
import { jsonCell } from '../cells.ts';
import type { Cell, Column, Row } from '../schema.ts';

/** The lines of an insert. Every row is checked before the first one is sent. @throws RowFault naming table and column. */
export function toLines(table: string, columns: readonly Column[], rows: readonly Row[]): string {
  const lines = new Array<string>(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    lines[i] = JSON.stringify(columns.map((column) => toJson(table, column, row[column.name])));
  }
  return lines.join('\n');
}

function toJson(table: string, column: Column, cell: Cell | undefined): string | number | null {
  const value = jsonCell(table, column, cell);
  return column.type === 'instant' && value !== null ? timestamp(value as number) : value;
}

/** An instant such as `2026-03-01 12:00:00.007`. Its year has four digits. */
function timestamp(ms: number): string {
  const text = new Date(ms).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 23)}`;
}

/** The rows of an answer in JSONCompactEachRowWithNamesAndTypes. Integers of 64 bits and more become bigint. */
export function fromLines<R extends Row>(text: string): R[] {
  const lines = text.split('\n');
  const names = JSON.parse(lines[0]!) as string[];
  const readers = (JSON.parse(lines[1]!) as string[]).map(reader);
  const rows: R[] = [];
  for (let i = 2; i < lines.length; i++) {
    if (lines[i] === '') continue;
    const cells = JSON.parse(lines[i]!) as Cell[];
    const row: Row = {};
    for (let c = 0; c < names.length; c++) {
      const cell = cells[c]!;
      row[names[c]!] = cell === null ? null : readers[c]!(cell);
    }
    rows.push(row as R);
  }
  return rows;
}

function reader(type: string): (cell: Cell) => Cell {
  if (/^(LowCardinality\()?(Nullable\()?U?Int(64|128|256)\b/.test(type)) return (cell) => BigInt(cell!);
  // Infinity and NaN are texts in the answer.
  if (/^(Nullable\()?Float/.test(type))
    return (cell) => Number(cell === '-inf' ? -Infinity : cell === 'inf' ? Infinity : cell);
  return (cell) => cell;
}
