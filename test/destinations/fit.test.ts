/** Texts and ids fit the limits of a destination, and ids stay apart. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitBytes, fitId, fitText } from '../../src/destinations/fit.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 80 });

test('a text is cut at its end, between characters', () => {
  expect(fitBytes('aé😀b', 7)).toBe('aé😀');
  expect(fitBytes('aé😀b', 6)).toBe('aé');
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 60 }), (given, most) => {
      const by_bytes = fitBytes(given, most);
      expect(Buffer.byteLength(by_bytes)).toBeLessThanOrEqual(most);
      expect(given.startsWith(by_bytes)).toBe(true);
      if (Buffer.byteLength(given) <= most) expect(by_bytes).toBe(given);
      const by_length = fitText(given, most);
      expect(by_length.length).toBeLessThanOrEqual(most);
      expect([by_bytes, by_length].every((cut) => cut.isWellFormed())).toBe(true);
    }),
  );
});

test('an id stays as it is, or becomes a hash if it is too long or an address, so no two ids become one', () => {
  expect(fitId('order-1', 40)).toBe('order-1');
  expect(fitId('anna@example.com', 40)).toMatch(/^h_[0-9a-f]{20}$/);
  fc.assert(
    fc.property(text, text, (tail, other) => {
      const [a, b] = [`${'x'.repeat(60)}${tail}`, `${'x'.repeat(60)}${other}`];
      expect(fitId(a, 40).length).toBeLessThanOrEqual(40);
      expect(fitId(a, 40) === fitId(b, 40)).toBe(a === b);
    }),
  );
});
