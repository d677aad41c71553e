import { count, NOTHING } from './figures.ts';

const HOURS_PER_DAY = 24;
const MINUTES_PER_HOUR = 60;

/** A time in days as readers say it: 4 minutes, 3.5 hours, 12.9 days. */
export function duration(days: number | null | undefined): string {
  if (days === null || days === undefined) return NOTHING;
  const hours = days * HOURS_PER_DAY;
  if (hours < 1) return named(Math.max(1, Math.round(hours * MINUTES_PER_HOUR)), 'minute', 0);
  if (days < 1) return named(hours, 'hour', 1);
  return named(days, 'day', 1);
}

function named(value: number, unit: string, digits: number): string {
  const shown = count(value, Number.isInteger(value) ? 0 : digits);
  return `${shown} ${unit}${shown === '1' ? '' : 's'}`;
}
