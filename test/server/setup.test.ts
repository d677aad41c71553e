/** The setup of an empty installation: a printed token makes the first admin key, once, for an hour, until somebody makes a key. */
import { expect, test } from 'vitest';
import { KeyRing } from '../../src/server/keys.ts';
import { Setup } from '../../src/server/setup.ts';
import { bearer } from '../support/events.ts';
import { type Answer, startServer, type TestServer } from './harness.ts';
import { cookieOf, OWN_PAGE } from './signed-in.ts';

const HOUR_MS = 3_600_000;

/** A server without any key, and the token that its start prints. */
async function emptyServer(): Promise<{
  server: TestServer;
  setup: Setup;
  token: string;
  later: (ms: number) => void;
}> {
  let now_ms = Date.parse('2026-03-01T10:00:00Z');
  const clock = (): number => now_ms;
  const server = await startServer({ first: 'setup', env: {}, clock });
  const setup = new Setup(server.tributary.state, server.keys, clock);
  const token = (await setup.offer())!;
  return { server, setup, token, later: (ms) => (now_ms += ms) };
}

const enter = (server: TestServer, token: string, headers: Record<string, string> = OWN_PAGE): Promise<Answer> =>
  server.post('/v1/setup', { token }, headers);

test('the token makes an admin key and signs in with it, and works once', async () => {
  const { server, setup, token } = await emptyServer();
  expect((await server.get('/v1/session', OWN_PAGE)).body).toMatchObject({ signed_in: false, needs_setup: true });
  const answer = await enter(server, token);
  expect([answer.status, answer.headers['cache-control']]).toEqual([201, 'no-store']);
  expect((await server.get('/v1/keys', bearer(answer.body.key))).body.keys).toHaveLength(1);
  expect((await server.get('/v1/session', cookieOf(answer))).body).toMatchObject({ role: 'admin', brand_ids: null });
  const again = await enter(server, token);
  expect([again.status, again.body.error.code]).toEqual([409, 'conflict']);
  expect((await server.get('/v1/session', OWN_PAGE)).body).toMatchObject({ signed_in: false, needs_setup: false });
  expect(await setup.offer()).toBeNull();
});

test('of many requests with one token, one gets a key', async () => {
  const { server, token } = await emptyServer();
  const statuses = (await Promise.all(Array.from({ length: 8 }, () => enter(server, token)))).map(
    ({ status }) => status,
  );
  expect(statuses.sort()).toEqual([201, ...Array(7).fill(409)]);
  expect(server.keys.list()).toHaveLength(1);
});

test('a token ends after an hour, and the next start prints another one', async () => {
  const { server, setup, token, later } = await emptyServer();
  later(HOUR_MS);
  expect((await enter(server, token)).status).toBe(401);
  const next = (await setup.offer())!;
  expect((await enter(server, token)).status).toBe(401);
  expect((await enter(server, next)).status).toBe(201);
});

test('no token works once any key exists, wherever it was made, and none is offered after keys were revoked', async () => {
  const { server, setup, token } = await emptyServer();
  const other = await KeyRing.open(server.tributary.state, server.folder, {}, Date.now, 'setup');
  const made = await other.create({ name: 'by the command', scope: 'read', brand_id: null });
  expect((await enter(server, token)).status).toBe(409);
  await other.revoke(made.key_id);
  expect((await enter(server, token)).status).toBe(409);
  expect(await setup.offer()).toBeNull();
});

test('tokens cannot be guessed, and pages of other sites cannot send one', async () => {
  const { server, token } = await emptyServer();
  const foreign = { ...OWN_PAGE, origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
  expect((await enter(server, token, foreign)).status).toBe(403);
  const statuses: number[] = [];
  for (let i = 0; i < 22; i++) statuses.push((await enter(server, `trb_setup_${i}`)).status);
  expect([statuses[0], statuses[21]]).toEqual([401, 429]);
  expect((await server.post('/v1/setup', {}, OWN_PAGE)).status).toBe(400);
  // Guesses of others do not keep the operator out.
  expect((await enter(server, token)).status).toBe(201);
});

test('the store and the log hold no token', async () => {
  const server = await startServer({ first: 'setup', env: {}, log_level: 'debug' });
  const token = (await new Setup(server.tributary.state, server.keys, Date.now).offer())!;
  expect(JSON.stringify(await server.tributary.state.list('setup_tokens'))).not.toContain(token);
  await enter(server, token);
  expect(server.log.join('')).not.toContain(token);
  expect(await server.tributary.state.list('setup_tokens')).toEqual([]);
});

test('an environment with a key needs no setup', async () => {
  const server = await startServer({ env: { TRIBUTARY_READ_KEY: 'a key of the environment' } });
  expect(await new Setup(server.tributary.state, server.keys, Date.now).offer()).toBeNull();
  expect((await server.get('/v1/session', OWN_PAGE)).body.needs_setup).toBe(false);
});

test('beside the keys of a first start a token works, until somebody makes a key', async () => {
  const server = await startServer({ env: {} });
  const setup = new Setup(server.tributary.state, server.keys, Date.now);
  const token = (await setup.offer())!;
  expect((await server.get('/v1/session', OWN_PAGE)).body.needs_setup).toBe(true);
  expect((await enter(server, token)).status).toBe(201);
  const next = (await setup.offer())!;
  await server.keys.create({ name: 'another', scope: 'read', brand_id: null });
  expect((await enter(server, next)).status).toBe(409);
  expect((await server.get('/v1/session', OWN_PAGE)).body.needs_setup).toBe(false);
});
