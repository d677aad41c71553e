/**
 * Sessions of the dashboard. Who signs in gets a session in a cookie, so that no page holds a key. The session of a key may do what the
 * key may do, and ends with it. The session of a person may do what the configuration gives to the groups of the person. The store
 * holds the SHA-256 of its token. All sessions are in memory, so that a request does not read the store; changes by other processes
 * arrive within {@link CHECK_MS}.
 */
import { hash, randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { formatInstant, MS_PER_HOUR } from '../domain/time.ts';
import type { Grant } from '../domain/user-roles.ts';
import { everyEntry } from '../state/entries.ts';
import type { Json, State } from '../state/port.ts';
import { CHECK_MS, type Key, type KeyRing } from './keys.ts';
import { SCOPE_OF_ROLE } from './roles.ts';

const COLLECTION = 'sessions';
/** A session ends after this time, also if it is used. */
export const SESSION_MS = 12 * MS_PER_HOUR;
/** Over this number the session that ends first makes room for a new one. */
const MAX_SESSIONS = 10_000;
const TOKEN_BYTES = 32;
/** Browsers take a cookie of the first name only from a secure page and for no other host. */
const SECURE_COOKIE = '__Host-tributary_session';
const COOKIE = 'tributary_session';

/** Who signed in at the identity provider. */
export interface Person {
  /** Made of the provider and its id of the person. Logs have it in place of the name. */
  id: string;
  name: string;
  issuer: string;
  /** Those of the person's groups that the configuration named at the sign-in. */
  groups: readonly string[];
}

/** What the configuration gives to a person; undefined if it gives nothing. */
export type GrantOf = (person: Pick<Person, 'issuer' | 'groups'>) => Grant | undefined;

type Holder = { key_id: string } | { person: Person };
type StoredSession = Holder & { ends_ms: number };

/** A session that goes on. */
export interface Session {
  by: 'key' | 'person';
  /** What the session may do: one key for each brand of the person, or one key in all. */
  keys: readonly [Key, ...Key[]];
}

export class Sessions {
  /** By the SHA-256 of the token in hex digits. */
  private sessions = new Map<string, StoredSession>();
  /** The keys of persons, so that the limit of requests counts on the same object. */
  private readonly of_persons = new WeakMap<StoredSession, Session>();
  private revision = -1;
  private checked_at_ms = Number.NEGATIVE_INFINITY;
  private checking: Promise<void> | undefined;

  constructor(
    private readonly state: State,
    private readonly keys: KeyRing,
    private readonly clock: () => number,
    private readonly grantOf: GrantOf,
  ) {}

  /** The session of a token; undefined if there is none, or nothing that it may do any more. */
  find(token: string): Session | undefined {
    const stored = this.sessions.get(digestOf(token));
    if (stored === undefined || stored.ends_ms <= this.clock()) return undefined;
    if ('person' in stored) return this.ofPerson(stored, stored.person);
    const key = this.keys.named(stored.key_id);
    return key === undefined ? undefined : { by: 'key', keys: [key] };
  }

  private ofPerson(stored: StoredSession, person: Person): Session | undefined {
    const known = this.of_persons.get(stored);
    if (known) return known;
    const grant = this.grantOf(person);
    if (grant === undefined) return undefined;
    const session: Session = { by: 'person', keys: keysOf(person, grant, stored.ends_ms - SESSION_MS) };
    this.of_persons.set(stored, session);
    return session;
  }

  /** True if the sessions in memory were compared with the stored ones more than {@link CHECK_MS} ago. */
  get stale(): boolean {
    return performance.now() - this.checked_at_ms >= CHECK_MS;
  }

  /** Reads the sessions again if a process changed them. Calls at the same time share one reading. @throws state_unavailable. */
  refresh(): Promise<void> {
    this.checking ??= this.check().finally(() => {
      this.checking = undefined;
    });
    return this.checking;
  }

  /** Begins a session. @returns its token, which only this answer shows. @throws state_unavailable. */
  async begin(holder: Holder): Promise<string> {
    await this.refresh();
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const digest = digestOf(token);
    const session: StoredSession = { ...holder, ends_ms: this.clock() + SESSION_MS };
    const over = this.over();
    await this.state.transaction(async (transaction) => {
      for (const old of over) await transaction.delete(COLLECTION, old);
      await transaction.put(COLLECTION, digest, session as unknown as Json);
    });
    for (const old of over) this.sessions.delete(old);
    this.sessions.set(digest, session);
    return token;
  }

  /** Ends a session. It ends in this process at once. @throws state_unavailable. */
  async end(token: string): Promise<void> {
    const digest = digestOf(token);
    this.sessions.delete(digest);
    await this.state.transaction((transaction) => transaction.delete(COLLECTION, digest));
  }

  /** The sessions that are over, and the first to end if there is no room for another one. */
  private over(): string[] {
    const now_ms = this.clock();
    const all = [...this.sessions].sort(([, a], [, b]) => a.ends_ms - b.ends_ms);
    const room = all.length - MAX_SESSIONS + 1;
    return all.filter(([, { ends_ms }], i) => ends_ms <= now_ms || i < room).map(([digest]) => digest);
  }

  private async check(): Promise<void> {
    const revision = await this.state.revision(COLLECTION);
    if (revision !== this.revision) {
      const found = new Map<string, StoredSession>();
      // Known sessions keep their object, since the keys of persons and the limit of requests refer to it.
      for await (const { key, value } of everyEntry(this.state, COLLECTION))
        found.set(key, this.sessions.get(key) ?? (value as unknown as StoredSession));
      this.sessions = found;
      this.revision = revision;
    }
    this.checked_at_ms = performance.now();
  }
}

const digestOf = (token: string): string => hash('sha256', token, 'hex');

/** The keys that stand for a person. They have no secret, and are in no list. */
function keysOf({ id, name }: Person, { role, brand_ids }: Grant, since_ms: number): [Key, ...Key[]] {
  const key = (brand_id: string | null): Key => ({
    key_id: id,
    name,
    scopes: [SCOPE_OF_ROLE[role]],
    brand_id,
    last4: '',
    created_at: formatInstant(since_ms),
    origin: 'person',
    digest: Buffer.alloc(0),
  });
  const [first = null, ...others] = brand_ids ?? [];
  return [key(first), ...others.map(key)];
}

/** The key of a session for the brand that a request names. @throws bad_request; forbidden for the brand of somebody else. */
export function keyWithin({ keys }: Session, asked: unknown): Key {
  if (keys.length === 1) return keys[0];
  const brands = keys.map(({ brand_id }) => brand_id).join(', ');
  if (asked === undefined)
    throw badRequest('brand_id', `is needed; you may see the brands ${brands}: name one of them`);
  const found = keys.find(({ brand_id }) => brand_id === asked);
  if (found === undefined)
    throw new TributaryError('forbidden', `brand_id: you may see the brands ${brands} only; name one of them`, {
      field: 'brand_id',
    });
  return found;
}

/** The token in the cookies of a request; undefined if there is none. */
export function tokenIn(cookies: string | undefined): string | undefined {
  return cookieIn(cookies, [SECURE_COOKIE, COOKIE]);
}

/** The value of the first of these cookies that a request has. */
export function cookieIn(cookies: string | undefined, names: readonly string[]): string | undefined {
  if (cookies === undefined) return undefined;
  const values = new Map(cookies.split(';', 100).map((pair) => pairOf(pair.trim())));
  return names.map((name) => values.get(name)).find((value) => value !== undefined);
}

function pairOf(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

/** The header that sets the cookie of a session, or removes it without a token. */
export function sessionCookie(token: string | null, secure: boolean): string {
  const parts = [
    `${secure ? SECURE_COOKIE : COOKIE}=${token ?? ''}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    ...(secure ? ['Secure'] : []),
    `Max-Age=${token === null ? 0 : SESSION_MS / 1_000}`,
  ];
  return parts.join('; ');
}

/**
 * Refuses a request with a cookie that a page of another site may have sent. `SameSite=Strict` keeps cookies from such requests; this
 * holds where a browser does not know it, and for pages of another port of this host, which count as the same site.
 * @throws forbidden.
 */
export function refuseForeignPage(
  method: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw foreign();
  if (method === 'GET' || method === 'HEAD') return;
  const { origin, host } = headers;
  if (typeof origin !== 'string' || hostOf(origin) !== host) throw foreign();
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function foreign(): TributaryError {
  return new TributaryError(
    'forbidden',
    'a session is only for the dashboard of this server; other programs send a key in the header Authorization: Bearer KEY',
  );
}
