/** How many units a comparison of two groups needs. */
import { normalBound } from './distributions.ts';

export interface Wanted {
  /** The chance of a false alarm, such as 0.05. */
  alpha: number;
  /** The chance to see the difference if it is there, such as 0.8; above 0.5. */
  power: number;
  /** The share of units in the first group, such as 0.1 for a holdout of 10 %. */
  first_share: number;
}

/** The standard normal quantile of `power`, which is above 0.5. */
const powerBound = (power: number): number => normalBound(2 * (1 - power));

/**
 * The units of both groups together that show the difference of two rates. Source: Fleiss, Levin and Paik, Statistical Methods for
 * Rates and Proportions, 4.1 and 4.3 (unequal groups), without the correction for continuity.
 */
export function unitsForRates(first: number, second: number, { alpha, power, first_share }: Wanted): number {
  const part = first_share * first + (1 - first_share) * second;
  const none = Math.sqrt((part * (1 - part)) / first_share + (part * (1 - part)) / (1 - first_share));
  const some = Math.sqrt((first * (1 - first)) / first_share + (second * (1 - second)) / (1 - first_share));
  return Math.ceil(((normalBound(alpha) * none + powerBound(power) * some) / (second - first)) ** 2);
}

/** The difference of means that so many units show. `spread` is the standard deviation of one unit. */
export function smallestDifference(units: number, spread: number, { alpha, power, first_share }: Wanted): number {
  const error = spread * Math.sqrt(1 / (units * first_share) + 1 / (units * (1 - first_share)));
  return (normalBound(alpha) + powerBound(power)) * error;
}
