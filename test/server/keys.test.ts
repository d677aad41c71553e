/** Keys: kept in the store, quick to find, and never dead or alive by mistake. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import { refuseShortKeys } from '../../src/server/environment-keys.ts';
import { KeyRing } from '../../src/server/keys.ts';
import { FileState } from '../../src/state/file.ts';
import type { State } from '../../src/state/port.ts';
import { bearer, TOUCH } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ADMIN, KEYS, startServer, WRITE } from './harness.ts';

async function openStore(folder: string): Promise<State> {
  const state = await FileState.open(join(folder, 'state.db'));
  onTestFinished(() => state.close());
  return state;
}

/** A store whose transactions fail while `away` says so. */
function wayward(inner: State): State & { away: boolean } {
  return Object.assign(Object.create(inner) as State, {
    away: false,
    transaction(this: { away: boolean }, ...args: Parameters<State['transaction']>) {
      if (this.away) return Promise.reject(new TributaryError('state_unavailable', 'state: the disk is full'));
      return inner.transaction(...args);
    },
    get: inner.get.bind(inner),
    list: inner.list.bind(inner),
    revision: inner.revision.bind(inner),
  }) as never;
}

const make = (ring: KeyRing, name: string) => ring.create({ name, scope: 'write', brand_id: null });

test('a first start without any key makes one of each scope, once', async () => {
  const folder = temporaryFolder();
  const state = await openStore(folder);
  const first = await KeyRing.open(state, folder, {});
  expect(first.made.map(({ scopes }) => scopes)).toEqual([['write'], ['read'], ['admin'], ['page']]);
  const second = await KeyRing.open(state, folder, {});
  expect(second.made).toEqual([]);
  for (const { key, scopes } of first.made) expect(second.find(key)?.scopes).toEqual(scopes);
  for (const { key_id } of first.made) await second.revoke(key_id);
  expect((await KeyRing.open(state, folder, {})).made).toEqual([]);
  const other = temporaryFolder();
  const given = await KeyRing.open(await openStore(other), other, { TRIBUTARY_READ_KEY: 'a key from the environment' });
  expect(given.made).toEqual([]);
});

test('of two processes that start first at the same moment, one makes the keys', async () => {
  const folder = temporaryFolder();
  const stores = [await openStore(folder), await openStore(folder)];
  const rings = await Promise.all(stores.map((state) => KeyRing.open(state, folder, {})));
  expect(rings.map(({ made }) => made.length).sort()).toEqual([0, 4]);
  for (const { key } of rings.flatMap(({ made }) => made))
    for (const ring of rings) {
      await ring.refresh();
      expect(ring.find(key)).toBeDefined();
    }
});

test('a connection that stays open is known by the key it presents now, and by none that was revoked', async () => {
  const folder = temporaryFolder();
  const ring = await KeyRing.open(await openStore(folder), folder, {});
  const [a, b] = [await make(ring, 'a'), await make(ring, 'b')];
  const connection = {};
  for (const { key, name } of [a, a, b, a]) expect(ring.find(key, connection)?.name).toBe(name);
  expect(ring.find(`${a.key}x`, connection)).toBeUndefined();
  await ring.revoke(a.key_id);
  expect(ring.find(a.key, connection)).toBeUndefined();
  expect(ring.find(b.key, connection)?.name).toBe('b');
});

test('a key that cannot be stored is not handed out, and a revocation that cannot be stored holds here and is tried again', async () => {
  const folder = temporaryFolder();
  const inner = await openStore(folder);
  const state = wayward(inner);
  const ring = await KeyRing.open(state, folder, KEYS);
  const shop = await make(ring, 'shop');
  state.away = true;
  await expect(make(ring, 'lost')).rejects.toMatchObject({ code: 'state_unavailable' });
  await expect(ring.revoke(shop.key_id)).rejects.toMatchObject({ code: 'state_unavailable' });
  expect(ring.list().map(({ name }) => name)).not.toContain('lost');
  expect(ring.find(shop.key)).toBeUndefined();
  expect(ring.unstored_revocations).toBe(1);
  // Other changes of the keys make it read the store, which still has the key.
  const other = await KeyRing.open(inner, folder, KEYS);
  await make(other, 'later');
  await expect(ring.refresh()).rejects.toMatchObject({ code: 'state_unavailable' });
  expect(ring.list().map(({ name }) => name)).toContain('later');
  expect(ring.find(shop.key)).toBeUndefined();
  expect((await KeyRing.open(inner, folder, KEYS)).find(shop.key)?.name).toBe('shop');
  state.away = false;
  await ring.refresh();
  expect(ring.unstored_revocations).toBe(0);
  expect(ring.find(shop.key)).toBeUndefined();
  await expect(ring.revoke(shop.key_id)).rejects.toMatchObject({ code: 'not_found' });
  expect((await KeyRing.open(inner, folder, KEYS)).find(shop.key)).toBeUndefined();
});

