/** Customer.io's reporting webhooks at a running server. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { NOW_MS } from './clock.ts';
import { type SourceServer, startSource } from './harness.ts';
import { emailEventsOf, recordsOf, touchesOf } from './told.ts';

const SECRET = 'a-secret-of-the-tests';
const SOURCE = { provider: 'customerio', secrets: [SECRET] };
const AT_MS = NOW_MS - 3_600_000;

let number = 0;
const event = (metric: string, data: object = {}, object_type = 'email') => ({
  metric,
  event_id: `event-${++number}`,
  object_type,
  timestamp: AT_MS / 1_000,
  data: {
    customer_id: 'legacy-1',
    identifiers: { id: 'customer-1', email: 'Anna@Example.com', cio_id: 'cio-1' },
    delivery_id: 'delivery-1',
    recipient: object_type === 'email' ? 'anna@example.com' : '+491700000000',
    ...data,
  },
});

function signed(body: string, secret = SECRET, at_ms = NOW_MS): Record<string, string> {
  const timestamp = String(Math.floor(at_ms / 1_000));
  return {
    'x-cio-timestamp': timestamp,
    'x-cio-signature': createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex'),
  };
}

async function post(server: SourceServer, ...events: object[]): Promise<void> {
  for (const one of events) {
    const body = JSON.stringify(one);
    for (let i = 0; i < 2; i++) expect((await server.deliver(body, signed(body))).status).toBe(200);
  }
}

test('each event is taken once, however often it is posted', async () => {
  const server = await startSource(SOURCE);
  const metrics = 'sent delivered deferred dropped failed undeliverable spammed unsubscribed converted drafted';
  await post(
    server,
    ...metrics.split(' ').map((metric) => event(metric)),
    event('bounced', { failure_message: '550 no such user' }),
    event('subscribed', {}, 'customer'),
    event('opened', { proxied: false, prefetched: false }),
    event('opened', { proxied: true }),
    event('opened', { proxied: true, prefetched: true }),
    event('opened', { synthetic: true }),
    event('clicked', { href: 'https://shop.example/sale', machine: false }),
    event('clicked', { href: 'https://shop.example/sale', machine: true }),
    event('clicked', { href: 'https://shop.example/sale' }, 'sms'),
    event('clicked', {}, 'push'),
    event('clicked', {}, 'in_app'),
    event('sent', {}, 'sms'),
    event('delivered', {}, 'push'),
    event('attempted', {}, 'webhook'),
  );
  expect(await emailEventsOf(server)).toEqual({
    email_sent: 'sent',
    email_delivered: 'delivered',
    email_deferred: 'deferred',
    email_bounced: 'bounced hard',
    email_dropped: 'dropped',
    email_failed: 'dropped',
    email_undeliverable: 'dropped',
    email_spammed: 'complained',
    email_unsubscribed: 'unsubscribed',
    email_converted: 'other',
    email_drafted: 'other',
    customer_subscribed: 'resubscribed',
  });
  expect(await touchesOf(server)).toEqual([
    'email_open unknown',
    'email_open proxied',
    'email_open machine',
    'email_open human',
    'email_click unknown',
    'email_click bot',
    'sms_click unknown',
    'push_click unknown',
    'push_click unknown',
  ]);
  const rows = await recordsOf(server);
  expect(rows).toHaveLength(21);
  expect(new Set(rows.map(({ customer_id }) => customer_id))).toEqual(new Set(['customer-1']));
  expect(await server.rows('identity_links')).toMatchObject([{ left_id: 'customer-1', kind: 'email' }]);
  expect((await server.rows('touchpoints')).map(({ channel }) => channel).slice(-3)).toEqual(['sms', 'push', 'in_app']);
  expect(await server.status()).toMatchObject({ accepted: 42, ignored: 6, unusable: 0 });
});

test('the kind of campaign is told by what the delivery belongs to', async () => {
  const server = await startSource(SOURCE);
  await post(
    server,
    event('sent', { campaign_id: 23, action_id: 96 }),
    event('sent', { newsletter_id: 99, content_id: 114 }),
    event('sent', { broadcast_id: 9 }),
    event('sent', { transactional_message_id: 3 }),
  );
  expect(await recordsOf(server)).toMatchObject([
    { campaign_id: '23', email_id: '96', campaign_kind: 'flow', message_id: 'delivery-1', occurred_at: AT_MS },
    { campaign_id: '99', email_id: '114', campaign_kind: 'campaign' },
    { campaign_id: '9', campaign_kind: 'campaign' },
    { campaign_id: '3', campaign_kind: 'transactional' },
  ]);
});

test('a customer without an id of yours is known by the address', async () => {
  const server = await startSource(SOURCE);
  await post(server, event('sent', { identifiers: { id: null, email: 'anna@example.com', cio_id: 'cio-1' } }));
  await post(server, event('clicked', { identifiers: { id: null, email: null, cio_id: 'cio-1' } }, 'sms'));
  expect(await recordsOf(server)).toMatchObject([
    { customer_id: expect.stringMatching(/^email_[0-9a-f]{32}$/) },
    { customer_id: 'cio-1' },
  ]);
});

test('two secrets hold while one is changed', async () => {
  const server = await startSource({ ...SOURCE, secrets: ['the-next-secret', SECRET] });
  for (const secret of [SECRET, 'the-next-secret']) {
    const body = JSON.stringify(event('sent'));
    expect((await server.deliver(body, signed(body, secret))).status).toBe(200);
  }
});

test.each([
  ['another body', (body: string) => signed(`${body} `), 'does not fit the secret'],
  ['an old timestamp', (body: string) => signed(body, SECRET, NOW_MS - 301_000), 'from this server'],
  ['no signature', () => ({}), 'headers of the signature are missing'],
])('%s is refused with 401, and nothing changes', async (_, headers, reason) => {
  const server = await startSource(SOURCE);
  const body = JSON.stringify(event('sent'));
  const answer = await server.deliver(body, headers(body) as Record<string, string>);
  expect(answer).toMatchObject({ status: 401, body: { error: { message: expect.stringContaining(reason) } } });
  expect(await recordsOf(server)).toEqual([]);
});
