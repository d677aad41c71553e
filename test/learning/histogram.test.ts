import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeSumsExact } from '../../src/learning/histogram.ts';

const values = fc.array(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 200 });
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);

test('sums are the same in any order, and what is left out of one comes back by subtracting', () => {
  fc.assert(
    fc.property(values, fc.nat(), (numbers, at) => {
      const exact = Float64Array.from(numbers);
      makeSumsExact(exact);
      const whole = sum(exact);
      expect(sum([...exact].reverse())).toBe(whole);
      expect(sum([...exact].sort((a, b) => a - b))).toBe(whole);
      const middle = at % exact.length;
      expect(whole - sum(exact.subarray(0, middle))).toBe(sum(exact.subarray(middle)));
    }),
  );
});

test('values stay what they are to within the largest times their number by 2^52', () => {
  fc.assert(
    fc.property(values, (numbers) => {
      const exact = Float64Array.from(numbers);
      makeSumsExact(exact);
      const least = (Math.max(...numbers.map(Math.abs)) * numbers.length) / 2 ** 51;
      numbers.forEach((value, i) => {
        expect(Math.abs(exact[i]! - value)).toBeLessThanOrEqual(least);
      });
    }),
  );
});
