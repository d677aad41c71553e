/** The split of a change by cause: the parts add up for any numbers, and are what their definitions say. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Causes, type Earned, splitChange, splitTotal } from '../../src/reports/what-changed/causes.ts';

const sumOf = (parts: Record<string, bigint>): bigint => Object.values(parts).reduce((a, b) => a + b, 0n);

const any = fc.oneof(
  fc.constant(0n),
  fc.bigInt({ min: -9n, max: 9n }),
  fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
);
const anything: fc.Arbitrary<Earned> = fc.record({ orders: any, credited: any, micros: any });
const count = (max: bigint) => fc.oneof(fc.bigInt({ min: 1n, max: 9n }), fc.bigInt({ min: 1n, max }));
/** A group with orders and credit. */
const earned = fc.record({ orders: count(10n ** 7n), credited: count(10n ** 13n), micros: any });

/** A fraction of integers with a denominator above 0. */
type Fraction = readonly [bigint, bigint];
const over = (a: bigint, b: bigint): Fraction => [a, b];
const times = (...all: Fraction[]): Fraction => all.reduce(([a, b], [c, d]) => [a * c, b * d], [1n, 1n]);
const plus = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d + c * b, b * d];
const minus = (x: Fraction, [c, d]: Fraction): Fraction => plus(x, [-c, d]);
const mean = (x: Fraction, y: Fraction): Fraction => times(plus(x, y), [1n, 2n]);

/** True if an integer is less than 1 from a fraction. */
function isNear(integer: bigint, [a, b]: Fraction): boolean {
  const away = integer * b - a;
  return (away < 0n ? -away : away) < b;
}

describe('the split of a group', () => {
  test('adds up to the change, for any numbers', () => {
    fc.assert(
      fc.property(anything, anything, (before, now) => {
        expect(sumOf(splitChange(before, now))).toBe(now.micros - before.micros);
      }),
      { numRuns: 1_000 },
    );
  });

  test('is the mean of changing one factor first and changing it last, to the micro', () => {
    fc.assert(
      fc.property(earned, earned, (before, now) => {
        const { volume, rate, order_value, entered, left, adjustments } = splitChange(before, now);
        const [orders_0, orders_1] = [over(before.orders, 1n), over(now.orders, 1n)];
        const [rate_0, rate_1] = [over(before.credited, before.orders), over(now.credited, now.orders)];
        const [value_0, value_1] = [over(before.micros, before.credited), over(now.micros, now.credited)];
        const value = mean(value_0, value_1);
        expect(isNear(volume, times(minus(orders_1, orders_0), mean(rate_0, rate_1), value))).toBe(true);
        expect(isNear(rate, times(minus(rate_1, rate_0), mean(orders_0, orders_1), value))).toBe(true);
        const credited = mean(over(before.credited, 1n), over(now.credited, 1n));
        expect(isNear(order_value, times(minus(value_1, value_0), credited))).toBe(true);
        expect([entered, left, adjustments]).toEqual([0n, 0n, 0n]);
      }),
      { numRuns: 500 },
    );
  });

  test('of the two periods the other way round has the same sizes, and entered where it had left', () => {
    fc.assert(
      fc.property(anything, anything, (before, now) => {
        const [there, back] = [splitChange(before, now), splitChange(now, before)];
        expect(back.entered).toBe(-there.left);
        expect(back.adjustments).toBe(-there.adjustments);
        // Roundings may differ.
        for (const cause of ['volume', 'rate', 'order_value'] as const)
          expect(
            isNear(there[cause], [-back[cause], 1n]) ||
              there[cause] + back[cause] === 1n ||
              there[cause] + back[cause] === -1n,
          ).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  const none: Causes = { volume: 0n, rate: 0n, order_value: 0n, entered: 0n, left: 0n, adjustments: 0n };
  const of = (before: [number, number, number], now: [number, number, number]): Causes => {
    const figures = ([orders, credited, micros]: [number, number, number]): Earned => ({
      orders: BigInt(orders),
      credited: BigInt(credited),
      micros: BigInt(micros),
    });
    return splitChange(figures(before), figures(now));
  };

  test('has all in one part where one thing changed', () => {
    // Ten orders touched, half of each credited, 100 for a whole one.
    expect(of([10, 5, 500], [12, 6, 600])).toEqual({ ...none, volume: 100n });
    expect(of([10, 5, 500], [10, 6, 600])).toEqual({ ...none, rate: 100n });
    expect(of([10, 5, 500], [10, 5, 600])).toEqual({ ...none, order_value: 100n });
    expect(of([10, 5, 500], [10, 5, 500])).toEqual(none);
  });

  test('of a group that is new or gone is one part, and value without a conversion is an adjustment', () => {
    expect(of([0, 0, 0], [3, 2, 70])).toEqual({ ...none, entered: 70n });
    expect(of([3, 2, 70], [0, 0, 0])).toEqual({ ...none, left: -70n });
    expect(of([0, 0, -20], [3, 2, 70])).toEqual({ ...none, entered: 70n, adjustments: 20n });
    expect(of([3, 2, 70], [0, 0, -20])).toEqual({ ...none, left: -70n, adjustments: -20n });
    expect(of([0, 0, 5], [0, 0, -20])).toEqual({ ...none, adjustments: -25n });
    // Touched before and credited with nothing: the value of a conversion is that of now.
    expect(of([4, 0, 0], [4, 2, 80])).toEqual({ ...none, rate: 80n });
  });
});

describe('the split of all groups', () => {
  const groups = (of: fc.Arbitrary<Earned>) => fc.array(fc.record({ before: of, now: of }), { maxLength: 6 });
  const split = (all: { before: Earned; now: Earned }[]) =>
    all.map(({ before, now }) => ({ before, now, causes: splitChange(before, now) }));

  test('adds up to the change, for any numbers', () => {
    fc.assert(
      fc.property(groups(anything), any, any, (all, before, now) => {
        const change = all.reduce((sum, group) => sum + group.now.micros - group.before.micros, 0n);
        expect(sumOf(splitTotal(split(all), { before, now }))).toBe(change);
      }),
      { numRuns: 500 },
    );
  });

  test('has no mix with one group, and all in mix where conversions moved to a dearer group', () => {
    fc.assert(
      fc.property(earned, earned, (before, now) => {
        const orders = { before: before.orders, now: now.orders };
        const { mix, ...rest } = splitTotal(split([{ before, now }]), orders);
        expect(mix).toBe(0n);
        expect(rest).toEqual(splitChange(before, now));
      }),
    );
    const cheap = (credited: bigint): Earned => ({ orders: credited, credited, micros: credited * 10n });
    const dear = (credited: bigint): Earned => ({ orders: credited, credited, micros: credited * 50n });
    const moved = split([
      { before: cheap(6n), now: cheap(2n) },
      { before: dear(4n), now: dear(8n) },
    ]);
    expect(splitTotal(moved, { before: 10n, now: 10n })).toEqual({
      volume: 0n,
      rate: 0n,
      mix: 160n,
      order_value: 0n,
      entered: 0n,
      left: 0n,
      adjustments: 0n,
    });
  });
});
