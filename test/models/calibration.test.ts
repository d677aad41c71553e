/** Holdouts correct the totals of a fit as far as each is certain. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Claimed, calibrateTotals, MODEL_ERROR } from '../../src/models/hazard/calibration.ts';

const SETTINGS = { orders: 10_000, level: 0.9, seed: 1 };
const CLAIMS: Claimed[] = [
  { channel: 'email', incremental: 0.05, incremental_low: 0.04, incremental_high: 0.06 },
  { channel: 'search', incremental: 0.1, incremental_low: 0.08, incremental_high: 0.12 },
];
const holdout = (channel: string, orders: number, standard_error: number) => ({
  ...{ experiment_id: `holdout_${channel}`, analysis_version: '1', as_of: '1' },
  ...{ channel, orders, standard_error },
});
const ordersOf = (answer: ReturnType<typeof calibrateTotals>): number[] => answer.totals.map(({ orders }) => orders);

test('a measured total and the claim of the fit count by their inverse variances', () => {
  // The fit says 1,000 orders for search; 90 % of the draws lie within 200 of it, so their deviation is 200 / 1.6449.
  const of_fit = 1 / ((200 / 1.6448536) ** 2 + (MODEL_ERROR * 10_000) ** 2);
  const measured = 1 / 150 ** 2;
  const expected = (1_000 * of_fit + 400 * measured) / (of_fit + measured);
  const answer = calibrateTotals(CLAIMS, [holdout('search', 400, 150)], SETTINGS);
  expect(ordersOf(answer)).toEqual([500, expect.closeTo(expected, 2)]);
  expect(answer.totals[1]!.share).toBeCloseTo(expected / (500 + expected), 6);
  expect(answer.fraction).toBeCloseTo((500 + expected) / 10_000, 6);
});

test('two experiments count as one with the sum of their precisions, and one without information changes nothing', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 2_000, noNaN: true }),
      fc.double({ min: 20, max: 900, noNaN: true }),
      (orders, error) => {
        const twice = calibrateTotals(
          CLAIMS,
          [holdout('search', orders, error), holdout('search', orders, error)],
          SETTINGS,
        );
        const once = calibrateTotals(CLAIMS, [holdout('search', orders, error / Math.SQRT2)], SETTINGS);
        expect(ordersOf(twice)[1]).toBeCloseTo(ordersOf(once)[1]!, 6);
        const vague = calibrateTotals(CLAIMS, [holdout('search', orders, 1e9)], SETTINGS);
        expect(ordersOf(vague)[1]).toBeCloseTo(1_000, 3);
        // A total lies between the claim and what was measured.
        expect(ordersOf(once)[1]).toBeGreaterThanOrEqual(Math.min(orders, 1_000) - 1e-6);
        expect(ordersOf(once)[1]).toBeLessThanOrEqual(Math.max(orders, 1_000) + 1e-6);
      },
    ),
    { numRuns: 20 },
  );
});

test('a channel is never credited below 0, and an interval becomes narrower with a holdout', () => {
  const answer = calibrateTotals(CLAIMS, [holdout('search', -5_000, 50)], SETTINGS);
  expect(ordersOf(answer)).toEqual([500, 0]);
  expect(answer.totals[0]!.share).toBe(1);
  const width = (a: ReturnType<typeof calibrateTotals>): number => {
    const { low, high } = a.totals[1]!.orders_interval;
    return high - low;
  };
  expect(width(calibrateTotals(CLAIMS, [holdout('search', 1_000, 60)], SETTINGS))).toBeLessThan(
    0.5 * width(calibrateTotals(CLAIMS, [], SETTINGS)),
  );
});
