/** Access to routes: keys and their scopes, the rate limit, and pages of other origins (CORS). */

import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { TributaryError } from '../domain/errors.ts';
import { checkPath, parameterReader } from '../domain/read-parameters.ts';
import { Type } from '../domain/typebox.ts';
import type { Answering, Asked } from './exchange.ts';
import { headAnswer } from './failures.ts';
import type { Guesses } from './guesses.ts';
import { isPageKey, type Key } from './key.ts';
import type { KeyRing } from './keys.ts';
import type { Outgoing } from './outgoing.ts';
import type { RateLimit } from './rate-limit.ts';
import { allows, refusalOfKey, refusalOfSession } from './roles.ts';
import type { Route } from './route.ts';
import { keyWithin, refuseForeignPage, type Sessions, tokenIn } from './sessions.ts';
import type { Uploads } from './uploads.ts';

const HOW = 'send a key in the header Authorization: Bearer KEY';
const UNKNOWN_KEY =
  'this key is unknown; it may be revoked, or belong to another server; make a new key with: tributary keys create';

/** A request with a key that nobody has. */
export class WrongKey extends TributaryError {
  constructor() {
    super('unauthorized', UNKNOWN_KEY);
  }
}

/** A request with the cookie of a session that is over. */
class EndedSession extends TributaryError {
  constructor() {
    super('unauthorized', 'the session is over; sign in again');
  }
}

/** Finds and checks the key of a request. @throws unauthorized, forbidden. */
function authorize(request: Asked, route: Route, { keys, sessions }: Pick<GateContext, 'keys' | 'sessions'>): Key {
  const { key, in_session } = presentedKey(
    request,
    route,
    keys,
    route.collects === undefined && !route.assistants ? sessions : null,
  );
  // The key is set before the checks, so that the log names it also for a refused request.
  request.key = key;
  if (!allows(key, route)) throw in_session ? refusalOfSession(key, route) : refusalOfKey(key, route);
  if (route.every_brand && key.brand_id !== null) {
    const who = in_session ? 'access to all brands; you have it' : `a key for all brands; the key "${key.name}" is`;
    throw new TributaryError('forbidden', `this call needs ${who} for brand ${key.brand_id} only`);
  }
  return key;
}

/** True if the key or session of an open answer still opens its route. Other processes may have ended it. */
export async function stillAllowed(
  request: Asked,
  route: Route,
  context: Pick<GateContext, 'keys' | 'sessions'>,
): Promise<boolean> {
  const { keys, sessions } = context;
  // If the store cannot be read, what is in memory decides, as for a request.
  await Promise.all([keys, sessions].map((ring) => (ring.stale ? ring.refresh().catch(() => undefined) : undefined)));
  try {
    authorize(request, route, context);
    return true;
  } catch {
    return false;
  }
}

interface Presented {
  key: Key;
  in_session: boolean;
}

/** @param sessions null where a session does not count. */
function presentedKey(request: Asked, route: Route, keys: KeyRing, sessions: Sessions | null): Presented {
  const header = request.headers.authorization;
  if (header === undefined) {
    const key = keyInQuery(request, keys);
    if (key) return { key, in_session: false };
    const of_session = sessions === null ? undefined : keyOfSession(request, route, sessions);
    if (of_session) return { key: of_session, in_session: true };
    throw new TributaryError('unauthorized', `this call needs a key; ${HOW}`);
  }
  const secret = bearerOf(header);
  if (secret === undefined)
    throw new TributaryError('unauthorized', `the Authorization header holds no bearer key; ${HOW}`);
  const key = keys.find(secret, request.raw.socket);
  if (!key) throw new WrongKey();
  return { key, in_session: false };
}

