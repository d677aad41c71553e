/** The lift of several arms against one holdout, and the rank of models, by hand. */
import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { momentsOf } from '../../src/learning/moments.ts';
import { type ArmFacts, MEASURES, type Measure } from '../../src/reports/experiments/read-arms.ts';
import { liftOf } from '../../src/reports/incrementality/lift.ts';
import { learnPie } from '../../src/reports/incrementality/pie.ts';
import { rankModels } from '../../src/reports/incrementality/rank.ts';

/** An arm whose people placed so many orders of 1 USD each. */
function armOf(arm: string, orders: readonly number[]): ArmFacts {
  const of: Record<Measure, number[]> = {
    converted: orders.map((n) => Math.min(1, n)),
    orders: [...orders],
    gross: orders.map((n) => n * 1e6),
    refunds: orders.map(() => 0),
    net: orders.map((n) => n * 1e6),
    before: orders.map(() => 0),
  };
  const moments = momentsOf(MEASURES.map((measure) => of[measure]));
  const sums = Object.fromEntries(
    MEASURES.map((measure, i) => [measure, BigInt(moments.sums[i]!)]),
  ) as ArmFacts['sums'];
  return {
    arm,
    people: orders.length,
    exposed: 0,
    crossed: 0,
    refunded: 0,
    observed_ms: 0,
    unpriced: 0,
    unpriced_before: 0,
    sums,
    moments,
  };
}

test('the lift of all treated people is their orders less what as many held out people would have placed', () => {
  const control = [0, 1, 0, 1, 0, 0, 0, 0];
  const [a, b] = [
    [1, 1, 2, 0],
    [1, 0, 1, 0, 3, 1],
  ];
  const { treated, held_out, orders, revenue } = liftOf({ alpha: 0.05 }, [
    armOf('holdout', control),
    armOf('a', a!),
    armOf('b', b!),
  ]);
  expect([treated, held_out]).toEqual([10, 8]);
  // 10 orders of 10 people, and 2 of 8 held out: 10 - 10 / 4.
  expect(orders.total).toBeCloseTo(7.5, 9);
  expect(revenue.total).toBeCloseTo(7.5e6, 3);
  const squares = (all: readonly number[]): number => {
    const mean = all.reduce((x, y) => x + y) / all.length;
    return all.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  };
  const of_people = (squares(control) + squares(a!) + squares(b!)) / (7 + 3 + 5);
  expect(orders.variance).toBeCloseTo(of_people * (10 + 100 / 8), 9);
  expect(orders.high - orders.total).toBeCloseTo(1.959964 * Math.sqrt(orders.variance), 5);
});

test('models are ranked by their mean error, whichever side it is on', () => {
  const experiments = [100, 200, 50, 80, 120].map((lift, i) => ({
    ...{ people: 1_000, lift, low: lift - 10, high: lift + 10 },
    credited: [lift + (i % 2 === 0 ? 30 : -30), lift + 5, 0],
  }));
  const ranked = rankModels(['swings', 'close', 'nothing'], experiments);
  expect(ranked.map(({ model, error, bias, within }) => [model, error, bias, within])).toEqual([
    ['close', 5, 5, 5],
    ['swings', 30, 6, 0],
    ['nothing', 110, -110, 0],
  ]);
  expect(ranked[0]!.chance_closest).toBeCloseTo(1, 9);
  expect(ranked[2]!.error_low).toBeLessThan(110);
  expect(ranked[2]!.error_high).toBeGreaterThan(110);
});

test('PIE learns which part of the credit was caused, and names what lies outside of its experiments', () => {
  const known = (i: number) => ({
    ...{ touches: 300 + i * 20, reached: 200 + i * 10, returned: 20 + (i % 7), is_flow: i % 2 === 0 },
    credited_orders: 20 + ((i * 13) % 17),
  });
  const taught = Array.from({ length: 24 }, (_, i) => ({
    ...known(i),
    orders: 0.4 * known(i).credited_orders,
    variance: 9,
  }));
  expect(learnPie(taught.slice(0, 19)).refused).toContain('PIE needs 20');
  const pie = learnPie(taught);
  expect(pie.left_out_error!).toBeLessThan(0.1 * pie.credit_error!);
  const guess = pie.predict({ ...known(9), credited_orders: 30 });
  if (typeof guess === 'string') throw new Error(guess);
  expect(guess.total).toBeCloseTo(12, 0);
  expect(guess.low).toBeLessThan(guess.total);
  expect(pie.predict({ ...known(9), touches: 3_000 })).toContain('touches_per_person is 10.34');
  expect(pie.predict({ ...known(9), reached: 0, touches: 0 })).toBe('it reached nobody in the period');
});

test('PIE learns more than one factor of the credit only where the experiments show more', () => {
  const random = new Random(1, 'PIE');
  const known = (i: number) => ({
    ...{ touches: 300 + i * 20, reached: 200, returned: 20 + (i % 7), is_flow: i % 2 === 0 },
    credited_orders: 20 + ((i * 13) % 17),
  });
  const taughtBy = (caused: (one: ReturnType<typeof known>) => number) =>
    Array.from({ length: 24 }, (_, i) => ({
      ...known(i),
      orders: caused(known(i)) + random.normal(0, 10),
      variance: 100,
    }));
  const guessFor = (pie: ReturnType<typeof learnPie>, is_flow: boolean): number => {
    const guess = pie.predict({ ...known(9), is_flow });
    if (typeof guess === 'string') throw new Error(guess);
    return guess.total;
  };
  // Noise says something different of flows and campaigns in every set of experiments.
  const alike = learnPie(taughtBy(({ credited_orders }) => 0.5 * credited_orders));
  expect(guessFor(alike, true)).toBe(guessFor(alike, false));
  expect(guessFor(alike, true)).toBeCloseTo(alike.factor * known(9).credited_orders, 9);
  const unlike = learnPie(taughtBy(({ credited_orders, is_flow }) => credited_orders * (is_flow ? 3 : 0)));
  expect(guessFor(unlike, true) - guessFor(unlike, false)).toBeGreaterThan(30);
});
