/** Segment's API, called by Segment's and RudderStack's own clients at a running server. */
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { Analytics } from '@segment/analytics-node';
import { expect, test } from 'vitest';
import { type Body, KEYS, READ, startServer, type TestServer, WRITE } from '../server/harness.ts';

const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });

async function listening(config: Record<string, unknown> = {}): Promise<{ server: TestServer; host: string }> {
  const server = await startServer({ config });
  const host = await server.app.listen({ host: '127.0.0.1', port: 0 });
  return { server, host };
}

async function rows(server: TestServer, table: string): Promise<Body[]> {
  await server.flush();
  return server.tributary.warehouse.read((snapshot) => snapshot.query(`select * from ${table} order by log_seq`));
}

const HOUR_MS = 3_600_000;
const ago = (hours: number): Date => new Date(Date.now() - hours * HOUR_MS);

test("Segment's client for servers: a click, a page, an order, a refund, and who it was", async () => {
  const { server, host } = await listening({ segment_events: { 'Demo Booked': 'conversion:demo_request' } });
  const analytics = new Analytics({
    writeKey: KEYS.TRIBUTARY_WRITE_KEY,
    host,
    path: '/v1/batch',
    flushAt: 20,
    flushInterval: 50,
  });
  const who = { anonymousId: 'device-1' };
  const email = { campaign_id: 'spring', email_id: 'teaser', link_url: 'https://shop.example/sale' };
  analytics.track({ userId: 'u1', event: 'Email Link Clicked', properties: email, timestamp: ago(5) });
  analytics.page({ ...who, properties: { url: 'https://shop.example/sale?utm_source=x' }, timestamp: ago(4) });
  analytics.identify({ ...who, userId: 'u1', traits: { email: 'Anna@Example.com' }, timestamp: ago(4) });
  const products = [{ product_id: 'p1', price: 19.99, quantity: 1 }];
  const order = { order_id: 'o1', total: 149.99, revenue: 140, currency: 'USD', products };
  analytics.track({ ...who, event: 'Order Completed', properties: order, timestamp: ago(3) });
  analytics.track({
    userId: 'u1',
    event: 'Order Refunded',
    properties: { order_id: 'o1', total: 49.99, currency: 'USD' },
    timestamp: ago(2),
  });
  analytics.track({ userId: 'u1', event: 'Product Viewed', properties: { sku: 'p1' }, timestamp: ago(4) });
  analytics.track({ userId: 'u1', event: 'Demo Booked', properties: { value: 5, currency: 'USD' }, timestamp: ago(1) });
  analytics.group({ userId: 'u1', groupId: 'acme' });
  analytics.alias({ userId: 'u1', previousId: 'old-1' });
  await analytics.closeAndFlush({ timeout: 30_000 });
  expect(await rows(server, 'conversions')).toMatchObject([
    { conversion_type: 'purchase', order_id: 'o1', conversion_value_micros: 149_990_000n, anonymous_id: 'device-1' },
    { conversion_type: 'demo_request', conversion_value_micros: 5_000_000n },
  ]);
  expect(await rows(server, 'adjustments')).toMatchObject([
    { order_id: 'o1', amount_micros: -49_990_000n, reason: 'refund' },
  ]);
  expect((await rows(server, 'touchpoints')).map((row) => row['touchpoint_type'])).toEqual([
    'email_click',
    'page_view',
    'custom',
  ]);
  const links = await rows(server, 'identity_links');
  expect(links.map(({ left_id, right_id }) => [left_id, right_id])).toEqual([
    ['u1', 'device-1'],
    ['u1', expect.stringMatching(/^email_/)],
    ['u1', 'old-1'],
  ]);
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const period = `start=${day(Date.now() - 48 * HOUR_MS)}&end=${day(Date.now() + 48 * HOUR_MS)}`;
  const { body } = await server.get(
    `/v1/reports/attribution?${period}&models=last_touch&group_by=channel&conversion_type=purchase`,
    READ,
  );
  expect(JSON.stringify(body.models.last_touch)).toContain('100.000000');
});

