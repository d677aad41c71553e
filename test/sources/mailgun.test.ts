/** Mailgun's webhooks at a running server: each event becomes what it is, once. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { NOW_MS } from './clock.ts';
import { startSource } from './harness.ts';

const KEY = 'signing-key-of-the-tests';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1';

let tokens = 0;
function bodyOf(event: object, { key = KEY, at_ms = NOW_MS, token = `token-${tokens++}` } = {}): string {
  const timestamp = String(Math.floor(at_ms / 1_000));
  const signature = createHmac('sha256', key).update(`${timestamp}${token}`).digest('hex');
  return JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': event });
}

const event = (event: string, rest: object = {}) => ({
  event,
  id: `id-of-${event}-${JSON.stringify(rest).length}`,
  timestamp: NOW_MS / 1_000 - 3_600.25,
  recipient: 'Anna@Example.com',
  tags: ['spring-sale', 'news'],
  campaigns: [],
  'user-variables': { email_id: 'teaser' },
  message: { headers: { 'message-id': 'message-1@shop.example', to: 'anna@example.com' } },
  ...rest,
});
const client = (rest: object) => ({
  ip: '203.0.113.7',
  'client-info': { 'user-agent': IPHONE, 'device-type': 'mobile', bot: '', ...rest },
});

test('each event becomes what it is, also when it is posted twice', async () => {
  const server = await startSource({ provider: 'mailgun', secrets: [KEY] });
  const events = [
    event('accepted'),
    event('delivered', { 'delivery-status': { message: 'OK' } }),
    event('failed', { severity: 'temporary', 'delivery-status': { message: '451 later' } }),
    event('failed', {
      severity: 'permanent',
      reason: 'generic',
      'delivery-status': { message: '550 anna@example.com unknown' },
    }),
    event('failed', { severity: 'permanent', reason: 'suppress-bounce' }),
    event('rejected', { recipient: undefined, reject: { reason: 'sandbox' } }),
    event('complained'),
    event('unsubscribed'),
    event('a_new_event'),
    event('opened', client({})),
    event('opened', client({ bot: 'apple', 'user-agent': 'Mozilla/5.0' })),
    event('opened', client({ bot: 'gmail' })),
    event('clicked', { ...client({}), url: 'https://shop.example/sale?utm_source=news' }),
  ];
  for (const one of events) {
    const body = bodyOf(one);
    for (let i = 0; i < 2; i++)
      expect(await server.deliver(body)).toMatchObject({ status: 200, body: { accepted: 1, unusable: 0 } });
  }
  expect(await server.deliver(bodyOf(event('stored')))).toMatchObject({ body: { accepted: 0, ignored: 1 } });
  const common = { message_id: 'message-1@shop.example', campaign_id: 'spring-sale', email_id: 'teaser' };
  expect(await server.rows('email_events')).toMatchObject(
    [
      { event_type: 'sent', provider: 'mailgun' },
      { event_type: 'delivered', reason: 'OK' },
      { event_type: 'deferred', reason: '451 later' },
      { event_type: 'bounced', bounce_kind: 'hard', reason: '550 (address) unknown' },
      { event_type: 'dropped', reason: 'suppress-bounce' },
      { event_type: 'dropped', reason: 'sandbox' },
      { event_type: 'complained' },
      { event_type: 'unsubscribed' },
      { event_type: 'other', provider_event: 'a_new_event' },
    ].map((row) => ({ ...row, ...common, customer_id: expect.stringMatching(/^email_[0-9a-f]{32}$/) })),
  );
  expect(await server.rows('touchpoints')).toMatchObject(
    [
      { touchpoint_type: 'email_open', verdict: 'human', device_type: 'mobile' },
      { touchpoint_type: 'email_open', verdict: 'machine' },
      { touchpoint_type: 'email_open', verdict: 'proxied' },
      { touchpoint_type: 'email_click', channel: 'email', url: 'https://shop.example/sale?utm_source=news' },
    ].map((row) => ({ ...row, ...common })),
  );
});

test.each([
  ['a signature by another key', bodyOf(event('delivered'), { key: 'another' }), 'fits none of the secrets'],
  ['a timestamp of yesterday', bodyOf(event('delivered'), { at_ms: NOW_MS - 86_401_000 }), 'from this server'],
  ['no signature', JSON.stringify({ 'event-data': event('delivered') }), 'no signature'],
  ['no JSON', '{', 'no signature'],
])('%s is refused with 401, and nothing changes', async (_, body, reason) => {
  const server = await startSource({ provider: 'mailgun', secrets: [KEY] });
  const answer = await server.deliver(body);
  expect(answer.status).toBe(401);
  expect(answer.body.error.message).toContain(reason);
  expect(await server.rows('email_events')).toEqual([]);
});

test('a token serves one content, which is taken again hours later', async () => {
  const server = await startSource({ provider: 'mailgun', secrets: [KEY] });
  const signed = { token: 'the-token', at_ms: NOW_MS - 8 * 3_600_000 };
  const body = bodyOf(event('delivered'), signed);
  for (let i = 0; i < 2; i++) expect((await server.deliver(body)).status).toBe(200);
  const forged = await server.deliver(bodyOf(event('complained'), signed));
  expect(forged.status).toBe(401);
  expect(forged.body.error.message).toContain('used before with another content');
  expect(await server.rows('email_events')).toMatchObject([{ event_type: 'delivered' }]);
});

test('while the key is changed, both are taken', async () => {
  const server = await startSource({ provider: 'mailgun', secrets: ['the-next-key', KEY] });
  for (const key of ['the-next-key', KEY])
    expect((await server.deliver(bodyOf(event('delivered'), { key }))).status).toBe(200);
});
