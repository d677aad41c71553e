/** Stripe's webhook at a running server. Stripe's own library signs the deliveries. */
import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { showReceipt } from '../../src/present/receipt.ts';
import { NOW_MS } from './clock.ts';
import { type SourceServer, startSource } from './harness.ts';
import { ago, CLICK, clicked, earned, receiptOf, SECONDS, type Sent, send, tell } from './shops.ts';

const SECRET = 'whsec_of_the_tests';
const { webhooks } = new Stripe('sk_test_of_the_tests');

function event(type: string, object: object, rest: object = {}): Sent {
  const { previous_attributes, ...fields } = rest as { previous_attributes?: object };
  const body = JSON.stringify({
    id: `evt_${type}`,
    object: 'event',
    type,
    created: SECONDS - 3_600,
    livemode: true,
    data: { object, ...(previous_attributes ? { previous_attributes } : {}) },
    ...fields,
  });
  const header = webhooks.generateTestHeaderString({ payload: body, secret: SECRET, timestamp: SECONDS });
  return { body, headers: { 'stripe-signature': header } };
}

const session = (rest: object = {}): object => ({
  id: 'cs_1',
  object: 'checkout.session',
  mode: 'payment',
  payment_status: 'paid',
  payment_intent: 'pi_1',
  customer: null,
  client_reference_id: CLICK,
  customer_details: { email: 'Anna@Example.com', name: 'Anna Example' },
  amount_total: 2_198,
  currency: 'usd',
  ...rest,
});
const charge = (rest: object = {}): object => ({
  id: 'ch_1',
  object: 'charge',
  payment_intent: 'pi_1',
  captured: true,
  amount: 2_198,
  amount_captured: 2_198,
  currency: 'usd',
  created: SECONDS - 3_602,
  billing_details: { email: 'anna@example.com', name: 'Anna Example' },
  ...rest,
});
const refund = (id: string, amount: number, rest: object = {}): object => ({
  id,
  object: 'refund',
  charge: 'ch_1',
  payment_intent: 'pi_1',
  amount,
  currency: 'usd',
  created: SECONDS - 600,
  status: 'succeeded',
  ...rest,
});
const invoice = (id: string, rest: object = {}): object => ({
  id,
  object: 'invoice',
  customer: 'cus_1',
  customer_email: 'anna@example.com',
  amount_paid: 1_000,
  currency: 'usd',
  created: SECONDS - 3_600,
  billing_reason: 'subscription_cycle',
  ...rest,
});

const start = (options = {}): Promise<SourceServer> => startSource({ provider: 'stripe', secrets: [SECRET], options });

test('one payment is one order, whichever of its events come, with its refunds and disputes, and the receipt says what joined it', async () => {
  const server = await start();
  await tell(server, 'touchpoints', clicked());
  const deliveries = [
    event('refund.created', refund('re_1', 500)),
    event('payment_intent.succeeded', {
      id: 'pi_1',
      object: 'payment_intent',
      amount_received: 2_198,
      currency: 'usd',
      latest_charge: 'ch_1',
    }),
    event('charge.succeeded', charge({ billing_details: { email: null } })),
    event('checkout.session.completed', session()),
    event('charge.refunded', charge({ amount_refunded: 500 }), { previous_attributes: { amount_refunded: 0 } }),
    event('refund.created', refund('re_2', 98)),
    event('refund.created', refund('re_3', 100)),
    event('refund.failed', refund('re_3', 100, { status: 'failed' })),
  ];
  for (let i = 0; i < 2; i++) for (const delivery of deliveries) await send(server, delivery);
  expect(await earned(server)).toEqual({ email: '16.00', net: '16.00' });
  const receipt = await receiptOf(server, 'stripe:cs_1');
  expect(showReceipt(receipt, 10)).toMatch(/matched by\s+click_id \(0\.99\): the order has the id of the click/);
  const { order } = receipt;
  expect(order).toMatchObject({
    order_id: 'pi_1',
    conversion_ids: ['stripe:ch_1', 'stripe:cs_1', 'stripe:pi_1'],
    match: { method: 'click_id', confidence: 0.99, conversion_id: 'stripe:cs_1', campaign_id: null },
  });
  const dispute = { id: 'dp_1', charge: 'ch_1', payment_intent: 'pi_1', amount: 1_600, currency: 'usd' };
  await send(server, event('charge.dispute.funds_withdrawn', dispute));
  expect(await earned(server)).toMatchObject({ net: '0.00' });
  await send(server, event('charge.dispute.funds_reinstated', dispute));
  expect(await earned(server)).toEqual({ email: '16.00', net: '16.00' });
  expect(await server.status()).toMatchObject({ unusable: 0, letters: 0 });
});

