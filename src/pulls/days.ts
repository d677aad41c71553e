/** The days that a run reads. */
import { dayOf, formatDate, parseDate } from '../domain/time.ts';

/** Days of one request, so that its answer stays small. */
const DAYS_TOGETHER = 31;

interface DateRange {
  first_date: string;
  last_date: string;
}

/** The last days of an account, with today. */
export function lastDays(time_zone: string, now_ms: number, days: number): DateRange {
  const today = dayOf(time_zone, now_ms);
  return { first_date: formatDate(today - days + 1), last_date: formatDate(today) };
}

/** {@link lastDays} in parts of at most 31 days. */
export function partsOfDays(time_zone: string, now_ms: number, days: number): DateRange[] {
  const today = dayOf(time_zone, now_ms);
  const parts: DateRange[] = [];
  for (let first = today - days + 1; first <= today; first += DAYS_TOGETHER)
    parts.push({
      first_date: formatDate(first),
      last_date: formatDate(Math.min(today, first + DAYS_TOGETHER - 1)),
    });
  return parts;
}

/** The dates from one to another, with both. */
export function datesFrom(first_date: string, last_date: string): string[] {
  const [first, last] = [Number(parseDate(first_date)), Number(parseDate(last_date))];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => formatDate(first + i));
}
