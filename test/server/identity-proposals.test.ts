/** Proposals that two people are one, through the front door: found, accepted, counted, undone without a trace. */
import { expect, test } from 'vitest';
import { madePeople } from '../identity/people.ts';
import { ADMIN, READ, startServer, type TestServer, WRITE } from './harness.ts';

const PATH = '/v1/identity/proposals';
const REPORT = '/v1/reports/attribution?start=2026-03-01&end=2026-04-01&group_by=channel';

/** Each record of a person is an order of a customer of its own, with names and an address for the parcel. */
async function sellTo(server: TestServer, rows: ReturnType<typeof madePeople>): Promise<Map<string, string>> {
  const person_of = new Map<string, string>();
  const orders = rows.map(({ person, ...fields }, i) => {
    const customer_id = `customer-${i}`;
    person_of.set(customer_id, person);
    return {
      conversion_id: `order-${i}`,
      customer_id,
      conversion_type: 'purchase',
      conversion_value: '10',
      currency: 'USD',
      occurred_at: '2026-03-10T10:00:00Z',
      custom_properties: fields,
    };
  });
  const touches = orders.map(({ customer_id }) => ({
    customer_id,
    touchpoint_type: 'email_click',
    channel: 'email',
    campaign_id: 'spring',
    occurred_at: '2026-03-09T10:00:00Z',
  }));
  await server.post('/v1/conversions', orders, WRITE);
  await server.post('/v1/touchpoints', touches.slice(0, rows.length / 2), WRITE);
  await server.flush();
  return person_of;
}

const facts = (body: Record<string, unknown>): object => {
  const { generated_at: _at, as_of: _as_of, ...rest } = body;
  return rest;
};

test('proposals are found, and one that is accepted and undone leaves every report as it was', async () => {
  const server = await startServer();
  const person_of = await sellTo(server, madePeople(3, 100, [1, 1, 2]));
  const before = facts((await server.get(REPORT, READ)).body);

  const search = await server.post(PATH, {}, ADMIN);
  expect([search.status, search.body]).toMatchObject([200, { people: person_of.size, truncated: false }]);
  const { proposals } = (await server.get(`${PATH}?state=open`, ADMIN)).body;
  expect(proposals.length).toBe(search.body.open);
  expect(proposals.length).toBeGreaterThan(15);
  const right = proposals.filter(
    (one: { left_id: string; right_id: string }) => person_of.get(one.left_id) === person_of.get(one.right_id),
  );
  expect(right.length / proposals.length).toBeGreaterThan(0.9);
  // Nothing counts before somebody accepts it.
  expect(facts((await server.get(REPORT, READ)).body)).toEqual(before);

  const [chosen] = right;
  const accept = `${PATH}/${chosen.proposal_id}/accept`;
  expect((await server.post(accept, {}, READ)).status).toBe(403);
  expect((await server.post(accept, {}, ADMIN)).body).toMatchObject({
    state: 'accepted',
    decided_by: 'TRIBUTARY_ADMIN_KEY',
  });
  expect((await server.post(accept, {}, ADMIN)).status).toBe(409);
  await server.flush();
  const person = (await server.get(`/v1/customers/${chosen.right_id}`, READ)).body.person;
  expect(person.ids.sort()).toEqual([chosen.left_id, chosen.right_id].sort());
  expect(person.links).toMatchObject([
    { kind: 'probabilistic', state: 'linked', probability: chosen.probability, joins: true },
  ]);
  const certain = (await server.get(`${REPORT}&identity=deterministic`, READ)).body;
  const { identity_difference: _difference, config_hash: _hash, ...same } = facts(certain) as Record<string, unknown>;
  expect(before).toMatchObject(same);

  expect((await server.post(`${PATH}/${chosen.proposal_id}/undo`, {}, ADMIN)).body.state).toBe('undone');
  await server.flush();
  expect(facts((await server.get(REPORT, READ)).body)).toEqual(before);
  // Another search does not propose again what was undone.
  await server.post(PATH, {}, ADMIN);
  const open = (await server.get(`${PATH}?state=open`, ADMIN)).body.proposals;
  expect(open.map((one: { proposal_id: string }) => one.proposal_id)).not.toContain(chosen.proposal_id);
  expect((await server.post(`${PATH}/${chosen.proposal_id}/undo`, {}, ADMIN)).status).toBe(409);
  expect((await server.post(`${PATH}/ip_unknown/accept`, {}, ADMIN)).status).toBe(404);
});
