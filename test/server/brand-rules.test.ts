/** Events that name no brand get one by rule, before they are stored. */
import { expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { bearer, TOUCH } from '../support/events.ts';
import { ADMIN, startServer, WRITE } from './harness.ts';

const RULES = {
  hosts: { 'shop.example': 'shop', 'outlet.shop.example': 'outlet' },
  sender_domains: { 'mail.shop.example': 'shop' },
};

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
  await server.flush();
  const rows = await server.tributary.warehouse.read((snapshot) =>
    snapshot.query('select touchpoint_id, brand_id from touchpoints order by touchpoint_id'),
  );
  expect(Object.fromEntries(rows.map(({ touchpoint_id, brand_id }) => [touchpoint_id, brand_id]))).toEqual({
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
