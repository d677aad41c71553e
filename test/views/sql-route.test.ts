/** SQL over HTTP: who may ask, the forms of an answer, and what ends with its client. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openScratch } from '../../src/files/scratch.ts';
import { VIEWS } from '../../src/views/views.ts';
import { ADMIN, PAGE, READ, startServer, type TestServer, WRITE } from '../server/harness.ts';
import { bearer, ORDER, TOUCH } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { connectAndSend } from '../support/sockets.ts';
import { DEEP } from '../support/tier.ts';
import { MARCH, MARCH_QUERY } from '../support/time.ts';

let server: TestServer;
let address: string;
const keys: Record<'sql' | 'persons' | 'brand', Record<string, string>> = { sql: {}, persons: {}, brand: {} };

beforeAll(async () => {
  server = await startServer({ shared: true, sql_limits: { places: 2 } });
  address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  await server.post('/v1/touchpoints', [
    { ...TOUCH, touchpoint_id: 't1' },
    { ...TOUCH, touchpoint_id: 't2', channel: 'paid_search', touchpoint_type: 'paid_ad_click', campaign_id: 'brand' },
    { ...TOUCH, touchpoint_id: 't3', brand_id: 'two' },
  ]);
  await server.post('/v1/conversions', [ORDER, { ...ORDER, brand_id: 'two', conversion_value: '7' }]);
  await server.flush();
  const made = async (body: object) => bearer((await server.post('/v1/keys', body, ADMIN)).body.key);
  keys.sql = await made({ name: 'analyst', scope: 'sql' });
  keys.persons = await made({ name: 'analyst of persons', scope: 'persons' });
  keys.brand = await made({ name: 'analyst of two', scope: 'sql', brand_id: 'two' });
});
afterAll(() => server.close());

const ask = (body: object, headers = keys.sql) => server.post('/v1/sql', { ...MARCH, ...body }, headers);

describe('who may ask', () => {
  test('only keys of scope sql, persons, read or admin', async () => {
    for (const headers of [WRITE, PAGE]) {
      expect((await ask({ sql: 'select 1' }, headers)).status).toBe(403);
      expect((await server.get('/v1/views/orders', headers)).status).toBe(403);
    }
    expect((await ask({ sql: 'select 1' }, {})).status).toBe(401);
    for (const headers of [keys.sql, keys.persons, READ, ADMIN])
      expect((await ask({ sql: 'select 1 as one' }, headers)).body.rows).toEqual([{ one: 1 }]);
    expect((await server.get(`/v1/reports/attribution?${MARCH_QUERY}`, keys.sql)).status).toBe(403);
  });

  test('persons are there only for a key of their scope that asks for them', async () => {
    const sql = 'select person_id from orders';
    const refused = await ask({ sql, persons: true });
    expect([refused.status, refused.body.error.field]).toEqual([403, 'persons']);
    expect((await ask({ sql })).body.error.message).toMatch(/"person_id" not found/);
    expect((await ask({ sql }, keys.persons)).status).toBe(400);
    expect((await ask({ sql, persons: true, brand_id: 'two' }, keys.persons)).body.rows).toEqual([
      { person_id: 'customer-1' },
    ]);
  });

  test('a key of one brand sees that brand alone', async () => {
    const sql = 'select brand_id, net_revenue from orders';
    expect((await ask({ sql }, keys.brand)).body.rows).toEqual([{ brand_id: 'two', net_revenue: '7.000000' }]);
    expect((await ask({ sql, brand_id: 'default' }, keys.brand)).status).toBe(403);
    expect((await ask({ sql })).body.row_count).toBe(2);
  });
});

describe('an answer', () => {
  test('has the period, the position and the types of its columns', async () => {
    const { status, body } = await ask({
      sql: 'select model, sum(attributed_revenue) as revenue, count(*) as touches from credits where brand_id = $brand group by all order by model',
      values: { brand: 'default' },
      models: 'linear,first_touch',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      report_period: MARCH,
      currency: 'USD',
      attribution_models: ['linear', 'first_touch'],
      row_count: 2,
      columns: [
        { name: 'model', type: 'VARCHAR' },
        { name: 'revenue', type: 'DECIMAL(38,6)' },
        { name: 'touches', type: 'BIGINT' },
      ],
      rows: [
        { model: 'first_touch', revenue: '149.990000', touches: 2 },
        { model: 'linear', revenue: '149.990000', touches: 2 },
      ],
    });
  });

  test('is a Parquet file with the same sums, to the micro', async () => {
    const sumsOf = (view: (typeof VIEWS)[number], from: string): string => {
      const amounts = Object.keys(view.columns).filter((name) => view.columns[name]!.type === 'amount');
      return `select '${view.name}' as view, count(*) as n, [${amounts.map((name) => `sum(${name})::varchar`).join(', ')}] as sums from ${from}`;
    };
    const { connection, close } = await openScratch(1);
    const found = [];
    // Each question takes a process of its own.
    const asked = DEEP ? VIEWS : VIEWS.slice(0, 3);
    for (const view of asked) {
      const got = await fetch(`${address}/v1/views/${view.name}?${MARCH_QUERY}&format=parquet`, { headers: keys.sql });
      expect([got.status, got.headers.get('content-type')]).toEqual([200, 'application/vnd.apache.parquet']);
      const path = join(temporaryFolder(), `${view.name}.parquet`);
      writeFileSync(path, Buffer.from(await got.arrayBuffer()));
      const [row] = (await connection.runAndReadAll(sumsOf(view, `'${path}'`))).getRowObjectsJson();
      found.push({ ...row, n: Number(row!['n']) });
    }
    close();
    const { body } = await ask({ sql: asked.map((view) => sumsOf(view, view.name)).join(' union all ') });
    expect(found).toEqual(body.rows);
    expect(found[0]).toMatchObject({ n: 3, sums: ['156.990000'] });
  });

  test('is CSV that a spreadsheet opens without running it', async () => {
    const { text, headers } = await ask({ sql: `select '=1+1' as a, 'x,y' as b, 1.50 as c`, format: 'csv' });
    expect(headers['content-type']).toMatch(/^text\/csv/);
    expect(text).toBe(`a,b,c\n'=1+1,"x,y",1.50\n`);
  });

  test('tells numbers apart that JSON cannot hold', async () => {
    const { body } = await ask({
      sql: 'select 9007199254740991 as a, 9007199254740993 as b, 2::hugeint as c, 0.10 as d, null as e, 1 as e',
    });
    expect(body.rows).toEqual([{ a: 9007199254740991, b: '9007199254740993', c: 2, d: '0.10', e: null, 'e:1': 1 }]);
  });

  test('that is refused names what is wrong', async () => {
    const of = async (body: object) => {
      const { status, body: answered } = await ask(body);
      return [status, answered.error.field, answered.error.message];
    };
    expect(await of({})).toEqual([400, 'sql', 'sql: is required']);
    expect((await of({ sql: 'select 1', format: 'xml' })).slice(0, 2)).toEqual([400, 'format']);
    expect((await of({ sql: 'select 1', start: 'soon' })).slice(0, 2)).toEqual([400, 'start']);
    expect((await of({ sql: 'select 1', values: [1] })).slice(0, 2)).toEqual([400, 'values']);
    expect((await of({ sql: 'select 1', more: 1 })).slice(0, 2)).toEqual([400, 'more']);
    expect((await of({ sql: 'select $a' }))[0]).toBe(400);
    expect((await of({ sql: `select '${'x'.repeat(20_000)}'` })).slice(0, 2)).toEqual([400, 'sql']);
    expect(await of({ sql: '  ' })).toEqual([400, 'sql', expect.stringMatching(/holds no statement/)]);
    const unknown = await server.get('/v1/views/customers', keys.sql);
    expect([unknown.status, unknown.body.error.field]).toEqual([404, 'view']);
  });

  test('of GET /v1/views lists every column with its meaning', async () => {
    const { body } = await server.get('/v1/views', keys.sql);
    expect(body.views.map(({ name }: { name: string }) => name)).toEqual(VIEWS.map(({ name }) => name));
    for (const { columns } of body.views) for (const { meaning } of columns) expect(meaning).toMatch(/^.{3,}/);
  });
});

/** The processes of sandboxes that this process has. */
const sandboxes = (): number =>
  execFileSync('ps', ['-o', 'args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('sandbox/child')).length;

const ENDLESS = 'with recursive r(i) as (select 1 union all select i + 1 from r) select count(*) from r';

test('the statement of a client that hangs up ends with its process, and those who wait get its place', async () => {
  const body = JSON.stringify({ sql: ENDLESS, ...MARCH });
  const head = `POST /v1/sql HTTP/1.1\r\nhost: x\r\nauthorization: ${keys.sql['authorization']}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const clients = await Promise.all([1, 2, 3].map(() => connectAndSend(address, head + body)));
  await vi.waitFor(() => expect(sandboxes()).toBe(2), 60_000);
  const waiting = ask({ sql: 'select 1 as one' });
  expect((await server.get('/health/ready', {})).body.ready).toBe(true);
  for (const client of clients) client.destroy();
  expect((await waiting).body.rows).toEqual([{ one: 1 }]);
  await vi.waitFor(() => expect(sandboxes()).toBe(0), 60_000);
});
