/** What comes in at the door is what was sent, or a refusal that says what to send. One server for all tests of this file. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ORDER } from '../support/events.ts';
import { startServer, type TestServer } from './harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ shared: true });
});
afterAll(() => server.close());

describe('a number of many digits', () => {
  const body = (id: string, order_id: string): string =>
    JSON.stringify({ ...ORDER, conversion_id: order_id, order_id, custom_properties: { shopify_id: 'ID' } }).replace(
      '"ID"',
      id,
    );

  test('is refused alone, in small bodies and in those that are read in portions', async () => {
    const many = Array.from({ length: 400 }, (_, i) =>
      body(i === 300 ? '820982911946154508' : '"820982911946154508"', `n-${i}`),
    );
    expect(many.join().length).toBeGreaterThan(64_000);
    for (const [sent, index] of [
      [`[${body('1', 'a')},${body('820982911946154508', 'b')}]`, 1],
      [`[${many.join()}]`, 300],
    ] as const) {
      const { status, body: answer } = await server.post('/v1/conversions', sent);
      expect(status).toBe(202);
      expect(answer.rejected).toEqual([
        {
          index,
          field: 'custom_properties.shopify_id',
          reason: expect.stringMatching(
            /^the number 820982911946154508 has more digits .* send it as a string: "820982911946154508"$/,
          ),
        },
      ]);
    }
  });

  test('as an id is named with all its digits', async () => {
    const { status, body: answer } = await server.post(
      '/v1/conversions',
      JSON.stringify({ ...ORDER, order_id: 7 }).replace('"order_id":7', '"order_id":820982911946154508'),
    );
    expect(status).toBe(422);
    expect(answer.rejected[0]).toMatchObject({
      field: 'order_id',
      reason: 'must be a string, not a number; send "820982911946154508" instead of 820982911946154508',
    });
  });

  test('in a parameter is a number of the wrong size', async () => {
    const { status, body: answer } = await server.post('/v1/keys', '{"name": 820982911946154508}');
    expect([status, answer.error?.code]).not.toContain(500);
  });
});
