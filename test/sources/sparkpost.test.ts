/** SparkPost's webhooks at a running server. Nobody signs them, so the path and a password are the proof. */
import { expect, test } from 'vitest';
import { NOW_MS } from './clock.ts';
import { startSource } from './harness.ts';
import { emailEventsOf, recordsOf, touchesOf } from './told.ts';
import { PASSWORD, PATH, UNSIGNED } from './unsigned.ts';

const SOURCE = { provider: 'sparkpost', ...UNSIGNED };
const AT = NOW_MS / 1_000 - 3_600;
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

let number = 0;
const event = (group: string, type: string, rest: object = {}) => ({
  msys: {
    [group]: {
      type,
      event_id: `event-${++number}`,
      // The account of the sender, and no person.
      customer_id: '1',
      rcpt_to: 'anna@example.com',
      raw_rcpt_to: 'Anna@Example.com',
      message_id: 'message-1',
      transmission_id: 'transmission-1',
      timestamp: String(AT),
      ...rest,
    },
  },
});
const mail = (type: string, rest?: object) => event('message_event', type, rest);
const track = (type: string, rest?: object) => event('track_event', type, { user_agent: CHROME, ...rest });

test('a batch is taken once, however often it is posted', async () => {
  const server = await startSource(SOURCE);
  const batch = JSON.stringify([
    ...['injection', 'delivery', 'delay', 'policy_rejection', 'spam_complaint', 'out_of_band', 'sms_status'].map(
      (type) => mail(type),
    ),
    mail('bounce', { bounce_class: '10', reason: '550 <anna@example.com> unknown' }),
    ...['generation_failure', 'generation_rejection'].map((type) => event('gen_event', type)),
    ...['list_unsubscribe', 'link_unsubscribe'].map((type) => event('unsubscribe_event', type)),
    track('click', { target_link_url: 'https://shop.example/sale', timestamp: new Date(AT * 1_000).toISOString() }),
    track('amp_click', { target_link_url: 'https://shop.example/amp' }),
    track('open', { user_agent_parsed: { is_prefetched: true } }),
    track('amp_open', { message_id: 'message-2', user_agent_parsed: { is_proxy: true } }),
    event('relay_event', 'relay_delivery'),
  ]);
  for (let i = 0; i < 2; i++)
    expect(await server.deliver(batch, PASSWORD, PATH)).toMatchObject({
      status: 200,
      body: { accepted: 16, ignored: 1, unusable: 0 },
    });
  expect(await emailEventsOf(server)).toEqual({
    injection: 'sent',
    delivery: 'delivered',
    delay: 'deferred',
    policy_rejection: 'dropped',
    spam_complaint: 'complained',
    out_of_band: 'bounced hard',
    sms_status: 'other',
    bounce: 'bounced hard',
    generation_failure: 'dropped',
    generation_rejection: 'dropped',
    list_unsubscribe: 'unsubscribed',
    link_unsubscribe: 'unsubscribed',
  });
  expect(await touchesOf(server)).toEqual([
    'email_click human',
    'email_click human',
    'email_open machine',
    'email_open proxied',
  ]);
  const rows = await recordsOf(server);
  expect(rows).toHaveLength(16);
  expect(new Set(rows.map(({ customer_id }) => customer_id))).toEqual(
    new Set([expect.stringMatching(/^email_[0-9a-f]{32}$/)]),
  );
  expect(rows.flatMap((row) => Object.values(row)).join()).not.toMatch(/anna/i);
});

test('the two pixels of one email make one open, a later open another', async () => {
  const server = await startSource(SOURCE);
  const batch = [track('initial_open'), track('open'), track('open', { timestamp: String(AT + 600) })];
  await server.deliver(JSON.stringify(batch), PASSWORD, PATH);
  expect(await touchesOf(server)).toEqual(['email_open human', 'email_open human']);
});

test.each([
  [['10', '30', '90'], 'bounced hard'],
  [['20', '21', '22', '23', '24', '40', '50', '60', '70', '100'], 'bounced soft'],
  [['1', '25', '80'], 'bounced'],
])('bounces of the classes %s are %s', async (classes, expected) => {
  const server = await startSource(SOURCE);
  const batch = classes.map((bounce_class) => mail('bounce', { bounce_class: Number(bounce_class) }));
  await server.deliver(JSON.stringify(batch), PASSWORD, PATH);
  const rows = await recordsOf(server);
  expect(rows).toHaveLength(classes.length);
  expect(await emailEventsOf(server)).toEqual({ bounce: expected });
  expect(new Set(rows.map(({ bounce_kind }) => bounce_kind)).size).toBe(1);
});

test('the try of a new webhook is no event, and metadata may hold ids', async () => {
  const server = await startSource(SOURCE);
  expect((await server.deliver('[{"msys":{}}]', PASSWORD, PATH)).body).toEqual({
    accepted: 0,
    ignored: 0,
    unusable: 0,
  });
  const own = { customer_id: 'customer-1', campaign_id: 'spring', email_id: 'teaser' };
  const batch = [
    mail('delivery', { rcpt_meta: own }),
    mail('delivery', { campaign_id: 'news', template_id: 'template-1', rcpt_meta: {} }),
    mail('delivery', { rcpt_tags: ['receipts'] }),
  ];
  await server.deliver(JSON.stringify(batch), PASSWORD, PATH);
  expect(await recordsOf(server)).toMatchObject([
    own,
    { campaign_id: 'news', email_id: 'template-1', message_id: 'message-1', occurred_at: AT * 1_000 },
    { campaign_id: 'receipts' },
  ]);
});

test('a delivery without the path or the password is refused', async () => {
  const server = await startSource(SOURCE);
  const body = JSON.stringify([mail('delivery')]);
  expect((await server.deliver(body, {}, PATH)).status).toBe(401);
  expect((await server.deliver(body, PASSWORD)).status).toBe(401);
  expect(await recordsOf(server)).toEqual([]);
});
