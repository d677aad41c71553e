/**
 * Many rows on their way into a table: through a file of JSON lines, which DuckDB reads with its own threads. The appender of its
 * client works on the event loop and stands still for 15 to 30 microseconds a row; here only the text is made on the loop,
 * some rows at a time.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { TributaryError } from '../../domain/errors.ts';
import { jsonRow } from '../cells.ts';
import type { Column, ColumnType, Row } from '../schema.ts';
import { patternless } from './paths.ts';

/** Text of so many characters is made at once; then others have their turn. It takes about a millisecond. */
const TURN_CHARACTERS = 100_000;
/** Rows whose texts are short also end a turn. */
const TURN_ROWS = 200;

/** The folder of these files: beside the warehouse, or a temporary one for a warehouse in memory. Only its owner may read it. */
export class RowsFolder {
  private made: string | undefined;
  private files = 0;

  constructor(private readonly warehouse_path: string) {
    // What a crash left behind. Its rows were not committed; the spool still holds them.
    if (warehouse_path !== ':memory:') rmSync(this.besideWarehouse, { recursive: true, force: true });
  }

  /** A path that no other call gets. */
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
 * Inserts rows by the names of their columns, inside the caller's transaction. `target` is the table as SQL names it.
 * @throws RowFault before the engine is asked; warehouse_unavailable when the file cannot be written.
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

/** Writes one JSON array a row, in the order of `columns`. Returns the most bytes that a line may have. */
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

/** DuckDB sizes its buffers by the longest line that it may meet. */
const LEAST_LINE_BYTES = 1_000_000;

/** Each line is read as a list of texts, which is cheaper than an object with the names of all columns in every row. */
function insertStatement(target: string, columns: readonly Column[], path: string, longest: number): string {
  const names = columns.map(({ name }) => name);
  const values = columns.map(({ type }, i) => FROM_TEXT[type](`cells[${i + 1}]`));
  return `insert into ${target} (${names.join(', ')}) select ${values.join(', ')} from read_json('${patternless(path)}',
    format = 'newline_delimited', records = false, columns = {cells: 'varchar[]'}, auto_detect = false,
    hive_partitioning = false, compression = 'uncompressed', maximum_object_size = ${Math.max(LEAST_LINE_BYTES, longest)})`;
}

const FROM_TEXT: Record<ColumnType, (cell: string) => string> = {
  text: (cell) => cell,
  int64: (cell) => `${cell}::bigint`,
  float64: (cell) => `${cell}::double`,
  instant: (cell) => `make_timestamp_ms(${cell}::bigint)`,
};

/** A full disk, say: the rows are not at fault. */
function unwritable(cause: unknown): unknown {
  if (!(cause instanceof Error) || !('syscall' in cause)) return cause;
  return new TributaryError(
    'warehouse_unavailable',
    `the warehouse file cannot take rows now (${cause.message}); make room on its disk, and check that its folder can be written`,
    { cause, retry_after_s: 5 },
  );
}
