/**
 * Writes a file anew and puts it in the place of the old one. DuckDB marks deleted rows and frees the blocks of rows that it moved, but it
 * overwrites neither; blocks that several columns share keep bytes of earlier versions among them. A new file has only the rows that
 * are there (docs/decisions/0046-erasure.md).
 */
import { chmodSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { writtenPath } from '../../files/path-sql.ts';
import { syncToDisk } from '../../files/private.ts';
import { unavailable } from './failures.ts';

const ANEW = 'anew';

/** The file that is being written. */
const anewPath = (path: string): string => `${path}.${ANEW}`;

/** Removes what an earlier try left. */
export function removeUnfinished(path: string): void {
  for (const left of [anewPath(path), `${anewPath(path)}.wal`]) rmSync(left, { force: true });
}

/** Copies all that the file holds into a new one beside it, and syncs it. The caller lets nothing be written meanwhile. */
export async function writeAnew(writer: DuckDBConnection, path: string): Promise<void> {
  removeUnfinished(path);
  await writer.run(`attach ${writtenPath(anewPath(path))} as ${ANEW}`);
  try {
    const [[name]] = (await writer.runAndReadAll('select current_database()')).getRows() as [[string]];
    await writer.run(`copy from database "${name.replaceAll('"', '""')}" to ${ANEW}`);
    await writer.run(`checkpoint ${ANEW}`);
  } finally {
    await writer.run(`detach ${ANEW}`);
  }
  chmodSync(anewPath(path), statSync(path).mode & 0o777);
  await syncToDisk(anewPath(path));
}

/**
 * Gives the new file the name of the old one. All of the old one must be in the file itself, because a write-ahead file that was left would
 * be read into the new one.
 * @throws warehouse_unavailable when a write-ahead file has something that the file lacks.
 */
export async function takePlace(path: string): Promise<void> {
  const ahead = `${path}.wal`;
  if (existsSync(ahead) && statSync(ahead).size > 0)
    throw unavailable(new Error(`${ahead} is not part of the file yet; a long read may hold it`), 'write');
  rmSync(ahead, { force: true });
  renameSync(anewPath(path), path);
  await syncToDisk(dirname(path));
}
