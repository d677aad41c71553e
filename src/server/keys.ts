/**
 * Keys: who may write, read or administer, and for which brand. A key is shown once, when it is made. The store holds SHA-256
 * hashes: a key is 256 random bits, so a fast hash is enough, and a key is found by its hash. All keys are in memory, so that a
 * request does not read the store. Changes by other processes arrive within two seconds.
 */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { TributaryError } from '../domain/errors.ts';
import { formatInstant } from '../domain/time.ts';
import type { Json, State, StateTransaction } from '../state/port.ts';
import { endOf, environmentKeys, SHORT_KEY } from './environment-keys.ts';
import { type Key, type KeyInfo, type MadeKey, shown } from './key.ts';
import {
  COLLECTION,
  IMPORTS,
  importKeyFile,
  type Scope,
  SETUP_TOKENS,
  type StoredKey,
  storedKeys,
} from './stored-keys.ts';
import { checkWanted, type WantedKey } from './wanted-key.ts';

export type { Key } from './key.ts';

/** The scopes of the keys of a first start. */
const FIRST_SCOPES: readonly Scope[] = ['write', 'read', 'admin', 'page'];
/** The keys in memory are compared with the stored keys at most once in this time. */
export const CHECK_MS = 1_000;

export class KeyRing {
  /** Keys that were made at the first start because there were none. The caller prints them: their secrets are not stored. */
  readonly made: MadeKey[] = [];
  /** Environment variables whose keys are short enough to be guessed. */
  readonly short: string[] = [];
  /** All keys, by their hash as latin1 text. */
  private keys = new Map<string, Key>();
  /** The secret that each connection presented last. */
  private readonly presented = new WeakMap<object, { secret: string; digest: string; key: Key }>();
  /** Keys that are revoked here, and whose revocation could not be stored yet; by their hash as latin1 text. */
  private readonly unstored = new Map<string, Key>();
  /** The revision of the stored keys that are in memory. */
  private revision = -1;
  /** Number of changes of the keys by this process. */
  private changes = 0;
  private checked_at_ms = Number.NEGATIVE_INFINITY;
  private checking: Promise<void> | undefined;

  private constructor(
    private readonly state: State,
    private readonly clock: () => number,
  ) {}

  /**
   * Reads the stored keys and those of the environment. If there are none at the first start, it makes keys, unless `first` leaves that
   * to the setup in the browser. A `keys.json` in the folder is imported into the store once.
   * @throws state_unavailable; bad_request for a `keys.json` that is damaged.
   */
  static async open(
    state: State,
    folder: string,
    env: NodeJS.ProcessEnv = process.env,
    clock: () => number = Date.now,
    first: 'keys' | 'setup' = 'keys',
  ): Promise<KeyRing> {
    const ring = new KeyRing(state, clock);
    await importKeyFile(state, join(folder, 'keys.json'));
    ring.readEnvironment(env);
    await ring.load();
    if (first === 'keys' && ring.keys.size === 0) await ring.makeFirst();
    return ring;
  }

  /**
   * The key with this secret, or undefined. A secret that a `connection` presents again is not hashed again. It is compared
   * with what the same connection sent before, so the time of the comparison reveals nothing new to the sender.
   */
  find(presented: string, connection?: object): Key | undefined {
    const before = connection && this.presented.get(connection);
    if (before?.secret === presented && this.keys.get(before.digest) === before.key) return before.key;
    const digest = hash('sha256', presented, 'buffer');
    const text = digest.toString('latin1');
    const key = this.keys.get(text);
    if (key === undefined || !timingSafeEqual(key.digest, digest)) return undefined;
    if (connection) this.presented.set(connection, { secret: presented, digest: text, key });
    return key;
  }

  list(): KeyInfo[] {
    return [...this.keys.values()].map(shown);
  }

  /** True if the keys in memory were compared with the stored keys more than {@link CHECK_MS} ago. */
  get stale(): boolean {
    return performance.now() - this.checked_at_ms >= CHECK_MS;
  }

  /** Reads the keys again if other processes changed them, and stores revocations that could not be stored before. Calls at the same time share one reading. @throws state_unavailable. */
  refresh(): Promise<void> {
    this.checking ??= this.check().finally(() => {
      this.checking = undefined;
    });
    return this.checking;
  }

  /**
   * Makes a key and stores it. If it cannot be stored, it is not returned. It ends the setup in the browser.
   * @param also what is done in the same transaction.
   * @throws bad_request for a wrong name, brand or budget; state_unavailable; what `also` throws.
   */
  async create(wanted: WantedKey, also?: (transaction: StateTransaction) => Promise<void>): Promise<MadeKey> {
    checkWanted(wanted);
    const { key, made } = this.prepare(makeSecret(wanted.scope), { ...wanted, origin: 'file' });
    await this.state.transaction(async (transaction) => {
      await also?.(transaction);
      for (const token of await transaction.list(SETUP_TOKENS)) await transaction.delete(SETUP_TOKENS, token.key);
      await transaction.put(COLLECTION, key.digest.toString('hex'), stored(key));
    });
    this.remember(key);
    return made;
  }

  /** True if no key exists and none was ever stored. The key of this run does not count. @throws state_unavailable. */
  async neverMade(): Promise<boolean> {
    if ([...this.keys.values()].some(({ origin }) => origin !== 'run')) return false;
    const revisions = await Promise.all([COLLECTION, IMPORTS].map((name) => this.state.revision(name)));
    return revisions.every((revision) => revision === 0);
  }

  /** An admin key that only this process knows. */
  createForRun(): string {
    const { key, made } = this.prepare(makeSecret('admin'), {
      name: 'this run',
      scope: 'admin',
      brand_id: null,
      origin: 'run',
    });
    this.remember(key);
    return made.key;
  }

