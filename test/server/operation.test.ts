import { expect, test } from 'vitest';
import { TEST_ENGINE } from '../support/engine.ts';
import { bearer, ORDER, TOUCH } from '../support/events.ts';
import { MARCH_QUERY } from '../support/time.ts';
import { ADMIN, type Body, READ, startServer, WRITE } from './harness.ts';

test('a sane request id is taken over, any other is replaced, and failures carry it', async () => {
  const server = await startServer();
  expect((await server.get('/health', { 'x-request-id': 'abc-1.2_3' })).headers['x-request-id']).toBe('abc-1.2_3');
  for (const strange of ['a b', 'x'.repeat(65), 'ada@example.com']) {
    expect((await server.get('/health', { 'x-request-id': strange })).headers['x-request-id']).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  }
  const failed = await server.get('/v1/keys', { ...READ, 'x-request-id': 'mine' });
  expect(failed.body).toEqual({ error: { code: 'forbidden', message: expect.any(String) }, request_id: 'mine' });
});

test('a path that does not exist is 404, one with another method 405 with what is allowed', async () => {
  const server = await startServer();
  expect(await server.get('/v1/nothing')).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
  const wrong = await server.get('/v1/touchpoints');
  expect(wrong).toMatchObject({ status: 405, body: { error: { code: 'method_not_allowed' } } });
  expect(wrong.headers['allow']).toBe('POST, OPTIONS');
  expect((await server.call('PUT', '/v1/keys/key_1', { headers: ADMIN })).headers['allow']).toBe('DELETE');
  expect((await server.get('/v1/reports/campaigns/%E0%A4%A')).status).toBe(400);
});

test('health is live always, and ready while the warehouse can be read and events are loaded', async () => {
  const server = await startServer();
  expect(await server.get('/health', {})).toMatchObject({
    status: 200,
    body: { status: 'ok', live: true, ready: true, problems: [] },
  });
  server.tributary.collector.health().loader.last_error = 'disk on fire at customer-1';
  const failing = await server.get('/health/ready', {});
  expect(failing).toMatchObject({
    status: 503,
    body: { ready: false, problems: ['the last try to load failed; the log says why'] },
  });
  expect(await server.get('/health', {})).toMatchObject({
    status: 200,
    body: { status: 'degraded', live: true, ready: false },
  });
  expect((await server.get('/health/live', {})).status).toBe(200);
  await server.tributary.close();
  // A probe is kept for a second.
  await expect
    .poll(async () => (await server.get('/health/ready', {})).body.problems)
    .toContain('the warehouse cannot be read; the log says why');
});

test('metrics count requests, and what became of every record', async () => {
  const server = await startServer();
  await server.post('/v1/touchpoints', [
    { ...TOUCH, touchpoint_id: 'a' },
    { ...TOUCH, touchpoint_id: 'a' },
    { ...TOUCH, touchpoint_id: 'a', campaign_id: 'other' },
    {},
  ]);
  await server.flush();
  await server.get('/nothing-here');
  const { text, headers } = await server.get('/metrics');
  expect(headers['content-type']).toContain('version=0.0.4');
  for (const line of [
    'tributary_http_requests_total{method="POST",route="/v1/touchpoints",status="202"} 1',
    'tributary_http_requests_total{method="",route="unknown",status="404"} 1',
    'tributary_http_request_duration_seconds_count{method="POST",route="/v1/touchpoints"} 1',
    'tributary_records_accepted_total{record="touchpoints"} 3',
    'tributary_records_rejected_total{record="touchpoints"} 1',
    'tributary_records_loaded_total{record="touchpoints"} 1',
    'tributary_duplicates_total 1',
    'tributary_conflicts_total{brand="default",record="touchpoints"} 1',
    'tributary_dead_letters_total 0',
    'tributary_quarantined_segments_total 0',
    'tributary_lag_records 0',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).toMatch(/^tributary_spool_bytes \d+$/m);
  expect(text).toMatch(/^tributary_known_ids_bytes \d+$/m);
  // Every line is a comment or `name{labels} number`, and every histogram ends in +Inf.
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+)$/);
  expect(text).toMatch(/_bucket\{method="POST",route="\/v1\/touchpoints",le="\+Inf"\} 1/);
});

