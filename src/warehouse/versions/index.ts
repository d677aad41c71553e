/**
 * The versions of the stored schema, oldest first. A released version never changes, because data folders were made by it. A new
 * field or a new kind of record needs a new version here; `test/warehouse/versions.test.ts` adds the versions up and compares
 * them with the tables that the records declare.
 */
import { TributaryError } from '../../domain/errors.ts';
import { VERSION_1 } from './0001.ts';
import { VERSION_2 } from './0002.ts';
import type { SchemaVersion } from './version.ts';

export const VERSIONS: readonly SchemaVersion[] = [VERSION_1, VERSION_2];

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
