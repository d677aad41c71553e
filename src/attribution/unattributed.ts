/** Value that no touch earned. Its reason is the first filter that left no touchpoint. docs/semantics.md 5. */
import type { Snapshot } from '../warehouse/port.ts';
import { read } from '../warehouse/read-row.ts';
import { materialise, type Relation } from '../warehouse/relation.ts';
import { reasonStages } from './eligibility.ts';
import type { Plan } from './plan.ts';
import { type OrderRelations, type TouchRelations, UNATTRIBUTED } from './relations.ts';
import { memberTouches } from './touches.ts';

type Credited = Pick<OrderRelations, 'orders' | 'events'> &
  Pick<TouchRelations, 'members' | 'verdicts'> & { credits: Relation };

/**
 * Makes `unattributed`: each value event of an order without touches, with its reason. Per person and stage only the earliest
 * touchpoint that passes matters, so the query keeps one row per person.
 * @param high_ms the time of the last order.
 */
export function makeUnattributed(snapshot: Snapshot, plan: Plan, query: Credited, high_ms: number): Promise<Relation> {
  const bare = (columns: string): string =>
    `select ${columns} from ${query.orders.name} where order_no not in (select order_no from ${query.credits.name})`;
  const touches = memberTouches(plan, query, {
    columns: ['traits'],
    where: `and t.occurred_at <= instant(${high_ms}) and m.person_key in (${bare('person_key')})`,
  });
  const { stages, rest } = reasonStages(plan);
  const firsts = stages.map(
    ({ refused }, i) => `min(case when bits(traits, ${refused}) = 0 then at_ms end) as stage${i}_ms`,
  );
  const reasons = stages.map(({ reason }, i) => `when coalesce(f.stage${i}_ms > b.at_ms, 1 = 1) then '${reason}'`);
  return materialise(
    snapshot,
    UNATTRIBUTED,
    `with firsts as (select person_key, ${firsts.join(', ')} from (${touches}) t group by person_key)
     select e.order_no as order_no, e.brand_id as brand_id, e.event as event, e.day_number as day_number, e.after_micros - e.before_micros as micros,
       case ${reasons.join(' ')} else '${rest}' end as reason
     from (${bare('order_no, person_key, at_ms')}) b join ${query.events.name} e on e.order_no = b.order_no left join firsts f on f.person_key = b.person_key`,
  );
}

interface Answered {
  events: Relation;
  credits: Relation;
  unattributed: Relation;
}

/**
 * SQL for the value that model number `i` gives to no touch: `unattributed`, and for a model with absolute weights also the
 * organic part of orders with touches.
 */
export function unattributedOf(plan: Plan, { events, credits, unattributed }: Answered, i: number): string {
  const columns = 'order_no, brand_id, event, day_number, micros, reason';
  if (!plan.models[i]!.absolute) return `select ${columns} from ${unattributed.name}`;
  return `select ${columns} from ${unattributed.name}
    union all
    select e.order_no as order_no, e.brand_id as brand_id, e.event as event, e.day_number as day_number, e.after_micros - e.before_micros - c.micros as micros, 'organic' as reason
    from ${events.name} e join (select order_no, event, sum128(c${i}) as micros from ${credits.name} group by order_no, event) c on c.order_no = e.order_no and c.event = e.event`;
}

/** Revenue that model number `i` calls organic: no touch caused it. Null for a model with relative weights. */
export async function readOrganic(snapshot: Snapshot, plan: Plan, query: Answered, i: number): Promise<bigint | null> {
  if (!plan.models[i]!.absolute) return null;
  const [row] = await snapshot.query(
    `select text128(coalesce(sum128(micros), int128(0))) as micros from (${unattributedOf(plan, query, i)}) u where reason = 'organic'`,
  );
  return read(row, { micros: 'bigint' }).micros;
}
