/** The text of an answer is that of `JSON.stringify`, and is made in portions. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toCsv } from '../../src/present/csv.ts';
import { csvInTurns, jsonInTurns } from '../../src/server/answer-text.ts';

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
  const answer = { models: { linear: { groups } } };
  const json = await turnsDuring(() => jsonInTurns(answer));
  expect(json.turns).toBeGreaterThan(1);
  expect(json.text).toBe(JSON.stringify(answer));
  const table = { rows: 'groups', parts: { field: 'models', column: 'attribution_model' } };
  const csv = await turnsDuring(() => csvInTurns(answer, table));
  expect(csv.turns).toBeGreaterThan(1);
  expect(csv.text).toBe(toCsv(answer, table));
});

/** Makes a text, and counts the turns that the event loop takes meanwhile. */
async function turnsDuring(make: () => Promise<string>): Promise<{ text: string; turns: number }> {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  const text = await make();
  clearImmediate(timer);
  return { text, turns };
}
