/** A backup is a folder with one Parquet file per table. All engines write the same files, so any engine can restore them. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TributaryError } from '../domain/errors.ts';
import type { TableSize } from './port.ts';
import { TABLE_NAMES, TABLES, type TableName } from './schema.ts';

/** The file of a table in a backup. */
export function backupFile(folder: string, table: TableName): string {
  return join(folder, `${table}.parquet`);
}

/** Creates the folder of a new backup. @throws bad_request when the folder is not empty. */
export function makeBackupFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0)
    throw new TributaryError('bad_request', `${folder} is not empty; name a new folder`);
}

/**
 * The tables that a backup contains. A table of a later schema version is not in an older backup.
 * @throws conflict when the warehouse has rows, not_found when a file of the backup is missing.
 */
export function tablesToRestore(folder: string, tables: readonly TableSize[]): TableName[] {
  const filled = tables.find((t) => t.rows > 0);
  if (filled)
    throw new TributaryError(
      'conflict',
      `${filled.table} already has ${filled.rows} rows; restore into a new data folder`,
    );
  return TABLE_NAMES.filter((table) => {
    const source = backupFile(folder, table);
    if (existsSync(source)) return true;
    if (TABLES[table].since === 1)
      throw new TributaryError(
        'not_found',
        `${source} is missing; the folder is not a whole backup, name the folder of a complete one`,
      );
    return false;
  });
}
