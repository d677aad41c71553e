/** Retention through the front door: what goes, what stays, what does not come back, and what the answers say of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli, ok } from '../../cli/harness.ts';
import { ADMIN, type Body, startServer, type TestServer } from '../../server/harness.ts';
import { found } from '../../support/bytes.ts';
import { TEST_ENGINE } from '../../support/engine.ts';
import { bearer } from '../../support/events.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { at, eventsOf, send } from '../shop.ts';

const APRIL = Date.parse('2026-04-01T12:00:00Z');
const JUNE = Date.parse('2026-06-15T12:00:00Z');
const RETENTION = { touchpoints: 60, orders: 60, email_events: 60, customer_segments: 60, consents: 60 };
const CONFIG = {
  defaults: { retention: RETENTION },
  brands: { keeper: { retention: { touchpoints: null, orders: null, email_events: null } } },
};

let server: TestServer;
let now_ms = APRIL;
let folder: string;

/** Removes what is old. @returns what went in the last run. */
async function applied(): Promise<Body> {
  expect((await server.post('/v1/retention', undefined, ADMIN)).status).toBe(202);
  await expect
    .poll(async () => (await server.get('/v1/retention?counts=false', ADMIN)).body.running, { timeout: 280_000 })
    .toBe(false);
  const { body } = await server.get('/v1/retention', ADMIN);
  expect(body.last_error).toBe(null);
  return body;
}

const report = async (start: string, end: string, brand_id = 'default'): Promise<Body> =>
  (await server.get(`/v1/reports/attribution?start=${start}&end=${end}&model=linear&brand_id=${brand_id}`)).body;

const ofBrand = (events: Record<string, object[]>, brand_id: string): Record<string, object[]> =>
  Object.fromEntries(Object.entries(events).map(([name, list]) => [name, list.map((one) => ({ ...one, brand_id }))]));

afterAll(() => server.close());
beforeAll(async () => {
  folder = temporaryFolder();
  server = await startServer({ folder, config: CONFIG, clock: () => now_ms, shared: true });
  await send(server, eventsOf('anna'));
  await send(server, ofBrand(eventsOf('dora'), 'keeper'));
  const { conversions } = eventsOf('cara');
  await send(server, { conversions: conversions! });
  await server.flush();
  const frozen = { run_id: 'march', start: '2026-03-01', end: '2026-04-01', models: 'linear', brand_id: 'default' };
  expect((await server.post('/v1/runs', frozen, ADMIN)).status).toBe(201);
});

test('a dry run counts what would go by kind and brand, and removes nothing', async () => {
  expect((await server.get('/v1/retention', ADMIN)).body.would_remove).toEqual([]);
  now_ms = JUNE;
  // A refund in June holds the order of March.
  const adjustment_id = 'late-refund';
  const occurred_at = '2026-06-10T00:00:00Z';
  await send(server, {
    adjustments: [
      { adjustment_id, order_id: 'cara-o1', amount: '-1.00', currency: 'USD', reason: 'refund', occurred_at },
    ],
  });
  await server.flush();
  const { body } = await server.get('/v1/retention', ADMIN);
  const before = '2026-04-16T00:00:00.000Z';
  expect(body.would_remove).toEqual([
    { record: 'touchpoints', brand_id: 'default', before, rows: 2 },
    { record: 'orders', brand_id: 'default', before, rows: 2 },
    { record: 'email_events', brand_id: 'default', before, rows: 1 },
  ]);
  const days = (brand_id: string | null): unknown =>
    body.policies.find((one: Body) => one.brand_id === brand_id && one.record === 'touchpoints').days;
  expect([days(null), days('keeper')]).toEqual([60, null]);
  expect((await report('2026-03-01', '2026-04-01')).reconciliation.net_revenue_micros).toBe('89000000');
  expect((await server.post('/v1/retention', undefined, bearer('nobody'))).status).toBe(401);
});

