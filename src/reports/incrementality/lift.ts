/** What an experiment with a holdout says was caused in all: lift per person times people treated. docs/semantics.md 27. */
import type { Design } from '../../domain/experiment.ts';
import { normalBound } from '../../learning/distributions.ts';
import { adjustedMeans, type Estimate, type Moments, meanOf } from '../../learning/moments.ts';
import { hasEnough } from '../experiments/enough.ts';
import { type ArmFacts, type Measure, placeOf } from '../experiments/read-arms.ts';

/** The control arm has this name where its people get nothing. Only then the difference is what the treatment caused. */
export const HOLDOUT = 'holdout';

/** A total over all treated people, with the interval of the plan's `alpha`. */
export interface Total {
  total: number;
  variance: number;
  low: number;
  high: number;
}

export interface Lift {
  /** People of all arms but the holdout. */
  treated: number;
  held_out: number;
  orders: Total;
  /** Net micros. */
  revenue: Total;
}

/** Reads the lift. Arms beside the holdout count together. */
export function liftOf({ alpha }: Pick<Design, 'alpha'>, [control, ...treated]: readonly ArmFacts[]): Lift {
  const z = normalBound(alpha);
  return {
    treated: treated.reduce((sum, { people }) => sum + people, 0),
    held_out: control!.people,
    orders: totalOf(control!, treated, 'orders', z),
    revenue: totalOf(control!, treated, 'net', z),
  };
}

/**
 * sum over arms of n_a (mean_a - mean_0), where revenue before the assignment explains a part of each difference (CUPED). All arms have one
 * variance of people, as for each difference by itself (docs/semantics.md 25), and are compared with the same holdout: with N treated
 * people and n_0 held out the variance is s^2 (N + N^2 / n_0).
 */
function totalOf(control: ArmFacts, treated: readonly ArmFacts[], measure: Measure, z: number): Total {
  let [total, people] = [0, 0];
  const spread: Estimate[] = [];
  for (const arm of treated) {
    const [before, after] = meansOf(control.moments, arm.moments, measure);
    total += arm.people * (after.mean - before.mean);
    people += arm.people;
    if (spread.length === 0) spread.push(before);
    spread.push(after);
  }
  const units = spread.reduce((sum, one) => sum + one.units - 1, 0);
  const of_people = spread.reduce((sum, one) => sum + one.variance * one.units * (one.units - 1), 0) / units;
  const variance = of_people * (people + people ** 2 / control.people);
  const half = z * Math.sqrt(variance);
  return { total, variance, low: total - half, high: total + half };
}

function meansOf(control: Moments, arm: Moments, measure: Measure) {
  const { means, variance_reduction } = adjustedMeans([control, arm], placeOf(measure), placeOf('before'));
  return variance_reduction > 0 ? means : ([meanOf(control, placeOf(measure)), meanOf(arm, placeOf(measure))] as const);
}

/** True if every arm has enough people and orders for a result. */
export function liftIsKnown([control, ...treated]: readonly ArmFacts[]): boolean {
  return treated.every((arm) => hasEnough(control!, arm, 'orders'));
}
