/**
 * Calibrates the totals of a fit by holdouts. A fit errs in two ways: one factor for all channels, since intent that leaves no sign makes
 * people both click and order, and an error of each channel's own. So what a channel really brings is normal around the claim times a
 * common factor, and the factor is normal around 1. Experiments measure it with their variances. The posterior has a closed form.
 * docs/semantics.md 27.
 */
import { Random } from '../../domain/random.ts';
import { type Interval, middleOf } from '../../learning/bootstrap.ts';
import { normalBound } from '../../learning/distributions.ts';
import { sharesOf } from './totals.ts';

/** What an experiment says of a channel, for the period of a fit. */
export interface HoldoutLift {
  readonly experiment_id: string;
  readonly analysis_version: string;
  readonly as_of: string;
  readonly channel: string;
  /** Orders that the channel caused in the period of the fit, and the standard error. */
  readonly orders: number;
  readonly standard_error: number;
}

/** What a fit claims for a channel: a part of all orders, with its interval where there are draws. */
export interface Claimed {
  readonly channel: string;
  readonly incremental: number;
  readonly incremental_low?: number;
  readonly incremental_high?: number;
  /**
   * The part of all orders that the fit says would be missing without this channel alone, which is what a holdout measures. It differs
   * from `incremental` where channels work together. Left out: they are the same.
   */
  readonly alone?: number;
}

export interface CalibratedTotal {
  readonly channel: string;
  /** Orders that the channel caused, at least 0. */
  readonly orders: number;
  readonly orders_interval: Interval;
  readonly share: number;
  readonly share_interval: Interval;
}

export interface Calibrated {
  readonly totals: readonly CalibratedTotal[];
  /** What all claims are multiplied by before each holdout corrects its own channel; 1 without holdouts. */
  readonly common_factor: number;
  readonly fraction: number;
  readonly fraction_interval: Interval;
}

/**
 * The standard deviation of a channel's own error beside what draws show: the root of the sum of squares of a part of all orders and a part
 * of the claim. Twice or half of each changes the error of shares on confounded worlds by about a tenth at most (seeds 1 to 5).
 */
export const MODEL_ERROR = 0.0075;
export const CLAIM_ERROR = 0.2;
/** The standard deviation of the common factor around 1. */
export const COMMON_ERROR = 0.3;
/** Credit of a channel is at most this many times what is lost without it alone, and at least one of so many parts. */
const MOST_TOGETHER = 2;
const DRAWS = 1_000;

interface Channel {
  /** Orders that the fit says are lost without the channel alone, and the variance of its own error. */
  readonly claimed: number;
  readonly variance: number;
  /** Orders by the channel's experiments, and their precision; 0 and 0 without any. */
  readonly measured: number;
  readonly precision: number;
  /** Credit for each order that is lost without the channel alone. */
  readonly credit: number;
}

interface Normal {
  readonly mean: number;
  readonly variance: number;
}

/**
 * The totals after the holdouts. Holdouts of a channel that the fit does not know change nothing.
 * @param orders all orders of the period. @param level of the intervals of the claims and of the answer.
 */
export function calibrateTotals(
  claims: readonly Claimed[],
  holdouts: readonly HoldoutLift[],
  { orders, level, seed }: { orders: number; level: number; seed: number },
): Calibrated {
  const channels = claims.map((claim) => channelOf(claim, holdouts, { orders, level }));
  const factor = commonFactor(channels);
  const means = Float64Array.from(channels, (one) => creditOf(one, givenFactor(one, factor.mean).mean));
  const random = new Random(seed, 'calibrated totals');
  const drawn = Array.from({ length: DRAWS }, () => {
    const common = random.normal(factor.mean, Math.sqrt(factor.variance));
    return Float64Array.from(channels, (one) => {
      const { mean, variance } = givenFactor(one, common);
      return creditOf(one, random.normal(mean, Math.sqrt(variance)));
    });
  });
  const shares = sharesOf(means);
  const drawn_shares = drawn.map(sharesOf);
  const partOf = (values: Float64Array): number => Math.min(1, values.reduce((a, b) => a + b, 0) / orders);
  const middle = (values: readonly Float64Array[], c: number): Interval =>
    middleOf(
      values.map((one) => one[c]!),
      level,
    );
  return {
    totals: claims.map(({ channel }, c) => ({
      channel,
      orders: means[c]!,
      orders_interval: middle(drawn, c),
      share: shares[c]!,
      share_interval: middle(drawn_shares, c),
    })),
    common_factor: factor.mean,
    fraction: partOf(means),
    fraction_interval: middleOf(drawn.map(partOf), level),
  };
}

function channelOf(
  { channel, incremental, incremental_low = incremental, incremental_high = incremental, alone = incremental }: Claimed,
  holdouts: readonly HoldoutLift[],
  { orders, level }: { orders: number; level: number },
): Channel {
  const credit =
    alone > 0 && incremental > 0 ? Math.min(MOST_TOGETHER, Math.max(1 / MOST_TOGETHER, incremental / alone)) : 1;
  const lost = incremental / credit;
  const of_draws = (incremental_high - incremental_low) / 2 / normalBound(1 - level) / credit;
  const own = holdouts.filter((one) => one.channel === channel);
  const precisions = own.map(({ standard_error }) => 1 / standard_error ** 2);
  const precision = precisions.reduce((a, b) => a + b, 0);
  const weighed = own.reduce((sum, one, i) => sum + one.orders * precisions[i]!, 0);
  return {
    claimed: lost * orders,
    variance: orders ** 2 * (of_draws ** 2 + MODEL_ERROR ** 2 + (CLAIM_ERROR * lost) ** 2),
    measured: precision > 0 ? weighed / precision : 0,
    precision,
    credit,
  };
}

/**
 * The factor by which all claims are to be multiplied. A measured total is normal around factor * claimed with the variance of the own
 * error and of the experiments, so this is a regression through the origin with a prior.
 */
function commonFactor(channels: readonly Channel[]): Normal {
  let precision = 1 / COMMON_ERROR ** 2;
  let weighed = precision;
  for (const { claimed, measured, variance, precision: own } of channels) {
    if (own === 0) continue;
    const weight = 1 / (variance + 1 / own);
    precision += weight * claimed ** 2;
    weighed += weight * claimed * measured;
  }
  return { mean: weighed / precision, variance: 1 / precision };
}

/** What is lost without the channel alone, if the common factor is known: a mean by inverse variances. */
function givenFactor({ claimed, measured, variance, precision }: Channel, factor: number): Normal {
  const weight = (variance * precision) / (variance * precision + 1);
  return { mean: (1 - weight) * factor * claimed + weight * measured, variance: (1 - weight) * variance };
}

/** Credit is never negative. */
const creditOf = ({ credit }: Channel, lost: number): number => Math.max(0, credit * lost);
