/**
 * Writes many rows into a table through a file of JSON lines, which DuckDB reads with its own threads. The appender of DuckDB's
 * client would block the event loop for 15 to 30 microseconds per row. Here only the text is made on the event loop, in small
 * pieces.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { readPath } from '../../files/path-sql.ts';
import type { WrittenRows } from '../port.ts';
import { filledColumns, writeLines } from '../row-lines.ts';
import type { Column, ColumnType, Row } from '../schema.ts';
import { unavailable } from './failures.ts';

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
    const filled = filledColumns(columns, rows);
    const longest_bytes = await writeLines(path, table, filled, rows);
    await insertFile(connection, target, columns, { columns: filled, path, longest_bytes });
  } catch (cause) {
    throw unwritable(cause);
  } finally {
    if (path !== undefined) await rm(path, { force: true });
  }
}

/** A file of rows: the columns in it, its path, and an upper bound for the bytes of a line. */
type WrittenFile = Omit<Extract<WrittenRows, { path: string }>, 'table'>;

/** Inserts the rows of a file that {@link writeLines} wrote, inside the caller's transaction. */
export async function insertFile(
  connection: DuckDBConnection,
  target: string,
  columns: readonly Column[],
  file: WrittenFile,
): Promise<void> {
  await connection.run(insertStatement(target, columns, file));
}

/** The smallest line length to give to DuckDB, which sizes its buffers by the longest line. */
const LEAST_LINE_BYTES = 1_000_000;

/**
 * Each line is read as a list of texts. That is cheaper than objects, which repeat all column names in every row. Columns that are not
 * in the file are named too, so that a table without one of them is noticed at once.
 */
function insertStatement(
  target: string,
  columns: readonly Column[],
  { columns: filled, path, longest_bytes }: WrittenFile,
): string {
  const places = new Map(filled.map(({ name }, i) => [name, i + 1]));
  const names = columns.map(({ name }) => name);
  const values = columns.map(({ name, type }) =>
    places.has(name) ? FROM_TEXT[type](`cells[${places.get(name)}]`) : 'null',
  );
  return `insert into ${target} (${names.join(', ')}) select ${values.join(', ')} from read_json(${readPath(path)},
    format = 'newline_delimited', records = false, columns = {cells: 'varchar[]'}, auto_detect = false,
    hive_partitioning = false, compression = 'uncompressed', maximum_object_size = ${Math.max(LEAST_LINE_BYTES, longest_bytes)})`;
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
