/**
 * What is usual of a stream of hourly counts with a weekly rhythm: for each hour of the week a median over the past weeks, times the level
 * of the last days. Medians keep a holiday, an outage or an old incident out of it. Pure.
 */
import { dispersionOf, limitOf, type Residual, sigmaOf } from './limits.ts';
import { medianOf } from './median.ts';
import { anscombe, fromAnscombe, THIN_BELOW, thinBand, thinSurprise } from './surprise.ts';
import { HOURS_OF_DAY, HOURS_OF_WEEK, type HourlySeries, MOST_WEEKS, type Weeks, weeksOf } from './weeks.ts';

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
/** How far the level of an hour and of a day may be wrong, as a part of it: a stream that grows is ahead of the last days. */
const LEVEL_ERROR = 0.03;
const DAY_LEVEL_ERROR = 0.05;

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
  const first = series.values.findIndex((value) => !Number.isNaN(value));
  if (first === -1 || end - first < LEAST_WEEKS * HOURS_OF_WEEK) return 'learning';
  const weeks = weeksOf(series, end);
  if (weeks === 'idle') return 'idle';
  if (weeks.usable.length < LEAST_WEEKS) return 'learning';
  return new Baseline(series, end, weeks);
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
    const days = this.pastDays(series, found.levels, first, end);
    this.day_dispersion = dispersionOf(days.filter(({ hour }) => (end - 1 - hour) % HOURS_OF_DAY === 0));
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

  /** Sums of 24 hours up to each past hour, beside what is typical of them, oldest first. */
  private pastDays({ values, slots }: HourlySeries, levels: Float64Array, first: number, end: number): Residual[] {
    const days: Residual[] = [];
    let [value, expected, known_hours] = [0, 0, 0];
    const usualAt = (hour: number): number =>
      this.usual[slots[hour]!]! * levels[Math.floor((end - 1 - hour) / HOURS_OF_WEEK)]!;
    for (let hour = first; hour < end; hour++) {
      const usual = usualAt(hour);
      if (Number.isNaN(usual) || Number.isNaN(values[hour]!)) {
        [value, expected, known_hours] = [0, 0, 0];
        continue;
      }
      value += values[hour]!;
      expected += usual;
      known_hours++;
      if (known_hours > HOURS_OF_DAY) {
        value -= values[hour - HOURS_OF_DAY]!;
        expected -= usualAt(hour - HOURS_OF_DAY);
      }
      if (known_hours >= HOURS_OF_DAY && expected > 1e-6) days.push({ hour, value, expected });
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
    const day_low = new Array<number>(low.length).fill(0);
    const day_high = new Array<number>(low.length).fill(0);
    for (const { hour, value, expected } of days) {
      const surprise = this.daySurprise(value, expected);
      const day = Math.floor((hour - first) / HOURS_OF_DAY);
      day_low[day] = Math.max(day_low[day]!, -surprise);
      day_high[day] = Math.max(day_high[day]!, surprise);
    }
    return {
      low: limitOf(low, LEAST_LOW_LIMIT),
      high: limitOf(high, LEAST_HIGH_LIMIT),
      day_low: limitOf(day_low, LEAST_DAY_LIMIT),
      day_high: limitOf(day_high, LEAST_DAY_LIMIT),
    };
  }
}

/** Values of three hours of the week. */
const SCRATCH = new Float64Array(3 * MOST_WEEKS);
