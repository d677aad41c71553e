/** Reads the times and days of files in the forms that exports have, and gives them the form that records take. */
import {
  formatDate,
  formatInstant,
  MS_PER_DAY,
  MS_PER_HOUR,
  MS_PER_MINUTE,
  parseInstant,
  zoneOffsetMs,
} from '../domain/time.ts';
import { EPOCHS, readByFormat, type WallTime } from './time-format.ts';

export interface TimeOptions {
  time_zone?: string | undefined;
  time_format?: string | undefined;
}

/** A time as ISO 8601 with a zone. `clock` says that the zone's clock showed it twice, or never. */
export interface ReadTime {
  text: string;
  clock?: 'twice' | 'never';
}

const ISO_WITH_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)$/;
const YEAR_FIRST =
  /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|(?:UTC|GMT)?[+-]\d{2}(?::?\d{2})?|UTC|GMT)?$/i;
/** 20260301T101400Z, and with a blank or colons. */
const COMPACT_PARTS =
  /^(\d{4})()(\d{2})(\d{2})[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/i;
/** What programs write behind an offset: `[Europe/Berlin]`, `(Central European Standard Time)`, `CET`. */
const NAME_BEHIND = /(?<=Z|[+-]\d{2}:?\d{2})(?:\s*\[[^\]]{1,60}\]|\s*\([^)]{1,60}\)|\s[A-Z]{3,5})$/;
/** 20260301101400. As milliseconds it would be after the year 2600. */
const COMPACT = /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/;
const NUMBER = /^\d{8,19}(?:\.\d{1,9})?$/;
/** More forms in which day and month cannot be confused: the month is a word, or the year stands first. */
const WORDED = [
  'MMM d, yyyy',
  'MMM d, yyyy h:mm a',
  'MMM d, yyyy h:mm:ss a',
  'MMM d, yyyy, h:mm a',
  'MMM d, yyyy, h:mm:ss a',
  'MMM d, yyyy H:mm',
  'MMM d, yyyy H:mm:ss',
  'yyyy-MM-dd h:mm a',
  'yyyy-MM-dd h:mm:ss a',
  'yyyy/MM/dd h:mm a',
  'yyyy/MM/dd h:mm:ss a',
  'd MMM yyyy',
  'd MMM yyyy H:mm',
  'd MMM yyyy H:mm:ss',
  'd MMM yyyy H:mm:ss X',
  'EEE, d MMM yyyy H:mm:ss X',
  "EEE MMM d yyyy H:mm:ss 'GMT'X",
  'EEE MMM d H:mm:ss yyyy',
  'EEE MMM d H:mm:ss X yyyy',
  'EEEE, MMM d, yyyy h:mm a',
  'EEEE, MMM d, yyyy h:mm:ss a',
  'd-MMM-yyyy',
  'd-MMM-yyyy H:mm',
  'd-MMM-yyyy H:mm:ss',
];
/** Letters at the end that name a zone, for some people another one than for others. */
const ZONE_LETTERS = /\d\s*([A-Z]{2,5})$/;
const DAY_OR_MONTH_FIRST = /^\d{1,2}([/.-])\d{1,2}\1\d{2,4}/;
const MAX_TIME = 120;

/** Reads an instant. @returns the reason when the text is refused. */
export function readInstant(value: string | number, options: TimeOptions): ReadTime | string {
  if (typeof value === 'string' && options.time_format === undefined && ISO_WITH_ZONE.test(value))
    return { text: value };
  const text = String(value).trim();
  if (text.length > MAX_TIME) return `is ${text.length} characters long, which no time is`;
  const epoch = epochMs(text, options.time_format);
  if (typeof epoch === 'number') return { text: formatInstant(epoch) };
  if (epoch !== undefined) return epoch;
  const wall =
    options.time_format === undefined
      ? readKnownForm(text.replace('\u2212', '-').replace(NAME_BEHIND, ''))
      : readByFormat(text, options.time_format);
  if (wall === undefined) return whyUnread(text, options.time_format);
  if (options.time_format === undefined && wall.hour < 0)
    return `${JSON.stringify(text)} is a date without a time; name --time-format yyyy-MM-dd and --time-zone ZONE to take its first moment`;
  return atInstant(text, wall, options.time_zone);
}

