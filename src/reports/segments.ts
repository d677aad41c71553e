/** The segments of an order's person at the time of the order. docs/semantics.md 13. */
import type { Plan } from '../attribution/plan.ts';
import type { OrderRelations, TouchRelations } from '../attribution/relations.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { materialise, type Relation } from '../warehouse/relation.ts';
import { ORDER_SEGMENTS, SEGMENT_SETS } from './relations.ts';

/** So many segments are named in a set; the rest shows as an ellipsis. */
const MAX_NAMED = 20;
/** Stands between the names of a set. */
const SEGMENT_SEPARATOR = ' + ';
const ELLIPSIS = `${SEGMENT_SEPARATOR}…`;

/** A set of segments as one text. @param names in order of their bytes, at least one. */
export function setText(names: readonly string[]): string {
  return names.slice(0, MAX_NAMED).join(SEGMENT_SEPARATOR) + (names.length > MAX_NAMED ? ELLIPSIS : '');
}

/**
 * SQL for the order of statements `s` about a person and a segment, of which the first counts: the latest, and of those of one instant the one that
 * ends first.
 */
export const NEWEST_STATEMENT =
  'epoch_ms(s.assigned_at) desc, case when s.expires_at is null then 1 else 0 end, coalesce(epoch_ms(s.expires_at), 0)';

type Ordered = Pick<OrderRelations, 'orders'> & Pick<TouchRelations, 'members'>;

/**
 * Makes `order_segments`: the segments that the person of each order was in at the time of the order. Of the statements about a
 * person and a segment the latest that began by then counts; if several began at once, the one that ends first.
 */
export function orderSegments(snapshot: Snapshot, plan: Plan, { orders, members }: Ordered): Promise<Relation> {
  return materialise(
    snapshot,
    ORDER_SEGMENTS,
    // A maximum needs no sorting: of the statements of one instant any that has ended wins, as the one that ends first would.
    `with said as (
       select o.order_no as order_no, s.segment_name as segment_name,
         max(2 * epoch_ms(s.assigned_at) + case when epoch_ms(s.expires_at) <= o.at_ms then 1 else 0 end) as newest
       from customer_segments s join ${members.name} m on m.brand_id = s.brand_id and m.id = s.customer_id
         join ${orders.name} o on o.person_key = m.person_key
       where ${atOrBefore('s', plan.positions.identity)} and epoch_ms(s.assigned_at) <= o.at_ms
       group by o.order_no, s.segment_name)
     select order_no, segment_name from said where bits(newest, 1) = 0`,
  );
}

/** Makes `segment_sets`: the segments of each order as one text, in order of their names. Orders without segments have no row. */
export async function segmentSets(snapshot: Snapshot, plan: Plan, query: Ordered): Promise<Relation> {
  const segments = await orderSegments(snapshot, plan, query);
  return materialise(
    snapshot,
    SEGMENT_SETS,
    `with numbered as (
       select order_no, segment_name, row_number() over (partition by order_no order by segment_name) as place from ${segments.name})
     select order_no, concat(joined_texts(case when place <= ${MAX_NAMED} then segment_name end, '${SEGMENT_SEPARATOR}'),
         case when max(place) > ${MAX_NAMED} then '${ELLIPSIS}' else '' end) as segment
     from numbered group by order_no`,
  );
}
