/** Events that name no brand get one by rule, before they are stored. */
import { expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { bearer, order, sent, TOUCH } from '../support/events.ts';
import { at } from '../support/time.ts';
import { ADMIN, KEYS, PAGE, startServer, type TestServer, WRITE } from './harness.ts';

const RULES = {
  hosts: { 'shop.example': 'shop', 'outlet.shop.example': 'outlet' },
  sender_domains: { 'mail.shop.example': 'shop' },
};

/** The brand of each record of a table, by its id. */
async function brandsIn(server: TestServer, table: string, id: string): Promise<Record<string, unknown>> {
  await server.flush();
  const rows = await server.tributary.warehouse.read((snapshot) =>
    snapshot.query(`select ${id} as id, brand_id from ${table}`),
  );
  return Object.fromEntries(rows.map((row) => [row['id'], row['brand_id']]));
}

test('the event, the key, the host and the sender decide in this order, and the rest is of the default brand and counted', async () => {
  const server = await startServer({ config: { brand_rules: RULES } });
  const { key } = (await server.post('/v1/keys', { name: 'of b', scope: 'write', brand_id: 'b' }, ADMIN)).body;
  const visit = (touchpoint_id: string, rest: object) => ({ ...TOUCH, touchpoint_id, ...rest });
  const answer = await server.post(
    '/v1/touchpoints',
    [
      visit('named', { brand_id: 'mine', url: 'https://shop.example/' }),
      visit('host', { url: 'https://www.SHOP.example:8443/sale', message_id: 'x@other.example' }),
      visit('longest', { url: 'https://outlet.shop.example/' }),
      visit('sender', { url: 'https://elsewhere.example/', message_id: '<1@news.mail.shop.example>' }),
      visit('evil', { url: 'https://shop.example.evil.example/', message_id: 'x' }),
    ],
    WRITE,
  );
  expect(answer.body).toMatchObject({ accepted: 5, rejected: [] });
  await server.post('/v1/touchpoints', visit('keyed', { url: 'https://shop.example/' }), bearer(key));
  expect(await brandsIn(server, 'touchpoints', 'touchpoint_id')).toEqual({
    evil: 'default',
    host: 'shop',
    keyed: 'b',
    longest: 'outlet',
    named: 'mine',
    sender: 'shop',
  });
  const { text } = await server.get('/metrics', ADMIN);
  expect(text).toContain('tributary_events_without_brand_total{by="host"} 2');
  expect(text).toContain('tributary_events_without_brand_total{by="sender_domain"} 1');
  expect(text).toContain('tributary_events_without_brand_total{by="default"} 1');
});

test('a rule that is no host or no brand is refused, and so is a brand in two lists', () => {
  expect(() => makeConfig({ brand_rules: { hosts: { 'not a host': 'a' } } })).toThrow(/brand_rules.hosts.not a host/);
  expect(() => makeConfig({ brand_rules: { hosts: { 'a.example': 'not a brand' } } })).toThrow(/brand id/);
  const twice = { shared_orders: [{ brands: ['a', 'b'] }, { brands: ['b', 'c'] }] };
  expect(() => makeConfig(twice)).toThrow(/shared_orders.1.*names the brand b twice/);
});

test('a page key for all brands: the page of a visit or a conversion decides, also if its brand takes conversions', async () => {
  const server = await startServer({
    config: { brand_rules: RULES, brands: { shop: { page_conversions: true }, outlet: {} } },
  });
  await server.post('/v1/touchpoints', { ...TOUCH, touchpoint_id: 'v', url: 'https://outlet.shop.example/' }, PAGE);
  const bought = (id: string, conversion_page: string) => ({ ...order(id, '10', at(3)), conversion_page });
  const answer = await server.post(
    '/v1/conversions',
    [bought('c1', 'https://www.shop.example/thanks'), bought('c2', 'https://outlet.shop.example/thanks')],
    PAGE,
  );
  expect([answer.body.accepted, answer.body.rejected[0]]).toMatchObject([1, { index: 1 }]);
  expect(await brandsIn(server, 'touchpoints', 'touchpoint_id')).toEqual({ v: 'outlet' });
  expect(await brandsIn(server, 'conversions', 'claimed_id')).toEqual({ c1: 'shop' });
});

test('an event of an email, and the links of one, are of the brand whose domain sent it', async () => {
  const server = await startServer({
    config: { brand_rules: RULES, email: { base_url: 'https://track.shop.example' } },
  });
  const message_id = '<7@news.mail.shop.example>';
  await server.post('/v1/email_events', [sent('e1', { message_id }), sent('e2', { brand_id: 'b', message_id })], WRITE);
  expect(await brandsIn(server, 'email_events', 'event_id')).toEqual({ e1: 'shop', e2: 'b' });
  const html = '<a href="https://outlet.shop.example/">Sale</a>';
  const made = await server.post('/v1/email/instrument', { html, message_id, customer_id: 'anna' }, WRITE);
  const [path] = /\/c\/[\w.-]+/.exec(made.body.html)!;
  await server.get(path!);
  // The link says its brand, so the host of the page that it leads to does not.
  await expect
    .poll(async () => Object.values(await brandsIn(server, 'touchpoints', 'touchpoint_id')))
    .toEqual(['shop']);
});

test('what a message of Segment says of people is of the brand of its page, as its visit is', async () => {
  const server = await startServer({ config: { brand_rules: RULES } });
  const basic = { authorization: `Basic ${Buffer.from(`${KEYS.TRIBUTARY_WRITE_KEY}:`).toString('base64')}` };
  const context = { page: { url: 'https://outlet.shop.example/account' } };
  const who = { userId: 'anna', anonymousId: 'device-7', timestamp: at(3), context };
  await server.post('/v1/page', { ...who, messageId: 'm1' }, basic);
  await server.post('/v1/identify', { ...who, messageId: 'm2' }, basic);
  await server.post('/v1/identify', { ...who, context: {}, userId: 'bob', messageId: 'm3' }, basic);
  expect(Object.values(await brandsIn(server, 'touchpoints', 'touchpoint_id'))).toEqual(['outlet']);
  expect(Object.values(await brandsIn(server, 'identity_links', 'link_id')).sort()).toEqual(['default', 'outlet']);
});

test('events of a webhook are of the brand whose domain sent the email, unless the source names its brand', async () => {
  const UNSIGNED = {
    provider: 'sparkpost',
    path_token: 'a-path-that-nobody-can-guess',
    basic_auth: { user: 'esp', password: 'password' },
  };
  const server = await startServer({
    config: { brand_rules: RULES, sources: { all: UNSIGNED, own: { ...UNSIGNED, brand_id: 'b' } } },
  });
  const headers = {
    'content-type': 'application/json',
    authorization: `Basic ${Buffer.from('esp:password').toString('base64')}`,
  };
  const event = (event_id: string, friendly_from?: string) => ({
    msys: {
      message_event: { type: 'delivery', event_id, timestamp: at(3), rcpt_to: 'anna@example.com', friendly_from },
    },
  });
  const events = [
    event('1', 'Shop <news@mail.shop.example>'),
    event('2', 'x@mail.shop.example.evil.example'),
    event('3'),
  ];
  for (const source of ['all', 'own']) {
    const path = `/v1/sources/${source}/a-path-that-nobody-can-guess`;
    expect((await server.call('POST', path, { headers, payload: JSON.stringify(events) })).status).toBe(200);
  }
  expect(Object.values(await brandsIn(server, 'email_events', 'concat(brand_id, event_id)')).sort()).toEqual([
    'b',
    'b',
    'b',
    'default',
    'default',
    'shop',
  ]);
  const listed = async (headers: Record<string, string>) =>
    (await server.get('/v1/sources', headers)).body.sources.map(({ source_id }: { source_id: string }) => source_id);
  const of = async (brand_id: string) =>
    bearer((await server.post('/v1/keys', { name: brand_id, scope: 'admin', brand_id }, ADMIN)).body.key);
  // A source of all brands is nobody's who may see one.
  expect([await listed(ADMIN), await listed(await of('default')), await listed(await of('b'))]).toEqual([
    ['all', 'own'],
    [],
    ['own'],
  ]);
  const replayed = await server.post('/v1/sources/all/replay', undefined, await of('default'));
  expect([replayed.status, replayed.body.error.message]).toEqual([403, expect.stringContaining('all brands')]);
  const { text } = await server.get('/metrics', ADMIN);
  expect(text).toContain('tributary_events_without_brand_total{by="sender_domain"} 1');
  expect(text).toContain('tributary_events_without_brand_total{by="default"} 2');
});
