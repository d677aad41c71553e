/** Salesforce Data Cloud: signing in, records that take each other's place, and what is there in the end. */
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { CheckCall, DestinationOptions } from '../../src/destinations/destination.ts';
import type { Message } from '../../src/destinations/message.ts';
import type { RecordItem } from '../../src/destinations/salesforce-data-cloud/records.ts';
import { salesforceDataCloud } from '../../src/destinations/salesforce-data-cloud/salesforce-data-cloud.ts';
import { answer, CONTEXT, call, deliver } from './deliver.ts';
import { declaredFields, startSalesforceDataCloud } from './fakes/salesforce-data-cloud.ts';
import { anyHistory, conversion, corrected, NOW_MS, PROFILE } from './messages.ts';
import { anyTold } from './profiles.ts';

const pem = (type: 'rsa' | 'ec', modulusLength = 2_048) => {
  const pair =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength })
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return { public_key: pair.publicKey, private_key: String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })) };
};
const { public_key, private_key } = pem('rsa');
const APP = { client_id: 'consumer', username: 'tributary@shop.example', connector: 'tributary', public_key };

const settings = (
  base_url = 'https://login.salesforce.com',
  options = {},
  secrets = { private_key },
): DestinationOptions => ({
  id: 'salesforce',
  brand_id: 'default',
  private_network: true,
  options: { connector: 'tributary', client_id: 'consumer', username: APP.username, base_url, ...options },
  secrets,
});

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());
async function started() {
  const fake = await startSalesforceDataCloud(APP, () => NOW_MS);
  close = fake.close;
  return { fake, of: settings(fake.url) };
}

const itemOf = (message: Message): RecordItem => {
  const told = salesforceDataCloud.translate(message, settings(), NOW_MS);
  if (!('items' in told)) throw new Error(JSON.stringify(told));
  return told.items[0] as RecordItem;
};
const ORDER = conversion();

test('an order is one record with every field', () => {
  const { url, body, headers } = salesforceDataCloud.request([itemOf(conversion({ order_id: null }))], settings(), {
    ...CONTEXT,
    token: { value: 'token', base_url: 'https://abc.c360a.salesforce.com' },
  });
  expect(url).toBe('https://abc.c360a.salesforce.com/api/v1/ingest/sources/tributary/tributary_conversion');
  expect(headers).toEqual({ 'content-type': 'application/json', authorization: 'Bearer token' });
  expect(JSON.parse(body)).toEqual({
    data: [
      {
        id: 'default:conversion-1',
        revision: 1,
        revision_time: '2000-01-01T00:00:01.000Z',
        brand_id: 'default',
        conversion_id: 'conversion-1',
        order_id: null,
        conversion_type: 'purchase',
        occurred_at: '2026-03-01T11:00:00.000Z',
        currency: 'USD',
        conversion_value: 149.99,
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
        customer_id: 'customer-1',
        anonymous_id: 'browser-1',
        customer_segment: 'vip',
        category: 'shoes',
        quantity: 3,
      },
    ],
  });
});

test('a customer is a record of another object, and never in one request with orders', () => {
  expect(itemOf(PROFILE)).toEqual({
    object: 'tributary_customer',
    record: {
      id: 'default:customer-1',
      revision: 1,
      revision_time: '2000-01-01T00:00:01.000Z',
      brand_id: 'default',
      customer_id: 'customer-1',
      as_of: '2026-03-01T11:00:00.000Z',
      currency: 'USD',
      total_conversions: 3,
      lifetime_value: 449.97,
      first_conversion_at: '2025-03-01T11:00:00.000Z',
      last_conversion_at: '2026-03-01T11:00:00.000Z',
      last_email_conversion_campaign: 'spring',
    },
  });
  const groups = [ORDER, PROFILE].map((message) => salesforceDataCloud.groupOf!(itemOf(message)));
  expect(new Set(groups).size).toBe(2);
});

