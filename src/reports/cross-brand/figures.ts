/** What the report counts: values of orders, and credit by the brand of the order and the brand of the touch. */
import { creditedTouches } from '../../attribution/credits.ts';
import type { Attribution } from '../../attribution/query.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { HELPED_ORDERS, JOINED_PEOPLE, OTHER_CANDIDATES } from './relations.ts';
import type { HelpedCredit } from './touches.ts';

/** Orders of a brand in the period. */
export interface BrandOrders {
  orders: number;
  net_micros: bigint;
  /** Orders with a touch of another brand. */
  helped: number;
  /** People with an order whom another brand of the list knows by the same customer id. */
  people_elsewhere: number;
  /** Orders, and their people, with a touch of another brand that consent does not cover. */
  left_out_orders: number;
  left_out_people: number;
}

const NO_ORDERS: BrandOrders = {
  orders: 0,
  net_micros: 0n,
  helped: 0,
  people_elsewhere: 0,
  left_out_orders: 0,
  left_out_people: 0,
};

export async function readBrandOrders(
  snapshot: Snapshot,
  own: Attribution,
): Promise<(brand_id: string) => BrandOrders> {
  const found = new Map<string, BrandOrders>();
  const add = (brand_id: string, part: Partial<BrandOrders>): void => {
    found.set(brand_id, { ...NO_ORDERS, ...found.get(brand_id), ...part });
  };
  const values = await snapshot.query(
    `select e.brand_id as brand_id, count_where(e.event = 'order') as orders, count_where(e.event = 'order' and h.order_no is not null) as helped,
       text128(sum128(e.after_micros - e.before_micros)) as net_micros
     from ${own.events.name} e left join ${HELPED_ORDERS.name} h on h.order_no = e.order_no group by e.brand_id`,
  );
  const shape = { brand_id: 'text', orders: 'number', helped: 'number', net_micros: 'bigint' } as const;
  for (const { brand_id, ...part } of readAll(values, shape)) add(brand_id, part);
  const counted = (condition: string): string =>
    `select o.brand_id as brand_id, count(distinct o.person_key) as people, count(*) as orders
     from ${own.orders.name} o where o.order_no in (select order_no from ${own.events.name} where event = 'order') and ${condition} group by o.brand_id`;
  const counts = { brand_id: 'text', people: 'number', orders: 'number' } as const;
  const elsewhere = await snapshot.query(counted(`o.person_key in (select person_key from ${JOINED_PEOPLE.name})`));
  for (const { brand_id, people } of readAll(elsewhere, counts)) add(brand_id, { people_elsewhere: people });
  const left_out = await snapshot.query(
    counted(`o.order_no in (select order_no from ${OTHER_CANDIDATES.name} where is_covered = 0)`),
  );
  for (const { brand_id, people, orders } of readAll(left_out, counts))
    add(brand_id, { left_out_orders: orders, left_out_people: people });
  return (brand_id) => found.get(brand_id) ?? NO_ORDERS;
}

/** Credit of the orders of a brand for touches of a brand, of all channels together or of one. */
export interface CrossCredit {
  order_brand_id: string;
  touch_brand_id: string;
  /** Null for all channels together. */
  channel: string | null;
  /** Orders with such a touch. */
  touched: number;
  micros: bigint;
  millionths: bigint;
  /** What the report of the brand of the order gives these touches: nothing for touches of other brands. */
  own_micros: bigint;
}

/**
 * Orders that no other brand has helped are credited as in the report of their brand; those that one has helped, over all of their
 * touches.
 */
export async function readCrossCredit(
  snapshot: Snapshot,
  own: Attribution,
  helped: HelpedCredit,
  by: 'channel' | 'brand',
): Promise<CrossCredit[]> {
  const [channel, of_channel] = by === 'channel' ? ['t.channel', ', t.channel'] : [`''`, ''];
  const touched = (counts: string): string =>
    `count(distinct case when c.counted = 1 and ${counts} then c.order_no end) as touched`;
  const alone = 'h.order_no is null';
  const sum = (column: string, when: string): string => `text128(sum128(case when ${when} then ${column} else 0 end))`;
  const of_own = await snapshot.query(
    `select c.brand_id as order_brand_id, c.brand_id as touch_brand_id, ${channel} as channel, ${touched(alone)},
       ${sum('c.c0', alone)} as micros, ${sum('c.m0', alone)} as millionths, text128(sum128(c.c0)) as own_micros
     from ${creditedTouches(own)} left join ${HELPED_ORDERS.name} h on h.order_no = c.order_no group by c.brand_id${of_channel}`,
  );
  const of_helped = await snapshot.query(
    `select c.brand_id as order_brand_id, t.brand_id as touch_brand_id, ${channel} as channel, ${touched('1 = 1')},
       text128(sum128(c.c0)) as micros, text128(sum128(c.m0)) as millionths, '0' as own_micros
     from ${creditedTouches({ credits: helped.credits, candidates: helped.touches })} group by c.brand_id, t.brand_id${of_channel}`,
  );
  const rows = readAll([...of_own, ...of_helped], {
    order_brand_id: 'text',
    touch_brand_id: 'text',
    channel: 'text',
    touched: 'number',
    micros: 'bigint',
    millionths: 'bigint',
    own_micros: 'bigint',
  });
  return summed(rows.map((row) => (by === 'channel' ? row : { ...row, channel: null })));
}

function summed(rows: readonly CrossCredit[]): CrossCredit[] {
  const sums = new Map<string, CrossCredit>();
  for (const row of rows) {
    const name = JSON.stringify([row.order_brand_id, row.touch_brand_id, row.channel]);
    const sum = sums.get(name);
    if (sum === undefined) sums.set(name, { ...row });
    else {
      sum.touched += row.touched;
      sum.micros += row.micros;
      sum.millionths += row.millionths;
      sum.own_micros += row.own_micros;
    }
  }
  return [...sums.values()];
}