test("RudderStack's client for servers", async () => {
  const { server, host } = await listening();
  const client = new RudderAnalytics(KEYS.TRIBUTARY_WRITE_KEY, { dataPlaneUrl: host, flushAt: 1, logLevel: 'error' });
  const sent = new Promise<void>((resolve, reject) => {
    client.track(
      { userId: 'u2', event: 'Order Completed', properties: { order_id: 'o2', revenue: 10, currency: 'USD' } },
      (error?: unknown) => (error ? reject(error) : resolve()),
    );
  });
  await sent;
  expect(await rows(server, 'conversions')).toMatchObject([{ order_id: 'o2', customer_id: 'u2' }]);
});

test('each endpoint takes its message once, with the clock of the sender corrected', async () => {
  const { server } = await listening();
  const now = Date.now();
  const message = {
    anonymousId: 'device-2',
    messageId: 'm1',
    timestamp: new Date(now + HOUR_MS - 60_000).toISOString(),
    sentAt: new Date(now + HOUR_MS).toISOString(),
    properties: { url: 'https://shop.example/' },
  };
  for (let i = 0; i < 2; i++)
    expect((await server.post('/v1/page', message, basic(KEYS.TRIBUTARY_WRITE_KEY))).body).toMatchObject({
      success: true,
      accepted: 1,
    });
  const [view, ...others] = await rows(server, 'touchpoints');
  expect(others).toEqual([]);
  expect(view).toMatchObject({ touchpoint_id: 'segment:m1', touchpoint_type: 'page_view' });
  expect(Math.abs(Date.parse(String(view!['occurred_at'])) - (now - 60_000))).toBeLessThan(60_000);
});

test('a page holds its key in the body; it may not link ids or send orders', async () => {
  const { server } = await listening();
  const message = {
    writeKey: KEYS.TRIBUTARY_PAGE_KEY,
    anonymousId: 'd',
    userId: 'u',
    messageId: 'i1',
    timestamp: ago(1).toISOString(),
  };
  expect((await server.post('/v1/identify', message, {})).body).toMatchObject({ accepted: 1 });
  const order = {
    ...message,
    messageId: 'o',
    event: 'Order Completed',
    properties: { order_id: 'x', total: 1, currency: 'USD' },
  };
  const { body } = await server.post('/v1/track', order, {});
  expect(body).toMatchObject({
    accepted: 0,
    rejected: [{ index: 0, reason: expect.stringContaining('takes no conversions from pages') }],
  });
  expect(await rows(server, 'identity_links')).toEqual([]);
});

test.each([
  ['no key', {}, 401],
  ['a wrong key', basic('nobody'), 401],
  ['a key that reads', basic(KEYS.TRIBUTARY_READ_KEY), 403],
])('%s is refused', async (_, headers, status) => {
  const { server } = await listening();
  expect((await server.post('/v1/track', { userId: 'u', event: 'x' }, headers as Record<string, string>)).status).toBe(
    status,
  );
});

test('what cannot be used is named, and costs nothing else', async () => {
  const { server } = await listening();
  const batch = [
    { type: 'page', anonymousId: 'd', timestamp: ago(1).toISOString() },
    { type: 'smell' },
    { type: 'track', event: 'Order Refunded', userId: 'u', properties: { total: 5 } },
    { type: 'page', timestamp: ago(1).toISOString() },
  ];
  const { status, body } = await server.post('/v1/batch', { batch }, WRITE);
  expect(status).toBe(200);
  expect(body.accepted).toBe(1);
  expect(body.rejected.map(({ index }: Body) => index).sort()).toEqual([1, 2, 3]);
});

test('an event may have the name of a property of objects', async () => {
  const { server } = await listening();
  for (const event of ['constructor', '__proto__', 'toString']) {
    const message = { event, anonymousId: 'd', timestamp: ago(1).toISOString() };
    expect((await server.post('/v1/track', message, basic(KEYS.TRIBUTARY_PAGE_KEY))).body).toMatchObject({
      accepted: 1,
    });
  }
});

