/** What is configured, as admins see it: each its own brands, and no secret. */
import { expect, test } from 'vitest';
import { bearer, order } from '../support/events.ts';
import { at } from '../support/time.ts';
import { ADMIN, READ, startServer } from './harness.ts';

const SECRETS = ['secret-of-the-client', 'a-path-of-twenty-characters', 'password-of-postmark'];
const CONFIG = {
  brands: { 'shop-eu': { currency: 'EUR', half_life_days: 14 }, 'shop-us': {} },
  sources: {
    mail: {
      provider: 'postmark',
      path_token: SECRETS[1],
      basic_auth: { user: 'postmark', password: SECRETS[2] },
    },
  },
  oidc: {
    issuer: 'https://sso.example',
    client_id: 'tributary',
    client_secret: SECRETS[0],
    public_url: 'https://tributary.example',
    roles: [{ group: 'agency', role: 'viewer', brands: ['shop-eu'] }],
  },
};

test('brands with orders or settings are listed, to each key those that it may see', async () => {
  const server = await startServer({ config: CONFIG });
  await server.post('/v1/conversions', order('o1', '10.00', at(3), { brand_id: 'outlet' }));
  await server.flush();
  expect((await server.get('/v1/brands', READ)).body.brands).toEqual([
    { brand_id: 'outlet', configured: false },
    { brand_id: 'shop-eu', configured: true },
    { brand_id: 'shop-us', configured: true },
  ]);
  const key = async (scope: 'view' | 'admin') =>
    bearer((await server.keys.create({ name: scope, scope, brand_id: 'shop-us' })).key);
  expect((await server.get('/v1/brands', await key('view'))).body.brands).toEqual([
    { brand_id: 'shop-us', configured: true },
  ]);

  const { brands, installation } = (await server.get('/v1/settings', ADMIN)).body;
  expect(brands[1]).toMatchObject({
    brand_id: 'shop-eu',
    currency: 'EUR',
    half_life_days: 14,
    windows: { view_days: 1 },
  });
  expect(installation).toContainEqual({ setting: 'oidc.roles', value: 'agency: viewer of shop-eu' });
  const of_reader = (await server.get('/v1/settings', READ)).body;
  expect([of_reader.brands, of_reader.installation]).toEqual([brands, null]);
  const [first] = brands;
  const asked = (await server.get(`/v1/settings?brand_id=${first.brand_id}`, ADMIN)).body;
  expect(asked.brands).toEqual([first]);
  const of_one = (await server.get('/v1/settings', await key('admin'))).body;
  expect([of_one.brands.map(({ brand_id }: { brand_id: string }) => brand_id), of_one.installation]).toEqual([
    ['shop-us'],
    null,
  ]);
});

test('no secret of the configuration is shown', async () => {
  const server = await startServer({ config: CONFIG });
  const shown = await Promise.all(
    ['/v1/settings', '/v1/sources', '/v1/session'].map((path) => server.get(path, ADMIN)),
  );
  for (const { status, text } of shown) {
    expect(status).toBe(200);
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  }
});
