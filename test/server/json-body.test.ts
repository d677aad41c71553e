/** A large request body is read in portions, and gives what JSON.parse gives. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/domain/json-text.ts';
import { readJsonText } from '../../src/server/json-body.ts';
import { lateness } from '../support/lateness.ts';

/** What reading gives: the value, or the fact that it was refused. */
async function outcome(read: () => unknown): Promise<unknown> {
  try {
    return { value: await read() };
  } catch {
    return 'refused';
  }
}

const values = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 12 });

describe('a body', () => {
  test('read in small portions has the value that it has as a whole, or is refused as it is by JSON.parse', async () => {
    await fc.assert(
      fc.asyncProperty(
        values,
        fc.integer({ min: 1, max: 40 }),
        fc.option(fc.tuple(fc.nat(400), fc.constantFrom(',', '[', ']', '{', '}', '"', '\\', ' ', '\n', 'x', ''))),
        async (value, small, change) => {
          let text = JSON.stringify(value, null, small % 3);
          if (change) {
            const at = change[0] % (text.length + 1);
            text = text.slice(0, at) + change[1] + text.slice(at + (change[1] === '' ? 1 : 0));
          }
          expect(await outcome(() => readJsonText(text, small))).toEqual(await outcome(() => parseJson(text)));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test('that is large and wrong is refused with line and column', async () => {
    const items = Array.from({ length: 40_000 }, (_, i) => `{"id": ${i}}`);
    const broken = [...items.slice(0, 30_000), '{"id": NaN}', ...items.slice(30_000)];
    const line = (text: string) => expect(readJsonText(text)).rejects;
    await line(`[${broken.join(',\n')}]`).toMatchObject({
      code: 'bad_request',
      message: expect.stringMatching(/line 30001, column 8: NaN is not a JSON number/),
    });
    await line(`[${items.join(',\n')},]`).toThrow(/line 40000, column \d+: there is a comma before ]/);
    await line(`[${items.join(',\n')}`).toThrow(/line 40000, column \d+: the text ends too early/);
    await line(`[${items.join(',\n')}] []`).toThrow(/more text follows/);
    await line('['.repeat(500_000)).toThrow(/ends before all brackets are closed/);
  });

  test('loses only the items that are too long or nested too deep', async () => {
    const long = `{"a":"${'x'.repeat(300_000)}"}`;
    const deep = `{"a":${'['.repeat(50)}${']'.repeat(50)}}`;
    const refused = (reason: RegExp) => expect.objectContaining({ reason: expect.stringMatching(reason) });
    expect(await readJsonText(`[{"b":1},${long},{"b":2},${deep},{"b":3}]`)).toEqual([
      { b: 1 },
      refused(/more than 256000 characters/),
      { b: 2 },
      refused(/nested deeper than 9 levels/),
      { b: 3 },
    ]);
    expect(await readJsonText(long)).toEqual(refused(/more than 256000 characters/));
  });

  test.each([
    ['deep lists', `[${'[[[[[[[[[1]]]]]]]]],'.repeat(200_000)}1]`],
    ['many short items', `[${'1,'.repeat(2_400_000)}1]`],
    [
      'many fields',
      `[${Array.from({ length: 60 }, () => `{${Array.from({ length: 5_000 }, (_, i) => `"${i}x":0`).join(',')}}`).join(',')}]`,
    ],
    ['many numbers', `[${'[1.2345678901234567e+100,5e-324],'.repeat(140_000)}1]`],
    ['brackets that nobody closes', '['.repeat(5_000_000)],
    ['quotes and backslashes', `["${'\\\\\\"'.repeat(60_000)}",${'"\\\\",'.repeat(700_000)}1]`],
  ])('of five megabytes leaves turns to others: %s', async (_name, text) => {
    expect(text.length).toBeGreaterThan(2_000_000);
    // It takes 10 to 30 ms, and at once some of these would take a second. The machine may be busy, so the best of some tries counts.
    let best = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 5 && best > 300; attempt++)
      best = Math.min(best, (await lateness(() => readJsonText(text).catch(() => undefined))).max_s * 1_000);
    expect(best).toBeLessThan(300);
  });
});
