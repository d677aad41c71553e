/** Numbers of hashes are those of a map, also after all were forgotten. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HashIndex } from '../../src/histories/emails/hash-index.ts';

test('hashes get the next numbers, are found, and can all be forgotten again and again', () => {
  // Many hashes share their lower bits, and so their place.
  const hash = fc.oneof(
    fc.integer({ min: 1, max: 40 }),
    fc.nat(30).map((n) => 1 + n * 2 ** 32),
    fc.constant(2 ** 53),
  );
  fc.assert(
    fc.property(fc.array(fc.array(hash, { maxLength: 120 }), { maxLength: 5 }), fc.array(hash), (rounds, others) => {
      const index = new HashIndex();
      for (const hashes of rounds) {
        index.clear();
        const numbers = new Map<number, number>();
        for (const one of hashes) {
          if (!numbers.has(one)) numbers.set(one, numbers.size);
          expect(index.add(one)).toBe(numbers.get(one));
        }
        expect(index.size).toBe(numbers.size);
        for (const one of [...hashes, ...others]) expect(index.find(one)).toBe(numbers.get(one) ?? -1);
        for (const [one, number] of numbers) expect(index.hashOf(number)).toBe(one);
      }
    }),
    { numRuns: 50 },
  );
});
