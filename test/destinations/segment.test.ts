/** Segment, RudderStack and Jitsu: what is sent, that it is what Segment's own client sends, and what is there in the end. */
import { Analytics } from '@segment/analytics-node';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Destination, DestinationOptions, OutItem } from '../../src/destinations/destination.ts';
import type { ConversionMessage, Message } from '../../src/destinations/message.ts';
import type { SegmentEvent } from '../../src/destinations/segment/events.ts';
import { jitsu, rudderstack, segment } from '../../src/destinations/segment/segment.ts';
import { answer, CONTEXT, deliver } from './deliver.ts';
import { inUnits, startSegment } from './fakes/segment.ts';
import { anyHistory, anyMessage, conversion, corrected, NOW_MS, PROFILE } from './messages.ts';
import { anyTold } from './profiles.ts';

const KEY = 'key1:secret1';
const PRESETS = { segment, rudderstack, jitsu };
type Flavour = keyof typeof PRESETS;

const settings = (base_url = 'https://events.example', write_key = KEY): DestinationOptions => ({
  id: 'cdp',
  brand_id: 'default',
  private_network: true,
  options: { base_url },
  secrets: { write_key },
});
const told = (message: Message) => segment.translate(message, settings(), NOW_MS);
const eventOf = (message: Message): SegmentEvent => {
  const made = told(message);
  if (!('items' in made)) throw new Error(JSON.stringify(made));
  return made.items[0] as SegmentEvent;
};

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());
async function started(flavour: Flavour) {
  const fake = await startSegment(flavour, KEY);
  close = fake.close;
  return { fake, destination: PRESETS[flavour] as Destination, of: settings(fake.url) };
}

/** The guide's event of an order, with the order's time, without what it left empty, and with exact amounts. */
const PROPERTIES = {
  conversion_id: 'conversion-1',
  revision: 1,
  order_id: 'order-1',
  conversion_type: 'purchase',
  conversion_value: 149.99,
  currency: 'USD',
  net: 149.99,
  email_credit: 75,
  credited: 149.99,
  unattributed_reason: null,
  email_campaign_id: 'spring',
  email_id: 'spring-1',
  attribution_model: 'linear',
  first_touch_channel: 'email',
  last_touch_channel: 'paid_search',
  journey_length_days: 2,
  touchpoint_count: 2,
  customer_segment: 'vip',
  product_ids: ['sku-1', 'sku-2'],
  credits: [
    { channel: 'email', campaign_id: 'spring', email_id: 'spring-1', is_email: true, credit: 75 },
    { channel: 'paid_search', campaign_id: 'brand', email_id: null, is_email: false, credit: 75 },
  ],
};
const TRACK = {
  timestamp: '2026-03-01T11:00:00.000Z',
  integrations: {},
  event: 'Email Conversion',
  type: 'track',
  properties: PROPERTIES,
  context: { library: { name: 'tributary' } },
  userId: 'customer-1',
  anonymousId: 'browser-1',
  messageId: 'm-1-1',
};
const IDENTIFY = {
  timestamp: '2026-03-01T11:00:00.000Z',
  integrations: {},
  type: 'identify',
  userId: 'customer-1',
  traits: {
    total_conversions: 3,
    lifetime_value: 449.97,
    lifetime_value_currency: 'USD',
    first_conversion_date: '2025-03-01T11:00:00.000Z',
    last_conversion_date: '2026-03-01T11:00:00.000Z',
    last_email_conversion_campaign: 'spring',
  },
  context: { library: { name: 'tributary' } },
  messageId: 'p-1-1',
};

