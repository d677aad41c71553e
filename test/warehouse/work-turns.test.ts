/** Work in turns gives what it would give at once. */
import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { inBlocks, sortInTurns } from '../../src/warehouse/work-turns.ts';

test.each([0, 1, 2_048, 2_049, 5_000, 20_000])('sorts %d numbers, equal ones in their order', async (length) => {
  const random = new Random(length, 'sort');
  const keys = Array.from({ length }, () => random.integer(0, 500));
  const numbers = Uint32Array.from(keys, (_, i) => i);
  const expected = [...numbers].sort((a, b) => keys[a]! - keys[b]!);
  expect([...(await sortInTurns(numbers, (a, b) => keys[a]! - keys[b]!))]).toEqual(expected);
});

test('blocks hold every number once', async () => {
  const seen = new Uint8Array(200_001);
  await inBlocks(seen.length, (from, until) => {
    for (let i = from; i < until; i++) seen[i]! += 1;
  });
  expect(seen.every((times) => times === 1)).toBe(true);
});
