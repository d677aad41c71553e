/** Makes the messages of orders and customers that changed. */
import { hash } from 'node:crypto';
import { makeOrdersAndEvents } from '../../attribution/orders.ts';
import { namedId } from '../../attribution/page-conversions.ts';
import type { Plan } from '../../attribution/plan.ts';
import type { Attribution } from '../../attribution/query.ts';
import { formatInstant } from '../../domain/time.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import { allTime } from '../../reports/person.ts';
import { orderSegments } from '../../reports/segments.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { fill } from '../../warehouse/relation.ts';
import {
  type ConversionMessage,
  type Details,
  IDENTIFIERS,
  type Identifiers,
  NO_DETAILS,
  type ProfileMessage,
} from '../message.ts';
import type { PlannedOrder } from './order-states.ts';
import { TOLD_CONVERSIONS, TOLD_PEOPLE } from './relations.ts';

/** What of a conversion destinations are told beside its credit. */
/** An id of a message: of what it is about and its revision. It names nobody. */
export function messageId(kind: 'c' | 'p', parts: readonly unknown[]): string {
  return `${kind}_${hash('sha256', JSON.stringify(parts), 'hex').slice(0, 32)}`;
}

/** Reads the details of orders of a plan, by conversion id. */
export async function readDetails(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  orders: readonly PlannedOrder[],
): Promise<Map<string, Details>> {
  await fill(
    snapshot,
    TOLD_CONVERSIONS,
    orders.map(({ conversion_id }) => ({ conversion_id })),
  );
  const rows = await snapshot.query(
    `select ${namedId('c')} as named_id, c.customer_id as customer_id, c.anonymous_id as anonymous_id, c.session_id as session_id, c.product_ids as product_ids,
       c.quantity as quantity, c.category as category, c.custom_properties as custom_properties
     from conversions c where c.brand_id = $brand_id and ${atOrBefore('c', plan.positions.conversions)}
       and ${namedId('c')} in (select conversion_id from ${TOLD_CONVERSIONS.name})`,
    { brand_id: plan.brands[0]!.brand_id },
  );
  const segments = await readSegments(snapshot, plan, query);
  const of_order = new Map(orders.map((order) => [order.conversion_id, order]));
  const details = new Map<string, Details>();
  for (const row of readAll(rows, {
    named_id: 'text',
    customer_id: 'text?',
    anonymous_id: 'text?',
    session_id: 'text?',
    product_ids: 'text?',
    quantity: 'number?',
    category: 'text?',
    custom_properties: 'text?',
  })) {
    const order = of_order.get(row.named_id)!;
    const { named_id, product_ids, custom_properties, ...own } = row;
    // A person who is known by a customer id is named by it. A person without one is named by the browser's.
    const named = order.person_id === row.anonymous_id ? null : order.person_id;
    details.set(named_id, {
      ...own,
      customer_id: row.customer_id ?? named,
      product_ids: textsIn(product_ids),
      identifiers: identifiersIn(custom_properties),
      segments: segments.get(order.order_no) ?? [],
    });
  }
  return details;
}

async function readSegments(snapshot: Snapshot, plan: Plan, query: Attribution): Promise<Map<string, string[]>> {
  const relation = await orderSegments(snapshot, plan, query);
  const rows = await snapshot.query(
    `select text128(int128(s.order_no)) as order_no, s.segment_name as segment_name from ${relation.name} s
     where s.order_no in (select order_no from ${query.orders.name} where conversion_id in (select conversion_id from ${TOLD_CONVERSIONS.name}))
     order by s.order_no, s.segment_name`,
  );
  const segments = new Map<string, string[]>();
  for (const { order_no, segment_name } of readAll(rows, { order_no: 'text', segment_name: 'text' })) {
    const own = segments.get(order_no) ?? [];
    segments.set(order_no, own);
    own.push(segment_name);
  }
  return segments;
}

/** The message of an order. */
export function conversionMessage(
  plan: Plan,
  order: PlannedOrder,
  details: Details | undefined,
  { revision, correction }: Pick<ConversionMessage, 'revision' | 'correction'>,
): ConversionMessage {
  const { brand_id } = plan.brands[0]!;
  const { conversion_id, order_id, conversion_type, at_ms, value_micros, state } = order;
  return {
    kind: 'conversion',
    message_id: messageId('c', [brand_id, conversion_id, revision]),
    revision,
    brand_id,
    conversion_id,
    order_id,
    conversion_type,
    occurred_at: formatInstant(at_ms),
    currency: plan.currency,
    value_micros,
    ...(details ?? NO_DETAILS),
    attribution_model: plan.models[0]!.name,
    state,
    correction,
  };
}

/** The messages of customers: what all their orders add up to, at any time. */
export async function profileMessages(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  customers: ReadonlySet<string>,
  orders: Iterable<PlannedOrder>,
): Promise<ProfileMessage[]> {
  const query = await makeOrdersAndEvents(snapshot, allTime(plan), directory);
  await fill(
    snapshot,
    TOLD_PEOPLE,
    Array.from(customers, (person_id) => ({ person_id })),
  );
  const rows = await snapshot.query(
    `select o.person_id as person_id, count(*) as orders, text128(sum128(e.after_micros)) as net_micros, min(o.at_ms) as first_ms, max(o.at_ms) as last_ms
     from ${query.orders.name} o join ${query.events.name} e on e.order_no = o.order_no
     where o.person_id in (select person_id from ${TOLD_PEOPLE.name}) group by o.person_id order by o.person_id`,
  );
  const campaigns = lastCampaigns(orders);
  const { brand_id } = plan.brands[0]!;
  return readAll(rows, {
    person_id: 'text',
    orders: 'number',
    net_micros: 'text',
    first_ms: 'number',
    last_ms: 'number',
  }).map((row) => {
    const content = {
      brand_id,
      customer_id: row.person_id,
      as_of: formatInstant(row.last_ms),
      currency: plan.currency,
      total_conversions: row.orders,
      lifetime_value_micros: row.net_micros,
      first_conversion_at: formatInstant(row.first_ms),
      last_conversion_at: formatInstant(row.last_ms),
      last_email_conversion_campaign: campaigns.get(row.person_id)?.campaign_id ?? null,
    };
    // The feed gives it its number and id.
    return { kind: 'profile', message_id: '', revision: 0, ...content };
  });
}

/** By person, the campaign that email credit of the newest such order went to most. */
function lastCampaigns(orders: Iterable<PlannedOrder>): Map<string, { at_ms: number; campaign_id: string }> {
  const newest = new Map<string, { at_ms: number; campaign_id: string }>();
  for (const { person_id, at_ms, state } of orders) {
    const best = state.credits.find((own) => own.is_email && own.campaign_id !== null && own.credit_micros !== '0');
    if (best === undefined || (newest.get(person_id)?.at_ms ?? Number.NEGATIVE_INFINITY) >= at_ms) continue;
    newest.set(person_id, { at_ms, campaign_id: best.campaign_id! });
  }
  return newest;
}

function textsIn(json: string | null): string[] {
  const list: unknown = json === null ? [] : JSON.parse(json);
  return Array.isArray(list) ? list.map(String) : [];
}

function identifiersIn(json: string | null): Identifiers {
  const own: unknown = json === null ? {} : JSON.parse(json);
  if (typeof own !== 'object' || own === null) return {};
  const known = Object.entries(own).filter(
    ([name, value]) => (IDENTIFIERS as readonly string[]).includes(name) && typeof value === 'string' && value !== '',
  );
  return Object.fromEntries(known);
}
