/** Sessions of the dashboard: a cookie may do what its key may do, from this server's own pages only, until it ends. */
import { expect, test } from 'vitest';
import { SESSION_MS } from '../../src/server/sessions.ts';
import { bearer, TOUCH } from '../support/events.ts';
import { ADMIN, KEYS, startServer } from './harness.ts';
import { cookieOf, OWN_PAGE, signIn } from './signed-in.ts';

test('who signs in with a read key reads reports, and cannot do more', async () => {
  const server = await startServer();
  const answer = await signIn(server, KEYS.TRIBUTARY_READ_KEY);
  expect([answer.status, answer.body]).toEqual([
    200,
    {
      signed_in: true,
      by: 'key',
      brand_id: null,
      name: 'TRIBUTARY_READ_KEY',
      role: 'analyst',
      scopes: ['read'],
      brand_ids: null,
    },
  ]);
  expect(answer.headers['set-cookie']).toMatch(
    /^tributary_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
  );
  expect(answer.text).not.toContain(KEYS.TRIBUTARY_READ_KEY);
  const cookie = cookieOf(answer);
  expect((await server.get('/v1/reports/attribution', cookie)).status).toBe(200);
  expect((await server.get('/v1/session', cookie)).body).toEqual(answer.body);
  expect((await server.get('/v1/keys', cookie)).status).toBe(403);
});

test('a session never sends events, not even that of an admin', async () => {
  const server = await startServer();
  const cookie = cookieOf(await signIn(server, KEYS.TRIBUTARY_ADMIN_KEY));
  expect((await server.get('/v1/keys', cookie)).status).toBe(200);
  expect((await server.post('/v1/touchpoints', TOUCH, cookie)).status).toBe(401);
});

test.each([
  ['a key that nobody has', 'trb_read_nobody', 401],
  ['a write key', KEYS.TRIBUTARY_WRITE_KEY, 403],
  ['a page key, which anyone can read', KEYS.TRIBUTARY_PAGE_KEY, 403],
  ['no key', '', 400],
])('%s gets no session', async (_, key, status) => {
  const server = await startServer();
  const answer = await signIn(server, key);
  expect([answer.status, answer.headers['set-cookie']]).toEqual([status, undefined]);
});

test('pages of other sites can use no session, begin none and end none', async () => {
  const server = await startServer();
  const cookie = cookieOf(await signIn(server, KEYS.TRIBUTARY_ADMIN_KEY));
  const foreign = { ...cookie, origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
  const neighbour = { ...cookie, origin: 'http://shop.example:8080', 'sec-fetch-site': 'same-site' };
  const { 'sec-fetch-site': _, ...old_browser } = foreign;
  const { origin: __, ...without_origin } = cookie;
  for (const headers of [foreign, neighbour, old_browser, without_origin]) {
    expect((await server.post('/v1/keys', { name: 'x', scope: 'read' }, headers)).status).toBe(403);
    expect((await server.call('DELETE', '/v1/session', { headers })).status).toBe(403);
    expect((await signIn(server, KEYS.TRIBUTARY_READ_KEY, headers)).status).toBe(403);
  }
  expect((await server.get('/v1/reports/attribution', foreign)).status).toBe(403);
  expect((await server.post('/v1/keys', { name: 'x', scope: 'read' }, cookie)).status).toBe(201);
});

test('a session ends with sign-out, with its time, and with its key', async () => {
  let now_ms = Date.now();
  const server = await startServer({ clock: () => now_ms });
  const reads = async (cookie: Record<string, string>): Promise<number> =>
    (await server.get('/v1/reports/attribution', cookie)).status;
  const first = cookieOf(await signIn(server, KEYS.TRIBUTARY_READ_KEY));
  expect(await reads(first)).toBe(200);
  const out = await server.call('DELETE', '/v1/session', { headers: first });
  expect(out.headers['set-cookie']).toMatch(/^tributary_session=; .*Max-Age=0$/);
  expect(await reads(first)).toBe(401);
  expect((await server.get('/v1/session', first)).body).toEqual({
    signed_in: false,
    needs_setup: false,
    provider: null,
  });

  const second = cookieOf(await signIn(server, KEYS.TRIBUTARY_READ_KEY));
  now_ms += SESSION_MS - 1;
  expect(await reads(second)).toBe(200);
  now_ms += 1;
  expect(await reads(second)).toBe(401);

  const made = await server.post('/v1/keys', { name: 'for a while', scope: 'read' }, ADMIN);
  const third = cookieOf(await signIn(server, made.body.key));
  expect(await reads(third)).toBe(200);
  await server.call('DELETE', `/v1/keys/${made.body.key_id}`, { headers: ADMIN });
  expect(await reads(third)).toBe(401);
});

test('a session goes on after a restart, and the store never holds its token', async () => {
  const before = await startServer({ shared: true });
  const cookie = cookieOf(await signIn(before, KEYS.TRIBUTARY_READ_KEY));
  const token = cookie['cookie']!.split('=')[1]!;
  expect(JSON.stringify(await before.tributary.state.list('sessions'))).not.toContain(token);
  await before.close();
  const after = await startServer({ folder: before.folder });
  expect((await after.get('/v1/reports/attribution', cookie)).status).toBe(200);
  expect(after.log.join('') + before.log.join('')).not.toContain(token);
});

test('a key in a header counts, whatever the cookie says', async () => {
  const server = await startServer();
  const cookie = cookieOf(await signIn(server, KEYS.TRIBUTARY_READ_KEY));
  expect((await server.get('/v1/keys', { ...cookie, ...ADMIN })).status).toBe(200);
  expect((await server.get('/v1/keys', { ...cookie, ...bearer('nobody') })).status).toBe(401);
});

test('behind a proxy with TLS the cookie is for secure pages only', async () => {
  const server = await startServer({ config: { trust_proxy: ['127.0.0.1'] } });
  const secure = { ...OWN_PAGE, origin: 'https://shop.example', 'x-forwarded-proto': 'https' };
  const answer = await signIn(server, KEYS.TRIBUTARY_READ_KEY, secure);
  expect(answer.headers['set-cookie']).toMatch(/^__Host-tributary_session=[\w-]{43}; .*; Secure; Max-Age=\d+$/);
  expect((await server.get('/v1/reports/attribution', { ...secure, ...cookieOf(answer) })).status).toBe(200);
});
