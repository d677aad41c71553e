/**
 * Writes many rows into a table through a file of JSON lines, which DuckDB reads with its own threads. The appender of DuckDB's
 * client would block the event loop for 15 to 30 microseconds per row. Here only the text is made on the event loop, in small
 * pieces.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { readPath } from '../../files/path-sql.ts';
import { jsonRow } from '../cells.ts';
import type { Column, ColumnType, Row } from '../schema.ts';
import { unavailable } from './failures.ts';

/** After this many characters of text, other work gets a turn of the event loop. They take about a millisecond. */
const TURN_CHARACTERS = 100_000;
/** After this many rows, other work gets a turn, even if their text is short. */
const TURN_ROWS = 200;

/**
 * The folder of these files: beside the warehouse file, or a temporary folder for a warehouse in memory. Only its owner may read
 * it.
 */
export class RowsFolder {
  private made: string | undefined;
  private files = 0;

  constructor(private readonly warehouse_path: string) {
    // Removes files that a crash left. Their rows were not committed, and the spool still holds them.
    if (warehouse_path !== ':memory:') rmSync(this.besideWarehouse, { recursive: true, force: true });
  }

  /** A new path, different for each call. */
  newPath(): string {
    this.made ??= this.make();
    this.files += 1;
    return join(this.made, `${this.files}.ndjson`);
  }

  remove(): void {
    if (this.made !== undefined) rmSync(this.made, { recursive: true, force: true });
    this.made = undefined;
  }

  private get besideWarehouse(): string {
    return `${this.warehouse_path}.rows`;
  }

  private make(): string {
    if (this.warehouse_path === ':memory:') return mkdtempSync(join(tmpdir(), 'tributary-rows-'));
    mkdirSync(this.besideWarehouse, { recursive: true, mode: 0o700 });
    return this.besideWarehouse;
  }
}

/**
 * Inserts rows by the names of their columns, inside the caller's transaction. `target` is the table name as SQL.
 * @throws RowFault before the engine runs anything; warehouse_unavailable when the file cannot be written.
 */
export async function insertThroughFile(
  connection: DuckDBConnection,
  folder: RowsFolder,
  { target, table }: { target: string; table: string },
  columns: readonly Column[],
  rows: readonly Row[],
): Promise<void> {
  let path: string | undefined;
  try {
    path = folder.newPath();
    const longest = await writeLines(path, table, columns, rows);
    await connection.run(insertStatement(target, columns, path, longest));
  } catch (cause) {
    throw unwritable(cause);
  } finally {
    if (path !== undefined) await rm(path, { force: true });
  }
}

/** Writes one JSON array per row, in the order of `columns`. @returns an upper bound for the bytes of a line. */
async function writeLines(
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

/** The smallest line length to give to DuckDB, which sizes its buffers by the longest line. */
const LEAST_LINE_BYTES = 1_000_000;

/** Each line is read as a list of texts. That is cheaper than objects, which repeat all column names in every row. */
function insertStatement(target: string, columns: readonly Column[], path: string, longest: number): string {
  const names = columns.map(({ name }) => name);
  const values = columns.map(({ type }, i) => FROM_TEXT[type](`cells[${i + 1}]`));
  return `insert into ${target} (${names.join(', ')}) select ${values.join(', ')} from read_json(${readPath(path)},
    format = 'newline_delimited', records = false, columns = {cells: 'varchar[]'}, auto_detect = false,
    hive_partitioning = false, compression = 'uncompressed', maximum_object_size = ${Math.max(LEAST_LINE_BYTES, longest)})`;
}

const FROM_TEXT: Record<ColumnType, (cell: string) => string> = {
  text: (cell) => cell,
  int64: (cell) => `${cell}::bigint`,
  float64: (cell) => `${cell}::double`,
  instant: (cell) => `make_timestamp_ms(${cell}::bigint)`,
};

/** The error for a file that cannot be written, for example on a full disk. The rows are not at fault. */
function unwritable(cause: unknown): unknown {
  if (!(cause instanceof Error) || !('syscall' in cause)) return cause;
  return unavailable(cause, 'write');
}
