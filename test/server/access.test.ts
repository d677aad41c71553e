import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { expect, onTestFinished, test, vi } from 'vitest';
import { KeyRing } from '../../src/server/keys.ts';
import { bearer, ORDER, TOUCH } from '../support/events.ts';
import { MARCH_QUERY } from '../support/time.ts';
import { ADMIN, PAGE, READ, startServer, WRITE } from './harness.ts';

test('without a key, or with an unknown one, the answer says how to send one', async () => {
  const server = await startServer();
  for (const headers of [{}, bearer('trb_write_nonsense'), { authorization: 'Basic YTpi' }]) {
    const { status, body, headers: sent } = await server.post('/v1/touchpoints', TOUCH, headers);
    expect(status).toBe(401);
    expect(body.error.code).toBe('unauthorized');
    expect(sent['www-authenticate']).toBe('Bearer');
  }
  expect((await server.post('/v1/touchpoints', TOUCH, {})).body.error.message).toContain('Authorization: Bearer KEY');
});

test('each scope opens its own calls, and admin opens all', async () => {
  const server = await startServer();
  const calls: Array<[string, () => string, number[]]> = [
    ['POST', () => '/v1/touchpoints', [202, 403, 202]],
    ['POST', () => '/v1/flush', [200, 403, 200]],
    ['GET', () => '/v1/reports/attribution', [403, 200, 200]],
    ['GET', () => '/v1/reports/journeys', [403, 200, 200]],
    ['GET', () => '/metrics', [403, 200, 200]],
    ['GET', () => '/v1/keys', [403, 403, 200]],
    ['GET', () => '/v1/conflicts', [403, 403, 200]],
    ['GET', () => '/v1/dead_letters', [403, 403, 200]],
    ['POST', () => '/v1/dead_letters/replay', [403, 403, 200]],
    ['GET', () => '/v1/doctor', [403, 403, 200]],
  ];
  for (const [method, path, statuses] of calls) {
    const got = [];
    for (const headers of [WRITE, READ, ADMIN]) {
      got.push(
        (method === 'GET'
          ? await server.get(path(), headers)
          : await server.post(path(), path() === '/v1/touchpoints' ? TOUCH : undefined, headers)
        ).status,
      );
    }
    expect([path(), got]).toEqual([path(), statuses]);
  }
  const refused = await server.get('/v1/reports/attribution', WRITE);
  expect(refused.body.error.message).toContain('needs a key of scope read');
});

test('health and the documentation need no key', async () => {
  const server = await startServer();
  for (const path of ['/health', '/health/live', '/health/ready', '/openapi.json', '/docs'])
    expect([path, (await server.get(path, {})).status]).toEqual([path, 200]);
});

test('a key of one brand sets the brand, and sees and writes no other', async () => {
  const server = await startServer();
  const key = async (scope: 'write' | 'read' | 'admin', brand_id: string) =>
    bearer((await server.keys.create({ name: `${brand_id} ${scope}`, scope, brand_id })).key);
  const acme = await key('write', 'acme');
  expect((await server.post('/v1/conversions', ORDER, acme)).status).toBe(202);
  expect((await server.post('/v1/conversions', { ...ORDER, brand_id: 'acme' }, acme)).status).toBe(202);
  const other = await server.post('/v1/conversions', { ...ORDER, brand_id: 'globex' }, acme);
  expect(other).toMatchObject({ status: 422, body: { rejected: [{ field: 'brand_id' }] } });
  await server.post('/v1/conversions', { ...ORDER, brand_id: 'globex', conversion_value: '1.00' });
  await server.flush();

  const net = async (headers: Record<string, string>, query = '') =>
    (await server.get(`/v1/reports/attribution?${MARCH_QUERY}${query}`, headers)).body.reconciliation
      ?.net_revenue_micros;
  expect(await net(await key('read', 'acme'))).toBe('149990000');
  expect(await net(await key('read', 'globex'))).toBe('1000000');
  expect(await net(READ)).toBe('150990000');
  expect((await server.get(`/v1/reports/attribution?brand_id=globex`, await key('read', 'acme'))).status).toBe(403);

  const admin = await key('admin', 'acme');
  expect((await server.get('/v1/doctor', admin)).status).toBe(403);
  expect((await server.get('/metrics', admin)).status).toBe(403);
  expect((await server.get('/v1/conflicts?brand_id=globex', admin)).status).toBe(403);
  const { body } = await server.get('/v1/keys', admin);
  expect(body.keys.every((shown: { brand_id: string }) => shown.brand_id === 'acme')).toBe(true);
  expect((await server.post('/v1/keys', { name: 'mine', scope: 'read' }, admin)).body.brand_id).toBe('acme');
  expect((await server.post('/v1/keys', { name: 'theirs', scope: 'read', brand_id: 'globex' }, admin)).status).toBe(
    403,
  );
});

