/** The orders and the net revenue of each brand, and how it goes through the period, in few enough points for a small line each. */
import type { Plan } from '../../attribution/plan.ts';
import type { OrderRelations } from '../../attribution/relations.ts';
import { formatDate } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { daysOf } from '../time-series.ts';

const MOST_POINTS = 60;

/** Sums of a brand. */
export interface Sold {
  orders: number;
  net_micros: bigint;
  /** By point of the trend. */
  points: bigint[];
}

export interface Sales {
  days_a_point: number;
  /** The first day of each point. */
  starts: string[];
  of(brand_id: string): Sold;
}

/**
 * Reads what brands sold. A point of the trend has equally many days, counted from the last day of the period back, so that only the
 * first may have fewer. The days are those of each brand's zone.
 */
export async function readSales(
  snapshot: Snapshot,
  plan: Plan,
  { events }: Pick<OrderRelations, 'events'>,
): Promise<Sales> {
  const { from_day, until_day } = daysOf(plan);
  const days_a_point = Math.ceil((until_day - from_day) / MOST_POINTS);
  const points = Math.ceil((until_day - from_day) / days_a_point);
  const nothing = (): Sold => ({ orders: 0, net_micros: 0n, points: new Array<bigint>(points).fill(0n) });
  const back = `floor_div(${until_day - 1} - day_number, ${days_a_point})`;
  const rows = await snapshot.query(
    `select brand_id, ${back} as back, count_where(event = 'order') as orders, text128(sum128(after_micros - before_micros)) as micros
     from ${events.name} group by brand_id, ${back}`,
  );
  const sums = new Map<string, Sold>();
  for (const row of readAll(rows, { brand_id: 'text', back: 'number', orders: 'number', micros: 'bigint' })) {
    const sold = sums.get(row.brand_id) ?? nothing();
    sums.set(row.brand_id, sold);
    sold.orders += row.orders;
    sold.net_micros += row.micros;
    sold.points[points - 1 - row.back] = row.micros;
  }
  return {
    days_a_point,
    starts: Array.from({ length: points }, (_, i) =>
      formatDate(Math.max(from_day, until_day - (points - i) * days_a_point)),
    ),
    of: (brand_id) => sums.get(brand_id) ?? nothing(),
  };
}