test('records have the fields of the schema file, which Salesforce can read', () => {
  const declared = declaredFields();
  expect([...declared.keys()]).toEqual(['tributary_conversion', 'tributary_customer']);
  for (const message of [ORDER, PROFILE]) {
    const { object, record } = itemOf(message);
    expect(Object.keys(record)).toEqual([...declared.get(object)!.keys()]);
  }
  const reserved = ['date_id', 'location_id', 'row_count', 'version', 'pacing_period', 'pacing_end_date'];
  for (const name of [...declared.values()].flatMap((fields) => [...fields.keys()])) {
    expect(name).toMatch(/^(?!.*__)[\w-]{1,80}$/);
    expect(reserved).not.toContain(name);
  }
});

test('a record is short enough, and the same message makes the same bytes', () => {
  fc.assert(
    fc.property(anyTold, (message) => {
      const item = itemOf(message);
      const again = salesforceDataCloud.translate(structuredClone(message), settings(), NOW_MS + 1);
      expect(JSON.stringify(again)).toBe(JSON.stringify({ items: [item] }));
      const { body } = salesforceDataCloud.request([item], settings(), CONTEXT);
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(199_000);
    }),
    { numRuns: 100 },
  );
});

test('each order and customer is there as it is in the end, whatever fails and in whatever order revisions come', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyHistory, { minLength: 1, maxLength: 4 }), async (histories) => {
      const { fake, of } = await started();
      const orders = histories.map((history, i) =>
        history.map((message) => ({
          ...message,
          conversion_id: `c-${i}`,
          message_id: `m-${i}-${message.revision}`,
          product_ids: [],
        })),
      );
      fake.fail({ reply: { status: 500 }, times: 2 });
      fake.fail({ reply: { status: 429, headers: { 'retry-after': '1' } }, path: '/services/a360/token' });
      fake.fail({ cut: 'after', path: '/api/v1/ingest/sources/tributary/tributary_conversion' });
      await deliver(salesforceDataCloud, of, [...orders.flat(), PROFILE]);
      fake.revoke();
      await deliver(
        salesforceDataCloud,
        of,
        orders.flatMap((history) => history.toReversed()),
      );
      const state = fake.stateByOrder();
      for (const history of orders) {
        const newest = history.at(-1)!;
        expect(state.get(newest.conversion_id)!.revision).toBe(newest.revision);
      }
      expect(state.size).toBe(orders.length);
      expect([...fake.accepted.get('tributary_customer')!.keys()]).toEqual(['default:customer-1']);
      await fake.close();
    }),
    { numRuns: 4 },
  );
});

test('a correction takes the place of the record', async () => {
  const { fake, of } = await started();
  const less = corrected(ORDER, { net_micros: '100000000', email_credit_micros: '50000000' });
  await deliver(salesforceDataCloud, of, [ORDER, less]);
  expect(fake.stateByOrder()).toEqual(new Map([['conversion-1', { revision: 2, net: 100, email_credit: 50 }]]));
});

test('a token that ends is fetched again once, and lasts less long than Salesforce says', async () => {
  const { fake, of } = await started();
  const steps = [];
  for (;;) {
    const step = salesforceDataCloud.token!(of, steps, NOW_MS);
    if ('failed' in step) throw new Error(step.failed.outcome);
    if ('value' in step) {
      expect(step).toMatchObject({ value: 'data_cloud-2', base_url: fake.url });
      expect(step.until_ms).toBeGreaterThan(NOW_MS + 7_000_000);
      expect(step.until_ms).toBeLessThanOrEqual(NOW_MS + 7_191_000);
      break;
    }
    steps.push((await call(step.request))!);
  }
  expect(fake.requests.map(({ path }) => path)).toEqual(['/services/oauth2/token', '/services/a360/token']);
  expect(salesforceDataCloud.read(answer(401), [], NOW_MS)).toMatchObject({ outcome: 'expired' });
});

