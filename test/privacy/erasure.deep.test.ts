/** Erasure with all that hangs on it: restored backups, frozen runs, destinations, crashes, and the parts of a ClickHouse server. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { erasuresOf } from '../../src/erasing.ts';
import { ErasureBook } from '../../src/privacy/erasure/book.ts';
import { eraseFromRestored } from '../../src/privacy/erasure/restored.ts';
import { DuckDBWarehouse } from '../../src/warehouse/duckdb/warehouse.ts';
import { ADMIN, startServer, WRITE } from '../server/harness.ts';
import { found } from '../support/bytes.ts';
import { ClickHouseServer } from '../support/clickhouse.ts';
import { TEST_ENGINE } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { at, erase, erased, eventsOf, orderOf, revenue, send, textsOf } from './shop.ts';

const ALL = [...textsOf('anna'), ...orderOf('anna')];

describe.skipIf(TEST_ENGINE !== 'duckdb')('a backup that was made before', () => {
  test('has nobody after a restore who was erased since, and keeps the others', async () => {
    const server = await startServer();
    await send(server, eventsOf('anna'));
    await send(server, eventsOf('berta'));
    await server.flush();
    const backup = join(temporaryFolder(), 'backup');
    await server.tributary.warehouse.backup(backup);
    expect((await erased(server, 'anna-customer')).rows.touchpoints).toBe(2);
    // What came later is in no limit of the list.
    const later = new Date(Date.now() + 60_000).toISOString();
    await send(server, {
      touchpoints: [
        { touchpoint_id: 'after', customer_id: 'anna-customer', touchpoint_type: 'email_open', occurred_at: later },
      ],
    });
    await server.flush();
    const second = join(temporaryFolder(), 'backup');
    await server.tributary.warehouse.backup(second);

    const listed = await new ErasureBook(server.tributary.state, Date.now).list();
    for (const [folder, rows] of [
      [backup, 2],
      [second, 3],
    ] as const) {
      const data = temporaryFolder();
      const warehouse = await DuckDBWarehouse.open({ path: join(data, 'warehouse.duckdb') });
      await warehouse.migrate();
      await warehouse.restore(folder);
      await eraseFromRestored(warehouse, listed);
      const [left] = await warehouse.read((s) => s.query('select count(*) as n from touchpoints'));
      expect(Number(left!['n'])).toBe(rows);
      await warehouse.close();
      if (folder === backup) expect(found(data, ALL)).toEqual([]);
      expect(found(data, ['berta-customer'])).not.toEqual([]);
    }
  });
});

describe('a frozen run that holds credit of an erased person', () => {
  const freeze = { run_id: 'march', start: '2026-03-01', end: '2026-04-01', models: 'linear' };

  test.each(['tombstone', 'recompute'] as const)(
    '%s: names nobody, and its amounts are what the policy says',
    async (erased_runs) => {
      const folder = temporaryFolder();
      const server = await startServer({ folder, config: { erased_runs } });
      await send(server, eventsOf('anna'));
      await send(server, eventsOf('berta'));
      await server.flush();
      const frozen = await server.post('/v1/runs', freeze, ADMIN);
      expect(frozen.status).toBe(201);
      await erased(server, 'anna-customer');
      const { body } = await server.get('/v1/runs/march/compare');
      const [before, now] = [body.totals.net_revenue.frozen_micros, body.totals.net_revenue.today_micros];
      expect(now).toBe('40000000');
      expect(before).toBe(erased_runs === 'tombstone' ? '80000000' : '40000000');
      expect(body.reproducible).toBe(erased_runs === 'recompute');
      // The parts of the comparison still add up.
      const { causes_micros, difference_micros } = body.totals.net_revenue;
      const sum = Object.values<string>(causes_micros).reduce((all, part) => all + BigInt(part), 0n);
      expect(sum.toString()).toBe(difference_micros);
      await server.close();
      if (TEST_ENGINE === 'duckdb') expect(found(folder, ALL)).toEqual([]);
    },
  );
});

/** A server that takes what it is sent, or refuses it. */
async function taking(status: number): Promise<{ url: string; bodies: string[] }> {
  const bodies: string[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      bodies.push(body);
      response.writeHead(status).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

test('destinations are told where they can be, and the certificate says of the others what to do', async () => {
  const [good, bad] = [await taking(201), await taking(403)];
  const cdp = (url: string) => ({
    kind: 'segment',
    private_network: true,
    options: { erasure_url: url },
    secrets: { write_key: 'key', erasure_token: 'token' },
  });
  const server = await startServer({
    config: {
      destinations: {
        cdp: cdp(good.url),
        closed: cdp(bad.url),
        jitsu: { kind: 'jitsu', options: { base_url: 'https://x.example' }, secrets: { write_key: 'a:b' } },
      },
    },
  });
  await send(server, eventsOf('anna'));
  await server.flush();
  const { destinations } = await erased(server, 'anna-customer');
  expect(destinations).toMatchObject([
    { destination_id: 'cdp', told: true, reason: null },
    { destination_id: 'closed', told: false, reason: expect.stringContaining('403') },
    { destination_id: 'jitsu', told: false, reason: expect.stringContaining('yourself') },
  ]);
  const body = JSON.parse(good.bodies[0]!);
  expect(body).toMatchObject({ regulationType: 'SUPPRESS_WITH_DELETE', subjectType: 'USER_ID' });
  expect(body.subjectIds.sort()).toEqual(['anna-browser', 'anna-customer', 'anna-phone']);
}, 60_000);

const STEPS = [
  'suppressed',
  'found',
  'out of every answer',
  'runs made anew',
  'destinations told',
  'written anew',
  'out of the state',
  'certified',
];

test.each(STEPS)(
  'an erasure that stops after "%s" goes on at the next run, and its certificate counts all',
  async (last) => {
    const folder = temporaryFolder();
    const server = await startServer({ folder });
    await send(server, eventsOf('anna'));
    await server.flush();
    const stopping = erasuresOf({
      ...server.tributary,
      onStep: (step) => {
        if (step === last) throw new Error('stopped');
      },
    });
    const { body } = await erase(server, 'anna-customer');
    await expect(stopping.work()).rejects.toThrow('stopped');
    const stopped = await server.get(`/v1/erasures/${body.erasure_id}`, ADMIN);
    expect([stopped.body.status === 'done', stopped.body.last_error]).toEqual([false, 'stopped']);
    // Its sender tries again meanwhile.
    await send(server, eventsOf('anna'));
    await server.close();

    const again = await startServer({ folder });
    const done = await again.get(`/v1/erasures/${body.erasure_id}?wait_s=60`, ADMIN);
    expect(done.body).toMatchObject({ status: 'done', last_error: null });
    expect(done.body.certificate.rows).toEqual({
      touchpoints: 2,
      conversions: 1,
      email_events: 1,
      identity_links: 1,
      consents: 1,
      customer_segments: 1,
      assignments: 1,
      exposures: 1,
    });
    await again.flush();
    expect((await revenue(again)).net_revenue_micros).toBe('0');
    await again.close();
    if (TEST_ENGINE === 'duckdb') expect(found(folder, ALL)).toEqual([]);
  },
  60_000,
);

test('many people at once: each has a certificate of their own, and the rest is as before', async () => {
  const folder = temporaryFolder();
  const server = await startServer({ folder });
  const names = Array.from({ length: 40 }, (_, i) => `person${i}x`);
  for (const name of names) await send(server, eventsOf(name));
  await server.flush();
  const gone = names.filter((_, i) => i % 2 === 0);
  const asked = await Promise.all(gone.map((name) => erase(server, `${name}-customer`)));
  for (const { body } of asked) {
    const done = await server.get(`/v1/erasures/${body.erasure_id}?wait_s=60`, ADMIN);
    expect(done.body.certificate).toMatchObject({ rows: { touchpoints: 2, conversions: 1 } });
  }
  expect((await revenue(server)).net_revenue_micros).toBe(String(20 * 40_000_000));
  await server.close();
  if (TEST_ENGINE === 'duckdb')
    expect(
      found(
        folder,
        gone.flatMap((name) => [...textsOf(name), ...orderOf(name)]),
      ),
    ).toEqual([]);
}, 120_000);

test('no byte of a person is in the parts of a ClickHouse server, nor in what it writes beside them', async () => {
  const clickhouse = await ClickHouseServer.start();
  onTestFinished(() => clickhouse.stop());
  const folder = temporaryFolder();
  const url = `clickhouse://default@${new URL(clickhouse.url).host}/shop`;
  const server = await startServer({ folder, config: { warehouse: url, collector_id: 'main' } });
  await send(server, eventsOf('anna'));
  await send(server, eventsOf('berta'));
  await server.post('/v1/flush', undefined, WRITE);
  await server.get('/v1/customers/anna-customer');
  expect(found(clickhouse.folder, textsOf('anna')).length).toBeGreaterThan(3);
  await erased(server, 'anna-customer');
  expect(found(clickhouse.folder, ALL)).toEqual([]);
  expect(found(clickhouse.folder, ['berta-customer'])).not.toEqual([]);
  await server.close();
}, 120_000);

test('the day of the erasure is no limit for what comes later of another brand', async () => {
  const server = await startServer();
  await send(server, eventsOf('anna'));
  const events = eventsOf('anna')['touchpoints']!.map((event) => ({ ...event, brand_id: 'other' }));
  await send(server, { touchpoints: events });
  await server.flush();
  const { status, body } = await erase(server, 'anna-customer');
  expect([status, body.error.message]).toEqual([400, expect.stringContaining('name one of them')]);
  const asked = await server.call('DELETE', '/v1/customers/anna-customer?brand_id=default', { headers: ADMIN });
  await server.get(`/v1/erasures/${asked.body.erasure_id}?wait_s=60`, ADMIN);
  await send(server, { touchpoints: [{ ...events[0], touchpoint_id: 'more', occurred_at: at(9) }] });
  await server.flush();
  expect((await server.get('/v1/customers/anna-customer?brand_id=other')).status).toBe(200);
  expect((await server.get('/v1/customers/anna-customer?brand_id=default')).status).toBe(404);
});
