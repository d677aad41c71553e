/** Links to one view or one table: what who has one may ask, and nothing else; how long; and that nothing tells their tokens. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import { bearer, ORDER, TOUCH } from '../support/events.ts';
import { ADMIN, type Answer, READ, startServer, type TestServer, WRITE } from './harness.ts';

const PATH = '/v1/share-links';
const START_MS = Date.parse('2026-03-20T12:00Z');
let now_ms = START_MS;
let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    shared: true,
    clock: () => now_ms,
    log_level: 'trace',
    config: { embed_origins: ['https://intranet.shop.example'], brands: { a: {}, b: {} } },
  });
  for (const brand_id of ['a', 'b']) {
    await server.post('/v1/touchpoints', { ...TOUCH, brand_id, touchpoint_id: `t-${brand_id}` });
    await server.post('/v1/conversions', { ...ORDER, brand_id, conversion_id: `o-${brand_id}` });
  }
  await server.flush();
});
afterAll(() => server.close());

const NOBODY = {};
const tokens: string[] = [];

async function make(
  sent: Record<string, unknown>,
  headers = READ,
): Promise<{ path: string; link_id: string; body: Answer['body'] }> {
  const { status, text, body } = await server.post(PATH, { name: 'a link', ...sent }, headers);
  expect([status, text]).toEqual([201, expect.anything()]);
  tokens.push(body.path.split('/')[2]);
  return { path: body.path, link_id: body.link_id, body };
}

const ask = (path: string, headers: Record<string, string> = NOBODY): Promise<Answer> => server.get(path, headers);
const status = async (path: string, headers: Record<string, string> = NOBODY): Promise<number> =>
  (await ask(path, headers)).status;

const DAYS = 'start=2026-03-01&end=2026-04-01';
const VIEW = `${DAYS}&compare=none&model=linear`;

describe('a link to a page', () => {
  test('answers what its page asks, as the API does, and nothing else', async () => {
    const { path } = await make({ address: `/channels?${VIEW}`, brand_id: 'a' });
    const query = `${DAYS}&model=linear&group_by=channel&brand_id=a`;
    const answer = await ask(`${path}/v1/reports/attribution?${query}`);
    const own = (await ask(`/v1/reports/attribution?${query}`, READ)).body;
    expect(answer.body.summary).toEqual(own.summary);
    expect(Number(own.summary.total_revenue_micros)).toBeGreaterThan(0);
    for (const other of [
      query.replace('brand_id=a', 'brand_id=b'),
      query.replace('&brand_id=a', ''),
      query.replace('2026-04-01', '2026-04-02'),
      query.replace('linear', 'last_touch'),
      query.replace('group_by=channel', 'group_by=campaign_id'),
      `${query}&filter=channel:email`,
      `${query}&format=csv`,
      `${query}&brand_id=b`,
      `${query}&as_of=0`,
    ])
      expect(await status(`${path}/v1/reports/attribution?${other}`), other).toBe(403);
    for (const other of [
      'reports/campaigns',
      'customers/cus_1',
      'conversions/o-a/receipt',
      'keys',
      'share-links',
      'annotations',
    ])
      expect(await status(`${path}/v1/${other}?${query}`), other).toBe(403);
    expect(await status(`${path}/table.csv`)).toBe(404);
    expect((await server.post(`${path}/v1/reports/attribution?${query}`, {}, NOBODY)).status).toBe(404);
  });

  test('says its view with the days of today, and no key is needed', async () => {
    const { path } = await make({ address: '/?model=last_touch', period: 'last_7_days', name: 'Seven days' });
    const { body } = await ask(`${path}/view`);
    expect(body).toMatchObject({
      name: 'Seven days',
      path: '/',
      view: { start: '2026-03-14', end: '2026-03-21', model: 'last_touch', brand_id: '', compare: 'previous_period' },
    });
    now_ms += MS_PER_DAY;
    expect((await ask(`${path}/view`)).body.view).toMatchObject({ start: '2026-03-15', end: '2026-03-22' });
    now_ms = START_MS;
  });

  test('is for nobody to find: no search engine, no frame, no referrer, no cache', async () => {
    const { path } = await make({ address: `/channels?${VIEW}` });
    for (const own of [path, `${path}/view`, `${path}/v1/reports/attribution`]) {
      const { headers } = await ask(own);
      expect(headers['x-robots-tag']).toBe('noindex, nofollow, noarchive');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['cache-control']).toBe('no-store');
    }
    const { text, headers } = await ask(path);
    expect(text).toContain('<meta name="robots" content="noindex, nofollow">');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  test('ends with its days, which are at most 90, and when it is revoked', async () => {
    const { path, body } = await make({ address: `/channels?${VIEW}` });
    expect(Date.parse(body.expires_at) - START_MS).toBe(7 * MS_PER_DAY);
    now_ms = START_MS + 7 * MS_PER_DAY - 1;
    expect(await status(`${path}/view`)).toBe(200);
    now_ms += 1;
    expect([await status(`${path}/view`), await status(path)]).toEqual([404, 404]);
    now_ms = START_MS;
    const other = await make({ address: `/channels?${VIEW}`, days: 90 });
    expect((await server.post(PATH, { name: 'x', address: '/channels', days: 91 }, READ)).body.error.field).toBe(
      'days',
    );
    expect(await status(`${other.path}/view`)).toBe(200);
    expect((await server.call('DELETE', `${PATH}/${other.link_id}`, { headers: READ })).status).toBe(200);
    expect(await status(`${other.path}/view`)).toBe(404);
    expect((await server.call('DELETE', `${PATH}/${other.link_id}`, { headers: READ })).status).toBe(404);
  });

  test('with a password needs it, and gives up on who guesses', async () => {
    const { path, body } = await make({ address: `/channels?${VIEW}`, password: 'four blue boats' });
    expect(JSON.stringify(body)).not.toContain('four blue boats');
    expect(JSON.stringify(await server.tributary.state.list('share_links'))).not.toContain('four blue boats');
    const enter = (password: unknown, to = path): Promise<Answer> =>
      server.post(`${to}/password`, { password }, NOBODY);
    expect((await ask(`${path}/view`)).body.error).toMatchObject({ code: 'unauthorized', field: 'password' });
    expect(await status(`${path}/v1/reports/attribution?${DAYS}&model=linear&group_by=channel`)).toBe(401);
    expect((await enter('four blue coats')).status).toBe(401);
    expect((await enter(7)).status).toBe(400);
    const entered = await enter('four blue boats');
    const cookie = String(entered.headers['set-cookie']);
    expect(cookie).toMatch(/^tributary_share=[^;]+; Path=\/s\/[\w-]+; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    const sent = { cookie: cookie.split(';')[0]! };
    expect(await status(`${path}/view`, sent)).toBe(200);
    expect(await status(`${path}/view`, { cookie: `${sent.cookie}x` })).toBe(401);
    expect(await status(`${path}/view`, { cookie: sent.cookie.replace(/=\d+/, '=9999999999999') })).toBe(401);
    const other = await make({ address: `/channels?${VIEW}`, password: 'four blue boats' });
    expect(await status(`${other.path}/view`, sent)).toBe(401);
    now_ms += MS_PER_DAY / 2;
    expect(await status(`${path}/view`, sent)).toBe(401);
    now_ms = START_MS;
    for (let attempt = 0; attempt < 10; attempt++) await enter('a wrong guess', other.path);
    const late = await enter('four blue boats', other.path);
    expect([late.status, Number(late.headers['retry-after'])]).toEqual([429, expect.any(Number)]);
  });

  test.each([
    ['a person', '/customers/cus_1', 'address'],
    ['the search for persons', '/customers', 'address'],
    ['an order', '/orders/o-a', 'address'],
    ['a page that there is not', '/nothing', 'address'],
    ['another site', '//evil.example/channels', 'address'],
    ['an address with another site', 'https://evil.example/channels', 'address'],
    ['a parameter that no view has', '/channels?person=cus_1', 'address'],
    ['a day that no calendar has', '/channels?start=2026-02-30&end=2026-03-03', 'address'],
    ['a model that there is not', '/channels?model=nothing', 'model'],
    ['a filter by what is no group', '/channels?filter=customer_id:cus_1', 'filter'],
  ])('is not made of %s, which is refused by its field', async (_, address, field) => {
    const { status: refused, body } = await server.post(PATH, { name: 'x', address }, READ);
    expect([refused, body.error.field]).toEqual([400, field]);
  });

  test('shows no more than the key that made it may see', async () => {
    const made = await server.post('/v1/keys', { name: 'of a', scope: 'read', brand_id: 'a' }, ADMIN);
    const of_a = bearer(made.body.key);
    expect((await server.post(PATH, { name: 'x', address: '/channels?brand_id=b' }, of_a)).status).toBe(403);
    expect((await server.post(PATH, { name: 'x', address: '/channels', brand_id: 'b' }, of_a)).status).toBe(403);
    expect((await server.post(PATH, { name: 'x', address: '/channels' }, WRITE)).status).toBe(403);
    const { path, body } = await make({ address: `/channels?${VIEW}` }, of_a);
    expect(body.brand_id).toBe('a');
    expect((await ask(`${path}/view`)).body.view.brand_id).toBe('a');
    const listed = async (headers: Record<string, string>): Promise<string[]> =>
      (await ask(PATH, headers)).body.links.map(({ link_id }: { link_id: string }) => link_id);
    const of_b = await make({ address: `/channels?${VIEW}`, brand_id: 'b' });
    expect(await listed(of_a)).toContain(body.link_id);
    expect(await listed(of_a)).not.toContain(of_b.link_id);
    expect(await listed(READ)).toEqual(expect.arrayContaining([body.link_id, of_b.link_id]));
    expect((await server.call('DELETE', `${PATH}/${of_b.link_id}`, { headers: of_a })).status).toBe(404);
  });
});

describe('a link to a table', () => {
  test('is the CSV of the report, with days that move, and asks nothing else', async () => {
    const address = '/v1/reports/attribution?group_by=channel&model=linear';
    const { path } = await make({ kind: 'csv', address, brand_id: 'a', period: 'last_28_days' });
    expect(path).toMatch(/^\/s\/[\w-]{43}\/table\.csv$/);
    const { text, headers } = await ask(path);
    const same = await ask(`${address}&brand_id=a&start=2026-02-21&end=2026-03-21&format=csv`, READ);
    expect(text).toBe(same.text);
    expect(text.split('\r\n').length).toBeGreaterThan(2);
    expect(headers['content-type']).toMatch(/^text\/csv/);
    expect(headers['cache-control']).toBe('private, no-cache');
    expect(headers['x-robots-tag']).toContain('noindex');
    expect(await status(path, { 'if-none-match': headers['etag']! })).toBe(304);
    expect((await ask(`${path}?brand_id=b&start=2020-01-01&group_by=brand_id`)).text).toBe(text);
    const page = path.replace('/table.csv', '');
    expect([await status(page), await status(`${page}/view`), await status(`${page}/v1/reports/attribution`)]).toEqual([
      404, 404, 404,
    ]);
    now_ms += 40 * MS_PER_DAY;
    expect(await status(path)).toBe(404);
    now_ms = START_MS;
  });

  test('has no formula that a spreadsheet runs', async () => {
    const campaign_id = '=HYPERLINK("http://evil.example")';
    await server.post('/v1/touchpoints', { ...TOUCH, brand_id: 'a', touchpoint_id: 't-formula', campaign_id });
    await server.flush();
    const { path } = await make({
      kind: 'csv',
      address: `/v1/reports/attribution?group_by=campaign_id&${DAYS}`,
      brand_id: 'a',
    });
    const { text } = await ask(path);
    expect(text).toContain(`'=HYPERLINK`);
    expect(text).not.toMatch(/(^|[,\n"])=/);
  });

  test.each([
    ['journeys', '/v1/reports/journeys', 'address'],
    ['a person', '/v1/customers/cus_1', 'address'],
    ['a receipt', '/v1/conversions/o-a/receipt', 'address'],
    ['what is no report', '/v1/keys', 'address'],
    ['a page', '/channels', 'address'],
    ['a wrong group', '/v1/reports/attribution?group_by=customer_id', 'group_by'],
    ['an unknown parameter', '/v1/reports/attribution?person=1', 'person'],
    ['a style that there is not', '/v1/reports/attribution?csv=word', 'address'],
  ])('is not made of the report of %s', async (_, address, field) => {
    const { status: refused, body } = await server.post(PATH, { kind: 'csv', name: 'x', address }, READ);
    expect([refused, body.error.field]).toEqual([400, field]);
  });

  test('takes no password, since no spreadsheet can enter one', async () => {
    const sent = { kind: 'csv', name: 'x', address: '/v1/reports/attribution', password: 'four blue boats' };
    expect((await server.post(PATH, sent, READ)).body.error.field).toBe('password');
  });
});

describe('an embedded page', () => {
  test('may be framed by the configured sites only, and its token is signed', async () => {
    const { path } = await make({ kind: 'embed', address: `/channels?${VIEW}`, brand_id: 'a' });
    const { headers } = await ask(path);
    expect(headers['content-security-policy']).toContain('frame-ancestors https://intranet.shop.example');
    expect(await status(`${path}/v1/reports/attribution?${DAYS}&model=linear&group_by=channel&brand_id=a`)).toBe(200);
    const [, , token = ''] = path.split('/');
    const [content = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(content, 'base64url').toString());
    expect(claims).toMatchObject({ brand_id: 'a', expires_ms: START_MS + 7 * MS_PER_DAY });
    const forged = Buffer.from(JSON.stringify({ ...claims, brand_id: 'b' })).toString('base64url');
    expect(await status(`/s/${forged}.${signature}/view`)).toBe(404);
    expect(await status(`/s/${content}.${'A'.repeat(43)}/view`)).toBe(404);
    now_ms += 7 * MS_PER_DAY;
    expect(await status(`${path}/view`)).toBe(404);
    now_ms = START_MS;
  });

  test('needs the setting that names the sites', async () => {
    const other = await startServer();
    const { body } = await other.post(PATH, { kind: 'embed', name: 'x', address: '/channels' }, READ);
    expect(body.error).toMatchObject({ field: 'kind', message: expect.stringContaining('embed_origins') });
  });
});

test('no log line, no metric and no stored value holds a token', async () => {
  await ask(`/s/${'x'.repeat(43)}/view`);
  const metrics = (await ask('/metrics', ADMIN)).text;
  const stored = JSON.stringify(await server.tributary.state.list('share_links'));
  const log = server.log.join('\n');
  expect(log).toContain('/s/:token/view');
  expect(metrics).toContain('/s/:token/view');
  expect(tokens.length).toBeGreaterThan(8);
  for (const token of [...tokens, 'x'.repeat(43)])
    for (const text of [log, metrics, stored]) expect(text).not.toContain(token);
});
