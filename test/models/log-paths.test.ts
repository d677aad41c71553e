/** What models learn from: the paths and histories of the log, the same however it came in, and on either engine. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import type { Naming } from '../../src/models/grain.ts';
import type { Histories } from '../../src/models/hazard/histories.ts';
import { readLogHistories } from '../../src/models/hazard/log-histories.ts';
import { readLogPaths } from '../../src/models/paths/log-paths.ts';
import type { Paths } from '../../src/models/paths/paths.ts';
import { resolveParameters } from '../../src/reports/resolve.ts';
import { simulate } from '../../src/simulation/world.ts';
import { Engine, type EngineName, TEST_ENGINE, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';

const CHANNEL: Naming = { grain: 'channel', split_views: [] };
const touched = (id: string, customer_id: string, channel: string, when: string, more: object = {}): WireEvent => ({
  record: 'touchpoints',
  event: touch(id, 'website_visit', `2026-03-${when}Z`, { customer_id, channel, ...more }),
});
const ordered = (id: string, customer_id: string, when: string, value: string, more: object = {}): WireEvent => ({
  record: 'conversions',
  event: order(id, value, `2026-03-${when}Z`, { customer_id, ...more }),
});

/** Ann sees two ads and orders twice; Bob looks and leaves; Cleo orders out of the blue; Dan's mail program opened by itself. */
const SHOP: WireEvent[] = [
  touched('t1', 'ann', 'referral', '01T10:00:00'),
  touched('t2', 'ann', 'paid_search', '02T10:00:00'),
  ordered('o1', 'ann', '02T11:00:00', '10.00'),
  touched('t3', 'ann', 'email', '05T10:00:00', { touchpoint_type: 'email_click', campaign_id: 'spring' }),
  ordered('o2', 'ann', '05T10:30:00', '30.00'),
  {
    record: 'adjustments',
    event: {
      adjustment_id: 'a1',
      conversion_id: 'o2',
      amount: '-5.00',
      currency: 'USD',
      occurred_at: '2026-03-06T00:00:00Z',
    },
  },
  touched('t4', 'bob', 'paid_search', '01T09:00:00'),
  touched('t5', 'bob', 'direct', '04T09:00:00'),
  ordered('o3', 'cleo', '03T00:00:00', '7.00'),
  touched('t6', 'dan', 'email', '04T09:00:00', { touchpoint_type: 'email_open', verdict: 'machine' }),
  {
    record: 'email_events',
    event: { event_id: 'e1', event_type: 'sent', customer_id: 'eve', occurred_at: '2026-03-02T00:00:00Z' },
  },
  {
    record: 'customer_segments',
    event: { segment_id: 's1', customer_id: 'ann', segment_name: 'vip', assigned_at: '2026-03-03T00:00:00Z' },
  },
];

async function learnFrom(
  engine: Engine,
  naming: Naming = CHANNEL,
): Promise<{ paths: Paths; pathless: number; histories: Histories }> {
  return engine.reports.warehouse.read(async (snapshot) => {
    const period = { start: '2026-01-01', end: '2026-06-01' };
    const { plan } = await resolveParameters(snapshot, engine.reports, period, ALL_BRANDS);
    const { directory } = engine.reports;
    const { histories } = await readLogHistories(snapshot, plan, directory, naming);
    return { ...(await readLogPaths(snapshot, plan, directory, naming)), histories };
  });
}

/** Each path as text: "referral > paid_search = 1 order of 10, 0 null". */
function pathTexts({ states, codes, offsets, conversions, value, nulls }: Paths): string[] {
  return Array.from(conversions, (orders, j) => {
    const names = Array.from(codes.subarray(offsets[j]!, offsets[j + 1]!), (code) => states[code]);
    return `${names.join(' > ')} = ${orders} of ${value[j]}, ${nulls[j]} null`;
  });
}

describe('the paths of a log', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.open(TEST_ENGINE);
    await engine.load(SHOP);
  });
  afterAll(() => engine.close());

  test('are those that reports credit, and one null path for who touched and did not order', async () => {
    const { paths, pathless } = await learnFrom(engine);
    expect(pathTexts(paths)).toEqual([
      'referral > paid_search = 1 of 10, 0 null',
      'paid_search > direct = 0 of 0, 1 null',
      'referral > paid_search > email = 1 of 25, 0 null',
    ]);
    // Cleo's order has no path, and a machine's open is no touch.
    expect(pathless).toBe(1);
    expect([...paths.people!]).toEqual([0, 1, 0]);
  });

  test('have other names at another grain', async () => {
    const { paths } = await learnFrom(engine, { grain: 'channel_and_type', split_views: [] });
    expect(paths.states).toEqual([
      'direct / website_visit',
      'email / email_click',
      'paid_search / website_visit',
      'referral / website_visit',
    ]);
    expect((await learnFrom(engine, { grain: 'campaign', split_views: [] })).paths.states).toContain('email / spring');
  });

  test('stand beside histories of everybody who was ever seen, by name', async () => {
    const { histories } = await learnFrom(engine);
    const day = (at: number): string => new Date(at).toISOString().slice(5, 10);
    // ann, bob, cleo, dan (only a machine's open) and eve (only mailed)
    expect(Array.from(histories.first_ms, day)).toEqual(['03-01', '03-01', '03-03', '03-04', '03-02']);
    expect([...histories.touch_offsets]).toEqual([0, 3, 5, 5, 5, 5]);
    expect([...histories.order_offsets]).toEqual([0, 2, 2, 3, 3, 3]);
    expect([...histories.order_value]).toEqual([10, 25, 7]);
    expect(histories.segments).toEqual(['vip']);
    expect([...histories.segment_offsets]).toEqual([0, 1, 1, 1, 1, 1]);
    expect(histories.segment_until_ms[0]).toBe(Number.POSITIVE_INFINITY);
    expect(histories.end_ms).toBe(Date.parse('2026-03-05T10:30:00Z') + 1);
  });
});

test('what is learned from depends neither on arrival nor on the engine', async () => {
  const events: WireEvent[] = [];
  for (const { record, event } of simulate({ customers: 150, days: 40, seed: 3, end_ms: Date.UTC(2026, 4, 1) }))
    events.push({ record, event });
  const shuffled = [...events];
  new Random(5, 'shuffle').shuffle(shuffled);
  const engines: EngineName[] =
    inject('clickhouse_url') === '' ? ['duckdb', 'duckdb'] : ['duckdb', 'duckdb', 'clickhouse'];
  const learned = [];
  for (const [i, name] of engines.entries()) {
    const engine = await Engine.open(name);
    await engine.load(i === 0 ? events : shuffled, [5_000, 700, 900][i]);
    learned.push(await learnFrom(engine));
    await engine.close();
  }
  expect(learned[0]!.paths.conversions.length).toBeGreaterThan(100);
  expect(learned[0]!.histories.touch_ms.length).toBeGreaterThan(500);
  for (const other of learned.slice(1)) expect(other).toEqual(learned[0]);
});