describe('an event', () => {
  test('of an order holds the fields of the guide, at the time of the order', () => {
    expect(eventOf(conversion())).toEqual(TRACK);
  });

  test('is called Email Conversion only where an email earned something', () => {
    const { state } = conversion();
    const names = ['1', '0'].map((email_credit_micros) =>
      eventOf(conversion({ state: { ...state, email_credit_micros } })),
    );
    expect(names.map(({ event }) => event)).toEqual(['Email Conversion', 'Conversion']);
  });

  test('of a customer holds sums, and no increments', () => {
    expect(eventOf(PROFILE)).toEqual(IDENTIFY);
  });

  test('of a correction has a name of its own, the new state, and by how much each cause changed it', () => {
    const less = corrected(conversion(), { net_micros: '100000000', email_credit_micros: '50000000' });
    expect(eventOf(less)).toEqual({
      ...TRACK,
      event: 'Conversion Corrected',
      messageId: 'm-1-2',
      properties: {
        ...PROPERTIES,
        revision: 2,
        net: 100,
        email_credit: 50,
        net_change: -49.99,
        // 75.00 was sent, of 74.995.
        email_credit_change: -25,
        causes: [{ cause: 'refunds', net_change: -49.99, email_credit_change: -25 }],
      },
    });
  });

  test('needs a person, and one id is enough', () => {
    expect(told(conversion({ customer_id: null, anonymous_id: null }))).toEqual({
      refused: expect.stringMatching(/customer_id and anonymous_id/),
    });
    expect(eventOf(conversion({ customer_id: null }))).not.toHaveProperty('userId');
    expect(eventOf(conversion({ anonymous_id: null }))).not.toHaveProperty('anonymousId');
  });

  test('says how many products it leaves out so that it fits', () => {
    const many = conversion({ product_ids: Array(500).fill('é'.repeat(200)) });
    expect(eventOf(many)['properties']).toMatchObject({ product_ids_left_out: 480 });
    const short = conversion({ product_ids: Array(101).fill('sku') });
    expect(eventOf(short)['properties']).toMatchObject({ product_ids_left_out: 1 });
  });

  test('has at most 32 kB and a short id, and the same message makes the same bytes', () => {
    fc.assert(
      fc.property(anyTold, (message) => {
        const made = told(message);
        expect(JSON.stringify(segment.translate(structuredClone(message), settings(), NOW_MS + 1))).toBe(
          JSON.stringify(made),
        );
        if (!('items' in made)) return;
        const [event] = made.items as [SegmentEvent];
        expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(32_000);
        expect(event.messageId.length).toBeLessThan(100);
      }),
      { numRuns: 100 },
    );
  });
});

test("a batch has the bytes of Segment's own client, but for its name and the key", async () => {
  const sent: { url: string; headers: Record<string, string>; body: string }[] = [];
  const client = new Analytics({
    writeKey: 'wk',
    flushAt: 2,
    httpClient: {
      makeRequest: async ({ url, headers, body }) => {
        sent.push({ url, headers, body } as never);
        return { status: 200, statusText: 'OK', headers: {} } as never;
      },
    },
  });
  const { context: _, integrations: __, type: ___, ...track } = TRACK;
  const { context: ____, integrations: _____, type: ______, ...identify } = IDENTIFY;
  client.track(track);
  client.identify(identify);
  await client.closeAndFlush();
  const bare = { ...settings(undefined, 'wk'), options: {} };
  const made = segment.request([eventOf(conversion()), eventOf(PROFILE)], bare, CONTEXT);
  expect(made.url).toBe(sent[0]!.url);
  expect(made.headers['authorization']).toBe(sent[0]!.headers['Authorization']);
  const theirs = sent[0]!.body
    .replace(/"library":\{[^}]*\}/g, '"library":{"name":"tributary"}')
    .replace(/,"_metadata":\{[^}]*\}/g, '')
    .replace(',"writeKey":"wk"', '')
    .replace(/"sentAt":"[^"]*"/, `"sentAt":"${new Date(NOW_MS).toISOString()}"`);
  expect(made.body).toBe(theirs);
});

describe.each(Object.keys(PRESETS) as Flavour[])('%s', (flavour) => {
  test('has each order as it is in the end, and sums that say the same, whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyHistory, { minLength: 1, maxLength: 4 }), async (histories) => {
        const { fake, destination, of } = await started(flavour);
        // Orders of their own, each of somebody.
        const messages = histories.flatMap((history, i) =>
          history.map((message) => ({
            ...message,
            conversion_id: `c-${i}`,
            message_id: `m-${i}-${message.revision}`,
            anonymous_id: 'browser-1',
          })),
        );
        fake.fail({ reply: { status: 429, headers: { 'retry-after': '1' } } });
        fake.fail({ cut: 'after' });
        fake.fail({ reply: { status: 503 }, times: 2 });
        fake.throttle(1);
        await deliver(destination, of, messages);
        expect(fake.dropped).toEqual([]);
        const newest = new Map<string, ConversionMessage>();
        for (const message of messages) newest.set(message.conversion_id, message);
        const state = fake.stateByOrder();
        const sums = fake.sumsByOrder();
        expect([...state.keys()].sort()).toEqual([...newest.keys()].sort());
        for (const [id, { revision, net, email_credit }] of state) {
          expect(revision).toBe(newest.get(id)!.revision);
          expect(sums.get(id)).toEqual({ net: inUnits(net), email_credit: inUnits(email_credit) });
          expect(Math.abs(net - Number(newest.get(id)!.state.net_micros) / 1e6)).toBeLessThanOrEqual(0.5);
        }
        await fake.close();
      }),
      { numRuns: 5 },
    );
  });

  test('takes each message once', async () => {
    const { fake, destination, of } = await started(flavour);
    for (let i = 0; i < 2; i++) await deliver(destination, of, [conversion(), PROFILE]);
    expect([...fake.accepted.keys()]).toEqual(['m-1-1', 'p-1-1']);
  });

  test('is stopped by settings that a person must change', () => {
    for (const status of [301, 401, 403, 404])
      expect(PRESETS[flavour].read(answer(status, 'Invalid Write Key'), [], NOW_MS)).toMatchObject({
        outcome: 'disabled',
      });
  });
});

