import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTransforms, transformPaths, withoutFrequency } from '../../src/models/paths/transforms.ts';
import { type PathRow, pathsOf, row, rowsOf } from '../reference/paths.ts';

/** One path through a spec, as `a > b`. */
function through(path: string, spec: string): string {
  return rowsOf(transformPaths(pathsOf([row(path, 1, 2, 3)]), parseTransforms(spec)))[0]!.path.join(' > ');
}

const PATH = 'D > A > B > B > C > D > C > C';

describe('a transform', () => {
  test.each([
    ['none', PATH],
    ['unique', PATH],
    ['exposure', 'D > A > B > C > D > C'],
    ['first', 'D > A > B > C'],
    ['frequency', 'D(2) > A(1) > B(2) > C(3)'],
    ['remove_if_not_all(C)', 'D > A > B > B > D'],
    ['remove_if_not_all(unknown)', PATH],
    ['remove_if_last_and_not_all(C)', 'D > A > B > B > C > D'],
    ['remove_if_last_and_not_all(D)', PATH],
    ['trim_long_path(3)', 'D > C > C'],
    ['trim_long_path(0)', PATH],
    ['trim_long_path(99)', PATH],
    ['', PATH],
  ])('%s', (spec, expected) => {
    expect(through(PATH, spec)).toBe(expected);
  });

  test.each([
    ['Direct > Direct', 'remove_if_not_all(Direct)', 'Direct > Direct'],
    ['Direct > Direct', 'remove_if_last_and_not_all(Direct)', 'Direct > Direct'],
    ['a > a > a > Direct > a > Direct > Direct', 'remove_if_last_and_not_all(Direct)', 'a > a > a > Direct > a'],
    ['Example > Video > Direct > Direct', 'exposure', 'Example > Video > Direct'],
    ['Example > Video > Direct > Direct', 'first', 'Example > Video > Direct'],
    ['Example > Video > Direct > Direct', 'remove_if_last_and_not_all(Direct)', 'Example > Video'],
    ['Example > Video > Direct > Direct', 'remove_if_not_all(Direct)', 'Example > Video'],
    ['Example > Video > Direct > Direct', 'trim_long_path(1)', 'Direct'],
  ])('of the field: %s by %s is %s', (path, spec, expected) => {
    expect(through(path, spec)).toBe(expected);
  });

  test('goes from left to right, but every trim first', () => {
    expect(through('A > B > B > B', 'exposure,trim_long_path(2)')).toBe('B');
    expect(through('A > B > B > B', 'trim_long_path(2),exposure')).toBe('B');
    expect(through('A > B > A > D', 'remove_if_not_all(B),exposure')).toBe('A > D');
    expect(through('A > B > A > D', 'exposure,remove_if_not_all(B)')).toBe('A > A > D');
  });

  test('leaves counts, value and people with their path', () => {
    const rows = [row('A > B > A', 1, 2, 3), row('B', 4, 5, 6)];
    const people = [7, 9];
    const result = transformPaths(pathsOf(rows, people), parseTransforms('frequency'));
    expect(rowsOf(result)).toEqual([row('A(2) > B(1)', 1, 2, 3), row('B(1)', 4, 5, 6)]);
    expect([...result.people!]).toEqual(people);
    expect(result.states.map(withoutFrequency)).toEqual(['A', 'B']);
  });

  test('is known by the names of the field too', () => {
    expect(parseTransforms('exposure_path, removeIfLastAndNotAll(Display, (other)) ,trimLongPath(20)')).toEqual([
      { kind: 'exposure' },
      { kind: 'remove_if_last_and_not_all', channel: 'Display, (other)' },
      { kind: 'trim_long_path', touches: 20 },
    ]);
  });

  test.each([
    ['shuffle', /"shuffle" is not one of none, unique/],
    ['exposure(2)', /exposure takes nothing in brackets/],
    ['remove_if_not_all', /needs a channel; write remove_if_not_all\(direct\)/],
    ['trim_long_path', /needs a whole number/],
    ['trim_long_path(-1)', /needs a whole number/],
    ['first;exposure', /cannot read "first;exposure"/],
  ])('that makes no sense is refused: %s', (spec, reason) => {
    expect(() => parseTransforms(spec)).toThrow(reason);
  });

  test('never empties a path or makes it longer', () => {
    const rows = fc.array(
      fc
        .array(fc.constantFrom('A', 'B', 'C'), { minLength: 1, maxLength: 8 })
        .map((path): PathRow => ({ path, conversions: 1, value: 0, nulls: 0 })),
      { minLength: 1 },
    );
    const terms = [
      'exposure',
      'first',
      'frequency',
      'remove_if_not_all(A)',
      'remove_if_last_and_not_all(B)',
      'trim_long_path(3)',
    ];
    fc.assert(
      fc.property(rows, fc.subarray(terms), (drafts, spec) => {
        const after = rowsOf(transformPaths(pathsOf(drafts), parseTransforms(spec.join(','))));
        after.forEach(({ path }, p) => {
          expect(path.length).toBeGreaterThan(0);
          expect(path.length).toBeLessThanOrEqual(drafts[p]!.path.length);
        });
      }),
    );
  });
});
