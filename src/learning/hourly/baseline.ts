/**
 * What is usual of a stream of hourly counts with a weekly rhythm: for each hour of the week a median over the past weeks, times the level
 * of the last days. Medians keep a holiday, an outage or an old incident out of it. Pure.
 */
import { anscombe, fromAnscombe, THIN_BELOW, thinBand, thinSurprise } from './surprise.ts';

export const HOURS_OF_DAY = 24;
export const HOURS_OF_WEEK = 168;
/** Weeks of history that count. */
export const MOST_WEEKS = 8;
/** With fewer weeks nothing is known to be usual. */
export const LEAST_WEEKS = 2;
/** A surprise below this is never told, however calm the past was. */
const LEAST_LOW_LIMIT = 2.7;
/** Hours of real streams are skewed to the right. */
const LEAST_HIGH_LIMIT = 3.2;
/** The same for the sum of a day. */
const LEAST_DAY_LIMIT = 4;
/** Of a sum of a day that is at least so small, hours alone say little. */
const LEAST_OF_DAY = 5;
/** What is to be told must be this much above what the past showed. */
const PAST_MARGIN = 1.15;
/** The most surprising days of the past were incidents themselves if they are this much above the others. They are at most this part. */
const INCIDENT_STEP = 1.5;
const MOST_INCIDENTS = 1 / 7;
const MOST_GROWTH = 0.1;
/** How far the level of an hour and of a day may be wrong, as a part of it: a stream that grows is ahead of the last days. */
const LEVEL_ERROR = 0.03;
const DAY_LEVEL_ERROR = 0.05;
/** A week below this part of the typical one was an outage, or before the start; it shows nothing. */
const LEAST_LEVEL = 0.2;
const KNOWN_HOURS_OF_DAY = 12;
/** The median absolute deviation of a normal variable, times this, is its standard deviation. */
const MAD_TO_SIGMA = 1.4826;

export interface HourlySeries {
  /** A value for each hour, oldest first; NaN where it is not known. */
  values: Float64Array;
  /** The hour of the week of each, from 0 to 167, by the clock of the brand. */
  slots: Uint8Array;
}

/** Why nothing can be judged, or the baseline. */
export type BaselineResult = Baseline | 'learning' | 'idle';

export interface Scored {
  expected: number;
  /** In standard errors of this stream; below zero for less than usual. */
  surprise: number;
  is_thin: boolean;
}

/** @param end the hours before this one are the history. */
export function baselineOf(series: HourlySeries, end: number): BaselineResult {
  const weeks = weeksOf(series, end);
  if (weeks === 'idle') return 'idle';
  if (weeks.usable.length < LEAST_WEEKS) return 'learning';
  return new Baseline(series, end, weeks);
}

interface Weeks {
  /** Numbers of the weeks that count, 0 for the newest. */
  usable: number[];
  /** The level of each week beside the typical one; NaN for weeks that do not count. */
  levels: Float64Array;
  /** The level of the last seven days, and what a week makes of it. */
  now: number;
  growth: number;
}

function weeksOf({ values }: HourlySeries, end: number): Weeks | 'idle' {
  const sums = daySums(values, end);
  const typical = Array.from({ length: 7 }, (_, day) => median(known(sums.map((week) => week[day]!))));
  if (!typical.some((sum) => sum > 0)) return sums.flat().some((sum) => sum > 0) ? { usable: [], levels: new Float64Array(0), now: 1, growth: 1 } : 'idle';
  const levels = new Float64Array(MOST_WEEKS).fill(Number.NaN);
  const usable: number[] = [];
  for (const [week, days] of sums.entries()) {
    const ratios = known(days.map((sum, day) => (typical[day]! > 0 ? sum / typical[day]! : Number.NaN)));
    if (ratios.length < 4) continue;
    const total = known(days).reduce((all, sum) => all + sum, 0);
    const level = soft(median(ratios), total);
    if (level < LEAST_LEVEL) continue;
    levels[week] = level;
    usable.push(week);
  }
  // A week that is not usable says that the stream has stopped, or that nothing is known of these days.
  const now = Number.isNaN(levels[0]!) ? (usable.length > 0 ? levels[usable[0]!]! : 1) : levels[0]!;
  return { usable, levels, now, growth: growthOf(usable, levels) };
}