test('what is old goes from every answer and every file, and what joins people stays', async () => {
  const { last_run, would_remove } = await applied();
  expect(last_run.removed.map(({ record, rows }: Body) => `${record} ${rows}`)).toEqual([
    'touchpoints 2',
    'orders 2',
    'email_events 1',
  ]);
  expect(would_remove).toEqual([]);
  const march = await report('2026-03-01', '2026-04-01');
  // The order of cara stays whole with its refund.
  expect(march.reconciliation.net_revenue_micros).toBe('49000000');
  expect(march.warnings.map(({ code }: Body) => code).sort()).toEqual(['orders_removed', 'touchpoints_removed']);
  expect((await report('2026-06-01', '2026-06-15')).warnings).toEqual([]);
  expect((await report('2026-05-01', '2026-06-01')).warnings).toEqual([
    { code: 'touchpoints_removed', count: 15, message: expect.stringContaining('retention') },
  ]);
  expect((await report('2026-03-01', '2026-04-01', 'keeper')).reconciliation).toMatchObject({
    net_revenue_micros: '40000000',
    attributed_micros: '40000000',
  });
  const { person } = (await server.get('/v1/customers/anna-customer?brand_id=default')).body;
  expect(person.ids.sort()).toEqual(['anna-browser', 'anna-customer', 'anna-phone']);
  const compared = (await server.get('/v1/runs/march/compare')).body;
  const { frozen_micros, today_micros, causes_micros, difference_micros } = compared.totals.net_revenue;
  expect([frozen_micros, today_micros]).toEqual(['90000000', '49000000']);
  const sum = Object.values<string>(causes_micros).reduce((all, part) => all + BigInt(part), 0n);
  expect(sum.toString()).toBe(difference_micros);
  if (TEST_ENGINE === 'duckdb')
    expect(
      found(folder, ['anna-t1', 'anna-t2', 'anna-c1', 'anna-o1', 'anna-a1', 'anna-e1', 'anna-m1', 'anna-note']),
    ).toEqual([]);
});

test('what was removed is not taken again, and the answer says why', async () => {
  const again = eventsOf('anna');
  for (const record of ['touchpoints', 'conversions', 'adjustments', 'email_events']) {
    const { body } = await server.post(`/v1/${record}`, again[record]);
    expect(body.accepted).toBe(0);
    expect(body.rejected[0]).toMatchObject({ field: 'occurred_at', reason: expect.stringContaining('2026-04-16') });
  }
  await server.flush();
  expect((await report('2026-03-01', '2026-04-01')).reconciliation.net_revenue_micros).toBe('49000000');
  // Of a brand that keeps all, it is a repeat.
  const { body } = await server.post('/v1/touchpoints', ofBrand(again, 'keeper')['touchpoints']);
  expect(body.rejected).toEqual([]);
});

test('each removal stands in the audit log, and a second run finds nothing', async () => {
  const { last_run } = await applied();
  const { entries } = (await server.get('/v1/audit?limit=1000', ADMIN)).body;
  const own = entries.filter(({ call }: Body) => call === 'retention');
  expect(
    own
      .map(({ kind, brand_id, target, result }: Body) => [kind, brand_id, target.record, target.rows, result])
      .reverse(),
  ).toEqual([
    ['action', 'default', 'touchpoints', '2', undefined],
    ['action', 'default', 'orders', '2', undefined],
    ['action', 'default', 'email_events', '1', undefined],
    ['outcome', 'default', 'touchpoints', '2', 'done'],
    ['outcome', 'default', 'orders', '2', 'done'],
    ['outcome', 'default', 'email_events', '1', 'done'],
  ]);
  expect(last_run.completed_at).toBe(new Date(JUNE).toISOString());
  expect((await server.get('/v1/audit/verification', ADMIN)).body.whole).toBe(true);
});

test('an order goes when its last refund is old, and stays gone when the clock goes back', async () => {
  now_ms = JUNE + 60 * 86_400_000;
  await applied();
  const late = { touchpoint_id: 'waiting', customer_id: 'x', touchpoint_type: 'email_open', occurred_at: at(9) };
  now_ms = APRIL;
  expect((await server.post('/v1/touchpoints', [late])).body.accepted).toBe(0);
  now_ms = JUNE + 60 * 86_400_000;
  expect((await report('2026-03-01', '2026-04-01')).reconciliation.net_revenue_micros).toBe('0');
});

test('the command line shows what would go, and removes it with --apply', async () => {
  const root = temporaryFolder();
  const data = join(root, 'data');
  const config = join(root, 'config.json');
  writeFileSync(config, '{}');
  for (const [record, events] of Object.entries(eventsOf('emil'))) {
    const file = join(root, `${record}.ndjson`);
    writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    await ok(['import', record, file, '--data', data, '--config', config]);
  }
  expect(await ok(['retention', '--data', data, '--config', config])).toContain('kept for ever');
  writeFileSync(config, JSON.stringify({ defaults: { retention: { touchpoints: 30, orders: 365 } } }));
  const shown = await ok(['retention', '--data', data, '--config', config]);
  expect(shown).toMatch(/touchpoints +\(other brands\) +30 days/);
  expect(shown).toMatch(/touchpoints +default +as other brands +2026-03-02 +1/);
  expect(shown).toContain('nothing was removed');
  expect(await ok(['retention', '--apply', '--data', data, '--config', config])).toBe(
    'removed 1 rows: touchpoints of default from before 2026-03-02\n',
  );
  expect(await ok(['retention', '--apply', '--data', data, '--config', config])).toContain('nothing was older');
  // The second file has one row that is too old.
  const again = await cli([
    'import',
    'touchpoints',
    join(root, 'touchpoints.ndjson'),
    '--restart',
    '--data',
    data,
    '--config',
    config,
  ]);
  expect(again.out + again.err).toContain('retention');
});
