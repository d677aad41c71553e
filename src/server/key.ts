/** What is known of a key. */
import type { DpBudget } from '../privacy/differential-privacy/budget.ts';
import { readBudget } from '../privacy/differential-privacy/epsilon.ts';
import type { StoredKey } from './stored-keys.ts';

/** A key without its secret. */
export interface KeyInfo extends StoredKey {
  /** Source of the key: the store (named `file` for historical reasons), an environment variable, this run only, or the session of a person. */
  origin: 'file' | 'environment' | 'run' | 'person';
}

export interface Key extends KeyInfo {
  digest: Buffer;
}

/** A new key with its secret. */
export interface MadeKey extends KeyInfo {
  key: string;
}

/** True if a key can do no more than a page may. Anyone may hold such a key, since anyone may read the page. */
export function isPageKey(key: Key): boolean {
  return key.scopes.every((scope) => scope === 'page');
}

/** What a key may spend on answers with noise; null for a key that has no budget. */
export function budgetOf({ dp_epsilon_budget, dp_budget_per = 'total' }: StoredKey): DpBudget | null {
  if (dp_epsilon_budget === undefined) return null;
  return { epsilon_millis: readBudget('dp_epsilon_budget', dp_epsilon_budget), per: dp_budget_per };
}

/** True if a key sees answers with noise only. */
export function isPartnerKey({ scopes }: Pick<Key, 'scopes'>): boolean {
  return scopes.every((scope) => scope === 'partner');
}

/** A key without what finds it. */
export function shown(key: Key): KeyInfo {
  const { digest: _digest, ...info } = key;
  return info;
}