/** Reads a calendar day as YYYY-MM-DD. A time at midnight, or of a format that was named, is its day. */
export function readDate(value: string | number, { time_format }: TimeOptions): string | { problem: string } {
  const text = String(value).trim();
  if (time_format === undefined) {
    if (/^\d{4}-\d\d-\d\d$/.test(text)) return text;
    const compact = /^(\d{4})(\d\d)(\d\d)$/.exec(text);
    if (compact) return `${compact[1]}-${compact[2]}-${compact[3]}`;
  }
  if (text.length > MAX_TIME) return text;
  const wall = time_format === undefined || EPOCHS[time_format] ? readKnownForm(text) : readByFormat(text, time_format);
  if (wall === undefined) {
    if (time_format === undefined && !DAY_OR_MONTH_FIRST.test(text)) return text;
    return { problem: whyUnread(text, time_format) };
  }
  const midnight = wall.hour <= 0 && wall.minute === 0 && wall.second === 0 && wall.ms === 0;
  if (time_format === undefined && !midnight) return text;
  const day = dayOf(wall);
  return day === undefined ? text : formatDate(day);
}

/** Milliseconds of an epoch. Its unit is the one that is named, else the one that makes it a time between 1973 and 5138. */
function epochMs(text: string, format: string | undefined): number | string | undefined {
  const per_ms = format === undefined ? undefined : EPOCHS[format];
  if (format === undefined && COMPACT.test(text)) return undefined;
  if (per_ms === undefined && (format !== undefined || !NUMBER.test(text))) return undefined;
  if (!/^-?\d{1,19}(\.\d+)?$/.test(text)) return `${JSON.stringify(text)} is not a number, which ${format} asks for`;
  const value = Number(text);
  const unit =
    per_ms ?? (value < 1e8 ? undefined : value < 1e11 ? 0.001 : value < 1e14 ? 1 : value < 1e17 ? 1_000 : 1_000_000);
  if (unit === undefined) return undefined;
  const ms = unit === 0.001 ? Math.floor(value * 1_000 + 0.0005) : Math.floor(value / unit);
  return Math.abs(ms) <= 8.64e15 ? ms : `${JSON.stringify(text)} is out of the range of times`;
}

/** Reads a form that leaves no doubt which part is which. The hour is -1 in a date without a time. */
function readKnownForm(text: string): WallTime | undefined {
  if (COMPACT.test(text)) return readByFormat(text, 'yyyyMMddHHmmss');
  const m = YEAR_FIRST.exec(text) ?? COMPACT_PARTS.exec(text);
  if (m)
    return {
      ...{ year: Number(m[1]), month: Number(m[3]), day: Number(m[4]) },
      ...{ hour: Number(m[5] ?? -1), minute: Number(m[6] ?? 0), second: Number(m[7] ?? 0) },
      ms: Number((m[8] ?? '').slice(0, 3).padEnd(3, '0')),
      ...(m[9] === undefined ? {} : { offset: m[9].replace(/^(?:UTC|GMT)(?=[+-])/i, '') }),
    };
  if (!/[A-Za-z]{2}/.test(text)) return undefined;
  for (const format of WORDED) {
    const wall = readByFormat(text, format);
    if (wall) return format.includes(':') ? wall : { ...wall, hour: -1 };
  }
  return undefined;
}

