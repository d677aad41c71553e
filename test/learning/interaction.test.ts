import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { falseDiscoveryAdjusted } from '../../src/learning/false-discovery.ts';
import { pooledInteraction, strataWith, stratifiedInteraction } from '../../src/learning/interaction.ts';
import { twoSidedChance } from '../../src/learning/normal.ts';
import { drawSums, groupDraws, groupWeights, RANDOM_GROUPS, ratioVariance } from '../../src/learning/random-groups.ts';
import { scoreInterval } from '../../src/learning/score-interval.ts';

describe('the interaction of two factors', () => {
  // 10 %, 15 %, 20 % and 40 %: apart they add up to 25 %.
  const units = Float64Array.of(100, 200, 50, 10);
  const outcome = Float64Array.of(10, 30, 10, 4);

  test('is how far both are from what each adds', () => {
    expect(pooledInteraction({ units, outcome })).toBeCloseTo(0.15, 12);
  });

  test('is not a number if a cell is empty', () => {
    expect(pooledInteraction({ units: Float64Array.of(1, 0, 1, 1), outcome: new Float64Array(4) })).toBeNaN();
    expect(stratifiedInteraction({ units, outcome }, [])).toBeNaN();
  });

  test('within strata does not take a difference between strata for one between cells', () => {
    // Rates of 10 % in the first stratum and 60 % in the second, whatever the cell; both factors are mostly in the second.
    const mixed = {
      units: Float64Array.of(90, 50, 50, 10, 10, 50, 50, 90),
      outcome: Float64Array.of(9, 5, 5, 1, 6, 30, 30, 54),
    };
    expect(
      Math.abs(pooledInteraction({ ...mixed, outcome: Float64Array.of(9, 5, 5, 1, 6, 30, 30, 54 + 10) })),
    ).toBeGreaterThan(0.05);
    expect(stratifiedInteraction(mixed, [0, 1])).toBeCloseTo(0, 12);
  });

  test('weighs strata by 1 / (sum of 1 / n): the weights of Mantel and Haenszel for two cells', () => {
    const two = {
      units: Float64Array.of(10, 10, 10, 10, 40, 40, 40, 40),
      outcome: Float64Array.of(0, 0, 0, 5, 0, 0, 0, 0),
    };
    // 0.5 in the first stratum, 0 in the second, which is four times as heavy.
    expect(stratifiedInteraction(two, [0, 1])).toBeCloseTo(0.1, 12);
    expect(strataWith(two.units, 11)).toEqual([1]);
  });
});

describe('the correction for many comparisons', () => {
  test('gives the values of the example of Benjamini and Hochberg (1995), of which four are findings at 5 %', () => {
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ];
    const adjusted = falseDiscoveryAdjusted(p);
    expect(adjusted.filter((value) => value <= 0.05)).toHaveLength(4);
    expect(adjusted[3]).toBeCloseTo((0.0095 * 15) / 4, 12);
  });

  test('never makes a p value smaller, and keeps their order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (p) => {
        const adjusted = falseDiscoveryAdjusted(p);
        for (const [i, value] of p.entries()) {
          expect(adjusted[i]!).toBeGreaterThanOrEqual(value);
          expect(adjusted[i]!).toBeLessThanOrEqual(1);
          for (const [j, other] of p.entries())
            if (value < other) expect(adjusted[i]!).toBeLessThanOrEqual(adjusted[j]!);
        }
      }),
    );
  });
});

test('the normal distribution has the published percentiles, near 0 and far from it', () => {
  for (const [z, chance] of [
    [0, 1],
    [0.674489750196082, 0.5],
    [1.6448536269514722, 0.1],
    [1.959963984540054, 0.05],
    [2.575829303548901, 0.01],
    [3.2905267314919255, 0.001],
    [6.109410204869001, 1e-9],
  ] as const)
    for (const sign of [-1, 1]) expect(twoSidedChance(sign * z) / chance).toBeCloseTo(1, 9);
  expect(twoSidedChance(Number.NaN)).toBeNaN();
});

describe('random groups', () => {
  test('give the variance of a rate of independent units', () => {
    const x = new Float64Array(RANDOM_GROUPS).fill(1);
    const y = x.map((_, g) => (g % 4 === 0 ? 1 : 0));
    expect(ratioVariance(y, x)).toBeCloseTo((0.25 * 0.75) / (RANDOM_GROUPS - 1), 12);
  });

  test('are drawn as often as there are groups, on average, and the same each time', () => {
    const drawn = (): Float64Array[] => {
      const random = new Random(1, 'random groups');
      return Array.from({ length: 20 }, () => groupWeights(random));
    };
    const draws = drawn();
    expect(drawn()).toEqual(draws);
    const all = draws.flatMap((weights) => [...weights]);
    expect(all.reduce((sum, weight) => sum + weight, 0) / all.length).toBeCloseTo(1, 1);
    const values = new Float64Array(RANDOM_GROUPS * 2);
    for (let g = 0; g < RANDOM_GROUPS; g++) values[2 * g + 1] = g;
    const sums = drawSums(values, 2, groupDraws(draws));
    for (const [d, weights] of draws.entries()) {
      expect(sums[2 * d]).toBe(0);
      expect(sums[2 * d + 1]).toBe(weights.reduce((sum, weight, g) => sum + weight * g, 0));
    }
  });

  test('add up in order of the groups, however many sums there are', () => {
    const random = new Random(2, 'values');
    const draws = Array.from({ length: 5 }, () => groupWeights(random));
    for (const width of [1, 7, 8, 9, 18]) {
      const values = Float64Array.from({ length: RANDOM_GROUPS * width }, (_, i) =>
        i % width === 3 ? 0 : random.between(-1e9, 1e9),
      );
      const sums = drawSums(values, width, groupDraws(draws));
      for (const [d, weights] of draws.entries())
        for (let i = 0; i < width; i++)
          expect(sums[d * width + i]).toBe(
            weights.reduce((sum, weight, g) => sum + weight * values[g * width + i]!, 0),
          );
    }
  });
});

describe('the interval of a rate', () => {
  test('is that of Wilson for people with one unit each', () => {
    // 90 % of 10 in 100: (0.1 + z²/200 ± z sqrt(0.09/100 + z²/40000)) / (1 + z²/100), z = 1.644854
    const { low, high } = scoreInterval(0.1, 100, 100, 0.09 / 100);
    expect(low).toBeCloseTo(0.0607, 4);
    expect(high).toBeCloseTo(0.1604, 4);
  });

  test('is wider if units of one person resemble each other, and has a width at 0 and at 1', () => {
    const alone = scoreInterval(0.1, 100, 100, 0.09 / 100);
    const alike = scoreInterval(0.1, 100, 25, 0.09 / 25);
    expect(alike.high - alike.low).toBeGreaterThan(alone.high - alone.low);
    expect(scoreInterval(0, 30, 10, 0)).toEqual({ low: 0, high: expect.closeTo(0.213, 2) });
    expect(scoreInterval(1, 30, 10, 0).high).toBe(1);
  });
});
