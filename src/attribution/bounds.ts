/** What the steps after `orders` and `events` need to know of them before they can say their SQL, in one look. */
import { MAX_MICROS } from '../domain/money.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import type { Plan } from './plan.ts';

export interface Bounds {
  /** No touchpoint before this can lie in a window, and none after `high_ms`, the last order. */
  low_ms: number;
  high_ms: number;
  /** Days of value events. */
  low_day: number;
  high_day: number;
  /** Every value of the period lies in 0 … 2^53 - 1, where exact division is much cheaper. */
  values_are_small: boolean;
  /** Later rules said something of some touchpoint, of whomever. */
  has_reclassifications: boolean;
}

/** Reads the bounds of `orders` and `events`. Where there are no rows they are 0. */
export async function readBounds(snapshot: Snapshot, plan: Plan): Promise<Bounds> {
  const [row] = await snapshot.query(
    `select o.low_ms as low_ms, o.high_ms as high_ms, e.low_day as low_day, e.high_day as high_day,
       e.low_micros as low_micros, e.high_micros as high_micros, r.n as reclassifications
     from (select min(at_ms - greatest(view_ms, email_ms, click_ms)) as low_ms, max(at_ms) as high_ms from orders) o
     cross join (
       select min(day_number) as low_day, max(day_number) as high_day,
         text128(coalesce(min(case when before_micros < after_micros then before_micros else after_micros end), int128(0))) as low_micros,
         text128(coalesce(max(case when before_micros > after_micros then before_micros else after_micros end), int128(0))) as high_micros
       from events) e
     cross join (select count(*) as n from reclassifications r where ${atOrBefore('r', plan.positions.touchpoints)}) r`,
  );
  const number = (name: string): number => Number(row![name] ?? 0);
  return {
    low_ms: number('low_ms'),
    high_ms: number('high_ms'),
    low_day: number('low_day'),
    high_day: number('high_day'),
    values_are_small:
      BigInt(row!['low_micros'] as string) >= 0n && BigInt(row!['high_micros'] as string) <= BigInt(MAX_MICROS),
    has_reclassifications: number('reclassifications') > 0,
  };
}