test('a page of another site reads the answer only for a key that may stand in a page', async () => {
  const { server } = await listening();
  const allowed = async (key: string): Promise<unknown> => {
    const headers = { ...basic(key), origin: 'https://shop.example' };
    const { status, headers: given } = await server.post('/v1/track', { event: 'x', anonymousId: 'd' }, headers);
    expect(status).toBe(200);
    return given['access-control-allow-origin'];
  };
  expect(await allowed(KEYS.TRIBUTARY_PAGE_KEY)).toBe('https://shop.example');
  expect(await allowed(KEYS.TRIBUTARY_WRITE_KEY)).toBe(undefined);
});

/** A message of about this many characters of JSON. */
const large = (messageId: string, characters: number): object => ({
  ...{ type: 'track', event: 'Quiz Sent', messageId, anonymousId: 'd', timestamp: ago(1).toISOString() },
  properties: { answers: 'x'.repeat(characters) },
});

test("a batch works up to Segment's limits, 500 kB a batch and 32 kB a message, also with its key in the body", async () => {
  const { server } = await listening();
  const batch = Array.from({ length: 15 }, (_, i) => large(`m${i}`, 32_000));
  const body = { sentAt: new Date().toISOString(), batch, writeKey: KEYS.TRIBUTARY_WRITE_KEY };
  expect(JSON.stringify(body).length).toBeGreaterThan(480_000);
  for (const [sent, headers] of [
    [body, {}],
    [{ batch }, basic(KEYS.TRIBUTARY_WRITE_KEY)],
  ] as const)
    expect((await server.post('/v1/batch', sent, headers)).body).toMatchObject({ accepted: 15, rejected: [] });
  const found = await rows(server, 'touchpoints');
  expect(found).toHaveLength(15);
  expect(JSON.parse(String(found[0]!['custom_attributes']))).toEqual({
    event: 'Quiz Sent',
    properties_left_out: expect.stringContaining('16384'),
  });
});

test('a batch may have more messages than one request of records', async () => {
  const { server } = await listening();
  const timestamp = ago(1).toISOString();
  const batch = Array.from({ length: 2_500 }, (_, i) => ({
    ...{ type: 'page', anonymousId: 'd', messageId: `m${i}`, timestamp },
    ...(i === 2_000 && { anonymousId: undefined }),
  }));
  const { body } = await server.post('/v1/batch', { batch, writeKey: KEYS.TRIBUTARY_WRITE_KEY }, {});
  expect(body).toMatchObject({ accepted: 2_499, rejected: [{ index: 2_000 }] });
});

test('a message that is nested too deep or too long costs no other of a large batch', async () => {
  const { server } = await listening();
  let deep: object = {};
  for (let i = 0; i < 30; i++) deep = { deep };
  const batch = [large('m1', 70_000), { ...large('m2', 1), properties: deep }, large('m3', 300_000), large('m4', 10)];
  const { status, body } = await server.post('/v1/batch', { batch, writeKey: KEYS.TRIBUTARY_WRITE_KEY }, {});
  expect(status).toBe(200);
  expect(body).toMatchObject({
    accepted: 2,
    rejected: [
      { index: 1, reason: expect.stringContaining('nested deeper') },
      { index: 2, reason: expect.stringContaining('has more than 256000 characters') },
    ],
  });
});

test('a large body that is no JSON is refused with the reason', async () => {
  const { server } = await listening();
  const text = JSON.stringify({ batch: [large('m1', 70_000)] });
  for (const [wrong, reason] of [
    [text.replace('"m1"', 'm1'), /line 1, column \d+: a word without quotes/],
    [text.replace(/\}$/, ''), /outside of its batch/],
    [text.slice(0, -2), /ends too early|ends before all brackets/],
  ] as const) {
    const { status, body } = await server.post('/v1/batch', wrong, basic(KEYS.TRIBUTARY_WRITE_KEY));
    expect(status).toBe(400);
    expect(body.error.message).toMatch(reason);
  }
});

test('an event name of the configuration has to name a type', async () => {
  await expect(startServer({ config: { segment_events: { Signup: 'conversion:signup' } } })).rejects.toThrow(
    /segment_events.Signup/,
  );
});

test('a message without a time has the time at which it came', async () => {
  const { server } = await listening();
  const { body } = await server.post('/v1/page', { anonymousId: 'd', messageId: 'm' }, basic(KEYS.TRIBUTARY_WRITE_KEY));
  expect(body).toMatchObject({ accepted: 1 });
});