test('conflicts are listed with their content, page by page', async () => {
  const server = await startServer();
  for (const campaign_id of ['first', 'second', 'third'])
    await server.post('/v1/touchpoints', { ...TOUCH, touchpoint_id: 'same', campaign_id });
  await server.flush();
  const page = await server.get('/v1/conflicts?limit=1', ADMIN);
  expect(page.body.conflicts).toMatchObject([
    { record: 'touchpoints', id: 'same', brand_id: 'default', payload: { campaign_id: 'second' } },
  ]);
  const next = await server.get(`/v1/conflicts?limit=1&after=${page.body.next}`, ADMIN);
  expect(next.body.conflicts).toMatchObject([{ payload: { campaign_id: 'third' } }]);
  expect(next.body.next).toBeNull();
  expect((await server.get('/v1/conflicts?limit=0', ADMIN)).body.error.message).toContain(
    'a whole number from 1 to 1000',
  );
  for (const path of ['/v1/conflicts', '/v1/dead_letters']) {
    expect((await server.get(`${path}?brand_id=default&after=9:x`, ADMIN)).status).toBe(200);
    const unknown = await server.get(`${path}?brand_id=Default`, ADMIN);
    expect([unknown.status, unknown.body.error.field]).toEqual([404, 'brand_id']);
  }
});

test('dead letters are listed with their reason, and replayed', async () => {
  const server = await startServer();
  await server.tributary.warehouse.append({
    dead_letters: [
      {
        dead_letter_id: 'dl_1',
        brand_id: 'default',
        record: 'touchpoints',
        payload: JSON.stringify({
          brand_id: 'default',
          ...TOUCH,
          touchpoint_id: 'late',
          occurred_at: Date.parse(TOUCH.occurred_at),
        }),
        reason: 'it did not fit',
        state: 'open',
        received_at: 0,
        loaded_at: 0,
        collector_id: 'main',
        log_seq: 0,
      },
    ],
    commits: [{ collector_id: 'main', log_seq: 0, committed_at: 0 }],
  });
  expect((await server.get('/v1/dead_letters?state=open', ADMIN)).body.dead_letters).toMatchObject([
    { dead_letter_id: 'dl_1', state: 'open', reason: 'it did not fit', payload: { touchpoint_id: 'late' } },
  ]);
  expect((await server.post('/v1/dead_letters/replay', undefined, ADMIN)).body).toEqual({ replayed: 1 });
  await server.flush();
  expect((await server.get('/v1/dead_letters?state=open', ADMIN)).body.dead_letters).toEqual([]);
  expect((await server.get('/v1/dead_letters', ADMIN)).body.dead_letters).toMatchObject([{ state: 'replayed' }]);
  const rows = await server.tributary.warehouse.read((snapshot) =>
    snapshot.query(`select count(*) as n from touchpoints where touchpoint_id = 'late'`),
  );
  expect(Number(rows[0]!['n'])).toBe(1);
});

test('doctor finds nothing wrong with a healthy log', async () => {
  const server = await startServer();
  await server.post('/v1/conversions', ORDER);
  await server.flush();
  const { body } = await server.get('/v1/doctor', ADMIN);
  expect(body).toMatchObject({ problems: [], warehouse: { engine: TEST_ENGINE }, collector: { lag_records: 0 } });
  expect(body.warehouse.tables).toContainEqual({ table: 'conversions', rows: 1 });
});

test('reports answer CSV when asked by parameter or header, and are kept in no cache', async () => {
  const server = await startServer();
  await server.post('/v1/touchpoints', TOUCH);
  await server.post('/v1/conversions', ORDER);
  await server.flush();
  const path = `/v1/reports/attribution?${MARCH_QUERY}&group_by=channel`;
  const csv = await server.get(`${path}&format=csv`);
  expect(csv.headers['content-type']).toContain('text/csv');
  expect(csv.headers['cache-control']).toBe('no-store');
  expect(csv.text.split('\r\n')[0]).toMatch(/^channel,touched_conversions,credited_conversions/);
  expect(csv.text.split('\r\n')[1]).toMatch(/^email,1,1,149990000,149\.990000/);
  expect((await server.get(path, { ...READ, accept: 'text/csv' })).text).toBe(csv.text);
  expect(
    (await server.get(`${path}&format=json`, { ...READ, accept: 'text/csv' })).body.summary.total_conversions,
  ).toBe(1);
});

