/** The text of an answer is that of `JSON.stringify`, and is made in portions. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonInTurns } from '../../src/server/answer-text.ts';

test('is the same text as JSON.stringify gives, for any answer', async () => {
  const list = fc.array(fc.oneof(fc.jsonValue(), fc.constant(undefined)), { maxLength: 120, size: 'max' });
  const answer = fc.dictionary(
    fc.string(),
    fc.oneof(fc.jsonValue(), fc.constant(undefined), list, fc.dictionary(fc.string(), list)),
  );
  await fc.assert(
    fc.asyncProperty(answer, async (value) => {
      expect(await jsonInTurns(value as Record<string, unknown>)).toBe(JSON.stringify(value));
    }),
    { numRuns: 200 },
  );
});

test('lets other work of the event loop come in between, however deep the long list lies', async () => {
  const groups = Array.from({ length: 60_000 }, (_, i) => ({
    campaign_id: `campaign ${i}`,
    credit: { value: '1.000000', orders: i },
  }));
  let turns = 0;
  const count = (): void => {
    turns += 1;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  const answer = { models: { linear: { groups } } };
  const text = await jsonInTurns(answer);
  clearImmediate(timer);
  expect(turns).toBeGreaterThan(1);
  expect(text).toBe(JSON.stringify(answer));
});