test('the first invoice of a subscription is its order, later ones are renewals, and the session says who clicked', async () => {
  const server = await start();
  await tell(server, 'touchpoints', clicked());
  const parent = { subscription_details: { metadata: { ct_click_id: CLICK } } };
  await send(server, event('invoice.paid', invoice('in_1', { billing_reason: 'subscription_create' })));
  await send(server, event('invoice.paid', invoice('in_2', { amount_paid: 1_250, parent })));
  await send(server, event('invoice.payment_succeeded', invoice('in_2', { amount_paid: 1_250, parent })));
  await send(server, event('invoice.paid', invoice('in_3', { amount_paid: 0 })));
  await send(
    server,
    event('checkout.session.completed', session({ mode: 'subscription', payment_intent: null, customer: 'cus_1' })),
  );
  // The charge of an invoice does not name it, and is told by its text.
  await send(server, event('charge.succeeded', charge({ customer: 'cus_1', description: 'Subscription update' })));
  expect((await receiptOf(server, 'stripe:in_2')).order.match).toMatchObject({ method: 'click_id' });
  expect(await earned(server, 'conversion_type')).toEqual({ subscription: '10.00', renewal: '12.50', net: '22.50' });
  expect(await earned(server)).toEqual({ email: '22.50', net: '22.50' });
});

test('an invoice that lists its payments names the order by its payment intent, so refunds find it', async () => {
  const server = await start();
  await tell(server, 'touchpoints', clicked({ anonymous_id: undefined, customer_id: 'cus_1' }));
  const payments = {
    object: 'list',
    data: [
      { id: 'inpay_0', status: 'canceled', payment: { type: 'payment_intent', payment_intent: 'pi_0' } },
      { id: 'inpay_1', status: 'paid', payment: { type: 'payment_intent', payment_intent: 'pi_1' } },
    ],
  };
  await send(server, event('invoice.paid', invoice('in_2', { payments })));
  await send(server, event('refund.created', refund('re_1', 250)));
  const payment = { type: 'payment_intent', payment_intent: 'pi_1' };
  const paid = {
    id: 'inpay_1',
    object: 'invoice_payment',
    invoice: 'in_2',
    amount_paid: 1_000,
    currency: 'usd',
    payment,
  };
  await send(server, event('invoice_payment.paid', paid));
  expect(await earned(server, 'conversion_type')).toEqual({ renewal: '7.50', net: '7.50' });
  expect(await server.status()).toMatchObject({ unusable: 0, letters: 0 });
});

test('with the option invoices, charges of subscriptions are the orders, so their refunds find them', async () => {
  const server = await start({ invoices: 'ignored' });
  await tell(server, 'touchpoints', clicked({ anonymous_id: undefined, customer_id: 'cus_1' }));
  await send(server, event('invoice.paid', invoice('in_2')));
  await send(server, event('charge.succeeded', charge({ customer: 'cus_1', description: 'Subscription update' })));
  await send(server, event('refund.created', refund('re_1', 198)));
  expect(await earned(server, 'conversion_type')).toEqual({ renewal: '20.00', net: '20.00' });
});

