/** Consent at every entrance: the call of its own, fields of events, headers, pages, links of emails, and Segment's messages. */
import { expect, test } from 'vitest';
import { ORDER, TOUCH } from '../support/events.ts';
import { type Body, PAGE, startServer, type TestServer, WRITE } from './harness.ts';

async function consents(server: TestServer): Promise<Body[]> {
  await server.flush();
  const rows = await server.tributary.warehouse.read((snapshot) =>
    snapshot.query(
      `select consent_id, customer_id, anonymous_id, measurement, sharing, basis, source, epoch_ms(occurred_at) as at_ms from consents order by log_seq`,
    ),
  );
  return rows.map(({ consent_id: _id, ...row }) => ({
    ...row,
    measurement: row['measurement'] === null ? null : Number(row['measurement']),
    sharing: row['sharing'] === null ? null : Number(row['sharing']),
    at_ms: Number(row['at_ms']),
  }));
}

test('the call of its own keeps what was sent, and a repeat counts once', async () => {
  const server = await startServer();
  const said = {
    customer_id: 'c1',
    purposes: { measurement: false },
    gpc: true,
    source: 'cmp',
    occurred_at: TOUCH.occurred_at,
  };
  expect((await server.post('/v1/consents', [said, { ...said, purposes: { measurement: 'no' } }])).body).toMatchObject({
    accepted: 1,
    rejected: [{ index: 1, field: 'purposes' }],
  });
  await server.post('/v1/consents', said);
  expect(await consents(server)).toMatchObject([
    {
      customer_id: 'c1',
      measurement: 0,
      sharing: 0,
      basis: '{"measurement":"purposes","sharing":"gpc"}',
      source: 'cmp',
    },
  ]);
});

test('an event brings its consent, and is taken also where that cannot be read', async () => {
  const server = await startServer();
  const gcm = { analytics_storage: 'granted' };
  const events = [
    { ...TOUCH, touchpoint_id: 't1', consent: { gcm } },
    // The same again within the hour says nothing new.
    { ...TOUCH, touchpoint_id: 't2', consent: { gcm }, occurred_at: '2026-03-01T09:30:00Z' },
    { ...TOUCH, touchpoint_id: 't3', consent: { tcf: 'broken' }, occurred_at: '2026-03-01T09:40:00Z' },
  ];
  await server.post('/v1/touchpoints', events[0]);
  const { body } = await server.post('/v1/touchpoints', events.slice(1));
  expect(body).toMatchObject({ accepted: 2, ids: ['t2', 't3'], warnings: [{ index: 1, field: 'consent.tcf' }] });
  expect(body.warnings[0].reason).toContain('The event was taken without its consent');
  await server.post('/v1/conversions', { ...ORDER, consent: { purposes: { measurement: false } } });
  expect(await consents(server)).toMatchObject([
    { customer_id: 'customer-1', measurement: 1, at_ms: Date.parse(TOUCH.occurred_at) },
    { customer_id: 'customer-1', measurement: 0, at_ms: Date.parse(ORDER.occurred_at) },
  ]);
});

test('Global Privacy Control of a page denies sharing; that of a server is its own', async () => {
  const server = await startServer();
  const gpc = { 'sec-gpc': '1' };
  await server.post('/v1/touchpoints', { ...TOUCH, customer_id: 'of-server' }, { ...WRITE, ...gpc });
  await server.post('/v1/touchpoints', { ...TOUCH, customer_id: 'of-page' }, { ...PAGE, ...gpc });
  // Who names nobody stays nobody.
  const { customer_id: _nobody, ...unnamed } = TOUCH;
  await server.post('/v1/touchpoints', unnamed, { ...PAGE, ...gpc });
  const said = { anonymous_id: 'device', purposes: { measurement: true }, occurred_at: TOUCH.occurred_at };
  expect((await server.post('/v1/consents', said, { ...PAGE, ...gpc })).status).toBe(202);
  expect(await consents(server)).toMatchObject([
    { customer_id: 'of-page', measurement: null, sharing: 0, basis: '{"sharing":"gpc"}', source: 'header Sec-GPC' },
    { anonymous_id: 'device', measurement: 1, sharing: 0 },
  ]);
});

test('the consent of a click in an email is that of its browser', async () => {
  const server = await startServer({ config: { email: { base_url: 'https://track.shop.example/' } } });
  const html = '<a href="https://shop.example/spring">Spring</a>';
  const { body } = await server.post('/v1/email/instrument', { html, message_id: 'm1', customer_id: 'c1' });
  const [, path] = /"https:\/\/track\.shop\.example(\/c\/[\w.-]+)"/.exec(body.html)!;
  await server.call('GET', path!, { headers: { 'sec-gpc': '1' } });
  await expect
    .poll(() => consents(server))
    .toMatchObject([{ customer_id: 'c1', sharing: 0, source: 'header Sec-GPC' }]);
});

test("Segment's and RudderStack's consents come with their messages, also with those that mean nothing else", async () => {
  const server = await startServer();
  const batch = [
    {
      type: 'page',
      userId: 'u1',
      timestamp: TOUCH.occurred_at,
      context: { consent: { categoryPreferences: { Analytics: true, Advertising: false, Unknown: false } } },
    },
    {
      type: 'identify',
      userId: 'u2',
      timestamp: TOUCH.occurred_at,
      context: {
        consentManagement: { provider: 'oneTrust', allowedConsentIds: ['C0004'], deniedConsentIds: ['C0002'] },
      },
    },
  ];
  const { body } = await server.post('/v1/batch', { batch }, WRITE);
  expect(body).toMatchObject({ accepted: 2, ignored: 0, rejected: [] });
  expect(await consents(server)).toMatchObject([
    { customer_id: 'u1', measurement: 1, sharing: 0, source: 'segment' },
    { customer_id: 'u2', measurement: 0, sharing: 1, source: 'oneTrust' },
  ]);
});
