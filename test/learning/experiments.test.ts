/** The statistics of experiments against published values. The sources are named beside each. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { alwaysValid } from '../../src/learning/always-valid.ts';
import {
  binomialAtLeast,
  chiSquareChance,
  incompleteBeta,
  normalBound,
  tBound,
  twoSidedT,
} from '../../src/learning/distributions.ts';
import {
  adjustedMeans,
  differenceOf,
  exactMoments,
  meanOf,
  momentsOf,
  ratioOf,
  relative,
} from '../../src/learning/moments.ts';
import { pooledDifference } from '../../src/learning/pooled.ts';
import { sampleRatioChance } from '../../src/learning/sample-ratio.ts';
import { smallestDifference, unitsForRates } from '../../src/learning/sample-size.ts';
import { newcombe, pooledChance, posteriorDifference } from '../../src/learning/two-rates.ts';

const Z = 1.959963984540054;

describe('distributions', () => {
  test('have the values of printed tables', () => {
    expect(normalBound(0.05)).toBeCloseTo(Z, 12);
    expect(normalBound(0.001)).toBeCloseTo(3.290526731491926, 11);
    // Student, table of t: 10 degrees 2.228, 3 degrees 3.182, 1 degree 12.706.
    expect(tBound(0.05, 10)).toBeCloseTo(2.2281388519649385, 8);
    expect(tBound(0.05, 3)).toBeCloseTo(3.182446305284263, 8);
    expect(tBound(0.05, 1)).toBeCloseTo(12.706204736432095, 6);
    expect(twoSidedT(12.706204736432095, 1)).toBeCloseTo(0.05, 10);
    // Chi-square, 95 % of 1 degree and 99.9 % of 2: 3.841 and 13.816.
    expect(chiSquareChance(3.841458820694124, 1)).toBeCloseTo(0.05, 12);
    expect(chiSquareChance(13.815510557964274, 2)).toBeCloseTo(0.001, 12);
    // 7 or more heads of 10: (120 + 45 + 10 + 1) / 1024.
    expect(binomialAtLeast(7, 10, 0.5)).toBeCloseTo(176 / 1024, 12);
    // I_x(2, 5) = 1 - (1 - x)^5 (1 + 5 x).
    expect(incompleteBeta(0.3, 2, 5)).toBeCloseTo(1 - 0.7 ** 6 - 6 * 0.3 * 0.7 ** 5, 12);
  });
});

describe('two rates', () => {
  test('have the intervals of Newcombe 1998, table II, method 10', () => {
    const of = (a: number, m: number, b: number, n: number) => {
      const { low, high } = newcombe({ successes: b, trials: n }, { successes: a, trials: m }, Z);
      return [low.toFixed(4), high.toFixed(4)];
    };
    expect(of(56, 70, 48, 80)).toEqual(['0.0524', '0.3339']);
    expect(of(9, 10, 3, 10)).toEqual(['0.1705', '0.8090']);
    expect(of(10, 10, 0, 10)).toEqual(['0.6075', '1.0000']);
    expect(of(5, 56, 0, 29)).toEqual(['-0.0381', '0.1926']);
  });

  test('are tested by the pooled z, and believed by the Beta-Binomial', () => {
    // z = 0.2 / sqrt(104/150 * 46/150 * (1/80 + 1/70)) = 2.650.
    expect(pooledChance({ successes: 48, trials: 80 }, { successes: 56, trials: 70 })).toBeCloseTo(0.00805, 4);
    expect(pooledChance({ successes: 0, trials: 5 }, { successes: 0, trials: 9 })).toBe(1);
    // Beta(1, 1) beside Beta(1, 2): P(second > first) = 1 - integral of x 2 (1 - x) = 2 / 3 for the other way round.
    const { higher } = posteriorDifference(
      { successes: 0, trials: 1 },
      { successes: 0, trials: 0 },
      0.05,
      20_000,
      new Random(1, 'test'),
    );
    expect(higher).toBeCloseTo(2 / 3, 1);
  });
});

describe('means', () => {
  test('differ by the t test of Student, as R prints it of the data "sleep"', () => {
    // t.test(extra ~ group, data = sleep, var.equal = TRUE): t = -1.8608, df = 18, p-value = 0.07919, -3.363874 to 0.203874.
    const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const of = (values: number[]) => meanOf(momentsOf([values]), 0);
    const { difference, interval, chance } = differenceOf(of(second), of(first), 0.05);
    expect(difference).toBeCloseTo(-1.58, 12);
    expect(interval.low).toBeCloseTo(-3.363874, 6);
    expect(interval.high).toBeCloseTo(0.203874, 6);
    expect(chance).toBeCloseTo(0.07919, 5);
  });

  test('from exact sums are those from values', () => {
    const x = [1_000_001, 1_000_003, 1_000_008];
    const y = [5, 0, 1];
    const sum = (of: (i: number) => number) => BigInt([0, 1, 2].reduce((all, i) => all + of(i), 0));
    const products = [
      [sum((i) => x[i]! * x[i]!), sum((i) => x[i]! * y[i]!)],
      [sum((i) => x[i]! * y[i]!), sum((i) => y[i]! * y[i]!)],
    ];
    const exact = exactMoments(3, [sum((i) => x[i]!), sum((i) => y[i]!)], products);
    const plain = momentsOf([x, y]);
    for (const i of [0, 1])
      for (const j of [0, 1]) expect(exact.covariances[i]![j]).toBeCloseTo(plain.covariances[i]![j]!, 6);
  });

  test('lose the variance that the time before explains, and keep the difference', () => {
    const random = new Random(3, 'cuped');
    const arm = (effect: number) => {
      const before = Array.from({ length: 3_000 }, () => random.normal(10, 3));
      return momentsOf([before.map((x) => x + random.normal(0, 1) + effect), before]);
    };
    const { means, variance_reduction } = adjustedMeans([arm(0), arm(0.5)], 0, 1);
    expect(variance_reduction).toBeCloseTo(0.9, 1);
    const { interval } = differenceOf(...means, 0.05);
    expect(interval.low).toBeLessThan(0.5);
    expect(interval.high).toBeGreaterThan(0.5);
    expect(interval.high - interval.low).toBeLessThan(0.12);
  });

  test('of ratios have the variance of many simulated ratios', () => {
    const draw = (run: number) => {
      const random = new Random(run, 'ratio');
      const orders = Array.from({ length: 400 }, () => random.poisson(1));
      const values = orders.map((n) => n * 20 + (n > 0 ? random.normal(0, 10) : 0));
      return ratioOf(momentsOf([values, orders]), 0, 1, orders.filter((n) => n > 0).length)!;
    };
    const found = Array.from({ length: 300 }, (_, run) => draw(run));
    const mean = found.reduce((sum, one) => sum + one.mean, 0) / found.length;
    const spread = found.reduce((sum, one) => sum + (one.mean - mean) ** 2, 0) / (found.length - 1);
    const expected = found.reduce((sum, one) => sum + one.variance, 0) / found.length;
    expect(spread / expected).toBeGreaterThan(0.75);
    expect(spread / expected).toBeLessThan(1.3);
  });

  test('have a relative difference by the delta method', () => {
    // Units of both groups have the variance 9 (0.04 + 0.09) / 2.
    const found = relative({ mean: 10, variance: 0.04, units: 9 }, { mean: 11, variance: 0.09, units: 9 }, 1)!;
    expect(found.lift).toBeCloseTo(0.1, 12);
    expect(found.interval.high - found.lift).toBeCloseTo(Math.sqrt(0.065 / 100 + (0.065 * 121) / 10_000), 12);
    expect(relative({ mean: 0, variance: 1, units: 9 }, { mean: 1, variance: 1, units: 9 }, 1)).toBeNull();
  });
});

test('a sample ratio is tested exactly, and by chi-square for three groups', () => {
  // Fabijan et al. 2019, introduction: 821,588 and 815,482 of an equal split, p = 1.8e-6.
  expect(sampleRatioChance([821_588, 815_482], [1, 1])).toBeCloseTo(1.8e-6, 7);
  expect(sampleRatioChance([0, 10], [0.5, 0.5])).toBeCloseTo(2 / 1024, 12);
  expect(sampleRatioChance([5, 5], [0.5, 0.5])).toBe(1);
  expect(sampleRatioChance([30, 30, 60], [1, 1, 1])).toBeCloseTo(Math.exp(-15 / 2), 12);
});

test('the people that are needed are those of the textbook', () => {
  // 10 % against 12 %, 80 % power: 3,841 in each group.
  expect(unitsForRates(0.1, 0.12, { alpha: 0.05, power: 0.8, first_share: 0.5 })).toBe(7_682);
  // 2.8 standard errors: (1.96 + 0.8416) * sqrt(4 / 400) * 1.
  expect(smallestDifference(400, 1, { alpha: 0.05, power: 0.8, first_share: 0.5 })).toBeCloseTo(0.28016, 4);
});

test('a ratio of few holders has their degrees of freedom, and the variance of their values where each has one', () => {
  // 97 people without an order, and orders of 10, 20 and 60: mean 30, variance 700 over 3.
  const values = [10, 20, 60, ...new Array<number>(97).fill(0)];
  const orders = values.map((value) => (value > 0 ? 1 : 0));
  const found = ratioOf(momentsOf([values, orders]), 0, 1, 3)!;
  expect(found).toMatchObject({ mean: expect.closeTo(30, 12), units: 3, variance: expect.closeTo(700 / 3, 9) });
  expect(ratioOf(momentsOf([orders.slice(2), orders.slice(2)]), 0, 1, 1)).toBeNull();
});

test('an always-valid interval has the bounds of the source, by hand', () => {
  // Waudby-Smith et al. 2024, theorem 2.2, with alpha 0.05, n* = n = 1000, a unit variance of 4:
  // -2 ln 0.05 = 5.991465, ln 6.991465 = 1.944690, n rho^2 = 7.936155, ln(sqrt(8.936155) / 0.05) = 4.090764,
  // 2 sqrt(2 * 8.936155 / (1000 * 7.936155) * 4.090764) = 0.191963.
  const { low, high } = alwaysValid(5, 4 / 1000, 1, 0.05);
  expect(high - 5).toBeCloseTo(0.191963, 5);
  expect((low + high) / 2).toBeCloseTo(5, 12);
  // A quarter of the plan, n = 250, and the same rho: n rho^2 = 1.984039, ln(sqrt(2.984039) / 0.05) = 3.542374,
  // 2 sqrt(2 * 2.984039 / (250 * 1.984039) * 3.542374) = 0.412906.
  expect(alwaysValid(0, 4 / 250, 0.25, 0.05).high).toBeCloseTo(0.412906, 5);
});

test('an always-valid interval is wider than a fixed one at every share of the plan', () => {
  for (const share of [0.01, 0.1, 1, 3]) {
    const { high } = alwaysValid(0, 1, share, 0.05);
    expect(high).toBeGreaterThan(Z);
    if (share === 1) expect(high).toBeLessThan(1.6 * Z);
  }
});

test('small comparisons are pooled by their people, whatever came out', () => {
  const one = { difference: 1, variance: 4, first_units: 10, second_units: 10 };
  const other = { difference: 3, variance: 1, first_units: 30, second_units: 30 };
  expect(pooledDifference([one, other])).toEqual({ difference: 2.5, variance: (25 * 4 + 225 * 1) / 400 });
});
