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
  return utcMs(text) ?? parseAnyInstant(text);
}

const DAYS_OF_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The common forms `2026-03-01T12:00:00Z` and `…00.000Z`, read without a pattern; undefined for all other text. */
function utcMs(text: string): number | undefined {
  const { length } = text;
  if (length !== 20 && length !== 24) return undefined;
  const is_form =
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(7) === 45 &&
    text.charCodeAt(10) === 84 &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58 &&
    text.charCodeAt(length - 1) === 90 &&
    (length === 20 || text.charCodeAt(19) === 46);
  if (!is_form) return undefined;
  const year = 100 * digits(text, 0) + digits(text, 2);
  const [month, day] = [digits(text, 5), digits(text, 8)];
  const [hour, minute, second] = [digits(text, 11), digits(text, 14), digits(text, 17)];
  const ms = length === 20 ? 0 : 10 * digits(text, 20) + digit(text, 22);
  // A comparison with NaN, for what is no digit, is false.
  if (!(year >= 1_000 && month >= 1 && month <= 12 && day >= 1 && day <= DAYS_OF_MONTHS[month - 1]!)) return undefined;
  if (!(hour <= 23 && minute <= 59 && second <= 59 && ms >= 0)) return undefined;
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

/** Two digits as a number; NaN if one of them is none. */
function digits(text: string, at: number): number {
  return 10 * digit(text, at) + digit(text, at + 1);
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

function parseAnyInstant(text: string): number | string {
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

/** Days from the first day of a week to 1970-01-01, a Thursday, by the day on which weeks start. */
export const WEEK_OFFSETS = { monday: 3, sunday: 4 } as const;
export type WeekStart = keyof typeof WEEK_OFFSETS;

/** The first day of a day's week, as a day number. Weeks start on Monday (ISO 8601) or Sunday. */
export function weekStart(day_number: number, first: WeekStart = 'monday'): number {
  const offset = WEEK_OFFSETS[first];
  return Math.floor((day_number + offset) / 7) * 7 - offset;
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

/** The calendar day of an instant in a zone, as YYYY-MM-DD. */
export const dayText = (time_zone: string, at_ms: number): string => formatDate(dayOf(time_zone, at_ms));

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
  return instantOfWall(day_number * MS_PER_DAY, time_zone);
}

/**
 * The first instant at which a clock in the zone shows `wall_ms` (as if it were UTC). Where the clock skips this time, the instant
 * of the jump.
 */
export function instantOfWall(wall_ms: number, time_zone: string): number {
  const before = wall_ms - zoneOffsetMs(time_zone, wall_ms - MS_PER_DAY);
  const after = wall_ms - zoneOffsetMs(time_zone, wall_ms + MS_PER_DAY);
  const instants = [Math.min(before, after), Math.max(before, after)];
  for (const instant of instants) {
    if (instant + zoneOffsetMs(time_zone, instant) === wall_ms) return instant;
  }
  const from = instants[0]! - MS_PER_HOUR;
  return transition(time_zone, from, instants[1]!, zoneOffsetMs(time_zone, from));
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
