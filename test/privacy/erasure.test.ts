/** The right to erasure, through the front door: nothing of a person is left, nothing of others is lost, and nobody can pretend otherwise. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyCertificate } from '../../src/privacy/erasure/certificate.ts';
import { keepLetters } from '../../src/sources/letters.ts';
import { ADMIN, startServer } from '../server/harness.ts';
import { filesIn, found, keyForms } from '../support/bytes.ts';
import { TEST_ENGINE } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { at, erased, eventsOf, orderOf, revenue, send, textsOf } from './shop.ts';

/** True if a file has the key that rows have in the place of an id. */
const holdsKey = (folder: string): boolean =>
  TEST_ENGINE === 'duckdb' &&
  filesIn(folder).some((path) =>
    keyForms('default', 'anna-customer').some((form) => readFileSync(path).includes(form)),
  );

const [TEXTS, ORDER] = [textsOf('anna'), orderOf('anna')];

test('an erased person is in no byte of the data folder, and everybody else is as before', async () => {
  const folder = temporaryFolder();
  const server = await startServer({ folder });
  await send(server, eventsOf('anna'));
  await send(server, eventsOf('berta'));
  // What did not become a row: other content under a known id, and an event that a source could not use.
  await server.flush();
  await send(server, { conversions: [{ ...eventsOf('anna')['conversions']![0], conversion_value: '51.00' }] });
  await keepLetters(server.tributary.state, [
    { source_id: 'mail', reason: 'no such event', item: '{"who":"anna-customer"}', kept_at_ms: 1 },
    { source_id: 'mail', reason: 'no such event', item: '{"who":"berta-customer"}', kept_at_ms: 1 },
  ]);
  mkdirSync(join(folder, 'spool', 'quarantine'), { recursive: true });
  writeFileSync(
    join(folder, 'spool', 'quarantine', '0000000000000001.spool'),
    'damaged "anna-browser"\ndamaged "berta-browser"\n',
  );
  await server.flush();
  await server.tributary.warehouse.compact();
  expect(found(folder, TEXTS).length).toBeGreaterThan(5);

  const before = await revenue(server);
  expect(holdsKey(folder)).toBe(TEST_ENGINE === 'duckdb');
  expect(before.net_revenue_micros).toBe('80000000');
  const certificate = await erased(server, 'anna-customer');
  expect(certificate).toMatchObject({
    rows: {
      touchpoints: 2,
      conversions: 1,
      email_events: 1,
      identity_links: 1,
      consents: 1,
      customer_segments: 1,
      assignments: 1,
      exposures: 1,
      conflicts: 1,
    },
    state: { source_letters: 1 },
    policy: { orders: 'remove', runs: 'tombstone' },
  });
  expect(certificate.subjects).toHaveLength(3);
  expect(JSON.stringify(certificate)).not.toContain('anna');
  expect((await revenue(server)).net_revenue_micros).toBe('40000000');
  expect((await server.get('/v1/customers/anna-customer')).status).toBe(404);
  expect((await server.get('/v1/customers/berta-customer')).status).toBe(200);
  await server.close();
  expect(found(folder, [...TEXTS, ...ORDER])).toEqual([]);
  expect(holdsKey(folder)).toBe(false);
  const others = found(folder, ['berta-customer', 'berta-browser']).map((line) => line.split(':')[0]);
  expect(others).toEqual(expect.arrayContaining(['spool/quarantine/0000000000000001.spool', 'state.db']));
});

test('what is sent again does not come back, and what happens later does', async () => {
  const server = await startServer();
  await send(server, eventsOf('anna'));
  await server.flush();
  await erased(server, 'anna-browser');
  await send(server, eventsOf('anna'));
  await server.flush();
  expect((await server.get('/v1/customers/anna-customer')).status).toBe(404);
  expect((await revenue(server)).net_revenue_micros).toBe('0');
  const occurred_at = new Date(Date.now() + 1_000).toISOString();
  await send(server, { touchpoints: [{ customer_id: 'anna-customer', touchpoint_type: 'email_click', occurred_at }] });
  await server.flush();
  expect((await server.get('/v1/customers/anna-customer')).status).toBe(200);
});

test('kept orders are nobody’s, and revenue stays to the micro', async () => {
  const folder = temporaryFolder();
  const server = await startServer({ folder, config: { erased_orders: 'keep_anonymous' } });
  await send(server, eventsOf('anna'));
  await send(server, eventsOf('berta'));
  await server.flush();
  const before = await revenue(server);
  await erased(server, 'anna-customer');
  const after = await revenue(server);
  expect(after.net_revenue_micros).toBe(before.net_revenue_micros);
  expect(after.attributed_micros).toBe('40000000');
  // A later refund of the order still lowers it.
  await send(server, {
    adjustments: [
      {
        adjustment_id: 'late',
        order_id: 'anna-o1',
        amount: '-5.00',
        currency: 'USD',
        reason: 'refund',
        occurred_at: at(9),
      },
    ],
  });
  await server.flush();
  expect((await revenue(server)).net_revenue_micros).toBe('75000000');
  await server.close();
  expect(found(folder, TEXTS)).toEqual([]);
});

