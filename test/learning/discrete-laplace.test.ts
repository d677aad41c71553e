/** The sampler of discrete Laplace noise: exact chances, the right distribution, and what is said of its width. */
import { randomFillSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  chanceOfExp,
  discreteLaplace,
  halfWidth,
  halfWidthOfSum,
  type Scale,
  tailBound,
} from '../../src/learning/discrete-laplace.ts';
import { type RandomIntegers, randomIntegers } from '../../src/learning/random-integers.ts';
import { NO_NOISE, seededIntegers } from '../support/noise.ts';
import { DEEP } from '../support/tier.ts';

const DRAWS = DEEP ? 400_000 : 15_000;

/** Raised where a path of decisions is longer than the test follows. */
class TooLong extends Error {}

/**
 * The chance that `decide` is true, as a fraction of 2^-BITS: every path of decisions is followed, each with its exact chance, until what
 * is left is as good as nothing. No number is drawn.
 */
function exactChance(decide: (random: RandomIntegers) => boolean): number {
  const SCALE = 1n << 120n;
  const LEAST = 1n << 40n;
  let chance_of_true = 0n;
  const paths: boolean[][] = [[]];
  while (paths.length > 0) {
    const path = paths.pop()!;
    let [weight, step] = [SCALE, 0];
    const random: RandomIntegers = {
      below: () => expect.unreachable(),
      chance(numerator, denominator) {
        const yes = (weight * numerator) / denominator;
        const known = path[step];
        if (known === undefined) {
          if (weight < LEAST) throw new TooLong();
          path.push(true);
          paths.push([...path.slice(0, step), false]);
        }
        const taken = path[step++]!;
        weight = taken ? yes : weight - yes;
        return taken;
      },
    };
    try {
      if (decide(random)) chance_of_true += weight;
    } catch (error) {
      if (!(error instanceof TooLong)) throw error;
    }
  }
  return Number(chance_of_true) / Number(SCALE);
}

/** P(X = x), from the definition: exp(-|x| / b) over the sum of it. */
function massOf({ numerator, denominator }: Scale): (x: number) => number {
  const b = Number(numerator) / Number(denominator);
  let sum = 1;
  for (let x = 1; Math.exp(-x / b) > 1e-20; x++) sum += 2 * Math.exp(-x / b);
  return (x) => Math.exp(-Math.abs(x) / b) / sum;
}

describe('chances', () => {
  test.each([
    [0n, 1n],
    [1n, 1n],
    [1n, 3n],
    [2n, 3n],
    [5n, 2n],
  ])('a decision with the chance exp(-%s/%s) has it exactly', (numerator, denominator) => {
    const exact = exactChance((random) => chanceOfExp(random, numerator, denominator));
    expect(exact).toBeCloseTo(Math.exp(-Number(numerator) / Number(denominator)), 12);
  });

  test('random integers are below their limit, and each comes as often', () => {
    const random = seededIntegers(1);
    for (const limit of [1n, 2n, 3n, 10n, 255n, 256n, 257n]) {
      const counts = new Map<bigint, number>();
      const draws = 200 * Number(limit);
      for (let i = 0; i < draws; i++) {
        const value = random.below(limit);
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      expect([...counts.keys()].every((value) => value >= 0n && value < limit)).toBe(true);
      const chi = [...counts.values()].reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0);
      // The mean of chi-square with limit - 1 degrees of freedom, and six standard deviations.
      expect(chi).toBeLessThan(Number(limit) + 6 * Math.sqrt(2 * Number(limit)));
    }
  });

  test('large limits keep every bit: the numbers are no rounded doubles', () => {
    const random = randomIntegers(randomFillSync);
    const limit = 10n ** 30n + 7n;
    const rests = new Set(Array.from({ length: 400 }, () => random.below(limit) % 16n));
    expect(rests.size).toBe(16);
  });
});

