/** Whether the person of an order ordered before: the key `customer_kind`. docs/semantics.md 13. */
import { typeFilter } from '../attribution/orders.ts';
import { namedId } from '../attribution/page-conversions.ts';
import type { Plan } from '../attribution/plan.ts';
import { type OrderRelations, PERSONS } from '../attribution/relations.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, logNumber } from '../warehouse/position.ts';
import { materialise, type Relation } from '../warehouse/relation.ts';
import { ORDER_CUSTOMER_KINDS } from './relations.ts';

/**
 * Makes `order_customer_kinds`: an order is `new` if its person has no earlier standing order of the brand among the conversion types of
 * the report, at any time before. Lookback orders them in the same way.
 */
export function customerKinds(
  snapshot: Snapshot,
  plan: Plan,
  { orders, repeats }: Pick<OrderRelations, 'orders' | 'repeats'>,
): Promise<Relation> {
  const position = plan.positions.conversions;
  return materialise(
    snapshot,
    ORDER_CUSTOMER_KINDS,
    `with standing as (
       select ${logNumber('c', position)} as order_no, c.brand_id as brand_id, ${namedId('c')} as conversion_id, epoch_ms(c.occurred_at) as at_ms,
         coalesce(p.person_key, c.subject_key) as person_key
       from conversions c
       left join ${PERSONS.name} p on p.subject_key = c.subject_key and p.brand_id = c.brand_id
       left join ${repeats.name} r on r.brand_id = c.brand_id and r.conversion_id = c.conversion_id
       where r.conversion_id is null and ${atOrBefore('c', position)} ${typeFilter(plan)}),
     numbered as (
       select s.order_no as order_no, row_number() over (partition by s.brand_id, s.person_key order by s.at_ms, s.conversion_id) as place
       from standing s where s.person_key in (select person_key from ${orders.name}))
     select o.order_no as order_no, case when n.place = 1 then 'new' else 'returning' end as customer_kind
     from ${orders.name} o join numbered n on n.order_no = o.order_no`,
  );
}
