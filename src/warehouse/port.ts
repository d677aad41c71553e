/**
 * The interface of a warehouse: append a batch in one transaction, answer queries over one consistent state, migrate the schema,
 * and do maintenance. Every engine passes the tests in `test/warehouse/contract.ts`.
 *
 * Reports use the same SQL for all engines (shared SQL). It may call the macros of {@link MACROS}; each engine expands them.
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
  'real_sqrt', // (double) -> the square root, or null below zero
  'real_ln', // (double) -> the natural logarithm, or null at zero and below
  'idiv', // (a, b) -> integer division, truncating toward zero
  'muldiv', // (v, s, t) -> v * s / t exactly, truncating toward zero; 0 <= s <= t < 2^53
  'muldiv53', // the same for 0 <= v < 2^53
  'floor_div', // (a, b) -> integer division, rounding down; 0 < b < 2^63
  'hash53', // (text) -> a whole number from 1 to 2^53 from a hash of the text; every engine has its own hash
  'hash256', // (text) -> a whole number from 0 to 255 from a hash of the text, the same in every engine
  'sha256_text', // (text) -> the SHA-256 of its UTF-8, as 64 hex digits in lower case
  'text_key', // (text) -> the first 64 bits of that hash as an int64, as "subjectKey" in domain/subject.ts computes them
  'bits', // (x, mask) -> the bits of an int64 that are also in the mask
  'sum128', // (x) -> exact 128-bit sum of integers
  'text128', // (x) -> decimal digits of an integer
  'count_where', // (condition) -> the number of rows for which it is true
  'same', // (a, b) -> equality in which null equals null
  'joined_texts', // (x, separator) -> the texts of a group in order of their bytes, joined; without nulls
  'json_text', // (json, key) -> the string at a key of a JSON object, or null
  'chr', // (n) -> the character of a code below 128
  'lag', // (x) -> window function: x of the row before, null for the first
] as const;
export type Macro = (typeof MACROS)[number];

/** The cells of some rows of a query, one list for each column. */
export interface Columns {
  rows: number;
  cells: ReadonlyArray<ArrayLike<number | string | null>>;
}

export type Parameter = string | number | bigint | null;

/**
 * A value does not fit its column in any engine, so trying again cannot help. The check in {@link ./cells.ts} throws it before
 * anything is written; it never comes from the message of an engine. So the loader may make the row a dead letter. Every other
 * failure of a write is a failure of the warehouse; then the rows are kept and tried again.
 */
export class RowFault extends Error {
  constructor(
    readonly table: string,
    readonly column: string,
    readonly reason: string,
  ) {
    super(`${table}.${column}: ${reason}`);
    this.name = 'RowFault';
  }
}

/** Rows to write together: all of them or none. */
export type Batch = Partial<Record<TableName, Row[]>>;

/** Where another thread writes the rows of a batch as text that the engine reads: files whose names begin with a path, or memory. */
export type RowsTarget = { form: 'files'; path: string } | { form: 'texts' };

/** The rows of a table that were checked and written to a {@link RowsTarget}. */
export type WrittenRows = { table: TableName } & (
  | { columns: readonly Column[]; path: string; longest_bytes: number }
  | { lines: Uint8Array }
);

/**
 * A transaction that takes its rows in parts, for very many rows. Readers see them after `commit`; no other write runs until then.
 * It works on the event loop, so it is only for a process that nobody waits for.
 */
export interface Load {
  /** How many more rows of a table this load should take. The engine stores just so many rows best. */
  room(table: TableName): number;
  /** Adds a part. @throws RowFault before anything of the part is added; else the load can only be abandoned. */
  add(batch: Batch): Promise<void>;
  commit(): Promise<void>;
  /** Drops all that was added. It never fails. */
  abandon(): Promise<void>;
}

/** Makes the rows of a relation when they are needed. */
export type MakeRows = () => readonly Row[] | Promise<readonly Row[]>;

/**
 * A consistent view of the warehouse. Its temporary tables are dropped at its end. It shows only complete batches, so every row
 * lies at or before the committed positions of the snapshot.
 */
export interface Snapshot {
  /** The committed positions, where the engine has already read them; else they are read from `commits`. */
  readonly committed?: ReadonlyMap<string, number>;
  /** Runs shared SQL with `$name` parameters. 128-bit and 64-bit integers come back as bigint. */
  query<R extends Row = Row>(sql: string, parameters?: Record<string, Parameter>): Promise<R[]>;
  /**
   * Reads a query column by column, which costs a fraction of {@link query}. `take` gets the cells of some rows, in the order of
   * the columns of `select`. Cells are doubles, texts or null; an integer has to be made a double first. If `take` returns a promise,
   * the next rows are read after it.
   */
  columns(
    sql: string,
    parameters: Record<string, Parameter>,
    take: (columns: Columns) => void | Promise<void>,
  ): Promise<void>;
  /** Stores the result of a query in a temporary table for later queries. */
  materialise(name: string, sql: string, parameters?: Record<string, Parameter>): Promise<void>;
  /** Gives a query a temporary name, like a view. It runs each time a later query reads that name. */
  define(name: string, sql: string): Promise<void>;
  /** Makes a temporary table from rows of the program. */
  relation(name: string, columns: readonly Column[], rows: readonly Row[]): Promise<void>;
  /**
   * Like {@link relation}, for rows that stay the same while `version` stays the same. The engine may keep the table between
   * reads; then it does not call `rows`.
   */
  cachedRelation(name: string, version: string, columns: readonly Column[], rows: MakeRows): Promise<void>;
}

