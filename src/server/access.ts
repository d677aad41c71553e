/** Access to routes: keys and their scopes, the rate limit, and pages of other origins (CORS). */

import { performance } from 'node:perf_hooks';
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { TributaryError } from '../domain/errors.ts';
import { Type } from '../domain/typebox.ts';
import { headAnswer } from './failures.ts';
import type { Guesses } from './guesses.ts';
import { allows, isPageKey, type Key, type KeyRing } from './keys.ts';
import type { Outgoing } from './outgoing.ts';
import { checkPath, parameterReader } from './parameters.ts';
import type { Route } from './route.ts';
import type { Uploads } from './uploads.ts';

const HOW = 'send a key in the header Authorization: Bearer KEY';
const UNKNOWN_KEY =
  'this key is unknown; it may be revoked, or belong to another server; make a new key with: tributary keys create';

/** A request with a key that nobody has. */
class WrongKey extends TributaryError {
  constructor() {
    super('unauthorized', UNKNOWN_KEY);
  }
}

/** Finds and checks the key of a request. @throws unauthorized, forbidden. */
export function authorize(request: FastifyRequest, route: Route, keys: KeyRing): Key {
  const key = presentedKey(request, keys);
  // The key is set before the checks, so that the log names it also for a refused request.
  request.key = key;
  const scope = route.scope!;
  if (!allows(key, route)) {
    const others = [...(route.pages ? ['page'] : []), ...(scope === 'admin' ? [] : ['admin'])];
    throw new TributaryError(
      'forbidden',
      `this call needs a key of scope ${scope}${others.length === 0 ? '' : ` (or ${others.join(', ')})`}; the key "${key.name}" has ${key.scopes.join(', ')}`,
    );
  }
  if (route.every_brand && key.brand_id !== null) {
    throw new TributaryError(
      'forbidden',
      `this call needs a key for all brands; the key "${key.name}" is for brand ${key.brand_id} only`,
    );
  }
  return key;
}

function presentedKey(request: FastifyRequest, keys: KeyRing): Key {
  const header = request.headers.authorization;
  if (header === undefined) {
    const key = keyInQuery(request, keys);
    if (key) return key;
    throw new TributaryError('unauthorized', `this call needs a key; ${HOW}`);
  }
  const space = header.indexOf(' ');
  if (header.slice(0, space).toLowerCase() !== 'bearer')
    throw new TributaryError('unauthorized', `the Authorization header holds no bearer key; ${HOW}`);
  const key = keys.find(header.slice(space + 1).trim(), request.raw.socket);
  if (!key) throw new WrongKey();
  return key;
}

/** Reads `?key=`, since `sendBeacon` cannot set headers. URLs leak, so only keys that anyone may read are taken. */
function keyInQuery(request: FastifyRequest, keys: KeyRing): Key | undefined {
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

const MINUTE_MS = 60_000;

/** Limits the requests per minute and key. A minute begins with the first request of the key. */
export class RateLimit {
  private readonly windows = new WeakMap<Key, { ends_ms: number; left: number }>();

  constructor(
    private readonly per_minute: number,
    /** A clock that is never set: with the time of day, an hour back would lock a key out for an hour. */
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Counts a request. @throws rate_limited when the key has used up the requests of its minute. */
  take(key: Key): void {
    // The key of this run belongs to the operator on this machine. It has no limit, so that an import is not slowed down.
    if (key.origin === 'run') return;
    const now_ms = this.clock();
    let window = this.windows.get(key);
    if (!window || now_ms >= window.ends_ms) {
      window = { ends_ms: now_ms + MINUTE_MS, left: this.per_minute };
      this.windows.set(key, window);
    }
    if (window.left === 0) {
      const retry_after_s = Math.max(1, Math.ceil((window.ends_ms - now_ms) / 1_000));
      throw new TributaryError(
        'rate_limited',
        `this key has made its ${this.per_minute} requests of this minute; wait ${retry_after_s} s`,
        { retry_after_s },
      );
    }
    window.left -= 1;
  }
}

/**
 * CORS headers. Only routes that pages need have them, and only for keys that may stand in a page. The origin is named, and
 * credentials are allowed, because `sendBeacon` always sends them: a browser drops its request where the answer has `*`. The
 * credentials are those of the browser, such as cookies. This server reads none of them.
 */
export class Cors {
  private readonly any: boolean;

  constructor(private readonly origins: readonly string[]) {
    this.any = origins.includes('*');
  }

  /** Lets the page that asks read the answer, if its origin is allowed. */
  mark(request: FastifyRequest, reply: FastifyReply): void {
    const origin = request.headers.origin;
    if (origin === undefined) return;
    reply.header('vary', 'Origin');
    if (!this.allows(origin)) return;
    reply.header('access-control-allow-origin', origin);
    reply.header('access-control-allow-credentials', 'true');
    reply.header('access-control-expose-headers', 'Retry-After, X-Request-Id');
  }

  /** Withdraws that permission if the key must not stand in a page. */
  unmark(key: Key, reply: FastifyReply): void {
    if (isPageKey(key)) return;
    reply.removeHeader('access-control-allow-origin');
    reply.removeHeader('access-control-allow-credentials');
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

/** The objects that the gates of all routes share. */
export interface GateContext {
  keys: KeyRing;
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

/** The gate of one route. It checks origin, key, rate, size and parameters before any of the body is read, and sets the request id. */
export function gate(route: Route, context: GateContext): onRequestHookHandler {
  const { keys, cors, rate_limit, guesses, uploads, outgoing } = context;
  const readParameters = parameterReader(route.parameters ?? Type.Object({}));
  const collects = route.collects !== undefined;
  const pass = (request: FastifyRequest, reply: FastifyReply): void => {
    if (route.cors) cors.mark(request, reply);
    if (route.scope !== null) {
      const key = authorize(request, route, keys);
      if (route.cors) cors.unmark(key, reply);
      rate_limit?.take(key);
      if (route.method === 'GET' && route.tag !== 'operation') outgoing.check(request);
    }
    if (route.path_parameters !== undefined) checkPath(request.params);
    if (!collects || request.url.includes('?')) request.query = readParameters(request.query);
    if (route.method !== 'GET') request.upload = uploads.begin(request, reply);
  };
  const attempt = (request: FastifyRequest, reply: FastifyReply): Error | undefined => {
    try {
      pass(request, reply);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  };
  return (request, reply, done) => {
    headAnswer(request, reply);
    const end = (failure: Error | undefined): void =>
      done(failure instanceof WrongKey ? (guesses.count(addressOf(request)) ?? failure) : failure);
    const failure = attempt(request, reply);
    if (!(failure instanceof WrongKey) || !keys.stale) return end(failure);
    // Another process may have made this key a moment ago. If the store cannot be read, the request is still refused.
    keys.refresh().then(
      () => end(attempt(request, reply)),
      () => end(failure),
    );
  };
}
