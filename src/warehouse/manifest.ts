/**
 * The list of what a backup holds, `manifest.json`. It is written last, so a backup without it is not whole. A restore compares
 * every file with it before the first row is written.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { TributaryError } from '../domain/errors.ts';
import { parquetRows } from '../files/path-sql.ts';
import { programVersion } from '../files/program-version.ts';
import type { Scratch } from '../files/scratch.ts';
import { VERSIONS } from './versions/index.ts';

export const MANIFEST = 'manifest.json';
const FORM = 1;

/** What is known of one file. */
export interface FileFacts {
  rows: number;
  bytes: number;
  sha256: string;
}

export interface Manifest {
  form: typeof FORM;
  /** The version of the program that made the backup. */
  product_version: string;
  schema_version: number;
  /** The file of each table is `TABLE.parquet`. */
  tables: Record<string, FileFacts>;
}

/** The newest schema version of this program. */
export function schemaVersion(): number {
  return VERSIONS.at(-1)!.version;
}

export function manifestOf(tables: Record<string, FileFacts>): Manifest {
  return { form: FORM, product_version: programVersion(), schema_version: schemaVersion(), tables };
}

/** Reads a manifest. @throws conflict when it is damaged, or when a newer program made it. */
export function parseManifest(text: string, path: string): Manifest {
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(text);
  } catch (cause) {
    throw damaged(`${path} is not JSON`, cause);
  }
  const { form, schema_version, product_version, tables } = manifest ?? {};
  if (
    typeof form === 'number' &&
    typeof schema_version === 'number' &&
    (form > FORM || schema_version > schemaVersion())
  )
    throw new TributaryError(
      'conflict',
      `${path} was written by a newer Tributary (${product_version}, schema ${schema_version}; this program knows ${schemaVersion()}); restore with that version or newer`,
    );
  const sound =
    form === FORM &&
    Number.isInteger(schema_version) &&
    typeof tables === 'object' &&
    tables !== null &&
    Object.values(tables).every(
      (facts) => Number.isInteger(facts?.rows) && Number.isInteger(facts.bytes) && typeof facts.sha256 === 'string',
    );
  if (!sound) throw damaged(`${path} is damaged`);
  return manifest as Manifest;
}

/** Reads the facts of a file from its content. @throws conflict when it is not a whole Parquet file. */
export type ReadFacts = (path: string) => Promise<FileFacts>;

/** Calls `work` with a function that reads the facts of files. One engine counts the rows of them all. */
export async function withFacts<T>(work: (factsOf: ReadFacts) => Promise<T>): Promise<T> {
  // The engine is loaded here only, because most programs never count the rows of a file.
  const { openScratch } = await import('../files/scratch.ts');
  const { connection, close } = await openScratch(1);
  try {
    return await work(async (path) => {
      const sha256 = createHash('sha256');
      for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) sha256.update(chunk as Buffer);
      return { rows: await countRows(connection, path), bytes: (await stat(path)).size, sha256: sha256.digest('hex') };
    });
  } finally {
    close();
  }
}

/** The first difference between a file and what the manifest says of it; undefined when there is none. */
export function difference(found: FileFacts, listed: FileFacts): string | undefined {
  if (found.bytes !== listed.bytes) return `has ${found.bytes} bytes, and the manifest says ${listed.bytes}`;
  if (found.sha256 !== listed.sha256) return 'holds other content than the manifest says';
  if (found.rows !== listed.rows) return `has ${found.rows} rows, and the manifest says ${listed.rows}`;
  return undefined;
}

export function damaged(what: string, cause?: unknown): TributaryError {
  return new TributaryError('conflict', `${what}; the backup is not whole, restore another one`, { cause });
}

async function countRows(connection: Scratch['connection'], path: string): Promise<number> {
  try {
    const rows = (await connection.runAndReadAll(`select count(*) from ${parquetRows(path)}`)).getRows();
    return Number(rows[0]![0]);
  } catch (cause) {
    if (cause instanceof TributaryError) throw cause;
    throw damaged(`${path} cannot be read as Parquet`, cause);
  }
}