test('over HTTP a revocation that cannot be stored is a failure, the key is refused, and health warns until it is stored', async () => {
  const server = await startServer();
  const made = await server.post('/v1/keys', { name: 'shop', scope: 'write' }, ADMIN);
  const headers = bearer(made.body.key);
  const { state } = server.tributary;
  const transaction = state.transaction.bind(state);
  state.transaction = () => Promise.reject(new TributaryError('state_unavailable', 'state: the disk is full'));
  expect((await server.call('DELETE', `/v1/keys/${made.body.key_id}`, { headers: ADMIN })).status).toBe(503);
  expect((await server.post('/v1/keys', { name: 'other', scope: 'write' }, ADMIN)).status).toBe(503);
  expect((await server.post('/v1/touchpoints', TOUCH, headers)).status).toBe(401);
  const { warnings, ready } = (await server.get('/health')).body;
  expect(warnings).toEqual([expect.stringContaining('1 revoked key is refused by this server')]);
  expect(ready).toBe(true);
  expect((await server.get('/metrics')).text).toContain('tributary_unstored_revocations 1');
  state.transaction = transaction;
  expect((await server.call('DELETE', `/v1/keys/${made.body.key_id}`, { headers: ADMIN })).status).toBe(200);
  expect((await server.get('/health')).body.warnings).toEqual([]);
  expect((await server.post('/v1/touchpoints', TOUCH, headers)).status).toBe(401);
});

test('keys that one process makes and revokes reach another one on the same store', async () => {
  const folder = temporaryFolder();
  const [here, there] = [await openStore(folder), await openStore(folder)];
  const [a, b] = [await KeyRing.open(here, folder, KEYS), await KeyRing.open(there, folder, KEYS)];
  const made = await make(a, 'shop');
  expect(b.find(made.key)).toBeUndefined();
  await b.refresh();
  const connection = {};
  expect(b.find(made.key, connection)?.name).toBe('shop');
  await b.refresh();
  expect(b.find(made.key, connection)?.name).toBe('shop');
  await a.revoke(made.key_id);
  await b.refresh();
  expect(b.find(made.key, connection)).toBeUndefined();
  expect(b.find(KEYS.TRIBUTARY_WRITE_KEY)).toBeDefined();
});

test('a server knows a key that another process has just made, and looks into the store at most once a second', async () => {
  const server = await startServer();
  const other = await KeyRing.open(await openStore(server.folder), server.folder, KEYS);
  const made = await make(other, 'shop');
  await expect.poll(async () => (await server.post('/v1/touchpoints', TOUCH, bearer(made.key))).status).toBe(202);
  let looks = 0;
  const revision = server.tributary.state.revision.bind(server.tributary.state);
  server.tributary.state.revision = (collection) => {
    if (collection === 'keys') looks += 1;
    return revision(collection);
  };
  const started = performance.now();
  for (let i = 0; i < 15; i++) await server.post('/v1/touchpoints', TOUCH, bearer('trb_write_unknown'));
  expect(looks).toBeLessThanOrEqual(1 + Math.floor((performance.now() - started) / 1_000));

  // Now a look is due, but only an unknown key asks for it.
  await expect.poll(() => server.keys.stale).toBe(true);
  looks = 0;
  expect((await server.post('/v1/touchpoints', TOUCH, WRITE)).status).toBe(202);
  expect(looks).toBe(0);
  expect((await server.post('/v1/touchpoints', TOUCH, bearer('trb_write_unknown'))).status).toBe(401);
  expect(looks).toBe(1);
});

/** Keys over a store that another process has changed since they were read, and a key of theirs. */
async function ringThatIsOutOfDate() {
  const folder = temporaryFolder();
  const state = await openStore(folder);
  const other = await KeyRing.open(await openStore(folder), folder, KEYS);
  const ring = await KeyRing.open(state, folder, KEYS);
  const shop = await make(ring, 'shop');
  await make(other, 'changes the revision');
  return { state, ring, shop };
}

