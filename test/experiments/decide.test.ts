/** What may be concluded, the share of the plan, and pools: pure, with figures added up by hand. */
import { describe, expect, test } from 'vitest';
import { type Design, designOf, METRICS } from '../../src/domain/experiment.ts';
import { alwaysValid } from '../../src/learning/always-valid.ts';
import { normalBound } from '../../src/learning/distributions.ts';
import { exactMoments } from '../../src/learning/moments.ts';
import { concludes } from '../../src/reports/experiments/decide.ts';
import { alphaOf, effectOf, shareOf } from '../../src/reports/experiments/effects.ts';
import { hasEnough, neededFor } from '../../src/reports/experiments/enough.ts';
import { pooledEffects } from '../../src/reports/experiments/pool.ts';
import { type ArmFacts, MEASURES } from '../../src/reports/experiments/read-arms.ts';

const DAY_MS = 86_400_000;
const plan = (rest: object = {}): Design =>
  designOf({
    ...{ experiment_id: 'e', brand_id: 'b', name: 'E', scope: 'campaign', control: 'holdout', planned_people: 200 },
    ...{ arms: '{"holdout":0.5,"treated":0.5}', starts_at: 0, ends_at: 10 * DAY_MS, pool: 'p', ...rest },
  });

/** An arm where some people ordered once, for 10 units each; some of them were refunded in full. */
function arm(name: string, people: number, converted: number, days = 10, refunded = 0): ArmFacts {
  const per_order: Record<string, bigint> = { converted: 1n, orders: 1n, gross: 10_000_000n, net: 10_000_000n };
  const back: Record<string, bigint> = { ...per_order, net: 0n, refunds: 10_000_000n };
  const each = [per_order, back].map((of) => MEASURES.map((measure) => of[measure] ?? 0n));
  const counts = [converted - refunded, refunded].map(BigInt);
  const added = (of: (values: readonly bigint[]) => bigint) => counts[0]! * of(each[0]!) + counts[1]! * of(each[1]!);
  const sums = MEASURES.map((_, i) => added((values) => values[i]!));
  const products = MEASURES.map((_, i) => MEASURES.map((_, j) => added((values) => values[i]! * values[j]!)));
  return {
    ...{
      arm: name,
      people,
      exposed: 0,
      crossed: 0,
      refunded,
      observed_ms: people * days * DAY_MS,
      unpriced: 0,
      unpriced_before: 0,
    },
    sums: Object.fromEntries(MEASURES.map((measure, i) => [measure, sums[i]!])) as ArmFacts['sums'],
    moments: exactMoments(people, sums, products),
  };
}

const effectBetween = (control: ArmFacts, treated: ArmFacts, design = plan()) =>
  effectOf(control, treated, 'conversion_rate', { design, alpha: alphaOf(design) });

describe('a conclusion', () => {
  const effect = effectBetween(arm('holdout', 100, 10), arm('treated', 100, 24))!;
  const facts = {
    design: plan(),
    sample_ratio_chance: 0.5,
    has_enough: true,
    is_priced: true,
    was_stopped: false,
    is_over: true,
    effect,
  };

  test('follows at the planned end from the fixed interval, and before it or after a stop from the always-valid one', () => {
    expect(effect.fixed.interval.low).toBeGreaterThan(0);
    expect(effect.always_valid.low).toBeLessThan(0);
    expect(concludes(facts)).toBe('better');
    expect(concludes({ ...facts, is_over: false })).toBe('running');
    expect(concludes({ ...facts, was_stopped: true })).toBe('no_difference_seen');
  });

  test('is none with the wrong shares, or with too little', () => {
    expect(concludes({ ...facts, sample_ratio_chance: 0.0009 })).toBe('sample_ratio_alarm');
    expect(concludes({ ...facts, has_enough: false })).toBe('too_few');
    expect(concludes({ ...facts, has_enough: false, is_over: false })).toBe('too_early');
    expect(concludes({ ...facts, effect: null })).toBe('too_few');
  });

  test('of money waits for the exchange rates of its orders', () => {
    expect(concludes({ ...facts, is_priced: false, effect: null })).toBe('rate_missing');
    expect(concludes({ ...facts, is_priced: false, has_enough: false })).toBe('too_few');
    const unpriced = { ...arm('treated', 100, 24), unpriced: 1 };
    const looking = { design: plan(), alpha: 0.05 };
    const measures = METRICS.filter((metric) => effectOf(arm('holdout', 100, 10), unpriced, metric, looking) !== null);
    expect(measures).toEqual(['conversion_rate', 'orders']);
    const [first, second] = [100, 200].map((people) => [arm('holdout', people, 30), arm('treated', people, 50)]);
    const pooled = pooledEffects(
      'p',
      [
        { design: plan({ metric: 'net_revenue' }), arms: first! },
        { design: plan(), arms: [second![0]!, { ...second![1]!, unpriced: 1 }] },
      ],
      { currency: 'USD', time_zone: 'UTC', known_ms: 10 * DAY_MS },
    );
    expect((pooled['effects'] as { metric: string }[]).map(({ metric }) => metric)).toEqual([
      'conversion_rate',
      'orders',
    ]);
    expect(JSON.stringify(pooled['sentences'])).toContain('no result in money, because orders have no exchange rate');
  });

  test('of more refunds is that the arm is worse', () => {
    expect(concludes({ ...facts, design: plan({ metric: 'refunds' }) })).toBe('worse');
  });
});

