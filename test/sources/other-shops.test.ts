/** Paddle, Lemon Squeezy, and shops without a source of their own, at a running server. */
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { NOW_MS } from './clock.ts';
import { startSource } from './harness.ts';
import { ago, CLICK, clicked, earned, hmac, receiptOf, SECONDS, type Sent, send, tell } from './shops.ts';

const SECRET = 'secret-of-the-tests';

test('Paddle: completed transactions, renewals, and approved adjustments', async () => {
  const server = await startSource({ provider: 'paddle', secrets: [SECRET] });
  const event = (event_type: string, data: object, at = SECONDS): Sent => {
    const body = JSON.stringify({ event_id: 'evt_1', event_type, occurred_at: ago(60), data });
    return { body, headers: { 'paddle-signature': `ts=${at};h1=${hmac(SECRET, 'hex', `${at}:`, body)}` } };
  };
  const transaction = (id: string, rest: object = {}) =>
    event('transaction.completed', {
      id,
      status: 'completed',
      origin: 'web',
      customer_id: 'ctm_1',
      currency_code: 'USD',
      custom_data: { ct_click_id: CLICK },
      billed_at: ago(3_600),
      details: { totals: { total: '12050', grand_total: '12050', currency_code: 'USD' } },
      items: [{ price: { product_id: 'pro_1' }, quantity: 1 }],
      ...rest,
    });
  const adjustment = (id: string, action: string, total: string, status = 'approved') =>
    event('adjustment.updated', {
      id,
      action,
      status,
      transaction_id: 'txn_1',
      currency_code: 'USD',
      totals: { total },
      created_at: ago(600),
    });
  await tell(server, 'touchpoints', clicked());
  const all = [
    adjustment('adj_1', 'refund', '2000', 'pending_approval'),
    adjustment('adj_1', 'refund', '2000'),
    adjustment('adj_2', 'chargeback', '10050'),
    adjustment('adj_3', 'chargeback_reverse', '10050'),
    adjustment('adj_4', 'chargeback_warning', '10050'),
    transaction('txn_1'),
    transaction('txn_2', { origin: 'subscription_recurring', custom_data: null }),
    adjustment('adj_5', 'constructor', '10050'),
  ];
  for (let i = 0; i < 2; i++) for (const one of all) await send(server, one);
  expect(await earned(server, 'conversion_type')).toEqual({ purchase: '100.50', renewal: '120.50', net: '221.00' });
  expect((await receiptOf(server, 'paddle:txn_1')).order.match).toMatchObject({ method: 'click_id' });
  const old = transaction('txn_3');
  const stale = event('transaction.completed', {}, SECONDS - 301);
  for (const { body, headers } of [{ ...old, body: `${old.body} ` }, stale, { ...old, headers: {} }])
    expect((await server.deliver(body, headers)).status).toBe(401);
});

test('Lemon Squeezy: orders, renewals and refunds; the first invoice repeats its order', async () => {
  const server = await startSource({ provider: 'lemonsqueezy', secrets: [SECRET] });
  const event = (event_name: string, id: string, attributes: object, meta: object = {}): Sent => {
    const body = JSON.stringify({
      meta: { event_name, test_mode: false, custom_data: { ct_click_id: CLICK }, ...meta },
      data: {
        type: 'orders',
        id,
        attributes: {
          status: 'paid',
          customer_id: 7,
          user_email: 'anna@example.com',
          currency: 'USD',
          total: 1_199,
          created_at: ago(3_600),
          refunded_at: ago(60),
          ...attributes,
        },
      },
    });
    return { body, headers: { 'x-signature': hmac(SECRET, 'hex', body) } };
  };
  await tell(server, 'touchpoints', clicked());
  const all = [
    event('order_refunded', '1', { status: 'partial_refund', refunded_amount: 199 }),
    event('order_created', '1', {}),
    event('subscription_payment_success', '1', { billing_reason: 'initial' }),
    event('subscription_payment_success', '2', { billing_reason: 'renewal' }),
    event('order_created', '9', {}, { test_mode: true }),
  ];
  for (let i = 0; i < 2; i++) for (const one of all) await send(server, one);
  expect(await earned(server, 'conversion_type')).toEqual({ purchase: '10.00', renewal: '11.99', net: '21.99' });
  expect(await earned(server)).toEqual({ email: '21.99', net: '21.99' });
  const { body, headers } = all[1]!;
  expect((await server.deliver(`${body} `, headers)).status).toBe(401);
});

