/** Signing in at an identity provider, against a real one on this machine: who is let in, as what, and what is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { groupsIn } from '../../src/server/oidc/claims.ts';
import { SESSION_MS } from '../../src/server/sessions.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type IdentityProvider,
  startIdentityProvider,
} from '../support/identity-provider.ts';
import { type Answer, startServer, type TestServer } from './harness.ts';

const PUBLIC_URL = 'https://tributary.example';
const PAGE = { host: 'tributary.example', origin: PUBLIC_URL, 'sec-fetch-site': 'same-origin' };
const ROLES = [
  { group: 'board', role: 'admin' },
  { group: 'marketing', role: 'analyst', brands: ['shop-eu', 'shop-us'] },
  { group: 'agency', role: 'viewer', brands: ['shop-eu'] },
];
const ANNA = { sub: 'anna-1', name: 'Anna Example', groups: ['marketing', 'cyclists'] };
const BOB = { sub: 'bob-2', name: 'Bob Example', groups: ['cyclists'] };

let provider: IdentityProvider;
let server: TestServer;
let now_ms = Date.now();

const settings = (roles: unknown = ROLES, more: object = {}): Record<string, unknown> => ({
  brands: { 'shop-eu': {}, 'shop-us': {} },
  oidc: {
    issuer: provider.issuer,
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    public_url: PUBLIC_URL,
    name: 'Example SSO',
    scope: 'openid profile groups',
    roles,
    ...more,
  },
});

beforeAll(async () => {
  provider = await startIdentityProvider(PUBLIC_URL);
  server = await startServer({ shared: true, config: settings(), clock: () => now_ms, log_level: 'debug' });
});
afterAll(async () => {
  await server.close();
  await provider.close();
});

/** The cookies that an answer sets, and those that it removes with an empty value. */
function cookiesOf(answer: Answer): Map<string, string> {
  const all = [answer.headers['set-cookie'] ?? []].flat() as string[];
  return new Map(all.map((set) => [set.split('=', 1)[0]!, set.split(';', 1)[0]!.replace(/^[^=]*=/, '')]));
}

interface Way {
  /** The request with which the browser comes back. */
  path: string;
  cookie: string;
}

async function begin(to = '/', at = server): Promise<Way> {
  const first = await at.get(`/v1/session/oidc?to=${encodeURIComponent(to)}`, { host: 'tributary.example' });
  expect(first.status).toBe(303);
  const { pathname, search } = await provider.walk(first.headers['location']!);
  return {
    path: pathname + search,
    cookie: `__Host-tributary_sign_in=${cookiesOf(first).get('__Host-tributary_sign_in')}`,
  };
}

/** The browser comes from another site, so it says so. */
const comeBack = ({ path, cookie }: Way, at = server): Promise<Answer> =>
  at.get(path, { host: 'tributary.example', cookie, 'sec-fetch-site': 'cross-site' });

/** Headers of the dashboard's calls once somebody is signed in. */
async function signedIn(account: typeof ANNA, at = server): Promise<Record<string, string>> {
  provider.account = account;
  const answer = await comeBack(await begin('/', at), at);
  const token = cookiesOf(answer).get('__Host-tributary_session');
  expect([answer.headers['location'], token]).toEqual(['/', expect.stringMatching(/^[\w-]{43}$/)]);
  return { ...PAGE, cookie: `__Host-tributary_session=${token}` };
}

/** An end without a session, for a reason that the page tells. */
function expectNoSession(answer: Answer, problem: string): void {
  expect([answer.status, answer.headers['location']]).toEqual([303, `/?sign_in=${problem}`]);
  expect(cookiesOf(answer).has('__Host-tributary_session')).toBe(false);
}

test('a person of a named group signs in with its role and brands, and lands on the page that was asked for', async () => {
  provider.account = ANNA;
  const answer = await comeBack(await begin('/campaigns?model=linear'));
  expect([answer.status, answer.headers['location']]).toEqual([303, '/campaigns?model=linear']);
  const set = String(answer.headers['set-cookie']);
  expect(set).toMatch(/__Host-tributary_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure/);
  expect(cookiesOf(answer).get('__Host-tributary_sign_in')).toBe('');
  const cookie = `__Host-tributary_session=${cookiesOf(answer).get('__Host-tributary_session')}`;
  expect((await server.get('/v1/session', { ...PAGE, cookie })).body).toEqual({
    signed_in: true,
    by: 'person',
    brand_id: null,
    name: 'Anna Example',
    role: 'analyst',
    scopes: ['read'],
    brand_ids: ['shop-eu', 'shop-us'],
  });
});

test('a person sees its own brands, one at a time, and no other', async () => {
  const anna = await signedIn(ANNA);
  const report = async (query: string) => (await server.get(`/v1/reports/attribution${query}`, anna)).status;
  expect(await report('?brand_id=shop-eu')).toBe(200);
  expect(await report('?brand_id=shop-us')).toBe(200);
  expect(await report('?brand_id=default')).toBe(403);
  const without = await server.get('/v1/reports/attribution', anna);
  expect([without.status, without.body.error.message]).toEqual([
    400,
    'brand_id: is needed; you may see the brands shop-eu, shop-us: name one of them',
  ]);
  // A call without this parameter takes it, too.
  expect((await server.get('/v1/models?brand_id=shop-us', anna)).status).toBe(200);
  expect((await server.get('/v1/models?brand_id=default', anna)).status).toBe(403);
  const keys = await server.get('/v1/keys?brand_id=shop-eu', anna);
  expect([keys.status, keys.body.error.message]).toEqual([403, expect.stringContaining('this needs the role admin')]);
});

test('a person of no named group gets no session', async () => {
  provider.account = BOB;
  expectNoSession(await comeBack(await begin()), 'no_role');
});

