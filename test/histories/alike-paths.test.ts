/** People without an order who are put together: what is kept of them says the same as the path of each. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AlikePaths, type Likeness } from '../../src/histories/paths/alike-paths.ts';
import { FoundPaths, joined, SILENT } from '../../src/histories/paths/found-paths.ts';

const LABELS = 6;
const path = fc.record({
  labels: fc.array(fc.nat(LABELS - 1), { minLength: 1, maxLength: 7 }),
  low: fc.integer(),
  part: fc.nat(2),
});
/** By label, one that stands for it and for itself. */
const classes = fc
  .array(fc.nat(LABELS - 1), { minLength: LABELS, maxLength: LABELS })
  .map((of) => of.map((label) => of.indexOf(label)));

/** What is told apart of a path: the numbers of touches by name for members, else the touches in their order. */
function keyOf(labels: readonly number[], likeness: Likeness): string {
  if (likeness === 'same_touches') return labels.join();
  return `${[...new Set(labels)].sort().join()} of ${labels.length}`;
}

test('paths that are alike are counted together, in several threads too, and no others', () => {
  fc.assert(
    fc.property(
      fc.array(path, { maxLength: 2_000 }),
      classes,
      fc.constantFrom<Likeness>('same_touches', 'same_members'),
      fc.boolean(),
      (paths, stands_for, likeness, by_group) => {
        const expected = new Map<string, number>();
        const asked = { likeness, stands_for: Uint32Array.from(stands_for), by_group, subject_low: new Int32Array(0) };
        const parts = [0, 1, 2].map(() => {
          const found = new FoundPaths(1_000_000, false);
          return { found, alike: new AlikePaths(found, asked) };
        });
        const label = Uint32Array.from(paths.flatMap(({ labels }) => labels));
        const places = Uint32Array.from(label.keys());
        let from = 0;
        for (const [person, { labels, low, part }] of paths.entries()) {
          const of = { order: SILENT, person, at_ms: 0 };
          parts[part]!.alike.add(of, low, label, places, from, from + labels.length);
          from += labels.length;
          const own = labels.map((one) => stands_for[one]!);
          const key = `${keyOf(own, likeness)} ${by_group ? low & 255 : ''}`;
          expected.set(key, (expected.get(key) ?? 0) + 1);
        }
        for (const { found } of parts) expect(new Set(keysIn(found)).size).toBe(found.paths);
        const all = joined(parts.map(({ found }) => found.data()));
        expect(all.all_touches).toBe(label.length);
        const counted = new Map<string, number>();
        for (const [i, key] of keysIn(all).entries()) counted.set(key, (counted.get(key) ?? 0) + all.weight[i]!);
        expect(counted).toEqual(expected);

        function keysIn(found: ReturnType<FoundPaths['data']>): string[] {
          return Array.from({ length: found.paths }, (_, i) => {
            const own = [...found.label.subarray(found.offsets[i], found.offsets[i + 1])];
            // The first person of those who are alike stands for their random group.
            return `${keyOf(own, likeness)} ${by_group ? paths[found.person[i]!]!.low & 255 : ''}`;
          });
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('touches of paths that are alike count for the limit', () => {
  const found = new FoundPaths(10, false);
  const alike = new AlikePaths(found, {
    likeness: 'same_touches',
    stands_for: Uint32Array.of(0),
    by_group: false,
    subject_low: new Int32Array(0),
  });
  for (let person = 0; person < 6; person++)
    alike.add({ order: SILENT, person, at_ms: 0 }, 0, Uint32Array.of(0, 0), Uint32Array.of(0, 1), 0, 2);
  expect([found.paths, found.weight[0], found.touches, found.all_touches]).toEqual([1, 6, 2, 12]);
});
