/** Orders that several brands share: for which brand each counts, and what the others take out of the sum. docs/semantics.md 22. */
import { creditedTouches } from '../../attribution/credits.ts';
import { typeFilter } from '../../attribution/orders.ts';
import { namedId } from '../../attribution/page-conversions.ts';
import type { Plan } from '../../attribution/plan.ts';
import type { Attribution } from '../../attribution/query.ts';
import type { OrderRelations } from '../../attribution/relations.ts';
import type { SharedOrders } from '../../domain/brand-groups.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore, logNumber } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { fill, materialise } from '../../warehouse/relation.ts';
import type { CreditRow } from './credit-rows.ts';
import { REPEATED_ORDERS, SHARING_BRANDS } from './relations.ts';

/**
 * Makes `repeated_orders`: the standing orders whose id another brand of the group has too, and that do not count there first. The
 * whole log decides, not the period, so that an order counts in one period only.
 * @returns false if there are none.
 */
export async function makeRepeatedOrders(
  snapshot: Snapshot,
  plan: Plan,
  { repeats, events }: Pick<OrderRelations, 'repeats' | 'events'>,
  groups: readonly SharedOrders[],
): Promise<boolean> {
  if (groups.length === 0) return false;
  const position = plan.positions.conversions;
  await fill(
    snapshot,
    SHARING_BRANDS,
    groups.flatMap(({ brands, counts_for }, group_no) =>
      brands.map((brand_id, place) => ({ brand_id, group_no, place, rank: counts_for === 'brand_order' ? place : 0 })),
    ),
  );
  const counted_first = 'over (partition by s.group_no, s.order_id order by s.rank, s.at_ms, s.place, s.conversion_id)';
  await materialise(
    snapshot,
    REPEATED_ORDERS,
    `with standing as (
       select ${logNumber('c', position)} as order_no, c.brand_id as brand_id, c.order_id as order_id, ${namedId('c')} as conversion_id,
         epoch_ms(c.occurred_at) as at_ms, g.group_no as group_no, g.place as place, g.rank as rank
       from conversions c join ${SHARING_BRANDS.name} g on g.brand_id = c.brand_id
       left join ${repeats.name} r on r.brand_id = c.brand_id and r.conversion_id = c.conversion_id
       where r.conversion_id is null and c.order_id is not null and ${atOrBefore('c', position)} ${typeFilter(plan)}),
     ranked as (
       select s.order_no as order_no, row_number() ${counted_first} as turn, first_value(s.brand_id) ${counted_first} as counted_in
       from standing s)
     select order_no, counted_in from ranked where turn > 1 and order_no in (select order_no from ${events.name})`,
  );
  const found = await snapshot.query(`select 1 as found from ${REPEATED_ORDERS.name} limit 1`);
  return found.length > 0;
}

export interface RepeatedValue {
  brand_id: string;
  counted_in: string;
  orders: number;
  micros: bigint;
}

/** The number and the net value of the repeated orders, by brand and by the brand for which they count. */
export async function readRepeatedValue(
  snapshot: Snapshot,
  { events }: Pick<OrderRelations, 'events'>,
): Promise<RepeatedValue[]> {
  const rows = await snapshot.query(
    `select e.brand_id as brand_id, l.counted_in as counted_in, count_where(e.event = 'order') as orders,
       text128(sum128(e.after_micros - e.before_micros)) as micros
     from ${events.name} e join ${REPEATED_ORDERS.name} l on l.order_no = e.order_no
     group by e.brand_id, l.counted_in order by e.brand_id, l.counted_in`,
  );
  return readAll(rows, { brand_id: 'text', counted_in: 'text', orders: 'number', micros: 'bigint' });
}

/** The credit of the repeated orders. */
export async function readRepeatedCredit(snapshot: Snapshot, query: Attribution): Promise<CreditRow[]> {
  const rows = await snapshot.query(
    `select c.brand_id as brand_id, t.channel as channel, t.touchpoint_type as touchpoint_type, text128(sum128(c.c0)) as micros,
       text128(sum128(c.m0)) as millionths
     from ${creditedTouches(query)} join ${REPEATED_ORDERS.name} l on l.order_no = c.order_no
     group by c.brand_id, t.channel, t.touchpoint_type`,
  );
  return readAll(rows, {
    brand_id: 'text',
    channel: 'text',
    touchpoint_type: 'text',
    micros: 'bigint',
    millionths: 'bigint',
  });
}