describe('a conclusion needs', () => {
  test('50 people in each arm, 10 people who ordered, and one of them by the share of a small holdout', () => {
    expect(hasEnough(arm('holdout', 49, 20), arm('treated', 200, 20), 'orders')).toBe(false);
    expect(hasEnough(arm('holdout', 50, 2), arm('treated', 200, 7), 'orders')).toBe(false);
    expect(hasEnough(arm('holdout', 50, 2), arm('treated', 200, 8), 'orders')).toBe(true);
    // 50 orders, of which a holdout of 1 % expects half of one.
    expect(hasEnough(arm('holdout', 100, 0), arm('treated', 9_900, 50), 'conversion_rate')).toBe(false);
    expect(hasEnough(arm('holdout', 100, 1), arm('treated', 9_900, 99), 'conversion_rate')).toBe(true);
  });

  test('as many refunds as orders where refunds decide, and five in the smaller arm for a ratio', () => {
    const both = (refunded: number) =>
      [arm('holdout', 500, 50, 10, 1), arm('treated', 1_500, 150, 10, refunded)] as const;
    expect(hasEnough(...both(8), 'refunds')).toBe(false);
    expect(hasEnough(...both(9), 'refunds')).toBe(true);
    expect(hasEnough(...both(9), 'refund_rate')).toBe(false);
    expect(hasEnough(...both(19), 'refund_rate')).toBe(true);
    const looking = { design: plan(), alpha: 0.05 };
    expect(effectOf(...both(8), 'refunds', looking)).toBeNull();
    expect(effectOf(...both(9), 'refunds', looking)!.fixed.difference).toBeCloseTo((10 * 9) / 1_500 - 10 / 500, 12);
    expect(neededFor('refund_rate')).toContain('10 people who got a refund; by the shares, at least 5');
  });

  test('people who differ: before the first order nobody knows that there is no effect', () => {
    const looking = { design: plan(), alpha: 0.05 };
    for (const metric of ['conversion_rate', 'orders', 'net_revenue'] as const)
      expect(effectOf(arm('holdout', 100, 0), arm('treated', 100, 0), metric, looking)).toBeNull();
  });
});

test('the share of the plan is that of observed days: a list that is there at once grows with time', () => {
  const both = (days: number) => [arm('holdout', 100, 5, days), arm('treated', 100, 5, days)] as const;
  expect(shareOf(both(1), plan())).toBeCloseTo(0.1, 12);
  expect(shareOf(both(10), plan())).toBeCloseTo(1, 12);
  // Orders count for five days of ten.
  expect(shareOf(both(5), plan({ window_days: 5 }))).toBeCloseTo(1, 12);
  expect(shareOf(both(0), plan())).toBe(1e-6);
  // Two of three arms are compared.
  const three = plan({ arms: '{"holdout":0.5,"treated":0.25,"other":0.25}', planned_people: 400 });
  expect(shareOf([arm('holdout', 200, 5), arm('treated', 100, 5)], three)).toBeCloseTo(1, 12);
  expect(alphaOf(three)).toBe(0.025);
});

