/** The weeks of people on the list, by the query. */
import { makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import type { OrderRelations } from '../../attribution/relations.ts';
import type { WeekStart } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { materialise, type Relation } from '../../warehouse/relation.ts';
import type { ReportContext } from '../context.ts';
import { ALL_EMAILS, type Chosen, emailEvents } from '../email-events.ts';
import { PERSON_WEEKS } from '../relations.ts';
import { makeBrandWeeks, weekOfDay, weekOfLocal } from './brand-weeks.ts';
import { type Counts, emptyBuckets, MANY, type WeeksAsked } from './week-counts.ts';

export async function personWeeksInSql(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  { brand_weeks, week_start, campaign_kind }: WeeksAsked,
): Promise<Counts[]> {
  const orders = await makeOrdersAndEvents(snapshot, plan, context.directory);
  const chosen = campaign_kind === undefined ? ALL_EMAILS : ofKind(campaign_kind);
  const relation = await makeBrandWeeks(snapshot, brand_weeks);
  await makePersonWeeks(snapshot, plan, { orders, chosen, relation, week_start });
  return readBuckets(snapshot);
}

const ofKind = (campaign_kind: string): Chosen => ({
  of_events: 'e.campaign_kind = $campaign_kind',
  of_touches: 't.campaign_kind = $campaign_kind',
  parameters: { campaign_kind },
});

/**
 * Makes `person_weeks`. A person is on the list from the week of their first delivery of the period to its last whole week, or to the
 * first week from then on in which they unsubscribed or complained.
 */
async function makePersonWeeks(
  snapshot: Snapshot,
  plan: Plan,
  asked: { orders: OrderRelations; chosen: Chosen; relation: Relation; week_start: WeekStart },
): Promise<void> {
  const { orders, chosen, relation, week_start } = asked;
  const events = await emailEvents(snapshot, plan, chosen);
  const of_event = weekOfLocal('h.at_ms + w.offset_ms', week_start);
  const of_order = weekOfDay('e.day_number', week_start);
  const brands = `(select brand_id, max(first_week) as first_week, max(last_week) as last_week from ${relation.name} group by brand_id)`;
  const within = (week: string): string => `${week} >= w.first_week and ${week} <= w.last_week`;
  await materialise(
    snapshot,
    PERSON_WEEKS,
    `with happened as (
       select h.person as person, ${of_event} as week_no, max(w.last_week) as last_week, int64(count_where(h.kind = 'delivered')) as messages,
         max(case when h.kind = 'email_click' and h.is_human = 1 then 1 else 0 end) as is_clicked,
         max(case when h.kind in ('unsubscribed', 'complained') then 1 else 0 end) as is_lost
       from (${events}) h join ${relation.name} w on w.brand_id = h.brand_id and h.at_ms >= w.from_ms and h.at_ms < w.until_ms
       where ${within(of_event)} and h.kind in ('delivered', 'email_click', 'unsubscribed', 'complained')
       group by h.person, ${of_event}),
     ordered as (
       select concat(o.brand_id, '/', o.person_id) as person, ${of_order} as week_no
       from ${orders.orders.name} o join ${orders.events.name} e on e.order_no = o.order_no and e.event = 'order'
       join ${brands} w on w.brand_id = o.brand_id where ${within(of_order)} group by o.brand_id, o.person_id, ${of_order}),
     all_weeks as (
       select person, week_no, max(messages) as messages, max(is_clicked) as is_clicked, max(is_lost) as is_lost, max(is_ordered) as is_ordered from (
         select person, week_no, messages, is_clicked, is_lost, 0 as is_ordered from happened
         union all select person, week_no, int64(0) as messages, 0 as is_clicked, 0 as is_lost, 1 as is_ordered from ordered) a
       group by person, week_no),
     firsts as (select person, min(week_no) as from_week, max(last_week) as last_week from happened where messages > 0 group by person),
     listed as (
       select f.person as person, f.from_week as from_week, f.last_week as last_week, min(case when h.is_lost = 1 then h.week_no end) as lost_week
       from firsts f join happened h on h.person = f.person where h.week_no >= f.from_week group by f.person, f.from_week, f.last_week)
     select a.person as person, a.week_no as week_no, coalesce(l.lost_week, l.last_week) as last_week, a.messages as messages,
       a.is_clicked as is_clicked, a.is_lost as is_lost, a.is_ordered as is_ordered
     from all_weeks a join listed l on l.person = a.person where a.week_no >= l.from_week and a.week_no <= coalesce(l.lost_week, l.last_week)`,
    chosen.parameters,
  );
}

/**
 * The rows by the number of messages. Weeks on the list in which nothing happened have no row in `person_weeks`: they are the weeks on the
 * list less the others.
 */
async function readBuckets(snapshot: Snapshot): Promise<Counts[]> {
  const bucket = `case when messages >= ${MANY} then ${MANY} else messages end`;
  const rows = await snapshot.query(
    `with of_people as (
       select person, hash256(person) as person_group, int64(${bucket}) as bucket, int64(count(*)) as weeks,
         int64(sum(is_clicked)) as clicks, int64(sum(is_ordered)) as orders, int64(sum(is_lost)) as losses from ${PERSON_WEEKS.name} group by person, ${bucket}),
     spans as (
       select person, hash256(person) as person_group, int64(max(last_week) - min(week_no) + 1) as weeks, int64(count_where(messages > 0)) as mailed
       from ${PERSON_WEEKS.name} group by person)
     select bucket, person_group, int64(sum(weeks)) as weeks, int64(count(*)) as people, int64(sum(clicks)) as clicks, int64(sum(orders)) as orders, int64(sum(losses)) as losses
     from of_people where bucket > 0 group by bucket, person_group
     union all
     select int64(0) as bucket, s.person_group as person_group, int64(sum(s.weeks - s.mailed)) as weeks, int64(count_where(s.weeks > s.mailed)) as people,
       int64(sum(coalesce(p.clicks, 0))) as clicks, int64(sum(coalesce(p.orders, 0))) as orders, int64(sum(coalesce(p.losses, 0))) as losses
     from spans s left join (select * from of_people where bucket = 0) p on p.person = s.person group by s.person_group`,
  );
  const buckets = emptyBuckets();
  const shape = {
    bucket: 'number',
    person_group: 'number',
    weeks: 'number',
    people: 'number',
    clicks: 'number',
    orders: 'number',
    losses: 'number',
  } as const;
  for (const { bucket: own, person_group, ...counts } of readAll(rows, shape))
    for (const [name, count] of Object.entries(counts)) buckets[own]![name as keyof Counts].set(person_group, count);
  return buckets;
}
