/** Orders at Google Analytics 4: what is sent, and what is there in the end. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { CheckCall, DestinationOptions } from '../../src/destinations/destination.ts';
import { ga4 } from '../../src/destinations/ga4/ga4.ts';
import type { Message } from '../../src/destinations/message.ts';
import type { OutAnswer } from '../../src/network/request.ts';
import { answer, CONTEXT, call, deliver } from './deliver.ts';
import { startGA4 } from './fakes/ga4.ts';
import { anyHistory, anyMessage, conversion, corrected, NOW_MS, PROFILE } from './messages.ts';

const settings = (base_url = 'https://www.google-analytics.com', options = {}): DestinationOptions => ({
  id: 'ga4',
  brand_id: 'default',
  private_network: true,
  options: { measurement_id: 'G-ABC123', base_url, ...options },
  secrets: { api_secret: 'right' },
});

/** The body of a request with all items of messages. */
function bodyOf(...messages: Message[]): unknown {
  const items = messages.flatMap((message) => {
    const told = ga4.translate(message, settings(), NOW_MS);
    return 'items' in told ? told.items : [];
  });
  return JSON.parse(ga4.request(items, settings(), CONTEXT).body);
}
const told = (message: Message) => ga4.translate(message, settings(), NOW_MS);

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());
async function started() {
  const fake = await startGA4(() => NOW_MS);
  close = fake.close;
  return fake;
}

const GUIDE = {
  session_id: '1772362800',
  engagement_time_msec: 1,
  email_campaign_id: 'spring',
  email_id: 'spring-1',
  email_credit: 75,
  attribution_model: 'linear',
  customer_segment: 'vip',
  journey_length_days: 2,
  touchpoint_count: 2,
  first_touch_channel: 'email',
  last_touch_channel: 'paid_search',
  conversion_type: 'purchase',
};

test('a purchase is one event of its client, with the fields of email and attribution', () => {
  const { url, headers } = ga4.request([{ client_id: '1.1', event: {} }], settings(), CONTEXT);
  expect(url).toBe('https://www.google-analytics.com/mp/collect?measurement_id=G-ABC123&api_secret=right');
  expect(headers).toEqual({ 'content-type': 'application/json' });
  expect(bodyOf(conversion({ identifiers: { ga_client_id: '123.456', ga_session_id: '1763800000' } }))).toEqual({
    client_id: '123.456',
    user_id: 'customer-1',
    events: [
      {
        name: 'purchase',
        params: {
          transaction_id: 'order-1',
          value: 149.99,
          currency: 'USD',
          ...GUIDE,
          session_id: '1763800000',
          items: [
            { item_id: 'sku-1', item_category: 'shoes' },
            { item_id: 'sku-2', item_category: 'shoes' },
          ],
        },
        timestamp_micros: 1772362800000000,
      },
    ],
  });
});

test('a refund is the difference, and a value that rises again is a purchase of the difference', () => {
  const order = conversion({ identifiers: { ga_client_id: '1.2' } });
  const refunded = corrected(order, { net_micros: '129990000', email_credit_micros: '64995000' });
  const restored = corrected(refunded, { net_micros: '149990000', email_credit_micros: '74995000' });
  const params = { currency: 'USD', ...GUIDE };
  expect(bodyOf(refunded, restored)).toEqual({
    client_id: '1.2',
    user_id: 'customer-1',
    events: [
      { name: 'refund', params: { ...params, transaction_id: 'order-1', value: 20, email_credit: 65 } },
      { name: 'purchase', params: { ...params, transaction_id: 'order-1~3', value: 20, items: [] } },
    ],
  });
});

test('a change of credit alone is not told, and the reason says so', () => {
  expect(told(corrected(conversion(), { email_credit_micros: '149990000' }))).toEqual({
    skipped: 'GA4 takes the credit of an order once; only its value can change',
  });
  expect(told(PROFILE)).toEqual({ skipped: 'GA4 takes events, not profiles' });
});

test.each([
  ['lead_generation', 'generate_lead'],
  ['trial_signup', 'sign_up'],
  ['renewal', 'purchase'],
  ['subscription', 'purchase'],
  ['newsletter_signup', 'newsletter_signup'],
])('%s is the event %s', (conversion_type, name) => {
  expect(bodyOf(conversion({ conversion_type }))).toMatchObject({ events: [{ name, params: { value: 149.99 } }] });
});

test('each person has a client of their own, which is the same on every day and tells nothing of them', () => {
  const clientOf = (rest: object) => (bodyOf(conversion(rest)) as { client_id: string }).client_id;
  expect(clientOf({})).toBe(clientOf({ order_id: 'order-2', anonymous_id: 'browser-2' }));
  expect(clientOf({})).not.toBe(clientOf({ customer_id: 'customer-2' }));
  expect(clientOf({ customer_id: null })).toMatch(/^\d+\.\d+$/);
  expect(JSON.stringify(bodyOf(conversion({ customer_id: 'anna@example.com' })))).not.toContain('anna');
  expect(told(conversion({ customer_id: null, anonymous_id: null }))).toMatchObject({
    refused: expect.stringContaining('customer_id'),
  });
});

