/** Sums over the orders that claimants may claim. docs/semantics.md 15. */
import type { Snapshot } from '../../warehouse/port.ts';
import { read, readAll } from '../../warehouse/read-row.ts';
import type { Row } from '../../warehouse/schema.ts';
import { RENEWAL } from './credit.ts';
import { CLAIM_ORDERS, CLAIM_OWN_TOUCHES, CLAIM_TOUCHES } from './relations.ts';

/** A number of orders and what they are worth before refunds. */
export interface OrderSum {
  orders: number;
  micros: bigint;
}

/** The orders that one claimant may claim. */
export interface ClaimedOrders {
  /** All of them, before refunds. */
  touched: OrderSum;
  /** Their net value. */
  net_micros: bigint;
  /** Those with a touch by the rules of the report. */
  own: OrderSum;
  /** Those of {@link own} that touches of others share. */
  shared: OrderSum;
  /** Those that it touched by views of people, and by no click. */
  only_viewed: OrderSum;
  /** Those that only machines touched. */
  only_machine: OrderSum;
  /** Those with a click within its window and no touch by the rules of the report. */
  beyond: OrderSum;
  /** Those with a refund or another adjustment; `micros` is what it took. */
  refunded: OrderSum;
  renewals: OrderSum;
}

const KINDS: Readonly<Record<Exclude<keyof ClaimedOrders, 'net_micros'>, { of: string; micros?: string }>> = {
  touched: { of: '1 = 1' },
  own: { of: 't.own_touches > 0' },
  shared: { of: 't.own_touches > 0 and w.touches > t.own_touches' },
  only_viewed: { of: 't.is_clicked = 0 and t.is_viewed = 1' },
  only_machine: { of: 't.is_clicked = 0 and t.is_viewed = 0 and t.is_machine = 1' },
  beyond: { of: 't.own_touches = 0 and t.is_clicked = 1' },
  refunded: { of: 'v.gross_micros <> v.net_micros', micros: 'v.gross_micros - v.net_micros' },
  renewals: { of: `v.conversion_type = '${RENEWAL}'` },
};

const ORDERS_OF_TOUCHES = `${CLAIM_TOUCHES.name} t join ${CLAIM_ORDERS.name} v on v.order_no = t.order_no`;

/** By the number of the claimant. */
export async function readClaimedOrders(snapshot: Snapshot): Promise<Map<number, ClaimedOrders>> {
  const sums = Object.entries(KINDS).map(
    ([name, { of, micros = 'v.gross_micros' }]) =>
      `count_where(${of}) as ${name}_orders, text128(sum128(case when ${of} then ${micros} else int128(0) end)) as ${name}_micros`,
  );
  const found = await snapshot.query(
    `select t.claimant_no as claimant_no, text128(sum128(v.net_micros)) as net_micros, ${sums.join(', ')}
     from ${ORDERS_OF_TOUCHES} left join (select order_no, count(*) as touches from ${CLAIM_OWN_TOUCHES.name} group by order_no) w on w.order_no = t.order_no
     group by t.claimant_no`,
  );
  return new Map(found.map((row) => [read(row, { claimant_no: 'number' }).claimant_no, claimedOrders(row)]));
}

function claimedOrders(row: Row): ClaimedOrders {
  const kinds = Object.keys(KINDS).map((name) => {
    const sum = read(row, { [`${name}_orders`]: 'number', [`${name}_micros`]: 'bigint' } as const);
    return [name, { orders: sum[`${name}_orders`], micros: sum[`${name}_micros`] }];
  });
  return { ...Object.fromEntries(kinds), net_micros: read(row, { net_micros: 'bigint' }).net_micros };
}

/** Orders that two claimants may both claim. `micros` is their net value. */
export interface SharedByPair extends OrderSum {
  a_no: number;
  b_no: number;
}

export async function readPairs(snapshot: Snapshot): Promise<SharedByPair[]> {
  const found = await snapshot.query(
    `select t.claimant_no as a_no, b.claimant_no as b_no, count(*) as orders, text128(sum128(v.net_micros)) as micros
     from ${ORDERS_OF_TOUCHES} join ${CLAIM_TOUCHES.name} b on b.order_no = t.order_no where t.claimant_no < b.claimant_no
     group by t.claimant_no, b.claimant_no order by t.claimant_no, b.claimant_no`,
  );
  return readAll(found, { a_no: 'number', b_no: 'number', orders: 'number', micros: 'bigint' });
}

/** The orders that several claimants may claim; `micros` is their net value. */
export async function readSeveral(snapshot: Snapshot): Promise<OrderSum> {
  const [row] = await snapshot.query(
    `select count(*) as orders, text128(coalesce(sum128(v.net_micros), int128(0))) as micros
     from (select order_no from ${CLAIM_TOUCHES.name} group by order_no having count(*) > 1) t join ${CLAIM_ORDERS.name} v on v.order_no = t.order_no`,
  );
  return read(row, { orders: 'number', micros: 'bigint' });
}

/** Orders that a claimant may claim, by the quarter of an hour of the order or of the claimant's last touch before it. */
export interface QuarterSum extends OrderSum {
  claimant_no: number;
  brand_id: string;
  at_ms: number;
}

/** Offsets of time zones are whole quarters of an hour, so quarters can be put together to the days of every zone. */
const QUARTER_MS = 15 * 60 * 1000;
const MAX_QUARTERS = 200_000;

/** @returns null if there are too many. */
export async function readQuarters(snapshot: Snapshot, of: 'order' | 'touch'): Promise<QuarterSum[] | null> {
  const quarter = `floor_div(${of === 'order' ? 'v.at_ms' : 't.touched_ms'}, ${QUARTER_MS})`;
  const found = await snapshot.query(
    `select t.claimant_no as claimant_no, v.brand_id as brand_id, ${quarter} as quarter_no, count(*) as orders, text128(sum128(v.gross_micros)) as micros
     from ${ORDERS_OF_TOUCHES} group by t.claimant_no, v.brand_id, ${quarter}
     order by t.claimant_no, v.brand_id, quarter_no limit ${MAX_QUARTERS + 1}`,
  );
  if (found.length > MAX_QUARTERS) return null;
  const shape = {
    claimant_no: 'number',
    brand_id: 'text',
    quarter_no: 'number',
    orders: 'number',
    micros: 'bigint',
  } as const;
  return readAll(found, shape).map(({ quarter_no, ...rest }) => ({ ...rest, at_ms: quarter_no * QUARTER_MS }));
}
