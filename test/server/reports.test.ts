import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillHistories } from '../../src/histories/fill.ts';
import { REPORTS } from '../../src/reports/index.ts';
import { reportNamed } from '../reports/schema.ts';
import { bearer, ORDER, TOUCH } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { MARCH_QUERY } from '../support/time.ts';
import { ADMIN, type Body, READ, startServer, type TestServer } from './harness.ts';

async function withOrder(options: Parameters<typeof startServer>[0] = {}): Promise<TestServer> {
  const server = await startServer(options);
  await server.post('/v1/touchpoints', [
    TOUCH,
    {
      ...TOUCH,
      touchpoint_type: 'website_visit',
      channel: 'direct',
      campaign_id: 'none',
      occurred_at: '2026-03-01T10:00:00Z',
    },
  ]);
  await server.post('/v1/conversions', ORDER);
  await server.flush();
  return server;
}

/** Most tests only ask, so they share a server. */
let asked: TestServer;
beforeAll(async () => {
  asked = await withOrder({ shared: true, config: { cross_brand_people: [['default', 'outlet']] } });
});
afterAll(() => asked.close());

test('custom models without a weight for a touch are refused with the touch, for every report', async () => {
  const expressions = ['sqrt(0 - k)', 'ln(k - 1)', '0 - k', '1 / (k - 1)', 'exp(1000)', 'pow(0 - 8, 0.5)'];
  const custom_models = Object.fromEntries(expressions.map((expression, i) => [`mine_${i}`, expression]));
  const server = await withOrder({ config: { defaults: { custom_models } } });
  for (const name of Object.keys(custom_models))
    for (const path of [
      `/v1/reports/attribution?${MARCH_QUERY}&model=${name}`,
      `/v1/conversions/conversion-1/receipt?model=${name}`,
    ]) {
      const { status, body } = await server.get(path);
      expect([status, body.error.code, body.error.message]).toEqual([
        400,
        'bad_request',
        expect.stringMatching(
          new RegExp(`${name} gives touchpoint \\S+ the weight \\S+; change its expression in custom_models`),
        ),
      ]);
    }
});

test('a header and a metric say whether histories or the query served a report, also from the cache', async () => {
  const server = await withOrder();
  const { reports, warehouse } = server.tributary;
  const servedBy = async (query: string): Promise<string | undefined> => {
    const { headers, text } = await server.get(`/v1/reports/attribution?${MARCH_QUERY}${query}`);
    expect(text).not.toContain('served');
    return headers['x-tributary-served-by'];
  };
  reports.histories = async () => null;
  expect(await servedBy('')).toBe('sql');
  const histories = await warehouse.read((snapshot) => fillHistories(snapshot));
  reports.histories = async () => histories;
  expect(await servedBy('&model=last_touch')).toBe('histories');
  expect(await servedBy('&model=last_touch')).toBe('histories');
  expect(await servedBy('')).toBe('sql');
  const { text } = await server.get('/metrics', READ);
  for (const source of ['histories', 'sql'])
    expect(text).toContain(`tributary_report_answers_total{source="${source}"} 2`);
  expect((await server.get('/v1/models', READ)).headers).not.toHaveProperty('x-tributary-served-by');
});

test('the receipt of an order says what each touch got, under every rule model', async () => {
  const server = asked;
  const { status, body, text } = await server.get('/v1/conversions/conversion-1/receipt');
  expect([status, text.includes('74.995')]).toEqual([200, true]);
  expect(body.as_of).toBe('main:3');
  const linear = await server.get('/v1/conversions/conversion-1/receipt?model=linear&format=csv');
  expect(linear.headers['content-type']).toContain('text/csv');
  expect(await server.get('/v1/conversions/unknown/receipt')).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found' } },
  });
});

test('a customer, a campaign and the journeys are read by their ids, also strange ones', async () => {
  const server = await withOrder();
  await server.post('/v1/touchpoints', { ...TOUCH, customer_id: 'a/b ü?', campaign_id: 'a/b ü?' });
  await server.flush();
  for (const path of [
    '/v1/customers/customer-1',
    `/v1/customers/${encodeURIComponent('a/b ü?')}`,
    `/v1/reports/campaigns/${encodeURIComponent('a/b ü?')}?${MARCH_QUERY}`,
    `/v1/reports/journeys?${MARCH_QUERY}`,
  ]) {
    expect([path, (await server.get(path)).status]).toEqual([path, 200]);
  }
  expect((await server.get('/v1/customers/unknown')).status).toBe(404);
});

