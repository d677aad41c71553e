/** Orders at Meta: what is sent, and what is there in the end. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { CheckCall, DestinationOptions } from '../../src/destinations/destination.ts';
import type { ConversionMessage } from '../../src/destinations/message.ts';
import { meta } from '../../src/destinations/meta/meta.ts';
import type { OutAnswer } from '../../src/network/request.ts';
import { answer, CONTEXT, call, deliver } from './deliver.ts';
import { metaError, startMeta } from './fakes/meta.ts';
import { anyMessage, conversion, corrected, NOW_MS, PROFILE } from './messages.ts';

const settings = (options = {}, access_token = 'right'): DestinationOptions => ({
  id: 'meta',
  brand_id: 'default',
  private_network: true,
  options: { dataset_id: '123', ...options },
  secrets: { access_token },
});
const told = (message: ConversionMessage, options = {}) => meta.translate(message, settings(options), NOW_MS);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());
async function started(clock = () => NOW_MS) {
  const fake = await startMeta(clock);
  close = fake.close;
  return fake;
}
const orders = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    conversion({ message_id: `m-${i}-1`, conversion_id: `c-${i}`, order_id: `order-${i}` }),
  );

test('an order is one event, with hashed identifiers only', () => {
  const email_sha256 = sha256('anna@example.com');
  const identifiers = {
    email_sha256,
    fbc: 'fb.1.1700000000000.AbC',
    fbp: 'fb.1.1700000000000.123',
    client_user_agent: 'UA',
  };
  const made = told(conversion({ identifiers }), { event_source_url: 'https://shop.example' });
  expect(made).toEqual({
    items: [
      {
        event_name: 'Purchase',
        event_time: 1772362800,
        event_id: 'order-1',
        action_source: 'website',
        event_source_url: 'https://shop.example',
        user_data: {
          em: [email_sha256],
          external_id: [sha256('customer-1'), sha256('browser-1')],
          fbc: 'fb.1.1700000000000.AbC',
          fbp: 'fb.1.1700000000000.123',
          client_user_agent: 'UA',
        },
        custom_data: {
          value: 149.99,
          currency: 'USD',
          order_id: 'order-1',
          content_ids: ['sku-1', 'sku-2'],
          content_type: 'product',
          num_items: 3,
          email_campaign_id: 'spring',
          email_credit: 75,
          attribution_model: 'linear',
          touchpoint_count: 2,
        },
      },
    ],
  });
  const { url, body } = meta.request(
    (made as { items: unknown[] }).items,
    settings({ test_event_code: 'TEST1' }),
    CONTEXT,
  );
  expect(url).toBe('https://graph.facebook.com/v25.0/123/events');
  expect(JSON.parse(body)).toMatchObject({ data: [{}], test_event_code: 'TEST1', access_token: 'right' });
});

test('an address that was not hashed is left out', () => {
  const [item] = (told(conversion({ identifiers: { email_sha256: 'anna@example.com' } })) as { items: object[] }).items;
  expect(JSON.stringify(item)).not.toContain('anna');
});

test('corrections and profiles cannot be told, and the reason says so', () => {
  expect(told(corrected(conversion(), { net_micros: '0' }))).toEqual({
    skipped: 'Meta takes an order once and has no way to change it',
  });
  expect(meta.translate(PROFILE, settings(), NOW_MS)).toEqual({ skipped: 'Meta takes events, not profiles' });
});

test('an order of nobody, and one that is more than 7 days old, are refused with the field', () => {
  const identifiers = { client_user_agent: 'UA' };
  expect(told(conversion({ customer_id: null, anonymous_id: null, identifiers }))).toMatchObject({
    refused: expect.stringContaining('email_sha256'),
  });
  expect(told(conversion({ occurred_at: '2026-02-23T11:59:59Z' }))).toMatchObject({
    refused: expect.stringContaining('more than 7 days ago'),
  });
});

test('answers mean what Meta documents', () => {
  const items = [{ event_time: NOW_MS / 1_000 }, { event_time: NOW_MS / 1_000 - 8 * 86_400 }];
  const read = (given: OutAnswer) => meta.read(given, items, NOW_MS);
  const error = (code: number, rest: object = {}) => {
    const { status, body } = metaError(code, 'what Meta says', rest);
    return answer(status, body);
  };
  expect(read(answer(200, { events_received: 2 }))).toEqual({ outcome: 'delivered' });
  expect(read(answer(200, { events_received: 1 }))).toEqual({ split: 'Meta took 1 of 2 events' });
  for (const code of [1, 2, 4, 17, 32, 341, 368, 613, 80_003, 80_004])
    expect(read(error(code))).toEqual({ outcome: 'retry', reason: `code ${code}: what Meta says` });
  expect(read(error(100, { is_transient: true }))).toMatchObject({ outcome: 'retry' });
  expect(read(answer(503))).toMatchObject({ outcome: 'retry' });
  expect(read(error(190))).toMatchObject({ outcome: 'disabled', reason: expect.stringContaining('access_token') });
  for (const code of [3, 10, 200, 299, 803]) expect(read(error(code))).toMatchObject({ outcome: 'disabled' });
  expect(read(error(100, { error_subcode: 33 }))).toMatchObject({ outcome: 'disabled' });
  expect(read(error(100, { error_subcode: 2804003 }))).toEqual({
    each: [
      { outcome: 'retry', reason: 'an older event failed', after_ms: 0 },
      { outcome: 'refused', reason: 'code 100: what Meta says' },
    ],
  });
  expect(read(error(100))).toEqual({ split: 'code 100: what Meta says' });
});

test('orders end at Meta once each, though requests fail, lose their answers or hold an event that Meta refuses', async () => {
  const fake = await started();
  const options = settings({ base_url: fake.url });
  fake.fail({ reply: metaError(2, 'Service temporarily unavailable', {}, 500), times: 2 });
  fake.fail({ reply: { status: 429, headers: { 'retry-after': '1' } } });
  fake.fail({ cut: 'before' });
  fake.fail({ cut: 'after' });
  fake.refuse('order-17');
  const settled = await deliver(meta, options, orders(40));
  expect(settled.get('m-17-1')).toEqual({ outcome: 'refused', reason: 'code 100: Invalid parameter' });
  expect([...settled.values()].filter(({ outcome }) => outcome === 'delivered')).toHaveLength(39);
  expect(fake.accepted).toHaveLength(39);
  expect(fake.stateByOrder().get('order-3')).toBe(149.99);
});

test('an event that grew too old while it waited does not cost the others', async () => {
  const fake = await started(() => NOW_MS + 1_000);
  const occurred_at = new Date(NOW_MS - 7 * 86_400_000).toISOString();
  const all = [
    ...orders(3),
    conversion({ message_id: 'm-9-1', conversion_id: 'c-9', order_id: 'order-9', occurred_at }),
  ];
  const items = all.flatMap((message) => (told(message) as { items: unknown[] }).items);
  const late = await call(meta.request(items, settings({ base_url: fake.url }), CONTEXT));
  const read = meta.read(late!, items, NOW_MS + 1_000) as { each: Array<{ outcome: string }> };
  expect(read.each.map(({ outcome }) => outcome)).toEqual(['retry', 'retry', 'retry', 'refused']);
});

test('a wrong token or dataset disables the destination, and the check says which', async () => {
  const fake = await started();
  const { request, read } = meta.check_call as CheckCall;
  const check = async (given: DestinationOptions) => read((await call(request(given, CONTEXT)))!);
  const base_url = fake.url;
  expect(await check(settings({ base_url }))).toBeNull();
  expect(await check(settings({ base_url }, 'wrong'))).toMatchObject({
    field: 'secrets.access_token',
    problem: 'Meta says: Invalid OAuth access token',
  });
  expect(await check(settings({ base_url, dataset_id: '9' }))).toMatchObject({ field: 'options.dataset_id' });
  const settled = await deliver(meta, settings({ base_url, dataset_id: '9' }), orders(1));
  expect(settled.get('m-0-1')).toMatchObject({ outcome: 'disabled', reason: expect.stringContaining('dataset_id') });
  expect(meta.check!(settings({ dataset_id: 'abc' }))?.option).toBe('options.dataset_id');
  expect(meta.check!(settings({ event_source_url: 'shop' }))?.option).toBe('options.event_source_url');
});

test('Meta would take any message', async () => {
  const fake = await started();
  const options = settings({ base_url: fake.url, event_source_url: 'https://shop.example' });
  await fc.assert(
    fc.asyncProperty(anyMessage, async (message) => {
      const made = meta.translate(message, options, NOW_MS);
      expect(meta.translate(structuredClone(message), options, NOW_MS)).toEqual(made);
      if (!('items' in made)) return;
      const given = await call(meta.request(made.items, options, CONTEXT));
      expect(given).toMatchObject({ status: 200 });
    }),
    { numRuns: 150 },
  );
});
