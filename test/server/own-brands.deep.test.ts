/** A person who may see two of three brands: what every call answers without a brand, for one of the two, and for the third. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sessions } from '../../src/server/sessions.ts';
import { bearer, type Fields, order, touch } from '../support/events.ts';
import { at, MARCH } from '../support/time.ts';
import { ADMIN, startServer, type TestServer } from './harness.ts';
import { OWN_PAGE } from './signed-in.ts';

const ISSUER = 'https://sso.example/';
const OWN = ['shop-eu', 'shop-us'];
const ROLES = [{ group: 'marketing', role: 'analyst', brands: OWN }];
const OIDC = { issuer: ISSUER, client_id: 'tributary', public_url: 'https://tributary.example', roles: ROLES };
const DAYS = `start=${MARCH.start}&end=${MARCH.end}`;
const CROSS_BRAND = '/v1/reports/cross_brand';
/** What everybody gets who may not see every brand of a list. */
const NO_LIST = {
  code: 'forbidden',
  message:
    'cross_brand: needs a key for all brands, or a role for every brand of a list in cross_brand_people; you may see no such list',
};
/** Routes that answer for all brands of a person. */
const TOGETHER = ['/v1/brands', '/v1/reports/consolidated'];

let server: TestServer;
let anna: Record<string, string>;
beforeAll(async () => {
  server = await startServer({
    shared: true,
    config: {
      oidc: OIDC,
      brands: { 'shop-eu': {}, 'shop-us': {}, secret: {} },
      shared_orders: [{ brands: ['secret', ...OWN], counts_for: 'brand_order' }],
      cross_brand_people: [['secret', ...OWN]],
    },
  });
  const bought = (brand_id: string, value: string): Fields =>
    order(`c-${brand_id}`, value, at(5), { brand_id, order_id: 'o1', customer_id: 'bob' });
  const conversions = [bought('shop-eu', '100'), bought('shop-us', '90'), bought('secret', '987')];
  await server.post('/v1/conversions', [...conversions, order('c4', '5', at(6), { brand_id: 'shop-us' })], ADMIN);
  const seen = [...OWN, 'secret'].map((brand_id) => touch(`t-${brand_id}`, 'email_click', at(4), { brand_id }));
  await server.post('/v1/touchpoints', seen, ADMIN);
  await server.flush();
  const grantOf = () => ({ role: 'analyst', brand_ids: OWN }) as const;
  const sessions = new Sessions(server.tributary.state, server.keys, Date.now, grantOf);
  const person = { id: 'anna', name: 'Anna', issuer: ISSUER, groups: ['marketing'] };
  anna = { ...OWN_PAGE, cookie: `tributary_session=${await sessions.begin({ person })}` };
});
afterAll(() => server.close());

/** The routes that an analyst may read, with a name in place of each id. */
async function readable(): Promise<string[]> {
  const { paths } = (await server.get('/openapi.json')).body;
  return Object.entries<Record<string, Record<string, unknown>>>(paths).flatMap(([path, { get }]) =>
    /\b(read|view)\b/.test(String(get?.['x-scope'])) && path !== '/v1/live' ? [path.replace(/\{\w+\}/g, 'none')] : [],
  );
}

test('a session that another process began is known after a moment', async () => {
  const signed_in = async () => (await server.get('/v1/session', anna)).body.signed_in;
  await expect.poll(signed_in, { timeout: 20_000, interval: 200 }).toBe(true);
});

test('brands together are exactly those of the person; an order that the third has first counts among the two', async () => {
  const { status, body } = await server.get(`/v1/reports/consolidated?${DAYS}`, anna);
  expect(status).toBe(200);
  expect(body.brands.map(({ brand_id }: { brand_id: string }) => brand_id).sort()).toEqual(OWN);
  expect(body.totals).toMatchObject({
    conversions: 3,
    shared_conversions: 1,
    counted_conversions: 2,
    counted_revenue: '105.000000',
    customers: 2,
    shared_customers: 1,
  });
  expect(body.shared_orders).toMatchObject([{ brand_id: 'shop-us', counted_in: 'shop-eu', conversions: 1 }]);
  expect(body.rules).toEqual({
    shared_orders: [{ brands: OWN, counts_for: 'brand_order' }],
    cross_brand_people: [OWN],
  });
  const one = await server.get(`/v1/reports/consolidated?${DAYS}&brand_id=shop-us`, anna);
  expect(one.body.totals).toMatchObject({ conversions: 2, shared_conversions: 0, counted_revenue: '95.000000' });
  const all = await server.get(`/v1/reports/consolidated?${DAYS}`, ADMIN);
  expect(all.body.totals).toMatchObject({ conversions: 4, counted_conversions: 2, counted_revenue: '992.000000' });
  expect((await server.get('/v1/brands', anna)).body).toEqual({
    brands: OWN.map((brand_id) => ({ brand_id, configured: true })),
  });
});

test('every other call asks for one of the two brands, answers for it, and tells nothing of the third', async () => {
  const paths = await readable();
  expect(paths.length).toBeGreaterThan(25);
  for (const [i, path] of paths.entries()) {
    const without = await server.get(path, anna);
    if (TOGETHER.includes(path)) expect([path, without.status]).toEqual([path, 200]);
    else if (path === CROSS_BRAND) expect(without).toMatchObject({ status: 403, body: { error: NO_LIST } });
    else {
      const asks = 'brand_id: is needed; you may see the brands shop-eu, shop-us: name one of them';
      expect([path, without.status, without.body.error.message]).toEqual([path, 400, asks]);
    }
    const [own, other] = [OWN[i % 2]!, OWN[(i + 1) % 2]!];
    const { status, text } = await server.get(`${path}?brand_id=${own}`, anna);
    // What needs all brands is closed; an id that nobody has is not found.
    expect([path, [200, 400, 403, 404, 422].includes(status)]).toEqual([path, true]);
    // The revenue of the third, and not the digits of a time or a position.
    const hidden = new RegExp(`secret|987[.]00|987000000|${other}`);
    expect([path, text]).not.toEqual([path, expect.stringMatching(hidden)]);
    const foreign = await server.get(`${path}?brand_id=secret`, anna);
    const only = 'brand_id: you may see the brands shop-eu, shop-us only; name one of them';
    expect([path, foreign.status, foreign.body.error.message]).toEqual([path, 403, only]);
  }
}, 60_000);

test('journeys across brands are for whoever may see all brands of a list, and a key for one brand learns nothing', async () => {
  const all = await server.get(`${CROSS_BRAND}?${DAYS}`, ADMIN);
  expect([all.status, all.body.lists]).toEqual([200, [['secret', ...OWN]]]);
  for (const brand_id of [...OWN, 'secret', 'unlisted']) {
    const made = await server.keys.create({ name: `of ${brand_id}`, scope: 'read', brand_id });
    const { status, body } = await server.get(`${CROSS_BRAND}?${DAYS}`, bearer(made.key));
    expect([brand_id, status, body.error]).toEqual([brand_id, 403, expect.objectContaining(NO_LIST)]);
  }
  const named = await server.get(`${CROSS_BRAND}?${DAYS}&brand_id=shop-eu`, ADMIN);
  expect([named.status, named.body.error.field]).toEqual([400, 'brand_id']);
});
