/** How much an interval needs before it may be believed. */
import { type Metric, RATIO_METRICS, REFUND_METRICS } from '../../domain/experiment.ts';
import type { ArmFacts } from './read-arms.ts';

/**
 * `people` of each arm, `bearers` of both together, and of them so many that a mean or a ratio expects in the smaller arm if the arms are
 * alike. Bearers are the people who tell of a measure: who ordered, or for refunds who got one. The numbers are chosen, and then measured:
 * the intervals rest on the central limit theorem, and with so many they give no more false alarms than they should.
 * - `tributary experiments simulate --people 220 --looks 1` has 10 orders on average, and finds 2.6 % or fewer for every measure.
 * - A holdout of 1 % with 50 orders expects half of one in it: the conversion rate then leaves out 0 in 6.9 % of experiments without an
 *   effect (all outcomes added up by their chance), with one expected in 5.5 % or fewer.
 * - `--people 1000 --holdout 10% --looks 50` has 5 refunds. Without the bounds the refund rate left out 0 in 8 to 9 % at one look, and the
 *   always-valid interval in 7 to 10 %; with them no measure does in more than 4.8 %.
 */
export const LEAST = { people: 50, bearers: 10, expected: { mean: 1, ratio: 5 } };

/** What is read of an arm, or of one arm of several experiments together. */
export type Counted = Pick<ArmFacts, 'people' | 'refunded'> & { sums: Pick<ArmFacts['sums'], 'converted'> };

export const isAboutRefunds = (metric: Metric): boolean => REFUND_METRICS.includes(metric);
export const expectedOf = (metric: Metric): number => LEAST.expected[RATIO_METRICS.includes(metric) ? 'ratio' : 'mean'];

const bearersOf = ({ sums, refunded }: Counted, metric: Metric): number =>
  isAboutRefunds(metric) ? refunded : Number(sums.converted);

/** True if both arms have the people, and enough of them tell of the measure. */
export function hasEnough(control: Counted, arm: Counted, metric: Metric): boolean {
  return Math.min(control.people, arm.people) >= LEAST.people && hasBearers([control, arm], metric);
}

/** True if enough people tell of the measure, in both arms together and of them by the share of the smaller arm. */
export function hasBearers([a, b]: readonly [Counted, Counted], metric: Metric): boolean {
  return areEnough([a.people, b.people], bearersOf(a, metric) + bearersOf(b, metric), expectedOf(metric));
}

/** @param bearers of both groups; `expected` of them in the smaller one. */
export function areEnough([a, b]: readonly [number, number], bearers: number, expected: number): boolean {
  return bearers >= LEAST.bearers && (bearers * Math.min(a, b)) / (a + b) >= expected;
}

/** What a conclusion needs, in words. */
export function neededFor(metric: Metric): string {
  const who = isAboutRefunds(metric) ? 'who got a refund' : 'who ordered';
  const part = expectedOf(metric);
  return `${LEAST.people} people in each arm and ${LEAST.bearers} people ${who}; by the shares, at least ${part} of them in the smaller arm`;
}
