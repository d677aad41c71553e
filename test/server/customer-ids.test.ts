/** One person, however their address is written: what is sent, what is asked for, and the warning where the setting is missing. */
import { expect, test } from 'vitest';
import { order, touch } from '../support/events.ts';
import { at } from '../support/time.ts';
import { ADMIN, startServer, type TestServer } from './harness.ts';

async function sendBoth(server: TestServer, brand_id: string): Promise<void> {
  const who = (customer_id: string) => ({ brand_id, customer_id });
  await server.post('/v1/touchpoints', touch('click', 'email_click', at(2), who('Anna@Example.com ')));
  await server.post('/v1/conversions', order('order', '10.00', at(3), who('anna@example.com')));
  await server.flush();
}

const MARCH = 'start=2026-03-01&end=2026-04-01';
const revenue = async (server: TestServer, brand_id: string) =>
  (await server.get(`/v1/reports/attribution?${MARCH}&brand_id=${brand_id}`)).body.reconciliation.attributed_micros;

test('a brand that keeps addresses in one form knows a person by every spelling', async () => {
  const server = await startServer({ config: { brands: { one: { customer_ids: 'email' }, two: {} } } });
  await sendBoth(server, 'one');
  await sendBoth(server, 'two');
  expect([await revenue(server, 'one'), await revenue(server, 'two')]).toEqual(['10000000', '0']);

  const customer = (id: string, brand_id: string) =>
    server.get(`/v1/customers/${encodeURIComponent(id)}?brand_id=${brand_id}`);
  for (const id of ['anna@example.com', 'Anna@Example.com', ' ANNA@EXAMPLE.COM']) {
    const { status, body } = await customer(id, 'one');
    expect([status, body.person?.person_id]).toEqual([200, 'anna@example.com']);
  }
  expect((await customer('Anna@Example.com ', 'two')).body.person?.person_id).toBe('Anna@Example.com ');
  expect((await customer('ANNA@EXAMPLE.COM', 'two')).status).toBe(404);
  expect((await customer('Bob@Example.com', 'one')).status).toBe(404);

  const { warnings } = (await server.get('/v1/doctor', ADMIN)).body;
  expect(warnings.filter((text: string) => text.includes('customer ids'))).toEqual([
    expect.stringMatching(
      /^brand two: 2 customer ids are e-mail addresses that differ .* if each is one person, set customer_ids of the brand to "email" for what comes, and link the ids that are stored$/,
    ),
  ]);
});
