/** The bootstrap over random groups, and rates that say when there is too little to tell. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { drawGroups, drawnSums, ratioInterval } from '../../src/learning/group-bootstrap.ts';
import { groupRate, total } from '../../src/learning/group-rates.ts';

const draws = drawGroups(400, 64, 3);

test('each draw takes as many groups as there are, and equal seeds give equal draws', () => {
  for (let draw = 0; draw < draws.draws; draw++) {
    const own = draws.counts.subarray(draw * 64, (draw + 1) * 64);
    expect(own.reduce((sum, count) => sum + count, 0)).toBe(64);
  }
  expect(drawGroups(400, 64, 3)).toEqual(draws);
  expect(drawGroups(400, 64, 4)).not.toEqual(draws);
});

test('sums that are alike in all groups do not vary, and the order in which groups come changes nothing', () => {
  const alike = new Map(Array.from({ length: 64 }, (_, group) => [group, 5]));
  expect(new Set(drawnSums(draws, alike))).toEqual(new Set([320]));
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.nat(63), fc.double({ min: -1e9, max: 1e9, noNaN: true })), { selector: ([g]) => g }),
      (sums) => {
        expect(drawnSums(draws, new Map([...sums].reverse()))).toEqual(drawnSums(draws, new Map(sums)));
      },
    ),
  );
});

test('the interval of a mean is as wide as its standard error says', () => {
  const random = new Random(5, 'test of groups');
  const values = new Map(Array.from({ length: 64 }, (_, group) => [group, random.normal(10, 2)]));
  const ones = new Map(Array.from({ length: 64 }, (_, group) => [group, 1]));
  const { low, high } = ratioInterval(draws, values, ones, 0.9);
  // 2 * 1.645 * 2 / sqrt(64)
  expect(high - low).toBeGreaterThan(0.6);
  expect(high - low).toBeLessThan(1.05);
  expect(low).toBeLessThan(total(values) / 64);
  expect(high).toBeGreaterThan(total(values) / 64);
});

test('a rate with few cases is null, one with few events has no interval, and both say what is missing', () => {
  const cases = new Map([
    [1, 60],
    [2, 60],
  ]);
  const rate = (events: number, count = cases) =>
    groupRate(draws, new Map([[1, events]]), count, 0.9, { cases: 100, events: 10 }, ['weeks', 'clicks']);
  expect(rate(5, new Map([[1, 40]]))).toEqual({
    events: 5,
    rate: null,
    interval: null,
    withheld: 'needs 100 weeks, has 40',
  });
  expect(rate(6)).toEqual({ events: 6, rate: 0.05, interval: null, withheld: 'the interval needs 10 clicks, has 6' });
  expect(rate(12)).toMatchObject({ events: 12, rate: 0.1, withheld: null });
});
