/** Makes the people who are compared in each blast: who was sent, who was eligible, and what they did before. docs/semantics.md 26. */
import type { Snapshot } from '../../warehouse/port.ts';
import { materialise } from '../../warehouse/relation.ts';
import { SENT_KINDS, type SendsAsked } from './asked.ts';
import { SEND_BLASTS, SEND_MAIL, SEND_ORDERED, SEND_ORDERS, SEND_UNITS } from './relations.ts';

/**
 * Makes `send_units`. Opens and clicks by people after the send are read for one thing only: to know the messages that nobody but
 * machines touched.
 */
export async function makeUnits(snapshot: Snapshot, { window_ms, list_ms }: SendsAsked): Promise<void> {
  const own = `m.campaign_id = b.campaign_id and m.email_id = b.email_id and m.at_ms >= b.from_ms`;
  const of_blast = `${own} and m.at_ms < b.until_ms`;
  const is_sent = `m.kind in (${SENT_KINDS})`;
  const touched = (is_human: number): string =>
    `count_where(m.kind in ('email_open', 'email_click') and m.is_human = ${is_human} and ${own} and m.at_ms < b.until_ms + ${window_ms})`;
  const last = (condition: string): string => `max(case when ${condition} and m.at_ms < b.from_ms then m.at_ms end)`;
  const before = (alias: string): string =>
    `${alias}.at_ms >= b.from_ms - ${window_ms + list_ms} and ${alias}.at_ms < b.from_ms - ${window_ms}`;
  await materialise(
    snapshot,
    SEND_UNITS,
    `with facts as (
       select b.blast_no as blast_no, m.person as person, min(case when ${is_sent} and ${of_blast} then m.at_ms end) as sent_ms,
         count_where(m.kind = 'bounced' and ${of_blast}) as bounces, ${touched(0)} as by_machines, ${touched(1)} as by_people,
         count_where(${is_sent} and m.at_ms >= b.from_ms - ${list_ms} and m.at_ms < b.from_ms) as listed,
         ${last(`m.kind in ('unsubscribed', 'complained')`)} as left_ms, ${last(`m.kind = 'resubscribed'`)} as back_ms,
         ${last('m.is_hard = 1')} as hard_ms, ${last(`m.kind = 'delivered'`)} as delivered_ms,
         count_where(m.kind = 'email_click' and m.is_human = 1 and ${before('m')}) as clicks
       from ${SEND_MAIL.name} m join ${SEND_BLASTS.name} b on b.brand_id = m.brand_id group by b.blast_no, m.person),
     bought as (
       select b.blast_no as blast_no, o.person as person, int64(count(*)) as orders_before
       from ${SEND_ORDERS.name} o join ${SEND_BLASTS.name} b on b.brand_id = o.brand_id where ${before('o')} group by b.blast_no, o.person),
     judged as (
       select f.*, case when f.listed > 0 and (f.left_ms is null or f.back_ms > f.left_ms) and (f.hard_ms is null or f.delivered_ms > f.hard_ms)
         then 1 else 0 end as is_eligible
       from facts f),
     chosen as (
       select f.blast_no as blast_no, f.person as person, null as wave, f.is_eligible as is_eligible
       from judged f join ${SEND_BLASTS.name} b on b.blast_no = f.blast_no
       where b.experiment_id is null and (f.is_eligible = 1 or f.sent_ms is not null)
       union all select o.blast_no as blast_no, o.person as person, o.wave as wave, 1 as is_eligible from ${SEND_ORDERED.name} o)
     select c.blast_no as blast_no, b.brand_id as brand_id, c.person as person, hash256(c.person) as person_group, f.sent_ms as sent_ms, c.wave as wave,
       case when coalesce(f.bounces, 0) > 0 then 1 else 0 end as bounced,
       case when coalesce(f.by_machines, 0) > 0 and coalesce(f.by_people, 0) = 0 then 1 else 0 end as machine_only,
       c.is_eligible as is_eligible, int64(coalesce(f.clicks, 0)) as clicks, int64(coalesce(w.orders_before, 0)) as orders_before
     from chosen c join ${SEND_BLASTS.name} b on b.blast_no = c.blast_no
     left join judged f on f.blast_no = c.blast_no and f.person = c.person
     left join bought w on w.blast_no = c.blast_no and w.person = c.person`,
  );
}