/** The median growth from one week to the next. Fewer than three steps tell nothing, and nothing grows faster for long. */
function growthOf(usable: readonly number[], levels: Float64Array): number {
  const steps = usable.flatMap((week) => {
    const step = levels[week]! / (levels[week + 1] ?? Number.NaN);
    return Number.isNaN(step) ? [] : [step];
  });
  return steps.length < 3 ? 1 : Math.min(1 + MOST_GROWTH, Math.max(1 - MOST_GROWTH, median(steps)));
}

/** Draws a level towards 1 by its standard error, so that chance in thin streams does not look like growth. */
function soft(level: number, total: number): number {
  const error = Math.sqrt(Math.PI / 2 / Math.max(1, total));
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

export class Baseline {
  readonly weeks: number;
  /** What the level of the last days makes of the typical week. */
  private readonly level: number;
  private readonly growth: number;
  /** Values at the typical level, by hour of the week and then by week; NaN where they are not known. */
  private readonly table = new Float64Array(HOURS_OF_WEEK * MOST_WEEKS).fill(Number.NaN);
  private readonly usual = new Float64Array(HOURS_OF_WEEK);
  private readonly sigma: number;
  /** Variance / mean of small counts, with what not knowing their expectation adds. */
  private readonly thin_dispersion: number;
  private readonly estimation: number;
  private readonly day_dispersion: number;
  readonly limits: { low: number; high: number; day_low: number; day_high: number };

  constructor(
    series: HourlySeries,
    private readonly end: number,
    found: Weeks,
  ) {
    this.weeks = found.usable.length;
    this.level = found.now;
    this.growth = found.growth;
    const first = Math.max(0, end - MOST_WEEKS * HOURS_OF_WEEK);
    for (let hour = first; hour < end; hour++) {
      const week = Math.floor((end - 1 - hour) / HOURS_OF_WEEK);
      const level = found.levels[week]!;
      // The hour that a clock shows twice counts as it was the second time.
      this.table[series.slots[hour]! * MOST_WEEKS + week] = series.values[hour]! / level;
    }
    for (let slot = 0; slot < HOURS_OF_WEEK; slot++) this.usual[slot] = this.usualOf(slot, -1);
    const past = this.past(series, found.levels, first, end);
    this.sigma = Math.max(1, sigmaOf(past.large));
    // A thin expectation is a mean of three hours in each week.
    this.estimation = 1 / (3 * this.weeks);
    this.thin_dispersion = dispersionOf(past.thin) + this.estimation;
    const days = this.pastDays(series, found.levels, end);
    this.day_dispersion = dispersionOf(days);
    this.limits = this.limitsOf(past, days, first, end);
  }

  /** What is expected of an hour. */
  expectedAt({ slots }: HourlySeries, hour: number): number {
    // The level is that of the middle of the last week.
    const weeks = Math.min(2, (hour - this.end) / HOURS_OF_WEEK + 0.5);
    return this.usual[slots[hour]!]! * this.level * this.growth ** weeks;
  }

  score(series: HourlySeries, hour: number): Scored {
    return this.scored(series.values[hour]!, this.expectedAt(series, hour));
  }

  /** The surprise of the sum of the hours of one day up to `hour`; null where hours alone are enough, or where the day is not known. */
  scoreDay(series: HourlySeries, hour: number): (Scored & { value: number }) | null {
    let [value, expected] = [0, 0];
    for (let at = hour - HOURS_OF_DAY + 1; at <= hour; at++) {
      if (at < 0 || Number.isNaN(series.values[at]!)) return null;
      value += series.values[at]!;
      expected += this.expectedAt(series, at);
    }
    if (expected < LEAST_OF_DAY) return null;
    return { value, expected, surprise: this.daySurprise(value, expected), is_thin: expected < THIN_BELOW };
  }

  /** The values of an hour that are usual. */
  band(expected: number): { low: number; high: number } {
    const { low, high } = this.limits;
    if (expected < THIN_BELOW) {
      return {
        low: thinBand(expected, this.thin_dispersion, low).low,
        high: thinBand(expected, this.thin_dispersion, high).high,
      };
    }
    const middle = anscombe(expected);
    const error = this.errorOf(expected);
    return {
      low: Math.ceil(fromAnscombe(middle - low * error)),
      high: Math.floor(fromAnscombe(middle + high * error)),
    };
  }

  dayBand(expected: number): { low: number; high: number } {
    const error = Math.sqrt(this.dayDispersion(expected));
    const middle = anscombe(expected);
    const { day_low, day_high } = this.limits;
    return {
      low: Math.ceil(fromAnscombe(middle - day_low * error)),
      high: Math.floor(fromAnscombe(middle + day_high * error)),
    };
  }

  private scored(value: number, expected: number): Scored {
    if (expected < THIN_BELOW)
      return {
        expected,
        surprise: thinSurprise(value, expected, this.thin_dispersion),
        is_thin: true,
      };
    return { expected, surprise: (anscombe(value) - anscombe(expected)) / this.errorOf(expected), is_thin: false };
  }

  /** The standard error of an hour after the transform. */
  private errorOf(expected: number): number {
    return Math.sqrt(this.sigma ** 2 + expected * LEVEL_ERROR ** 2);
  }

  private dayDispersion(expected: number): number {
    return this.day_dispersion + this.estimation / 3 + expected * DAY_LEVEL_ERROR ** 2;
  }


  private daySurprise(value: number, expected: number): number {
    const dispersion = this.dayDispersion(expected);
    if (expected < 20 * THIN_BELOW) return thinSurprise(value, expected, dispersion);
    return (anscombe(value) - anscombe(expected)) / Math.sqrt(dispersion);
  }

  /** The typical value of an hour of the week. @param without a week that is left out; -1 for none. */
  private usualOf(slot: number, without: number): number {
    let length = this.gather(slot, without, 0);
    const middle = length === 0 ? 0 : medianOf(SCRATCH.subarray(0, length).sort());
    if (middle >= THIN_BELOW) return middle;
    // The median of small counts is coarse. The mean of the neighbours, too, without the largest value, is not.
    length = this.gather((slot + HOURS_OF_WEEK - 1) % HOURS_OF_WEEK, without, length);
    length = this.gather((slot + 1) % HOURS_OF_WEEK, without, length);
    if (length === 0) return 0;
    let [sum, largest, second] = [0, 0, 0];
    for (let i = 0; i < length; i++) {
      const value = SCRATCH[i]!;
      sum += value;
      if (value > largest) [largest, second] = [value, largest];
      else if (value > second) second = value;
    }
    // Half an event more, so that nothing is impossible because it was not seen yet (the prior of Jeffreys).
    return ((length > 2 ? sum - largest + second : sum) + 0.5) / length;
  }

  /** Puts the known values of an hour of the week behind the first `length` of the scratch. @returns how many are there then. */
  private gather(slot: number, without: number, length: number): number {
    let next = length;
    for (let week = 0; week < MOST_WEEKS; week++) {
      const value = this.table[slot * MOST_WEEKS + week]!;
      if (week !== without && !Number.isNaN(value)) SCRATCH[next++] = value;
    }
    return next;
  }

  /** Past hours beside what the other weeks would have said. */
  private past(
    { values, slots }: HourlySeries,
    levels: Float64Array,
    first: number,
    end: number,
  ): { large: Residual[]; thin: Residual[] } {
    const large: Residual[] = [];
    const thin: Residual[] = [];
    for (let hour = first; hour < end; hour++) {
      const week = Math.floor((end - 1 - hour) / HOURS_OF_WEEK);
      const level = levels[week]!;
      const value = values[hour]!;
      if (Number.isNaN(level) || Number.isNaN(value)) continue;
      const expected = this.usualOf(slots[hour]!, week) * level;
      (expected < THIN_BELOW ? thin : large).push({ hour, value, expected });
    }
    return { large, thin };
  }

  /** Sums of past days beside what is typical of them. */
  private pastDays({ values, slots }: HourlySeries, levels: Float64Array, end: number): Residual[] {
    const days: Residual[] = [];
    for (let until = end; until - HOURS_OF_DAY >= 0 && until > end - MOST_WEEKS * HOURS_OF_WEEK; until -= HOURS_OF_DAY) {
      let [value, expected, is_known] = [0, 0, true];
      for (let hour = until - HOURS_OF_DAY; hour < until; hour++) {
        const level = levels[Math.floor((end - 1 - hour) / HOURS_OF_WEEK)]!;
        is_known &&= !Number.isNaN(level) && !Number.isNaN(values[hour]!);
        value += values[hour]!;
        expected += this.usual[slots[hour]!]! * level;
      }
      if (is_known && expected > 0) days.push({ hour: until - 1, value, expected });
    }
    return days;
  }

  /** How surprising the past was itself: what is told must be more surprising than that. */
  private limitsOf(past: { large: Residual[]; thin: Residual[] }, days: Residual[], first: number, end: number) {
    const surprises = new Float64Array(end - first).fill(Number.NaN);
    for (const { hour, value, expected } of [...past.large, ...past.thin])
      surprises[hour - first] = this.scored(value, expected).surprise;
    const low: number[] = [];
    const high: number[] = [];
    for (let from = 0; from < surprises.length; from += HOURS_OF_DAY) {
      let [lowest, highest] = [0, 0];
      for (let at = Math.max(1, from); at < Math.min(from + HOURS_OF_DAY, surprises.length); at++) {
        const pair = [surprises[at - 1]!, surprises[at]!] as const;
        if (Number.isNaN(pair[0]) || Number.isNaN(pair[1])) continue;
        lowest = Math.min(lowest, Math.max(...pair));
        highest = Math.max(highest, Math.min(...pair));
      }
      low.push(-lowest);
      high.push(highest);
    }
    const of_days = days.map(({ value, expected }) => this.daySurprise(value, expected));
    return {
      low: limitOf(low, LEAST_LOW_LIMIT),
      high: limitOf(high, LEAST_HIGH_LIMIT),
      day_low: limitOf(
        of_days.map((surprise) => -surprise),
        LEAST_DAY_LIMIT,
      ),
      day_high: limitOf(of_days, LEAST_DAY_LIMIT),
    };
  }
}

interface Residual {
  hour: number;
  value: number;
  expected: number;
}

/** The limit that the days of the past leave. Few days that are far above the others were incidents, and do not count. */
function limitOf(surprises: readonly number[], least: number): number {
  const sorted = [...surprises].sort((a, b) => b - a);
  let skipped = 0;
  for (let i = 1; i <= sorted.length * MOST_INCIDENTS; i++)
    if (sorted[i - 1]! > INCIDENT_STEP * Math.max(sorted[i]!, least / PAST_MARGIN)) skipped = i;
  return Math.max(least, PAST_MARGIN * (sorted[skipped] ?? 0));
}

function sigmaOf(residuals: readonly Residual[]): number {
  if (residuals.length === 0) return 1;
  const sizes = residuals.map(({ value, expected }) => Math.abs(anscombe(value) - anscombe(expected)));
  return MAD_TO_SIGMA * median(sizes);
}

/** Variance / mean, at least 1. The largest part of the deviations does not count. */
function dispersionOf(residuals: readonly Residual[]): number {
  const CUT = 0.01;
  const squares = residuals.map(({ value, expected }) => (value - expected) ** 2).sort((a, b) => a - b);
  const kept = Math.floor(squares.length * (1 - CUT));
  const sum = squares.slice(0, kept).reduce((all, square) => all + square, 0);
  const expected = residuals.reduce((all, residual) => all + residual.expected, 0);
  return expected === 0 ? 1 : Math.max(1, sum / expected);
}

const known = (values: readonly number[]): number[] => values.filter((value) => !Number.isNaN(value));

/** Values of three hours of the week. */
const SCRATCH = new Float64Array(3 * MOST_WEEKS);

/** NaN for no values. */
const median = (values: readonly number[]): number => medianOf(Float64Array.from(values).sort());

function medianOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
