/** Makes the people who are compared in each blast: who was sent, who was eligible, and what they did before. docs/semantics.md 26. */
import type { Snapshot } from '../../warehouse/port.ts';
import { materialise } from '../../warehouse/relation.ts';
import { SENT_KINDS, type SendsAsked } from './asked.ts';
import type { Blast } from './blasts.ts';
import { SEND_BLASTS, SEND_MAIL, SEND_ORDERED, SEND_ORDERS, SEND_PEOPLE, SEND_UNITS } from './relations.ts';

/**
 * Makes `send_units`. Only few events are set beside every blast: each is read beside the blast whose email it is about, and what happened
 * before a blast is read for one purpose at a time.
 */
export async function makeUnits(snapshot: Snapshot, blasts: readonly Blast[], asked: SendsAsked): Promise<void> {
  const free = blasts.filter(({ order }) => order === null);
  const by_chance = `select o.blast_no as blast_no, o.person_no as person_no, o.wave as wave, 1 as is_eligible from ${SEND_ORDERED.name} o`;
  const parts = [answered(asked), ...(free.length === 0 ? [] : judged(free, asked)), ...past(asked)];
  await materialise(
    snapshot,
    SEND_UNITS,
    `with ${parts.join(',\n')},
     chosen as (${free.length === 0 ? '' : `${CHOSEN} union all `}${by_chance})
     select c.blast_no as blast_no, c.person_no as person_no, p.person_group as person_group, f.sent_ms as sent_ms, c.wave as wave,
       case when coalesce(f.bounces, 0) > 0 then 1 else 0 end as bounced,
       case when coalesce(f.by_machines, 0) > 0 and coalesce(f.by_people, 0) = 0 then 1 else 0 end as machine_only,
       c.is_eligible as is_eligible, int64(coalesce(k.clicks, 0)) as clicks, int64(coalesce(w.orders_before, 0)) as orders_before
     from chosen c join ${SEND_PEOPLE.name} p on p.person_no = c.person_no
     left join answered f on f.blast_no = c.blast_no and f.person_no = c.person_no
     left join clicked k on k.blast_no = c.blast_no and k.person_no = c.person_no
     left join bought w on w.blast_no = c.blast_no and w.person_no = c.person_no`,
  );
}

/**
 * What each person got of a blast and did with it. Opens and clicks by people after the send are read for one thing only: to know the
 * messages that nobody but machines touched.
 */
function answered({ window_ms }: SendsAsked): string {
  const touched = (is_human: number): string =>
    `count_where(m.kind in ('email_open', 'email_click') and m.is_human = ${is_human})`;
  return `answered as (
    select b.blast_no as blast_no, m.person_no as person_no, min(case when m.kind in (${SENT_KINDS}) and m.at_ms < b.until_ms then m.at_ms end) as sent_ms,
      count_where(m.kind = 'bounced' and m.at_ms < b.until_ms) as bounces, ${touched(0)} as by_machines, ${touched(1)} as by_people
    from ${SEND_MAIL.name} m join ${SEND_BLASTS.name} b on b.email_no = m.email_no
    where m.at_ms >= b.from_ms and m.at_ms < b.until_ms + ${window_ms} group by b.blast_no, m.person_no)`;
}

/**
 * The people of blasts that no experiment orders, and who of them is eligible. Nearly everybody was sent emails before each blast, so one
 * pass finds them for all blasts, with a column for each.
 * @param free such blasts; at least one.
 */
function judged(free: readonly Blast[], { list_ms }: SendsAsked): string[] {
  const listed = free.map(
    ({ blast_no, from_ms }) =>
      `max(case when m.at_ms >= ${from_ms - list_ms} and m.at_ms < ${from_ms} then 1 else 0 end) as listed_${blast_no}`,
  );
  const own = free.map(({ blast_no }) => `when ${blast_no} then s.listed_${blast_no}`);
  const last = (condition: string): string => `max(case when ${condition} then m.at_ms end)`;
  return [
    `on_lists as (
      select m.brand_id as brand_id, m.person_no as person_no, ${listed.join(', ')} from ${SEND_MAIL.name} m
      where m.kind in (${SENT_KINDS}) group by m.brand_id, m.person_no)`,
    `listed as (
      select b.blast_no as blast_no, s.person_no as person_no from on_lists s join ${SEND_BLASTS.name} b on b.brand_id = s.brand_id
      where b.experiment_id is null and case b.blast_no ${own.join(' ')} else 0 end = 1)`,
    // Deliveries are needed only after a bounce.
    `last_words as (
      select b.blast_no as blast_no, m.person_no as person_no, ${last(`m.kind in ('unsubscribed', 'complained')`)} as left_ms,
        ${last(`m.kind = 'resubscribed'`)} as back_ms, ${last('m.is_hard = 1')} as hard_ms, ${last(`m.kind = 'delivered'`)} as delivered_ms
      from ${SEND_MAIL.name} m join ${SEND_BLASTS.name} b on b.brand_id = m.brand_id
      where b.experiment_id is null and m.at_ms < b.from_ms and (m.kind in ('unsubscribed', 'complained', 'resubscribed') or m.is_hard = 1
        or (m.kind = 'delivered' and m.person_no in (select h.person_no from ${SEND_MAIL.name} h where h.is_hard = 1)))
      group by b.blast_no, m.person_no)`,
    `gone as (
      select l.blast_no as blast_no, l.person_no as person_no, 1 as is_gone from last_words l
      where (l.left_ms is not null and coalesce(l.back_ms, l.left_ms) <= l.left_ms)
        or (l.hard_ms is not null and coalesce(l.delivered_ms, l.hard_ms) <= l.hard_ms))`,
  ];
}

/** Who is listed and not gone is eligible. Who was sent and is not eligible is counted, and not compared. */
const CHOSEN = `
  select l.blast_no as blast_no, l.person_no as person_no, null as wave, case when max(l.is_listed) = 1 and max(coalesce(g.is_gone, 0)) = 0 then 1 else 0 end as is_eligible
  from (
    select blast_no, person_no, 1 as is_listed, 0 as is_sent from listed
    union all
    select a.blast_no as blast_no, a.person_no as person_no, 0 as is_listed, 1 as is_sent from answered a join ${SEND_BLASTS.name} b on b.blast_no = a.blast_no
    where b.experiment_id is null and a.sent_ms is not null) l
  left join gone g on g.blast_no = l.blast_no and g.person_no = l.person_no
  group by l.blast_no, l.person_no
  having max(l.is_sent) = 1 or (max(l.is_listed) = 1 and max(coalesce(g.is_gone, 0)) = 0)`;

/** Clicks by people and orders of the strata, from before the time of the control. */
function past({ window_ms, list_ms }: SendsAsked): string[] {
  const before = (alias: string): string =>
    `${alias}.at_ms >= b.from_ms - ${window_ms + list_ms} and ${alias}.at_ms < b.from_ms - ${window_ms}`;
  return [
    `clicked as (
      select b.blast_no as blast_no, m.person_no as person_no, int64(count(*)) as clicks from ${SEND_MAIL.name} m join ${SEND_BLASTS.name} b on b.brand_id = m.brand_id
      where m.kind = 'email_click' and m.is_human = 1 and ${before('m')} group by b.blast_no, m.person_no)`,
    `bought as (
      select b.blast_no as blast_no, o.person_no as person_no, int64(count(*)) as orders_before
      from ${SEND_ORDERS.name} o join ${SEND_BLASTS.name} b on b.brand_id = o.brand_id where ${before('o')} group by b.blast_no, o.person_no)`,
  ];
}
