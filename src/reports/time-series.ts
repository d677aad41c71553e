/** Days, weeks and months of a period, so that a time series has no holes. */
import type { Plan } from '../attribution/plan.ts';
import { dayOf, formatDate, type WeekStart, weekStart } from '../domain/time.ts';
import { mapInTurns, WorkTurns } from '../warehouse/work-turns.ts';
import { formatMonth, type GroupKey, monthOf } from './groups.ts';

/** A longer period is not filled. */
const MAX_DAYS = 40_000;

/** A range of days; `until_day` is exclusive. */
export interface Days {
  from_day: number;
  until_day: number;
}

/** The calendar days of the period of a plan, in the zones of its brands. */
export function daysOf({ brands }: Plan): Days {
  return {
    from_day: Math.min(...brands.map(({ settings, start_ms }) => dayOf(settings.time_zone, start_ms))),
    until_day: Math.max(...brands.map(({ settings, end_ms }) => dayOf(settings.time_zone, end_ms - 1))) + 1,
  };
}

const TIMES: Readonly<Record<string, (day: number, first: WeekStart) => string>> = {
  day: (day) => formatDate(day),
  week: (day, first) => formatDate(weekStart(day, first)),
  month: (day) => formatMonth(monthOf(day)),
};

/**
 * The values of the keys about the time in a range of days, in order of time, for example `[['2026-03-01', '2026-03']]` for day
 * and month. Null if the range is too long. @param passes false for days that a filter leaves out.
 */
export async function timesOf(
  { from_day, until_day }: Days,
  keys: readonly GroupKey[],
  first: WeekStart,
  passes: (day: number) => boolean,
): Promise<string[][] | null> {
  if (until_day - from_day > MAX_DAYS) return null;
  const times = keys.filter(({ about }) => about === 'time').map(({ field }) => TIMES[field]!);
  const found = new Map<string, string[]>();
  const turns = new WorkTurns();
  for (let day = from_day; day < until_day; day++) {
    if (turns.ends()) await turns.next();
    if (!passes(day)) continue;
    const values = times.map((of) => of(day, first));
    found.set(values.join(), values);
  }
  return [...found.values()];
}

type Keys = ReadonlyArray<string | null>;

/**
 * The groups that a time series lacks: for each combination of the other keys, the times without a row. Null if there are more
 * than `room`.
 */
export async function missingTimes(
  rows: readonly Keys[],
  keys: readonly GroupKey[],
  times: readonly string[][],
  room: number,
): Promise<Array<Array<string | null>> | null> {
  const others = keys.flatMap(({ about }, i) => (about === 'time' ? [] : [i]));
  const nameOf = (values: Keys): string => JSON.stringify(others.map((i) => values[i]));
  const series = new Map<string, Keys>(await mapInTurns(rows, (values) => [nameOf(values), values] as const));
  // A series by time alone is there, also without any row.
  if (others.length === 0) series.set(nameOf([]), []);
  if (series.size * times.length > room + rows.length) return null;
  const known = new Set(await mapInTurns(rows, (values) => JSON.stringify(values)));
  const turns = new WorkTurns();
  const missing: Array<Array<string | null>> = [];
  for (const sample of series.values())
    for (const time of times) {
      if (turns.ends()) await turns.next();
      let next = 0;
      const values = keys.map(({ about }, i) => (about === 'time' ? time[next++]! : sample[i]!));
      if (!known.has(JSON.stringify(values))) missing.push(values);
    }
  return missing.length > room ? null : missing;
}
