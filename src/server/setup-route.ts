/** The route of the setup in the browser: a token that the server printed makes the first admin key, and signs in with it. */
import { badRequest, TributaryError } from '../domain/errors.ts';
import { Type } from '../domain/typebox.ts';
import type { Route, Services } from './route.ts';
import { isSecure } from './session-routes.ts';
import { refuseForeignPage, type Sessions, sessionCookie } from './sessions.ts';
import type { Setup } from './setup.ts';

const SetupRequest = Type.Object({
  token: Type.String({ description: 'The setup token that `tributary serve` printed' }),
});
/** Longer texts are no token. */
const MAX_TOKEN_LENGTH = 200;

export function setupRoute({ guesses, keys }: Services, sessions: Sessions, setup: Setup): Route {
  return {
    method: 'POST',
    path: '/v1/setup',
    tag: 'administration',
    scope: null,
    audit: 'sign_in',
    summary: 'Make the first admin key of an empty installation',
    description:
      'For the dashboard. The token works once, for an hour, and only while there is no key. The answer shows the key, once, and signs in with it.',
    body: { required: true, schema: SetupRequest, examples: { token: { token: 'trb_setup_…' } } },
    answers: { 201: { description: 'The key', example: { key_id: 'key_1f0e9d8c7b6a', key: 'trb_admin_…' } } },
    handle: async (request, reply) => {
      refuseForeignPage(request.method, request.headers);
      const made = await setup.redeem(readToken(request.body));
      if (made === undefined) throw guesses.count(request.ip) ?? wrongToken();
      request.key = keys.named(made.key_id) ?? null;
      const token = await sessions.begin({ key_id: made.key_id });
      reply.code(201).headers({ 'set-cookie': sessionCookie(token, isSecure(request)), 'cache-control': 'no-store' });
      return { key_id: made.key_id, key: made.key };
    },
  };
}

function readToken(body: unknown): string {
  const { token } = (typeof body === 'object' && body !== null ? body : {}) as { token?: unknown };
  if (typeof token !== 'string' || token.trim() === '' || token.length > MAX_TOKEN_LENGTH)
    throw badRequest('token', 'is required; send the setup token that tributary serve printed');
  return token.trim();
}

function wrongToken(): TributaryError {
  return new TributaryError(
    'unauthorized',
    'this setup token is wrong, or its hour is over; start the server again to get another one, or run: tributary keys create --scope admin',
  );
}