test("the statuses that are tried again are those of Segment's client", () => {
  const read = (status: number) => segment.read(answer(status), [], NOW_MS);
  for (const status of [408, 410, 429, 460, 500, 502, 503, 504, 507, 599])
    expect(read(status)).toMatchObject({ outcome: 'retry' });
  for (const status of [501, 505, 511, 402, 451]) expect(read(status)).toMatchObject({ outcome: 'refused' });
  for (const status of [400, 413, 422]) expect(read(status)).toHaveProperty('split');
  for (const status of [200, 202, 204]) expect(read(status)).toEqual({ outcome: 'delivered' });
  const wait = (seconds: string) => segment.read(answer(429, '', { 'retry-after': seconds }), [], NOW_MS);
  expect([wait('10'), wait('9999')]).toMatchObject([{ after_ms: 10_000 }, { after_ms: 300_000 }]);
});

test('Jitsu names the events that it did not take, and only those are sent again', () => {
  const items: OutItem[] = [conversion(), PROFILE, conversion({ message_id: 'm-2-1' })].map(eventOf);
  const errors = ['Message ID: m-1-1: throttled', 'Message ID: m-2-1: event error: no JSON'];
  expect(jitsu.read(answer(200, { ok: false, errors, receivedEvents: 3, okEvents: 1 }), items, NOW_MS)).toEqual({
    each: [
      { outcome: 'retry', reason: 'Jitsu says: throttled' },
      { outcome: 'delivered' },
      { outcome: 'refused', reason: 'Jitsu says: event error: no JSON' },
    ],
  });
  expect(jitsu.read(answer(200, { ok: true }), items, NOW_MS)).toEqual({ outcome: 'delivered' });
  for (const body of ['', 'OK', { ok: false }, { ok: false, errors: ['Message ID: other: x'] }])
    expect(jitsu.read(answer(200, body), items, NOW_MS)).toMatchObject({ outcome: 'retry' });
});

test('a batch of the largest events fits', async () => {
  const { fake, destination, of } = await started('segment');
  const messages = Array.from({ length: 40 }, (_, i) =>
    conversion({ message_id: `m-${i}-1`, conversion_id: `c-${i}`, product_ids: Array(500).fill('x'.repeat(200)) }),
  );
  await deliver(destination, of, messages);
  expect(fake.accepted.size).toBe(40);
  expect(fake.requests.length).toBeGreaterThan(1);
  for (const { body } of fake.requests) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(480_000);
});

test.each([
  ['a key with a space', segment, settings(undefined, 'a b'), 'secrets.write_key'],
  ['a key with a colon', rudderstack, settings(), 'secrets.write_key'],
  ['half a key', jitsu, settings(undefined, 'key1'), 'secrets.write_key'],
  ['a URL with parameters', segment, settings('https://events.example/?a=1', 'wk'), 'options.base_url'],
])('%s is told before anything is sent', (_, destination, of, option) => {
  expect(destination.check!(of)).toMatchObject({ option });
  expect(segment.check!(settings(undefined, 'wk'))).toBeNull();
  expect(jitsu.check!(settings())).toBeNull();
});

test('any order is told, unless it names nobody', () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      expect('items' in told(message)).toBe(message.customer_id !== null || message.anonymous_id !== null);
    }),
    { numRuns: 100 },
  );
});