describe('noise', () => {
  test.each([
    { numerator: 1n, denominator: 2n },
    { numerator: 1n, denominator: 1n },
    { numerator: 7n, denominator: 3n },
    { numerator: 9_000n, denominator: 1_000n },
  ])('of the scale $numerator/$denominator has the distribution that is said (chi-square)', (scale) => {
    const random = seededIntegers(5);
    const mass = massOf(scale);
    const counts = new Map<number, number>();
    for (let i = 0; i < DRAWS; i++) {
      const x = Number(discreteLaplace(random, scale));
      counts.set(x, (counts.get(x) ?? 0) + 1);
    }
    // Values that are expected fewer than five times count together.
    let [chi, cells, rest_seen, rest_expected] = [0, 0, DRAWS, DRAWS];
    for (let x = 0; mass(x) * DRAWS >= 5; x++)
      for (const value of x === 0 ? [0] : [x, -x]) {
        const [seen, due] = [counts.get(value) ?? 0, mass(value) * DRAWS];
        chi += (seen - due) ** 2 / due;
        cells += 1;
        rest_seen -= seen;
        rest_expected -= due;
      }
    chi += (rest_seen - rest_expected) ** 2 / Math.max(rest_expected, 1);
    expect(chi).toBeLessThan(cells + 5 * Math.sqrt(2 * cells));
  });

  test('of a scale of 10^24 has its spread, and every last digit', () => {
    const random = seededIntegers(6);
    const scale = { numerator: 10n ** 24n, denominator: 1n };
    const drawn = Array.from({ length: 4_000 }, () => discreteLaplace(random, scale));
    const mean_size = drawn.reduce((sum, x) => sum + Math.abs(Number(x)), 0) / drawn.length / 1e24;
    expect(mean_size).toBeGreaterThan(0.93);
    expect(mean_size).toBeLessThan(1.07);
    const digits = new Set(drawn.map((x) => (x < 0n ? -x : x) % 10n));
    expect(digits.size).toBe(10);
  });

  test('depends on nothing but the source', () => {
    const scale = { numerator: 30n, denominator: 7n };
    const draw = (seed: number): bigint[] =>
      Array.from(
        { length: 50 },
        (
          (random) => () =>
            discreteLaplace(random, scale)
        )(seededIntegers(seed)),
      );
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    expect(discreteLaplace(NO_NOISE, scale)).toBe(0n);
  });
});

describe('what is said of the width', () => {
  const scales = fc.integer({ min: 1, max: 400 }).map((tenths) => ({ numerator: BigInt(tenths), denominator: 10n }));
  /** P(X >= k), by adding. */
  const atLeast = (scale: Scale, k: number): number => {
    const mass = massOf(scale);
    let sum = 0;
    for (let x = k; x < k + 4_000; x++) sum += mass(x);
    return sum;
  };

  test('an interval holds the share that it names, and a narrower one does not', () => {
    fc.assert(
      fc.property(scales, fc.constantFrom(0.5, 0.9, 0.95), (scale, confidence) => {
        const b = Number(scale.numerator) / 10;
        const h = halfWidth(b, confidence);
        expect(1 - 2 * atLeast(scale, h + 1)).toBeGreaterThanOrEqual(confidence - 1e-9);
        if (h > 0) expect(1 - 2 * atLeast(scale, h)).toBeLessThan(confidence + 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  test('the bound of the tail is not passed more often than it says', () => {
    fc.assert(
      fc.property(scales, fc.double({ min: 1e-9, max: 0.3, noNaN: true }), (scale, chance) => {
        expect(atLeast(scale, tailBound(Number(scale.numerator) / 10, chance))).toBeLessThanOrEqual(chance);
      }),
      { numRuns: 60 },
    );
  });

  test('the interval of a sum holds 95 of 100 sums', () => {
    const random = seededIntegers(8);
    const scale = { numerator: 20n, denominator: 1n };
    const runs = DEEP ? 40_000 : 3_000;
    for (const n of [2, 10]) {
      const h = halfWidthOfSum(20, n, 0.95);
      let held = 0;
      for (let i = 0; i < runs; i++) {
        let sum = 0n;
        for (let j = 0; j < n; j++) sum += discreteLaplace(random, scale);
        if (sum >= -BigInt(h) && sum <= BigInt(h)) held += 1;
      }
      expect(held / runs).toBeGreaterThan(0.94);
      expect(held / runs).toBeLessThan(0.97);
    }
    // Of many draws, that of the normal distribution.
    expect(halfWidthOfSum(100, 1_000, 0.95) / (1.96 * 100 * Math.sqrt(2_000))).toBeCloseTo(1, 1);
    expect(halfWidthOfSum(5, 1, 0.95)).toBe(halfWidth(5, 0.95));
    expect(halfWidthOfSum(5, 0, 0.95)).toBe(0);
  });
});
