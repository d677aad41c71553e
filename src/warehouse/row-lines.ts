/**
 * Rows as the text that engines read: a JSON array for each row, in the order of its columns, on a line of its own. The text is made in
 * small pieces, on the event loop or in another thread, which needs no engine for it.
 */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { jsonCell, jsonRow } from './cells.ts';
import type { Batch, RowsTarget, WrittenRows } from './port.ts';
import { type Cell, type Column, type Row, TABLE_NAMES, TABLES, type TableName } from './schema.ts';
import { WorkTurns } from './work-turns.ts';

/** After this many characters of text, other work gets a turn of the event loop. They take about a millisecond. */
const TURN_CHARACTERS = 100_000;
/** After this many rows, other work gets a turn, even if their text is short. */
const TURN_ROWS = 200;

/** Writes one JSON array per row, in the order of `columns`. @returns an upper bound for the bytes of a line. @throws RowFault. */
export async function writeLines(
  path: string,
  table: string,
  columns: readonly Column[],
  rows: readonly Row[],
): Promise<number> {
  let longest = 0;
  let file: FileHandle | undefined;
  try {
    for (let start = 0; start < rows.length; ) {
      let text = '';
      let at = start;
      for (; at < rows.length && at - start < TURN_ROWS && text.length < TURN_CHARACTERS; at++) {
        const line = `${JSON.stringify(jsonRow(table, columns, rows[at]!))}\n`;
        // A character of UTF-16 takes at most three bytes of UTF-8.
        longest = Math.max(longest, line.length * 3);
        text += line;
      }
      file ??= await open(path, 'wx', 0o600);
      await file.appendFile(text);
      start = at;
      await nextTurn();
    }
    return longest;
  } finally {
    await file?.close();
  }
}

/** The columns in which a row has a value or must have one. What is left out is null, and need not be written or read. */
export function filledColumns(columns: readonly Column[], rows: readonly Row[]): Column[] {
  return columns.filter(({ name, nullable }) => !nullable || rows.some((row) => (row[name] ?? null) !== null));
}

/** The lines of rows in one text, in which instants are texts, too. Every row is checked. @throws RowFault naming table and column. */
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

/** Writes all rows of a batch to a target. @throws RowFault; then no file of the target is left. */
export async function writeRows(target: RowsTarget, batch: Batch): Promise<WrittenRows[]> {
  const written: WrittenRows[] = [];
  try {
    for (const [table, rows] of Object.entries(batch) as Array<[TableName, Row[]]>) {
      const { columns } = TABLES[table];
      if (target.form === 'files') {
        const path = fileOf(target.path, table);
        const filled = filledColumns(columns, rows);
        written.push({ table, columns: filled, path, longest_bytes: await writeLines(path, table, filled, rows) });
      } else {
        written.push({ table, lines: new TextEncoder().encode(await toLines(table, columns, rows)) });
      }
    }
    return written;
  } catch (error) {
    await discardRows(target);
    throw error;
  }
}

/** Removes the files of a target that no batch will use, for example because their thread ended. */
export async function discardRows(target: RowsTarget): Promise<void> {
  if (target.form === 'files') for (const table of TABLE_NAMES) await rm(fileOf(target.path, table), { force: true });
}

function fileOf(path: string, table: TableName): string {
  return `${path}.${table}`;
}
