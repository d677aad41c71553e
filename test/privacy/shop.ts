/** A shop with people whose every own text has their name in it, so that a scan of bytes finds whatever is left of one. */
import { expect } from 'vitest';
import { ADMIN, type Answer, type Body, type TestServer } from '../server/harness.ts';

export const at = (day: number): string => `2026-03-${String(day).padStart(2, '0')}T10:00:00Z`;

/** What is told of a person. @param order what the ids of the order begin with: a refund without its order names nobody. */
export function eventsOf(name: string, order = name): Record<string, object[]> {
  const customer_id = `${name}-customer`;
  const anonymous_id = `${name}-browser`;
  const order_id = `${order}-o1`;
  return {
    touchpoints: [
      {
        touchpoint_id: `${name}-t1`,
        anonymous_id,
        touchpoint_type: 'website_visit',
        url: `https://shop.example/${name}`,
        occurred_at: at(1),
      },
      {
        touchpoint_id: `${name}-t2`,
        customer_id,
        anonymous_id,
        touchpoint_type: 'email_click',
        campaign_id: 'spring',
        occurred_at: at(2),
      },
    ],
    conversions: [
      {
        conversion_id: `${order}-c1`,
        customer_id,
        conversion_type: 'purchase',
        conversion_value: '50.00',
        currency: 'USD',
        order_id,
        occurred_at: at(3),
        custom_properties: { note: `${name}-note` },
      },
    ],
    adjustments: [
      {
        adjustment_id: `${order}-a1`,
        order_id,
        amount: '-10.00',
        currency: 'USD',
        reason: 'refund',
        occurred_at: at(4),
      },
    ],
    email_events: [
      {
        event_id: `${name}-e1`,
        event_type: 'delivered',
        customer_id,
        campaign_id: 'spring',
        message_id: `${name}-m1`,
        occurred_at: at(1),
      },
    ],
    identity_links: [
      {
        link_id: `${name}-l1`,
        left_id: customer_id,
        right_id: `${name}-phone`,
        kind: 'login',
        occurred_at: at(2),
      },
    ],
    consents: [
      {
        consent_id: `${name}-k1`,
        customer_id,
        anonymous_id,
        purposes: { measurement: true },
        source: `${name}-banner`,
        occurred_at: at(1),
      },
    ],
    customer_segments: [{ segment_id: `${name}-s1`, customer_id, segment_name: 'loyal', assigned_at: at(1) }],
    assignments: [
      { assignment_id: `${name}-g1`, experiment_id: 'march', arm: 'treated', customer_id, occurred_at: at(1) },
    ],
    exposures: [{ exposure_id: `${name}-x1`, experiment_id: 'march', arm: 'treated', customer_id, occurred_at: at(1) }],
  };
}

/** The ids and own texts of a person, without the ids of the order that may stay. */
export const textsOf = (name: string): string[] =>
  ['customer', 'browser', 'phone', 't1', 't2', 'e1', 'm1', 'l1', 's1', 'g1', 'x1', 'k1', 'banner', 'note'].map(
    (part) => `${name}-${part}`,
  );
export const orderOf = (name: string): string[] => ['c1', 'o1', 'a1'].map((part) => `${name}-${part}`);

export async function send(server: TestServer, events: Record<string, object[]>): Promise<void> {
  for (const [record, list] of Object.entries(events))
    expect((await server.post(`/v1/${record}`, list)).body).toMatchObject({ rejected: [] });
}

export const erase = (server: TestServer, id: string): Promise<Answer> =>
  server.call('DELETE', `/v1/customers/${encodeURIComponent(id)}`, { headers: ADMIN });

/** Erases a person, and waits until it is done. @returns the certificate. */
export async function erased(server: TestServer, id: string): Promise<Body> {
  const { status, body } = await erase(server, id);
  expect(status).toBe(202);
  const done = await server.get(`/v1/erasures/${body.erasure_id}?wait_s=60`, ADMIN);
  expect(done.body.status).toBe('done');
  return done.body.certificate;
}

/** The sums of March under the linear model. */
export const revenue = async (server: TestServer): Promise<Body> =>
  (await server.get('/v1/reports/attribution?start=2026-03-01&end=2026-04-01&model=linear')).body.reconciliation;
