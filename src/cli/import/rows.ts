/** A file as rows: one shape for csv, ndjson and parquet. */
import { existsSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import type { Problem } from '../../domain/errors.ts';
import { badRequest } from '../../domain/errors.ts';
import { openCsv } from './csv-rows.ts';
import { openNdjson } from './ndjson-rows.ts';
import { openParquet } from './parquet-rows.ts';

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

/** Opens a file by its extension. @param needs which columns will be asked for. */
export async function openRows(path: string, needs: (column: string) => boolean): Promise<RowSource> {
  if (!existsSync(path)) throw badRequest('FILE', `${path} does not exist`);
  const stat = statSync(path);
  if (!stat.isFile()) throw badRequest('FILE', `${path} is not a file`);
  switch (extname(path).toLowerCase()) {
    case '.csv':
    case '.tsv':
      return openCsv(path, stat.size);
    case '.ndjson':
    case '.jsonl':
      return openNdjson(path, stat.size);
    case '.parquet':
      return openParquet(path, needs);
    default:
      throw badRequest(
        'FILE',
        `${path} ends in none of .csv, .tsv, .ndjson, .jsonl and .parquet; rename or convert it`,
      );
  }
}

/** For files that have to be read from the beginning. */
export async function* dropFirst(portions: AsyncGenerator<Portion>, skip: number): AsyncGenerator<Portion> {
  let left = skip;
  for await (const { rows, share } of portions) {
    yield { rows: left === 0 ? rows : rows.slice(left), share };
    left = Math.max(0, left - rows.length);
  }
}
