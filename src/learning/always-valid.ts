/** Intervals that hold at every look, so that a result may be looked at each day and stopped at any of them. */
import type { Interval } from './bootstrap.ts';

/**
 * An interval of an estimate that holds at all looks together with the chance 1 - alpha: a confidence sequence of a normal mixture.
 * `share` is how much of the planned information is there: 1 at the planned size, where it is narrowest relative to a fixed interval.
 * With n* the planned size, rho^2 = (-2 ln alpha + ln(-2 ln alpha + 1)) / n* and v the variance of the estimate, the half width is
 * sqrt(v 2 (n rho^2 + 1) / (n rho^2) ln(sqrt(n rho^2 + 1) / alpha)). Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
 * Time-uniform central limit theory and asymptotic confidence sequences, Annals of Statistics 52, 2024 (arXiv 2103.06476), theorem 2.2
 * and appendix B.2.
 */
export function alwaysValid(estimate: number, variance: number, share: number, alpha: number): Interval {
  const scale = share * (-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha) + 1));
  const half = Math.sqrt(((variance * 2 * (scale + 1)) / scale) * Math.log(Math.sqrt(scale + 1) / alpha));
  return { low: estimate - half, high: estimate + half };
}
