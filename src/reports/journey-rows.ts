/** The rows of the journeys report, from sums. */
import { microsPer, money, ratio } from '../domain/money.ts';
import type { ReportJson } from './context.ts';

/** The buckets, by calendar days from a journey's first event to its last order. */
export const LENGTHS = ['Same Day', '1 Day', '2-7 Days', '8-30 Days', '30+ Days'] as const;
export const LENGTH_NO =
  'case when days = 0 then 0 when days = 1 then 1 when days <= 7 then 2 when days <= 30 then 3 else 4 end';

/** The number of the bucket of a length in days: {@link LENGTH_NO}. */
export function lengthOf(days: number): number {
  return days === 0 || days === 1 ? days : days <= 7 ? 2 : days <= 30 ? 3 : 4;
}

/** The sums of the journeys of one length. */
interface LengthSums {
  length_no: number;
  journeys: bigint;
  orders: bigint;
  micros: bigint;
  touchpoints: bigint;
  email_touchpoints: bigint;
}

/** The rows of the table of journeys, from sums in order of their lengths. */
export function journeyRows(sums: readonly LengthSums[]): ReportJson[] {
  return sums.map((row) => ({
    journey_length: LENGTHS[row.length_no]!,
    journey_count: Number(row.journeys),
    conversions: Number(row.orders),
    ...money('total_revenue', row.micros),
    average_touchpoints: ratio(row.touchpoints, row.journeys),
    average_email_touchpoints: ratio(row.email_touchpoints, row.journeys),
    revenue_per_journey: microsPer(row.micros, row.journeys),
  }));
}

/** The sums of all journeys of a report. */
interface JourneySums extends Omit<LengthSums, 'length_no'> {
  with_email: number;
  days: bigint;
}

export function summaryOf({ journeys, micros, ...counts }: JourneySums): ReportJson {
  return {
    journey_count: Number(journeys),
    conversions: Number(counts.orders),
    ...money('total_revenue', micros),
    journeys_with_email: counts.with_email,
    average_touchpoints: ratio(counts.touchpoints, journeys),
    average_email_touchpoints: ratio(counts.email_touchpoints, journeys),
    average_length_days: ratio(counts.days, journeys),
    revenue_per_journey: microsPer(micros, journeys),
  };
}

const TOUCHPOINT_BUCKETS = ['0', '1', '2', '3', '4', '5', '6-10', '11+'] as const;

/** The rows of journeys by the number of their touchpoints, in order of the buckets. */
export function touchpointRows(
  sums: ReadonlyArray<{ bucket: number; journeys: number; micros: bigint }>,
): ReportJson[] {
  return sums.map((row) => ({
    touchpoints: TOUCHPOINT_BUCKETS[row.bucket]!,
    journey_count: row.journeys,
    ...money('total_revenue', row.micros),
  }));
}

/** The mix of channels, most touchpoints first. */
export function mixOf(mix: ReadonlyArray<{ channel: string; touchpoints: number; journeys: number }>): ReportJson[] {
  const total = mix.reduce((sum, { touchpoints }) => sum + touchpoints, 0);
  return mix
    .map((row) => ({ ...row, share_of_touchpoints: ratio(row.touchpoints, total) }))
    .sort((a, b) => b.touchpoints - a.touchpoints || (a.channel < b.channel ? -1 : 1));
}
