/** Routes of the dashboard's sessions: who signs in with a key gets a cookie, and no page holds the key. */
import type { FastifyRequest } from 'fastify';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { Type } from '../domain/typebox.ts';
import { WrongKey } from './access.ts';
import { isPageKey } from './key.ts';
import { roleOf } from './roles.ts';
import type { Route, Services } from './route.ts';
import { refuseForeignPage, type Session, type Sessions, sessionCookie, tokenIn } from './sessions.ts';
import type { Setup } from './setup.ts';

const SignIn = Type.Object({ key: Type.String({ description: 'A key of scope view, read or admin' }) });

const SESSION_EXAMPLE = {
  signed_in: true,
  by: 'key',
  name: 'marketing',
  role: 'analyst',
  scopes: ['read'],
  brand_id: null,
  brand_ids: null,
} as const;
/** Longer texts are no key. */
const MAX_KEY_LENGTH = 1_000;

export function sessionRoutes({ tributary, keys, guesses }: Services, sessions: Sessions, setup: Setup): Route[] {
  const path = '/v1/session';
  const { oidc } = tributary.config;
  const provider = oidc === null ? null : { name: oidc.name, path: '/v1/session/oidc' };
  const nobody = async () => ({ signed_in: false, needs_setup: await setup.isOpen(), provider });
  return [
    {
      method: 'GET',
      path,
      tag: 'administration',
      scope: null,
      summary: 'Who is signed in',
      description:
        'Without a session it answers `{"signed_in": false}`, whether the installation has no key yet, and the identity provider, if one is configured. `brand_ids` is null for all brands; `brand_id` is the only one.',
      answers: { 200: { description: 'The name, the role and the brands', example: SESSION_EXAMPLE } },
      handle: async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const token = tokenIn(request.headers.cookie);
        if (token === undefined) return nobody();
        refuseForeignPage(request.method, request.headers);
        if (sessions.find(token) === undefined && sessions.stale) await sessions.refresh();
        const session = sessions.find(token);
        return session === undefined ? nobody() : shown(session);
      },
    },
    {
      method: 'POST',
      path,
      tag: 'administration',
      scope: null,
      audit: 'sign_in',
      summary: 'Sign in to the dashboard',
      description:
        'Answers with a cookie that only this server can read. The session may do what the key may do, for twelve hours or until the key is revoked.',
      body: { required: true, schema: SignIn, examples: { key: { key: 'trb_read_…' } } },
      answers: { 200: { description: 'Signed in', example: SESSION_EXAMPLE } },
      handle: async (request, reply) => {
        refuseForeignPage(request.method, request.headers);
        const secret = readKey(request.body);
        if (keys.find(secret) === undefined && keys.stale) await keys.refresh();
        const key = keys.find(secret);
        if (key === undefined) throw guesses.count(request.ip) ?? new WrongKey();
        if (isPageKey(key) || roleOf(key) === null)
          throw new TributaryError(
            'forbidden',
            `the dashboard needs a key of scope view, read or admin; the key "${key.name}" has ${key.scopes.join(', ')}`,
          );
        request.key = key;
        const token = await sessions.begin({ key_id: key.key_id });
        reply.headers({ 'set-cookie': sessionCookie(token, isSecure(request)), 'cache-control': 'no-store' });
        return shown({ by: 'key', keys: [key] });
      },
    },
    {
      method: 'DELETE',
      path,
      tag: 'administration',
      scope: null,
      summary: 'Sign out of the dashboard',
      answers: { 200: { description: 'Signed out', example: { signed_out: true } } },
      handle: async (request, reply) => {
        refuseForeignPage(request.method, request.headers);
        const token = tokenIn(request.headers.cookie);
        if (token !== undefined) await sessions.end(token);
        reply.headers({ 'set-cookie': sessionCookie(null, isSecure(request)), 'cache-control': 'no-store' });
        return { signed_out: true };
      },
    },
  ];
}

export const isSecure = ({ protocol }: FastifyRequest): boolean => protocol === 'https';

function shown({ by, keys }: Session): Record<string, unknown> {
  const [key] = keys;
  const brand_ids = keys.map(({ brand_id }) => brand_id);
  const { name, scopes } = key;
  const brands = {
    brand_id: keys.length === 1 ? key.brand_id : null,
    brand_ids: key.brand_id === null ? null : brand_ids,
  };
  return { signed_in: true, by, name, role: roleOf(key), scopes, ...brands };
}

function readKey(body: unknown): string {
  const { key } = (typeof body === 'object' && body !== null ? body : {}) as { key?: unknown };
  if (typeof key !== 'string' || key.trim() === '' || key.length > MAX_KEY_LENGTH)
    throw badRequest('key', 'is required; send a key of scope view, read or admin, as tributary keys create shows it');
  return key.trim();
}
