import { existsSync, readFileSync, statSync } from 'node:fs';
import { Server } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { KeyRing } from '../../src/server/keys.ts';
import { type ServerHandle, serve } from '../../src/server/serve.ts';
import { FileState } from '../../src/state/file.ts';
import { openTributary } from '../../src/tributary.ts';
import { warehouseSetting } from '../support/engine.ts';
import { bearer, TOUCH } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { KEYS, WRITE } from './harness.ts';

async function start(folder: string, options: { signals?: boolean; port?: number } = {}): Promise<ServerHandle> {
  const tributary = await openTributary({ folder, config: makeConfig(warehouseSetting(folder)) });
  onTestFinished(() => tributary.close(false).catch(() => undefined));
  const server = await serve(tributary, await KeyRing.open(tributary.state, folder, KEYS), {
    port: 0,
    log_level: 'silent',
    ...options,
  });
  onTestFinished(() => server.close());
  return server;
}

const SHOPS = 8;
const JSON_HEADERS = { ...WRITE, 'content-type': 'application/json' };

test('the address and a key of this run stand in server.json, for its owner only, until the server closes', async () => {
  const folder = temporaryFolder();
  const server = await start(folder);
  const path = join(folder, 'server.json');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const file = JSON.parse(readFileSync(path, 'utf8'));
  expect(file).toEqual({ address: server.address, token: server.token, pid: process.pid });
  const keys = await fetch(`${file.address}/v1/keys`, { headers: bearer(file.token) });
  expect(keys.status).toBe(200);
  expect(await keys.text()).not.toContain('this run');
  await server.close();
  expect(existsSync(path)).toBe(false);
  const state = await FileState.open(join(folder, 'state.db'));
  expect((await KeyRing.open(state, folder, KEYS)).find(file.token)).toBeUndefined();
  await state.close();
});

test('every event that was answered before the server closed is there when the folder is opened again', async () => {
  const folder = temporaryFolder();
  const server = await start(folder);
  const accepted: string[] = [];
  let refused = 0;
  const send = async (touchpoint_id: string): Promise<void> => {
    const body = JSON.stringify({ ...TOUCH, touchpoint_id });
    const answer = await fetch(`${server.address}/v1/touchpoints`, { method: 'POST', headers: JSON_HEADERS, body });
    if (answer.status !== 202) throw new Error(`refused with ${answer.status}`);
    accepted.push(...((await answer.json()) as { ids: string[] }).ids);
  };
  /** Sends until the server, which closes meanwhile, has refused as many as there are shops. */
  const shop = async (name: string): Promise<void> => {
    for (let i = 0; refused < SHOPS; i++)
      await send(`${name}-${i}`).catch(() => {
        refused += 1;
      });
  };
  const sending = Array.from({ length: SHOPS }, (_, i) => shop(`shop-${i}`));
  await expect.poll(() => accepted.length).toBeGreaterThan(100);
  await server.close();
  await Promise.all(sending);

  const again = await openTributary({ folder, config: makeConfig(warehouseSetting(folder)) });
  onTestFinished(() => again.close());
  expect(again.collector.health().lag_records).toBe(0);
  const rows = await again.warehouse.read((snapshot) => snapshot.query('select touchpoint_id from touchpoints'));
  expect(rows.map((row) => row['touchpoint_id']).sort()).toEqual(accepted.sort());
});

test('a running server drops a key that another process revokes, and shows how its followers are doing', async () => {
  const folder = temporaryFolder();
  const server = await start(folder);
  const state = await FileState.open(join(folder, 'state.db'));
  const elsewhere = await KeyRing.open(state, folder, KEYS);
  const { key, key_id } = await elsewhere.create({ name: 'shop', scope: 'read', brand_id: null });
  const status = async (): Promise<number> =>
    (await fetch(`${server.address}/metrics`, { headers: bearer(key) })).status;
  // Slowly: more than 20 wrong keys in a minute would be answered with 429.
  await expect.poll(status, { interval: 250 }).toBe(200);
  await elsewhere.revoke(key_id);
  await expect.poll(status, { interval: 250 }).toBe(401);
  await state.close();
  const health = (await (await fetch(`${server.address}/health`)).json()) as Record<string, unknown>;
  const followers = health['followers'] as Array<{ name: string; failing: boolean }>;
  expect(followers.map(({ name, failing }) => ({ name, failing }))).toEqual([
    { name: 'audit', failing: false },
    { name: 'erased_people', failing: false },
    { name: 'erasures', failing: false },
    { name: 'histories', failing: false },
    { name: 'histories_check', failing: false },
    { name: 'keys', failing: false },
    { name: 'monitors', failing: false },
    { name: 'persons', failing: false },
    { name: 'settle_verdicts', failing: false },
    { name: 'visitor_salts', failing: false },
  ]);
});

test('a connection that is kept open does not keep the server from closing', async () => {
  const server = await start(temporaryFolder());
  const { port } = new URL(server.address);
  const socket = connect(Number(port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write('GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  const forced = vi.spyOn(Server.prototype, 'closeAllConnections');
  onTestFinished(() => forced.mockRestore());
  await server.close();
  // That is what the server does when a client has kept it waiting for too long.
  expect(forced).not.toHaveBeenCalled();
});

test('SIGTERM closes the server', async () => {
  const folder = temporaryFolder();
  const server = await start(folder, { signals: true });
  process.kill(process.pid, 'SIGTERM');
  await server.closed;
  expect(existsSync(join(folder, 'server.json'))).toBe(false);
});

test('a server that others reach does not start with a key that they can guess', async () => {
  const folder = temporaryFolder();
  const tributary = await openTributary({ folder, config: makeConfig(warehouseSetting(folder)) });
  const keys = await KeyRing.open(tributary.state, folder, { TRIBUTARY_ADMIN_KEY: 'nineteen characters' });
  await expect(serve(tributary, keys, { host: '0.0.0.0', port: 0, log_level: 'silent' })).rejects.toMatchObject({
    code: 'bad_request',
    field: 'TRIBUTARY_ADMIN_KEY',
  });
  const server = await serve(tributary, keys, { port: 0, log_level: 'silent' });
  await server.close();
});

test('a port in use is refused with what to do', async () => {
  const first = await start(temporaryFolder());
  const port = Number(new URL(first.address).port);
  await expect(start(temporaryFolder(), { port })).rejects.toThrow(
    `--port: ${port} on 127.0.0.1 is in use; stop the program that uses it, or choose another port`,
  );
});

test('a client that sends 10 MB reads the refusal, not a reset', async () => {
  const server = await start(temporaryFolder());
  const answer = await fetch(`${server.address}/v1/touchpoints`, {
    method: 'POST',
    headers: JSON_HEADERS,
    body: Buffer.alloc(10_000_000, ' '),
  });
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({ error: { code: 'too_large' } });
});

test('a request that is not HTTP is answered with the usual error shape', async () => {
  const server = await start(temporaryFolder());
  const socket = connect(Number(new URL(server.address).port), '127.0.0.1');
  socket.write('hello\r\n\r\n');
  const text = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  expect(text).toMatch(/^HTTP\/1.1 400 /);
  expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({ error: { code: 'bad_request' } });
});
