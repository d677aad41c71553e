/**
 * Sessions of the dashboard. Who signs in with a key gets a session in a cookie, so that no page holds the key. A session may do what its
 * key may do, and ends with it. The store holds the SHA-256 of its token. All sessions are in memory, so that a request does not
 * read the store; changes by other processes arrive within {@link CHECK_MS}.
 */
import { hash, randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { TributaryError } from '../domain/errors.ts';
import { MS_PER_HOUR } from '../domain/time.ts';
import { everyEntry } from '../state/entries.ts';
import type { Json, State } from '../state/port.ts';
import { CHECK_MS, type Key, type KeyRing } from './keys.ts';

const COLLECTION = 'sessions';
/** A session ends after this time, also if it is used. */
export const SESSION_MS = 12 * MS_PER_HOUR;
/** Over this number the session that ends first makes room for a new one. */
const MAX_SESSIONS = 10_000;
const TOKEN_BYTES = 32;
/** Browsers take a cookie of the first name only from a secure page and for no other host. */
const SECURE_COOKIE = '__Host-tributary_session';
const COOKIE = 'tributary_session';

interface Session {
  key_id: string;
  ends_ms: number;
}

export class Sessions {
  /** By the SHA-256 of the token in hex digits. */
  private sessions = new Map<string, Session>();
  private revision = -1;
  private checked_at_ms = Number.NEGATIVE_INFINITY;
  private checking: Promise<void> | undefined;

  constructor(
    private readonly state: State,
    private readonly keys: KeyRing,
    private readonly clock: () => number,
  ) {}

  /** The key of a session; undefined if there is none. */
  find(token: string): Key | undefined {
    const session = this.sessions.get(digestOf(token));
    return session === undefined || session.ends_ms <= this.clock() ? undefined : this.keys.named(session.key_id);
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

  /** Begins a session of a key. @returns its token, which only this answer shows. @throws state_unavailable. */
  async begin(key: Key): Promise<string> {
    await this.refresh();
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const digest = digestOf(token);
    const session: Session = { key_id: key.key_id, ends_ms: this.clock() + SESSION_MS };
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
      const found = new Map<string, Session>();
      for await (const { key, value } of everyEntry(this.state, COLLECTION))
        found.set(key, value as unknown as Session);
      this.sessions = found;
      this.revision = revision;
    }
    this.checked_at_ms = performance.now();
  }
}

const digestOf = (token: string): string => hash('sha256', token, 'hex');

/** The token in the cookies of a request; undefined if there is none. */
export function tokenIn(cookies: string | undefined): string | undefined {
  return cookieNamed(cookies, SECURE_COOKIE) ?? cookieNamed(cookies, COOKIE);
}

/** The value of a cookie of a request; undefined if there is none. */
export function cookieNamed(cookies: string | undefined, name: string): string | undefined {
  if (cookies === undefined) return undefined;
  return new Map(cookies.split(';', 100).map((pair) => pairOf(pair.trim()))).get(name);
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
