/** Counts of adjustments that name an unknown order, and of orders that lost more than they brought. docs/semantics.md 3. */

import { namedId } from '../attribution/page-conversions.ts';
import type { Plan } from '../attribution/plan.ts';
import type { Attribution } from '../attribution/query.ts';
import { POLICIES } from '../attribution/relations.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { read } from '../warehouse/read-row.ts';
import { materialise, type Relation } from '../warehouse/relation.ts';
import type { Row } from '../warehouse/schema.ts';
import { NAMED_ORDERS } from './relations.ts';

/** SQL for one row: the orders that lost more than they brought, and the adjustments that happened in the period. */
export function refundCounts(plan: Plan, { orders, adjustments }: Pick<Attribution, 'orders' | 'adjustments'>): string {
  return `(
    select b.n as refunded_beyond, i.n as refunds_in_period
    from (
      select count(*) as n from ${orders.name} o
      join (select order_no, sum128(amount_micros) as amount_micros from ${adjustments.name} where currency = order_currency group by order_no) a
        on a.order_no = o.order_no
      where int128(o.value_micros) + a.amount_micros < int128(0)) b
    cross join (select count(*) as n from (${inPeriod(plan)}) a) i)`;
}

/** The number of adjustments of the period whose order is not known. @param counts a row of {@link refundCounts}. */
export async function unknownRefunds(snapshot: Snapshot, plan: Plan, counts: Row): Promise<number> {
  const { refunds_in_period } = read(counts, { refunds_in_period: 'number' });
  return refunds_in_period === 0 ? 0 : unknownOrders(snapshot, plan);
}

/** SQL for the adjustments that happened in the period, with the order that each names. */
function inPeriod(plan: Plan, periods: Pick<Relation, 'name'> = POLICIES): string {
  return `select a.brand_id as brand_id, a.conversion_id as conversion_id, case when a.conversion_id is null then a.order_id end as order_id
    from adjustments a join (select distinct brand_id, start_ms, end_ms from ${periods.name}) q on q.brand_id = a.brand_id
    where ${atOrBefore('a', plan.positions.adjustments)} and epoch_ms(a.occurred_at) >= q.start_ms and epoch_ms(a.occurred_at) < q.end_ms`;
}

/** How many adjustments happened in the period. */
export async function refundsOfPeriod(
  snapshot: Snapshot,
  plan: Plan,
  periods: Pick<Relation, 'name'>,
): Promise<number> {
  const [row] = await snapshot.query(`select count(*) as n from (${inPeriod(plan, periods)}) a`);
  return read(row, { n: 'number' }).n;
}

/** Counts those of the period whose order is not known. Of the log only the orders that they name are kept. */
export async function unknownOrders(
  snapshot: Snapshot,
  plan: Plan,
  periods: Pick<Relation, 'name'> = POLICIES,
): Promise<number> {
  const seen = atOrBefore('c', plan.positions.conversions);
  const named = await materialise(
    snapshot,
    NAMED_ORDERS,
    `with named as (${inPeriod(plan, periods)})
     select distinct c.brand_id as brand_id, ${namedId('c')} as conversion_id, '' as order_id from conversions c
     where ${seen} and (c.brand_id, ${namedId('c')}) in (select n.brand_id, n.conversion_id from named n where n.conversion_id is not null)
     union all
     select distinct c.brand_id as brand_id, '' as conversion_id, c.order_id as order_id from conversions c
     where ${seen} and c.order_id is not null and (c.brand_id, c.order_id) in (select n.brand_id, n.order_id from named n where n.order_id is not null)`,
  );
  const [row] = await snapshot.query(
    `select count(*) as n from (${inPeriod(plan, periods)}) a
     where (a.brand_id, coalesce(a.conversion_id, ''), coalesce(a.order_id, '')) not in (select brand_id, conversion_id, order_id from ${named.name})`,
  );
  return read(row, { n: 'number' }).n;
}
