/** Value that no touch earned, by the first filter that left nothing: docs/semantics.md 5. */
import type { Snapshot } from '../warehouse/port.ts';
import type { Bounds } from './bounds.ts';
import type { Plan } from './plan.ts';
import { memberTouches, without } from './touches.ts';

/** All reasons, in the order of the filters; every report has every key. */
export const UNATTRIBUTED_REASONS = [
  'no_touch',
  'ineligible_type',
  'no_consent',
  'machine_only',
  'excluded_channel',
  'outside_window',
] as const;
export type UnattributedReason = (typeof UNATTRIBUTED_REASONS)[number];

/**
 * Makes `unattributed`: each value event of an order without touches, with its reason. Only the first instant at which
 * a person had a touchpoint of each stage matters, so the whole history is folded to one row per person.
 */
export async function makeUnattributed(snapshot: Snapshot, plan: Plan, bounds: Bounds): Promise<void> {
  await snapshot.materialise(
    'bare_orders',
    'select o.order_no as order_no, o.person_key as person_key, o.at_ms as at_ms from orders o where o.order_no not in (select order_no from credits)',
  );
  const machine = plan.include_machine ? [] : (['machine'] as const);
  const direct = plan.exclude_direct ? (['direct'] as const) : [];
  const first = (condition: string): string => `min(case when ${condition} then at_ms end)`;
  const touches = memberTouches(plan, {
    columns: ['traits'],
    where: `and t.occurred_at <= instant(${bounds.high_ms}) and m.person_key in (select person_key from bare_orders)`,
    reclassified: bounds.has_reclassifications,
  });
  await snapshot.materialise(
    'unattributed',
    `with firsts as (
       select person_key, min(at_ms) as any_ms, ${first(without('traits', 'outcome'))} as eligible_ms, ${first(without('traits', 'outcome', ...machine))} as person_ms,
         ${first(without('traits', 'outcome', ...machine, ...direct))} as channel_ms
       from (${touches}) t group by person_key)
     select e.order_no as order_no, e.brand_id as brand_id, e.event as event, e.day_number as day_number, e.after_micros - e.before_micros as micros,
       case when coalesce(f.any_ms > b.at_ms, 1 = 1) then 'no_touch'
         when coalesce(f.eligible_ms > b.at_ms, 1 = 1) then 'ineligible_type'
         when coalesce(f.person_ms > b.at_ms, 1 = 1) then 'machine_only'
         when coalesce(f.channel_ms > b.at_ms, 1 = 1) then 'excluded_channel'
         else 'outside_window' end as reason
     from bare_orders b join events e on e.order_no = b.order_no left join firsts f on f.person_key = b.person_key`,
  );
}

/**
 * SQL for the value that model number `i` gives to no touch: `unattributed`, and under a model whose weights are absolute, what it
 * holds to be organic of the orders that have touches.
 */
export function unattributedOf(plan: Plan, i: number): string {
  const columns = 'order_no, brand_id, event, day_number, micros, reason';
  if (!plan.models[i]!.absolute) return `select ${columns} from unattributed`;
  return `select ${columns} from unattributed
    union all
    select e.order_no as order_no, e.brand_id as brand_id, e.event as event, e.day_number as day_number, e.after_micros - e.before_micros - c.micros as micros, 'organic' as reason
    from events e join (select order_no, event, sum128(c${i}) as micros from credits group by order_no, event) c on c.order_no = e.order_no and c.event = e.event`;
}

/** What would have come without any marketing, by the model's own word; null for a model that has none. */
export async function readOrganic(snapshot: Snapshot, plan: Plan, i: number): Promise<bigint | null> {
  if (!plan.models[i]!.absolute) return null;
  const [row] = await snapshot.query(
    `select text128(coalesce(sum128(micros), int128(0))) as micros from (${unattributedOf(plan, i)}) u where reason = 'organic'`,
  );
  return BigInt(row!['micros'] as string);
}
