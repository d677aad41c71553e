/** Usual rates: how often people are touched and order, and how much people differ in that. */
import { MS_PER_DAY } from '../../domain/time.ts';
import { type Histories, peopleOf } from './histories.ts';

/** Bounds of the gamma shape: below, people differ very much; above, they are all alike. */
const LEAST_SHAPE = 0.2;
const MOST_SHAPE = 1_000;

/** The rate of an event: its mean per day over people, and the shape of its gamma distribution over people. */
export interface UsualRate {
  readonly per_day: number;
  readonly shape: number;
}

/**
 * The rates of touches of each group, of all touches, and of orders. If rates are gamma distributed over people, counts n in d
 * days have mean m d and variance m d + (m d)^2 / k. The shape k is estimated by moments (Johnson, Kemp and Kotz, Univariate Discrete Distributions, section 5.8).
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
  // Adding 1 keeps every rate above 0.
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

/** The logarithm of a person's expected rate, given their count in that many days, divided by the mean rate. */
export function logRate(count: number, days: number, { per_day, shape }: UsualRate): number {
  return Math.log((count + shape) / (per_day * days + shape));
}
