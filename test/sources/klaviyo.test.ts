/** Klaviyo's system webhooks at a running server. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { NOW_MS } from './clock.ts';
import { startSource } from './harness.ts';
import { emailEventsOf, recordsOf, touchesOf } from './told.ts';

const SECRET = 'a-secret-of-the-tests';
const SOURCE = { provider: 'klaviyo', secrets: [SECRET] };
const AT_MS = NOW_MS - 3_600_000;

let number = 0;
const event = (topic: string, properties: object = {}) => {
  const id = `event-${++number}`;
  return {
    external_id: id,
    topic: `event:klaviyo.${topic}`,
    payload: {
      data: {
        type: 'event',
        id,
        attributes: {
          timestamp: AT_MS / 1_000,
          datetime: new Date(AT_MS).toISOString(),
          event_properties: {
            'Campaign Name': 'Spring',
            $message: 'message-to-all',
            'Recipient Email Address': 'Anna@Example.com',
            ...properties,
          },
        },
        relationships: { profile: { data: { type: 'profile', id: 'profile-1' } } },
      },
    },
  };
};
const bodyOf = (...data: object[]): string => JSON.stringify({ data, meta: { klaviyo_webhook_id: 'webhook-1' } });

function signed(body: string, secret = SECRET, at_ms = NOW_MS): Record<string, string> {
  const timestamp = String(Math.floor(at_ms / 1_000));
  return {
    'klaviyo-signature': createHmac('sha256', secret).update(`${body}${timestamp}`).digest('hex'),
    'klaviyo-timestamp': timestamp,
    'klaviyo-webhook-id': 'webhook-1',
  };
}

test('a batch is taken once, however often it is posted', async () => {
  const server = await startSource(SOURCE);
  const body = bodyOf(
    ...['received_email', 'email_delivered', 'dropped_email', 'marked_email_as_spam', 'a_new_metric'].map((topic) =>
      event(topic),
    ),
    ...['unsubscribed_from_email_marketing', 'subscribed_to_email_marketing'].map((topic) => event(topic)),
    event('bounced_email', { 'Bounce Type': 'Hard' }),
    event('opened_email', { machine_open: true }),
    event('opened_email'),
    event('clicked_email', { URL: 'https://shop.example/sale', 'Bot Click': true }),
    event('clicked_email', { URL: 'https://shop.example/sale', 'Bot Click': false }),
    event('clicked_sms'),
    event('received_sms'),
  );
  for (let i = 0; i < 2; i++)
    expect(await server.deliver(body, signed(body))).toMatchObject({ status: 200, body: { accepted: 13, ignored: 1 } });
  expect(await emailEventsOf(server)).toEqual({
    received_email: 'sent',
    email_delivered: 'delivered',
    dropped_email: 'dropped',
    marked_email_as_spam: 'complained',
    a_new_metric: 'other',
    unsubscribed_from_email_marketing: 'unsubscribed',
    subscribed_to_email_marketing: 'resubscribed',
    bounced_email: 'bounced hard',
  });
  expect(await touchesOf(server)).toEqual([
    'email_open machine',
    'email_open unknown',
    'email_click bot',
    'email_click unknown',
    'sms_click unknown',
  ]);
  const rows = await recordsOf(server);
  expect(rows).toHaveLength(13);
  expect(new Set(rows.map(({ customer_id }) => customer_id))).toEqual(new Set(['profile-1']));
  expect(await server.rows('identity_links')).toMatchObject([{ left_id: 'profile-1', kind: 'email' }]);
});

test('a flow is told from a campaign, and the id that the shop gave the profile is the customer', async () => {
  const server = await startSource(SOURCE);
  const included = [
    { type: 'profile', id: 'profile-1', attributes: { external_id: 'customer-1', email: 'a@b.example' } },
  ];
  const known = event('received_email', { 'Recipient Email Address': undefined });
  const body = bodyOf(
    event('received_email'),
    event('received_email', { 'Campaign Name': undefined, $flow: 'flow-1' }),
    { ...known, payload: { ...known.payload, included } },
  );
  await server.deliver(body, signed(body));
  expect(await recordsOf(server)).toMatchObject([
    { campaign_kind: 'campaign', campaign_id: 'Spring', email_id: 'message-to-all', occurred_at: AT_MS },
    { campaign_kind: 'flow', campaign_id: 'flow-1' },
    { customer_id: 'customer-1' },
  ]);
});

test('two secrets hold while one is changed', async () => {
  const server = await startSource({ ...SOURCE, secrets: ['the-next-secret', SECRET] });
  for (const secret of [SECRET, 'the-next-secret']) {
    const body = bodyOf(event('received_email'));
    expect((await server.deliver(body, signed(body, secret))).status).toBe(200);
  }
});

test.each([
  ['another body', (body: string) => signed(`${body} `), 'does not fit the secret'],
  ['an old timestamp', (body: string) => signed(body, SECRET, NOW_MS - 301_000), 'from this server'],
  ['another webhook', (body: string) => ({ ...signed(body), 'klaviyo-webhook-id': 'webhook-2' }), 'the same webhook'],
  ['no signature', () => ({}), 'headers of the signature are missing'],
])('%s is refused with 401, and nothing changes', async (_, headers, reason) => {
  const server = await startSource(SOURCE);
  const body = bodyOf(event('received_email'));
  const answer = await server.deliver(body, headers(body) as Record<string, string>);
  expect(answer).toMatchObject({ status: 401, body: { error: { message: expect.stringContaining(reason) } } });
  expect(await recordsOf(server)).toEqual([]);
});
