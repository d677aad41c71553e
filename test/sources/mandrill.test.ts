/** Mandrill's webhooks at a running server: each event becomes what it is, once. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { NOW_MS } from './clock.ts';
import { startSource } from './harness.ts';

const URL = 'https://user:pass@shop.example/v1/sources/hook';
const KEY = 'webhook-key';
const SOURCE = { provider: 'mandrill', secrets: [KEY], options: { url: URL } };
const TS = NOW_MS / 1_000 - 3_600;

const form = (events: unknown): string => new URLSearchParams({ mandrill_events: JSON.stringify(events) }).toString();

function signed(body: string, key = KEY, url = URL): Record<string, string> {
  const text = [...new URLSearchParams(body)].sort().flat().join('');
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-mandrill-signature': createHmac('sha1', key)
      .update(url + text)
      .digest('base64'),
  };
}

const event = (event: string, rest: object = {}, message: object = {}) => ({
  event,
  _id: 'message-1',
  ts: TS,
  msg: {
    email: 'Anna@Example.com',
    tags: ['spring-sale'],
    metadata: [],
    template: 'teaser',
    subject: 'Ünïcode & more = +',
    ...message,
  },
  ...rest,
});
const ALL = [
  event('send'),
  event('delivered'),
  event('deferral'),
  event('hard_bounce', {}, { diag: 'smtp;550 anna@example.com unknown' }),
  event('soft_bounce', {}, { bounce_description: 'mailbox_full' }),
  event('reject'),
  event('spam'),
  event('unsub'),
  event('a_new_event'),
  { type: 'blacklist', action: 'add', ts: TS, reject: { email: 'anna@example.com', reason: 'hard-bounce' } },
  event('open', { ip: '203.0.113.7', user_agent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.6) Postbox/1.1.3' }),
  event('click', { url: 'https://shop.example/a' }),
  event('click', { url: 'https://shop.example/b' }),
  { event: 'inbound', ts: TS, msg: { email: 'shop@shop.example' } },
];

test('a batch is taken once', async () => {
  const server = await startSource(SOURCE);
  const body = form(ALL);
  for (let i = 0; i < 2; i++) {
    const answer = await server.deliver(body, signed(body));
    expect(answer).toMatchObject({ status: 200, body: { accepted: 13, ignored: 1, unusable: 0 } });
  }
  const common = { message_id: 'message-1', campaign_id: 'spring-sale', email_id: 'teaser' };
  expect(await server.rows('email_events')).toMatchObject([
    ...[
      { event_type: 'sent' },
      { event_type: 'delivered' },
      { event_type: 'deferred' },
      { event_type: 'bounced', bounce_kind: 'hard', reason: 'smtp;550 (address) unknown' },
      { event_type: 'bounced', bounce_kind: 'soft', reason: 'mailbox_full' },
      { event_type: 'dropped' },
      { event_type: 'complained' },
      { event_type: 'unsubscribed' },
      { event_type: 'other', provider_event: 'a_new_event' },
    ].map((row) => ({ ...row, ...common })),
    { event_type: 'other', provider_event: 'blacklist_add', reason: 'hard-bounce' },
  ]);
  expect(await server.rows('touchpoints')).toMatchObject(
    [
      { touchpoint_type: 'email_open' },
      { touchpoint_type: 'email_click', url: 'https://shop.example/a' },
      { touchpoint_type: 'email_click', url: 'https://shop.example/b' },
    ].map((row) => ({ ...row, ...common })),
  );
});

test.each([
  ['by another key', signed(form(ALL), 'another')],
  ['over another URL', signed(form(ALL), KEY, 'https://shop.example/v1/sources/hook')],
  ['over another body', signed(form([]))],
  ['that is missing', {}],
])('a signature %s is refused with 401, and nothing changes', async (_, headers) => {
  const server = await startSource(SOURCE);
  expect((await server.deliver(form(ALL), headers as Record<string, string>)).status).toBe(401);
  expect(await server.rows('email_events')).toEqual([]);
});

test('the questions whether the URL is there are answered', async () => {
  const server = await startSource(SOURCE);
  for (const method of ['HEAD', 'GET'] as const)
    expect((await server.app.inject({ method, url: '/v1/sources/hook' })).statusCode).toBe(200);
  const empty = form([]);
  for (const headers of [{}, signed(empty, 'test-webhook')])
    expect(await server.deliver(empty, headers)).toMatchObject({ status: 200, body: { accepted: 0, unusable: 0 } });
});

test('while the key is changed, both are taken; without its URL the source is refused', async () => {
  const server = await startSource({ ...SOURCE, secrets: ['the-next-key', KEY] });
  for (const key of ['the-next-key', KEY]) {
    const body = form([event('send')]);
    expect((await server.deliver(body, signed(body, key))).status).toBe(200);
  }
  await expect(startSource({ ...SOURCE, options: {} })).rejects.toThrow('config.sources.hook.options.url: is needed');
});
