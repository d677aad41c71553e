/** The rows of a file: one interface for csv, ndjson and parquet. */
import type { Problem } from '../domain/errors.ts';

export interface FileRow {
  /** The line of a text file, or the number of the row in a parquet file; from 1. */
  line: number;
  /** The cells in the order of the columns; empty for ndjson. */
  cells: (string | undefined)[];
  /** The object of a line of ndjson. */
  object?: Record<string, unknown>;
  /** Set if the row cannot be read at all. */
  problem?: Problem;
  /** The text of a line that cannot be read as a row of its kind. */
  text?: string;
  /** False if some bytes around this row are not UTF-8. */
  utf8?: false;
}

export interface Portion {
  rows: FileRow[];
  share: number;
}

/** Rows of a file as its reader found them, before they are taken apart. It can be sent to another thread. */
export type RowsPart = { kind: 'rows'; rows: FileRow[] } | TextRows | CsvLines | JsonLines;

/** Rows of Parquet: of each a list of its needed cells in JSON, and a comma. */
export interface TextRows {
  kind: 'texts';
  bytes: Uint8Array<ArrayBuffer>;
  /** The number of the first row. */
  line: number;
  /** The index of each column of the file in a text; -1 if it was not asked for. */
  places: readonly number[];
}

/** Whole lines of csv without a quote. */
export interface CsvLines {
  kind: 'csv';
  /** The number of the first line. */
  line: number;
  text: string;
  form: CsvForm;
  /** The number of columns. */
  columns: number;
  /** False if some bytes around them are not UTF-8. */
  utf8: boolean;
}

export interface JsonLines {
  kind: 'json';
  /** The number of the first line. */
  line: number;
  lines: string[];
  utf8: boolean;
}

export interface CsvForm {
  delimiter: string;
  line_end: '\n' | '\r';
  strict: boolean;
}

export interface PartPortion {
  part: RowsPart;
  share: number;
}

/** How rows of a file are written to the file of refused rows. */
export interface RowForm {
  kind: 'csv' | 'ndjson';
  delimiter: string;
  /** The lines above the header that `--skip` leaves out, which the same command leaves out again. */
  preamble: string;
  /** True if a byte order mark is needed to tell UTF-8 from the encoding of the file. */
  mark: boolean;
}

export interface RowSource {
  /** Names of the columns; null if every row has its own (ndjson). */
  columns: readonly string[] | null;
  form: RowForm;
  /** What was found out about the file that a person should know, such as its encoding. */
  notes: readonly string[];
  /** The number of lines above the first of the first lines that has so many of these cells (all); undefined if none has. */
  linesAbove?(cells: readonly string[], least?: number): number | undefined;
  /** The numbers of lines above those of the first lines that have more cells than the header, as a header below titles has. */
  otherHeaders?(): number[];
  /** All rows but the first `skip`, in order, in portions. `share` is the part of the file that is read with a portion. */
  rows(skip: number): AsyncGenerator<Portion>;
  /** The same rows, for another thread to take apart. */
  parts(skip: number): AsyncGenerator<PartPortion>;
  close(): Promise<void>;
}

/** Skips rows of a file that has to be read from the beginning. */
export async function* dropFirst(portions: AsyncGenerator<Portion>, skip: number): AsyncGenerator<Portion> {
  let left = skip;
  for await (const { rows, share } of portions) {
    yield { rows: left === 0 ? rows : rows.slice(left), share };
    left = Math.max(0, left - rows.length);
  }
}
