/** The webhook: signed as Standard Webhooks says, checked with its own library. */
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { DestinationOptions, OutItem } from '../../src/destinations/destination.ts';
import type { Message } from '../../src/destinations/message.ts';
import { webhook } from '../../src/destinations/webhook/webhook.ts';
import type { OutAnswer } from '../../src/network/request.ts';
import { startWebhook } from './fakes/webhook.ts';
import { conversion, corrected, NOW_MS, PROFILE } from './messages.ts';
import { anyTold } from './profiles.ts';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const OLD_SECRET = `whsec_${Buffer.alloc(24, 2).toString('base64')}`;
const REQUEST_ID = '0123456789abcdef0123456789abcdef';

const settings = (rest: Partial<DestinationOptions> = {}): DestinationOptions => ({
  id: 'hook',
  brand_id: 'default',
  private_network: true,
  options: { url: 'https://shop.example/hook?shop=1' },
  secrets: { signing_secret: SECRET },
  ...rest,
});

const itemsOf = (message: Message, of = settings()): readonly OutItem[] => {
  const told = webhook.translate(message, of, NOW_MS);
  return 'items' in told ? told.items : [];
};
const requestOf = (messages: readonly Message[], of = settings(), now_ms = NOW_MS) =>
  webhook.request(
    messages.flatMap((message) => itemsOf(message, of)),
    of,
    { now_ms, token: { value: '', base_url: '' }, request_id: REQUEST_ID },
  );

const ORDER = conversion();
const LESS = corrected(ORDER, { net_micros: '100000000', email_credit_micros: '50000000' });

const touches = {
  first_touch: ORDER.state.first_touch,
  last_touch: ORDER.state.last_touch,
  credits: [
    {
      ...{ channel: 'email', campaign_id: 'spring', email_id: 'spring-1', is_email: true },
      ...{ credit_micros: '74995000', credit: '74.995000' },
    },
    {
      ...{ channel: 'paid_search', campaign_id: 'brand', email_id: null, is_email: false },
      ...{ credit_micros: '74995000', credit: '74.995000' },
    },
  ],
};
const FIRST_STATE = {
  ...{ net_micros: '149990000', net: '149.990000', email_credit_micros: '74995000', email_credit: '74.995000' },
  ...{ credited_micros: '149990000', credited: '149.990000', unattributed_reason: null },
  ...{ journey_length_days: 2, touchpoint_count: 2, ...touches },
};
const FIRST_DATA = {
  ...{ message_id: 'm-1-1', revision: 1, brand_id: 'default', conversion_id: 'conversion-1', order_id: 'order-1' },
  ...{ conversion_type: 'purchase', occurred_at: '2026-03-01T11:00:00.000Z', currency: 'USD' },
  ...{ value_micros: '149990000', value: '149.990000', customer_id: 'customer-1', anonymous_id: 'browser-1' },
  ...{ session_id: 'visit-1', product_ids: ['sku-1', 'sku-2'], quantity: 3, category: 'shoes', identifiers: {} },
  ...{ segments: ['vip'], attribution_model: 'linear', state: FIRST_STATE, correction: null },
};