test('the server of a token has https where Salesforce names no scheme', () => {
  const first = answer(200, { access_token: 'a', instance_url: 'https://shop.my.salesforce.com' });
  const second = answer(200, { access_token: 'b', instance_url: 'abc.c360a.salesforce.com', expires_in: 7191 });
  expect(salesforceDataCloud.token!(settings(), [first, second], NOW_MS)).toMatchObject({
    base_url: 'https://abc.c360a.salesforce.com',
  });
  const nowhere = answer(200, { access_token: 'a' });
  expect(salesforceDataCloud.token!(settings(), [nowhere], NOW_MS)).toMatchObject({
    failed: { outcome: 'disabled', reason: expect.stringContaining('instance_url') },
  });
});

test.each([
  ['client_id', { client_id: 'other' }],
  ['username', { username: 'other@shop.example' }],
  ['audience', { audience: 'https://test.salesforce.com' }],
])('a wrong %s stops the destination with what Salesforce says', async (_, options) => {
  const { fake } = await started();
  const settled = await deliver(salesforceDataCloud, settings(fake.url, options), [ORDER]);
  expect(settled.get('m-1-1')).toMatchObject({ outcome: 'disabled', reason: expect.stringContaining('client_id') });
});

test('each documented answer is read', () => {
  const read = (status: number, headers = {}) => salesforceDataCloud.read(answer(status, '', headers), [], NOW_MS);
  expect(read(202)).toEqual({ outcome: 'delivered' });
  expect(read(400)).toHaveProperty('split');
  for (const status of [403, 404]) expect(read(status)).toMatchObject({ outcome: 'disabled' });
  for (const status of [409, 429, 500, 503]) expect(read(status)).toMatchObject({ outcome: 'retry' });
  expect(read(429, { 'retry-after': '7' })).toMatchObject({ after_ms: 7_000 });
});

test('a record that does not fit costs no other', async () => {
  const { fake, of } = await started();
  const bad = conversion({ message_id: 'm-2-1', conversion_id: 'c-2', currency: 7 as never });
  const settled = await deliver(salesforceDataCloud, of, [
    ORDER,
    bad,
    conversion({ message_id: 'm-3-1', conversion_id: 'c-3' }),
  ]);
  expect([...settled].map(([id, { outcome }]) => [id, outcome])).toEqual([
    ['m-1-1', 'delivered'],
    ['m-2-1', 'refused'],
    ['m-3-1', 'delivered'],
  ]);
  expect([...fake.stateByOrder().keys()].sort()).toEqual(['c-3', 'conversion-1']);
});

test('the check of records keeps nothing and says what does not fit', async () => {
  const { fake, of } = await started();
  const token = { value: '', base_url: '' };
  await deliver(salesforceDataCloud, of, [ORDER]);
  token.value = String(fake.requests.at(-1)!.headers.authorization).replace('Bearer ', '');
  token.base_url = fake.url;
  const checkCall = salesforceDataCloud.check_call as CheckCall;
  const request = checkCall.request(of, { ...CONTEXT, token });
  expect(checkCall.read((await call(request))!)).toBeNull();
  expect(fake.accepted.get('tributary_conversion')!.size).toBe(1);
  const bad = (await call({ ...request, body: request.body.replace('"currency":"USD"', '"currency":7') }))!;
  expect(checkCall.read(bad)!.problem).toMatch(/400.*mismatch with Schema.*currency does not fit/);
});

test.each([
  ['a text that is no key', settings(undefined, {}, { private_key: 'key' }), 'secrets.private_key'],
  ['a short key', settings(undefined, {}, pem('rsa', 1_024)), 'secrets.private_key'],
  ['a key of another kind', settings(undefined, {}, pem('ec')), 'secrets.private_key'],
  ['a connector with a slash', settings(undefined, { connector: 'a/b' }), 'options.connector'],
  ['an audience that is no URL', settings(undefined, { audience: 'login' }), 'options.audience'],
  ['a base_url that is no URL', settings('login'), 'options.base_url'],
])('%s is told before anything is sent', (_, of, option) => {
  expect(salesforceDataCloud.check!(of)).toMatchObject({ option });
  expect(salesforceDataCloud.check!(settings())).toBeNull();
});
