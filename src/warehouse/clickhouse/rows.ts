/**
 * Converts rows to and from ClickHouse's JSON. Integers are digits and instants are texts, so that nothing is rounded to a
 * double.
 */
import { jsonCell } from '../cells.ts';
import type { Cell, Column, Row } from '../schema.ts';
import { WorkTurns } from '../work-turns.ts';

/** The lines of an insert, made in turns. Every row is checked before the first one is sent. @throws RowFault naming table and column. */
export async function toLines(table: string, columns: readonly Column[], rows: readonly Row[]): Promise<string> {
  const turns = new WorkTurns();
  const lines: string[] = [];
  for (const row of rows) {
    lines.push(toLine(table, columns, row));
    if (turns.ends()) await turns.next();
  }
  return lines.join('\n');
}

/** One line of {@link toLines}. */
export function toLine(table: string, columns: readonly Column[], row: Row): string {
  return JSON.stringify(columns.map((column) => toJson(table, column, row[column.name])));
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

/** The rows of an answer in JSONCompactEachRowWithNamesAndTypes, made in turns. Integers of 64 bits and more become bigint. */
export async function fromLines<R extends Row>(text: string): Promise<R[]> {
  const turns = new WorkTurns();
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
    if (turns.ends()) await turns.next();
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
