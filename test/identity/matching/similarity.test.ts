/** Similarities of texts, beside published values and an independent computation. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, editSimilarity, jaroWinkler, sharedWords } from '../../../src/identity/matching/similarity.ts';

// Winkler 1990, table of examples, to three decimals.
test.each([
  ['martha', 'marhta', 0.961],
  ['dwayne', 'duane', 0.84],
  ['dixon', 'dicksonx', 0.813],
  ['jones', 'johnson', 0.832],
  ['abc', 'xyz', 0],
])('Jaro-Winkler of %s and %s is %d', (a, b, expected) => {
  expect(jaroWinkler(a, b)).toBeCloseTo(expected, 3);
});

/** The shortest way through all edits, one step at a time. */
function slowDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const ways = [slowDistance(a.slice(1), b) + 1, slowDistance(a, b.slice(1)) + 1];
  ways.push(slowDistance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1));
  if (a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0])
    ways.push(slowDistance(a.slice(2), b.slice(2)) + 1);
  return Math.min(...ways);
}

const word = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 }).map((letters) => letters.join(''));

test('the edit distance is that of the shortest way, and the same both ways', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(slowDistance(a, b));
      expect(editDistance(b, a)).toBe(editDistance(a, b));
    }),
    { numRuns: 100 },
  );
});

test('every similarity is from 0 to 1, the same both ways, and 1 for equal texts', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      for (const similarity of [jaroWinkler, editSimilarity, sharedWords]) {
        expect(similarity(a, b)).toBeGreaterThanOrEqual(0);
        expect(similarity(a, b)).toBeLessThanOrEqual(1);
        expect(similarity(a, b)).toBeCloseTo(similarity(b, a), 12);
        expect(similarity(a, a)).toBe(1);
      }
    }),
  );
});