  /** The key with this id, also if it is revoked here and its revocation is not stored yet. */
  named(key_id: string): Key | undefined {
    return [...this.keys.values(), ...this.unstored.values()].find((key) => key.key_id === key_id);
  }

  /** Number of revocations that hold in this process and are not stored yet. */
  get unstored_revocations(): number {
    return this.unstored.size;
  }

  /**
   * Revokes a stored key. It stops working in this process at once. Keys that the caller does not see do not exist for it.
   * @throws not_found; conflict for a key that is not stored; state_unavailable: then {@link refresh} tries again to store it.
   */
  async revoke(key_id: string, sees: (key: Key) => boolean = () => true): Promise<void> {
    const named = this.named(key_id);
    const key = named && sees(named) ? named : undefined;
    const digest = key?.digest.toString('latin1');
    if (digest === undefined || key === undefined)
      throw new TributaryError(
        'not_found',
        `key_id: there is no key ${key_id.slice(0, 60)}; list them with GET /v1/keys`,
        { field: 'key_id' },
      );
    if (key.origin !== 'file')
      throw new TributaryError(
        'conflict',
        `key_id: ${key.name} comes from the ${key.origin} and is not stored; remove it there and restart`,
        { field: 'key_id' },
      );
    this.unstored.set(digest, key);
    this.changes += 1;
    this.keys.delete(digest);
    try {
      await this.storeRevocation(digest, key);
    } catch (cause) {
      throw new TributaryError(
        'state_unavailable',
        `the revocation could not be stored (${(cause as Error).message}). A running server refuses the key from now on, tries again every second, and warns in /health until it is stored. Until then other processes accept the key, and so would this one after a restart; repeat the call to be sure`,
        { cause },
      );
    }
  }

  private async storeRevocation(digest: string, key: Key): Promise<void> {
    await this.state.transaction((transaction) => transaction.delete(COLLECTION, key.digest.toString('hex')));
    this.unstored.delete(digest);
    // A reading that began before may still hold the key.
    this.changes += 1;
  }

  private remember(key: Key): void {
    this.changes += 1;
    this.keys.set(key.digest.toString('latin1'), key);
  }

  private prepare(
    secret: string,
    { name, scope, brand_id, origin, ...budget }: WantedKey & { origin: KeyInfo['origin'] },
  ): { key: Key; made: MadeKey } {
    const digest = hash('sha256', secret, 'buffer');
    const known = this.keys.get(digest.toString('latin1'));
    const scopes = known ? [...new Set([...known.scopes, scope])] : [scope];
    const info: KeyInfo = {
      key_id: `key_${digest.toString('hex', 0, 6)}`,
      name,
      scopes,
      brand_id,
      last4: endOf(secret),
      created_at: formatInstant(this.clock()),
      ...budget,
      origin,
    };
    return { key: { ...info, digest }, made: { ...info, key: secret } };
  }

  private readEnvironment(env: NodeJS.ProcessEnv): void {
    for (const { variable, scope, secret } of environmentKeys(env)) {
      if (secret.length < SHORT_KEY) this.short.push(variable);
      this.remember(this.prepare(secret, { name: variable, scope, brand_id: null, origin: 'environment' }).key);
    }
  }

  /** Makes the first keys, unless a key was ever stored: after all keys are revoked, no new ones are made. */
  private async makeFirst(): Promise<void> {
    if (!(await this.neverMade())) return;
    const first = FIRST_SCOPES.map((scope) =>
      this.prepare(makeSecret(scope), { name: `first ${scope} key`, scope, brand_id: null, origin: 'file' }),
    );
    const stored_here = await this.state.transaction(async (transaction) => {
      // Another process that starts at the same time may have made keys already.
      if ((await transaction.list(COLLECTION, { limit: 1 })).length > 0) return false;
      for (const { key } of first) await transaction.put(COLLECTION, key.digest.toString('hex'), stored(key));
      return true;
    });
    if (!stored_here) return this.load();
    for (const { key, made } of first) {
      this.remember(key);
      this.made.push(made);
    }
  }

  private async check(): Promise<void> {
    this.checked_at_ms = performance.now();
    if ((await this.state.revision(COLLECTION)) !== this.revision) await this.load();
    for (const [digest, key] of this.unstored) await this.storeRevocation(digest, key);
  }

  /** Reads the stored keys into memory. */
  private async load(): Promise<void> {
    let changes: number;
    let revision: number;
    let loaded: Map<string, Key>;
    do {
      changes = this.changes;
      // The revision is read before the keys, so that a change in between is found the next time.
      revision = await this.state.revision(COLLECTION);
      loaded = await this.readStored();
      // If this process changed keys meanwhile, the reading may lack the change. Then it is repeated.
    } while (changes !== this.changes);
    this.keys = loaded;
    this.revision = revision;
  }

  private async readStored(): Promise<Map<string, Key>> {
    const loaded = new Map<string, Key>();
    for await (const [sha256, info] of storedKeys(this.state)) {
      const digest = Buffer.from(sha256, 'hex');
      const text = digest.toString('latin1');
      if (this.unstored.has(text)) continue;
      // Known keys keep their object, since `presented` and the rate limit refer to it.
      loaded.set(text, this.keys.get(text) ?? { ...info, origin: 'file', digest });
    }
    for (const [text, key] of this.keys) if (key.origin !== 'file') loaded.set(text, key);
    return loaded;
  }
}

function makeSecret(scope: Scope): string {
  return `trb_${scope}_${randomBytes(32).toString('base64url')}`;
}

function stored({ digest: _digest, origin: _origin, ...info }: Key): Json {
  return info satisfies StoredKey as unknown as Json;
}
