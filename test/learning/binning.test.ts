import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binTable } from '../../src/learning/binning.ts';
import { makeTable } from '../../src/learning/table.ts';

function bin(values: readonly number[], most?: number) {
  const table = makeTable(['x'], values.length);
  table.columns[0]!.set(values);
  const { cuts, columns } = binTable(table, most);
  return { cuts: cuts[0]!, bins: [...columns[0]!] };
}

describe('a binned feature', () => {
  test('has one bin per value when values are few, and bin 0 for what is missing', () => {
    expect(bin([3, Number.NaN, 1, 3, 8])).toEqual({ cuts: [2, 5.5], bins: [2, 0, 1, 2, 3] });
  });

  test('gives a frequent value a bin of its own, and shares the others out evenly', () => {
    const values = [...Array<number>(900).fill(0), ...Array.from({ length: 100 }, (_, i) => i + 1)];
    const { bins } = bin(values, 11);
    const sizes = new Map<number, number>();
    for (const b of bins) sizes.set(b, (sizes.get(b) ?? 0) + 1);
    expect([...sizes.values()]).toEqual([900, ...Array<number>(10).fill(10)]);
  });

  test('can be cut in JSON whatever its values', () => {
    const { cuts, bins } = bin([Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY]);
    expect(cuts.every(Number.isFinite)).toBe(true);
    expect(bins).toEqual([1, 2, 3]);
    expect(bin([])).toEqual({ cuts: [], bins: [] });
    expect(bin([Number.NaN])).toEqual({ cuts: [], bins: [0] });
    expect(bin([5, 5])).toEqual({ cuts: [], bins: [1, 1] });
    expect(() => bin([5], 256)).toThrow(/2 to 255/);
  });

  test('keeps the order of values, and at most as many bins as asked for', () => {
    const value = fc.oneof(fc.float({ noNaN: true }), fc.integer({ min: 0, max: 5 }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), fc.integer({ min: 2, max: 12 }), (values, most) => {
        const { bins } = bin(values, most);
        const at32 = values.map(Math.fround);
        for (let i = 0; i < bins.length; i++) {
          expect(bins[i]).toBeGreaterThanOrEqual(1);
          expect(bins[i]).toBeLessThanOrEqual(most);
          for (let j = 0; j < i; j++) if (at32[i]! < at32[j]!) expect(bins[i]).toBeLessThanOrEqual(bins[j]!);
        }
      }),
    );
  });
});
