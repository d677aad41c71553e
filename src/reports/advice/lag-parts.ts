/** In which week after a touch its orders come, from the lags report: a touch is as likely on each day of its week. */

import { MS_PER_DAY } from '../../domain/time.ts';
import { BUCKETS } from '../lags/lag-values.ts';

const WEEK_MS = 7 * MS_PER_DAY;
/** Later weeks count as the last one. */
const MOST_WEEKS = 5;
/** The longest lag that counts. */
const LONGEST_MS = 31 * MS_PER_DAY;
/** With fewer orders of a channel, those of all channels say when orders come. */
const LEAST_ORDERS = 30;

interface Distribution {
  bucket: string;
  orders: number;
}

/** The parts of the orders of a week's touches that come in the same week, one week later and so on. */
export function lagParts(own: readonly Distribution[] | undefined, all: readonly Distribution[]): number[] {
  const sum = (rows: readonly Distribution[]): number => rows.reduce((orders, row) => orders + row.orders, 0);
  const rows = own !== undefined && sum(own) >= LEAST_ORDERS ? own : all;
  const orders = sum(rows);
  if (orders === 0) return [1];
  const parts = new Array<number>(MOST_WEEKS).fill(0);
  for (const row of rows) {
    const place = BUCKETS.findIndex(([name]) => name === row.bucket);
    const from_ms = place <= 0 ? 0 : BUCKETS[place - 1]![1];
    // Lags are spread evenly within a bucket, so its middle stands for it.
    const lag_ms = (from_ms + Math.min(LONGEST_MS, BUCKETS[place]![1])) / 2;
    const later = Math.floor(lag_ms / WEEK_MS);
    const over = lag_ms / WEEK_MS - later;
    parts[Math.min(later, MOST_WEEKS - 1)]! += ((1 - over) * row.orders) / orders;
    parts[Math.min(later + 1, MOST_WEEKS - 1)]! += (over * row.orders) / orders;
  }
  return parts;
}

/** The part of the orders of a period of `days` that had come at its end, for touches on any day of it. */
export function completeness(rows: readonly Distribution[], days: number): number {
  const orders = rows.reduce((sum, row) => sum + row.orders, 0);
  if (orders === 0) return 1;
  return rows.reduce((sum, row) => {
    const place = BUCKETS.findIndex(([name]) => name === row.bucket);
    const from_ms = place <= 0 ? 0 : BUCKETS[place - 1]![1];
    const lag_ms = (from_ms + Math.min(LONGEST_MS, BUCKETS[place]![1])) / 2;
    return sum + (row.orders / orders) * Math.max(0, 1 - lag_ms / (days * MS_PER_DAY));
  }, 0);
}
