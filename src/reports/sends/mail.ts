/** Makes what the report on the effects of sends reads of the log: emails by person, and orders by person. */
import type { Plan } from '../../attribution/plan.ts';
import { EVENTS, ORDERS, PERSONS } from '../../attribution/relations.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { materialise } from '../../warehouse/relation.ts';
import { ALL_EMAILS, emailEvents, emailIds } from '../email-events.ts';
import { LONGEST_BLAST_MS, PAUSE_MS, SENT_KINDS, type SendsAsked } from './asked.ts';
import { SEND_BLASTS, SEND_EMAILS, SEND_IDS, SEND_MAIL, SEND_NAMES, SEND_ORDERS, SEND_PEOPLE } from './relations.ts';

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

/**
 * Makes `send_ids` and `send_people`: who may be in a blast, each with a number. Millions of rows name them, and numbers are compared
 * faster than names.
 */
export async function makePeople(snapshot: Snapshot, wide: Plan): Promise<void> {
  const assigned = `select a.brand_id as brand_id, ${ASSIGNED_ID} as id
    from assignments a join ${SEND_BLASTS.name} b on b.brand_id = a.brand_id and b.experiment_id = a.experiment_id
    where ${atOrBefore('a', wide.positions.conversions)}`;
  await materialise(
    snapshot,
    SEND_NAMES,
    `with named as (select brand_id, id from (${emailIds(wide)} union all ${assigned}) every group by brand_id, id)
     select n.brand_id as brand_id, n.id as id, concat(n.brand_id, '/', coalesce(p.person_id, n.id)) as person
     from named n left join ${PERSONS.name} p on p.brand_id = n.brand_id and p.id = n.id`,
  );
  await materialise(
    snapshot,
    SEND_PEOPLE,
    `select person, int64(row_number() over (order by person)) as person_no, hash256(person) as person_group
     from (select person from ${SEND_NAMES.name} group by person) people`,
  );
  await materialise(
    snapshot,
    SEND_IDS,
    `select n.brand_id as brand_id, n.id as id, p.person_no as person_no from ${SEND_NAMES.name} n join ${SEND_PEOPLE.name} p on p.person = n.person`,
  );
}

/** The id that names the person of an assignment `a`. */
export const ASSIGNED_ID = 'coalesce(a.customer_id, a.anonymous_id)';

/**
 * Makes `send_orders` and `send_mail`, after `events` was made. Unsubscriptions and bounces are read from the beginning, other emails
 * within the wide plan. What nobody asks for is left out: opens and clicks of machines on other emails than those of the blasts.
 */
export async function makeMailAndOrders(snapshot: Snapshot, wide: Plan): Promise<void> {
  await materialise(
    snapshot,
    SEND_ORDERS,
    `select o.order_no as order_no, o.brand_id as brand_id, p.person_no as person_no, o.at_ms as at_ms, e.after_micros - e.before_micros as net
     from ${ORDERS.name} o join ${EVENTS.name} e on e.order_no = o.order_no
     join ${SEND_PEOPLE.name} p on p.person = concat(o.brand_id, '/', o.person_id)`,
  );
  const ids = { name: SEND_IDS.name, person: 'person_no' };
  const events = await emailEvents(snapshot, wide, ALL_EMAILS, { since_ever: true, ids });
  const leaving = `'bounced', 'unsubscribed', 'complained', 'resubscribed'`;
  await materialise(
    snapshot,
    SEND_MAIL,
    `select h.brand_id as brand_id, int64(h.person) as person_no, h.at_ms as at_ms, h.kind as kind, int64(coalesce(e.email_no, 0)) as email_no, h.is_human as is_human,
       case when h.kind = 'bounced' and (h.bounce_kind is null or h.bounce_kind <> 'soft') then 1 else 0 end as is_hard
     from (${events}) h
     left join ${SEND_EMAILS.name} e on e.brand_id = h.brand_id and e.campaign_id = coalesce(h.campaign_id, '') and e.email_id = coalesce(h.email_id, '')
     where h.kind in (${leaving}) or (h.in_period = 1 and (h.kind in (${SENT_KINDS})
       or (h.kind in ('email_open', 'email_click') and (coalesce(e.email_no, 0) > 0 or (h.kind = 'email_click' and h.is_human = 1)))))`,
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
