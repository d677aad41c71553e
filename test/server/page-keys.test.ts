/** Keys that stand in a shop's page, where anyone can read them: they can do little, and a server's word counts more. */
import { expect, test } from 'vitest';
import { RECORD_NAMES, recordKind } from '../../src/domain/index.ts';
import { ORDER, TOUCH } from '../support/events.ts';
import { MARCH_QUERY } from '../support/time.ts';
import { ADMIN, KEYS, PAGE, READ, startServer, type TestServer, WRITE } from './harness.ts';

const IN_PAGE = { config: { defaults: { page_conversions: true } } };
const revenue = async (server: TestServer): Promise<string> =>
  (await server.get(`/v1/reports/attribution?${MARCH_QUERY}`)).body.summary.total_revenue;

test('a page key sends touchpoints and consents, and opens no other call', async () => {
  const server = await startServer();
  expect((await server.post('/v1/touchpoints', TOUCH, PAGE)).status).toBe(202);
  for (const record of RECORD_NAMES) {
    if (record === 'touchpoints' || record === 'consents') continue;
    const [example] = Object.values(recordKind(record).examples);
    const { status, body } = await server.post(`/v1/${record}`, example, PAGE);
    expect([record, status]).toEqual([record, record === 'conversions' ? 422 : 403]);
    if (record === 'conversions') expect(body.rejected[0].reason).toContain('page_conversions');
  }
  for (const [method, path] of [
    ['POST', '/v1/flush'],
    ['POST', '/v1/keys'],
    ['POST', '/v1/reclassify'],
    ['POST', '/v1/models'],
    ['GET', '/v1/reports/attribution'],
    ['GET', '/v1/reports/journeys'],
    ['GET', '/v1/conversions/x/receipt'],
    ['GET', '/v1/conflicts'],
    ['GET', '/v1/doctor'],
    ['GET', '/metrics'],
  ] as const) {
    const { status } = await server.call(method, path, { headers: PAGE });
    expect([path, status]).toEqual([path, 403]);
    const in_url = await server.call(method, `${path}?key=${KEYS.TRIBUTARY_PAGE_KEY}`);
    expect([path, in_url.status]).toEqual([path, 403]);
  }
});

test('conversions of a page are taken for the brands that allow it', async () => {
  const server = await startServer({ config: { brands: { open: { page_conversions: true }, shut: {} } } });
  const sent = ['open', 'shut', 'default'].map((brand_id) => ({ ...ORDER, brand_id }));
  const { body } = await server.post('/v1/conversions', sent, PAGE);
  expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 1 }, { index: 2 }] });
  expect((await server.post('/v1/conversions', sent, WRITE)).body.accepted).toBe(3);
});

test('preflights are answered only where a page needs them', async () => {
  const preflights = async (server: TestServer): Promise<string[]> => {
    const answered = [];
    for (const path of [...RECORD_NAMES.map((record) => `/v1/${record}`), '/v1/flush', '/v1/keys', '/v1/conflicts']) {
      const { status, headers } = await server.call('OPTIONS', path, {
        headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
      });
      if (status === 204 || headers['access-control-allow-origin']) answered.push(path);
    }
    return answered;
  };
  expect(await preflights(await startServer())).toEqual(['/v1/touchpoints', '/v1/consents']);
  expect(await preflights(await startServer(IN_PAGE))).toEqual(['/v1/touchpoints', '/v1/conversions', '/v1/consents']);
});

test('the order of a server counts, whether a page claimed its id before or after', async () => {
  const server = await startServer(IN_PAGE);
  const claim = { ...ORDER, conversion_value: '0.00' };
  const late = { ...ORDER, conversion_id: 'late', order_id: 'order-2' };
  expect((await server.post('/v1/conversions', claim, PAGE)).body).toEqual({
    accepted: 1,
    ids: ['conversion-1'],
    rejected: [],
  });
  await server.post('/v1/conversions', late);
  await server.flush();
  expect(await revenue(server)).toBe('149.990000');
  expect((await server.post('/v1/conversions', ORDER)).body).not.toHaveProperty('conflicts');
  // A page is not told which ids exist.
  const probed = await server.post('/v1/conversions', { ...late, conversion_value: '1.00' }, PAGE);
  expect(probed.body).not.toHaveProperty('conflicts');
  await server.flush();
  expect(await revenue(server)).toBe('299.980000');
  const { conflicts } = (await server.get('/v1/conflicts', ADMIN)).body;
  expect(conflicts.map((conflict: { id: string }) => conflict.id)).toEqual(['conversion-1', 'late']);
  for (const { payload } of conflicts) expect(payload).toMatchObject({ sent_by: 'page' });
});

test('a conversion of a page is stored under an id of its own, and found by the id that the page gave', async () => {
  const server = await startServer(IN_PAGE);
  await server.post('/v1/conversions', { ...ORDER, conversion_value: '1.00' }, PAGE);
  await server.flush();
  const rows = await server.tributary.warehouse.read((s) =>
    s.query('select conversion_id, claimed_id, order_id from conversions'),
  );
  expect(rows).toEqual([
    { conversion_id: 'page\u001fconversion-1', claimed_id: 'conversion-1', order_id: ORDER.order_id },
  ]);
  const receipt = await server.get('/v1/conversions/conversion-1/receipt');
  expect([receipt.status, receipt.body.conversion_id]).toEqual([200, 'conversion-1']);
});

test('rates are the business of the operator', async () => {
  const server = await startServer();
  const key = async (scope: 'write' | 'admin', brand_id: string) => ({
    authorization: `Bearer ${(await server.keys.create({ name: 'x', scope, brand_id })).key}`,
  });
  const rate = { date: '2026-03-01', currency: 'EUR', base: 'USD', rate: '1000' };
  for (const headers of [await key('write', 'default'), await key('write', 'acme'), await key('admin', 'default')]) {
    const { status, body } = await server.post('/v1/fx_rates', [rate], headers);
    expect(status).toBe(422);
    expect(body.rejected[0].reason).toContain('rates are set by the operator');
  }
  for (const headers of [WRITE, ADMIN, await key('admin', 'acme')])
    expect((await server.post('/v1/fx_rates', rate, headers)).status).toBe(202);
});

test('a server that sends a known id with other content is told, and told again by health, metrics and doctor', async () => {
  const server = await startServer();
  await server.post('/v1/conversions', ORDER);
  const { body } = await server.post('/v1/conversions', [
    { ...ORDER, conversion_id: 'new' },
    ORDER,
    { ...ORDER, conversion_value: '1.00' },
  ]);
  expect(body).toMatchObject({ accepted: 3, conflicts: [{ index: 2, id: 'conversion-1' }] });
  expect(body.conflicts[0].reason).toContain('conflict: ');
  await server.flush();
  expect((await server.get('/health')).body.warnings).toEqual([]);
  for (let i = 0; i < 6; i++)
    await server.post('/v1/touchpoints', { ...TOUCH, touchpoint_id: 't', campaign_id: `c${i}`, brand_id: 'acme' });
  await server.flush();
  const health = await server.get('/health');
  expect(health.body).toMatchObject({ ready: true, warnings: [expect.stringContaining('6 records of the last hour')] });
  expect((await server.get('/metrics', READ)).text).toContain(
    'tributary_conflicts_total{brand="acme",record="touchpoints"} 5',
  );
  const doctor = await server.get('/v1/doctor', ADMIN);
  expect(doctor.body.problems).toEqual([
    expect.stringContaining(
      '6 conflicts in the last hour: 5 touchpoints of brand acme, 1 conversions of brand default',
    ),
  ]);
});
