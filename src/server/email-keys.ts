/**
 * Keys of links and pixels. They are made at the first use, kept in the state, and copied into memory and a file of the data folder, so
 * that links work while the state is away. A key makes tokens after a rotation, and opens them for ever: links of old emails go on
 * working. There are two keys at a time from which tokens are made, now and after the next rotation, so every process has known a key for
 * long when the first token of it arrives.
 */
import { hash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { nameFault } from '../domain/text.ts';
import { formatInstant } from '../domain/time.ts';
import { keyText, type TokenKey, tokenKey } from '../email/token.ts';
import { replaceFile } from '../files/private.ts';
import { everyEntry } from '../state/entries.ts';
import type { State, StateTransaction } from '../state/port.ts';

/** `signing` makes tokens, `next` will after a rotation, `retired` did before. `outside` belongs to a mail program. */
type Use = 'signing' | 'next' | 'retired' | 'outside';

/** A key without its secret. */
export interface EmailKeyInfo {
  kid: string;
  use: Use;
  /** Of a key of a mail program. */
  name: string | null;
  created_at: string;
}

type StoredEmailKey = EmailKeyInfo & { secret: string };

const COLLECTION = 'email_keys';
const FILE = 'email-keys.json';
const SECRET_BYTES = 32;
/** The keys in memory are compared with the stored ones at most once in this time. */
const CHECK_MS = 1_000;
/** Keys of mail programs. Each request reads them from memory. */
const MAX_KEYS = 1_000;
const MAX_NAME_LENGTH = 100;

export class EmailKeys {
  private infos = new Map<string, EmailKeyInfo>();
  private opening = new Map<string, TokenKey>();
  private revision = -1;
  private checked_at_ms = Number.NEGATIVE_INFINITY;
  private checking: Promise<void> | undefined;
  private readonly path: string;
  /** The content of the file, as far as this process knows. */
  private copied: string;

  constructor(
    private readonly state: State,
    folder: string,
    private readonly clock: () => number = Date.now,
  ) {
    this.path = join(folder, FILE);
    this.copied = existsSync(this.path) ? readFileSync(this.path, 'utf8') : '';
    this.keep(keysOf(this.copied));
  }

  /** The key of an id, from memory. */
  find(kid: string): TokenKey | undefined {
    return this.opening.get(kid);
  }

  /** True if the keys in memory were compared with the stored ones more than {@link CHECK_MS} ago, or are right now. */
  get stale(): boolean {
    return this.checking !== undefined || performance.now() - this.checked_at_ms >= CHECK_MS;
  }

  /** Reads the keys again if another process changed them. Calls at the same time share one reading. @throws state_unavailable. */
  refresh(): Promise<void> {
    this.checking ??= this.check().finally(() => {
      this.checking = undefined;
    });
    return this.checking;
  }

  /** The key that makes tokens now. It makes the first keys. @throws state_unavailable when there is none in memory. */
  async signing(): Promise<TokenKey> {
    if (this.stale) await this.refresh().catch((error) => this.goOn(error));
    return this.signingKey() ?? (await this.change(makeFirst)) ?? this.signingKey()!;
  }

  async list(): Promise<EmailKeyInfo[]> {
    await this.refresh();
    return [...this.infos.values()].sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
  }

  /** Tokens are made by the next key from now on. @returns the id of the key that makes them. @throws state_unavailable. */
  async rotate(): Promise<string> {
    await this.change(rotateKeys);
    return this.signingKey()!.kid;
  }

  /** Makes a key for a mail program. Only this answer shows it. @throws bad_request; conflict; state_unavailable. */
  async create(name: string): Promise<EmailKeyInfo & { key: string }> {
    const fault = nameFault(name);
    if (fault) throw badRequest('name', fault);
    if (name.length === 0 || name.length > MAX_NAME_LENGTH)
      throw badRequest('name', `must be 1 to ${MAX_NAME_LENGTH} characters`);
    const made = newKey('outside', name, this.clock());
    await this.change(async (transaction) => {
      if ((await transaction.list(COLLECTION, { limit: MAX_KEYS })).length === MAX_KEYS)
        throw new TributaryError(
          'conflict',
          `there are ${MAX_KEYS} keys of links already; revoke one that is not used`,
        );
      await transaction.put(COLLECTION, made.kid, { ...made });
    });
    const { secret, ...info } = made;
    return { ...info, key: keyText(made.kid, Buffer.from(secret, 'base64url')) };
  }

  /** Revokes a key of a mail program, with all of its links. @throws not_found; conflict; state_unavailable. */
  async revoke(kid: string): Promise<void> {
    await this.change(async (transaction) => {
      const key = await transaction.get<StoredEmailKey & Record<string, string>>(COLLECTION, kid);
      if (key === undefined)
        throw new TributaryError('not_found', 'kid: there is no such key; list them with GET /v1/email/keys', {
          field: 'kid',
        });
      if (key.use !== 'outside')
        throw new TributaryError(
          'conflict',
          'kid: this key makes the links of the server, which must go on working; only keys of mail programs can be revoked',
          { field: 'kid' },
        );
      await transaction.delete(COLLECTION, kid);
    });
  }

  private signingKey(): TokenKey | undefined {
    for (const { kid, use } of this.infos.values()) if (use === 'signing') return this.opening.get(kid);
    return undefined;
  }

  /** The state is away. Keys in memory are as good as before. @throws the error when there are none. */
  private goOn(error: unknown): void {
    if (this.signingKey() === undefined) throw error;
  }

  private async change(work: (transaction: StateTransaction, now_ms: number) => Promise<void>): Promise<undefined> {
    await this.state.transaction((transaction) => work(transaction, this.clock()));
    await this.read();
  }

  private async check(): Promise<void> {
    this.checked_at_ms = performance.now();
    if ((await this.state.revision(COLLECTION)) !== this.revision) await this.read();
  }

  private async read(): Promise<void> {
    // The revision is read first, so that a change in between is found the next time.
    let revision = await this.state.revision(COLLECTION);
    if (revision === 0 && this.copied !== '') revision = await this.giveBack();
    const keys: StoredEmailKey[] = [];
    for await (const { value } of everyEntry(this.state, COLLECTION)) keys.push(value as unknown as StoredEmailKey);
    this.keep(keys);
    this.revision = revision;
    const copy = keys.length === 0 ? '' : `${JSON.stringify(keys)}\n`;
    if (copy === this.copied) return;
    replaceFile(this.path, copy);
    this.copied = copy;
  }

  /** A state that never had keys, beside a file with keys, was lost or replaced. It gets them back, so that links go on working. */
  private async giveBack(): Promise<number> {
    await this.state.transaction(async (transaction) => {
      if ((await storedKeys(transaction)).length > 0) return;
      for (const key of keysOf(this.copied)) await transaction.put(COLLECTION, key.kid, { ...key });
    });
    return this.state.revision(COLLECTION);
  }

  private keep(keys: readonly StoredEmailKey[]): void {
    const opening = new Map<string, TokenKey>();
    for (const { kid, secret } of keys)
      opening.set(kid, this.opening.get(kid) ?? tokenKey(kid, Buffer.from(secret, 'base64url')));
    this.opening = opening;
    this.infos = new Map(keys.map(({ secret: _secret, ...info }) => [info.kid, info]));
  }
}

/** The keys of the file, which is only a copy: the state has them, too, so one that cannot be read counts as none. */
function keysOf(text: string): StoredEmailKey[] {
  try {
    const keys = JSON.parse(text) as StoredEmailKey[];
    return Array.isArray(keys)
      ? keys.filter(({ kid, secret }) => typeof kid === 'string' && typeof secret === 'string')
      : [];
  } catch {
    return [];
  }
}

function newKey(use: Use, name: string | null, now_ms: number): StoredEmailKey {
  const secret = randomBytes(SECRET_BYTES);
  const kid = hash('sha256', secret, 'hex').slice(0, 8);
  return { kid, use, name, created_at: formatInstant(now_ms), secret: secret.toString('base64url') };
}

async function makeFirst(transaction: StateTransaction, now_ms: number): Promise<void> {
  const stored = await storedKeys(transaction);
  for (const use of ['signing', 'next'] as const) {
    if (stored.some((key) => key.use === use)) continue;
    const made = newKey(use, null, now_ms);
    await transaction.put(COLLECTION, made.kid, { ...made });
  }
}

async function rotateKeys(transaction: StateTransaction, now_ms: number): Promise<void> {
  for (const key of await storedKeys(transaction)) {
    const use = key.use === 'signing' ? 'retired' : key.use === 'next' ? 'signing' : key.use;
    if (use !== key.use) await transaction.put(COLLECTION, key.kid, { ...key, use });
  }
  await makeFirst(transaction, now_ms);
}

async function storedKeys(transaction: StateTransaction): Promise<StoredEmailKey[]> {
  const entries = await transaction.list(COLLECTION, { limit: MAX_KEYS });
  return entries.map(({ value }) => value as unknown as StoredEmailKey);
}
