/**
 * What a warehouse must do, and no more: append a batch in one transaction, answer queries over one consistent state,
 * migrate, and look after itself. `test/warehouse/contract.ts` says it in tests; every engine passes the same ones.
 *
 * Analytic SQL is one text for all engines. It may call the macros of {@link MACROS}; each engine expands them.
 */
import type { Column, Row, TableName } from './schema.ts';
import type { SchemaVersion } from './versions/version.ts';

/** Functions that shared SQL may call and every engine translates. */
export const MACROS = [
  'epoch_ms', // (timestamp) -> int64 milliseconds
  'instant', // (int64 milliseconds) -> timestamp
  'int64', // (x) -> int64; x must be whole
  'int128', // (x) -> 128-bit integer
  'float64', // (x) -> double
  'idiv', // (a, b) -> integer division, truncating toward zero
  'muldiv', // (v, s, t) -> v * s / t exactly, truncating toward zero; 0 <= s <= t < 2^53
  'muldiv53', // the same for 0 <= v < 2^53
  'floor_div', // (a, b) -> integer division, rounding down; b > 0
  'bits', // (x, mask) -> the bits of an int64 that are also in the mask
  'sum128', // (x) -> exact 128-bit sum of integers
  'text128', // (x) -> decimal digits of an integer
  'count_where', // (condition) -> rows for which it holds
  'same', // (a, b) -> equality in which null equals null
  'json_text', // (json, key) -> the string at a key of a JSON object, or null
  'chr', // (n) -> the character of a code below 128
  'lag', // (x) -> window function: x of the row before, null for the first
] as const;
export type Macro = (typeof MACROS)[number];

export type Parameter = string | number | bigint | null;

/**
 * A value that cannot stand in its column, whatever the engine and however often it is tried. Both engines throw it before they
 * write anything, from a check of their own ({@link ./cells.ts}); no message of an engine is ever taken for it. So the loader
 * may set the row aside. Every other failure of a write is the warehouse's, and the rows are kept and tried again.
 */
export class RowFault extends Error {
  constructor(
    readonly table: string,
    readonly column: string,
    reason: string,
  ) {
    super(`${table}.${column}: ${reason}`);
    this.name = 'RowFault';
  }
}

/** Rows to write together: all of them or none. */
export type Batch = Partial<Record<TableName, Row[]>>;

/** Gives the rows of a relation when they are needed. */
export type MakeRows = () => readonly Row[] | Promise<readonly Row[]>;

/**
 * A consistent view of the warehouse; temporary tables vanish with it. It shows whole batches only, so every row that it shows
 * lies at or before its committed positions.
 */
export interface Snapshot {
  /** The positions that it shows, where the engine had to look them up; else they are read from `commits`. */
  readonly committed?: ReadonlyMap<string, number>;
  /** Runs shared SQL with `$name` parameters. 128-bit and 64-bit integers come back as bigint. */
  query<R extends Row = Row>(sql: string, parameters?: Record<string, Parameter>): Promise<R[]>;
  /** Keeps the result of a query under a temporary name, for queries after it. */
  materialise(name: string, sql: string, parameters?: Record<string, Parameter>): Promise<void>;
  /** Gives a query a temporary name. It runs wherever a later query reads that name. */
  define(name: string, sql: string): Promise<void>;
  /** Makes a temporary table of rows from the program. */
  relation(name: string, columns: readonly Column[], rows: readonly Row[]): Promise<void>;
  /**
   * Like {@link relation}, for rows that are the same as long as `version` is: the engine may keep them between reads, and then
   * `rows` is not called.
   */
  cachedRelation(name: string, version: string, columns: readonly Column[], rows: MakeRows): Promise<void>;
}

/**
 * What a read is for. Reports wait for a place among themselves. What loading needs (known ids, positions) has places of its own,
 * because a sender must not wait for a report.
 */
export type ReadPurpose = 'reports' | 'loading';

export interface ReadOptions {
  /** `reports` when left out. */
  for?: ReadPurpose;
  /** A query that runs longer is stopped and answered with `timeout`. */
  timeout_ms?: number;
}

export interface TableSize {
  table: string;
  rows: number;
}

export interface Diagnosis {
  engine: string;
  schema_version: number;
  size_bytes: number;
  tables: TableSize[];
  /** One line per broken promise; empty when all is well. */
  problems: string[];
}

export interface Warehouse {
  readonly engine: string;
  /**
   * Brings the schema to the newest of `versions`, which are those of this program unless a test says otherwise; forward only.
   * Returns the versions applied.
   * @throws conflict, before anything is written, when the data is newer than all of them.
   */
  migrate(versions?: readonly SchemaVersion[]): Promise<number[]>;
  /**
   * Writes a batch: all of it shows, or nothing. Rows of the log show once a commit covers their position, which an engine
   * without transactions needs to keep this promise; so they come with their commit, or after one.
   * @throws RowFault when a value does not fit its column; nothing is written then.
   * @throws TributaryError warehouse_unavailable when the engine cannot take rows now; the same batch may be tried again.
   */
  append(batch: Batch): Promise<void>;
  /**
   * Runs `work` on one consistent state. Reads run beside each other and beside appends, as many as there are places.
   * @throws busy when too many wait for a place.
   */
  read<T>(work: (snapshot: Snapshot) => Promise<T>, options?: ReadOptions): Promise<T>;
  /** Gives deleted and rewritten space back, and makes recovery after a crash short. */
  compact(): Promise<void>;
  diagnose(): Promise<Diagnosis>;
  /** Writes every table as Parquet into an empty folder. */
  backup(folder: string): Promise<void>;
  /** Fills an empty warehouse from a backup. */
  restore(folder: string): Promise<void>;
  close(): Promise<void>;
}
