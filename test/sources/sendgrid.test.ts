/** SendGrid's webhook at a running server: each event becomes what it is, once. */
import { generateKeyPairSync, sign } from 'node:crypto';
import eventwebhook from '@sendgrid/eventwebhook';
import { expect, test } from 'vitest';
import { NOW_MS } from './clock.ts';
import { startSource } from './harness.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const public_key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

function signed(body: string, at_ms = NOW_MS): Record<string, string> {
  const timestamp = String(Math.floor(at_ms / 1_000));
  return {
    'x-twilio-email-event-webhook-timestamp': timestamp,
    'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(timestamp + body), privateKey).toString(
      'base64',
    ),
  };
}

/** What SendGrid's own library says of a signature. */
function isSignedForSendGrid(body: string, headers: Record<string, string>): boolean {
  const { EventWebhook, EventWebhookHeader } = eventwebhook;
  const library = new EventWebhook();
  const signature = headers[EventWebhookHeader.SIGNATURE().toLowerCase()]!;
  const timestamp = headers[EventWebhookHeader.TIMESTAMP().toLowerCase()]!;
  return library.verifySignature(library.convertPublicKeyToECDSA(public_key), body, signature, timestamp);
}

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1';
const AT = Math.floor(NOW_MS / 1_000) - 3_600;
const event = (event: string, rest: object = {}) => ({
  email: 'Anna@Example.com',
  timestamp: AT,
  event,
  sg_event_id: `id-of-${event}`,
  sg_message_id: 'message-1.filter0001.16648.0',
  category: ['spring-sale', 'news'],
  ...rest,
});
const ALL = [
  event('processed'),
  event('delivered', { response: '250 OK' }),
  event('deferred', { response: '400 try again later' }),
  event('open', { useragent: IPHONE, ip: '203.0.113.7', sg_machine_open: true }),
  event('click', {
    useragent: IPHONE,
    ip: '203.0.113.7',
    url: 'https://shop.example/sale?utm_source=news',
  }),
  event('bounce', { type: 'bounce', reason: '550 anna@example.com unknown' }),
  event('dropped'),
  event('spamreport'),
  event('group_unsubscribe'),
  event('group_resubscribe'),
  event('a_new_event'),
];
// SendGrid ends bodies with a line end, so a server that signs what it parsed would fail.
const BODY = `${JSON.stringify(ALL)}\r\n`;

test('a batch is taken once, and nobody is named by address', async () => {
  const server = await startSource({ provider: 'sendgrid', public_key });
  const headers = signed(BODY);
  expect(isSignedForSendGrid(BODY, headers)).toBe(true);
  for (let i = 0; i < 2; i++) {
    const answer = await server.deliver(BODY, headers);
    expect(answer).toMatchObject({ status: 200, body: { accepted: 11, ignored: 0, unusable: 0 } });
  }
  const events = await server.rows('email_events');
  const types = Object.fromEntries(events.map(({ provider_event, event_type }) => [provider_event, event_type]));
  expect(types).toEqual({
    processed: 'sent',
    delivered: 'delivered',
    deferred: 'deferred',
    bounce: 'bounced',
    dropped: 'dropped',
    spamreport: 'complained',
    group_unsubscribe: 'unsubscribed',
    group_resubscribe: 'resubscribed',
    a_new_event: 'other',
  });
  expect(events.find(({ event_type }) => event_type === 'bounced')).toMatchObject({
    bounce_kind: 'hard',
    reason: '550 (address) unknown',
    message_id: 'message-1',
    campaign_id: 'spring-sale',
  });
  const touchpoints = await server.rows('touchpoints');
  expect(touchpoints).toMatchObject([
    { touchpoint_type: 'email_open', verdict: 'machine', message_id: 'message-1' },
    { touchpoint_type: 'email_click', channel: 'email', url: 'https://shop.example/sale?utm_source=news' },
  ]);
  const people = new Set([...events, ...touchpoints].map(({ customer_id }) => customer_id));
  expect([...people]).toEqual([expect.stringMatching(/^email_[0-9a-f]{32}$/)]);
  expect(await server.status()).toMatchObject({
    provider: 'sendgrid',
    signed: true,
    deliveries: 2,
    accepted: 22,
    letters: 0,
  });
});

