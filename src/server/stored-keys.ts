/**
 * Keys in the store. Earlier versions kept keys in `DATA/keys.json`. Its keys are imported into the store once, and the file is
 * renamed.
 */
import { hash } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { badRequest } from '../domain/errors.ts';
import type { BudgetPeriod } from '../privacy/differential-privacy/budget.ts';
import { everyEntry } from '../state/entries.ts';
import type { Json, State } from '../state/port.ts';

/**
 * `page` is for a key that stands in a shop's page, where anyone can read it. `view` is `read` without single persons. `sql` is for SQL over
 * the views, `persons` for the same with the columns that name persons and orders. `partner` is for reports with noise, and for nothing
 * else. `admin` includes the others.
 */
export const SCOPES = ['write', 'read', 'admin', 'page', 'view', 'sql', 'persons', 'partner'] as const;
export type Scope = (typeof SCOPES)[number];

/** Collection of the tokens for the setup in the browser: when each ends, by its SHA-256. */
export const SETUP_TOKENS = 'setup_tokens';

/** A key as it is stored, under the SHA-256 of its secret. */
export interface StoredKey {
  key_id: string;
  name: string;
  scopes: Scope[];
  /** The only brand that the key is for; null is every brand. */
  brand_id: string | null;
  last4: string;
  created_at: string;
  /** The epsilon that a key of scope partner may spend in one period, as a decimal. */
  dp_epsilon_budget?: string;
  dp_budget_per?: BudgetPeriod;
}

/** Stored keys, each under the SHA-256 of its secret in hex digits. */
export const COLLECTION = 'keys';
/** Files that were imported, by the SHA-256 of their content. */
export const IMPORTS = 'key_imports';

/** Every stored key. */
export async function* storedKeys(state: State): AsyncGenerator<[sha256: string, info: StoredKey]> {
  for await (const { key, value } of everyEntry(state, COLLECTION)) yield [key, value as unknown as StoredKey];
}

/**
 * Imports the keys of the file into the store and renames the file. A file of the same content is imported once only, so a
 * file that is put back does not bring revoked keys back.
 * @throws bad_request when the file is damaged; state_unavailable.
 */
export async function importKeyFile(state: State, path: string): Promise<void> {
  if (!existsSync(path)) return;
  const text = readFileSync(path, 'utf8');
  const keys = readKeys(path, text);
  const digest = hash('sha256', text, 'hex');
  await state.transaction(async (transaction) => {
    if ((await transaction.get(IMPORTS, digest)) !== undefined) return;
    for (const [sha256, info] of keys) await transaction.put(COLLECTION, sha256, info);
    await transaction.put(IMPORTS, digest, true);
  });
  renameSync(path, `${path}.imported`);
}

function readKeys(path: string, text: string): Array<[sha256: string, info: Json]> {
  const refuse = (why: string) =>
    badRequest(
      'keys.json',
      `${path} ${why}; restore it, or remove it: then its keys do not work, and new keys are made if none were stored before`,
    );
  let file: { keys?: unknown };
  try {
    file = JSON.parse(text) as { keys?: unknown };
  } catch (error) {
    throw refuse(`cannot be read: ${(error as Error).message}`);
  }
  if (!Array.isArray(file?.keys)) throw refuse('contains no list of keys');
  return (file.keys as Array<{ sha256?: unknown; scopes?: unknown } | null>).map((entry) => {
    const { sha256, ...info } = entry ?? {};
    if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256) || !Array.isArray(info.scopes))
      throw refuse('contains a damaged key');
    return [sha256, info as Json];
  });
}
