/** Periods that move with the clock, so that what was made last month shows the days up to today. */
import { dayOf, formatDate } from '../domain/time.ts';

export const PERIOD_NAMES = [
  'last_7_days',
  'last_28_days',
  'last_30_days',
  'last_90_days',
  'last_365_days',
  'this_month',
  'last_month',
  'this_year',
] as const;
export type PeriodName = (typeof PERIOD_NAMES)[number];

/** The first day of a period and the day after its last one. The last days include today. */
export function daysOf(period: PeriodName, time_zone: string, now_ms: number): { start: string; end: string } {
  const today = dayOf(time_zone, now_ms);
  const end = formatDate(today + 1);
  const [year, month] = formatDate(today).split('-').map(Number) as [number, number];
  const first = (months_back: number): string =>
    new Date(Date.UTC(year, month - 1 - months_back, 1)).toISOString().slice(0, 10);
  switch (period) {
    case 'this_month':
      return { start: first(0), end };
    case 'last_month':
      return { start: first(1), end: first(0) };
    case 'this_year':
      return { start: `${year}-01-01`, end };
    default:
      return { start: formatDate(today + 1 - Number(period.split('_')[1])), end };
  }
}
