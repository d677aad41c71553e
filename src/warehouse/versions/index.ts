/**
 * The versions of the stored schema, oldest first. A released version never changes, because data folders were made by it. A new
 * field or a new kind of record needs a new version here; `test/warehouse/versions.test.ts` adds the versions up and compares
 * them with the tables that the records declare.
 */
import { TributaryError } from '../../domain/errors.ts';
import { VERSION_1 } from './0001.ts';
import { VERSION_2 } from './0002.ts';
import { VERSION_3 } from './0003.ts';
import { VERSION_4 } from './0004.ts';
import { VERSION_5 } from './0005.ts';
import { VERSION_6 } from './0006.ts';
import { VERSION_7 } from './0007.ts';
import { VERSION_8 } from './0008.ts';
import type { SchemaVersion } from './version.ts';

export const VERSIONS: readonly SchemaVersion[] = [
  VERSION_1,
  VERSION_2,
  VERSION_3,
  VERSION_4,
  VERSION_5,
  VERSION_6,
  VERSION_7,
  VERSION_8,
];

/** The table that says which versions a database has, and when each was applied. */
export const HISTORY_TABLE = 'schema_history';
/**
 * The name of that table in the first programs. They do not compare versions, and would take spool lines of today for damage. So
 * where they look, there is now a view that fails with {@link OLDER_PROGRAM_MESSAGE}: they stop before they change anything.
 */
export const FORMER_HISTORY_TABLE = 'schema_versions';
export const OLDER_PROGRAM_MESSAGE =
  'this data was opened by a newer Tributary; run that version or newer, or restore an older backup into a new data folder';

/**
 * The versions that data of version `stored` does not have yet; 0 means that nothing is stored.
 * @throws conflict when `stored` is newer than all of `versions`, because this program does not know that schema.
 */
export function pendingVersions(stored: number, versions: readonly SchemaVersion[]): readonly SchemaVersion[] {
  const newest = versions.at(-1)!.version;
  if (stored > newest)
    throw new TributaryError(
      'conflict',
      `this data was written by a newer Tributary (schema ${stored}, this program knows ${newest}); run that version or newer`,
    );
  return versions.filter(({ version }) => version > stored);
}