test('a report is filtered, compared and written for Excel by parameters, and wrong ones are refused', async () => {
  const server = asked;
  const path = `/v1/reports/attribution?${MARCH_QUERY}&group_by=channel`;
  const filtered = await server.get(
    `${path}&filter=channel:email&filter=conversion_type:purchase&compare=previous_year`,
  );
  expect(filtered.body).toMatchObject({
    filters: ['channel:email', 'conversion_type:purchase'],
    comparison: { compare: 'previous_year' },
  });
  const excel = await server.get(`${path}&csv=excel`);
  expect(excel.headers['content-type']).toContain('text/csv');
  expect(excel.text).toMatch(/^\uFEFF?channel;/);
  for (const [wrong, message] of [
    ['filter=email', /^filter: /],
    [Array.from({ length: 51 }, () => 'filter=channel:a').join('&'), /^filter: is given 51 times; the limit is 50/],
    ['compare=last_year', /^compare: "last_year" is not one of previous_period, previous_year/],
    ['csv=excel&format=json', /^csv: is for format=csv/],
    ['compare=previous_year&compare=previous_year', /^compare: is given more than once/],
  ] as const)
    expect((await server.get(`${path}&${wrong}`)).body).toMatchObject({
      error: { message: expect.stringMatching(message) },
    });
});

test('several models come side by side', async () => {
  const server = asked;
  const { body } = await server.get(
    `/v1/reports/attribution?${MARCH_QUERY}&models=first_touch,linear&group_by=channel`,
  );
  const revenue = (model: string) =>
    body.models[model].channel_attribution.map((row: Body) => [row.channel, row.attributed_revenue]);
  expect(revenue('first_touch')).toContainEqual(['email', '149.990000']);
  expect(revenue('linear')).toContainEqual(['direct', '74.995000']);
});

test('a report is frozen by an admin, listed, and compared with today', async () => {
  const server = await withOrder();
  const request = { run_id: 'march', start: '2026-03-01', end: '2026-04-01', model: 'linear' };
  expect((await server.post('/v1/runs', request, READ)).status).toBe(403);
  expect(await server.post('/v1/runs', request, ADMIN)).toMatchObject({ status: 201, body: { run_id: 'march' } });
  expect((await server.post('/v1/runs', request, ADMIN)).status).toBe(409);
  expect((await server.post('/v1/runs', { mood: 'good' }, ADMIN)).body.error).toMatchObject({ field: 'mood' });
  expect((await server.get('/v1/runs')).body.runs).toMatchObject([{ run_id: 'march' }]);
  await server.post('/v1/adjustments', {
    order_id: 'order-1',
    amount: '-49.99',
    currency: 'USD',
    occurred_at: '2026-03-02T09:00:00Z',
  });
  await server.flush();
  const compared = await server.get('/v1/runs/march/compare');
  expect(compared.status).toBe(200);
  expect(compared.text).toContain('-49990000');
  expect((await server.get('/v1/runs/april/compare')).status).toBe(404);
});

test('a backup is made for the operator at the machine only', async () => {
  const server = await withOrder();
  const folder = join(temporaryFolder(), 'backup');
  expect((await server.post('/v1/doctor/backup', { folder }, ADMIN)).status).toBe(403);
  const run = bearer(server.keys.createForRun());
  expect((await server.post('/v1/doctor/backup', { folder: 'somewhere' }, run)).body.error.field).toBe('folder');
  expect((await server.post('/v1/doctor/backup', { folder }, run)).body).toEqual({ folder });
  expect(existsSync(join(folder, 'conversions.parquet'))).toBe(true);
  expect((await server.post('/v1/doctor/compact', undefined, ADMIN)).body).toEqual({ compacted: true });
});

