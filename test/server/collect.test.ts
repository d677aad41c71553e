import { expect, test } from 'vitest';
import { RECORD_NAMES, recordKind } from '../../src/domain/index.ts';
import { ORDER, TOUCH } from '../support/events.ts';
import { MARCH_QUERY } from '../support/time.ts';
import { startServer } from './harness.ts';

test('an email open, a direct visit and an order of 149.99 give 74.995 to each under linear', async () => {
  const server = await startServer();
  const open = { ...TOUCH, touchpoint_type: 'email_open', occurred_at: '2026-03-01T09:00:00Z' };
  const visit = {
    customer_id: 'customer-1',
    touchpoint_type: 'website_visit',
    channel: 'direct',
    occurred_at: '2026-03-01T10:00:00Z',
  };
  expect((await server.post('/v1/touchpoints', [open, visit])).body).toMatchObject({ accepted: 2, rejected: [] });
  expect((await server.post('/v1/conversions', ORDER)).body).toEqual({
    accepted: 1,
    ids: ['conversion-1'],
    rejected: [],
  });
  const flushed = await server.post('/v1/flush');
  expect(flushed).toMatchObject({ status: 200, body: { flushed: true, as_of: 'main:3' } });

  const { body } = await server.get(`/v1/reports/attribution?${MARCH_QUERY}`);
  expect(body.attribution_model).toBe('linear');
  expect(body.as_of).toBe(flushed.body.as_of);
  expect(
    body.channel_attribution.map((row: Record<string, unknown>) => [row['channel'], row['attributed_revenue']]),
  ).toEqual([
    ['direct', '74.995000'],
    ['email', '74.995000'],
  ]);
  expect(body.reconciliation.net_revenue_micros).toBe('149990000');
});

test('one bad item does not cost the others: each refusal has its index, field and reason', async () => {
  const server = await startServer();
  const { status, body } = await server.post('/v1/touchpoints', [
    { ...TOUCH, touchpoint_id: 'a' },
    { ...TOUCH, touchpoint_type: 'smoke_signal' },
    7,
    { ...TOUCH, touchpoint_id: 'b' },
  ]);
  expect(status).toBe(202);
  expect(body).toMatchObject({ accepted: 2, ids: ['a', 'b'] });
  expect(body.rejected.map((item: Record<string, unknown>) => [item['index'], item['field']])).toEqual([
    [1, 'touchpoint_type'],
    [2, ''],
  ]);
});

test('when nothing is acceptable the answer is 422, with the same body', async () => {
  const server = await startServer();
  const { status, body } = await server.post('/v1/conversions', { ...ORDER, conversion_type: 'wish' });
  expect(status).toBe(422);
  expect(body).toMatchObject({ accepted: 0, ids: [], rejected: [{ index: 0, field: 'conversion_type' }] });
});

test('an event that is sent again counts once, and its made id stays the same', async () => {
  const server = await startServer();
  const first = await server.post('/v1/touchpoints', TOUCH);
  const second = await server.post('/v1/touchpoints', [TOUCH, TOUCH]);
  expect(second.body.ids).toEqual([first.body.ids[0], first.body.ids[0]]);
  await server.flush();
  const rows = await server.tributary.warehouse.read((snapshot) =>
    snapshot.query('select count(*) as n from touchpoints'),
  );
  expect(Number(rows[0]!['n'])).toBe(1);
});

test('every example of the documentation is accepted as it stands', async () => {
  const server = await startServer();
  for (const record of RECORD_NAMES) {
    for (const [name, example] of Object.entries(recordKind(record).examples)) {
      const { status, body } = await server.post(`/v1/${record}`, example);
      expect({ record, name, status, rejected: body.rejected }).toEqual({ record, name, status: 202, rejected: [] });
    }
  }
  await server.flush();
});

test('a beacon may send text/plain, with a page key in the address', async () => {
  const server = await startServer();
  const payload = JSON.stringify(TOUCH);
  const headers = { 'content-type': 'text/plain;charset=UTF-8' };
  expect((await server.call('POST', '/v1/touchpoints?key=page-key-of-the-tests', { headers, payload })).status).toBe(
    202,
  );
  for (const secret of ['write-key-of-the-tests', 'read-key-of-the-tests', 'admin-key-of-the-tests']) {
    const refused = await server.call('POST', `/v1/touchpoints?key=${secret}`, { headers, payload });
    expect(refused).toMatchObject({ status: 403, body: { error: { field: 'key' } } });
    expect(refused.body.error.message).toContain('URLs are kept in logs');
    expect(refused.text).not.toContain(secret);
  }
  expect((await server.call('POST', '/v1/touchpoints?key=nonsense', { headers, payload })).status).toBe(401);
  expect((await server.get('/v1/reports/journeys?key=read-key-of-the-tests', {})).status).toBe(403);
  expect((await server.get('/v1/reports/journeys?key=page-key-of-the-tests', {})).status).toBe(403);
});

test('a full spool answers 503 with Retry-After and stores no part of the request', async () => {
  const server = await startServer({ config: { limits: { max_spool_bytes: 1 } } });
  await server.post('/v1/touchpoints', TOUCH);
  const { status, body, headers } = await server.post('/v1/touchpoints', [
    TOUCH,
    { ...TOUCH, customer_id: 'customer-2' },
  ]);
  expect(status).toBe(503);
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(body.error).toMatchObject({ code: 'spool_full' });
  expect(body.error.message).toContain('nothing was accepted');
});