function whyUnread(text: string, format: string | undefined): string {
  const shown = JSON.stringify(text);
  if (format !== undefined) return `${shown} does not have the form ${format}; correct it, or change --time-format`;
  const sign = DAY_OR_MONTH_FIRST.exec(text)?.[1];
  if (sign !== undefined) {
    const [day_first, month_first] = ['dd/MM/yyyy', 'MM/dd/yyyy HH:mm'].map((form) => form.replaceAll('/', sign));
    return `${shown} does not say whether the day or the month comes first; name --time-format, such as ${day_first} or ${month_first}`;
  }
  const letters = ZONE_LETTERS.exec(text)?.[1];
  if (letters !== undefined && !/^[AP]M$/.test(letters))
    return `${shown} ends with ${letters}, which is no zone for sure; name its form with --time-format "yyyy-MM-dd HH:mm:ss '${letters}'", and its zone with --time-zone, such as America/New_York`;
  return `${shown} is not a known form of a time; write it as 2026-03-01T12:00:00Z, or name its form with --time-format`;
}

function dayOf({ year, month, day }: WallTime): number | undefined {
  const ms = Date.UTC(year, month - 1, day);
  const date = new Date(ms);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? ms / MS_PER_DAY : undefined;
}

function atInstant(text: string, wall: WallTime, time_zone: string | undefined): ReadTime | string {
  const day = dayOf(wall);
  const shown = JSON.stringify(text);
  if (day === undefined) return `${shown} is not a calendar date; check the month and the day`;
  const hour = Math.max(0, wall.hour);
  if (hour > 23 || wall.minute > 59 || wall.second > 60)
    return `${shown} is not a time of day; hours go to 23, minutes and seconds to 59`;
  const local =
    day * MS_PER_DAY + hour * MS_PER_HOUR + wall.minute * MS_PER_MINUTE + Math.min(wall.second, 59) * 1_000 + wall.ms;
  if (wall.offset !== undefined) {
    const zone = /^(z|utc|gmt)$/i.test(wall.offset) ? 'Z' : wall.offset;
    const instant = parseInstant(`${formatInstant(local).slice(0, -1)}${zone}`);
    return typeof instant === 'number' ? { text: formatInstant(instant) } : instant;
  }
  if (time_zone === undefined)
    return `${shown} has no zone; name the one of the file with --time-zone, such as Europe/Berlin or UTC`;
  const { instant, clock } = fromLocal(time_zone, local);
  return clock === undefined ? { text: formatInstant(instant) } : { text: formatInstant(instant), clock };
}

const QUARTER_MS = 15 * MS_PER_MINUTE;
const MAX_KEPT = 100_000;
/** The offset of each quarter of an hour that has only one, by zone. */
const offsets = new Map<string, Map<number, number>>();

/**
 * The instant at which the clocks of a zone show a local time (milliseconds since 1970 on that clock). A time that they show twice
 * is the first one; one that they skip counts from the offset before the gap, so it is as much later. That is what calendars do.
 */
export function fromLocal(time_zone: string, local_ms: number): { instant: number; clock?: 'twice' | 'never' } {
  if (time_zone === 'UTC') return { instant: local_ms };
  const kept = offsets.get(time_zone) ?? new Map<number, number>();
  offsets.set(time_zone, kept);
  const quarter = Math.floor(local_ms / QUARTER_MS);
  const known = kept.get(quarter);
  if (known !== undefined) return { instant: local_ms - known };
  const before = zoneOffsetMs(time_zone, local_ms - MS_PER_DAY);
  const after = zoneOffsetMs(time_zone, local_ms + MS_PER_DAY);
  if (before === after && zoneOffsetMs(time_zone, local_ms - before) === before) {
    if (kept.size >= MAX_KEPT) kept.clear();
    const starts = quarter * QUARTER_MS;
    const same = [starts, starts + QUARTER_MS].every((at) => zoneOffsetMs(time_zone, at - before) === before);
    if (same) kept.set(quarter, before);
    return { instant: local_ms - before };
  }
  const fits = [before, after].filter((offset) => zoneOffsetMs(time_zone, local_ms - offset) === offset);
  if (fits.length === 0) return { instant: local_ms - before, clock: 'never' };
  const instant = local_ms - fits[0]!;
  return fits.length === 2 && before !== after ? { instant, clock: 'twice' } : { instant };
}
