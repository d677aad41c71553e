/** Orders at Adobe's Edge Network: what is sent, and what is there in the end. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { adobeEdge } from '../../src/destinations/adobe-edge/adobe-edge.ts';
import type { DestinationOptions } from '../../src/destinations/destination.ts';
import type { ConversionMessage } from '../../src/destinations/message.ts';
import type { OutAnswer } from '../../src/network/request.ts';
import { answer, CONTEXT, call, deliver } from './deliver.ts';
import { edgeError, startAdobeEdge } from './fakes/adobe-edge.ts';
import type { FakeReply } from './fakes/server.ts';
import { anyMessage, conversion, corrected, NOW_MS, PROFILE } from './messages.ts';

const settings = (options = {}, client_secret = 'right'): DestinationOptions => ({
  id: 'adobe',
  brand_id: 'default',
  private_network: true,
  options: {
    datastream_id: 'stream',
    org_id: 'ORG@AdobeOrg',
    client_id: 'client',
    customer_namespace: 'CRMID',
    ...options,
  },
  secrets: { client_secret },
});
const told = (message: ConversionMessage, options = {}) => adobeEdge.translate(message, settings(options), NOW_MS);
const EMAIL = 'b'.repeat(64);

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());
async function started() {
  const fake = await startAdobeEdge();
  close = fake.close;
  return { fake, at: { base_url: fake.url, token_url: `${fake.url}/token` } };
}

const FIELDS = {
  revision: 1,
  order_id: 'order-1',
  conversion_type: 'purchase',
  net_value: 149.99,
  email_credit: 75,
  currency: 'USD',
  email_campaign_id: 'spring',
  email_id: 'spring-1',
  attribution_model: 'linear',
  customer_segment: 'vip',
  journey_length_days: 2,
  touchpoint_count: 2,
  first_touch_channel: 'email',
  last_touch_channel: 'paid_search',
};

test('an order is an experience event with an id, an identity, its total and the fields of email', () => {
  const made = told(conversion({ identifiers: { email_sha256: EMAIL } })) as { items: unknown[] };
  const { url, headers, body } = adobeEdge.request(made.items, settings(), CONTEXT);
  expect(url).toBe('https://server.adobedc.net/ee/v2/collect?datastreamId=stream');
  expect(headers).toEqual({
    'content-type': 'application/json',
    authorization: 'Bearer token',
    'x-api-key': 'client',
    'x-gw-ims-org-id': 'ORG@AdobeOrg',
  });
  expect(JSON.parse(body)).toEqual({
    events: [
      {
        xdm: {
          _id: 'm-1-1',
          timestamp: '2026-03-01T11:00:00.000Z',
          eventType: 'commerce.purchases',
          identityMap: {
            CRMID: [{ id: 'customer-1', primary: true }],
            Email_LC_SHA256: [{ id: EMAIL, primary: false }],
          },
          commerce: {
            purchases: { value: 1 },
            order: { purchaseID: 'order-1', priceTotal: 149.99, currencyCode: 'USD' },
          },
          productListItems: [
            { SKU: 'sku-1' },
            { SKU: 'sku-2' },
            { name: 'Order total', priceTotal: 149.99, currencyCode: 'USD' },
          ],
        },
        data: { tributary: FIELDS },
      },
    ],
  });
});

test('a correction is an event of its own with the newest state, which counts no second order', () => {
  const message = corrected(conversion(), { net_micros: '129990000', email_credit_micros: '64995000' });
  expect(told(message, { tenant: '_acme' })).toEqual({
    items: [
      {
        xdm: {
          _id: 'm-1-2',
          timestamp: '2026-03-01T11:00:00.000Z',
          eventType: 'tributary.orderCorrections',
          identityMap: { CRMID: [{ id: 'customer-1', primary: true }] },
          commerce: { order: { purchaseID: 'order-1', priceTotal: 129.99, currencyCode: 'USD' } },
          _acme: {
            tributary: {
              ...FIELDS,
              revision: 2,
              net_value: 129.99,
              email_credit: 65,
              net_value_change: -20,
              email_credit_change: -10,
              causes: 'refunds',
            },
          },
        },
      },
    ],
  });
});

test('one product has the price of the order, and a goal has neither order nor products', () => {
  expect(told(conversion({ product_ids: ['sku-1'] }))).toMatchObject({
    items: [{ xdm: { productListItems: [{ SKU: 'sku-1', quantity: 3, priceTotal: 149.99, currencyCode: 'USD' }] } }],
  });
  const [goal] = (told(conversion({ conversion_type: 'demo_request' })) as { items: Array<{ xdm: object }> }).items;
  expect(goal!.xdm).toMatchObject({ eventType: 'tributary.demo_request' });
  expect(goal!.xdm).not.toHaveProperty('commerce');
});

test('an order without an identity is refused with the fields, and no address leaves in clear', () => {
  const refused = { refused: expect.stringContaining('email_sha256') };
  expect(told(conversion(), { customer_namespace: undefined })).toMatchObject(refused);
  expect(told(conversion({ customer_id: 'anna@example.com' }))).toMatchObject(refused);
  expect(adobeEdge.translate(PROFILE, settings(), NOW_MS)).toHaveProperty('skipped');
});

test('answers mean what Adobe documents', () => {
  const items = [1, 2, 3];
  const read = (given: OutAnswer) => adobeEdge.read(given, items, NOW_MS);
  const of = ({ status, headers = {}, body = '' }: FakeReply) => read(answer(status, body, headers));
  for (const status of [200, 202, 204]) expect(read(answer(status))).toEqual({ outcome: 'delivered' });
  for (const code of ['0500-401', '0502-401', '0503-401'])
    expect(of(edgeError(code, 'Invalid authorization token'))).toMatchObject({ outcome: 'expired' });
  for (const code of ['0504-401', '0505-401', '0506-401', '0003-404', '0010-422'])
    expect(of(edgeError(code, 'no'))).toMatchObject({ outcome: 'disabled' });
  expect(of(edgeError('0104-422', 'Unprocessable entity', { errors: ['timestamp is invalid'] }))).toEqual({
    split: 'EXEG-0104: Unprocessable entity: timestamp is invalid',
  });
  expect(of({ ...edgeError('0200-429', 'Too many requests'), headers: { 'retry-after': '30' } })).toEqual({
    outcome: 'retry',
    reason: 'EXEG-0200: Too many requests',
    after_ms: 30_000,
  });
  for (const code of ['0201-500', '0201-502', '0201-503', '0201-504'])
    expect(of(edgeError(code, 'down'))).toMatchObject({ outcome: 'retry' });
  expect(read(answer(401))).toMatchObject({ outcome: 'expired' });
  const upstream = { type: 'https://ns.adobe.com/aep/errors/EXEG-0201-503', status: 503, title: 'later' };
  const invalid = { type: 'https://ns.adobe.com/aep/errors/EXEG-0105-400', status: 400, title: 'wrong', eventIndex: 2 };
  expect(read(answer(207, { errors: [{ ...upstream, report: { eventIndex: 0 } }, invalid], warnings: [{}] }))).toEqual({
    each: [
      { outcome: 'retry', reason: 'EXEG-0201: later' },
      { outcome: 'delivered' },
      { outcome: 'refused', reason: 'EXEG-0105: wrong' },
    ],
  });
  expect(read(answer(207, { errors: [upstream] }))).toMatchObject({ outcome: 'retry' });
  expect(read(answer(207, { warnings: [{}] }))).toEqual({ each: items.map(() => ({ outcome: 'delivered' })) });
});

test('a token comes by client credentials, and its refusal says what to check', async () => {
  const { fake, at } = await started();
  const settled = await deliver(adobeEdge, settings(at, 'wrong'), [conversion()]);
  expect(settled.get('m-1-1')).toEqual({
    outcome: 'disabled',
    reason:
      'no token: invalid client_secret parameter; check options.client_id, options.scope and secrets.client_secret',
  });
  expect(fake.accepted).toEqual([]);
  const check = (options: object) => adobeEdge.check!(settings(options))?.option;
  expect(check({ tenant: '_acme' })).toBeUndefined();
  expect(check({ tenant: 'acme' })).toBe('options.tenant');
  expect(check({ org_id: '53A' })).toBe('options.org_id');
  expect(check({ customer_namespace: 'a b' })).toBe('options.customer_namespace');
});

test('orders and corrections end with the newest state, though tokens expire and parts of batches fail', async () => {
  const { fake, at } = await started();
  fake.fail({ reply: { status: 503 }, path: '/token' });
  fake.fail({ reply: { status: 504 }, path: '/ee/v2/collect', times: 2 });
  fake.fail({ reply: edgeError('0503-401', 'Invalid authorization token'), path: '/ee/v2/collect' });
  fake.fail({ cut: 'after', path: '/ee/v2/collect', times: 2 });
  fake.failPart([1, 4]);
  const first = Array.from({ length: 150 }, (_, i) =>
    conversion({ message_id: `m-${i}-1`, conversion_id: `c-${i}`, order_id: `order-${i}` }),
  );
  const second = first.slice(0, 20).map((order) => corrected(order, { net_micros: '0', email_credit_micros: '0' }));
  const settled = await deliver(adobeEdge, settings(at), [...first, ...second]);
  expect([...settled.values()].every(({ outcome }) => outcome === 'delivered')).toBe(true);
  const state = fake.stateByOrder();
  expect(first.map((_, i) => state.get(`order-${i}`))).toEqual(
    first.map((_, i) =>
      i < 20
        ? { revision: 2, net_value: 0, email_credit: 0, purchases: 1 }
        : { revision: 1, net_value: 149.99, email_credit: 75, purchases: 1 },
    ),
  );
  fake.failPart(null);
  const more = conversion({ message_id: 'm-x-1', conversion_id: 'c-x', order_id: 'order-x' });
  await deliver(adobeEdge, settings(at), [more]);
  expect(fake.stateByOrder().get('order-x')).toMatchObject({ purchases: 1 });
});

test('Adobe would take any message', async () => {
  const { at } = await started();
  const step = adobeEdge.token!(settings(at), [], NOW_MS) as { request: Parameters<typeof call>[0] };
  const token = adobeEdge.token!(settings(at), [(await call(step.request))!], NOW_MS) as {
    value: string;
    base_url: string;
  };
  await fc.assert(
    fc.asyncProperty(anyMessage, async (message) => {
      const made = told(message);
      expect(told(structuredClone(message))).toEqual(made);
      if (!('items' in made)) return;
      const request = adobeEdge.request(made.items, settings(at), { ...CONTEXT, token });
      expect(Buffer.byteLength(request.body)).toBeLessThanOrEqual(adobeEdge.limits.bytes);
      expect(await call(request)).toMatchObject({ status: 202 });
    }),
    { numRuns: 120 },
  );
});