/** The key of the session that the cookie names; undefined without a cookie. @throws unauthorized, forbidden, bad_request. */
function keyOfSession(request: Asked, route: Route, sessions: Sessions): Key | undefined {
  const { method, headers, query } = request;
  const token = tokenIn(headers.cookie);
  if (token === undefined) return undefined;
  refuseForeignPage(method, headers);
  const session = sessions.find(token);
  if (session === undefined) throw new EndedSession();
  const asked = (query as { brand_id?: unknown }).brand_id;
  if (route.own_brands && asked === undefined && session.keys.length > 1) {
    request.brand_ids = session.keys.map(({ brand_id }) => brand_id!);
    return session.keys[0];
  }
  return keyWithin(session, asked);
}

/** The key of a header `Authorization: Bearer KEY`; undefined for another scheme. */
function bearerOf(header: string): string | undefined {
  const space = header.indexOf(' ');
  return header.slice(0, space).toLowerCase() === 'bearer' ? header.slice(space + 1).trim() : undefined;
}

/** The user of a header `Authorization: Basic …`; undefined for another scheme. */
function basicUserOf(header: string): string | undefined {
  const [scheme, credentials = ''] = header.split(' ', 2);
  return scheme?.toLowerCase() === 'basic' ? Buffer.from(credentials, 'base64').toString().split(':', 1)[0] : undefined;
}

/**
 * Finds the key of a request that may bring it as the user of basic auth, or in its body. It needs scope write or page.
 * @throws unauthorized, forbidden, rate_limited.
 */
export async function authorizeByBody(
  request: FastifyRequest,
  reply: FastifyReply,
  { keys, guesses, rate_limit }: Pick<GateContext, 'keys' | 'guesses' | 'rate_limit'>,
  in_body: unknown,
): Promise<Key> {
  const header = request.headers.authorization;
  const given = header === undefined ? undefined : (bearerOf(header) ?? basicUserOf(header));
  const secret = given || (typeof in_body === 'string' ? in_body : '');
  if (secret === '')
    throw new TributaryError(
      'unauthorized',
      'this call needs a key, as the user of basic auth or as writeKey in the body',
    );
  let key = keys.find(secret);
  if (!key && keys.stale) {
    await keys.refresh().catch(() => undefined);
    key = keys.find(secret);
  }
  if (!key) throw guesses.count(addressOf(request)) ?? new WrongKey();
  request.key = key;
  withdrawCors(key, reply);
  const needed = { scope: 'write', pages: true } as const;
  if (!allows(key, needed)) throw refusalOfKey(key, needed);
  rate_limit?.take(key);
  return key;
}

/** Reads `?key=`, since `sendBeacon` cannot set headers. URLs leak, so only keys that anyone may read are taken. */
function keyInQuery(request: Asked, keys: KeyRing): Key | undefined {
  const { key: presented } = request.query as { key?: unknown };
  if (typeof presented !== 'string') return undefined;
  const key = keys.find(presented);
  if (!key) throw new WrongKey();
  if (!isPageKey(key)) {
    throw new TributaryError(
      'forbidden',
      `key: a URL may hold only a key of scope page, because URLs are kept in logs and histories, where others read them; ${HOW}, or make a key for the page with: tributary keys create --scope page`,
      { field: 'key' },
    );
  }
  return key;
}

/**
 * CORS headers. Only routes that pages need have them, and only for keys that may stand in a page. The origin is named, and
 * credentials are allowed, because `sendBeacon` always sends them: a browser drops its request where the answer has `*`. The
 * credentials are those of the browser, such as cookies. These routes read none of them.
 */
export class Cors {
  private readonly any: boolean;

  constructor(private readonly origins: readonly string[]) {
    this.any = origins.includes('*');
  }

  /** Lets the page that asks read the answer, if its origin is allowed. */
  mark(request: Asked, reply: Answering): void {
    const origin = request.headers.origin;
    if (origin === undefined) return;
    reply.header('vary', 'Origin');
    if (!this.allows(origin)) return;
    reply.header('access-control-allow-origin', origin);
    reply.header('access-control-allow-credentials', 'true');
    reply.header('access-control-expose-headers', 'Retry-After, X-Request-Id');
  }