test('while keys are read again, one that is revoked here does not come back', async () => {
  const { state, ring, shop } = await ringThatIsOutOfDate();
  // The list is read before the revocation, and arrives after it.
  const list = state.list.bind(state);
  let revoked = false;
  state.list = async (collection, options) => {
    const page = await list(collection, options);
    if (!revoked) {
      revoked = true;
      await ring.revoke(shop.key_id);
    }
    return page as never;
  };
  await ring.refresh();
  expect(revoked).toBe(true);
  expect(ring.find(shop.key)).toBeUndefined();
});

test('a key does not come back when the store was read before its revocation was in it', async () => {
  const { state, ring, shop } = await ringThatIsOutOfDate();
  const [list, transaction] = [state.list.bind(state), state.transaction.bind(state)];
  let store = (): void => undefined;
  const reading = new Promise<void>((resolve) => {
    store = resolve;
  });
  state.transaction = async (work) => {
    await reading;
    return transaction(work);
  };
  const revoked = ring.revoke(shop.key_id);
  state.list = async (collection, options) => {
    const page = await list(collection, options);
    store();
    await revoked;
    return page as never;
  };
  await ring.refresh();
  expect(ring.find(shop.key)).toBeUndefined();
});

const FILE = {
  version: 1,
  keys: [
    {
      key_id: 'key_c14d6f2a9b30',
      name: 'shop',
      scopes: ['write'],
      brand_id: 'acme',
      last4: 'x9Zk',
      created_at: '2026-03-01T08:00:00.000Z',
      sha256: '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b',
    },
  ],
};

test('the keys of a folder of earlier versions work, and its file is taken in once', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'keys.json');
  const text = JSON.stringify(FILE);
  writeFileSync(path, text);
  const state = await openStore(folder);
  const ring = await KeyRing.open(state, folder, {});
  expect(ring.made).toEqual([]);
  expect(ring.find('secret')).toMatchObject({
    key_id: 'key_c14d6f2a9b30',
    name: 'shop',
    brand_id: 'acme',
    origin: 'file',
  });
  expect(existsSync(path)).toBe(false);
  expect(readFileSync(`${path}.imported`, 'utf8')).toBe(text);
  await ring.revoke('key_c14d6f2a9b30');
  // Put back, or left by a crash before it was renamed: what was revoked since stays revoked.
  writeFileSync(path, text);
  expect((await KeyRing.open(state, folder, {})).find('secret')).toBeUndefined();
});

test('a damaged file of keys is refused, and stays where it is', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'keys.json');
  const state = await openStore(folder);
  for (const text of [
    '{',
    '[]',
    'null',
    '{"keys": [{}]}',
    '{"keys": [null]}',
    '{"keys": [{"sha256": "00", "scopes": []}]}',
  ]) {
    writeFileSync(path, text);
    await expect(KeyRing.open(state, folder, {})).rejects.toMatchObject({ code: 'bad_request', field: 'keys.json' });
    expect(readFileSync(path, 'utf8')).toBe(text);
  }
});

test('the end of a key that lists show is at most a third of it', async () => {
  const folder = temporaryFolder();
  const env = { TRIBUTARY_WRITE_KEY: 'w', TRIBUTARY_READ_KEY: 'read-key', TRIBUTARY_ADMIN_KEY: 'a'.repeat(30) };
  const ring = await KeyRing.open(await openStore(folder), folder, env);
  expect(ring.list().map(({ last4 }) => last4)).toEqual(['', 'ey', 'aaaa']);
});

test('short keys of the environment are refused where others reach the server, and named on this machine', () => {
  const short = ['TRIBUTARY_ADMIN_KEY'];
  for (const host of ['0.0.0.0', '::', '192.168.1.4', 'shop.example', '127.evil.example', '::ffff:10.0.0.1'])
    expect(() => refuseShortKeys(short, host), host).toThrow('TRIBUTARY_ADMIN_KEY: is shorter than 20 characters');
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost', '::ffff:127.0.0.1'])
    expect(() => refuseShortKeys(short, host), host).not.toThrow();
  expect(() => refuseShortKeys([], '0.0.0.0')).not.toThrow();
});