/**
 * The purpose of a read. The number of reads at the same time is limited per purpose. Reads of the loader (known ids, positions)
 * do not wait for reports, because a sender must not wait for a report. Nor does the probe of `/health`, nor what is kept in memory so
 * that reports need the warehouse less.
 */
export type ReadPurpose = 'reports' | 'loading' | 'probing' | 'keeping';

export interface ReadOptions {
  /** `reports` when left out. */
  for?: ReadPurpose;
  /** A read that takes longer is stopped with the error `timeout`. */
  timeout_ms?: number;
  /** Aborted when nobody waits for the answer. A waiting read leaves the queue, a running one is stopped: the error is `cancelled`. */
  signal?: AbortSignal | undefined;
  /** The key that asks. The reads of one key take at most half of the queue. */
  owner?: string | undefined;
}

export interface TableSize {
  table: string;
  rows: number;
}

/** A backup that was checked. */
export interface SoundBackup {
  tables: TableName[];
  /** False for a backup of an earlier version, which has no manifest to compare its files with. */
  has_manifest: boolean;
}

/** The time limit of merging, backup, restore, checks and reclassification. They take long for a long log. */
export const CARE_TIMEOUT_MS = 24 * 3_600_000;

/** An id with very many touchpoints. */
export interface BusyId {
  brand_id: string;
  id: string;
  touchpoints: number;
}

/** Ids of a brand that may be the same person's. */
export interface SimilarIds {
  brand_id: string;
  ids: number;
}

export interface Diagnosis {
  engine: string;
  schema_version: number;
  size_bytes: number;
  tables: TableSize[];
  /** One line for each broken rule; empty when no rule is broken. */
  problems: string[];
  /** The ids with most touchpoints. Such an id is often shared by many people, and reports cut the candidates of its orders. */
  busiest_ids: BusyId[];
  /** Brands with customer ids that are e-mail addresses and differ only in case or in spaces around them, and how many ids there are. */
  similar_ids: SimilarIds[];
}

/** A relation that an {@link Erasure} uses: rows of the program, or what a query finds in the tables and the relations before it. */
export type ErasureRelation = { name: string } & (
  | { columns: readonly Column[]; rows: readonly Row[] }
  | { sql: string }
);

/** The rows of a table that go, or that get other values. Both are shared SQL over the names of the columns, without an alias. */
export interface RowChange {
  table: TableName;
  where: string;
  /** The new values by column; without it the rows go. */
  set?: Readonly<Record<string, string>>;
}

/** Rows that leave the log, for every position. A failed one can be repeated, so `changes` must find nothing that is done. */
export interface Erasure {
  relations: readonly ErasureRelation[];
  /** In order: on an engine without transactions the first ones may be done and the last ones not. */
  changes: readonly RowChange[];
}

export interface Warehouse {
  readonly engine: string;
  /**
   * Migrates the schema forward to the newest of `versions`. These are the versions of this program; tests give others.
   * @returns the versions that were applied.
   * @throws conflict, before anything is written, when the data has a newer schema version.
   */
  migrate(versions?: readonly SchemaVersion[]): Promise<number[]>;
  /**
   * Writes a batch. Readers see all of it or nothing. Readers see rows of the log only when a commit covers their position,
   * because an engine may have no transactions. So a batch of log rows includes its commit, or follows a commit that covers it.
   * @param written rows of the batch that another thread wrote to a target of {@link rowsTarget}. Its files are removed in any case.
   * @throws RowFault when a value does not fit its column; then nothing is written.
   * @throws TributaryError warehouse_unavailable when the engine cannot write now; the same batch may be tried again.
   */
  append(batch: Batch, written?: readonly WrittenRows[]): Promise<void>;
  /** A new target for the rows of one batch. */
  rowsTarget(): RowsTarget;
  /** Begins a {@link Load}. Engines that take batches as cheaply have none. @throws as `append`. */
  beginLoad?(): Promise<Load>;
  /**
   * Runs `work` on one consistent state. A limited number of reads run at the same time, also during appends; further reads wait.
   * @throws busy when too many reads wait, of one owner or in all.
   */
  read<T>(work: (snapshot: Snapshot) => Promise<T>, options?: ReadOptions): Promise<T>;
  /** Removes or changes rows. No read that begins later sees them; their bytes leave the files with {@link purge}. */
  erase(erasure: Erasure): Promise<void>;
  /**
   * Writes the tables anew, so that no file of the engine holds a byte of rows that are gone. Reads go on meanwhile, writes wait.
   * @returns the names of what was written anew. @throws warehouse_unavailable, for example when the disk is full; then the old files
   * stay as they are.
   */
  purge(): Promise<string[]>;
  /** Frees the space of deleted and rewritten rows, and shortens the recovery after a crash. */
  compact(): Promise<void>;
  diagnose(): Promise<Diagnosis>;
  /** Writes every table as Parquet into a new or empty folder, with a manifest. The folder gets its name when it is whole. */
  backup(folder: string): Promise<void>;
  /** Fills an empty warehouse from a backup, after all of it was checked. @returns what it held. */
  restore(folder: string): Promise<SoundBackup>;
  close(): Promise<void>;
}
