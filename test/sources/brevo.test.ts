/** Brevo's webhooks at a running server. Nobody signs them, so the path and a password are the proof. */
import { expect, test } from 'vitest';
import { NOW_MS } from './clock.ts';
import { startSource } from './harness.ts';
import { emailEventsOf, recordsOf, touchesOf } from './told.ts';
import { PASSWORD, PATH, UNSIGNED } from './unsigned.ts';

const SOURCE = { provider: 'brevo', ...UNSIGNED };
const AT_MS = NOW_MS - 3_600_000;
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

const mail = (event: string, rest: object = {}) => ({
  event,
  email: 'Anna@Example.com',
  id: 77,
  // The wall clock of an account in New York, which is not to be read as UTC.
  date: '2026-03-10 07:00:00',
  ts_event: AT_MS / 1_000,
  ts_epoch: AT_MS,
  'message-id': '<message-1@relay.example>',
  template_id: 12,
  tag: '["receipts","news"]',
  ...rest,
});
const newsletter = (event: string, rest: object = {}) => ({
  event,
  email: 'Anna@Example.com',
  camp_id: 5,
  'campaign name': 'Spring',
  tag: '',
  date_event: '2026-03-10 07:00:00',
  ts_event: AT_MS / 1_000,
  ...rest,
});

test('a batch is taken once, however often it is posted', async () => {
  const server = await startSource(SOURCE);
  const batch = JSON.stringify([
    ...['request', 'delivered', 'deferred', 'hard_bounce', 'soft_bounce', 'invalid_email', 'blocked', 'error'].map(
      (event) => mail(event),
    ),
    ...['complaint', 'unsubscribed', 'constructor'].map((event) => mail(event)),
    ...['spam', 'unsubscribe', 'list_addition', 'contact_deleted'].map((event) => newsletter(event)),
    mail('unique_opened', { user_agent: CHROME }),
    mail('opened', { user_agent: CHROME, ts_epoch: AT_MS + 60_000 }),
    mail('unique_proxy_open'),
    mail('proxy_open', { ts_epoch: AT_MS + 120_000 }),
    mail('click', { link: 'https://shop.example/sale', user_agent: CHROME }),
    newsletter('click', { URL: 'https://shop.example/spring', ts_event: AT_MS / 1_000 + 5 }),
  ]);
  for (let i = 0; i < 2; i++)
    expect(await server.deliver(batch, PASSWORD, PATH)).toMatchObject({ status: 200, body: { accepted: 21 } });
  expect(await emailEventsOf(server)).toEqual({
    request: 'sent',
    delivered: 'delivered',
    deferred: 'deferred',
    hard_bounce: 'bounced hard',
    soft_bounce: 'bounced soft',
    invalid_email: 'bounced hard',
    blocked: 'dropped',
    error: 'dropped',
    complaint: 'complained',
    spam: 'complained',
    unsubscribed: 'unsubscribed',
    unsubscribe: 'unsubscribed',
    list_addition: 'resubscribed',
    contact_deleted: 'other',
    constructor: 'other',
  });
  expect(await touchesOf(server)).toEqual([
    'email_open human',
    'email_open human',
    'email_open machine',
    'email_open machine',
    'email_click human',
    'email_click unknown',
  ]);
  const rows = await recordsOf(server);
  expect(rows).toHaveLength(21);
  expect(new Set(rows.map(({ customer_id }) => customer_id)).size).toBe(1);
  expect(rows.flatMap((row) => Object.values(row)).join()).not.toMatch(/anna/i);
});

test('ids, campaigns and times are found in each form that Brevo writes', async () => {
  const server = await startSource(SOURCE);
  const one = async (event: object): Promise<unknown> => {
    expect((await server.deliver(JSON.stringify(event), PASSWORD, PATH)).body).toMatchObject({ accepted: 1 });
    return (await recordsOf(server)).at(-1);
  };
  const sent = { campaign_id: 'receipts', email_id: '12', campaign_kind: 'transactional' };
  expect(await one(mail('delivered'))).toMatchObject({
    ...sent,
    message_id: 'message-1@relay.example',
    occurred_at: AT_MS,
  });
  expect(await one(mail('request', { tag: ['receipts'] }))).toMatchObject(sent);
  expect(await one(mail('deferred', { tag: 'receipts' }))).toMatchObject(sent);
  expect(await one(mail('blocked', { tag: undefined, tags: ['receipts'] }))).toMatchObject(sent);
  expect(await one(newsletter('delivered'))).toMatchObject({
    campaign_id: '5',
    campaign_kind: 'campaign',
    occurred_at: AT_MS,
  });
  expect(await one(mail('error', { ts_epoch: undefined, ts_event: undefined }))).toMatchObject({
    occurred_at: Date.UTC(2026, 2, 10, 7),
  });
  const own = { customer_id: 'customer-1', campaign_id: 'spring', email_id: 'teaser' };
  expect(await one(mail('spam', { 'X-Mailin-custom': JSON.stringify(own) }))).toMatchObject(own);
  const listed = 'customer_id:customer-2|campaign_id:spring:1';
  expect(await one(mail('spam', { 'X-Mailin-custom': listed }))).toMatchObject({
    customer_id: 'customer-2',
    campaign_id: 'spring:1',
  });
  // The address beside an id of the sender links the two.
  expect(await server.rows('identity_links')).toMatchObject([{ left_id: 'customer-1' }, { left_id: 'customer-2' }]);
});

test('a delivery without the path or the password is refused', async () => {
  const server = await startSource(SOURCE);
  const body = JSON.stringify(mail('delivered'));
  const wrong = { authorization: `Basic ${Buffer.from('esp:guessed').toString('base64')}` };
  expect((await server.deliver(body, {}, PATH)).status).toBe(401);
  expect((await server.deliver(body, wrong, PATH)).status).toBe(401);
  expect((await server.deliver(body, PASSWORD)).status).toBe(401);
  expect((await server.deliver(body, PASSWORD, `${PATH}x`)).status).toBe(401);
  expect(await recordsOf(server)).toEqual([]);
  expect(await server.status()).toMatchObject({ signed: false, deliveries: 0, refused_deliveries: 4 });
});

test('a token can take the place of the password', async () => {
  const { path_token } = UNSIGNED;
  const server = await startSource({ provider: 'brevo', path_token, bearer_token: 'token-of-the-tests' });
  const body = JSON.stringify(mail('delivered'));
  expect((await server.deliver(body, { authorization: 'Bearer guessed' }, PATH)).status).toBe(401);
  expect((await server.deliver(body, PASSWORD, PATH)).status).toBe(401);
  expect((await server.deliver(body, { authorization: 'Bearer token-of-the-tests' }, PATH)).status).toBe(200);
  await expect(startSource({ provider: 'brevo', path_token })).rejects.toThrow('give path_token and basic_auth');
});
