/** Holdouts correct the totals of a fit as far as each is certain. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CLAIM_ERROR,
  type Claimed,
  COMMON_ERROR,
  calibrateTotals,
  type HoldoutLift,
  MODEL_ERROR,
} from '../../src/models/hazard/calibration.ts';

const ORDERS = 10_000;
const SETTINGS = { orders: ORDERS, level: 0.9, seed: 1 };
const CLAIMS: Claimed[] = [
  { channel: 'email', incremental: 0.05, incremental_low: 0.04, incremental_high: 0.06 },
  { channel: 'search', incremental: 0.1, incremental_low: 0.08, incremental_high: 0.12 },
];
const holdout = (channel: string, orders: number, standard_error: number): HoldoutLift => ({
  ...{ experiment_id: `holdout_${channel}`, analysis_version: '1', as_of: '1' },
  ...{ channel, orders, standard_error },
});
const ordersOf = (answer: ReturnType<typeof calibrateTotals>): number[] => answer.totals.map(({ orders }) => orders);

/** Any fit of a few channels, and experiments on some of them. */
const claimsOfFit = fc
  .array(
    fc.record({
      incremental: fc.double({ min: 0, max: 0.2, noNaN: true }),
      spread: fc.double({ min: 0, max: 0.05, noNaN: true }),
      together: fc.double({ min: 0.3, max: 3, noNaN: true }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((rows) =>
    rows.map(
      ({ incremental, spread, together }, i): Claimed => ({
        ...{ channel: `c${i}`, incremental, alone: incremental * together },
        ...{ incremental_low: incremental - spread, incremental_high: incremental + spread },
      }),
    ),
  );
const experiments = fc.array(
  fc
    .record({
      i: fc.integer({ min: 0, max: 6 }),
      orders: fc.double({ min: -1_000, max: 4_000, noNaN: true }),
      error: fc.double({ min: 1, max: 3_000, noNaN: true }),
    })
    .map(({ i, orders, error }) => holdout(`c${i}`, orders, error)),
  { maxLength: 8 },
);

/** Solves a x = b by elimination. */
function solve(a: number[][], b: number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]!]);
  const n = b.length;
  for (let p = 0; p < n; p++) {
    const pivot = rows.slice(p).reduce((best, row) => (Math.abs(row[p]!) > Math.abs(best[p]!) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(p, 0, pivot);
    for (const [i, row] of rows.entries()) {
      if (i === p) continue;
      const times = row[p]! / pivot[p]!;
      for (let j = p; j <= n; j++) row[j]! -= times * pivot[j]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}

describe('calibrated totals', () => {
  test('are the posterior of a normal prior in which all claims share an error', () => {
    const measured = [900, 700];
    const errors = [120, 150];
    const claimed = [500, 1_000];
    const of_draws = [100 / 1.6448536, 200 / 1.6448536];
    const prior = claimed.map((a, i) =>
      claimed.map(
        (b, j) =>
          COMMON_ERROR ** 2 * a * b +
          (i === j ? of_draws[i]! ** 2 + (MODEL_ERROR * ORDERS) ** 2 + (CLAIM_ERROR * a) ** 2 : 0),
      ),
    );
    const seen = prior.map((row, i) => row.map((value, j) => value + (i === j ? errors[i]! ** 2 : 0)));
    const pull = solve(
      seen,
      measured.map((value, i) => value - claimed[i]!),
    );
    const expected = claimed.map((value, i) => value + prior[i]!.reduce((sum, row, j) => sum + row * pull[j]!, 0));
    const answer = calibrateTotals(CLAIMS, [holdout('email', 900, 120), holdout('search', 700, 150)], SETTINGS);
    expect(ordersOf(answer)).toEqual(expected.map((value) => expect.closeTo(value, 2)));
    const sum = expected[0]! + expected[1]!;
    expect(answer.totals[1]!.share).toBeCloseTo(expected[1]! / sum, 6);
    expect(answer.fraction).toBeCloseTo(sum / ORDERS, 6);
  });

  test('are the fit where holdouts say nothing, and the holdouts where these are exact', () => {
    fc.assert(
      fc.property(claimsOfFit, experiments, (claims, some) => {
        const vague = calibrateTotals(
          claims,
          some.map((one) => ({ ...one, standard_error: 1e12 })),
          SETTINGS,
        );
        expect(vague.common_factor).toBeCloseTo(1, 6);
        for (const [i, orders] of ordersOf(vague).entries())
          expect(orders).toBeCloseTo(claims[i]!.incremental * ORDERS, 3);
        const alike = claims.map(({ alone: _, ...claim }) => claim);
        const exact = claims.map(({ channel }, i) => holdout(channel, 100 * (i + 1), 1e-6));
        for (const [i, orders] of ordersOf(calibrateTotals(alike, exact, SETTINGS)).entries())
          expect(orders).toBeCloseTo(100 * (i + 1), 3);
      }),
      { numRuns: 10 },
    );
  });

  test('stay within 0 and 1, shares add up, and neither the order of experiments nor their number matters', () => {
    fc.assert(
      fc.property(claimsOfFit, experiments, (claims, some) => {
        const answer = calibrateTotals(claims, some, SETTINGS);
        const shares = answer.totals.map(({ share }) => share);
        for (const { orders, share, share_interval, orders_interval } of answer.totals) {
          expect(orders).toBeGreaterThanOrEqual(0);
          for (const part of [share, share_interval.low, share_interval.high]) {
            expect(part).toBeGreaterThanOrEqual(0);
            expect(part).toBeLessThanOrEqual(1 + 1e-12);
          }
          expect(orders_interval.low).toBeGreaterThanOrEqual(0);
        }
        const sum = shares.reduce((a, b) => a + b, 0);
        expect(sum === 0 ? 1 : sum).toBeCloseTo(1, 9);
        for (const part of [answer.fraction, answer.fraction_interval.low, answer.fraction_interval.high]) {
          expect(part).toBeGreaterThanOrEqual(0);
          expect(part).toBeLessThanOrEqual(1);
        }
        // Each experiment as two with twice the variance, the other way round.
        const split = [...some, ...some]
          .reverse()
          .map((one) => ({ ...one, standard_error: one.standard_error * Math.SQRT2 }));
        for (const [i, orders] of ordersOf(calibrateTotals(claims, split, SETTINGS)).entries())
          expect(orders).toBeCloseTo(ordersOf(answer)[i]!, 3);
      }),
      { numRuns: 10 },
    );
  });

  test('become more certain with every holdout, also of channels without one', () => {
    const widths = (some: HoldoutLift[]): number[] =>
      calibrateTotals(CLAIMS, some, SETTINGS).totals.map(({ orders_interval: { low, high } }) => high - low);
    fc.assert(
      fc.property(fc.double({ min: 30, max: 3_000, noNaN: true }), (error) => {
        const none = widths([]);
        const one = widths([holdout('search', 1_000, error)]);
        const two = widths([holdout('search', 1_000, error), holdout('email', 500, error)]);
        for (const i of [0, 1]) {
          expect(one[i]!).toBeLessThan(none[i]! * 1.01);
          expect(two[i]!).toBeLessThan(one[i]! * 1.01);
        }
      }),
      { numRuns: 8 },
    );
  });
});

describe('what all claims have in common', () => {
  const claims = ['a', 'b', 'c', 'd'].map((channel) => ({ channel, incremental: 0.1 }));

  test('holdouts that find half of each claim halve that of a channel without a holdout, too', () => {
    const some = ['a', 'b', 'c'].map((channel) => holdout(channel, 500, 10));
    const { totals, common_factor } = calibrateTotals(claims, some, SETTINGS);
    expect(common_factor).toBeGreaterThan(0.5);
    expect(common_factor).toBeLessThan(0.6);
    expect(totals[3]!.orders).toBeCloseTo(common_factor * 1_000, 6);
    for (const { share } of totals) expect(share).toBeCloseTo(0.25, 1);
  });

  test('a holdout measures what is lost without its channel alone, and credit follows in proportion', () => {
    // Without search alone 1,000 orders are lost, but it shares their credit with the channel that brings it.
    const together = [{ channel: 'search', incremental: 0.06, alone: 0.1 }];
    expect(ordersOf(calibrateTotals(together, [holdout('search', 1_000, 20)], SETTINGS))[0]).toBeCloseTo(600, 0);
    expect(ordersOf(calibrateTotals(together, [holdout('search', 500, 1e-3)], SETTINGS))[0]).toBeCloseTo(300, 2);
  });

  test('a channel is never credited below 0', () => {
    const { totals } = calibrateTotals(CLAIMS, [holdout('search', -5_000, 50)], SETTINGS);
    expect(totals[1]!.orders).toBe(0);
    expect(totals[0]!.share + totals[1]!.share).toBeLessThanOrEqual(1);
  });
});
