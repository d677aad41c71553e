/** The arithmetic of histories is exact where doubles alone would round. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExactSums, mulDiv, SMALL, shareOf } from '../../src/histories/exact.ts';
import { KeyIndex } from '../../src/histories/key-index.ts';
import { Decays } from '../../src/histories/weights.ts';

const whole = (max: number) => fc.oneof(fc.integer({ min: 0, max }), fc.integer({ min: max - 5, max }));

describe('mulDiv', () => {
  test('is the exact quotient, rounded down', () => {
    fc.assert(
      fc.property(whole(2 ** 53 - 1), whole(2 ** 51), whole(2 ** 51), (value, a, b) => {
        const [part, total] = [Math.min(a, b), Math.max(a, b, 1)];
        expect(BigInt(mulDiv(value, part, total))).toBe((BigInt(value) * BigInt(part)) / BigInt(total));
      }),
      { numRuns: 20_000 },
    );
  });

  test.each([
    [2 ** 53 - 1, 2 ** 40, 2 ** 40],
    [2 ** 53 - 1, 2 ** 40 - 1, 2 ** 40],
    [9_007_199_254_740_881, 3 * 2 ** 40 - 1, 3 * 2 ** 40],
    [1, 1, 2 ** 51],
    [0, 5, 7],
  ])('%d * %d div %d', (value, part, total) => {
    expect(BigInt(mulDiv(value, part, total))).toBe((BigInt(value) * BigInt(part)) / BigInt(total));
  });
});

test('shareOf is mulDiv, also beside whole numbers', () => {
  fc.assert(
    fc.property(
      whole(2 ** 53 - 1),
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 0, max: 1_000 }),
      fc.oneof(fc.constantFrom(1, 2 ** 40), fc.integer({ min: 1, max: 2 ** 40 })),
      fc.integer({ min: -1, max: 1 }),
      (value, parts, part, scale, beside) => {
        const total = parts * scale;
        const own = Math.max(0, Math.min(total, Math.min(part, parts) * scale + beside));
        expect(shareOf(value * (1 / total), value, own, total)).toBe(mulDiv(value, own, total));
      },
    ),
    { numRuns: 20_000 },
  );
});

describe('ExactSums', () => {
  test('never rounds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -SMALL + 1, max: SMALL - 1 }), { maxLength: 50 }),
        fc.array(fc.bigInt({ min: -(10n ** 22n), max: 10n ** 22n }), { maxLength: 5 }),
        (amounts, large) => {
          const sums = new ExactSums();
          for (const amount of amounts) sums.add(3, amount);
          for (const amount of large) sums.addLarge(3, amount);
          const expected = [...amounts.map(BigInt), ...large].reduce((sum, amount) => sum + amount, 0n);
          expect([sums.total(3), sums.total(4)]).toEqual([expected, 0n]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('keeps its sums when it grows', () => {
    const sums = new ExactSums();
    sums.add(0, 7);
    sums.reserve(1_000);
    sums.add(999, 5);
    expect([sums.total(0), sums.total(999)]).toEqual([7n, 5n]);
  });
});

describe('KeyIndex', () => {
  test('numbers keys in the order of their first sight, also keys with equal halves', () => {
    const index = new KeyIndex();
    const keys = Array.from({ length: 5_000 }, (_, i): [number, number] => [
      Math.floor(i / 50) - 40,
      (i % 50) * 2 ** 26 + 2 ** 31,
    ]);
    expect(keys.map(([high, low]) => index.add(high, low))).toEqual(keys.map((_, i) => i));
    expect(keys.map(([high, low]) => index.add(high, low))).toEqual(keys.map((_, i) => i));
    expect(keys.map(([high, low]) => index.find(high, low))).toEqual(keys.map((_, i) => i));
    expect([index.size, index.find(7_777, 1)]).toEqual([5_000, -1]);
  });
});

describe('Decays', () => {
  /** 2^40 * 2^-41 + 0.5 is exactly 1: the last bit of the power decides whether the weight is 0 or 1. */
  const BORDER = -41;

  test('asks for a power whose last bits decide the weight, and takes what it is told', () => {
    const decays = new Decays();
    expect(decays.weight(BORDER)).toBe(-1);
    expect([...decays.open]).toEqual([BORDER]);
    decays.tell(BORDER, 2 ** -41 * (1 - 2 ** -52));
    expect(decays.weight(BORDER)).toBe(0);
    decays.tell(BORDER, 2 ** -41);
    expect(decays.weight(BORDER)).toBe(1);
    expect(decays.open.size).toBe(0);
  });

  test('knows all other weights, and asks for few', () => {
    const decays = new Decays();
    expect(decays.weight(-0)).toBe(2 ** 40);
    expect(decays.weight(-1)).toBe(2 ** 39);
    let asked = 0;
    for (let i = 0; i < 10_000; i++) if (decays.weight(-(i * 0.000_731)) < 0) asked += 1;
    expect(asked).toBeLessThan(100);
  });
});