test('who does not want to sign in at the provider is told so', async () => {
  provider.account = null;
  expectNoSession(await comeBack(await begin()), 'cancelled');
});

describe('a way back counts once, in the browser that began it, for ten minutes', () => {
  test('again', async () => {
    provider.account = ANNA;
    const way = await begin();
    expect((await comeBack(way)).headers['location']).toBe('/');
    expectNoSession(await comeBack(way), 'over');
  });

  test('in another browser, with another state, or late', async () => {
    provider.account = ANNA;
    const [mine, other] = [await begin(), await begin()];
    expectNoSession(await comeBack({ ...mine, cookie: '' }), 'over');
    expectNoSession(await comeBack({ ...mine, cookie: other.cookie }), 'over');
    expectNoSession(await comeBack({ ...mine, cookie: `${mine.cookie.slice(0, -2)}AA` }), 'over');
    expectNoSession(await comeBack({ ...mine, path: mine.path.replace(/state=[^&]*/, 'state=x') }), 'over');
    now_ms += 10 * 60_000;
    expectNoSession(await comeBack(mine), 'over');
  });

  test('with a code that the provider did not give for it', async () => {
    provider.account = ANNA;
    const [mine, other] = [await begin(), await begin()];
    const code = /code=[^&]*/.exec(other.path)![0];
    expectNoSession(await comeBack({ ...mine, path: mine.path.replace(/code=[^&]*/, code) }), 'failed');
  });
});

test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/a b'])(
  'a sign-in never leads to another site: %s',
  async (to) => {
    provider.account = ANNA;
    expect((await comeBack(await begin(to))).headers['location']).toBe('/');
  },
);

test('the session ends with sign-out, and after twelve hours', async () => {
  const out = await signedIn(ANNA);
  await server.call('DELETE', '/v1/session', { headers: out });
  const late = await signedIn(ANNA);
  const reads = async (headers: Record<string, string>) =>
    (await server.get('/v1/reports/attribution?brand_id=shop-eu', headers)).status;
  expect([await reads(out), await reads(late)]).toEqual([401, 200]);
  now_ms += SESSION_MS;
  expect(await reads(late)).toBe(401);
  expect((await server.get('/v1/session', { ...PAGE, cookie: late['cookie']! })).body).toEqual({
    signed_in: false,
    needs_setup: false,
    provider: { name: 'Example SSO', path: '/v1/session/oidc' },
  });
});

test('after the configuration changes, a session may do what its groups may do now', async () => {
  const before = await startServer({ shared: true, config: settings() });
  const anna = await signedIn(ANNA, before);
  await before.close();
  const roles = async (now: unknown): Promise<unknown> => {
    const after = await startServer({ folder: before.folder, shared: true, config: settings(now) });
    const { body } = await after.get('/v1/session', anna);
    await after.close();
    return body.role;
  };
  expect(await roles([{ group: 'marketing', role: 'viewer' }])).toBe('viewer');
  expect(await roles([{ group: 'board', role: 'admin' }])).toBeUndefined();
});

test('a provider that refuses this server, or that is away, is told in the log, and the log holds no secret and no name', async () => {
  const wrong = await startServer({ config: settings(ROLES, { client_secret: 'a wrong secret' }), log_level: 'debug' });
  provider.account = ANNA;
  expectNoSession(await comeBack(await begin('/', wrong), wrong), 'failed');
  const away = await startServer({ config: settings(ROLES, { issuer: 'http://127.0.0.1:9' }), log_level: 'debug' });
  expectNoSession(await away.get('/v1/session/oidc', {}), 'failed');
  for (const { log } of [wrong, away]) expect(log.join('')).toContain('"what":"sign-in"');
  const said = [...wrong.log, ...away.log, ...server.log].join('');
  for (const secret of ['a wrong secret', CLIENT_SECRET, 'Anna', 'anna-1', 'code=']) expect(said).not.toContain(secret);
  expect(said).toMatch(/"key":"person_[0-9a-f]{12}"/);
});

test.each([
  [{ issuer: 'http://sso.example' }, 'config.oidc.issuer'],
  [{ issuer: 'ftp://127.0.0.1' }, 'config.oidc.issuer'],
  [{ public_url: 'http://tributary.example' }, 'config.oidc.public_url'],
  [{ public_url: 'https://tributary.example/dashboard' }, 'config.oidc.public_url'],
  [{ scope: 'profile' }, 'config.oidc.scope'],
  [{ client_secret: { env: 'NOT_SET' } }, 'config.oidc.client_secret'],
  [{ roles: [{ group: 'a', role: 'owner' }] }, 'config.oidc.roles.0.role'],
  [{ roles: [{ group: 'a', role: 'viewer', brands: ['a b'] }] }, 'config.oidc.roles.0.brands'],
])('the configuration %j is refused by its field', (wrong, field) => {
  expect(() => makeConfig(settings(ROLES, wrong))).toThrow(expect.objectContaining({ field }));
});

test.each([
  [{ groups: ['a', 7, 'b'] }, 'groups', ['a', 'b']],
  [{ hd: 'shop.example' }, 'hd', ['shop.example']],
  [{ realm_access: { roles: ['admin'] } }, 'realm_access.roles', ['admin']],
  [{ 'https://shop.example/roles': ['a'] }, 'https://shop.example/roles', ['a']],
  [{ email: 'anna@shop.example', email_verified: true }, 'email', ['anna@shop.example']],
  [{ email: 'anna@shop.example', email_verified: 'true' }, 'email', []],
  [{ email: 'anna@shop.example' }, 'email', []],
  [{}, 'groups', undefined],
  [{}, 'constructor.name', undefined],
])('the claims %j say as %s: %j', (claims, name, groups) => {
  expect(groupsIn(claims, name)).toEqual(groups);
});
