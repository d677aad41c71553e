/** What can go wrong between here and a server, over a socket: nothing is stored twice, nothing is lost, and it is told. */
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { openWarehouse } from '../../src/tributary.ts';
import { statementsOf } from '../../src/warehouse/clickhouse/migrations.ts';
import type { ClickHouseWarehouse } from '../../src/warehouse/clickhouse/warehouse.ts';
import { VERSIONS } from '../../src/warehouse/versions/index.ts';
import { accept, loaded, openCollector } from '../log/setup.ts';
import { ClickHouseServer, openClickHouse } from '../support/clickhouse.ts';
import { sent } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { committed, count, int64, rowOf } from './rows.ts';

describe.skipIf(inject('clickhouse_url') === '')('a warehouse on a server', () => {
  let server: ClickHouseServer;
  let warehouse: ClickHouseWarehouse;
  beforeAll(async () => {
    server = await ClickHouseServer.start();
    warehouse = await openClickHouse({ url: server.url, database: 'faults', write_timeout_ms: 2_000 });
    await warehouse.migrate();
  });
  afterAll(async () => {
    await server.stop();
  });

  /** Rows as they stand on disk, before any of one key are merged. */
  async function onDisk(table: string): Promise<number> {
    const answer = await fetch(`${server.url}/`, { method: 'POST', body: `select count() from faults.${table}` });
    return Number(await answer.text());
  }
  const ids = (from: number, until: number) => Array.from({ length: until - from }, (_, i) => String(from + i));

  test('whose answer is lost stores a batch once, however often it is sent', async () => {
    const batch = committed({
      conversions: ids(0, 20).map((id) => rowOf('conversions', { conversion_id: id, log_seq: 1 + Number(id) })),
      conflicts: [rowOf('conflicts', { log_seq: 20 })],
    });
    for (const table of ['conversions', 'conflicts']) {
      await server.fail({ matches: `insert into .*${table}`, what: 'lost_answer' });
      await expect(warehouse.append(batch)).rejects.toMatchObject({ code: 'warehouse_unavailable', status: 503 });
    }
    // The answer that decides is looked up when it is lost, so this batch is known to be stored. It may be sent again all the same.
    await server.fail({ matches: 'insert into .*commits', what: 'lost_answer' });
    await warehouse.append(batch);
    await warehouse.append(batch);
    expect(await onDisk('conversions')).toBeGreaterThan(20);
    const counts = await warehouse.read(async (s) => [
      await count(s, 'conversions'),
      await count(s, 'conflicts'),
      await count(s, 'commits'),
    ]);
    expect(counts).toEqual([20, 1, 1]);
    await warehouse.compact();
    expect([await onDisk('conversions'), await onDisk('conflicts')]).toEqual([20, 1]);
  });

  test('shows no row of a batch that was written in part', async () => {
    const half = { spend: [rowOf('spend', { log_seq: 500 })], fx_rates: [rowOf('fx_rates', { log_seq: 501 })] };
    await server.fail({ matches: 'insert into .*commits', what: 'lost_request' });
    await expect(warehouse.append(committed(half))).rejects.toMatchObject({ code: 'warehouse_unavailable' });
    expect([await onDisk('spend'), await onDisk('fx_rates')]).toEqual([1, 1]);
    const seen = () => warehouse.read(async (s) => [await count(s, 'spend'), await count(s, 'fx_rates')]);
    expect(await seen()).toEqual([0, 0]);
    await warehouse.append(committed(half));
    expect(await seen()).toEqual([1, 1]);
  });

  test('mixes nothing of a run that failed to freeze into the next try', async () => {
    const run = { attribution_runs: [rowOf('attribution_runs', { run_id: 'march' })] };
    const results = (...conversions: string[]) =>
      conversions.map((conversion_id) => rowOf('attribution_results', { run_id: 'march', conversion_id }));
    await server.fail({ matches: 'insert into .*attribution_runs', what: 'lost_request' });
    await expect(warehouse.append({ ...run, attribution_results: results('a', 'b') })).rejects.toMatchObject({
      code: 'warehouse_unavailable',
    });
    await warehouse.append({ ...run, attribution_results: results('b', 'c') });
    const kept = await warehouse.read((s) =>
      s.query('select conversion_id from attribution_results order by conversion_id'),
    );
    expect(kept).toEqual([{ conversion_id: 'b' }, { conversion_id: 'c' }]);
  });

  test('understands the tables of a cluster, as far as a server that is none can', async () => {
    for (const statement of statementsOf({ database: 'faults', cluster: 'main' }, VERSIONS[0]!)) {
      const answer = await fetch(`${server.url}/`, { method: 'POST', body: `explain ast ${statement}` });
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('CreateQuery')]);
    }
  });

  test('keeps the first log position of an id, whichever arrived first', async () => {
    const one = (log_seq: number, collector_id: string) =>
      committed({
        email_events: [
          rowOf('email_events', { event_id: 'e', log_seq, collector_id, customer_id: `${collector_id}${log_seq}` }),
        ],
      });
    for (const [first, second] of [
      [5, 3],
      [2, 4],
    ] as const) {
      await warehouse.append(one(first, 'north'));
      await warehouse.append(one(second, 'north'));
    }
    const kept = () => warehouse.read((s) => s.query("select customer_id from email_events where event_id = 'e'"));
    expect(await kept()).toEqual([{ customer_id: 'north2' }]);
    // Between two collectors the positions say nothing; their names decide, in either order of arrival.
    await warehouse.append(one(2, 'south'));
    const decided = await kept();
    await warehouse.append(one(2, 'north'));
    await warehouse.append(one(2, 'south'));
    expect(await kept()).toEqual(decided);
    await warehouse.compact();
    expect(await kept()).toEqual(decided);
  });

  test('that is away delays loading, and no event is lost or repeated', async () => {
    const errors: string[] = [];
    const collector = await openCollector(temporaryFolder(), warehouse, {
      collector_id: 'late',
      limits: { batch_records: 10 },
      onError: (error) => errors.push((error as Error).message),
    });
    const send = (from: number, until: number) =>
      accept(
        collector,
        ids(from, until).map((id) => sent(`late-${id}`)),
      );
    await send(0, 50);
    await server.fail({ matches: 'insert into .*email_events', what: 'lost_answer', times: 2 });
    await send(50, 100);
    await server.fail({ matches: 'insert into .*commits', what: 'lost_answer', times: 2 });
    await collector.flush();
    await server.kill();
    await send(100, 200);
    await expect(collector.flush(300)).rejects.toMatchObject({ code: 'timeout' });
    expect(collector.health().lag_records).toBe(100);
    expect(collector.health().loader.last_error).toContain(`the warehouse at ${server.url} does not answer`);
    await server.start();
    await collector.flush();
    expect(collector.health().loader.last_error).toBe('');
    expect((await loaded(warehouse)).filter((id) => id.startsWith('late-')).sort()).toEqual(
      ids(0, 200)
        .map((id) => `late-${id}`)
        .sort(),
    );
    expect(collector.health().loader).toMatchObject({
      duplicates: 0,
      conflicts: 0,
      dead_letters: 0,
      loaded: { email_events: 200 },
    });
    expect(errors.length).toBeGreaterThan(3);
    await collector.close();
  });

  test('that restarts during a report makes it fail with an error that asks to try again', async () => {
    const report = (table: string, between: () => Promise<unknown>) =>
      warehouse.read(async (s) => {
        await s.materialise('made', 'select 1 as x');
        await s.relation(
          'given',
          [int64('x')],
          ids(0, 1_000).map((x) => ({ x: Number(x) })),
        );
        await between();
        return count(s, table);
      });
    for (const table of ['made', 'given'])
      await expect(
        report(table, async () => {
          await server.kill();
          await server.start();
        }),
      ).rejects.toMatchObject({ code: 'warehouse_unavailable', status: 503, retry_after_s: expect.any(Number) });
    expect(await report('made', async () => undefined)).toBe(1);
    expect(await report('given', async () => undefined)).toBe(1_000);
  });

  test('that is slow to answer is given up on, in a read and in a batch', async () => {
    await server.fail({ matches: '.faults...spend. r', what: 'slow_answer', slow_ms: 4_000 });
    const slow = warehouse.read((s) => count(s, 'spend'), { timeout_ms: 200 });
    await expect(slow).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining('200 ms') });
    await server.fail({ matches: 'insert into .*spend', what: 'slow_answer', slow_ms: 6_000 });
    const batch = committed({ spend: [rowOf('spend', { spend_id: 'slow', log_seq: 600 })] });
    await expect(warehouse.append(batch)).rejects.toMatchObject({ code: 'warehouse_unavailable' });
    await warehouse.append(batch);
    expect(await warehouse.read((s) => count(s, 'spend'))).toBe(2);
  });

  test('that refuses is understood: too much memory, too many queries, too many parts', async () => {
    const refused = async (code: number) => {
      await server.fail({ matches: '.faults...spend. r', what: 'refused', code });
      return warehouse
        .read((s) => count(s, 'spend'))
        .then(
          () => 'answered',
          (error) => `${error.code} ${error.status}`,
        );
    };
    expect(await refused(241)).toBe('unprocessable 422');
    expect(await refused(202)).toBe('busy 503');
    expect(await refused(999)).toBe('warehouse_unavailable 503');
    await server.fail({ matches: 'insert into .*spend', what: 'refused', code: 252 });
    await expect(warehouse.append({ spend: [rowOf('spend')] })).rejects.toMatchObject({
      code: 'warehouse_unavailable',
    });
    // Values are checked before they are sent: what the server cannot parse is the program's fault, and no record is lost by it.
    await server.fail({ matches: 'insert into .*spend', what: 'refused', code: 27 });
    await expect(warehouse.append({ spend: [rowOf('spend')] })).rejects.toMatchObject({
      code: 'warehouse_unavailable',
    });
  });

  test('that nobody listens at, or that wants another password, is named without the password', async () => {
    const guarded = await ClickHouseServer.start('the right one');
    const open = (url: string, password: string) =>
      openWarehouse(temporaryFolder(), makeConfig({ warehouse: url }, { TRIBUTARY_CLICKHOUSE_PASSWORD: password }));
    const at = new URL(guarded.url).host;
    const inside = await open(`clickhouse://default@${at}/x`, 'the right one');
    expect(await inside.migrate()).toEqual(VERSIONS.map(({ version }) => version));
    await inside.close();
    /** Nothing is asked of a server before the first migration. */
    const failure = async (url: string, password: string): Promise<Error> => {
      const refused = await open(url, password);
      const error: Error = await refused.migrate().then(
        () => new Error('migrated'),
        (cause) => cause,
      );
      await refused.close();
      return error;
    };
    for (const error of [
      await failure(`clickhouse://default@${at}/x`, 'guessed'),
      await failure(`clickhouse://me:guessed@${at}/x`, ''),
    ]) {
      expect(error).toMatchObject({ code: 'warehouse_unavailable', message: expect.stringContaining(`http://${at}`) });
      expect(error.message).toMatch(/Authentication failed/);
      expect(error.message).not.toContain('guessed');
    }
    await guarded.stop();
    const away = await failure(`clickhouse://default:guessed@${at}/x`, '');
    expect(away.message).toMatch(/does not answer \(connect ECONNREFUSED/);
    expect(away.message).not.toContain('guessed');
  });

  test('is reached by the official client with parameters, inserts, sessions and error codes', async () => {
    const client = createClient({ url: server.url, log: { level: ClickHouseLogLevel.OFF } });
    const rows = await client.query({
      query: 'select {a:Int32} + 1 as next, {b:String} as text',
      query_params: { a: 41, b: "it's" },
      format: 'JSONEachRow',
    });
    expect(await rows.json()).toEqual([{ next: 42, text: "it's" }]);
    const session_id = 'of-the-client';
    await client.command({ query: 'create temporary table t (x Int32, y String)', session_id });
    await client.insert({ table: 't', values: [{ x: 1, y: 'é\n' }], format: 'JSONEachRow', session_id });
    const kept = await client.query({ query: 'select * from t', format: 'JSONEachRow', session_id });
    expect(await kept.json()).toEqual([{ x: 1, y: 'é\n' }]);
    await expect(client.query({ query: 'select * from t' })).rejects.toMatchObject({
      code: '60',
      type: 'UNKNOWN_TABLE',
    });
    expect(await client.ping()).toMatchObject({ success: true });
    await client.close();
  });
});
