/** Visitors of a page that sends no id: the server knows them again for a day, without a cookie and without keeping their address. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../../src/server/app.ts';
import { PAGE, startServer, type TestOptions, type TestServer, WRITE } from './harness.ts';

const DAY_MS = 86_400_000;
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

let now_ms = Date.parse('2026-03-01T12:00:00Z');
const start = (config: Record<string, unknown>, options: TestOptions = {}): Promise<TestServer> =>
  startServer({ clock: () => now_ms, config, ...options });

/** Most tests share one server behind a proxy. Each has a network of its own. */
let server: TestServer;
beforeAll(async () => {
  server = await start({ trust_proxy: ['127.0.0.1'], defaults: { page_conversions: true } }, { shared: true });
});
afterAll(() => server.close());

let views = 0;
const view = (fields: Record<string, unknown> = {}) => {
  views += 1;
  const occurred_at = '2026-03-01T11:00:00Z';
  return {
    touchpoint_id: `v${views}`,
    touchpoint_type: 'page_view',
    url: 'https://shop.example/',
    occurred_at,
    ...fields,
  };
};

interface Asked {
  ip: string;
  headers?: Record<string, string>;
  fields?: Record<string, unknown>;
  query?: string;
}
const headersOf = ({ ip, headers = {} }: Asked): Record<string, string> => ({
  ...PAGE,
  'x-forwarded-for': ip,
  'user-agent': FIREFOX,
  ...headers,
});

type Stored = Record<
  'anonymous_id' | 'customer_id' | 'ip_address' | 'user_agent' | 'verdict' | 'browser',
  string | null
>;

/** Sends page views, each with a request of its own, and reads what became of them. */
async function stored(to: TestServer, ...requests: Asked[]): Promise<Stored[]> {
  const ids: string[] = [];
  for (const request of requests) {
    const event = view(request.fields);
    const answer = await to.post(`/v1/touchpoints${request.query ?? ''}`, event, headersOf(request));
    expect([answer.status, answer.body]).toEqual([202, { accepted: 1, ids: [event.touchpoint_id], rejected: [] }]);
    ids.push(event.touchpoint_id);
  }
  await to.flush();
  const rows = await to.tributary.warehouse.read((snapshot) => snapshot.query('select * from touchpoints'));
  return ids.map((id) => rows.find((row) => row['touchpoint_id'] === id) as Stored);
}
const idsOf = async (...requests: Asked[]): Promise<Array<string | null>> =>
  (await stored(server, ...requests)).map(({ anonymous_id }) => anonymous_id);

test('the same browser at the same place is one visitor of a site', async () => {
  const ip = '203.0.113.9';
  const [id, ...same] = await idsOf(
    { ip },
    { ip, fields: { url: 'https://www.shop.example/cart?x=1' } },
    // A provider may give another address of its network.
    { ip: '203.0.113.200' },
  );
  expect(id).toMatch(/^day_[\w-]{22}$/);
  expect(same).toEqual([id, id]);
  const others = await idsOf(
    { ip: '203.0.114.9' },
    { ip, headers: { 'user-agent': FIREFOX.replaceAll('140', '141') } },
    { ip, fields: { url: 'https://other.example/' } },
    { ip, fields: { brand_id: 'acme' } },
  );
  expect(new Set([id, ...others]).size).toBe(5);
});

test('an order that a page claims has the id of its visitor', async () => {
  const ip = '203.1.113.9';
  const [id] = await idsOf({ ip });
  const order = { conversion_type: 'purchase', conversion_value: '5', occurred_at: '2026-03-01T11:30:00Z' };
  const claim = { ...order, conversion_page: 'https://shop.example/thanks' };
  expect((await server.post('/v1/conversions', claim, headersOf({ ip }))).status).toBe(202);
  await server.flush();
  const rows = await server.tributary.warehouse.read((s) => s.query('select anonymous_id from conversions'));
  expect(rows).toEqual([{ anonymous_id: id }]);
});

test('a page that names its visitor keeps that name, and what it says about the request', async () => {
  const ip = '203.2.113.9';
  const [anonymous, customer] = await stored(
    server,
    { ip, fields: { anonymous_id: 'visitor-1', user_agent: 'mine' } },
    { ip, fields: { customer_id: 'c', ip_address: '198.51.100.7' } },
  );
  expect(anonymous).toMatchObject({ anonymous_id: 'visitor-1', ip_address: '203.2.113.0', user_agent: 'mine' });
  expect(customer).toMatchObject({ customer_id: 'c', anonymous_id: null, ip_address: '198.51.100.0' });
  expect(customer).toMatchObject({ user_agent: FIREFOX, browser: 'firefox', verdict: 'human' });
});

test('a machine that reads pages is judged by its own user agent', async () => {
  const robot = { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)' };
  expect((await stored(server, { ip: '203.3.113.9', headers: robot }))[0]!.verdict).toBe('bot');
});

test('a visitor who asks not to be recognised is somebody else each time', async () => {
  const ip = '203.4.113.9';
  const asks: Asked = { ip, headers: { 'sec-gpc': '1' } };
  const by_script: Asked = { ip, query: '?anonymous=1' };
  const [known, ...asked] = await stored(server, { ip }, asks, asks, by_script, by_script);
  expect(new Set([known, ...asked].map((row) => row!.anonymous_id)).size).toBe(5);
  for (const row of asked) expect(row).toMatchObject({ ip_address: null, user_agent: FIREFOX });
});

test('servers still have to name the person, and what is no record is refused as before', async () => {
  expect((await server.post('/v1/touchpoints', view(), WRITE)).body.rejected[0].field).toBe('customer_id');
  const mixed = await server.post('/v1/touchpoints', [7, null, [], view()], PAGE);
  expect(mixed.body).toMatchObject({ accepted: 1, rejected: [{ index: 0 }, { index: 1 }, { index: 2 }] });
});

test('all processes share the salt of a day, the next day has another, and an old one is deleted', async () => {
  const request: Asked = { ip: '203.5.113.9' };
  const salts = async (): Promise<string[]> =>
    (await server.tributary.state.list('visitor_salts')).map(({ key }) => key);
  const [first] = await idsOf(request);
  const other = buildApp(server.tributary, server.keys, { log_level: 'silent' });
  const event = view();
  const headers = headersOf(request);
  expect((await other.inject({ method: 'POST', url: '/v1/touchpoints', headers, payload: event })).statusCode).toBe(
    202,
  );
  await server.flush();
  const rows = await server.tributary.warehouse.read((s) =>
    s.query('select anonymous_id from touchpoints where touchpoint_id = $id', { id: event.touchpoint_id }),
  );
  expect(rows).toEqual([{ anonymous_id: first }]);
  await other.close();
  expect(await salts()).toEqual(['2026-03-01']);
  now_ms += DAY_MS;
  const [second] = await idsOf(request);
  expect(await salts()).toEqual(['2026-03-01', '2026-03-02']);
  now_ms += DAY_MS;
  const [third] = await idsOf(request);
  expect(await salts()).toEqual(['2026-03-02', '2026-03-03']);
  expect(new Set([first, second, third]).size).toBe(3);
});

test('of an address no more is stored than ip_storage says, and what a client invents does not count', async () => {
  const closed = await start({ ip_storage: 'none' });
  const [one, two] = await stored(closed, { ip: '203.0.113.9' }, { ip: '198.51.100.7' });
  expect(one).toMatchObject({ ip_address: null, anonymous_id: expect.stringMatching(/^day_/) });
  expect(two!.anonymous_id).toBe(one!.anonymous_id);
});