const ITEMS = [
  {
    type: 'order',
    order_id: 'A-1',
    value: '50.00',
    currency: 'USD',
    occurred_at: ago(3_600),
    email: 'anna@example.com',
    click_id: CLICK,
  },
  { type: 'refund', order_id: 'A-1', refund_id: 'r1', amount: '5.00', currency: 'USD', occurred_at: ago(60) },
  { type: 'refund', order_id: 'A-1', refund_id: 'r2', amount: '5.00', currency: 'USD', occurred_at: ago(60) },
  { type: 'renewal', order_id: 'A-2', value: '7', currency: 'USD', occurred_at: ago(60), customer_id: 'c-1' },
  { record: 'email_events', event_type: 'delivered', email: 'anna@example.com', occurred_at: ago(7_200) },
];

test('a generic webhook takes orders, refunds and records, signed in either of two ways', async () => {
  const key = Buffer.from('a key for standard webhooks').toString('base64');
  const server = await startSource({ provider: 'generic', secrets: [SECRET, `whsec_${key}`] });
  await tell(server, 'touchpoints', clicked());
  const body = JSON.stringify(ITEMS);
  const hex = { 'x-timestamp': String(SECONDS), 'x-signature': hmac(SECRET, 'hex', `${SECONDS}.`, body) };
  const standard = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(SECONDS),
    'webhook-signature': `v1,AAAA ${new Webhook(key).sign('msg_1', new Date(NOW_MS), body)}`,
  };
  expect((await send(server, { body, headers: hex })).body).toEqual({ accepted: 5, ignored: 0, unusable: 0 });
  await send(server, { body, headers: standard });
  // Nobody touched the customer of the renewal.
  expect(await earned(server, 'conversion_type')).toEqual({ purchase: '40.00', net: '47.00' });
  const wrong = [
    { ...hex, 'x-timestamp': String(SECONDS - 1) },
    { ...standard, 'webhook-id': 'msg_2' },
    { ...standard, 'webhook-signature': 'v1,AAAA' },
    { 'x-signature': hex['x-signature'] },
  ];
  for (const headers of wrong) expect((await server.deliver(body, headers)).status).toBe(401);
});

test('an item that says nothing is kept with what to send', async () => {
  const server = await startSource({ provider: 'generic', secrets: [SECRET] });
  const post = (item: object) => {
    const body = JSON.stringify(item);
    const signature = hmac(SECRET, 'hex', `${SECONDS}.`, body);
    return send(server, { body, headers: { 'x-timestamp': String(SECONDS), 'x-signature': signature } });
  };
  const wrong: Array<[item: object, reason: string]> = [
    [{ type: 'sale' }, 'type: use order, renewal or refund, or name a record'],
    [{ record: 'sales' }, 'record: use one of'],
    [{ ...ITEMS[1], amount: '-5.00' }, 'amount: is not above zero'],
    [{ ...ITEMS[0], order_id: undefined }, 'order_id: is missing'],
    [{ ...ITEMS[0], value: '12,50' }, 'value: is no decimal amount'],
  ];
  for (const [item] of wrong) expect((await post(item)).body).toMatchObject({ unusable: 1 });
  const letters = JSON.stringify(await server.tributary.state.list('source_letters'));
  for (const [, reason] of wrong) expect(letters).toContain(reason);
});

test('a secret that is no base64 proves nothing by Standard Webhooks', async () => {
  const secret = 'пароль-пароль';
  const server = await startSource({ provider: 'generic', secrets: [secret] });
  const body = JSON.stringify(ITEMS);
  const signature = hmac(Buffer.from(secret, 'base64'), 'base64', `msg_1.${SECONDS}.`, body);
  const standard = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(SECONDS),
    'webhook-signature': `v1,${signature}`,
  };
  expect((await server.deliver(body, standard)).status).toBe(401);
});
