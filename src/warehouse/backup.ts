/**
 * A backup is a folder with one Parquet file per table and a manifest. All engines write the same files, so any engine can restore
 * them. It is made in `FOLDER.partial`, which gets its name when every file and the manifest are on disk.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { refuseLink, syncToDisk } from '../files/private.ts';
import { damaged, difference, type FileFacts, MANIFEST, manifestOf, parseManifest, withFacts } from './manifest.ts';
import type { SoundBackup, TableSize } from './port.ts';
import { TABLE_NAMES, TABLES, type TableName } from './schema.ts';

/** The first file of a backup: with it and without a manifest, the folder is a backup that did not finish or lost its manifest. */
const MARK = 'backup.txt';
const MARK_TEXT = `A backup of Tributary. It is whole only together with ${MANIFEST}.\n`;
const PARTIAL = '.partial';
/** The newest schema whose program made backups without a manifest. */
const LAST_SCHEMA_WITHOUT_MANIFEST = 2;

/** The file of a table in a backup. */
export function backupFile(folder: string, table: TableName): string {
  return join(folder, `${table}.parquet`);
}

/**
 * Makes a backup. `write` fills the folder that it gets with one file per table.
 * @throws bad_request when the folder is not empty, or is a link; conflict when another backup into it runs.
 */
export async function makeBackup(folder: string, write: (partial: string) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  const partial = `${target}${PARTIAL}`;
  refuseLink(target, 'backup');
  if (existsSync(target) && readdirSync(target).length > 0)
    throw badRequest('backup', `${target} is not empty; name a new folder`);
  if (filling.has(partial))
    throw new TributaryError('conflict', `a backup into ${target} runs already; wait for its end`);
  makePartial(partial);
  filling.add(partial);
  try {
    await write(partial);
    const tables: Record<string, FileFacts> = {};
    await withFacts(async (factsOf) => {
      for (const table of TABLE_NAMES) {
        await syncToDisk(backupFile(partial, table));
        tables[table] = await factsOf(backupFile(partial, table));
      }
    });
    writeFileSync(join(partial, MANIFEST), `${JSON.stringify(manifestOf(tables), null, 2)}\n`, { flag: 'wx' });
    for (const path of [join(partial, MARK), join(partial, MANIFEST), partial]) await syncToDisk(path);
    renameSync(partial, target);
    await syncToDisk(dirname(target));
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw unnamed(target, error);
  } finally {
    filling.delete(partial);
  }
}

/** Folders that this process fills now. */
const filling = new Set<string>();

/** Creates the folder that a backup is made in. One that a crash left is removed first. */
function makePartial(partial: string): void {
  refuseLink(partial, 'backup');
  mkdirSync(dirname(partial), { recursive: true });
  const left = existsSync(partial) ? readdirSync(partial) : [];
  if (left.length === 0 || left.includes(MARK)) rmSync(partial, { recursive: true, force: true });
  else
    throw badRequest(
      'backup',
      `${partial} exists already and is no part of a backup; remove it, or name another folder`,
    );
  mkdirSync(partial, { mode: 0o700 });
  writeFileSync(join(partial, MARK), MARK_TEXT, { flag: 'wx' });
}

/** The error for a folder that cannot get its name, for example because it is the root of a disk. */
function unnamed(target: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== 'rename') return error;
  return badRequest('backup', `${target} cannot be replaced (${code}); name a new folder, for example one within it`);
}

/**
 * Checks a backup from its first to its last byte. @throws bad_request, not_found or conflict, each with the reason.
 */
export async function checkBackup(folder: string): Promise<SoundBackup> {
  const path = join(folder, MANIFEST);
  if (resolve(folder).endsWith(PARTIAL)) throw damaged(`${folder} is a backup that did not finish`);
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new TributaryError('not_found', `${folder} is not a folder; name the folder of a backup`);
  if (!existsSync(path)) return checkWithoutManifest(folder);
  const { tables, schema_version } = parseManifest(readFileSync(path, 'utf8'), path);
  const wanted = TABLE_NAMES.filter((table) => TABLES[table].since <= schema_version);
  const unlisted = wanted.find((table) => !Object.hasOwn(tables, table));
  if (unlisted !== undefined) throw damaged(`${path} does not list ${unlisted}`);
  const known = new Set([MARK, MANIFEST, ...wanted.map((table) => `${table}.parquet`)]);
  const foreign = [...readdirSync(folder), ...Object.keys(tables).map((table) => `${table}.parquet`)].find(
    (name) => !known.has(name),
  );
  if (foreign !== undefined)
    throw new TributaryError('conflict', `${join(folder, foreign)} is no part of the backup; move it elsewhere`);
  await withFacts(async (factsOf) => {
    for (const table of wanted) {
      const file = backupFile(folder, table);
      if (!existsSync(file)) throw missing(file);
      const wrong = difference(await factsOf(file), tables[table]!);
      if (wrong !== undefined) throw damaged(`${file} ${wrong}`);
    }
  });
  return { tables: wanted, has_manifest: true };
}

/** A backup of an earlier version. Its tables are all there, and each is a whole Parquet file; more cannot be known. */
async function checkWithoutManifest(folder: string): Promise<SoundBackup> {
  if (existsSync(join(folder, MARK))) throw damaged(`${join(folder, MANIFEST)} is missing`);
  const tables = TABLE_NAMES.filter((table) => TABLES[table].since <= LAST_SCHEMA_WITHOUT_MANIFEST);
  await withFacts(async (factsOf) => {
    for (const table of tables) {
      const file = backupFile(folder, table);
      if (!existsSync(file)) throw missing(file);
      await factsOf(file);
    }
  });
  return { tables, has_manifest: false };
}

function missing(file: string): TributaryError {
  return new TributaryError(
    'not_found',
    `${file} is missing; the folder is not a whole backup, name the folder of a complete one`,
  );
}

/** @throws conflict when the warehouse has rows. */
export function refuseFilled(tables: readonly TableSize[]): void {
  const filled = tables.find((t) => t.rows > 0);
  if (filled)
    throw new TributaryError(
      'conflict',
      `${filled.table} already has ${filled.rows} rows; restore into a new data folder`,
    );
}
