/** What comes in at the door is what was sent, or a refusal that says what to send. One server for all tests of this file. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ORDER, TOUCH } from '../support/events.ts';
import { ADMIN, startServer, type TestServer } from './harness.ts';

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

  test('in another request is a number where a text belongs', async () => {
    const { status, body: answer } = await server.post('/v1/keys', '{"name": 820982911946154508}', ADMIN);
    expect([status, answer.error.message]).toEqual([
      400,
      'name: must be a string, not a number; send a text that names the key in lists and logs',
    ]);
  });
});

describe('what a sender does not have in hand', () => {
  test('is told under warnings by index, and the events count', async () => {
    const items = [
      { ...TOUCH, touchpoint_id: 'w-0' },
      { ...TOUCH, touchpoint_id: 'w-1', user_agent: 'x'.repeat(3_000), ip_address: 'jane' },
      { ...TOUCH, touchpoint_id: 'w-2', url: `https://a.example/${'x'.repeat(5_000)}`, touchpoint_type: 'nonsense' },
      { ...TOUCH, touchpoint_id: 'w-3', ip_address: '2001:db8:85a3:8d3:1319:8a2e:370:7348, 198.51.100.7' },
    ];
    const { status, body } = await server.post('/v1/touchpoints', items);
    expect(status).toBe(202);
    expect(body).toEqual({
      accepted: 3,
      ids: ['w-0', 'w-1', 'w-3'],
      rejected: [expect.objectContaining({ index: 2, field: 'touchpoint_type' })],
      warnings: [
        { index: 1, field: 'user_agent', reason: 'is 3000 characters long and was cut after 1000; send fewer' },
        { index: 1, field: 'ip_address', reason: expect.stringContaining('"jane" holds no IP address') },
      ],
    });
    await server.flush();
    const rows = await server.tributary.warehouse.read((s) =>
      s.query(
        "select touchpoint_id, ip_address from touchpoints where touchpoint_id like 'w-%' order by touchpoint_id",
      ),
    );
    expect(rows.map((row) => row['ip_address'])).toEqual([null, null, '2001:db8:85a3::']);
  });

  test('is told up to a hundred times', async () => {
    const items = Array.from({ length: 130 }, (_, i) => ({ ...TOUCH, touchpoint_id: `many-${i}`, ip_address: 'jane' }));
    const { body } = await server.post('/v1/touchpoints', items);
    expect([body.accepted, body.warnings.length, body.warnings_left_out]).toEqual([130, 100, 30]);
  });
});

test('a click that a fast clock puts after its order earns its credit', async () => {
  const iso = (ms: number): string => new Date(ms).toISOString();
  const now_ms = Date.now();
  const brand_id = 'fast-clock';
  const click = {
    ...TOUCH,
    brand_id,
    touchpoint_id: 'click',
    occurred_at: iso(now_ms + 25_000),
    sent_at: iso(now_ms + 30_000),
  };
  const bought = { ...ORDER, brand_id, occurred_at: iso(now_ms) };
  expect(
    (await server.post('/v1/touchpoints', [click, { ...click, sent_at: iso(now_ms + 30_500) }])).body,
  ).not.toHaveProperty('conflicts');
  expect((await server.post('/v1/conversions', bought)).status).toBe(202);
  await server.flush();
  const { body } = await server.get(`/v1/reports/attribution?brand_id=${brand_id}`);
  expect(body.reconciliation).toMatchObject({ net_revenue_micros: '149990000', attributed_micros: '149990000' });
});
