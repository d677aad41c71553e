import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { fitOrderedShapley, fitShapley } from '../../src/models/shapley/closed-form.ts';
import { type PathRow, pathsOf, row } from '../reference/paths.ts';
import { exactShapley, hoeffdingError, pairsNeeded, sampleShapley } from './general-shapley.ts';

function byChannel(rows: readonly PathRow[]): Record<string, number> {
  const paths = pathsOf(rows);
  const { conversions } = fitShapley(paths);
  return Object.fromEntries(paths.states.map((state, code) => [state, conversions[code]!]));
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, number) => all + number, 0);

const journeys = fc.array(
  fc
    .tuple(
      fc.array(fc.constantFrom('A', 'B', 'C', 'D', 'E'), { minLength: 1, maxLength: 7 }),
      fc.nat(20),
      fc.nat(400),
      fc.nat(20),
    )
    .map(
      ([path, conversions, quarters, nulls]): PathRow => ({ path, conversions, value: quarters / 4, nulls: nulls + 1 }),
    ),
  { minLength: 1, maxLength: 25 },
);

describe('the closed form', () => {
  const ROWS = [
    row('A', 10, 0, 0),
    row('B', 5, 0, 0),
    row('A > B', 8, 0, 0),
    row('B > A > B', 4, 0, 0),
    row('C > A > B', 6, 0, 0),
  ];

  test('splits each journey equally over its channels', () => {
    expect(byChannel(ROWS)).toEqual({ A: 18, B: 13, C: 2 });
  });

  test('tells by position what each channel earned', () => {
    const { position_conversions, positions, conversions } = fitOrderedShapley(pathsOf(ROWS));
    const rows = [0, 1, 2].map((code) => [...position_conversions.subarray(code * positions, (code + 1) * positions)]);
    expect(rows).toEqual([
      [14, 4, 0],
      [6, 4, 3],
      [2, 0, 0],
    ]);
    expect([...conversions]).toEqual([18, 13, 2]);
  });

  test('gives away all conversions and all value, by channel and by position', () => {
    fc.assert(
      fc.property(journeys, (rows) => {
        const fit = fitOrderedShapley(pathsOf(rows));
        expect(sum(fit.conversions)).toBeCloseTo(fit.totals.conversions, 9);
        expect(sum(fit.value)).toBeCloseTo(fit.totals.value, 9);
        fit.conversions.forEach((credit, code) => {
          const at = code * fit.positions;
          expect(sum(fit.position_conversions.subarray(at, at + fit.positions))).toBeCloseTo(credit, 9);
          expect(sum(fit.position_value.subarray(at, at + fit.positions))).toBeCloseTo(fit.value[code]!, 9);
        });
      }),
    );
  });

  test('is the Shapley value over all subsets of channels', () => {
    fc.assert(
      fc.property(journeys, (rows) => {
        const paths = pathsOf(rows);
        const worth = (of: 'conversions' | 'value') =>
          exactShapley(paths.states.length, (set) =>
            sum(rows.filter((r) => r.path.every((name) => set[paths.states.indexOf(name)] === 1)).map((r) => r[of])),
          );
        const fit = fitShapley(paths);
        for (const of of ['conversions', 'value'] as const)
          worth(of).forEach((value, code) => {
            expect(fit[of][code]).toBeCloseTo(value, 9);
          });
      }),
    );
  });

  test('treats channels alike that do alike, and learns nothing from journeys that did not convert', () => {
    fc.assert(
      fc.property(journeys, (rows) => {
        const before = byChannel(rows);
        const twin = rows.map((r) => ({
          ...r,
          path: r.path.flatMap((name) => (name === 'A' ? ['A', 'twin'] : [name])),
        }));
        const { A, twin: other } = byChannel(twin);
        expect(other).toBe(A);
        expect(byChannel(rows.map((r) => ({ ...r, nulls: r.nulls * 3 })))).toEqual(before);
      }),
    );
  });

  test('takes any number of channels', () => {
    const path = Array.from({ length: 60_000 }, (_, i) => `c${i}`);
    const codes = Uint16Array.from(path, (_, i) => i);
    const one = Float64Array.of(1);
    const fit = fitShapley({
      states: path,
      codes,
      offsets: Uint32Array.of(0, path.length),
      conversions: one,
      value: one,
      nulls: one,
    });
    expect(sum(fit.conversions)).toBeCloseTo(1, 9);
    expect(fit.conversions[59_999]).toBe(1 / 60_000);
  });
});

describe('any game', () => {
  /** A share of some total that grows with every player, less the more there are. */
  const game = (set: Uint8Array): number =>
    1 - set.reduce((left, inside, i) => left * (inside ? 1 - 1 / (i + 2) : 1), 1) ** 2;

  test('is solved exactly: a glove game by hand', () => {
    // One left glove, two right ones; a pair is worth 1.
    const gloves = exactShapley(3, (set) => Math.min(set[0]!, set[1]! + set[2]!));
    expect([...gloves].map((value) => value.toFixed(12))).toEqual(
      [4 / 6, 1 / 6, 1 / 6].map((value) => value.toFixed(12)),
    );
    expect([...exactShapley(0, () => 0)]).toEqual([]);
    expect(() => exactShapley(17, () => 0)).toThrow(/17 players/);
  });

  test('is sampled within its bound, with honest standard errors, the same for the same seed', () => {
    const players = 10;
    const exact = exactShapley(players, game);
    const pairs = 2_000;
    const sampled = sampleShapley(players, game, pairs, new Random(4, 'shapley'));
    const bound = hoeffdingError(1, pairs, players);
    sampled.values.forEach((value, i) => {
      expect(Math.abs(value - exact[i]!)).toBeLessThan(bound);
      expect(Math.abs(value - exact[i]!)).toBeLessThan(5 * sampled.standard_errors[i]!);
    });
    expect(sum(sampled.values)).toBeCloseTo(game(new Uint8Array(players).fill(1)) - game(new Uint8Array(players)), 12);
    expect(sampleShapley(players, game, pairs, new Random(4, 'shapley'))).toEqual(sampled);
    expect(sampleShapley(players, game, pairs, new Random(5, 'shapley'))).not.toEqual(sampled);
  });

  test('takes fewer draws where each order is walked backwards too', () => {
    const additive = (set: Uint8Array): number => set.reduce((all, inside, i) => all + inside * i, 0);
    const sampled = sampleShapley(6, additive, 2, new Random(1, 'shapley'));
    expect([...sampled.values]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...sampled.standard_errors]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('needs as many draws as Hoeffding says', () => {
    expect(pairsNeeded(1, 0.01, 20)).toBe(33_424);
    expect(hoeffdingError(1, 33_424, 20)).toBeCloseTo(0.01, 6);
  });
});
