/** What the server and the process of a sandbox tell each other. */

/** A table of the sandbox. */
export interface SandboxTable {
  name: string;
  /** Columns with their types in SQL, how their cells come, and SQL that makes the value of the cell `cell`. */
  columns: Array<{ name: string; sql: string; cell: 'DOUBLE' | 'VARCHAR'; value: string }>;
}

export const SQL_FORMATS = ['json', 'csv', 'parquet'] as const;
export type SqlFormat = (typeof SQL_FORMATS)[number];

/** A value of a parameter `$name` of a statement. */
export type SqlValue = string | number | boolean | null;

export interface SandboxLimits {
  /** The memory of the engine. The engine spills nothing to disk. */
  memory_bytes: number;
  threads: number;
  max_rows: number;
  max_bytes: number;
}

/** The question. The sandbox answers `ready` once the statement is read and fits the tables. */
export interface SandboxQuestion {
  kind: 'question';
  sql: string;
  values: Record<string, SqlValue>;
  tables: SandboxTable[];
  format: SqlFormat;
  /** The file for the result. Only the code of the sandbox writes it, never a statement. */
  result: string;
  /** SQL that makes a text safe for a spreadsheet; `this_text` stands for it. */
  safe_text: string;
  limits: SandboxLimits;
}

/** Some rows of a table. The sandbox answers `taken`. */
export interface SandboxRows {
  kind: 'rows';
  table: string;
  rows: number;
  cells: ReadonlyArray<ArrayLike<string | number | null>>;
}

/** All rows were sent. The sandbox answers `done`. */
export interface SandboxRun {
  kind: 'run';
}

export type ToSandbox = SandboxQuestion | SandboxRows | SandboxRun;

export interface ResultColumn {
  name: string;
  type: string;
}

export type FromSandbox =
  | { kind: 'ready' }
  | { kind: 'taken' }
  | { kind: 'done'; columns: ResultColumn[]; rows: number }
  /** `statement` is the fault of the statement, `limit` a result that is too large. */
  | { kind: 'refused'; why: 'statement' | 'limit' | 'failure'; message: string };