test.each([
  ['another body', (body: string) => signed(`${body} `), 'does not fit the public key'],
  ['an old timestamp', (body: string) => signed(body, NOW_MS - 301_000), 'from this server'],
  ['no signature', () => ({}), 'headers of the signature are missing'],
])('%s is refused with 401, and nothing changes', async (_, headers, reason) => {
  const server = await startSource({ provider: 'sendgrid', public_key });
  const answer = await server.deliver(BODY, headers(BODY) as Record<string, string>);
  expect(answer.status).toBe(401);
  expect(answer.body.error.message).toContain(reason);
  expect(await server.rows('email_events')).toEqual([]);
  expect(await server.status()).toMatchObject({ deliveries: 0, refused_deliveries: 1, accepted: 0 });
});

test('an event that cannot be used is kept without the address, costs no other, and is tried again', async () => {
  const server = await startSource({ provider: 'sendgrid', public_key });
  const body = JSON.stringify([event('delivered'), event('open', { timestamp: undefined, ip: '203.0.113.7' })]);
  const answer = await server.deliver(body, signed(body));
  expect(answer).toMatchObject({ status: 200, body: { accepted: 1, unusable: 1 } });
  expect(await server.status()).toMatchObject({ letters: 1, last_reason: 'timestamp: is missing' });
  const kept = JSON.stringify(await server.tributary.state.list('source_letters'));
  expect(kept).not.toMatch(/anna|203\.0/i);
  expect(kept).toMatch(/email_[0-9a-f]{32}/);
  const again = await server.post('/v1/sources/hook/replay', undefined, {
    authorization: 'Bearer admin-key-of-the-tests',
  });
  expect(again.body).toEqual({ accepted: 0, ignored: 0, unusable: 1 });
});

test('a body that is no JSON is answered with 200 and kept', async () => {
  const server = await startSource({ provider: 'sendgrid', public_key });
  expect(await server.deliver('{', signed('{'))).toMatchObject({ status: 200, body: { unusable: 1 } });
  expect(await server.status()).toMatchObject({ letters: 1, last_reason: 'body: is not JSON' });
});

test('events that are nested too deep to be kept, or too many to be kept, are answered with 200', async () => {
  const server = await startSource({ provider: 'sendgrid', public_key });
  const deep = `[${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}]`;
  expect(await server.deliver(deep, signed(deep))).toMatchObject({ status: 200, body: { unusable: 1 } });
  const many = JSON.stringify(Array.from({ length: 2_100 }, () => ({})));
  expect(await server.deliver(many, signed(many))).toMatchObject({ status: 200, body: { unusable: 2_100 } });
  expect(await server.status()).toMatchObject({ letters: 2_000, unusable: 2_101 });
});

test('an unknown source is 404, and a token where none is configured is 401', async () => {
  const server = await startSource({ provider: 'sendgrid', public_key });
  expect((await server.deliver(BODY, signed(BODY), '/v1/sources/other')).status).toBe(404);
  expect((await server.deliver(BODY, signed(BODY), '/v1/sources/hook/secret')).status).toBe(401);
});

test('a reason names no address', async () => {
  const server = await startSource({ provider: 'sendgrid', public_key });
  const body = JSON.stringify([
    event('delivered', { customer_id: 'undefined', email: 'anna@example.com', timestamp: 'anna@example.com' }),
  ]);
  expect(await server.deliver(body, signed(body))).toMatchObject({ status: 200, body: { unusable: 1 } });
  expect((await server.status()).last_reason).not.toContain('anna');
});
