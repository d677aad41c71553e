/**
 * The setup of a new installation in the browser. The first start prints a token; who enters it on the page gets an admin key. A token is
 * used once and ends after {@link TOKEN_MS}, or as soon as somebody makes a key. The store holds its SHA-256.
 */
import { hash, randomBytes } from 'node:crypto';
import { TributaryError } from '../domain/errors.ts';
import { MS_PER_HOUR } from '../domain/time.ts';
import { everyEntry } from '../state/entries.ts';
import type { State } from '../state/port.ts';
import type { MadeKey } from './key.ts';
import type { KeyRing } from './keys.ts';
import { SETUP_TOKENS as COLLECTION } from './stored-keys.ts';

/** A server that is started again prints another token. */
const TOKEN_MS = MS_PER_HOUR;
const TOKEN_BYTES = 24;

export class Setup {
  constructor(
    private readonly state: State,
    private readonly keys: KeyRing,
    private readonly clock: () => number,
  ) {}

  /**
   * Makes a token at a first start: no key was ever made, or only those that this start has just made.
   * @returns the token, which is shown once; null if there is nothing to set up.
   */
  async offer(): Promise<string | null> {
    if (this.keys.made.length === 0 && !(await this.keys.neverMade())) return null;
    const token = `trb_setup_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
    const now_ms = this.clock();
    await this.state.transaction(async (transaction) => {
      for (const { key, value } of await transaction.list<number>(COLLECTION))
        if (value <= now_ms) await transaction.delete(COLLECTION, key);
      await transaction.put(COLLECTION, digestOf(token), now_ms + TOKEN_MS);
    });
    return token;
  }

  /** True if a token would make a key. */
  async isOpen(): Promise<boolean> {
    for await (const { value } of everyEntry<number>(this.state, COLLECTION)) if (value > this.clock()) return true;
    return false;
  }

  /**
   * Makes an admin key for all brands, which ends all tokens.
   * @returns undefined for a wrong token. @throws conflict when the setup is over; state_unavailable.
   */
  async redeem(token: string): Promise<MadeKey | undefined> {
    if (!(await this.isOpen()) && !(await this.keys.neverMade())) throw isOver();
    const digest = digestOf(token);
    const ends_ms = await this.state.get<number>(COLLECTION, digest);
    if (ends_ms === undefined || ends_ms <= this.clock()) return undefined;
    return this.keys.create({ name: 'first admin key', scope: 'admin', brand_id: null }, async (transaction) => {
      // Another request or process may have used a token meanwhile.
      if (!(await transaction.delete(COLLECTION, digest))) throw isOver();
    });
  }
}

const digestOf = (token: string): string => hash('sha256', token, 'hex');

function isOver(): TributaryError {
  return new TributaryError(
    'conflict',
    'setup is over: keys were made; sign in with it, or make another one with: tributary keys create --scope admin',
  );
}
