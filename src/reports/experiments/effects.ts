/** What an arm brought more than the control, by each measure: fixed, always-valid, Bayesian and adjusted intervals. */
import { type Design, type Metric, SHARE_PARTS } from '../../domain/experiment.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import { Random } from '../../domain/random.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import { alwaysValid } from '../../learning/always-valid.ts';
import type { Interval } from '../../learning/bootstrap.ts';
import { normalBound } from '../../learning/distributions.ts';
import {
  adjustedMeans,
  type Difference,
  differenceOf,
  type Estimate,
  meanOf,
  ratioOf,
  relative,
} from '../../learning/moments.ts';
import { newcombe, type Posterior, pooledChance, posteriorDifference, type Rate } from '../../learning/two-rates.ts';
import { hasBearers, isAboutRefunds } from './enough.ts';
import { type ArmFacts, type Measure, placeOf } from './read-arms.ts';

/** Draws of the Bayesian interval. */
const DRAWS = 10_000;

/** How each metric follows from the measures of people: a mean, or a ratio of two sums. */
const SOURCES: Record<Metric, { upper: Measure; lower: Measure | null; is_money: boolean; more_is_better: boolean }> = {
  conversion_rate: { upper: 'converted', lower: null, is_money: false, more_is_better: true },
  orders: { upper: 'orders', lower: null, is_money: false, more_is_better: true },
  net_revenue: { upper: 'net', lower: null, is_money: true, more_is_better: true },
  refunds: { upper: 'refunds', lower: null, is_money: true, more_is_better: false },
  average_order_value: { upper: 'net', lower: 'orders', is_money: true, more_is_better: true },
  refund_rate: { upper: 'refunds', lower: 'gross', is_money: false, more_is_better: false },
};

/** What people spent or got back, which needs a rate where an order has another currency than the report. */
const MONEY: readonly Measure[] = ['gross', 'refunds', 'net'];
const isOfMoney = (metric: Metric): boolean => MONEY.includes(SOURCES[metric].upper);

/** False for a measure of money where an order that counts in one of the arms has no exchange rate. */
export const isPriced = (arms: readonly Pick<ArmFacts, 'unpriced'>[], metric: Metric): boolean =>
  !isOfMoney(metric) || arms.every(({ unpriced }) => unpriced === 0);

export const moreIsBetter = (metric: Metric): boolean => SOURCES[metric].more_is_better;

export interface Effect {
  arm: string;
  metric: Metric;
  control: number;
  treated: number;
  fixed: Difference;
  always_valid: Interval;
  relative: { lift: number; interval: Interval } | null;
  /** Of conversion rates only. */
  posterior: Posterior | null;
  /** Of means only, explained by the revenue before the assignment. Null where a rate of that is missing. */
  adjusted: (Difference & { variance_reduction: number }) | null;
}

export interface Looking {
  design: Design;
  /** The chance of a false alarm of one comparison. */
  alpha: number;
}

/** With several arms beside the control, each comparison gets its part of the chance of a false alarm (Bonferroni). */
export const alphaOf = ({ alpha, arms }: Design): number => alpha / (arms.length - 1);

/** The value of a metric in units: of the currency, or as it is. Null where it has none, or an exchange rate is missing. */
export function estimateOf(arm: ArmFacts, metric: Metric): Estimate | null {
  const { moments, sums } = arm;
  const { upper, lower, is_money } = SOURCES[metric];
  if (moments.units < 2 || !isPriced([arm], metric)) return null;
  const found =
    lower === null
      ? meanOf(moments, placeOf(upper))
      : ratioOf(moments, placeOf(upper), placeOf(lower), Number(sums.converted));
  return found === null ? null : inUnits(found, is_money);
}

function inUnits({ mean, variance, units }: Estimate, is_money: boolean): Estimate {
  const scale = is_money ? MICROS_PER_UNIT : 1;
  return { mean: mean / scale, variance: variance / scale ** 2, units };
}

/**
 * The effect of an arm, or null where it or the control has no value of the metric. It is also null where people do not differ at all, such
 * as before the first order: an interval from 0 to 0 would promise that there is no effect. Refunds are rarer than orders, so their
 * intervals are shown only where they would be believed.
 */
export function effectOf(
  control: ArmFacts,
  treated: ArmFacts,
  metric: Metric,
  { design, alpha }: Looking,
): Effect | null {
  const compared = comparedOf(control, treated, metric, alpha);
  if (compared === null) return null;
  const { before, after, by_means } = compared;
  if (isAboutRefunds(metric) && !hasBearers([control, treated], metric)) return null;
  if (by_means.variance === 0) return null;
  const rates = metric === 'conversion_rate' ? ([rateOf(control), rateOf(treated)] as const) : null;
  const fixed =
    rates === null
      ? by_means
      : { ...by_means, interval: newcombe(...rates, normalBound(alpha)), chance: pooledChance(...rates) };
  const share = shareOf([control, treated], design);
  return {
    arm: treated.arm,
    metric,
    control: before.mean,
    treated: after.mean,
    fixed,
    always_valid: alwaysValid(fixed.difference, fixed.variance, share, alpha),
    relative: relative(before, after, normalBound(alpha)),
    posterior: rates === null ? null : posteriorDifference(...rates, alpha, DRAWS, new Random(1, 'experiment')),
    adjusted: adjustedOf(control, treated, metric, alpha),
  };
}

/** The values of two arms and their difference, or null where one has no value of the metric. */
export function comparedOf(
  control: ArmFacts,
  treated: ArmFacts,
  metric: Metric,
  alpha: number,
): { before: Estimate; after: Estimate; by_means: Difference } | null {
  const [before, after] = [estimateOf(control, metric), estimateOf(treated, metric)];
  return before === null || after === null ? null : { before, after, by_means: differenceOf(before, after, alpha) };
}

/** The least share of the plan, so that an interval at the first instant is wide and not without end. */
const LEAST_SHARE = 1e-6;

/**
 * How much of the planned information on two arms there is: the days that orders of their people counted so far, as a part of those of all
 * planned people. People alone are not enough: of a list that is assigned at once all people are there at the first look, and their orders
 * come one after the other.
 */
export function shareOf(both: readonly [ArmFacts, ArmFacts], design: Design): number {
  const observed = both.reduce((sum, { observed_ms }) => sum + observed_ms, 0);
  return Math.max(LEAST_SHARE, observed / plannedMs(design, [both[0].arm, both[1].arm]));
}

/** The time that orders are to count for the planned people of some arms, added up over people. */
export function plannedMs({ arms, planned_people, window_days, start_ms, end_ms }: Design, names: string[]): number {
  const parts = arms.filter(({ name }) => names.includes(name)).reduce((sum, one) => sum + one.parts, 0);
  const each = Math.min(end_ms - start_ms, window_days === null ? Number.POSITIVE_INFINITY : window_days * MS_PER_DAY);
  return ((planned_people * parts) / SHARE_PARTS) * each;
}

const rateOf = ({ people, sums }: ArmFacts): Rate => ({ successes: Number(sums.converted), trials: people });

function adjustedOf(control: ArmFacts, treated: ArmFacts, metric: Metric, alpha: number): Effect['adjusted'] {
  const { upper, lower, is_money } = SOURCES[metric];
  if (lower !== null || control.unpriced_before + treated.unpriced_before > 0) return null;
  const { means, variance_reduction } = adjustedMeans(
    [control.moments, treated.moments],
    placeOf(upper),
    placeOf('before'),
  );
  return { ...differenceOf(inUnits(means[0], is_money), inUnits(means[1], is_money), alpha), variance_reduction };
}
