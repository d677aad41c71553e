/** WooCommerce's webhook at a running server. */
import { expect, test } from 'vitest';
import { type SourceServer, startSource } from './harness.ts';
import { CLICK, clicked, earned, hmac, receiptOf, type Sent, send, tell } from './shops.ts';

const SECRET = 'woo-secret-of-the-tests';
const delivery = (order: object, topic = 'order.updated'): Sent => {
  const body = JSON.stringify(order);
  return {
    body,
    headers: { 'x-wc-webhook-topic': topic, 'x-wc-webhook-signature': hmac(SECRET, 'base64', body) },
  };
};
const order = (rest: object = {}) => ({
  id: 727,
  number: '727',
  status: 'processing',
  currency: 'USD',
  total: '29.35',
  customer_id: 0,
  date_created: '2026-03-10T12:28:02',
  date_created_gmt: '2026-03-10T11:28:02',
  date_paid_gmt: '2026-03-10T11:28:08',
  date_modified_gmt: '2026-03-10T11:28:08',
  billing: { first_name: 'John', email: 'john.doe@example.com' },
  meta_data: [
    { id: 1, key: '_wc_order_attribution_utm_campaign', value: 'october' },
    { id: 2, key: '_wc_order_attribution_session_entry', value: `https://shop.example/?ct=${CLICK}` },
    { id: 3, key: '_other', value: { nested: true } },
  ],
  line_items: [{ sku: 'Bar3', quantity: 3 }],
  coupon_lines: [],
  refunds: [],
  ...rest,
});
const start = (): Promise<SourceServer> => startSource({ provider: 'woocommerce', secrets: [SECRET] });

test('an order counts with each of its refunds, and is matched by the URL on which the visit began', async () => {
  const server = await start();
  await tell(server, 'touchpoints', clicked());
  expect(
    (await send(server, delivery(order({ status: 'pending', date_paid_gmt: null }), 'order.created'))).body,
  ).toEqual({
    accepted: 0,
    ignored: 1,
    unusable: 0,
  });
  const one = { id: 801, reason: '', total: '-5.00' };
  const two = { id: 802, reason: '', total: '-4.35' };
  const later = { date_modified_gmt: '2026-03-10T11:50:00' };
  for (let i = 0; i < 2; i++) {
    await send(server, delivery(order({ status: 'completed', refunds: [one, two], ...later })));
    await send(server, delivery(order({ refunds: [one] })));
    await send(server, delivery(order(), 'order.created'));
  }
  expect(await earned(server)).toEqual({ email: '20.00', net: '20.00' });
  expect((await receiptOf(server, 'woocommerce:727')).order).toMatchObject({
    order_id: '727',
    match: { method: 'landing_url', campaign_id: 'october' },
  });
  const { body } = await server.get('/v1/conflicts', { authorization: 'Bearer admin-key-of-the-tests' });
  expect(body.conflicts ?? body.rows).toEqual([]);
});

test('an order that was paid and given up is worth nothing, in any order of the deliveries', async () => {
  const refund = { id: 801, reason: '', total: '-5.00' };
  const life = [order(), order({ status: 'cancelled' }), order({ status: 'cancelled', refunds: [refund] })];
  for (const all of [life, [...life].reverse()]) {
    const server = await start();
    for (const one of all) await send(server, delivery(one));
    expect(await earned(server)).toMatchObject({ net: '0.00' });
  }
});

test('a full refund without an entry, a renewal, a ping, and wrong signatures', async () => {
  const server = await start();
  await send(server, delivery(order({ status: 'refunded' })));
  await send(
    server,
    delivery(order({ id: 728, number: '728', meta_data: [{ key: '_subscription_renewal', value: '7' }] })),
  );
  expect(await earned(server, 'conversion_type')).toMatchObject({ net: '29.35' });
  const types = (await server.rows('conversions')).map(({ conversion_type }) => conversion_type);
  expect(types).toEqual(['purchase', 'renewal']);
  const ping = await server.deliver('webhook_id=142', { 'content-type': 'application/x-www-form-urlencoded' });
  expect(ping.status).toBe(200);
  const { body, headers } = delivery(order());
  expect((await server.deliver(`${body} `, headers)).status).toBe(401);
  expect((await server.deliver(body, { 'x-wc-webhook-topic': 'order.created' })).status).toBe(401);
});
