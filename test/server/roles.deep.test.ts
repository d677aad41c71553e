/** Several processes on one ClickHouse: any number collect, any number report. */
import { join } from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { ClickHouseServer, clickHouseUrl } from '../support/clickhouse.ts';
import { ORDER, TOUCH } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { MARCH_QUERY } from '../support/time.ts';
import { ADMIN, startServer } from './harness.ts';

const touch = (id: string) => ({ ...TOUCH, touchpoint_id: id });
const report = `/v1/reports/attribution?${MARCH_QUERY}&model=linear`;

describe.skipIf(inject('clickhouse_url') === '')('on one ClickHouse', () => {
  test('two collectors take events in, and a third process reports each of them once', async () => {
    const config = { warehouse: clickHouseUrl('roles') };
    const [a, b] = [await startServer({ role: 'collect', config }), await startServer({ role: 'collect', config })];
    const reporter = await startServer({ role: 'report', config });
    expect(a.tributary.collector.id).not.toBe(b.tributary.collector.id);
    await a.post('/v1/conversions', ORDER);
    await Promise.all([
      a.post('/v1/touchpoints', [touch('t1'), touch('shared'), touch('t2')]),
      b.post('/v1/touchpoints', [touch('shared'), touch('t3')]),
    ]);
    await Promise.all([a.flush(), b.flush()]);
    const found = await reporter.tributary.warehouse.read((s) => s.query('select count(*) as n from touchpoints'));
    expect(Number(found[0]!['n'])).toBe(4);
    const answer = await reporter.get(report);
    expect(answer.body.as_of.split(',')).toHaveLength(2);
    expect(answer.body.reconciliation).toMatchObject({
      net_revenue_micros: answer.body.reconciliation.attributed_micros,
    });
    expect((await a.get('/health')).body).toMatchObject({ ready: true, role: 'collect', lag_records: 0 });
    expect((await reporter.get('/health')).body).toMatchObject({ ready: true, role: 'report' });
  });

  test('a process that works takes no events and answers no reports, and says how its followers are doing', async () => {
    const fits = [{ every_hours: 24, model: 'markov', draws: 0 }];
    const config = { warehouse: clickHouseUrl('work'), fits };
    const collector = await startServer({ role: 'collect', config });
    const worker = await startServer({ role: 'work', config });
    expect(worker.tributary.collector).toBeNull();
    expect((await worker.post('/v1/touchpoints', TOUCH)).body.error.message).toMatch(/--role work/);
    expect((await worker.get(report)).status).toBe(404);
    const health = (await worker.get('/health')).body;
    const working = ['audit', 'erased_people', 'erasures', 'fits', 'monitors', 'settle_verdicts'].map((name) => ({
      name,
      failing: false,
    }));
    expect(health).toMatchObject({ ready: true, role: 'work', followers: working });
    expect((await worker.get('/metrics', ADMIN)).text).toContain('tributary_follower_lag_seconds{follower="fits"} 0');
    expect((await worker.get('/v1/doctor', ADMIN)).body).toMatchObject({ problems: [], collector: null });
    expect((await worker.get('/v1/keys', ADMIN)).status).toBe(200);
    // Fits are done by who works and by who reports, and not by who only collects.
    const of_collector = (await collector.get('/health')).body.followers;
    expect(of_collector.map(({ name }: { name: string }) => name)).toEqual(['erased_people']);
    const reporter = await startServer({ role: 'report', config });
    const names = (await reporter.get('/health')).body.followers.map(({ name }: { name: string }) => name);
    expect(names.sort()).toEqual([
      'audit',
      'erased_people',
      'erasures',
      'fits',
      'histories',
      'histories_check',
      'monitors',
      'persons',
      'settle_verdicts',
    ]);
  });

  test('a collector keeps its name, and starts and accepts while its warehouse is away', async () => {
    const server = await ClickHouseServer.start();
    onTestFinished(() => server.stop());
    const folder = temporaryFolder();
    const config = { warehouse: `${server.url.replace('http:', 'clickhouse:')}/away` };
    const first = await startServer({ role: 'collect', config, folder });
    await first.post('/v1/touchpoints', [touch('before'), touch('also before')]);
    await first.flush();
    const name = first.tributary.collector.id;
    await server.kill();
    await first.post('/v1/touchpoints', touch('while away'));
    await first.app.close();
    await first.tributary.close(false);

    const second = await startServer({ role: 'collect', config, folder });
    expect(second.tributary.collector.id).toBe(name);
    expect((await second.post('/v1/touchpoints', touch('after a restart'))).status).toBe(202);
    const health = (await second.get('/health')).body;
    expect(health.ready).toBe(false);
    expect(health.lag_records).toBeGreaterThan(0);
    expect((await second.get('/metrics', ADMIN)).text).toMatch(/tributary_lag_records [1-9]/);
    await server.start();
    await second.flush();
    const ids = await second.tributary.warehouse.read((s) => s.query('select touchpoint_id as id from touchpoints'));
    expect(ids.map(({ id }) => id).sort()).toEqual(['after a restart', 'also before', 'before', 'while away']);
  });

  test('without a spool to go on from, a collector waits for its warehouse to be there', async () => {
    const server = await ClickHouseServer.start();
    const config = { warehouse: `${server.url.replace('http:', 'clickhouse:')}/never` };
    await server.stop();
    await expect(startServer({ role: 'collect', config })).rejects.toMatchObject({ code: 'warehouse_unavailable' });
  });
});

test('without a warehouse that others share there is nothing to work for', async () => {
  await expect(
    startServer({
      role: 'work',
      config: { warehouse: `duckdb:${join(temporaryFolder(), 'none', 'at', 'all.duckdb')}` },
    }),
  ).rejects.toMatchObject({
    code: 'bad_request',
    field: '--role',
    message: expect.stringContaining('work needs a ClickHouse that several processes share'),
  });
});

test('a process says what is not its role', async () => {
  const folder = temporaryFolder();
  const collector = await startServer({ role: 'collect', folder });
  expect((await collector.post('/v1/touchpoints', TOUCH)).status).toBe(202);
  const refused = await collector.get(report);
  expect(refused.status).toBe(404);
  expect(refused.body.error.message).toMatch(/only collects/);
  await collector.app.close();
  await collector.tributary.close();

  const reporter = await startServer({ role: 'report', folder });
  expect((await reporter.post('/v1/touchpoints', TOUCH)).body.error.message).toMatch(/only reports/);
  expect((await reporter.get(report)).status).toBe(200);
  expect((await reporter.get('/metrics', ADMIN)).text).not.toContain('tributary_lag_records');
  expect((await reporter.get('/v1/doctor', ADMIN)).body).toMatchObject({ collector: null, state: { engine: 'file' } });
});