describe('a pool', () => {
  const first = { design: plan(), arms: [arm('holdout', 100, 10), arm('treated', 100, 20)] };
  const second = {
    design: plan({ experiment_id: 'f', starts_at: 20 * DAY_MS, ends_at: 30 * DAY_MS }),
    arms: [arm('holdout', 300, 30), arm('treated', 300, 45)],
  };
  const pool = (...all: (typeof first)[]) =>
    pooledEffects('p', all, { currency: 'USD', time_zone: 'UTC', known_ms: 40 * DAY_MS });
  const rate = (answer: ReturnType<typeof pool>) =>
    (answer['effects'] as Array<Record<string, number | string>>).find(({ metric }) => metric === 'conversion_rate')!;

  test('weighs experiments by their people, and its interval widens with looks at more of them', () => {
    const answer = pool(first, second);
    // Weights 100 100 / 200 = 50 and 300 300 / 600 = 150: (50 0.1 + 150 0.05) / 200.
    expect(rate(answer)['difference']).toBeCloseTo(0.0625, 12);
    // One variance for both arms: (100 0.1 0.9 + 100 0.2 0.8) / 198, and (300 0.1 0.9 + 300 0.15 0.85) / 598.
    const [a, b] = [(25 / 198) * (2 / 100), (65.25 / 598) * (2 / 300)];
    const variance = (50 ** 2 * a + 150 ** 2 * b) / 200 ** 2;
    expect((rate(answer)['high'] as number) - 0.0625).toBeCloseTo(normalBound(0.05) * Math.sqrt(variance), 9);
    // The plan of the first had 200 people for ten days; there are 800 now.
    expect(rate(answer)['always_valid_high']).toBeCloseTo(alwaysValid(0.0625, variance, 4, 0.05).high, 9);
    expect(answer).toMatchObject({ experiments: 2, left_out: 0, people: 800 });
    expect(answer['sentences']).toMatchObject([
      { arm: 'treated', sentence: expect.stringContaining('As of 1970-01-31') },
    ]);
  });

  test('counts the people of an experiment without orders, tells nothing of too few, and does not count one that has not begun', () => {
    const quiet = { ...second, arms: [arm('holdout', 100, 0), arm('treated', 100, 0)] };
    // Weights 50 and 50: (50 0.1 + 50 0) / 100.
    expect(rate(pool(first, quiet))['difference']).toBeCloseTo(0.05, 12);
    const later = { ...second, arms: [arm('holdout', 0, 0), arm('treated', 0, 0)] };
    expect(pool(first, later)).toMatchObject({ experiments: 1, left_out: 0, people: 200 });
    const few = { ...first, arms: [arm('holdout', 100, 3), arm('treated', 100, 4)] };
    expect(pool(few)['sentences']).toMatchObject([{ sentence: expect.stringContaining('too few people or orders') }]);
    // Refunds are too few in each of them, and enough in both.
    const back = (one: typeof first) => ({
      ...one,
      arms: [arm('holdout', 100, 10, 10, 3), arm('treated', 100, 10, 10, 4)],
    });
    const measures = (...all: (typeof first)[]) =>
      (pool(...all)['effects'] as Array<{ metric: string }>).map(({ metric }) => metric);
    expect(measures(back(first))).not.toContain('refunds');
    expect(measures(back(first), back(second))).toContain('refunds');
  });

  test('is the same whichever of its experiments is asked, and leaves out one whose arms do not have their shares', () => {
    expect(rate(pool(second, first))).toEqual(rate(pool(first, second)));
    const broken = { ...second, arms: [arm('holdout', 200, 30), arm('treated', 400, 45)] };
    const answer = pool(first, broken);
    expect(answer).toMatchObject({ experiments: 1, left_out: 1, people: 200 });
    expect(rate(answer)['difference']).toBeCloseTo(0.1, 12);
    expect(pool(broken)).toMatchObject({ experiments: 0, effects: [], sentences: [] });
  });
});
