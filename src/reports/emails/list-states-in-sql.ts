/** The states of people on the list, and what they bring, by the query. */
import { makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import type { OrderRelations } from '../../attribution/relations.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { materialise } from '../../warehouse/relation.ts';
import type { ReportContext } from '../context.ts';
import { ALL_EMAILS, emailEvents } from '../email-events.ts';
import { MAILED_PEOPLE } from '../relations.ts';
import { NOT_MAILED } from '../results/list-health.ts';
import { readWarnings } from '../warnings.ts';
import { type Days, emptyStates, type ListRead, type ListStates } from './list-figures.ts';

export async function listStatesInSql(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  limits: Days,
): Promise<ListRead> {
  const orders = await makeOrdersAndEvents(snapshot, plan, context.directory);
  await makeMailedPeople(snapshot, plan, limits);
  return {
    states: await readStates(snapshot, orders),
    warnings: await readWarnings(snapshot, plan, { ...orders, path_counts: { cut: 0, crowded_ones: 0 } }),
  };
}

/** Makes `mailed_people`. The first state that holds counts. Of an unsubscription and a return at one instant the first counts. */
export async function makeMailedPeople(snapshot: Snapshot, plan: Plan, limits: Days): Promise<void> {
  const events = await emailEvents(snapshot, plan, ALL_EMAILS, { since_ever: true });
  const last = (condition: string): string => `max(case when ${condition} then h.at_ms end)`;
  const within = (count: number): string => `engaged_ms >= end_ms - ${count * MS_PER_DAY}`;
  await materialise(
    snapshot,
    MAILED_PEOPLE,
    `with people as (
       select h.person as person, max(h.end_ms) as end_ms,
         count_where(h.kind = 'sent' and h.in_period = 1) as sends, count_where(h.kind = 'delivered' and h.in_period = 1) as delivered,
         ${last(`h.kind in ('email_open', 'email_click') and h.is_human = 1`)} as engaged_ms,
         ${last(`h.kind in ('unsubscribed', 'complained')`)} as left_ms, ${last(`h.kind = 'resubscribed'`)} as back_ms,
         ${last(`h.kind = 'bounced' and (h.bounce_kind is null or h.bounce_kind <> 'soft')`)} as bounced_ms,
         ${last(`h.kind = 'delivered'`)} as delivered_ms
       from (${events}) h group by h.person)
     select person, case
         when left_ms is not null and (back_ms is null or back_ms <= left_ms) then 'unsubscribed'
         when bounced_ms is not null and (delivered_ms is null or delivered_ms <= bounced_ms) then 'bounced'
         when engaged_ms is null then 'never_engaged'
         when ${within(limits.engaged_days)} then 'engaged'
         when ${within(limits.lapsing_days)} then 'lapsing'
         when ${within(limits.dormant_days)} then 'dormant'
         else 'inactive' end as state, sends, delivered
     from people where sends + delivered > 0`,
  );
}

/** The figures of each state, and of the people who ordered and were not mailed. */
async function readStates(snapshot: Snapshot, { orders, events }: OrderRelations): Promise<ListStates> {
  const mailed = await snapshot.query(
    `select state, count(*) as people, sum(sends) as sends, sum(delivered) as delivered from ${MAILED_PEOPLE.name} group by state`,
  );
  const bought = await snapshot.query(
    `with bought as (
       select concat(o.brand_id, '/', o.person_id) as person, count_where(e.event = 'order') as orders, sum128(e.after_micros - e.before_micros) as micros
       from ${orders.name} o join ${events.name} e on e.order_no = o.order_no group by o.brand_id, o.person_id)
     select case when m.state is null or m.state = '' then '${NOT_MAILED}' else m.state end as state, sum(b.orders) as orders,
       count_where(b.orders > 0) as ordering_people, text128(sum128(b.micros)) as micros
     from bought b left join ${MAILED_PEOPLE.name} m on m.person = b.person
     group by case when m.state is null or m.state = '' then '${NOT_MAILED}' else m.state end`,
  );
  const states = emptyStates();
  for (const { state, ...own } of readAll(mailed, {
    state: 'text',
    people: 'number',
    sends: 'number',
    delivered: 'number',
  }))
    Object.assign(states.get(state)!, own);
  for (const { state, ...own } of readAll(bought, {
    state: 'text',
    orders: 'number',
    ordering_people: 'number',
    micros: 'bigint',
  }))
    Object.assign(states.get(state)!, own);
  return states;
}
