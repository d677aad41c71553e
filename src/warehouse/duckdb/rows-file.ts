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
import { jsonCell } from '../cells.ts';
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
  const path = folder.newPath();
  try {
    const longest = await writeLines(path, table, columns, rows).catch((cause) => {
      throw unwritable(cause);
    });
    await connection.run(insertStatement(target, columns, path, longest));
  } finally {
    await rm(path, { force: true });
  }
}

/** Writes one JSON object a row. Returns the bytes of the longest line. */
async function writeLines(
  path: string,
  table: string,
  columns: readonly Column[],
  rows: readonly Row[],
): Promise<number> {
  const keys = columns.map(({ name }) => `"${name}":`);
  let longest = 0;
  let file: FileHandle | undefined;
  try {
    for (let start = 0; start < rows.length; ) {
      let text = '';
      let at = start;
      for (; at < rows.length && at - start < TURN_ROWS && text.length < TURN_CHARACTERS; at++) {
        const line = lineOf(table, columns, keys, rows[at]!);
        // A character of UTF-16 takes at most three bytes of UTF-8.
        longest = Math.max(longest, line.length * 3);
        text += line;
      }
      file ??= await open(path, 'wx', 0o600);
      await file.write(text);
      start = at;
      await nextTurn();
    }
    return longest;
  } finally {
    await file?.close();
  }
}

/** A column without a value is left out: DuckDB makes it null. */
function lineOf(table: string, columns: readonly Column[], keys: readonly string[], row: Row): string {
  let line = '{';
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!;
    const value = jsonCell(table, column, row[column.name]);
    if (value === null) continue;
    if (line.length > 1) line += ',';
    line += keys[i]! + (typeof value === 'number' ? String(value) : JSON.stringify(value));
  }
  return line + '}\n';
}

const JSON_TYPES: Record<ColumnType, string> = {
  text: 'varchar',
  int64: 'bigint',
  float64: 'double',
  instant: 'bigint',
};
/** DuckDB sizes its buffers by the longest line that it may meet. */
const LEAST_LINE_BYTES = 1_000_000;

function insertStatement(target: string, columns: readonly Column[], path: string, longest: number): string {
  const names = columns.map(({ name }) => name);
  const values = columns.map(({ name, type }) => (type === 'instant' ? `make_timestamp_ms(${name})` : name));
  const types = columns.map(({ name, type }) => `${name}: '${JSON_TYPES[type]}'`);
  return `insert into ${target} (${names.join(', ')}) select ${values.join(', ')} from read_json('${patternless(path)}',
    format = 'newline_delimited', auto_detect = false, hive_partitioning = false, compression = 'uncompressed',
    maximum_object_size = ${Math.max(LEAST_LINE_BYTES, longest)}, columns = {${types.join(', ')}})`;
}

/** A full disk, say: the rows are not at fault. */
function unwritable(cause: unknown): unknown {
  if (!(cause instanceof Error) || !('syscall' in cause)) return cause;
  return new TributaryError(
    'warehouse_unavailable',
    `the warehouse file cannot take rows now (${cause.message}); make room on its disk, and check that its folder can be written`,
    { cause, retry_after_s: 5 },
  );
}
