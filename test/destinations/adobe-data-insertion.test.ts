/** Orders at Adobe's Data Insertion API: what is sent, and what is there in the end. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { adobeDataInsertion as adobe } from '../../src/destinations/adobe-data-insertion/adobe-data-insertion.ts';
import type { DestinationOptions } from '../../src/destinations/destination.ts';
import type { Message } from '../../src/destinations/message.ts';
import type { OutAnswer } from '../../src/network/request.ts';
import { answer, CONTEXT, call, deliver } from './deliver.ts';
import { failure, startAdobeDataInsertion } from './fakes/adobe-data-insertion.ts';
import { anyMessage, conversion, corrected, NOW_MS, PROFILE } from './messages.ts';

const settings = (options = {}): DestinationOptions => ({
  id: 'adobe',
  brand_id: 'default',
  private_network: true,
  options: { base_url: 'https://example.sc.omtrdc.net', report_suite_id: 'rsid', refund_event: 'event20', ...options },
  secrets: {},
});
const told = (message: Message, options = {}) => adobe.translate(message, settings(options), NOW_MS);
const xmlOf = (message: Message, options = {}): string => {
  const { items } = told(message, options) as { items: unknown[] };
  expect(items).toHaveLength(1);
  return adobe.request(items, settings(options), CONTEXT).body;
};

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());
async function started() {
  const fake = await startAdobeDataInsertion(() => NOW_MS);
  close = fake.close;
  return fake;
}

test('an order is one hit in XML, with seconds, a hashed visitor, and escaped texts', () => {
  const message = conversion({ attribution_model: 'a & b < c > d', product_ids: ['sku;1'] });
  expect(xmlOf(message).replaceAll('><', '>\n<')).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<request>
<scXmlVer>1.0</scXmlVer>
<reportSuiteID>rsid</reportSuiteID>
<visitorId>${/<visitorId>([0-9a-f]{32})</.exec(xmlOf(message))?.[1]}</visitorId>
<timestamp>1772362800</timestamp>
<linkType>o</linkType>
<linkName>Order</linkName>
<currencyCode>USD</currencyCode>
<transactionId>order-1</transactionId>
<events>purchase</events>
<purchaseId>${/<purchaseId>([0-9a-f]{20})</.exec(xmlOf(message))?.[1]}</purchaseId>
<products>;sku 1;3;149.99</products>
<contextData.order_id>order-1</contextData.order_id>
<contextData.conversion_type>purchase</contextData.conversion_type>
<contextData.net_value>149.99</contextData.net_value>
<contextData.email_credit>75</contextData.email_credit>
<contextData.email_campaign_id>spring</contextData.email_campaign_id>
<contextData.email_id>spring-1</contextData.email_id>
<contextData.attribution_model>a &amp; b &lt; c &gt; d</contextData.attribution_model>
<contextData.customer_segment>vip</contextData.customer_segment>
<contextData.journey_length_days>2</contextData.journey_length_days>
<contextData.touchpoint_count>2</contextData.touchpoint_count>
<contextData.first_touch_channel>email</contextData.first_touch_channel>
<contextData.last_touch_channel>paid_search</contextData.last_touch_channel>
</request>`);
  expect(xmlOf(conversion({ order_id: 'A1' }))).toContain(
    '<purchaseId>A1</purchaseId><products>;sku-1,;sku-2,;Order total;3;149.99<',
  );
});

test('a refund is the currency event of the settings, and a rise is a sale of the difference', () => {
  const refunded = corrected(conversion(), { net_micros: '129990000' });
  expect(xmlOf(refunded)).toContain('<events>event20=20</events>');
  expect(xmlOf(refunded)).not.toContain('purchaseId');
  const restored = xmlOf(corrected(refunded, { net_micros: '149990000' }));
  expect(restored).toContain('<events>purchase</events>');
  expect(restored).toContain('<products>;Order total;3;20</products>');
});

test('what cannot be told says why', () => {
  expect(told(corrected(conversion(), { net_micros: '0' }), { refund_event: undefined })).toEqual({
    skipped: 'Adobe Analytics takes the value of an order once; set options.refund_event to send refunds',
  });
  expect(told(corrected(conversion(), { email_credit_micros: '0' }))).toEqual({
    skipped: 'Adobe Analytics takes the credit of an order once; only its value can change',
  });
  expect(told(PROFILE)).toHaveProperty('skipped');
  expect(told(conversion({ conversion_type: 'demo_request' }))).toEqual({
    skipped: 'options.goal_events does not have demo_request; add it with its event',
  });
  expect(xmlOf(conversion({ conversion_type: 'demo_request' }), { goal_events: 'demo_request=event11' })).toContain(
    '<events>event11</events>',
  );
  expect(told(conversion({ customer_id: null, anonymous_id: null }))).toHaveProperty('refused');
});

test('answers: a failure comes with 200, and its reason tells the settings from the hit', () => {
  const read = (given: OutAnswer) => adobe.read(given, [{}], NOW_MS);
  const of = (reason: string) => read(answer(200, failure(reason).body));
  expect(read(answer(200, '<?xml version="1.0" encoding="UTF-8"?>\n<status>SUCCESS</status>'))).toEqual({
    outcome: 'delivered',
  });
  expect(of('NO account')).toEqual({ outcome: 'disabled', reason: 'NO account; check options.report_suite_id' });
  for (const reason of ['NO pagename OR pageurl', 'NO visitorid OR ipaddress', 'Syntax Error'])
    expect(of(reason)).toEqual({ outcome: 'refused', reason });
  expect(read(answer(200, '<status>FAILURE</status>'))).toMatchObject({ outcome: 'refused' });
  expect(read(answer(200, '<html></html>'))).toMatchObject({ outcome: 'disabled' });
  expect(read(answer(404))).toMatchObject({ outcome: 'disabled' });
  expect(read(answer(503, '', { 'retry-after': '5' }))).toMatchObject({ outcome: 'retry', after_ms: 5_000 });
});

test('options are checked', () => {
  const check = (options: object) => adobe.check!(settings(options))?.option;
  expect(check({ goal_events: 'lead_generation=event10, demo_request=event11' })).toBeUndefined();
  expect(check({ goal_events: 'lead=event10' })).toBe('options.goal_events');
  expect(check({ goal_events: 'demo_request' })).toBe('options.goal_events');
  expect(check({ refund_event: 'refunds' })).toBe('options.refund_event');
  expect(check({ report_suite_id: 'a b' })).toBe('options.report_suite_id');
});

test('orders with refunds end with the right revenue, though the server fails', async () => {
  const fake = await started();
  fake.fail({ reply: { status: 500 }, times: 5 });
  fake.fail({ cut: 'before', times: 3 });
  // Adobe knows a purchase that comes twice. Of a refund it does not, so only the first messages lose their answer.
  fake.fail({ cut: 'after', times: 3 });
  const first = Array.from({ length: 40 }, (_, i) =>
    conversion({ message_id: `m-${i}-1`, conversion_id: `c-${i}`, order_id: `order-${i}` }),
  );
  const second = first.slice(0, 20).map((order) => corrected(order, { net_micros: '100000000' }));
  const third = second.slice(0, 10).map((order) => corrected(order, { net_micros: '110000000' }));
  const settled = await deliver(adobe, settings({ base_url: fake.url }), [...first, ...second, ...third]);
  expect([...settled.values()].every(({ outcome }) => outcome === 'delivered')).toBe(true);
  expect(fake.wrong).toEqual([]);
  const state = fake.stateByOrder();
  const expected = first.map((_, i) => (i < 10 ? 11_000 : i < 20 ? 10_000 : 14_999));
  expect(first.map((_, i) => state.get(`order-${i}`)?.cents)).toEqual(expected);
});

test('Adobe would take any message as it is meant', async () => {
  const fake = await started();
  const options = { base_url: fake.url, goal_events: 'lead_generation=event10,custom_event=event11' };
  await fc.assert(
    fc.asyncProperty(anyMessage, async (message) => {
      const made = told(message, options);
      expect(told(structuredClone(message), options)).toEqual(made);
      if (!('items' in made)) return;
      const request = adobe.request(made.items, settings(options), CONTEXT);
      expect(Buffer.byteLength(request.body)).toBeLessThanOrEqual(adobe.limits.bytes);
      const given = (await call(request))!;
      expect(given.body).toContain('SUCCESS');
      expect(fake.wrong).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
