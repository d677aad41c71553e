/** Postmark's webhooks at a running server: each event becomes what it is, once. */
import { expect, test } from 'vitest';
import { startSource } from './harness.ts';

const SOURCE = {
  provider: 'postmark',
  path_token: 'a-token-of-more-than-twenty-characters',
  basic_auth: { user: 'postmark', password: 'secret' },
};
const PATH = `/v1/sources/hook/${SOURCE.path_token}`;
const BASIC = { authorization: `Basic ${Buffer.from('postmark:secret').toString('base64')}` };

const about = (RecordType: string, rest: object) => ({
  RecordType,
  MessageID: 'message-1',
  MessageStream: 'outbound',
  Recipient: 'Anna@Example.com',
  Tag: 'welcome',
  Metadata: { email_id: 'teaser' },
  ...rest,
});
const bounce = (Type: string, rest: object = {}) =>
  about('Bounce', {
    ID: `bounce-${Type}`,
    Type,
    Recipient: undefined,
    Email: 'anna@example.com',
    BouncedAt: '2026-03-10T06:00:00.3963933-04:00',
    Details: 'smtp;550 anna@example.com unknown',
    ...rest,
  });
const change = (SuppressSending: boolean, SuppressionReason: string | null) =>
  about('SubscriptionChange', { ChangedAt: '2026-03-10T09:00:00Z', SuppressSending, SuppressionReason });
const client = {
  ReceivedAt: '2026-03-10T09:30:00.9065619Z',
  Platform: 'Desktop',
  UserAgent:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
  Geo: { IP: '203.0.113.7' },
};

test('each event becomes what it is, also when it is posted twice', async () => {
  const server = await startSource(SOURCE);
  const events = [
    about('Delivery', { DeliveredAt: '2026-03-10T05:28:10.2735393-04:00' }),
    bounce('HardBounce'),
    bounce('SoftBounce', { RecordType: undefined }),
    bounce('Unsubscribe'),
    bounce('AutoResponder'),
    about('SpamComplaint', { ID: 7, Type: 'SpamComplaint', BouncedAt: '2026-03-10T08:00:00Z' }),
    change(true, 'ManualSuppression'),
    change(true, 'HardBounce'),
    change(false, null),
    about('SomethingNew', { ReceivedAt: '2026-03-10T08:00:00Z', MessageStream: 'broadcast' }),
    about('Open', { ...client, FirstOpen: true }),
    about('Click', { ...client, OriginalLink: 'https://shop.example/a' }),
    about('Click', { ...client, OriginalLink: 'https://shop.example/b' }),
  ];
  for (const one of [...events, ...events]) {
    const answer = await server.deliver(JSON.stringify(one), BASIC, PATH);
    expect(answer).toMatchObject({ status: 200, body: { accepted: 1, unusable: 0 } });
  }
  const common = { message_id: 'message-1', campaign_id: 'welcome', email_id: 'teaser' };
  const kind = { campaign_kind: 'transactional' };
  expect(await server.rows('email_events')).toMatchObject(
    [
      { event_type: 'delivered', ...kind },
      { event_type: 'bounced', bounce_kind: 'hard', reason: 'smtp;550 (address) unknown' },
      { event_type: 'bounced', bounce_kind: 'soft', provider_event: 'Bounce SoftBounce' },
      { event_type: 'unsubscribed', provider_event: 'Bounce Unsubscribe' },
      { event_type: 'other', provider_event: 'Bounce AutoResponder' },
      { event_type: 'complained' },
      { event_type: 'unsubscribed' },
      { event_type: 'other', reason: 'HardBounce' },
      { event_type: 'resubscribed' },
      { event_type: 'other', provider_event: 'SomethingNew', campaign_kind: 'campaign' },
    ].map((row) => ({ ...row, ...common })),
  );
  expect(await server.rows('touchpoints')).toMatchObject(
    [
      { touchpoint_type: 'email_open', verdict: 'human', device_type: 'desktop' },
      { touchpoint_type: 'email_click', url: 'https://shop.example/a' },
      { touchpoint_type: 'email_click', url: 'https://shop.example/b' },
    ].map((row) => ({ ...row, ...common, ...kind })),
  );
  expect(await server.status()).toMatchObject({ signed: false, deliveries: 26, letters: 0 });
});

test('metadata names customer, campaign and kind; the customer and the address are linked', async () => {
  const server = await startSource(SOURCE);
  const Metadata = { customer_id: 'customer-1', campaign_id: 'spring', campaign_kind: 'flow' };
  const body = JSON.stringify(about('Delivery', { DeliveredAt: '2026-03-10T09:00:00Z', Metadata }));
  await server.deliver(body, BASIC, PATH);
  expect(await server.rows('email_events')).toMatchObject([
    { customer_id: 'customer-1', campaign_id: 'spring', campaign_kind: 'flow' },
  ]);
  expect(await server.rows('identity_links')).toMatchObject([{ left_id: 'customer-1', kind: 'email' }]);
});

test.each([
  ['without the token', BASIC, '/v1/sources/hook'],
  ['with another token', BASIC, `${PATH}x`],
  ['without the password', {}, PATH],
  ['with another password', { authorization: `Basic ${Buffer.from('postmark:secreT').toString('base64')}` }, PATH],
])('a delivery %s is refused with 401, and the answer asks for a password', async (_, headers, path) => {
  const server = await startSource(SOURCE);
  const body = JSON.stringify(about('Delivery', { DeliveredAt: '2026-03-10T09:00:00Z' }));
  const answer = await server.deliver(body, headers as Record<string, string>, path);
  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toMatch(/^Basic realm=/);
  expect(await server.rows('email_events')).toEqual([]);
});

test('a configuration without proof is refused', async () => {
  await expect(startSource({ provider: 'postmark', path_token: SOURCE.path_token })).rejects.toThrow(
    'give path_token and basic_auth',
  );
});
