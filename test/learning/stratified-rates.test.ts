/** Differences of levels within cells of like units, one unit at a time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sumOfRates, withClusters } from '../../src/learning/rate-sums.ts';
import { type Side, stratifiedDifference } from '../../src/learning/stratified-difference.ts';
import { byCell, type CellUnits, LevelComparison } from '../../src/learning/stratified-rates.ts';

interface Unit {
  cell: number;
  level: number;
  group: number;
  value: number;
  time: number;
}

const CELLS = 4;
const unit = fc.record({
  cell: fc.integer({ min: -1, max: CELLS - 1 }),
  level: fc.integer({ min: 0, max: 2 }),
  group: fc.integer({ min: 0, max: 255 }),
  value: fc.integer({ min: 0, max: 5 }),
  time: fc.integer({ min: 0, max: 9 }),
});

function inCells(units: readonly Unit[]): CellUnits {
  return {
    ...byCell(
      Int32Array.from(units, ({ cell }) => cell),
      CELLS,
    ),
    level: Uint8Array.from(units, ({ level }) => level),
    group: Uint8Array.from(units, ({ group }) => group),
  };
}

/** All cells, in two parts. */
function compareLevels(...asked: ConstructorParameters<typeof LevelComparison>) {
  const comparison = new LevelComparison(...asked);
  comparison.addCells(0, 2);
  comparison.addCells(2, CELLS);
  return comparison.found;
}

const valuesOf = (units: readonly Unit[]): Float64Array => Float64Array.from(units, ({ value }) => value);

/** A side of a cell in which each unit is listed by itself. */
const sideOf = (units: readonly Unit[]): Side => ({
  units: units.length,
  sum: BigInt(units.reduce((sum, { value }) => sum + value, 0)),
  squares: BigInt(units.reduce((sum, { value }) => sum + value ** 2, 0)),
  groups: units.map(({ group }) => group),
  group_units: units.map(() => 1),
  group_sums: units.map(({ value }) => value),
});

test('without times it is the difference of means within cells, of two levels and of one beside all others', () => {
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 60 }), (units) => {
      const asked = [
        { treated: 2, other: 1 },
        { treated: 0, other: null },
      ];
      const found = compareLevels(inCells(units), { asked, levels: 3 }, { values: valuesOf(units), times: null });
      for (const [i, { treated, other }] of asked.entries()) {
        const isOther = (level: number): boolean => level !== treated && (other === null || level === other);
        const expected = stratifiedDifference(
          Array.from({ length: CELLS }, (_, place) => {
            const own = units.filter(({ cell }) => cell === place);
            return {
              other: sideOf(own.filter(({ level }) => isOther(level))),
              treated: sideOf(own.filter(({ level }) => level === treated)),
            };
          }),
        );
        const own = sumOfRates([{ sums: found[i]!, scale: 1 }]);
        if (expected === null) expect(own).toBeNull();
        else
          for (const name of ['treated', 'other', 'difference', 'error', 'treated_units', 'other_units'] as const)
            expect(own![name]).toBeCloseTo(expected[name], 9);
      }
    }),
    { numRuns: 60 },
  );
});

test('with times, a difference does not depend on how long units are watched', () => {
  fc.assert(
    fc.property(fc.array(unit, { minLength: 10, maxLength: 60 }), (units) => {
      const asked = [{ treated: 1, other: 0 }];
      const rateOf = (factor: number, scale: number) => {
        const times = Float64Array.from(units, ({ time }) => time * factor);
        const [sums] = compareLevels(inCells(units), { asked, levels: 3 }, { values: valuesOf(units), times });
        return sumOfRates([{ sums: sums!, scale }]);
      };
      const [hours, minutes] = [rateOf(1, 1), rateOf(60, 60)];
      expect(minutes === null).toBe(hours === null);
      if (hours === null) return;
      expect(minutes!.difference).toBeCloseTo(hours.difference, 9);
      expect(minutes!.error).toBeCloseTo(hours.error, 9);
    }),
    { numRuns: 60 },
  );
});

test('the error is that of days where days differ by more than people', () => {
  // On each of 4 days, all of one level bought as much: people do not differ within a level, days do.
  const days = [3, -1, 2, 0];
  const units = days.flatMap((effect, cell) =>
    [0, 1].flatMap((level) =>
      Array.from({ length: 3 }, (_, i) => ({ cell, level, group: i, value: 5 + level * effect, time: 1 })),
    ),
  );
  const asked = [{ treated: 1, other: 0 }];
  const [sums] = compareLevels(
    inCells(units),
    { asked, levels: 2 },
    { values: valuesOf(units), times: null },
    (cell) => cell,
  );
  const found = sumOfRates([{ sums: sums!, scale: 1 }])!;
  expect(found).toMatchObject({ difference: 1, error: 0 });
  // The standard error of the mean of 3, -1, 2 and 0.
  const { error, groups } = withClusters(found, sums!);
  expect(error).toBeCloseTo(Math.sqrt(10 / 3 / 4), 9);
  expect(groups).toBe(3);
});
