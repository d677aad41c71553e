/** A file as rows: one shape for csv, ndjson and parquet. */
import type { Problem } from '../../domain/errors.ts';

export interface Row {
  /** Line of a text file, number of the row in a parquet file; from 1. */
  line: number;
  /** In the order of the source's columns; for ndjson empty. */
  cells: (string | undefined)[];
  /** A line of ndjson. */
  object?: Record<string, unknown>;
  /** Set when the row cannot be read at all. */
  problem?: Problem;
  /** False when the bytes around this row are not all UTF-8. */
  utf8?: false;
}

export interface Portion {
  rows: Row[];
  share: number;
}

export interface RowSource {
  /** Names of the columns; null when every row has its own (ndjson). */
  columns: readonly string[] | null;
  /** Rows in order but the first `skip`, in portions; `share` of the file that is read with them. */
  rows(skip: number): AsyncGenerator<Portion>;
  close(): Promise<void>;
}

/** For files that have to be read from the beginning. */
export async function* dropFirst(portions: AsyncGenerator<Portion>, skip: number): AsyncGenerator<Portion> {
  let left = skip;
  for await (const { rows, share } of portions) {
    yield { rows: left === 0 ? rows : rows.slice(left), share };
    left = Math.max(0, left - rows.length);
  }
}
