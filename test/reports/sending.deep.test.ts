/** How often and when to send: a log beside an independent computation, and simulated worlds whose truth is known. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import { tBound } from '../../src/learning/distributions.ts';
import { wilson } from '../../src/learning/score-interval.ts';
import { frequencyAdvice, timeAdvice } from '../../src/reports/advice/emails.ts';
import type { Estimate } from '../../src/reports/sending/estimates.ts';
import { sendingFigures } from '../../src/reports/sending/figures.ts';
import { type Compared, frequencyOf, timesOf } from '../reference/sending.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, type Fields } from '../support/events.ts';
import { type Json, withShop } from '../support/shop.ts';
import { MARCH } from '../support/time.ts';
import { makeLog, sendLog } from './sending-log.ts';
import { DAYS, figuresOf, type Life, makeLives, WORLD_START_MS } from './sending-worlds.ts';

const ZONE = 'Europe/Berlin';
/** March begins in Berlin an hour early; the log ends with the clock of the shop. */
const ASKED = {
  start_ms: Date.parse('2026-02-28T23:00:00Z'),
  until_ms: Date.parse('2026-03-31T12:00:00Z'),
  time_zone: ZONE,
};

/** @param alpha 1 - the level of the interval. @param groups the fewest degrees of freedom that it may have. */
function expectSame(own: Estimate, expected: Compared, { alpha, groups }: { alpha: number; groups: number }): void {
  expect(own.value).toBeCloseTo(expected.treated, 9);
  expect(own.other).toBeCloseTo(expected.other, 9);
  expect(own.difference).toBeCloseTo(expected.difference, 9);
  const half = (own.high - own.low) / 2;
  expect(half / expected.error).toBeGreaterThan(tBound(alpha, 255) * (1 - 1e-9));
  expect(half / expected.error).toBeLessThan(tBound(alpha, groups));
}

test('a log with several ids, repeats, returns and confirmations has the figures of the reference', async () => {
  await withShop({ defaults: { time_zone: ZONE } }, async (shop) => {
    const made = makeLog(800, 3);
    await sendLog(shop, made);
    const { frequency, times } = await sendingFigures(shop.reports, { ...MARCH, brand_id: 'default' }, ALL_BRANDS);
    const expected = frequencyOf(made.log, ASKED);
    let seen = 0;
    for (const [i, row] of frequency.rows.entries()) {
      const reference = expected[i]!;
      const first = reference.of('left', 6);
      expect(row.emails).toBe(first?.treated_units ?? 0);
      expect(row.other_emails).toBe(first?.other_units ?? 0);
      for (const name of ['left', 'orders', 'net'] as const) {
        if (row[name] === null) continue;
        seen += 1;
        expectSame(row[name], reference.of(name, row.within_hours)!, { alpha: 0.01, groups: 100 });
      }
      if (row.control !== null) expectSame(row.control, reference.orders_before!, { alpha: 0.05, groups: 100 });
    }
    expect(seen).toBeGreaterThan(8);
    for (const kind of ['block', 'weekday'] as const)
      for (const [i, reference] of timesOf(made.log, ASKED, kind).entries()) {
        const row = times[kind].rows[i]!;
        expect(row.emails).toBe(reference.orders?.treated_units ?? 0);
        const alpha = 0.05 / times[kind].rows.length;
        for (const name of ['orders', 'net'] as const) {
          if (row[name] === null) continue;
          seen += 1;
          expectSame(row[name], reference[name]!, { alpha, groups: 10 });
        }
        if (row.control !== null) expectSame(row.control, reference.orders_before!, { alpha: 0.05, groups: 10 });
      }
    expect(seen).toBeGreaterThan(14);
    const listed = frequency.value_of_person;
    expect(listed).toBeGreaterThan(20);
  });
});

