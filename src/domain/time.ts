/**
 * Instants are UTC milliseconds since 1970. On the wire they are ISO 8601 with a zone; a time without one is refused,
 * because a guessed zone can move an order to another day. Calendar days are integers: days since 1970-01-01.
 */
import { badRequest } from './errors.ts';

export const MS_PER_MINUTE = 60_000;
export const MS_PER_HOUR = 3_600_000;
export const MS_PER_DAY = 86_400_000;
/** Clocks differ a little. An event further in the future than this is refused. */
export const MAX_AHEAD_MS = 24 * MS_PER_HOUR;

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?([Zz]|[+-]\d{2}(?::?\d{2})?)?$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Parses ISO 8601 with a zone into milliseconds; finer digits are cut off. @returns the reason when the text is refused. */
export function parseInstant(text: string): number | string {
  const m = INSTANT.exec(text);
  if (!m) {
    if (DATE.test(text))
      return `${shown(text)} is a date without a time; send ISO 8601 with a zone, such as ${text}T12:00:00Z`;
    return `${shown(text)} is not ISO 8601; send a time with a zone, such as 2026-03-01T12:00:00Z`;
  }
  if (m[8] === undefined) return `${shown(text)} has no zone; add Z or an offset such as +02:00`;
  const day = dayNumber(Number(m[1]), Number(m[2]), Number(m[3]));
  if (day === undefined) return `${shown(text)} is not a calendar date; check the month and the day`;
  const [hour, minute, second] = [Number(m[4]), Number(m[5]), Number(m[6] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60)
    return `${shown(text)} is not a time of day; hours go to 23, minutes and seconds to 59`;
  const offset = offsetMs(m[8]);
  if (offset === undefined) return `${shown(text)} has an impossible zone offset; offsets go from -14:00 to +14:00`;
  const ms = Number((m[7] ?? '').slice(0, 3).padEnd(3, '0'));
  return day * MS_PER_DAY + hour * MS_PER_HOUR + minute * MS_PER_MINUTE + Math.min(second, 59) * 1000 + ms - offset;
}

/** Why an event cannot have happened at `instant_ms`, or undefined when it can. */
export function eventTimeProblem(instant_ms: number, now_ms: number): string | undefined {
  if (instant_ms > now_ms + MAX_AHEAD_MS) {
    return `${formatInstant(instant_ms)} is more than 24 hours ahead of this server's clock; send the time at which it happened`;
  }
  if (instant_ms < 0) return `${formatInstant(instant_ms)} lies before 1970; send the time at which it happened`;
  return undefined;
}

/** Parses YYYY-MM-DD into days since 1970-01-01. @returns the reason when the text is refused. */
export function parseDate(text: string): number | string {
  const m = DATE.exec(text);
  const day = m ? dayNumber(Number(m[1]), Number(m[2]), Number(m[3])) : undefined;
  return day ?? `${shown(text)} is not a calendar date; send YYYY-MM-DD`;
}

export function formatInstant(instant_ms: number): string {
  return new Date(instant_ms).toISOString();
}

/** Days since 1970-01-01 as YYYY-MM-DD. */
export function formatDate(day_number: number): string {
  return new Date(day_number * MS_PER_DAY).toISOString().slice(0, 10);
}

/** The Monday of a day's ISO week, as a day number (1970-01-01 was a Thursday). */
export function weekStart(day_number: number): number {
  return Math.floor((day_number + 3) / 7) * 7 - 3;
}

function dayNumber(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1) return undefined;
  const ms = Date.UTC(year, month - 1, day);
  return new Date(ms).getUTCMonth() === month - 1 && year >= 1000 ? ms / MS_PER_DAY : undefined;
}

function offsetMs(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || 0);
  if (minutes > 59 || hours * 60 + minutes > 14 * 60) return undefined;
  return (zone[0] === '-' ? -1 : 1) * (hours * MS_PER_HOUR + minutes * MS_PER_MINUTE);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** A zone's offset from UTC at an instant, in milliseconds (local = UTC + offset). */
export function zoneOffsetMs(time_zone: string, instant_ms: number): number {
  if (time_zone === 'UTC') return 0;
  let formatter = formatters.get(time_zone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: time_zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formatters.set(time_zone, formatter);
  }
  const parts = Object.fromEntries(formatter.formatToParts(instant_ms).map((p) => [p.type, Number(p.value)]));
  const local = Date.UTC(
    parts['year']!,
    parts['month']! - 1,
    parts['day']!,
    parts['hour'],
    parts['minute'],
    parts['second'],
  );
  return local - Math.floor(instant_ms / 1000) * 1000;
}

