/** One log in several warehouses: the result of an experiment is the same to the byte on both engines, and however its rows came. */
import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { reportNamed } from '../reports/schema.ts';
import { Engine, type EngineName, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, order } from '../support/events.ts';

const EXPERIMENT = reportNamed('experiment');
const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-03-02T00:00:00Z');
const iso = (ms: number): string => new Date(ms).toISOString();
const ARMS = ['holdout', 'a', 'b'];

/** Two experiments of one pool, whose people have one or two ids, are exposed, order, and get refunds. */
function log(foreign = 0): WireEvent[] {
  const random = new Random(7, 'experiments on engines');
  const people = 240;
  const when = (): string => iso(START_MS + Math.floor(random.between(0, 20) * 86_400) * 1_000);
  const name = (i: number): string => `${random.chance(0.3) ? 'phone' : 'person'}-${i}`;
  const plans = ['one', 'two'].map((experiment_id) => ({
    ...{ experiment_id, name: experiment_id, scope: 'campaign', control: 'holdout', planned_people: 300, pool: 'both' },
    ...{ arms: { holdout: 0.4, a: 0.3, b: 0.3 }, starts_at: iso(START_MS), ends_at: iso(START_MS + 20 * DAY_MS) },
  }));
  const assignments = Array.from({ length: 700 }, (_, i) => ({
    ...{ assignment_id: `g${i}`, experiment_id: random.chance(0.5) ? 'one' : 'two', arm: ARMS[random.integer(0, 2)]! },
    ...{ customer_id: name(random.integer(0, people - 1)), occurred_at: when() },
  }));
  const exposures = Array.from({ length: 150 }, () => ({
    ...{ experiment_id: 'one', arm: 'a', customer_id: name(random.integer(0, people - 1)), occurred_at: when() },
  }));
  const links = Array.from({ length: people }, (_, i) => ({
    ...{ left_id: `person-${i}`, right_id: `phone-${i}`, kind: 'login', occurred_at: when() },
  }));
  const orders = Array.from({ length: 400 }, (_, i) =>
    order(`c${i}`, (random.integer(100, 90_000) / 100).toFixed(2), when(), {
      customer_id: name(random.integer(0, people - 1)),
      order_id: `o${i}`,
      currency: i >= 400 - foreign ? 'SEK' : 'USD',
    }),
  );
  const refunds = orders.slice(0, 90).map(({ order_id, occurred_at }) => ({
    ...{ order_id, amount: '-0.77', currency: 'USD', reason: 'refund', occurred_at },
  }));
  const of = (record: WireEvent['record'], events: object[]): WireEvent[] => events.map((event) => ({ record, event }));
  return [
    ...of('experiments', plans),
    ...of('assignments', assignments),
    ...of('exposures', exposures),
    ...of('identity_links', links),
    ...of('conversions', orders),
    ...of('adjustments', refunds),
  ];
}

async function result(engine: EngineName, batch_size: number, foreign = 0): Promise<string> {
  const opened = await Engine.open(engine, 1);
  try {
    const as_of = await opened.load(log(foreign), batch_size);
    const answer = await EXPERIMENT.run(opened.reports, { experiment_id: 'one', as_of }, ALL_BRANDS);
    return JSON.stringify({ ...answer, generated_at: '' });
  } finally {
    await opened.close();
  }
}

test('the result is the same to the byte on both engines, and after the log was loaded anew in other batches', async () => {
  const first = await result('duckdb', 500);
  const { people, effects } = JSON.parse(first);
  expect(people).toBeGreaterThan(150);
  expect(effects.length).toBeGreaterThan(8);
  expect(await result('duckdb', 137)).toBe(first);
  expect(await result('clickhouse', 300)).toBe(first);
}, 120_000);

test('with orders that no rate converts, it is the same to the byte on both engines', async () => {
  const first = await result('duckdb', 500, 60);
  const { effects, pooled, warnings } = JSON.parse(first);
  for (const one of [...effects, ...pooled.effects]) expect(['conversion_rate', 'orders']).toContain(one.metric);
  expect(effects).toHaveLength(4);
  const codes = warnings.map(({ code }: { code: string }) => code);
  expect(codes.slice(0, 3)).toEqual([
    'orders_without_rate',
    'earlier_orders_without_rate',
    'pooled_orders_without_rate',
  ]);
  expect(await result('clickhouse', 300, 60)).toBe(first);
}, 120_000);