test('an internal failure is answered without its details, which the log has under the request id', async () => {
  const server = await startServer({ log_level: 'info' });
  server.tributary.collector.accept = () =>
    Promise.reject(new Error('cannot cast "ada@example.com" to INT at /srv/secret'));
  const { status, body, text } = await server.post('/v1/touchpoints', TOUCH, { ...WRITE, 'x-request-id': 'broken-1' });
  expect(status).toBe(500);
  expect(body).toMatchObject({ error: { code: 'internal' }, request_id: 'broken-1' });
  expect(text).not.toMatch(/ada|secret|cast/);
  const line = server.log.map((text) => JSON.parse(text)).find((entry) => entry.level === 50 && entry.error);
  expect(line).toMatchObject({ request_id: 'broken-1', route: '/v1/touchpoints', error: { type: 'Error' } });
  expect(server.log.join('')).not.toContain('ada@example.com');
});

test('no line of the log holds personal data, values of a query, addresses or keys', async () => {
  const server = await startServer({ log_level: 'trace' });
  const secret = {
    customer_id: 'ada-lovelace',
    ip_address: '203.0.113.77',
    user_agent: 'SecretBrowser/1',
    url: 'https://shop.example/?email=ada@example.com',
  };
  await server.post('/v1/touchpoints', { ...TOUCH, ...secret });
  await server.post('/v1/touchpoints', { ...TOUCH, ...secret, touchpoint_type: 'ada-lovelace' });
  await server.post('/v1/touchpoints', '{"customer_id": "ada-lovelace", }');
  await server.flush();
  await server.get('/v1/reports/campaigns/ada-lovelace?model=ada-lovelace');
  await server.get('/v1/reports/attribution?as_of=ada-lovelace');
  await server.get('/v1/unknown/ada-lovelace?email=ada@example.com');
  await server.get('/v1/keys', bearer('ada-lovelace'));
  const text = server.log.join('');
  expect(server.log.length).toBeGreaterThan(6);
  // A request id is random, and may spell anything.
  expect(text.replaceAll(/"request_id":"[^"]*"/g, '')).not.toMatch(
    /ada|203\.0\.113|SecretBrowser|127\.0\.0\.1|write-key-of|read-key-of/,
  );
  expect(
    server.log.map((line) => JSON.parse(line)).find((line) => line.route === '/v1/reports/attribution'),
  ).toMatchObject({
    method: 'GET',
    status: 400,
    key: 'TRIBUTARY_READ_KEY',
    request_id: expect.any(String),
    duration_ms: expect.any(Number),
  });
});

test('the OpenAPI document describes every route, with examples, scopes and the error shape', async () => {
  const server = await startServer();
  const { body: document } = await server.get('/openapi.json', {});
  expect(document.openapi).toBe('3.1.0');
  const operations: Body[] = Object.entries(document.paths as Record<string, Record<string, Body>>).flatMap(
    ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const operation of operations) {
    const where = `${operation.method} ${operation.path}`;
    expect([where, operation.responses['500']]).toEqual([where, { $ref: '#/components/responses/Internal' }]);
    const declared = (operation.parameters ?? [])
      .filter((parameter: Body) => parameter.in === 'path')
      .map((parameter: Body) => parameter.name);
    expect([where, declared]).toEqual([
      where,
      [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]: string[]) => name),
    ]);
    if (operation.security.length > 0)
      expect([where, Object.keys(operation.responses)]).toEqual([where, expect.arrayContaining(['401', '403', '429'])]);
    if (operation.requestBody)
      expect([where, Object.keys(operation.requestBody.content['application/json'].examples).length > 0]).toEqual([
        where,
        true,
      ]);
  }
  const text = JSON.stringify(document);
  for (const [, reference] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    expect([
      reference,
      reference!.split('/').reduce((node: Body, name) => node?.[name], document) !== undefined,
    ]).toEqual([reference, true]);
  }
  expect(text).not.toContain('x-kind');
  expect(Object.keys(document.components.schemas)).toEqual(
    expect.arrayContaining(['Touchpoint', 'Conversion', 'Error', 'Receipt']),
  );
  const routes = server.app.printRoutes({ commonPrefix: false });
  expect(routes).toContain('openapi.json');
});

test('the documentation is one page that loads nothing and runs nothing', async () => {
  const server = await startServer();
  const { text, headers } = await server.get('/docs', {});
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(text).not.toMatch(/<script|src=|@import|url\(|https?:\/\/(?!(?:track\.)?shop\.example|json-schema)/i);
  for (const shown of ['/v1/touchpoints', '/v1/reports/attribution', 'occurred_at', 'email_open'])
    expect(text).toContain(shown);
});
