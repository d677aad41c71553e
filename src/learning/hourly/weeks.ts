/** The past weeks of a stream: which of them count, their levels, and how the stream grows. */
import { median } from './median.ts';

export const HOURS_OF_DAY = 24;
export const HOURS_OF_WEEK = 168;
/** Weeks of history that count. */
export const MOST_WEEKS = 8;
/** A week below this part of the typical one was an outage, or before the start; it shows nothing. */
const LEAST_LEVEL = 0.2;
const KNOWN_HOURS_OF_DAY = 12;
const MOST_GROWTH = 0.1;

export interface HourlySeries {
  /** A value for each hour, oldest first; NaN where it is not known. */
  values: Float64Array;
  /** The hour of the week of each, from 0 to 167, by the clock of the brand. */
  slots: Uint8Array;
}

export interface Weeks {
  /** Numbers of the weeks that count, 0 for the newest. */
  usable: number[];
  /** The level of each week beside the typical one; NaN for weeks that do not count. */
  levels: Float64Array;
  /** The level of the last seven days, and what a week makes of it. */
  now: number;
  growth: number;
}

/** The weeks before `end`; `idle` where nothing comes at all. */
export function weeksOf({ values }: HourlySeries, end: number): Weeks | 'idle' {
  const sums = daySums(values, end);
  const typical = Array.from({ length: 7 }, (_, day) => median(known(sums.map((week) => week[day]!))));
  if (!typical.some((sum) => sum > 0))
    return sums.flat().some((sum) => sum > 0) ? { usable: [], levels: new Float64Array(0), now: 1, growth: 1 } : 'idle';
  const levels = new Float64Array(MOST_WEEKS).fill(Number.NaN);
  const usable: number[] = [];
  const found: Array<number | undefined> = [];
  const weekly = known(typical).reduce((all, sum) => all + sum, 0);
  for (const [week, days] of sums.entries()) {
    const ratios = known(days.map((sum, day) => (typical[day]! > 0 ? sum / typical[day]! : Number.NaN)));
    if (ratios.length < 4) continue;
    const middle = median(ratios);
    const level = middle < LEAST_LEVEL ? middle : soft(middle, weekly);
    found[week] = level;
    if (level < LEAST_LEVEL) continue;
    levels[week] = level;
    usable.push(week);
  }
  return { usable, levels, now: levelNow(found, levels, usable), growth: growthOf(usable, levels) };
}

/** One week at a low level was an outage. Two are the new level. */
function levelNow(found: readonly (number | undefined)[], levels: Float64Array, usable: readonly number[]): number {
  const [newest, before] = found;
  if (newest !== undefined && (newest >= LEAST_LEVEL || (before !== undefined && before < LEAST_LEVEL))) return newest;
  return usable.length > 0 ? levels[usable[0]!]! : 1;
}

/** The median growth from one week to the next. Fewer than three steps tell nothing, and nothing grows faster for long. */
function growthOf(usable: readonly number[], levels: Float64Array): number {
  const steps = usable.flatMap((week) => {
    const step = levels[week]! / (levels[week + 1] ?? Number.NaN);
    return Number.isNaN(step) ? [] : [step];
  });
  return steps.length < 3 ? 1 : Math.min(1 + MOST_GROWTH, Math.max(1 - MOST_GROWTH, median(steps)));
}

/** Draws a level towards 1 by its standard error, so that chance in thin streams does not look like growth. @param weekly events of a typical week. */
function soft(level: number, weekly: number): number {
  const error = Math.sqrt(Math.PI / 2 / Math.max(1, weekly));
  return level > 1 ? Math.max(1, level - error) : Math.min(1, level + error);
}

/** Sums of whole days back from the end, by week; NaN for a day of which too little is known. */
function daySums(values: Float64Array, end: number): number[][] {
  return Array.from({ length: MOST_WEEKS }, (_, week) =>
    Array.from({ length: 7 }, (_, day) => {
      const until = end - week * HOURS_OF_WEEK - day * HOURS_OF_DAY;
      let hours = 0;
      let sum = 0;
      for (let hour = Math.max(0, until - HOURS_OF_DAY); hour < until; hour++)
        if (!Number.isNaN(values[hour]!)) {
          hours++;
          sum += values[hour]!;
        }
      return hours < KNOWN_HOURS_OF_DAY ? Number.NaN : (sum * HOURS_OF_DAY) / hours;
    }),
  );
}

const known = (values: readonly number[]): number[] => values.filter((value) => !Number.isNaN(value));
