/** What is usual of an hour, and when an alarm begins and ends: properties, and chances beside an independent computation. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { anscombe, chanceAtMost, fromAnscombe, thinBand, thinSurprise } from '../../src/learning/hourly/surprise.ts';
import { CALM, type KnownBaselines, type WatchState, watchHour } from '../../src/learning/hourly/watch.ts';
import { normalQuantile, twoSidedChance } from '../../src/learning/normal.ts';

const WEEK = 168;
const slotsOf = (hours: number): Uint8Array => Uint8Array.from({ length: hours }, (_, hour) => hour % WEEK);

/** A stream with a rhythm by day, as Poisson counts. */
function stream(weeks: number, rate: number, seed: number): Float64Array {
  const random = new Random(seed, 'stream of a test');
  return Float64Array.from({ length: weeks * WEEK }, (_, hour) =>
    random.poisson(rate * (1 + 0.5 * Math.sin((2 * Math.PI * hour) / 24))),
  );
}

/** Watches the hours from `first` on. */
function watched(values: Float64Array, first: number) {
  const series = { values, slots: slotsOf(values.length) };
  const baselines: KnownBaselines = new Map();
  let state: WatchState = CALM;
  const changes: Array<{ hour: number; change: string; direction: string | undefined }> = [];
  const statuses = new Set<string>();
  for (let hour = first; hour < values.length; hour++) {
    const before: WatchState = state;
    const seen = watchHour(series, hour, state, baselines);
    state = seen;
    statuses.add(seen.status);
    if (seen.change !== null)
      changes.push({ hour, change: seen.change, direction: (state.alarm ?? before.alarm)?.direction });
  }
  return { changes, statuses };
}

describe('chances', () => {
  test('of Poisson counts are those of the sum of their terms', () => {
    // 1 - exp(-2) (1 + 2 + 2 + 4/3), by hand.
    expect(chanceAtMost(3, 2, 1)).toBeCloseTo(Math.exp(-2) * (1 + 2 + 2 + 4 / 3), 12);
    expect(chanceAtMost(0, 7.5, 1)).toBeCloseTo(Math.exp(-7.5), 15);
  });

  test('grow with the count, and of negative binomial counts have the mean and the variance that are asked for', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 40, noNaN: true }),
        fc.double({ min: 1, max: 6, noNaN: true }),
        (mean, dispersion) => {
          let [before, sum, squares] = [0, 0, 0];
          for (let count = 0; count < 1_500; count++) {
            const at_most = chanceAtMost(count, mean, dispersion);
            expect(at_most).toBeGreaterThanOrEqual(before - 1e-12);
            sum += count * (at_most - before);
            squares += count * count * (at_most - before);
            before = at_most;
            if (at_most > 1 - 1e-13) break;
          }
          expect(sum / mean).toBeCloseTo(1, 5);
          expect((squares - sum * sum) / mean / dispersion).toBeCloseTo(1, 3);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('and normal quantiles are inverse to each other, and the transform to its inverse', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-12, max: 0.499, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (p, count) => {
          expect(twoSidedChance(normalQuantile(p)) / 2 / p).toBeCloseTo(1, 6);
          expect(fromAnscombe(anscombe(count))).toBeCloseTo(count, 4);
        },
      ),
    );
  });

  test('of a count in its band are no surprise, and just outside they are', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 10, noNaN: true }),
        fc.double({ min: 1, max: 4, noNaN: true }),
        (mean, dispersion) => {
          const { low, high } = thinBand(mean, dispersion, 2.7);
          expect(Math.abs(thinSurprise(high, mean, dispersion))).toBeLessThan(2.7);
          expect(thinSurprise(high + 1, mean, dispersion)).toBeGreaterThanOrEqual(2.7);
          if (low > 0) expect(thinSurprise(low - 1, mean, dispersion)).toBeLessThanOrEqual(-2.7);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('an alarm', () => {
  test('begins once when a stream stops, in the second hour, and ends after three usual hours', () => {
    for (const seed of [1, 2, 3]) {
      const values = stream(9, 60, seed);
      const from = 8 * WEEK + 50;
      for (let hour = from; hour < from + 20; hour++) values[hour] = 0;
      const { changes } = watched(values, 8 * WEEK);
      expect(changes).toEqual([
        { hour: from + 1, change: 'began', direction: 'low' },
        { hour: from + 22, change: 'ended', direction: 'low' },
      ]);
    }
  });

  test('begins for no single hour, whatever it holds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 100 }), fc.constantFrom(0, 30), (after, value) => {
        const values = stream(9, 30, 5);
        const calm = watched(values, 8 * WEEK).changes;
        values[8 * WEEK + after] = value;
        expect(watched(values, 8 * WEEK).changes).toEqual(calm);
      }),
      { numRuns: 3 },
    );
  });

  test('does not begin in the first two weeks, and the state says that they are learned', () => {
    const values = stream(2, 80, 7);
    values.fill(0, 250, 300);
    expect(watched(values, 1)).toEqual({ changes: [], statuses: new Set(['learning']) });
  });

  test('goes on while a stream is silent, until two weeks later silence is what is usual', () => {
    const values = stream(11, 40, 9);
    values.fill(0, 8 * WEEK + 24);
    const { changes } = watched(values, 8 * WEEK);
    expect(changes.map(({ change }) => change)).toEqual(['began', 'accepted']);
    expect(changes[1]!.hour - changes[0]!.hour).toBe(2 * WEEK - 1);
  });

  test('is judged by nothing that came after it, so what comes later changes no alarm', () => {
    const values = stream(9, 50, 11);
    const cut = values.slice(0, 8 * WEEK + 80);
    const until = (changes: ReturnType<typeof watched>['changes']) => changes.filter(({ hour }) => hour < cut.length);
    const later = values.map((value, hour) => (hour < cut.length ? value : 10 * value));
    expect(until(watched(later, 8 * WEEK).changes)).toEqual(watched(cut, 8 * WEEK).changes);
  });

  test('is not known in hours in which nobody watched', () => {
    const values = stream(9, 50, 13);
    values.fill(Number.NaN, 8 * WEEK + 30, 8 * WEEK + 60);
    const { changes, statuses } = watched(values, 8 * WEEK);
    expect(changes).toEqual([]);
    expect(statuses).toContain('unknown');
  });
});