describe('both engines', () => {
  let engines: Engine[];
  beforeAll(async () => {
    engines = await Promise.all([Engine.open('duckdb', 1), Engine.open('clickhouse', 1)]);
    const made = makeLog(150, 9);
    const of = (record: WireEvent['record'], events: readonly Fields[]): WireEvent[] =>
      events.map((event) => ({ record, event }));
    const events = [
      ...of('identity_links', made.links),
      ...of('email_events', made.emails),
      ...of('conversions', made.orders),
    ];
    await Promise.all(engines.map((engine, i) => engine.load(events, i === 0 ? 700 : 5_000)));
  }, 120_000);
  afterAll(async () => void (await Promise.all(engines.map((engine) => engine.close()))));

  test('have the same figures to the byte', async () => {
    const [duckdb, clickhouse] = await Promise.all(
      engines.map(async ({ reports }) => JSON.stringify(await sendingFigures(reports, MARCH, ALL_BRANDS))),
    );
    expect(clickhouse).toBe(duckdb);
    expect(JSON.parse(duckdb!).frequency.emails).toBeGreaterThan(1_000);
  });

  test('read some groups of people where there are too many emails, and say which part', async () => {
    const few = await Promise.all(
      engines.map(async ({ reports }) =>
        JSON.stringify(await sendingFigures(reports, MARCH, ALL_BRANDS, { most_emails: 1_500 })),
      ),
    );
    expect(few[1]).toBe(few[0]);
    const { frequency, people_part } = JSON.parse(few[0]!);
    expect([1 / 2, 1 / 4]).toContain(people_part);
    expect(frequency.emails).toBeLessThan(1_000);
    expect(frequency.emails).toBeGreaterThan(100);
  });
});

/** Weeks of people on the list by emails in them: the parts in which they left and in which they ordered, as the report on fatigue has them. */
function byWeek(lives: readonly Life[]): Array<Record<'left' | 'ordered', { low: number; high: number }>> {
  const weeks = Array.from({ length: 6 }, () => ({ all: 0, left: 0, ordered: 0 }));
  for (const { emails, left_ms, orders } of lives)
    for (let day = 0; day < DAYS - 7; day += 7) {
      const from = WORLD_START_MS + day * MS_PER_DAY;
      const isIn = (at_ms: number): boolean => at_ms >= from && at_ms < from + 7 * MS_PER_DAY;
      if (left_ms !== null && left_ms < from) break;
      const own = weeks[Math.min(5, emails.filter(({ at_ms }) => isIn(at_ms)).length)]!;
      own.all += 1;
      if (left_ms !== null && isIn(left_ms)) own.left += 1;
      if (orders.some(({ at_ms }) => isIn(at_ms))) own.ordered += 1;
    }
  return weeks.map(({ all, left, ordered }) => ({ left: wilson(left, all), ordered: wilson(ordered, all) }));
}

