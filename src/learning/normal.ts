/** The standard normal distribution. */

/** The 95th percentile: the bounds of a 90 % interval are so many standard errors away. */
export const NORMAL_95 = 1.6448536269514722;

/**
 * The chance of a value at least as far from 0 as `z`, on either side: erfc(|z| / sqrt(2)). Sources: Abramowitz and Stegun,
 * Handbook of Mathematical Functions, 7.1.6 (the series, near 0) and 7.1.14 (the continued fraction, far from it).
 */
export function twoSidedChance(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  if (Number.isNaN(x)) return Number.NaN;
  return x < 2 ? 1 - errorFunction(x) : farErrorFunction(x);
}

/** erf(x) = 2 / sqrt(pi) exp(-x^2) sum of 2^n x^(2n + 1) / (1 * 3 * ... * (2n + 1)). */
function errorFunction(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc(x) = exp(-x^2) / sqrt(pi) * 1 / (x + (1/2) / (x + 1 / (x + (3/2) / (x + ...)))), from the inside out. */
function farErrorFunction(x: number): number {
  const DEPTH = 60;
  let below = x;
  for (let n = DEPTH; n > 0; n--) below = x + n / 2 / below;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * below);
}
