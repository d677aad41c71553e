/** Shopify's and WooCommerce's webhooks at a running server. */
import { expect, test } from 'vitest';
import { type SourceServer, startSource } from './harness.ts';
import { CLICK, clicked, earned, hmac, receiptOf, type Sent, send, tell } from './shops.ts';

const SECRET = 'shop-secret-of-the-tests';

/** Ids beyond 2^53 are written as Shopify does: JSON.stringify of a number would round them. */
const shopify = (topic: string, body: object, ids: Record<string, string>): Sent => {
  const members = Object.entries(ids).map(([name, id]) => `"${name}":${id}`);
  const text = `{${members.join(',')},${JSON.stringify(body).slice(1)}`;
  return {
    body: text,
    headers: { 'x-shopify-topic': topic, 'x-shopify-hmac-sha256': hmac(SECRET, 'base64', text) },
  };
};

const ORDER_ID = '820982911946154508';
const money = (shop: string, presentment: string) => ({
  shop_money: { amount: shop, currency_code: 'USD' },
  presentment_money: { amount: presentment, currency_code: 'EUR' },
});
const order = (rest: object = {}) => ({
  name: '#9999',
  created_at: '2026-03-10T10:00:00-01:00',
  financial_status: 'paid',
  currency: 'USD',
  presentment_currency: 'EUR',
  total_price: '110.00',
  total_price_set: money('110.00', '100.00'),
  email: 'jon@example.com',
  contact_email: 'jon@example.com',
  browser_ip: '203.0.113.7',
  test: false,
  customer: { email: 'jon@example.com', first_name: 'Jon' },
  line_items: [
    { sku: 'TEE', quantity: 2 },
    { sku: 'MUG', quantity: 1 },
  ],
  discount_codes: [{ code: 'october10' }],
  landing_site: `/?utm_source=news&utm_medium=email&utm_campaign=october&ct=${CLICK}`,
  note_attributes: [],
  refunds: [],
  ...rest,
});
/** Refunds in the customer's currency: 10 euros were 11 dollars. */
const refund = (rest: object = {}) => ({
  created_at: '2026-03-10T11:30:00Z',
  refund_line_items: [{ quantity: 1, subtotal: 10.0, subtotal_set: money('11.00', '10.00') }],
  transactions: [
    { kind: 'refund', status: 'success', amount: '10.00', currency: 'EUR' },
    { kind: 'refund', status: 'failure', amount: '10.00', currency: 'EUR' },
    { kind: 'sale', status: 'success', amount: '100.00', currency: 'EUR' },
  ],
  ...rest,
});
const IDS = { id: ORDER_ID };

const start = (options = {}): Promise<SourceServer> => startSource({ provider: 'shopify', secrets: [SECRET], options });

test('an order counts once it is paid, in the currency of the shop, with its refunds in any order', async () => {
  const server = await start({ coupons: { OCTOBER10: 'autumn' } });
  await tell(server, 'touchpoints', clicked());
  const first = shopify('refunds/create', refund(), { id: '890088186047892319', order_id: ORDER_ID });
  const embedded = JSON.stringify(refund()).slice(1);
  const cancelled = shopify(
    'orders/cancelled',
    order({ financial_status: 'partially_refunded', cancelled_at: '2026-03-10T11:31:00Z' }),
    { ...IDS },
  );
  const updated = shopify('orders/updated', order(), IDS);
  // The refunds of an order are in it, with their long ids.
  const body = updated.body.replace(
    '"refunds":[]',
    `"refunds":[{"id":890088186047892319,"order_id":${ORDER_ID},${embedded}]`,
  );
  const with_refund = {
    body,
    headers: { 'x-shopify-topic': 'orders/updated', 'x-shopify-hmac-sha256': hmac(SECRET, 'base64', body) },
  };
  const unpaid = shopify('orders/create', order({ financial_status: 'pending' }), IDS);
  expect((await send(server, unpaid)).body).toMatchObject({ ignored: 1 });
  const paid = shopify('orders/paid', order(), IDS);
  for (const delivery of [first, with_refund, paid, updated, cancelled, first, paid]) await send(server, delivery);
  expect(await earned(server)).toEqual({ email: '99.00', net: '99.00' });
  expect(await server.rows('adjustments')).toMatchObject([
    { adjustment_id: `shopify:${ORDER_ID}:refund:890088186047892319`, conversion_id: `shopify:${ORDER_ID}` },
  ]);
  const { order: shown } = await receiptOf(server, `shopify:${ORDER_ID}`);
  expect(shown).toMatchObject({
    order_id: '#9999',
    match: { method: 'landing_url', confidence: 0.95, campaign_id: 'autumn' },
  });
  expect(await server.status()).toMatchObject({ unusable: 0 });
});

test('test orders, wrong signatures and other topics bring nothing', async () => {
  const server = await start();
  const test_order = shopify('orders/paid', order({ test: true }), IDS);
  expect((await send(server, test_order)).body).toMatchObject({ ignored: 1, accepted: 0 });
  expect((await send(server, shopify('products/update', { title: 'Tee' }, IDS))).body).toMatchObject({ ignored: 1 });
  const { body, headers } = shopify('orders/paid', order(), IDS);
  expect((await server.deliver(`${body} `, headers)).status).toBe(401);
  expect((await server.deliver(body, { 'x-shopify-topic': 'orders/paid' })).status).toBe(401);
  expect(await server.rows('conversions')).toEqual([]);
  const tests = await start({ test_mode: 'on' });
  expect((await send(tests, test_order)).body.accepted).toBeGreaterThan(0);
});

test('the receipt says the most trusted match, and a campaign alone makes no touch', async () => {
  const server = await start({ click_parameter: 'click', coupons: { SPRING: 'spring' } });
  const nobody = { email: null, contact_email: null, customer: null, landing_site: null, discount_codes: [] };
  const cases: Array<[id: string, order: object, method: string | null, campaign: string | null]> = [
    ['1', { note_attributes: [{ name: 'click_click_id', value: `ct_${CLICK.toLowerCase()}` }] }, 'click_id', null],
    ['2', { note_attributes: [{ name: 'click_visitor_id', value: 'visitor-7' }] }, 'visitor_id', null],
    ['3', { note_attributes: [{ name: 'click_visitor_id', value: 'undefined' }] }, null, null],
    ['4', { email: 'jon@example.com' }, 'customer', null],
    ['5', { discount_codes: [{ code: 'spring' }] }, 'coupon', 'spring'],
    ['6', { landing_site: `/?utm_campaign=may&ct=${CLICK}` }, 'utm', 'may'],
  ];
  for (const [id, rest] of cases)
    await send(server, shopify('orders/paid', order({ ...nobody, name: `#${id}`, ...rest }), { id }));
  for (const [id, , method, campaign_id] of cases) {
    const { order: shown } = await receiptOf(server, `shopify:${id}`);
    expect(shown.match).toEqual(method === null ? null : expect.objectContaining({ method, campaign_id }));
  }
  expect(await server.rows('touchpoints')).toEqual([]);
});

test('an order that cannot be used is kept without personal data, and can be tried again', async () => {
  const server = await start();
  const { body } = await send(server, shopify('orders/paid', order({ total_price: 'free' }), IDS));
  expect(body).toMatchObject({ unusable: 1, accepted: 0 });
  expect(await server.status()).toMatchObject({ last_reason: 'total_price: is no decimal amount' });
  const kept = JSON.stringify(await server.tributary.state.list('source_letters'));
  expect(kept).not.toMatch(/jon|203\.0/i);
  expect(kept).toContain(ORDER_ID);
});
