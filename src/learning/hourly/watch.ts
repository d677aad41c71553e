/** Watches a stream hour by hour: an alarm begins after two unusual hours in a row, or an unusual day of a thin stream, and ends when it is usual again. Pure. */
import { type BaselineResult, baselineOf } from './baseline.ts';
import { HOURS_OF_DAY, HOURS_OF_WEEK, type HourlySeries } from './weeks.ts';

/** An alarm ends after so many usual hours in a row. */
const USUAL_HOURS = 3;
/** An alarm about a day ends when the surprise of the day is below this. */
const CALM_DAY = 2;
/** What lasts so long is taken as usual. */
export const ACCEPTED_AFTER_HOURS = 2 * HOURS_OF_WEEK;

export type Direction = 'low' | 'high';

/** An alarm that has begun. */
export interface Alarm {
  direction: Direction;
  /** `hours` or `day`: what was unusual. */
  over: 'hours' | 'day';
  /** The first unusual hour. */
  since: number;
  /** Usual hours in a row up to now. */
  calm: number;
}

/** What is known of a stream up to an hour. */
export interface WatchState {
  alarm: Alarm | null;
  /** Up to this hour the sum of a day still holds hours of an alarm that is over, so it is not judged. */
  rest_until: number;
}
export const CALM: WatchState = { alarm: null, rest_until: 0 };

export interface Watched extends WatchState {
  /** `learning`: less than two weeks are known. `idle`: nothing comes. `unknown`: the hour is not known. */
  status: 'learning' | 'idle' | 'unknown' | 'usual' | 'unusual';
  /** What this hour changed. */
  change: 'began' | 'ended' | 'accepted' | null;
  /** What was looked at: the value of the hour or of the day, and what is usual of it; null if nothing could be judged. */
  seen: { over: 'hours' | 'day'; value: number; expected: number; low: number; high: number } | null;
}

/** Baselines by the end of their history: it is at the end of a day, so hours of a day share one. */
export type KnownBaselines = Map<number, BaselineResult>;

/** @param before what is known up to the hour before. @param baselines kept between the hours of one series. */
export function watchHour(
  series: HourlySeries,
  hour: number,
  before: WatchState,
  baselines: KnownBaselines = new Map(),
): Watched {
  const { alarm, rest_until } = before;
  const same = { alarm, rest_until };
  const over = { alarm: null, rest_until: hour + HOURS_OF_DAY };
  // What is unusual must not become usual by itself, so the history ends where an alarm begins.
  const end = Math.floor((alarm?.since ?? hour - 1) / HOURS_OF_DAY) * HOURS_OF_DAY;
  const baseline = baselines.get(end) ?? baselineOf(series, end);
  baselines.set(end, baseline);
  if (typeof baseline === 'string')
    return { status: baseline, alarm: null, rest_until, change: alarm === null ? null : 'ended', seen: null };
  if (Number.isNaN(series.values[hour]!)) return { status: 'unknown', ...same, change: null, seen: null };
  if (alarm !== null && hour - alarm.since >= ACCEPTED_AFTER_HOURS)
    return { status: 'usual', ...over, change: 'accepted', seen: null };
  const now = baseline.score(series, hour);
  const of_hour = {
    over: 'hours' as const,
    value: series.values[hour]!,
    expected: now.expected,
    ...baseline.band(now.expected),
  };
  const { limits } = baseline;
  const beyond = (surprise: number): Direction | null =>
    surprise <= -limits.low ? 'low' : surprise >= limits.high ? 'high' : null;
  const direction = beyond(now.surprise);
  const day = baseline.scoreDay(series, hour);
  const of_day =
    day === null
      ? null
      : { over: 'day' as const, value: day.value, expected: day.expected, ...baseline.dayBand(day.expected) };
  if (alarm !== null) {
    const is_calm =
      alarm.over === 'hours' ? direction !== alarm.direction : day !== null && Math.abs(day.surprise) < CALM_DAY;
    const calm = is_calm ? alarm.calm + 1 : 0;
    const seen = alarm.over === 'day' ? of_day : of_hour;
    if (calm >= USUAL_HOURS) return { status: 'usual', ...over, change: 'ended', seen };
    return { status: is_calm ? 'usual' : 'unusual', alarm: { ...alarm, calm }, rest_until, change: null, seen };
  }
  const last =
    hour > 0 && !Number.isNaN(series.values[hour - 1]!) ? beyond(baseline.score(series, hour - 1).surprise) : null;
  if (direction !== null && direction === last)
    return {
      status: 'unusual',
      alarm: { direction, over: 'hours', since: hour - 1, calm: 0 },
      rest_until,
      change: 'began',
      seen: of_hour,
    };
  if (day !== null && hour > rest_until && (day.surprise <= -limits.day_low || day.surprise >= limits.day_high)) {
    const of = day.surprise < 0 ? 'low' : 'high';
    return {
      status: 'unusual',
      alarm: { direction: of, over: 'day', since: hour - HOURS_OF_DAY + 1, calm: 0 },
      rest_until,
      change: 'began',
      seen: of_day,
    };
  }
  return { status: direction === null ? 'usual' : 'unusual', ...same, change: null, seen: of_hour };
}
