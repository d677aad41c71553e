import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { invertSymmetric, NotPositiveDefinite, solveSymmetric } from '../../src/learning/cholesky.ts';
import { makeTable, selectRows } from '../../src/learning/table.ts';

describe('a symmetric system', () => {
  test('is solved as by hand', () => {
    const a = Float64Array.of(4, 2, 2, 3);
    expect([...solveSymmetric(a, Float64Array.of(8, 8), 2)]).toEqual([1, 2].map((x) => expect.closeTo(x, 14)));
    expect([...invertSymmetric(a, 2)]).toEqual([3 / 8, -1 / 4, -1 / 4, 1 / 2].map((x) => expect.closeTo(x, 14)));
    expect([...a]).toEqual([4, 2, 2, 3]);
  });

  test('of any size gives back what was multiplied', () => {
    const numbers = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 36, maxLength: 36 });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 6 }), (values, n) => {
        const a = gramPlusIdentity(values, n);
        const x = Float64Array.from({ length: n }, (_, i) => i + 1);
        const solved = solveSymmetric(a, product(a, x, n), n);
        expect([...solved]).toEqual([...x].map((value) => expect.closeTo(value, 9)));
        const inverse = invertSymmetric(a, n);
        for (let row = 0; row < n; row++) {
          const unit = product(a, inverse.slice(row * n, (row + 1) * n), n);
          expect([...unit]).toEqual([...unit].map((_, i) => expect.closeTo(i === row ? 1 : 0, 9)));
        }
      }),
    );
  });

  test('that has no single answer is refused, with the row', () => {
    expect(() => solveSymmetric(Float64Array.of(1, 2, 2, 4), new Float64Array(2), 2)).toThrow(NotPositiveDefinite);
    expect(() => invertSymmetric(Float64Array.of(1, 0, 0, -1), 2)).toThrow(/row 1/);
    expect(() => solveSymmetric(Float64Array.of(Number.NaN), new Float64Array(1), 1)).toThrow(/row 0/);
  });
});

describe('a table', () => {
  test('lies in one block of shared memory', () => {
    const table = makeTable(['a', 'b'], 3);
    expect(table.columns.map((column) => column.buffer)).toEqual([table.columns[0]!.buffer, table.columns[0]!.buffer]);
    expect(table.columns[0]!.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  test('gives rows in the order asked for', () => {
    const table = makeTable(['a'], 3);
    table.columns[0]!.set([1, Number.NaN, 3]);
    expect([...selectRows(table, [2, 1, 2]).columns[0]!]).toEqual([3, Number.NaN, 3]);
  });
});

function gramPlusIdentity(values: readonly number[], n: number): Float64Array {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) a[i * n + j]! += values[i * n + k]! * values[j * n + k]!;
      if (i === j) a[i * n + j]! += 1;
    }
  }
  return a;
}

function product(a: Float64Array, x: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => x.reduce((sum, value, j) => sum + a[i * n + j]! * value, 0));
}
