/** The routes of signing in at an identity provider. A browser goes from one to the provider, and comes back to the other. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { logFailure } from '../log.ts';
import type { Route } from '../route.ts';
import { cookieIn, type Sessions, sessionCookie } from '../sessions.ts';
import { CALLBACK_PATH } from './provider.ts';
import { type Problem, SIGN_IN_MS, type SignIn } from './sign-in.ts';

const SECURE_COOKIE = '__Host-tributary_sign_in';
const COOKIE = 'tributary_sign_in';
const SEE_OTHER = 303;
const HEADERS = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

export function oidcRoutes(sign_in: SignIn, sessions: Sessions): Route[] {
  const secure = sign_in.public_url.startsWith('https:');
  const shared = { method: 'GET', tag: 'administration', scope: null, reads_query: false } as const;
  const send = (reply: FastifyReply, cookies: string[], to: string): FastifyReply =>
    reply
      .code(SEE_OTHER)
      .headers({ ...HEADERS, 'set-cookie': cookies, location: to })
      .send();
  const fail = (request: FastifyRequest, reply: FastifyReply, problem: Problem, cause?: unknown): FastifyReply => {
    if (cause !== undefined) logFailure(request.log, cause, { request_id: request.id, what: 'sign-in' });
    return send(reply, [signInCookie(null, secure)], `/?sign_in=${problem}`);
  };
  return [
    {
      ...shared,
      path: '/v1/session/oidc',
      summary: 'Sign in to the dashboard at the identity provider',
      description: 'For browsers. `to` is the page of the dashboard that is opened afterwards.',
      answers: { [SEE_OTHER]: { description: 'The address of the provider' } },
      handle: async (request, reply) => {
        try {
          const { address, kept } = await sign_in.begin((request.query as { to?: unknown }).to);
          return send(reply, [signInCookie(kept, secure)], address);
        } catch (cause) {
          return fail(request, reply, 'failed', cause);
        }
      },
    },
    {
      ...shared,
      path: CALLBACK_PATH,
      audit: 'sign_in',
      summary: 'Where the identity provider sends the browser back to',
      answers: { [SEE_OTHER]: { description: 'The dashboard, signed in or with the reason why not' } },
      handle: async (request, reply) => {
        const outcome = await sign_in.end(request.url, cookieIn(request.headers.cookie, [SECURE_COOKIE, COOKIE]));
        if ('problem' in outcome) return fail(request, reply, outcome.problem, outcome.cause);
        request.key = sessions.find(outcome.token)?.keys[0] ?? null;
        return send(reply, [signInCookie(null, secure), sessionCookie(outcome.token, secure)], outcome.to);
      },
    },
  ];
}

/** The browser brings this cookie back from the site of the provider, so it is not `Strict`. */
function signInCookie(kept: string | null, secure: boolean): string {
  const parts = [
    `${secure ? SECURE_COOKIE : COOKIE}=${kept ?? ''}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    ...(secure ? ['Secure'] : []),
    `Max-Age=${kept === null ? 0 : SIGN_IN_MS / 1_000}`,
  ];
  return parts.join('; ');
}