/** The calendar day of an instant in a zone. */
export function dayOf(time_zone: string, at_ms: number): number {
  return Math.floor((at_ms + zoneOffsetMs(time_zone, at_ms)) / MS_PER_DAY);
}

export function isTimeZone(time_zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: time_zone });
    return true;
  } catch {
    return false;
  }
}

/**
 * The first instant of a calendar day in a zone. Where the clock skips midnight, the day starts at the first time that exists.
 */
export function startOfDayMs(day_number: number, time_zone: string): number {
  const wall = day_number * MS_PER_DAY;
  const before = wall - zoneOffsetMs(time_zone, wall - MS_PER_DAY);
  const after = wall - zoneOffsetMs(time_zone, wall + MS_PER_DAY);
  const midnights = [Math.min(before, after), Math.max(before, after)];
  for (const instant of midnights) {
    if (instant + zoneOffsetMs(time_zone, instant) === wall) return instant;
  }
  // This day has no midnight in the zone. The day starts where the clock jumps.
  return transition(
    time_zone,
    midnights[0]! - MS_PER_HOUR,
    midnights[1]!,
    zoneOffsetMs(time_zone, midnights[0]! - MS_PER_HOUR),
  );
}

/** A stretch of time over which a zone keeps one offset; `until_ms` is exclusive. */
export interface OffsetPeriod {
  from_ms: number;
  until_ms: number;
  offset_ms: number;
}

/** The offsets that are known of a zone, without gaps. */
const known_periods = new Map<string, OffsetPeriod[]>();

/**
 * The offsets of a zone between two instants. With them SQL computes calendar days without a table of zones. They are kept, because
 * a search steps through the time: about 1 ms a year.
 */
export function offsetPeriods(time_zone: string, from_ms: number, until_ms: number): OffsetPeriod[] {
  if (from_ms >= until_ms) return [];
  const known = known_periods.get(time_zone) ?? [];
  const [first, last] = [known[0]?.from_ms ?? from_ms, known.at(-1)?.until_ms ?? from_ms];
  const all = joined([
    ...searchPeriods(time_zone, from_ms, first),
    ...known,
    ...searchPeriods(time_zone, last, until_ms),
  ]);
  known_periods.set(time_zone, all);
  return all
    .filter((period) => period.from_ms < until_ms && period.until_ms > from_ms)
    .map((period) => ({
      ...period,
      from_ms: Math.max(period.from_ms, from_ms),
      until_ms: Math.min(period.until_ms, until_ms),
    }));
}

/** Joins neighbours with the same offset. */
function joined(periods: readonly OffsetPeriod[]): OffsetPeriod[] {
  const whole: OffsetPeriod[] = [];
  for (const period of periods) {
    const before = whole.at(-1);
    if (before?.offset_ms === period.offset_ms) before.until_ms = period.until_ms;
    else whole.push({ ...period });
  }
  return whole;
}

function searchPeriods(time_zone: string, from_ms: number, until_ms: number): OffsetPeriod[] {
  const periods: OffsetPeriod[] = [];
  let from = from_ms;
  let offset = zoneOffsetMs(time_zone, from);
  while (from < until_ms) {
    let at = from;
    let next = until_ms;
    while (at < until_ms) {
      const step = Math.min(at + 7 * MS_PER_DAY, until_ms);
      if (zoneOffsetMs(time_zone, step) !== offset) {
        next = transition(time_zone, at, step, offset);
        break;
      }
      at = step;
    }
    periods.push({ from_ms: from, until_ms: next, offset_ms: offset });
    from = next;
    offset = zoneOffsetMs(time_zone, from);
  }
  return periods;
}

/** The first instant in (low, high] at which the zone no longer has `offset`. */
function transition(time_zone: string, low: number, high: number, offset: number): number {
  let [lo, hi] = [low, high];
  while (hi - lo > 1) {
    const mid = Math.floor((lo + hi) / 2);
    if (zoneOffsetMs(time_zone, mid) === offset) lo = mid;
    else hi = mid;
  }
  return hi;
}

/**
 * A range bound from a request, in milliseconds: an instant, or a date, which means the start of that day in `time_zone`.
 * @throws bad_request naming `field`.
 */
export function parseBound(field: string, text: string, time_zone: string): number {
  if (DATE.test(text)) {
    const day = parseDate(text);
    if (typeof day === 'string') throw badRequest(field, day);
    return startOfDayMs(day, time_zone);
  }
  const instant = parseInstant(text);
  if (typeof instant === 'string') throw badRequest(field, instant);
  return instant;
}
