/** What is usual: how often people are touched and order, and how much they differ in that. */
import { MS_PER_DAY } from '../../domain/time.ts';
import { type Histories, peopleOf } from './histories.ts';

/** Shapes of rates over people, from very unequal to all alike. */
const LEAST_SHAPE = 0.2;
const MOST_SHAPE = 1_000;

/** How often something happens to people: per day in the mean, with a gamma distribution of that shape over people. */
export interface UsualRate {
  readonly per_day: number;
  readonly shape: number;
}

/**
 * How often people are touched by each group, all groups together, and order: the mean, and how much people differ. With
 * rates that are gamma distributed over people, counts n in d days have mean m d and variance m d + (m d)^2 / k; k is the
 * estimate by moments (Johnson, Kemp and Kotz, Univariate Discrete Distributions, section 5.8).
 */
export function usualRates(histories: Histories, groups: number, group_of: readonly number[]): UsualRate[] {
  const kinds = groups + 2;
  const totals = new Float64Array(kinds);
  const counts = new Float64Array(kinds);
  const people = peopleOf(histories);
  const days = Float64Array.from(histories.first_ms, (at) => Math.max(0, histories.end_ms - at) / MS_PER_DAY);
  const count = (p: number) => {
    counts.fill(0);
    for (let i = histories.touch_offsets[p]!; i < histories.touch_offsets[p + 1]!; i++)
      counts[group_of[histories.touch_state[i]!]!]!++;
    counts[groups] = histories.touch_offsets[p + 1]! - histories.touch_offsets[p]!;
    counts[groups + 1] = histories.order_offsets[p + 1]! - histories.order_offsets[p]!;
  };
  for (let p = 0; p < people; p++) {
    count(p);
    for (let kind = 0; kind < kinds; kind++) totals[kind]! += counts[kind]!;
  }
  const all_days = days.reduce((sum, value) => sum + value, 1);
  // One is added, so that no rate is 0.
  const per_day = Array.from(totals, (total) => (total + 1) / all_days);
  const squares = new Float64Array(kinds);
  const excess = new Float64Array(kinds);
  for (let p = 0; p < people; p++) {
    count(p);
    for (let kind = 0; kind < kinds; kind++) {
      const expected = per_day[kind]! * days[p]!;
      squares[kind]! += expected ** 2;
      excess[kind]! += (counts[kind]! - expected) ** 2 - expected;
    }
  }
  return per_day.map((rate, kind) => ({
    per_day: rate,
    shape: Math.min(MOST_SHAPE, Math.max(LEAST_SHAPE, squares[kind]! / Math.max(excess[kind]!, 1e-9))),
  }));
}

/** The logarithm of a person's expected rate, given their count in so many days, over the mean rate. */
export function logRate(count: number, days: number, { per_day, shape }: UsualRate): number {
  return Math.log((count + shape) / (per_day * days + shape));
}
