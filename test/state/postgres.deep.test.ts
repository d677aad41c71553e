/** The shared store, on the real server from Debian: the contract, and a server that goes away and comes back. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Followers } from '../../src/log/followers.ts';
import { KeyRing } from '../../src/server/keys.ts';
import { parseStateUrl, type StateLocation } from '../../src/state/location.ts';
import { PostgresState } from '../../src/state/postgres.ts';
import { filesIn } from '../support/bytes.ts';
import { Engine } from '../support/engine.ts';
import { sent } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { PostgresServer, postgresPrograms } from '../support/postgres.ts';
import { stateContract } from './contract.ts';

const there = postgresPrograms() !== undefined;
if (!there && process.env['CI'])
  throw new Error('PostgreSQL is not installed, and CI is set: apt-get install postgresql');
if (!there) console.warn('tests on PostgreSQL are skipped: it is not installed (apt-get install postgresql)');

describe.skipIf(!there)('with a server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());

  const at = async (database: string): Promise<Extract<StateLocation, { engine: 'postgres' }>> => {
    const location = parseStateUrl(await server.url(database), undefined);
    if (location.engine !== 'postgres') throw new Error('it is PostgreSQL');
    return location;
  };
  const open = async (database: string): Promise<PostgresState> => PostgresState.open(await at(database));

  stateContract(
    'PostgreSQL',
    () => open('contract'),
    async () => {
      // The pages of the table are written to their files first.
      await server.query('checkpoint');
      const base = join(server.folder, 'data', 'base');
      return filesIn(base);
    },
  );

  test('two processes that start at once both find the tables', async () => {
    await server.url('together');
    const opened = await Promise.all(Array.from({ length: 6 }, () => open('together')));
    await Promise.all(opened.map((state) => state.transaction((t) => t.put('a', 'b', 1))));
    await Promise.all(opened.map((state) => state.close()));
  });

  test('many transactions on one key, from several connections, all count', async () => {
    const stores = await Promise.all([open('busy'), open('busy'), open('busy')]);
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        stores[i % 3]!.transaction(async (t) => t.put('n', 'n', ((await t.get<number>('n', 'n')) ?? 0) + 1)),
      ),
    );
    expect(await stores[0]!.get('n', 'n')).toBe(60);
    await Promise.all(stores.map((state) => state.close()));
  });

  test('a server that is away is state_unavailable, and the store works again when it is back', async () => {
    const location = await at('away');
    const state = await PostgresState.open(location);
    await state.transaction((t) => t.put('a', 'kept', 1));
    await server.kill();
    const calls = [
      () => state.get('a', 'kept'),
      () => state.transaction((t) => t.put('a', 'lost', 1)),
      () => state.revision('a'),
    ];
    for (const call of calls)
      await expect(call()).rejects.toMatchObject({ code: 'state_unavailable', retry_after_s: 5 });
    await expect(PostgresState.open(location)).rejects.toMatchObject({
      code: 'state_unavailable',
      message: expect.stringContaining('/away'),
    });
    await server.run();
    await expect.poll(() => state.get('a', 'kept').catch(() => undefined)).toBe(1);
    expect(await state.get('a', 'lost')).toBeUndefined();
    await state.transaction((t) => t.put('a', 'after', 1));
    await state.close();
  });

  test('a transaction that is cut off in the middle leaves nothing', async () => {
    const state = await open('cut');
    const cut = state.transaction(async (t) => {
      await t.put('a', 'half', 1);
      await server.kill();
      await t.put('a', 'other half', 1);
    });
    await expect(cut).rejects.toMatchObject({ code: 'state_unavailable' });
    await server.run();
    await expect.poll(() => state.list('a').catch(() => undefined)).toEqual([]);
    await state.close();
  });

  test('keys made and followers run over one store: one process works, and the next takes over where it stood', async () => {
    const stores = [await open('shared'), await open('shared')] as const;
    const folder = temporaryFolder();
    const engine = await Engine.open('duckdb');
    const rings = await Promise.all(stores.map((state) => KeyRing.open(state, folder, {})));
    const made = rings.flatMap(({ made: keys }) => keys);
    expect(made).toHaveLength(4);
    for (const ring of rings) {
      await ring.refresh();
      for (const { key } of made) expect(ring.find(key)).toBeDefined();
    }
    const events = (from: number) =>
      Array.from({ length: 50 }, (_, i) => ({ record: 'email_events' as const, event: sent(`e${from + i}`) }));
    await engine.load(events(0), 9);
    const by = new Set<number>();
    const runners = stores.map((state, who) => {
      const followers = new Followers({ warehouse: engine.warehouse, state, poll_ms: 20, page_rows: 7 });
      followers.add({
        name: 'count',
        tables: ['email_events'],
        handle: async (rows, _upto, transaction) => {
          by.add(who);
          for (const { log_seq } of rows) {
            const key = String(log_seq);
            await transaction.put('counted', key, ((await transaction.get<number>('counted', key)) ?? 0) + 1);
          }
        },
      });
      followers.start();
      return followers;
    });
    const counts = async () => (await stores[0].list<number>('counted')).map(({ value }) => value);
    await expect.poll(async () => (await counts()).length).toBe(50);
    expect(by.size).toBe(1);
    const [worked] = [...by] as [number];
    await runners[worked]!.stop();
    await engine.load(events(50), 9);
    await expect.poll(async () => (await counts()).length).toBe(100);
    expect(new Set(await counts())).toEqual(new Set([1]));
    expect(by.size).toBe(2);
    await Promise.all(runners.map((followers) => followers.stop()));
    await Promise.all(stores.map((state) => state.close()));
    await engine.close();
  });

  test('a wrong password is said, and never shown', async () => {
    const location = { ...(await at('contract')), password: 'not this one' };
    const failed = await PostgresState.open(location).catch((error: Error) => error);
    expect(failed).toMatchObject({ code: 'state_unavailable' });
    expect(String((failed as Error).message)).not.toContain('not this one');
  });
});
