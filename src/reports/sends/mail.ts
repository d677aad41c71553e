/** Makes what the report on the effects of sends reads of the log: emails by person, and orders by person. */
import { makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import { EVENTS, ORDERS } from '../../attribution/relations.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { materialise } from '../../warehouse/relation.ts';
import type { ReportContext } from '../context.ts';
import { ALL_EMAILS, emailEvents } from '../email-events.ts';
import { LONGEST_BLAST_MS, PAUSE_MS, SENT_KINDS, type SendsAsked } from './asked.ts';
import { SEND_MAIL, SEND_ORDERS } from './relations.ts';

/** The plan with the time around its period that blasts of the period need. */
export function widened(plan: Plan, { window_ms, list_ms }: SendsAsked): Plan {
  return {
    ...plan,
    brands: plan.brands.map((brand) => ({
      ...brand,
      start_ms: brand.start_ms - window_ms - list_ms,
      end_ms: brand.end_ms + LONGEST_BLAST_MS + PAUSE_MS + window_ms,
    })),
  };
}

/** Makes `send_orders` and `send_mail`. Unsubscriptions and bounces are read from the beginning, other emails within the wide plan. */
export async function makeMailAndOrders(snapshot: Snapshot, context: ReportContext, wide: Plan): Promise<void> {
  await makeOrdersAndEvents(snapshot, wide, context.directory);
  await makeNetOrders(snapshot);
  const events = await emailEvents(snapshot, wide, ALL_EMAILS, { since_ever: true });
  await materialise(
    snapshot,
    SEND_MAIL,
    `select h.brand_id as brand_id, h.person as person, h.at_ms as at_ms, h.kind as kind, coalesce(h.campaign_id, '') as campaign_id,
       coalesce(h.email_id, '') as email_id, coalesce(h.campaign_kind, '') as campaign_kind, h.is_human as is_human,
       case when h.kind = 'bounced' and (h.bounce_kind is null or h.bounce_kind <> 'soft') then 1 else 0 end as is_hard
     from (${events}) h
     where (h.in_period = 1 and h.kind in (${SENT_KINDS}, 'email_open', 'email_click'))
       or h.kind in ('bounced', 'unsubscribed', 'complained', 'resubscribed')`,
  );
}

/** Makes `send_orders` from the orders of a plan. */
export async function makeNetOrders(snapshot: Snapshot): Promise<void> {
  await materialise(
    snapshot,
    SEND_ORDERS,
    `select o.order_no as order_no, o.brand_id as brand_id, concat(o.brand_id, '/', o.person_id) as person, o.at_ms as at_ms,
       e.after_micros - e.before_micros as net
     from ${ORDERS.name} o join ${EVENTS.name} e on e.order_no = o.order_no`,
  );
}

/** By brand, the last instant at which the log received a record that the answer reads. Until then, orders are known. */
export async function knownUntil(snapshot: Snapshot, { positions }: Plan): Promise<Map<string, number>> {
  const parts = ['conversions', 'touchpoints', 'email_events'].map(
    (table) =>
      `select r.brand_id as brand_id, max(epoch_ms(r.received_at)) as at_ms from ${table} r where ${atOrBefore('r', positions.conversions)} group by r.brand_id`,
  );
  const rows = await snapshot.query(
    `select brand_id, max(at_ms) as at_ms from (${parts.join(' union all ')}) received group by brand_id`,
  );
  return new Map(readAll(rows, { brand_id: 'text', at_ms: 'number' }).map(({ brand_id, at_ms }) => [brand_id, at_ms]));
}