test('with the option refunds, each growth of the sum of a charge is one refund', async () => {
  const server = await start({ refunds: 'charge.refunded' });
  await tell(server, 'touchpoints', clicked());
  const refunded = (amount_refunded: number, before: number) =>
    event('charge.refunded', charge({ amount_refunded }), { previous_attributes: { amount_refunded: before } });
  for (const delivery of [refunded(1_200, 500), refunded(500, 0), refunded(500, 0)]) await send(server, delivery);
  await send(server, event('refund.created', refund('re_1', 500)));
  await send(server, event('checkout.session.completed', session()));
  expect(await earned(server)).toEqual({ email: '9.98', net: '9.98' });
});

test('amounts are whole numbers of the smallest unit of their currency', async () => {
  const server = await start();
  const pay = (id: string, currency: string, amount_total: number) =>
    send(server, event('checkout.session.completed', session({ id, payment_intent: null, currency, amount_total })));
  for (const [id, currency, amount] of [
    ['cs_jpy', 'jpy', 1_234],
    ['cs_kwd', 'kwd', 12_340],
    ['cs_isk', 'isk', 50_000],
    ['cs_mga', 'mga', 700],
    ['cs_eur', 'eur', 5],
  ] as const)
    await pay(id, currency, amount);
  const values = (await server.rows('conversions')).map((row) => [
    row['currency'],
    String(row['conversion_value_micros']),
  ]);
  expect(Object.fromEntries(values)).toEqual({
    JPY: '1234000000',
    KWD: '12340000',
    ISK: '500000000',
    MGA: '700000000',
    EUR: '50000',
  });
});

test('what is not paid, not captured or of the test mode is ignored, and test_mode takes the last', async () => {
  const server = await start();
  const unpaid = [
    event('checkout.session.completed', session({ payment_status: 'unpaid' })),
    event('charge.succeeded', charge({ captured: false })),
    event('checkout.session.completed', session(), { livemode: false }),
    event('customer.created', { id: 'cus_1' }),
  ];
  for (const delivery of unpaid) expect((await send(server, delivery)).body).toMatchObject({ ignored: 1, accepted: 0 });
  await send(server, event('checkout.session.async_payment_succeeded', session()));
  expect(await server.rows('conversions')).toHaveLength(1);
  const tests = await start({ test_mode: 'on' });
  expect((await send(tests, unpaid[2]!)).body).toMatchObject({ accepted: 2 });
});

test('only a fresh signature by one of the secrets is taken', async () => {
  const server = await startSource({ provider: 'stripe', secrets: ['whsec_new', SECRET] });
  const { body } = event('charge.succeeded', charge());
  const signed = (secret: string, at_ms = NOW_MS) =>
    webhooks.generateTestHeaderString({ payload: body, secret, timestamp: Math.floor(at_ms / 1_000) });
  const both = `${signed('whsec_other')},${signed('whsec_new').split(',')[1]}`;
  for (const header of [
    '',
    signed('whsec_other'),
    signed(SECRET, NOW_MS - 301_000),
    signed(SECRET).replace('v1=', 'v0='),
  ])
    expect((await server.deliver(body, { 'stripe-signature': header })).status).toBe(401);
  expect((await server.deliver(`${body} `, { 'stripe-signature': signed(SECRET) })).status).toBe(401);
  expect(await server.rows('conversions')).toEqual([]);
  for (const header of [signed(SECRET), both])
    expect((await server.deliver(body, { 'stripe-signature': header })).status).toBe(200);
});

test('a payment that came by webhook and by import is one order, as is its refund in the balance report', async () => {
  const server = await start();
  await send(server, event('checkout.session.completed', session()));
  await send(server, event('refund.created', refund('re_1', 500)));
  // As the presets make them.
  await tell(server, 'conversions', {
    conversion_id: 'stripe:ch_1',
    order_id: 'pi_1',
    customer_id: 'anna@example.com',
    conversion_type: 'purchase',
    conversion_value: '21.98',
    currency: 'USD',
    occurred_at: ago(3_602),
  });
  await tell(server, 'adjustments', {
    adjustment_id: 'stripe:re_1',
    conversion_id: 'stripe:ch_1',
    amount: '-5.00',
    currency: 'USD',
    reason: 'refund',
    occurred_at: ago(600),
  });
  expect(await earned(server)).toMatchObject({ net: '16.98' });
});