test('a browser that somebody else used as well is not taken for the person’s', async () => {
  const server = await startServer();
  await send(server, eventsOf('anna'));
  await send(server, {
    touchpoints: [
      {
        touchpoint_id: 'shared',
        customer_id: 'berta',
        anonymous_id: 'anna-browser',
        touchpoint_type: 'page_view',
        occurred_at: at(5),
      },
    ],
  });
  await server.flush();
  expect((await erased(server, 'anna-customer')).subjects).toHaveLength(2);
  const left = await server.get('/v1/customers/berta');
  expect([left.status, JSON.stringify(left.body).includes('shared')]).toEqual([200, true]);
});

test('a certificate can be checked by anybody, and a changed one is noticed', async () => {
  const server = await startServer();
  await send(server, eventsOf('anna'));
  await server.flush();
  const certificate = await erased(server, 'anna-customer');
  expect(verifyCertificate(JSON.stringify(certificate)).certificate).toEqual(certificate);
  expect(() => verifyCertificate(JSON.stringify({ ...certificate, rows: {} }))).toThrow('not as it was signed');
  expect(() => verifyCertificate('{}')).toThrow('no certificate');
});

test('a consent that comes with an event is kept again after an erasure, also if it only repeats what was erased', async () => {
  const server = await startServer();
  const now_ms = Date.now();
  const visit = (touchpoint_id: string, no: number): object => ({
    touchpoint_id,
    customer_id: 'anna-customer',
    touchpoint_type: 'website_visit',
    consent: { purposes: { measurement: true } },
    occurred_at: new Date(now_ms + no).toISOString(),
  });
  const consents = async (): Promise<object[]> =>
    (await server.get('/v1/customers/anna-customer/export', ADMIN)).body.tables.consents;
  await send(server, { touchpoints: [visit('t1', 1_000), visit('t2', 1_001)] });
  await server.flush();
  expect(await consents()).toHaveLength(1);
  await erased(server, 'anna-customer');
  await send(server, { touchpoints: [visit('t3', 2_000)] });
  await server.flush();
  expect(await consents()).toHaveLength(1);
});

test('the copy for a person has every record that names them, and nothing of others', async () => {
  const server = await startServer();
  await send(server, eventsOf('anna'));
  await send(server, eventsOf('berta'));
  await server.flush();
  const { status, body } = await server.get('/v1/customers/anna-phone/export', ADMIN);
  expect(status).toBe(200);
  expect(
    Object.fromEntries(Object.entries(body.tables).map(([table, rows]) => [table, (rows as object[]).length])),
  ).toEqual({
    touchpoints: 2,
    conversions: 1,
    email_events: 1,
    identity_links: 1,
    consents: 1,
    customer_segments: 1,
    assignments: 1,
    exposures: 1,
    conflicts: 0,
    dead_letters: 0,
    reclassifications: 0,
    adjustments: 1,
  });
  expect(JSON.stringify(body)).not.toContain('berta');
  expect(body.tables.touchpoints[1]).toMatchObject({
    customer_id: 'anna-customer',
    campaign_id: 'spring',
    occurred_at: '2026-03-02T10:00:00.000Z',
  });
  const csv = await server.get('/v1/customers/anna-customer/export?format=csv', ADMIN);
  expect(csv.text.split('\r\n')).toHaveLength(1 + 10 + 1);
  expect((await server.get('/v1/customers/nobody/export', ADMIN)).status).toBe(404);
});

test('a key of one brand erases nobody of another brand, and sees no such certificate', async () => {
  const server = await startServer();
  await send(server, eventsOf('anna'));
  await server.flush();
  const made = await server.keys.create({ name: 'other', scope: 'admin', brand_id: 'other' });
  const other = { authorization: `Bearer ${made.key}` };
  const asked = await server.call('DELETE', '/v1/customers/anna-customer', { headers: other });
  const done = await server.get(`/v1/erasures/${asked.body.erasure_id}?wait_s=30`, other);
  expect([done.body.brand_id, done.body.certificate.rows]).toEqual(['other', {}]);
  expect((await server.get('/v1/customers/anna-customer')).status).toBe(200);
  const own = await erased(server, 'anna-customer');
  expect((await server.get(`/v1/erasures/${own.erasure_id}`, other)).status).toBe(404);
  expect((await server.get('/v1/erasures', other)).body.erasures).toHaveLength(1);
});