test('an order that is more than 72 hours old is refused with the reason, and a future one has no time', () => {
  expect(told(conversion({ occurred_at: '2026-02-27T11:59:59Z' }))).toEqual({
    refused:
      'occurred_at: 2026-02-27T11:59:59.000Z is more than 72 hours ago, and GA4 drops older events; send conversions sooner',
  });
  expect(told(conversion({ occurred_at: '2026-02-27T12:00:00Z' }))).toHaveProperty('items');
  expect(bodyOf(conversion({ occurred_at: '2026-03-03T00:00:00Z' }))).not.toHaveProperty('events[0].timestamp_micros');
});

test('answers: taken, later, and settings that a person must change', () => {
  const read = (given: OutAnswer) => ga4.read(given, [], NOW_MS);
  expect(read(answer(204))).toEqual({ outcome: 'delivered' });
  expect(read(answer(500))).toEqual({ outcome: 'retry', reason: 'answered 500' });
  expect(read(answer(429, '', { 'retry-after': '7' }))).toMatchObject({ outcome: 'retry', after_ms: 7_000 });
  expect(read(answer(404))).toMatchObject({ outcome: 'disabled' });
  expect(read(answer(301))).toMatchObject({ outcome: 'disabled' });
  expect(read(answer(413))).toHaveProperty('split');
});

test('options are checked', () => {
  const check = (options: object) => ga4.check!(settings(undefined, options));
  expect(check({})).toBeNull();
  expect(check({ measurement_id: 'UA-1' })?.option).toBe('options.measurement_id');
  expect(check({ base_url: 'no url' })?.option).toBe('options.base_url');
  expect(check({ ad_user_data: 'yes' })?.option).toBe('options.ad_user_data');
});

test('the check says what Google says of an event, and stores nothing', async () => {
  const fake = await started();
  const { request, read } = ga4.check_call as CheckCall;
  expect(read((await call(request(settings(fake.url), CONTEXT)))!)).toBeNull();
  expect(fake.accepted).toEqual([]);
  const problem = { validationMessages: [{ description: 'Event has invalid name' }] };
  expect(read(answer(200, problem))).toMatchObject({ problem: 'Google says: Event has invalid name' });
  expect(read(answer(404))).toMatchObject({ field: 'options.base_url' });
});

test('orders of many people with refunds end with the right revenue, though the server fails', async () => {
  const fake = await started();
  fake.fail({ reply: { status: 500 }, times: 3 });
  fake.fail({ reply: { status: 429, headers: { 'retry-after': '1' } }, times: 2 });
  fake.fail({ cut: 'before', times: 2 });
  // Google knows a purchase that comes twice. Of a refund it does not, so only the first messages lose their answer.
  fake.fail({ cut: 'after', times: 2 });
  const first = Array.from({ length: 60 }, (_, i) =>
    conversion({
      message_id: `m-${i}-1`,
      conversion_id: `c-${i}`,
      order_id: `order-${i}`,
      customer_id: `person-${i % 7}`,
    }),
  );
  const second = first.slice(0, 30).map((order) => corrected(order, { net_micros: '100000000' }));
  const third = second.slice(0, 10).map((order) => corrected(order, { net_micros: '110000000' }));
  const last = third.slice(0, 5).map((order) => corrected(order, { net_micros: '0' }));
  const settled = await deliver(ga4, settings(fake.url), [...first, ...second, ...third, ...last]);
  expect([...settled.values()].every(({ outcome }) => outcome === 'delivered')).toBe(true);
  expect(fake.dropped).toEqual([]);
  const expected = first.map((_, i) => [`order-${i}`, i < 5 ? 0 : i < 10 ? 11_000 : i < 30 ? 10_000 : 14_999]);
  const cents = [...fake.stateByOrder()].map(([id, order]) => [id, order.cents]);
  expect(Object.fromEntries(cents)).toEqual(Object.fromEntries(expected));
  expect(fake.requests.every(({ body }) => JSON.parse(body).events.length <= 25)).toBe(true);
});

test('Google would drop nothing of any message', async () => {
  const fake = await started();
  await fc.assert(
    fc.asyncProperty(anyMessage, async (message) => {
      const made = told(message);
      expect(told(structuredClone(message))).toEqual(made);
      if (!('items' in made)) return;
      const request = ga4.request(made.items, settings(fake.url), CONTEXT);
      expect(ga4.request(structuredClone(made.items), settings(fake.url), CONTEXT)).toEqual(request);
      await call(request);
      expect(fake.dropped).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test('all events of an order add up to its newest value, in units of its currency', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const { currency, conversion_type } = history[0]!;
      fc.pre(['purchase', 'renewal', 'subscription'].includes(conversion_type));
      const decimals = { USD: 2, EUR: 2, JPY: 0, KWD: 3, CLF: 4 }[currency]!;
      const unitsOf = (decimal: number) => BigInt(decimal.toFixed(decimals).replace('.', ''));
      let sum = 0n;
      for (const message of history) {
        const made = ga4.translate(message, settings(), Date.parse(message.occurred_at));
        if (!('items' in made)) continue;
        const { event } = made.items[0] as { event: { name: string; params: { value: number } } };
        sum += event.name === 'refund' ? -unitsOf(event.params.value) : unitsOf(event.params.value);
      }
      fc.pre(
        history[0]!.customer_id !== null || history[0]!.anonymous_id !== null || !!history[0]!.identifiers.ga_client_id,
      );
      const per_unit = 10n ** BigInt(6 - decimals);
      expect(sum).toBe((BigInt(history.at(-1)!.state.net_micros) + per_unit / 2n) / per_unit);
    }),
    { numRuns: 200 },
  );
});