describe('in a simulated world', () => {
  test('in which keen people get more emails and order more, and emails change nothing, weeks mislead and like people do not', async () => {
    const lives = makeLives({
      ...{ people: 6_000, seed: 1, chances: [0.15, 0.45], rates: [0.002, 0.02] },
      leaving: () => 0.002,
    });
    const weeks = byWeek(lives);
    // With more emails in a week, surely more people order in it.
    for (let emails = 2; emails <= 5; emails++)
      expect(weeks[emails]!.ordered.low).toBeGreaterThan(weeks[emails - 1]!.ordered.high);
    const figures = await figuresOf(lives);
    expect(frequencyAdvice(figures, 0)).toMatchObject({ advice: 'leave_it', at_most_per_week: null });
    for (const own of figures.frequency.rows)
      for (const { low, high } of [own.left!, own.orders!]) {
        expect(low).toBeLessThan(0);
        expect(high).toBeGreaterThan(0);
      }
  });

  test('in which the fourth email in a week triples leaving, it is found with the right number', async () => {
    const lives = makeLives({
      ...{ people: 6_000, seed: 1, chances: [0.35, 0.4], rates: [0.004, 0.01], bought: () => 0.005 },
      leaving: (emails_before) => (emails_before >= 3 ? 0.006 : 0.002),
    });
    // Who leaves on Monday gets fewer emails in that week, so weeks with many emails look harmless.
    const weeks = byWeek(lives);
    expect(weeks[4]!.left.high).toBeLessThan(weeks[1]!.left.low);
    const figures = await figuresOf(lives);
    const said = frequencyAdvice(figures, 0) as Json;
    expect(said).toMatchObject({ advice: 'at_most', at_most_per_week: '3', is_causal: false });
    const { left } = figures.frequency.rows[2]!;
    expect(left!.low).toBeLessThan(0.004);
    expect(left!.high).toBeGreaterThan(0.004);
    expect(said.message).toMatch(/compared among like people/);
  });

  test('in which emails change nothing, intervals hold 0 and no time is named', async () => {
    const seen = { rows: 0, left: 0, orders: 0, named: 0 };
    const holds = (own: Estimate): number => Number(own.low <= 0 && own.high >= 0);
    for (let seed = 0; seed < 12; seed++) {
      const lives = makeLives({
        ...{ people: 2_000, seed, chances: [0.2, 0.45], rates: [0.004, 0.015], leaving: () => 0.004 },
        ...{ bought: () => 0.01, hourOf: (_, random) => random.pick([9, 14, 18]) },
      });
      const { frequency, times } = await figuresOf(lives);
      for (const { left, orders } of frequency.rows) {
        if (left === null || orders === null) continue;
        seen.rows += 1;
        seen.left += holds(left);
        seen.orders += holds(orders);
      }
      seen.named += Number(times.block.best !== null) + Number(times.weekday.best !== null);
    }
    expect(seen.rows).toBeGreaterThan(30);
    expect(seen.left).toBeGreaterThan(0.9 * seen.rows);
    expect(seen.orders).toBeGreaterThan(0.9 * seen.rows);
    expect(seen.named).toBe(0);
  });

  const HOURS = { people: 6_000, chances: [0.35, 0.4], rates: [0.004, 0.01], leaving: () => 0.001 } as const;

  test('in which emails in the evening bring more orders, the evening is found', async () => {
    const lives = makeLives({
      ...{ ...HOURS, seed: 1, bought: (hour) => (hour === 18 ? 0.03 : 0.01) },
      hourOf: (_, random) => random.pick([9, 14, 18]),
    });
    const { times } = await figuresOf(lives);
    expect(times.block.best).toBe('16-20');
    const { orders } = times.block.rows[4]!;
    expect(orders!.low).toBeLessThan(0.02);
    expect(orders!.high).toBeGreaterThan(0.02);
    expect(times.weekday.best).toBeNull();
  });

  test('in which flows bring more orders and go out in the evening, no time is named', async () => {
    const lives = makeLives({
      ...{ ...HOURS, seed: 2, bought: (_, kind) => (kind === 'flow' ? 0.05 : 0.01) },
      hourOf: (kind, random) => (random.chance(0.8) === (kind === 'flow') ? 18 : 9),
    });
    const bought = (hour: number): number => {
      const sent = lives.flatMap(({ emails, orders }) =>
        emails.filter(({ at_ms }) => new Date(at_ms).getUTCHours() === hour).map(({ at_ms }) => ({ at_ms, orders })),
      );
      const after = sent.filter(({ at_ms, orders }) =>
        orders.some((order) => order.at_ms >= at_ms && order.at_ms < at_ms + MS_PER_DAY),
      );
      return after.length / sent.length;
    };
    // All emails of an hour together mislead.
    expect(bought(18)).toBeGreaterThan(1.2 * bought(9));
    const figures = await figuresOf(lives);
    expect(figures.times.block.best).toBeNull();
    const clicked = { best: null, reason: 'too few' };
    const said = timeAdvice(figures, { best_hour: clicked, best_weekday: clicked, totals: { delivered: 9 } }) as Json;
    expect(said).toMatchObject({ advice: 'leave_it', best_block_by_orders: null, is_causal: false });
  });
});
