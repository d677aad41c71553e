/**
 * The bootstrap over people, for every interval of this program. Orders of one person depend on each other, so people are
 * drawn and not orders. A Poisson(1) weight for each person replaces drawing people with replacement. Sources: Efron and
 * Tibshirani, An Introduction to the Bootstrap, 1993; Hanley and MacGibbon, Computer Methods and Programs in Biomedicine 83,
 * 2006 (Poisson weights).
 */
import type { Random } from '../domain/random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How often each person counts in one draw. Draws from `random` once a person. */
export function peopleWeights(people: number, random: Random): Float64Array {
  return new Float64Array(people).map(() => random.poisson(1));
}

/** The middle `level` of the values: 0.9 leaves 5 % on each side. NaN for no values. */
export function middleOf(values: readonly number[], level: number): Interval {
  const sorted = Float64Array.from(values).sort();
  const tail = (1 - level) / 2;
  return { low: percentile(sorted, tail), high: percentile(sorted, 1 - tail) };
}

/**
 * The percentile p in [0, 1] of sorted values x_0 ... x_(n-1), with h = p (n - 1) and k = floor(h):
 * x_k + (h - k) (x_(k+1) - x_k). Source: Hyndman and Fan, Sample quantiles in statistical packages, The American Statistician
 * 50, 1996, definition 7 (the default of R and NumPy).
 */
export function percentile(sorted: Float64Array, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = p * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (place - below);
}
