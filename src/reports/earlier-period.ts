/** The earlier period of `compare`. docs/semantics.md 14. */
import {
  formatDate,
  formatInstant,
  instantOfWall,
  MS_PER_DAY,
  parseBound,
  parseDate,
  zoneOffsetMs,
} from '../domain/time.ts';

export const COMPARES = ['previous_period', 'previous_year'] as const;
export type Compare = (typeof COMPARES)[number];

interface Period {
  start: string;
  end: string;
}

/**
 * The period before, of as many days, or that of the same calendar dates a year earlier. Dates stay dates; an instant moves on the
 * clock of the zone, so that a change to summer time does not move it.
 */
export function earlierPeriod(period: Period, compare: Compare, time_zone: string): Period {
  const [start, end] = [wallOf('start', period.start, time_zone), wallOf('end', period.end, time_zone)];
  if (compare === 'previous_period')
    return {
      start: boundAt(start.wall_ms - (end.wall_ms - start.wall_ms), start, time_zone),
      end: boundAt(start.wall_ms, start, time_zone),
    };
  return {
    start: boundAt(yearBefore(start.wall_ms), start, time_zone),
    // The end is exclusive: its last moment moves, so that 28 and 29 February keep a day that ends.
    end: boundAt(yearBefore(end.wall_ms - 1) + 1, end, time_zone),
  };
}

interface Wall {
  /** What a clock in the zone shows, in milliseconds as if it were UTC. */
  wall_ms: number;
  is_date: boolean;
}

function wallOf(field: string, text: string, time_zone: string): Wall {
  const day = parseDate(text);
  if (typeof day === 'number') return { wall_ms: day * MS_PER_DAY, is_date: true };
  const instant_ms = parseBound(field, text, time_zone);
  return { wall_ms: instant_ms + zoneOffsetMs(time_zone, instant_ms), is_date: false };
}

/** A bound as the request would give it: a date, or an instant where it is not the start of a day. */
function boundAt(wall_ms: number, { is_date }: Wall, time_zone: string): string {
  if (is_date && wall_ms % MS_PER_DAY === 0) return formatDate(wall_ms / MS_PER_DAY);
  return formatInstant(instantOfWall(wall_ms, time_zone));
}

/** The same date and time of day a year earlier; 29 February becomes 28 February. */
function yearBefore(wall_ms: number): number {
  const at = new Date(wall_ms);
  const month = at.getUTCMonth();
  at.setUTCFullYear(at.getUTCFullYear() - 1);
  if (at.getUTCMonth() !== month) at.setUTCDate(0);
  return at.getTime();
}

/** The same date a year later, or null: 29 February has none. */
export function yearLater(date: string): string | null {
  const later = `${Number(date.slice(0, 4)) + 1}${date.slice(4)}`;
  return typeof parseDate(later) === 'number' ? later : null;
}
