/**
 * Calibrates the totals of a fit by holdouts. For each channel, the claim of the fit is the prior, with the variance of its draws and of
 * an error of the model that no draw of people shows. Experiments measure the same orders, each with its variance. Both are normal, so
 * the posterior is the mean by inverse variances. docs/semantics.md 27.
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
}

export interface CalibratedTotal {
  readonly channel: string;
  /** Orders that the channel caused, at least 0. */
  readonly orders: number;
  readonly orders_interval: Interval;
  readonly share: number;
  readonly share_interval: Interval;
}

/**
 * The standard deviation of a claim around the truth, as a part of all orders, beside what draws show. Of 0.003, 0.006, 0.01 and 0.015 it
 * makes the truth most likely in fits of worlds of 60,000 people, three of each family (seeds 1 to 3).
 */
export const MODEL_ERROR = 0.01;
const DRAWS = 1_000;

interface Normal {
  mean: number;
  precision: number;
}

/**
 * The totals after the holdouts. Holdouts of a channel that the fit does not know change nothing.
 * @param orders all orders of the period. @param level of the intervals of the claims and of the answer.
 */
export function calibrateTotals(
  claims: readonly Claimed[],
  holdouts: readonly HoldoutLift[],
  { orders, level, seed }: { orders: number; level: number; seed: number },
): { totals: CalibratedTotal[]; fraction: number; fraction_interval: Interval } {
  const posteriors = claims.map((claim) => posteriorOf(claim, holdouts, orders, level));
  const random = new Random(seed, 'calibrated totals');
  const drawn = Array.from({ length: DRAWS }, () =>
    Float64Array.from(posteriors, ({ mean, precision }) => Math.max(0, random.normal(mean, Math.sqrt(1 / precision)))),
  );
  const means = Float64Array.from(posteriors, ({ mean }) => Math.max(0, mean));
  const shares = sharesOf(means);
  const drawn_shares = drawn.map(sharesOf);
  const partOf = (values: Float64Array): number => Math.min(1, values.reduce((a, b) => a + b, 0) / orders);
  return {
    totals: claims.map(({ channel }, c) => ({
      channel,
      orders: means[c]!,
      orders_interval: middleOf(
        drawn.map((values) => values[c]!),
        level,
      ),
      share: shares[c]!,
      share_interval: middleOf(
        drawn_shares.map((values) => values[c]!),
        level,
      ),
    })),
    fraction: partOf(means),
    fraction_interval: middleOf(drawn.map(partOf), level),
  };
}

function posteriorOf(
  { channel, incremental, incremental_low = incremental, incremental_high = incremental }: Claimed,
  holdouts: readonly HoldoutLift[],
  orders: number,
  level: number,
): Normal {
  const of_draws = (incremental_high - incremental_low) / 2 / normalBound(1 - level);
  const prior: Normal = {
    mean: incremental * orders,
    precision: 1 / (orders ** 2 * (of_draws ** 2 + MODEL_ERROR ** 2)),
  };
  return holdouts
    .filter((one) => one.channel === channel)
    .reduce((before, measured) => {
      const own = 1 / measured.standard_error ** 2;
      const precision = before.precision + own;
      return { mean: (before.mean * before.precision + measured.orders * own) / precision, precision };
    }, prior);
}