describe('the body', () => {
  test('of an order holds its value, who earned it and its touches', () => {
    expect(JSON.parse(requestOf([ORDER]).body)).toEqual({
      type: 'conversion.created',
      version: 1,
      timestamp: '2026-03-01T11:00:00.000Z',
      data: FIRST_DATA,
    });
  });

  test('of a correction holds the new state, the one before, and what changed by cause', () => {
    const changed = {
      ...{ net_micros: '100000000', net: '100.000000', email_credit_micros: '50000000', email_credit: '50.000000' },
    };
    expect(JSON.parse(requestOf([LESS]).body)).toEqual({
      type: 'conversion.corrected',
      version: 1,
      timestamp: '2026-03-01T11:00:00.000Z',
      data: {
        ...FIRST_DATA,
        message_id: 'm-1-2',
        revision: 2,
        state: { ...FIRST_STATE, ...changed },
        correction: {
          before: FIRST_STATE,
          parts: [
            {
              cause: 'refunds',
              ...{ net_micros: '-49990000', net: '-49.990000' },
              ...{ email_credit_micros: '-24995000', email_credit: '-24.995000' },
            },
          ],
        },
      },
    });
  });

  test('of a customer holds sums up to an instant', () => {
    expect(JSON.parse(requestOf([PROFILE]).body)).toEqual({
      type: 'profile.updated',
      version: 1,
      timestamp: '2026-03-01T11:00:00.000Z',
      data: {
        ...{ message_id: 'p-1-1', revision: 1, brand_id: 'default', customer_id: 'customer-1' },
        ...{ as_of: '2026-03-01T11:00:00.000Z', currency: 'USD', total_conversions: 3 },
        ...{ lifetime_value_micros: '449970000', lifetime_value: '449.970000' },
        ...{ first_conversion_at: '2025-03-01T11:00:00.000Z', last_conversion_at: '2026-03-01T11:00:00.000Z' },
        last_email_conversion_campaign: 'spring',
      },
    });
  });

  test('is one message, or an array where the option says so', () => {
    const array = settings({ options: { url: 'https://shop.example/hook', messages: 'array' } });
    const [one, other] = [requestOf([ORDER]), requestOf([LESS])].map(({ body }) => JSON.parse(body));
    const both = requestOf([ORDER, LESS], array);
    expect(JSON.parse(both.body)).toEqual([one, other]);
    expect(both.headers['webhook-id']).toBe(REQUEST_ID);
    const groups = (of: DestinationOptions) =>
      [ORDER, LESS].flatMap((message) => itemsOf(message, of)).map((item) => webhook.groupOf!(item));
    expect(new Set(groups(array)).size).toBe(1);
    expect(new Set(groups(settings())).size).toBe(2);
  });

  test('is the same for the same message, and never longer than the limit', () => {
    fc.assert(
      fc.property(anyTold, (message) => {
        const told = webhook.translate(message, settings(), NOW_MS);
        expect(webhook.translate(structuredClone(message), settings(), NOW_MS + 1)).toEqual(told);
        if (!('items' in told)) return;
        const { body, headers } = requestOf([message]);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(webhook.limits.bytes);
        expect(headers['webhook-id']).toBe(message.message_id);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the signature', () => {
  test('is that of the library, and each try has the same id and its own time', () => {
    const tries = [0, 3_600_000].map((later) => requestOf([ORDER], settings(), NOW_MS + later));
    for (const [i, { body, headers }] of tries.entries()) {
      const at = new Date(NOW_MS + i * 3_600_000);
      expect(headers['webhook-id']).toBe('m-1-1');
      expect(headers['webhook-timestamp']).toBe(String(at.getTime() / 1_000));
      expect(headers['webhook-signature']).toBe(new Webhook(SECRET).sign('m-1-1', at, body));
    }
    expect(tries[0]!.body).toBe(tries[1]!.body);
  });

  test('is made with both keys while the receiver changes to the new one', async () => {
    const rotating = settings({ secrets: { signing_secret: SECRET, previous_signing_secret: OLD_SECRET } });
    const { headers, body } = requestOf([ORDER], rotating);
    const [made, old] = [SECRET, OLD_SECRET].map((key) => new Webhook(key).sign('m-1-1', new Date(NOW_MS), body));
    expect(headers['webhook-signature']).toBe(`${made} ${old}`);
    for (const key of [SECRET, OLD_SECRET]) {
      const receiver = await startWebhook(key, () => NOW_MS);
      onTestFinished(() => receiver.close());
      expect((await fetch(receiver.url, { method: 'POST', headers, body })).status).toBe(204);
    }
  });

  test('a receiver takes each id once, and refuses what is changed or old', async () => {
    let now_ms = NOW_MS;
    const receiver = await startWebhook(SECRET, () => now_ms);
    onTestFinished(() => receiver.close());
    const post = async (messages: Message[], change: (body: string) => string = (body) => body) => {
      const { headers, body } = requestOf(messages);
      return (await fetch(receiver.url, { method: 'POST', headers, body: change(body) })).status;
    };
    expect([await post([LESS]), await post([ORDER]), await post([ORDER]), await post([PROFILE])]).toEqual(
      Array(4).fill(204),
    );
    expect(receiver.stateByOrder()).toEqual(new Map([['conversion-1', { revision: 2, net: 100, email_credit: 50 }]]));
    expect(await post([ORDER], (body) => body.replace('149', '999'))).toBe(401);
    now_ms += 301_000;
    expect(await post([ORDER])).toBe(401);
    receiver.goAway();
    expect(await post([ORDER])).toBe(410);
  });
});

describe('an answer', () => {
  const read = (status: number, rest: Partial<OutAnswer> = {}) =>
    webhook.read({ status, headers: {}, body: '', ...rest }, itemsOf(ORDER), NOW_MS);

  test('of 200 to 299 is a delivery, and 410 ends all deliveries', () => {
    for (const status of [200, 201, 202, 204, 299]) expect(read(status)).toEqual({ outcome: 'delivered' });
    expect(read(410)).toMatchObject({ outcome: 'disabled', reason: expect.stringContaining('410') });
  });

  test('that redirects is a failure, and any other is tried again, not before the receiver asks for it', () => {
    for (const status of [301, 302, 307, 308])
      expect(read(status)).toMatchObject({ outcome: 'retry', reason: expect.stringContaining('redirects') });
    for (const status of [400, 401, 404, 408, 413, 422, 429, 500, 502, 503, 504])
      expect(read(status)).toMatchObject({ outcome: 'retry' });
    expect(read(429, { headers: { 'retry-after': '120' } })).toMatchObject({ outcome: 'retry', after_ms: 120_000 });
    expect(read(500, { body: 'mail anna@example.com' })).toEqual({
      outcome: 'retry',
      reason: 'the receiver answered 500: mail [address]',
    });
  });
});

test.each([
  ['a URL that cannot be read', { options: { url: 'shop.example' } }, 'options.url'],
  ['a URL with a password', { options: { url: 'https://a:b@shop.example/' } }, 'options.url'],
  ['another scheme', { options: { url: 'ftp://shop.example/' } }, 'options.url'],
  ['another way', { options: { url: 'https://shop.example/', messages: 'many' } }, 'options.messages'],
  ['a short key', { secrets: { signing_secret: 'whsec_c2hvcnQ=' } }, 'secrets.signing_secret'],
  ['a key that is no base64', { secrets: { signing_secret: `whsec_${'?'.repeat(40)}` } }, 'secrets.signing_secret'],
  [
    'an old key that is none',
    { secrets: { signing_secret: SECRET, previous_signing_secret: 'x' } },
    'secrets.previous_signing_secret',
  ],
])('%s is told before anything is sent', (_, change, option) => {
  const problem = webhook.check!(settings(change));
  expect(problem).toMatchObject({ option });
  expect(problem!.problem).not.toContain('c2hvcnQ=');
  expect(webhook.check!(settings())).toBeNull();
});

test('a message that is too long is refused with the field that makes it so', () => {
  const long = conversion({ product_ids: Array(500).fill('\u0001'.repeat(400)) });
  expect(webhook.translate(long, settings(), NOW_MS)).toEqual({ refused: expect.stringContaining('product_ids') });
});
