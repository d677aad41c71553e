/** Finds the reader for a file by its extension. */
import { existsSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { badRequest } from '../../domain/errors.ts';
import { openCsv } from '../../mapping/csv-rows.ts';
import type { FilePlan } from '../../mapping/plan.ts';
import type { RowSource } from '../../mapping/row-source.ts';
import { bytesOf, unknownFile } from '../../mapping/text.ts';
import { openNdjson } from './ndjson-rows.ts';
import { openParquet } from './parquet-rows.ts';

/**
 * Opens a file by its extension.
 * @param needs true for the columns that will be used.
 * @param has_zone true if the zone of times without one is known.
 */
export async function openRows(
  path: string,
  needs: (column: string) => boolean,
  plan: FilePlan = {},
  has_zone = false,
): Promise<RowSource> {
  if (!existsSync(path)) throw badRequest('FILE', `${path} does not exist`);
  const stat = statSync(path);
  if (!stat.isFile()) throw badRequest('FILE', `${path} is not a file`);
  switch (extname(path).toLowerCase()) {
    case '.csv':
    case '.tsv':
    case '.txt':
      return openCsv(bytesOf(path, stat.size), plan);
    case '.ndjson':
    case '.jsonl':
      return openNdjson(bytesOf(path, stat.size), plan);
    case '.parquet':
      return openParquet(path, needs, has_zone);
    default:
      throw await unknownFile(path);
  }
}
