/** Webhooks of a Mailchimp audience at a running server: each event becomes what it is, once. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { NOW_MS } from './clock.ts';
import { startSource } from './harness.ts';

const SECRET = 'signing-secret';
const UNSIGNED = {
  provider: 'mailchimp',
  path_token: 'a-token-of-more-than-twenty-characters',
  basic_auth: { user: 'mailchimp', password: 'secret' },
};
const PATH = `/v1/sources/hook/${UNSIGNED.path_token}`;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const BASIC = { ...FORM, authorization: `Basic ${Buffer.from('mailchimp:secret').toString('base64')}` };

const form = (type: string, data: Record<string, string>): string =>
  new URLSearchParams({
    type,
    fired_at: '2026-03-09 21:35:57',
    ...Object.fromEntries(Object.entries(data).map(([name, value]) => [`data[${name}]`, value])),
    'data[merges][FNAME]': 'Anna',
  }).toString();
const ANNA = { id: '8a25ff1d98', list_id: 'a6b5da1054', email: 'Anna@Example.com' };

function signed(body: string, secret = SECRET, at_ms = NOW_MS): Record<string, string> {
  const t = Math.floor(at_ms / 1_000);
  const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
  return { ...FORM, 'x-mailchimp-signature': `t=${t},v1=${v1}` };
}

test('each event becomes what it is, also when it is posted twice', async () => {
  const server = await startSource(UNSIGNED);
  const events = [
    form('subscribe', ANNA),
    form('unsubscribe', { ...ANNA, reason: 'manual', campaign_id: 'spring' }),
    form('unsubscribe', { ...ANNA, reason: 'abuse' }),
    form('cleaned', { list_id: 'a6b5da1054', campaign_id: 'spring', reason: 'hard', email: 'a@example.com' }),
    form('cleaned', { list_id: 'a6b5da1054', campaign_id: 'spring', reason: 'hard', email: 'b@example.com' }),
    form('profile', ANNA),
    form('a_new_event', ANNA),
    form('upemail', { list_id: 'a6b5da1054', old_email: 'anna@example.com', new_email: 'ann@example.com' }),
  ];
  for (const body of [...events, ...events])
    expect(await server.deliver(body, BASIC, PATH)).toMatchObject({ status: 200, body: { accepted: 1, unusable: 0 } });
  const campaign = await server.deliver(form('campaign', { id: 'spring', status: 'sent' }), BASIC, PATH);
  expect(campaign).toMatchObject({ status: 200, body: { accepted: 0, ignored: 1 } });
  const rows = await server.rows('email_events');
  expect(rows).toMatchObject([
    { event_type: 'resubscribed', provider_event: 'subscribe' },
    { event_type: 'unsubscribed', reason: 'manual', campaign_id: 'spring' },
    { event_type: 'complained', reason: 'abuse' },
    { event_type: 'bounced', bounce_kind: 'hard', campaign_id: 'spring' },
    { event_type: 'bounced', bounce_kind: 'hard', campaign_id: 'spring' },
    { event_type: 'other', provider_event: 'profile' },
    { event_type: 'other', provider_event: 'a_new_event' },
  ]);
  // Mailchimp's times are of UTC.
  expect(String(rows[0]!.occurred_at)).toMatch(/^2026-03-09.21:35:57/);
  const links = await server.rows('identity_links');
  expect(links).toMatchObject([{ left_id: rows[0]!.customer_id, kind: 'email_change' }]);
  expect(links[0]!.right_id).toMatch(/^email_[0-9a-f]{32}$/);
  expect(await server.status()).toMatchObject({ signed: false, letters: 0 });
});

test('a call before the webhook is saved is answered, and tells nobody which sources exist', async () => {
  const server = await startSource(UNSIGNED);
  for (const path of ['hook', 'nobody', 'hook/x', 'nobody/x']) {
    const { status, body } = await server.call('GET', `/v1/sources/${path}`);
    expect({ status, body }).toEqual({ status: 200, body: { source_id: path.split('/')[0] } });
  }
});

test('with a secret the signature is checked', async () => {
  const server = await startSource({ provider: 'mailchimp', secrets: ['the-next-secret', SECRET] });
  const body = form('subscribe', ANNA);
  for (const secret of ['the-next-secret', SECRET])
    expect(await server.deliver(body, signed(body, secret))).toMatchObject({ status: 200, body: { accepted: 1 } });
  expect(await server.status()).toMatchObject({ signed: true });
  expect((await server.call('GET', '/v1/sources/hook')).status).toBe(200);
});

test.each([
  ['by another secret', signed(form('unsubscribe', ANNA), 'another'), 'fits none of the secrets'],
  ['over another body', signed(form('subscribe', ANNA)), 'fits none of the secrets'],
  ['of six minutes ago', signed(form('unsubscribe', ANNA), SECRET, NOW_MS - 360_000), 'from this server'],
  ['that is missing', FORM, 'X-Mailchimp-Signature is missing'],
])('a signature %s is refused with 401, and nothing changes', async (_, headers, reason) => {
  const server = await startSource({ provider: 'mailchimp', secrets: [SECRET] });
  const answer = await server.deliver(form('unsubscribe', ANNA), headers);
  expect(answer.status).toBe(401);
  expect(answer.body.error.message).toContain(reason);
  expect(await server.rows('email_events')).toEqual([]);
});

test('what is kept for later names nobody', async () => {
  const server = await startSource(UNSIGNED);
  const body = form('upemail', { old_email: 'anna@example.com', new_email: 'nobody' });
  expect(await server.deliver(body, BASIC, PATH)).toMatchObject({ status: 200, body: { unusable: 1 } });
  expect(await server.deliver('no=form', BASIC, PATH)).toMatchObject({ status: 200, body: { unusable: 1 } });
  // A form that is none of Mailchimp's, and one whose reason holds an address as URLs write it.
  for (const text of ['data[email]=anna%40example.com&data[merges][FNAME]=Anna', '[{"email":"anna@exam'])
    expect(await server.deliver(text, BASIC, PATH)).toMatchObject({ status: 200, body: { unusable: 1 } });
  const url = form('cleaned', { reason: 'https://shop.example/?to=anna%40example.com' });
  expect(await server.deliver(url, BASIC, PATH)).toMatchObject({ status: 200, body: { unusable: 1 } });
  expect(await server.status()).toMatchObject({ letters: 5 });
  expect(JSON.stringify(await server.tributary.state.list('source_letters'))).not.toMatch(/anna/i);
});
