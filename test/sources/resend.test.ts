/** Resend's webhooks at a running server, signed by Svix's own library and by that of Standard Webhooks. */
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook } from 'svix';
import { expect, test } from 'vitest';
import { NOW_MS } from './clock.ts';
import { type SourceServer, startSource } from './harness.ts';
import { emailEventsOf, recordsOf, touchesOf } from './told.ts';

const SECRET = `whsec_${Buffer.from('a-secret-of-the-tests-1').toString('base64')}`;
const NEXT_SECRET = `whsec_${Buffer.from('a-secret-of-the-tests-2').toString('base64')}`;
const SOURCE = { provider: 'resend', secrets: [SECRET] };
const AT = new Date(NOW_MS - 3_600_000).toISOString();

const event = (type: string, data: object = {}) => ({
  type,
  created_at: AT,
  data: {
    email_id: 'message-1',
    created_at: '2026-03-01T00:00:00.000Z',
    from: 'Shop <news@shop.example>',
    to: ['Anna@Example.com'],
    subject: 'Spring',
    ...data,
  },
});

function signed(id: string, body: string, secret = SECRET, at_ms = NOW_MS): Record<string, string> {
  return {
    'svix-id': id,
    'svix-timestamp': String(Math.floor(at_ms / 1_000)),
    'svix-signature': new Webhook(secret).sign(id, new Date(at_ms), body),
  };
}

async function post(server: SourceServer, id: string, content: object): Promise<void> {
  const body = JSON.stringify(content);
  for (let i = 0; i < 2; i++) expect((await server.deliver(body, signed(id, body))).status).toBe(200);
}

const CLICK = {
  click: { ipAddress: '203.0.113.7', link: 'https://shop.example/sale', timestamp: AT, userAgent: 'curl/8.1' },
};
const BOUNCE = { bounce: { type: 'Permanent', subType: 'General', message: 'anna@example.com is unknown' } };

test('each event is taken once, however often it is posted', async () => {
  const server = await startSource(SOURCE);
  const events = [
    ...['sent', 'delivered', 'delivery_delayed', 'failed', 'suppressed', 'complained', 'opened', 'scheduled'].map(
      (name) => event(`email.${name}`),
    ),
    event('email.bounced', BOUNCE),
    event('email.clicked', CLICK),
    event('domain.created'),
    event('email.received'),
  ];
  for (const [i, one] of events.entries()) await post(server, `msg_${i}`, one);
  expect(await emailEventsOf(server)).toEqual({
    'email.sent': 'sent',
    'email.delivered': 'delivered',
    'email.delivery_delayed': 'deferred',
    'email.failed': 'dropped',
    'email.suppressed': 'dropped',
    'email.complained': 'complained',
    'email.scheduled': 'other',
    'email.bounced': 'bounced hard',
  });
  expect(await touchesOf(server)).toEqual(['email_open unknown', 'email_click bot']);
  const rows = await recordsOf(server);
  expect(rows).toHaveLength(10);
  expect(new Set(rows.map(({ occurred_at }) => occurred_at))).toEqual(new Set([NOW_MS - 3_600_000]));
  expect(rows.find(({ event_type }) => event_type === 'bounced')).toMatchObject({
    reason: '(address) is unknown',
    message_id: 'message-1',
  });
  expect(await server.status()).toMatchObject({ accepted: 20, ignored: 4, unusable: 0 });
});

test('an email to several people is one event of each', async () => {
  const server = await startSource(SOURCE);
  await post(server, 'msg_1', event('email.delivered', { to: ['anna@example.com', 'Ben <ben@example.com>'] }));
  const rows = await recordsOf(server);
  expect(rows).toHaveLength(2);
  expect(new Set(rows.map(({ customer_id }) => customer_id)).size).toBe(2);
});

test('a broadcast is a campaign, and tags may hold ids', async () => {
  const server = await startSource(SOURCE);
  await post(server, 'msg_1', event('email.sent', { broadcast_id: 'broadcast-1', template_id: 'template-1' }));
  await post(server, 'msg_2', event('email.sent', { tags: { category: 'receipts' } }));
  const tags = [
    { name: 'customer_id', value: 'customer-1' },
    { name: 'campaign_id', value: 'spring' },
    { name: 'email_id', value: 'teaser' },
  ];
  await post(server, 'msg_3', event('email.sent', { tags }));
  expect(await recordsOf(server)).toMatchObject([
    { campaign_id: 'broadcast-1', email_id: 'template-1', campaign_kind: 'campaign' },
    { campaign_id: 'receipts' },
    { customer_id: 'customer-1', campaign_id: 'spring', email_id: 'teaser' },
  ]);
});

test('an event without a recipient or a time is kept, and costs no other', async () => {
  const server = await startSource(SOURCE);
  await post(server, 'msg_1', event('email.sent', { to: [] }));
  await post(server, 'msg_2', { ...event('email.sent', { created_at: 'soon' }), created_at: null });
  expect(await server.status()).toMatchObject({ accepted: 0, unusable: 4, last_reason: 'created_at: is no time' });
});

test('headers of Standard Webhooks and several signatures are taken, also while the secret changes', async () => {
  const server = await startSource({ ...SOURCE, secrets: [NEXT_SECRET, SECRET] });
  const body = JSON.stringify(event('email.sent'));
  const standard = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(NOW_MS / 1_000),
    'webhook-signature': new StandardWebhook(SECRET).sign('msg_1', new Date(NOW_MS), body),
  };
  expect((await server.deliver(body, standard)).status).toBe(200);
  const [good, other] = [signed('msg_2', body), signed('msg_2', body, `whsec_${Buffer.from('x').toString('base64')}`)];
  const several = `v2,AAAA ${other['svix-signature']} ${good['svix-signature']}`;
  expect((await server.deliver(body, { ...good, 'svix-signature': several })).status).toBe(200);
  expect((await server.deliver(body, other)).status).toBe(401);
  // An id that is not signed does not make another event of a delivery that somebody sends again.
  const again = await server.deliver(body, { ...good, 'webhook-id': 'msg_3' });
  expect(again.status).toBe(200);
  expect(await recordsOf(server)).toHaveLength(2);
});

test.each([
  ['another body', (body: string) => signed('msg_1', `${body} `), 'does not fit the secret'],
  ['another id', (body: string) => ({ ...signed('msg_1', body), 'svix-id': 'msg_2' }), 'does not fit the secret'],
  ['an old timestamp', (body: string) => signed('msg_1', body, SECRET, NOW_MS - 301_000), 'from this server'],
  ['a timestamp to come', (body: string) => signed('msg_1', body, SECRET, NOW_MS + 301_000), 'from this server'],
  ['no signature', () => ({}), 'headers of the signature are missing'],
])('%s is refused with 401, and nothing changes', async (_, headers, reason) => {
  const server = await startSource(SOURCE);
  const body = JSON.stringify(event('email.sent'));
  const answer = await server.deliver(body, headers(body) as Record<string, string>);
  expect(answer).toMatchObject({ status: 401, body: { error: { message: expect.stringContaining(reason) } } });
  expect(await recordsOf(server)).toEqual([]);
});
