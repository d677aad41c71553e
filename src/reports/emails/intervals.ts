/** Rates with intervals, as reports on emails write them. */
import type { Rate } from '../../learning/group-rates.ts';
import type { ReportJson } from '../context.ts';

const SCALE = 1_000_000;

/** A number with at most six decimals, as all rates have. */
export const rounded = (value: number): number => Math.round(value * SCALE) / SCALE;

export function intervalOf({ events, rate, interval, withheld }: Rate): ReportJson {
  return {
    events,
    rate: rate === null ? null : rounded(rate),
    interval: interval === null ? null : { low: rounded(interval.low), high: rounded(interval.high) },
    withheld,
  };
}
