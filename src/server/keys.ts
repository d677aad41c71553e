/**
 * Keys: who may write, read or administer, and for which brand. A key is shown once, when it is made; the file holds
 * SHA-256 hashes. A key is 256 random bits, so a fast hash is enough, and the presented key is found by its digest.
 */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { brandProblem } from '../domain/record.ts';
import { formatInstant } from '../domain/time.ts';

export const SCOPES = ['write', 'read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What may be shown of a key. */
export interface KeyInfo {
  key_id: string;
  name: string;
  scopes: Scope[];
  /** The only brand that the key is for; null is every brand. */
  brand_id: string | null;
  last4: string;
  created_at: string;
  /** Where it comes from: `keys.json`, an environment variable, or this run only. */
  origin: 'file' | 'environment' | 'run';
}

export interface Key extends KeyInfo {
  digest: Buffer;
}

/** A key with its secret: seen once. */
export interface MadeKey extends KeyInfo {
  key: string;
}

const ENVIRONMENT: ReadonlyArray<[string, Scope]> = [
  ['TRIBUTARY_WRITE_KEY', 'write'],
  ['TRIBUTARY_READ_KEY', 'read'],
  ['TRIBUTARY_ADMIN_KEY', 'admin'],
];
const SHORT_KEY = 16;
const MAX_NAME_LENGTH = 100;

export class KeyRing {
  /** Keys made at the first start, because none was configured; print them, they are not kept. */
  readonly made: MadeKey[] = [];
  readonly warnings: string[] = [];
  /** By digest, as latin1 text. */
  private readonly keys = new Map<string, Key>();
  /** What each connection presented last. */
  private readonly presented = new WeakMap<object, { secret: string; digest: string; key: Key }>();

  private constructor(
    private readonly path: string,
    private readonly clock: () => number,
  ) {}

  /** Reads `keys.json` and the environment. With neither, makes one key of each scope. */
  static open(folder: string, env: NodeJS.ProcessEnv = process.env, clock: () => number = Date.now): KeyRing {
    const ring = new KeyRing(join(folder, 'keys.json'), clock);
    const first_start = !existsSync(ring.path);
    if (!first_start) ring.readFile();
    ring.readEnvironment(env);
    if (first_start && ring.keys.size === 0) {
      for (const scope of SCOPES) ring.made.push(ring.create({ name: `first ${scope} key`, scope, brand_id: null }));
    }
    return ring;
  }

  /**
   * The key that was presented, or undefined. A `connection` that presents the same secret again is not hashed again: it
   * is compared with what that connection itself sent before, so the time this takes tells nobody anything new.
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

  /** @throws bad_request when the name or brand does not fit. */
  create(wanted: { name: string; scope: Scope; brand_id: string | null }): MadeKey {
    const { name, scope, brand_id } = wanted;
    if (name.length === 0 || name.length > MAX_NAME_LENGTH)
      throw badRequest('name', `must be 1 to ${MAX_NAME_LENGTH} characters, to tell the key by in logs`);
    const problem = brand_id === null ? undefined : brandProblem(brand_id);
    if (problem) throw badRequest('brand_id', problem);
    const made = this.add(makeSecret(scope), { name, scope, brand_id, origin: 'file' });
    this.writeFile();
    return made;
  }

  /** An admin key that only this process knows. */
  createForRun(): string {
    return this.add(makeSecret('admin'), { name: 'this run', scope: 'admin', brand_id: null, origin: 'run' }).key;
  }

  /** @throws not_found; conflict for a key that does not come from the file. */
  revoke(key_id: string): void {
    const [digest, key] = [...this.keys].find(([, candidate]) => candidate.key_id === key_id) ?? [];
    if (digest === undefined || key === undefined)
      throw new TributaryError(
        'not_found',
        `key_id: there is no key ${key_id.slice(0, 60)}; list them with GET /v1/keys`,
        { field: 'key_id' },
      );
    if (key.origin !== 'file')
      throw new TributaryError(
        'conflict',
        `key_id: ${key.name} comes from the ${key.origin}; remove it there and restart`,
        { field: 'key_id' },
      );
    this.keys.delete(digest);
    this.writeFile();
  }

  private add(
    secret: string,
    options: { name: string; scope: Scope; brand_id: string | null; origin: KeyInfo['origin'] },
  ): MadeKey {
    const { name, scope, brand_id, origin } = options;
    const digest = hash('sha256', secret, 'buffer');
    const known = this.keys.get(digest.toString('latin1'));
    const scopes = known ? [...new Set([...known.scopes, scope])] : [scope];
    const info: KeyInfo = {
      key_id: `key_${digest.toString('hex', 0, 6)}`,
      name,
      scopes,
      brand_id,
      last4: secret.slice(-4),
      created_at: formatInstant(this.clock()),
      origin,
    };
    this.keys.set(digest.toString('latin1'), { ...info, digest });
    return { ...info, key: secret };
  }

  private readEnvironment(env: NodeJS.ProcessEnv): void {
    for (const [variable, scope] of ENVIRONMENT) {
      const secret = env[variable];
      if (secret === undefined || secret === '') continue;
      if (secret.length < SHORT_KEY)
        this.warnings.push(
          `${variable} is shorter than ${SHORT_KEY} characters; use a long random key outside of tests`,
        );
      this.add(secret, { name: variable, scope, brand_id: null, origin: 'environment' });
    }
  }

  private readFile(): void {
    const refuse = (why: string): TributaryError =>
      badRequest('keys.json', `${this.path} ${why}; restore it, or remove it to have new keys made`);
    let file: { keys?: unknown };
    try {
      file = JSON.parse(readFileSync(this.path, 'utf8')) as { keys?: unknown };
    } catch (error) {
      throw refuse(`cannot be read: ${(error as Error).message}`);
    }
    if (!Array.isArray(file.keys)) throw refuse('holds no list of keys');
    for (const entry of file.keys as Array<Omit<Key, 'digest' | 'origin'> & { sha256: string }>) {
      const digest = Buffer.from(String(entry.sha256), 'hex');
      if (digest.length !== 32 || !Array.isArray(entry.scopes)) throw refuse('holds a damaged key');
      const { sha256: _sha256, ...info } = entry;
      this.keys.set(digest.toString('latin1'), { ...info, origin: 'file', digest });
    }
  }

  /** Written beside its place and renamed, so that a crash leaves the old file. */
  private writeFile(): void {
    const keys = [...this.keys.values()]
      .filter((key) => key.origin === 'file')
      .map(({ origin: _origin, digest, ...info }) => ({ ...info, sha256: digest.toString('hex') }));
    writePrivate(this.path, `${JSON.stringify({ version: 1, keys }, null, 2)}\n`);
  }
}

/** Writes a file that only its owner may read, all at once. */
export function writePrivate(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.tmp`, text, { mode: 0o600 });
  chmodSync(`${path}.tmp`, 0o600);
  renameSync(`${path}.tmp`, path);
}

export function allows(key: Key, scope: Scope): boolean {
  return key.scopes.includes('admin') || key.scopes.includes(scope);
}

function makeSecret(scope: Scope): string {
  return `trb_${scope}_${randomBytes(32).toString('base64url')}`;
}

function shown(key: Key): KeyInfo {
  const { digest: _digest, ...info } = key;
  return info;
}