  /** Withdraws that permission if the key must not stand in a page. */
  unmark(key: Key, reply: Answering): void {
    withdrawCors(key, reply);
  }

  /** Answers the preflight request of a browser. */
  readonly preflight = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    this.mark(request, reply);
    reply.header('access-control-allow-methods', 'POST');
    reply.header('access-control-allow-headers', 'Authorization, Content-Encoding, Content-Type, X-Request-Id');
    reply.header('access-control-max-age', '86400');
    return reply.code(204).send();
  };

  private allows(origin: string): boolean {
    return this.any || this.origins.includes(origin);
  }
}

/** Hides an answer from pages of other sites if the key must not stand in a page. */
function withdrawCors(key: Key, reply: Pick<Answering, 'removeHeader'>): void {
  if (isPageKey(key)) return;
  reply.removeHeader('access-control-allow-origin');
  reply.removeHeader('access-control-allow-credentials');
}

/** The objects that the gates of all routes share. */
export interface GateContext {
  keys: KeyRing;
  sessions: Sessions;
  cors: Cors;
  rate_limit: RateLimit | null;
  guesses: Guesses;
  uploads: Uploads;
  outgoing: Outgoing;
}

/** The address of the client; undefined once its connection is closed, whatever the types say. */
function addressOf(request: FastifyRequest): string | undefined {
  return request.ip;
}

/** Checks the head of a request. @returns why it is refused; undefined if its body may be read. */
export type Gate = (request: Asked, reply: Answering) => Error | undefined;

/** The gate of one route. It checks origin, key, rate, size and parameters before any of the body is read, and sets the request id. */
export function gateOf(route: Route, context: GateContext): Gate {
  const { cors, rate_limit, uploads, outgoing } = context;
  const readParameters = parameterReader(route.parameters ?? Type.Object({}));
  const collects = route.collects !== undefined;
  const takes_brand = 'brand_id' in (route.parameters?.properties ?? {});
  const pass = (request: Asked, reply: Answering): void => {
    headAnswer(request, reply);
    if (route.cors) cors.mark(request, reply);
    if (route.scope !== null) {
      const key = authorize(request, route, context);
      if (route.cors) cors.unmark(key, reply);
      rate_limit?.take(key);
      if (route.method === 'GET' && route.tag !== 'operation') outgoing.check(request);
    }
    // Who may see some brands names one in every call of the dashboard.
    if (!takes_brand && request.key?.origin === 'person') request.query = withoutBrand(request.query);
    if (route.path_parameters !== undefined) checkPath(request.params);
    if (route.reads_query !== false && (!collects || request.url.includes('?')))
      request.query = readParameters(request.query);
    if (route.method !== 'GET') request.upload = uploads.begin(request, reply);
  };
  return (request, reply) => {
    try {
      pass(request, reply);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  };
}

function withoutBrand(query: unknown): Record<string, unknown> {
  const { brand_id: _brand_id, ...others } = query as Record<string, unknown>;
  return others;
}

/** The gate as a hook of Fastify. It counts wrong keys, and looks for new keys before it refuses one. */
export function gateHook(pass: Gate, { keys, sessions, guesses }: GateContext): onRequestHookHandler {
  return (request, reply, done) => {
    const end = (failure: Error | undefined): void =>
      done(failure instanceof WrongKey ? (guesses.count(addressOf(request)) ?? failure) : failure);
    const failure = pass(request, reply);
    const stale = failure instanceof WrongKey ? keys : failure instanceof EndedSession ? sessions : null;
    if (!stale?.stale) return end(failure);
    // Another process may have made this key or session a moment ago. If the store cannot be read, the request is still refused.
    stale.refresh().then(
      () => end(pass(request, reply)),
      () => end(failure),
    );
  };
}