test('touchpoints are judged again on request', async () => {
  const server = await withOrder();
  expect((await server.post('/v1/reclassify', undefined, READ)).status).toBe(403);
  expect(await server.post('/v1/reclassify', undefined, ADMIN)).toMatchObject({
    status: 200,
    body: { examined: 2, changed: 0 },
  });
});

test('the example of the attribution report is the answer to the example records', async () => {
  const server = await startServer();
  for (const record of ['touchpoints', 'conversions'] as const) {
    const { requestBody } = (await server.get('/openapi.json')).body.paths[`/v1/${record}`].post;
    const [last] = Object.values<Body>(requestBody.content['application/json'].examples).slice(-1);
    expect((await server.post(`/v1/${record}`, last.value)).status).toBe(202);
  }
  await server.flush();
  const { body } = await server.get('/v1/reports/attribution?start=2026-03-01&end=2026-03-02&model=linear');
  const example = reportNamed('attribution').example!;
  const { as_of, config_hash, generated_at } = example;
  expect({ ...body, as_of, config_hash, generated_at }).toEqual(example);
});

test('each report has the schema of its answer in the document, and comes as a page of text', async () => {
  const server = asked;
  const { paths } = (await server.get('/openapi.json')).body;
  for (const { path, writes, path_parameters } of REPORTS) {
    const operation = paths[path.replace(/:(\w+)/g, '{$1}')][writes ? 'post' : 'get'];
    const { schema } = operation.responses[writes ? 201 : 200].content['application/json'];
    expect([path, Object.keys(schema.properties ?? schema.anyOf[0].properties).length]).not.toEqual([path, 0]);
    if (writes || Object.keys(path_parameters).length > 0) continue;
    const needed = path === '/v1/experiments/calibration' ? 'for=robyn&' : '';
    const page = await server.get(`${path}?${needed}format=text`);
    expect([path, page.status, page.headers['content-type']]).toEqual([path, 200, 'text/plain; charset=utf-8']);
  }
});

test('a page of text has at most 100 rows a table and says how many more there are, and csv has all', async () => {
  const server = await startServer();
  const ids = Array.from({ length: 120 }, (_, i) => `c-${i}`);
  await server.post(
    '/v1/touchpoints',
    ids.map((id) => ({ ...TOUCH, touchpoint_id: id, campaign_id: id, customer_id: id })),
  );
  await server.post(
    '/v1/conversions',
    ids.map((id) => ({ ...ORDER, conversion_id: id, order_id: id, customer_id: id })),
  );
  await server.flush();
  const path = `/v1/reports/attribution?${MARCH_QUERY}&group_by=campaign_id`;
  const page = (await server.get(`${path}&format=text`)).text;
  expect(page.match(/^ +c-\d+ /gm)).toHaveLength(100);
  expect(page).toContain('… and 20 more rows: CSV has all');
  expect((await server.get(`${path}&format=csv`)).text.match(/^c-\d+,/gm)).toHaveLength(120);
});

test('a long answer is packed for clients that take gzip, and is the same text', async () => {
  const server = asked;
  const ask = async (path: string, accepted: string) => {
    const headers = { ...READ, 'accept-encoding': accepted };
    const { headers: sent, rawPayload } = await server.app.inject({ url: path, headers });
    return { packed: sent['content-encoding'] === 'gzip', type: sent['content-type'], body: rawPayload };
  };
  const withoutTime = (body: Buffer): string => body.toString().replace(/"generated_at":"[^"]+"/, '');
  const long = `/v1/reports/models?${MARCH_QUERY}`;
  const plain = await ask(long, 'identity');
  expect(plain).toMatchObject({ packed: false, type: 'application/json; charset=utf-8' });
  for (const accepted of ['gzip, deflate, br', 'br;q=1.0, gzip;q=0.8']) {
    const { packed, type, body } = await ask(long, accepted);
    expect([packed, type]).toEqual([true, plain.type]);
    expect(body.length).toBeLessThan(plain.body.length / 2);
    expect(withoutTime(gunzipSync(body))).toBe(withoutTime(plain.body));
  }
  for (const refusing of ['', 'br', 'gzip;q=0', 'x-gzipped'])
    expect(await ask(long, refusing)).toMatchObject({ packed: false });
  expect(await ask('/v1/runs', 'gzip')).toMatchObject({ packed: false });
});
