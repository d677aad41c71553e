/** The rows of a file: one interface for csv, ndjson and parquet. */
import type { Problem } from '../../domain/errors.ts';

export interface FileRow {
  /** The line of a text file, or the number of the row in a parquet file; from 1. */
  line: number;
  /** The cells in the order of the columns; empty for ndjson. */
  cells: (string | undefined)[];
  /** The object of a line of ndjson. */
  object?: Record<string, unknown>;
  /** Set if the row cannot be read at all. */
  problem?: Problem;
  /** False if some bytes around this row are not UTF-8. */
  utf8?: false;
}

export interface Portion {
  rows: FileRow[];
  share: number;
}

export interface RowSource {
  /** Names of the columns; null if every row has its own (ndjson). */
  columns: readonly string[] | null;
  /** All rows but the first `skip`, in order, in portions. `share` is the part of the file that is read with a portion. */
  rows(skip: number): AsyncGenerator<Portion>;
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
