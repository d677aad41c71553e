/** Numbers of ids are those that a Map would give, whatever the ids and however they are added. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IdTable } from '../../src/identity/id-table.ts';

const id = fc.oneof(
  fc.constantFrom('a', 'b', 'é', 'я', '名', '😀', ''),
  fc.string({ maxLength: 5, unit: fc.constantFrom('a', 'b', 'ÿ', 'Ā') }),
  fc.string({ minLength: 195, maxLength: 205 }),
);
const table = (): { numbers: Map<string, number>; ids: IdTable } => ({ numbers: new Map(), ids: new IdTable() });
const numberIn = (numbers: Map<string, number>, one: string): number => {
  if (!numbers.has(one)) numbers.set(one, numbers.size);
  return numbers.get(one)!;
};

test('each id has one number, is found by it, and is told as it was sent', () => {
  fc.assert(
    fc.property(fc.array(fc.array(id, { maxLength: 40 }), { maxLength: 8 }), (parts) => {
      const { numbers, ids } = table();
      for (const [i, part] of parts.entries()) {
        const given = i % 2 === 0 ? [...ids.addAll(part)] : part.map((one) => ids.add(one));
        expect(given).toEqual(part.map((one) => numberIn(numbers, one)));
      }
      expect([...ids.texts()]).toEqual([...numbers.keys()]);
      for (const [one, number] of numbers) expect(ids.find(one)).toBe(number);
      expect(ids.find('not among them')).toBe(-1);
    }),
    { numRuns: 100 },
  );
});

test('many ids that differ in little keep their numbers while the table grows', () => {
  const all = Array.from({ length: 20_000 }, (_, i) => `device-${i}`);
  const { ids } = table();
  expect([...ids.addAll(all)]).toEqual(all.map((_, i) => i));
  expect([...ids.addAll(all.toReversed())]).toEqual(all.map((_, i) => all.length - 1 - i));
});