test('keys are made, listed without their secret, and stop working when revoked', async () => {
  const server = await startServer();
  const made = await server.post('/v1/keys', { name: 'shop', scope: 'write', brand_id: 'acme' }, ADMIN);
  expect(made.status).toBe(201);
  expect(made.body.key).toMatch(/^trb_write_[A-Za-z0-9_-]{43}$/);
  const headers = bearer(made.body.key);
  expect((await server.post('/v1/touchpoints', TOUCH, headers)).status).toBe(202);

  const list = await server.get('/v1/keys', ADMIN);
  expect(list.body.keys.find((key: { name: string }) => key.name === 'shop')).toMatchObject({
    scopes: ['write'],
    brand_id: 'acme',
    last4: made.body.key.slice(-4),
  });
  expect(list.text).not.toContain(made.body.key);
  for (const name of ['state.db', 'state.db-wal']) {
    const path = join(server.folder, name);
    expect(readFileSync(path).includes(made.body.key)).toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  }
  const again = await KeyRing.open(server.tributary.state, server.folder, {});
  expect(again.find(made.body.key)).toMatchObject({ name: 'shop' });

  expect((await server.call('DELETE', `/v1/keys/${made.body.key_id}`, { headers: ADMIN })).body).toEqual({
    revoked: made.body.key_id,
  });
  expect((await server.post('/v1/touchpoints', TOUCH, headers)).status).toBe(401);
  expect((await server.call('DELETE', '/v1/keys/key_nothing', { headers: ADMIN })).status).toBe(404);
  expect((await server.post('/v1/keys', { name: 'x', scope: 'root' }, ADMIN)).body.error.field).toBe('scope');
});

test('over its limit a key is told to wait, and others are not held up', async () => {
  let now = Date.UTC(2026, 2, 1);
  const server = await startServer({ config: { rate_limit_per_minute: 2 }, clock: () => now });
  const passed = vi.spyOn(performance, 'now');
  onTestFinished(() => passed.mockRestore());
  passed.mockReturnValue(1_000_000);
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await server.get('/v1/reports/journeys')).status);
  expect(statuses).toEqual([200, 200, 429]);
  const { body, headers } = await server.get('/v1/reports/journeys');
  expect(body.error.code).toBe('rate_limited');
  expect(headers['retry-after']).toBe('60');
  expect((await server.get('/v1/reports/journeys', ADMIN)).status).toBe(200);
  // The clock of the machine is set an hour back. That is no reason to wait longer.
  now -= 3_600_000;
  passed.mockReturnValue(1_059_000);
  expect((await server.get('/v1/reports/journeys')).headers['retry-after']).toBe('1');
  passed.mockReturnValue(1_060_000);
  expect((await server.get('/v1/reports/journeys')).status).toBe(200);
});

test('pages of allowed origins may send events with a page key, and nothing else', async () => {
  const server = await startServer({ config: { cors_origins: ['https://shop.example'] } });
  const shop = { origin: 'https://shop.example' };
  const preflight = await server.call('OPTIONS', '/v1/touchpoints', {
    headers: { ...shop, 'access-control-request-method': 'POST' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers).toMatchObject({
    'access-control-allow-origin': 'https://shop.example',
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'POST',
    vary: 'Origin',
  });
  expect(preflight.headers['access-control-allow-headers']).toContain('Authorization');

  const allowed = async (path: string, headers: Record<string, string>, body?: unknown) =>
    (body === undefined ? await server.get(path, headers) : await server.post(path, body, headers)).headers[
      'access-control-allow-origin'
    ];
  expect(await allowed('/v1/touchpoints', { ...shop, ...PAGE }, TOUCH)).toBe('https://shop.example');
  expect(await allowed('/v1/touchpoints', { ...shop, ...WRITE }, TOUCH)).toBeUndefined();
  expect(await allowed('/v1/touchpoints', { ...shop, ...ADMIN }, TOUCH)).toBeUndefined();
  expect(await allowed('/v1/touchpoints', { origin: 'https://evil.example', ...PAGE }, TOUCH)).toBeUndefined();
  expect(await allowed('/v1/reports/journeys', { ...shop, ...READ })).toBeUndefined();
  expect((await server.call('OPTIONS', '/v1/reports/journeys', { headers: shop })).status).toBe(405);
  expect(
    (await server.call('OPTIONS', '/v1/keys', { headers: shop })).headers['access-control-allow-origin'],
  ).toBeUndefined();
});

test('where every origin may send, the answer names the one that asks, since a beacon is sent with credentials', async () => {
  const server = await startServer();
  for (const origin of ['https://shop.example', 'http://localhost:3000', 'null']) {
    const preflight = await server.call('OPTIONS', '/v1/touchpoints', {
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });
    for (const { headers } of [preflight, await server.post('/v1/touchpoints', TOUCH, { ...PAGE, origin })])
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        vary: 'Origin',
      });
    const { headers } = await server.post('/v1/touchpoints', TOUCH, { ...WRITE, origin });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  }
  const { headers } = await server.post('/v1/touchpoints', TOUCH, PAGE);
  expect(headers).not.toHaveProperty('access-control-allow-origin');
});
