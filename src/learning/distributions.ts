/** Distributions of test statistics: chances of their tails, and quantiles. The chances have a relative error below 1e-10 where they are above 1e-12. */
import { twoSidedChance } from './normal.ts';
import { logGamma } from './special.ts';

const TINY = 1e-300;
const MAX_STEPS = 10_000;

/**
 * The regularized incomplete beta function I_x(a, b), by its continued fraction with Lentz's method. Sources: Abramowitz and Stegun,
 * Handbook of Mathematical Functions, 26.5.8 (the fraction) and 26.5.2 (the symmetry); Press et al., Numerical Recipes, 6.4.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  let c = 1;
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < MAX_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / notZero(1 + even * d);
    c = notZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + odd * d);
    c = notZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** The upper regularized incomplete gamma function Q(a, x). Source: Abramowitz and Stegun, 6.5.29 (the series) and 6.5.31 (the fraction). */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < MAX_STEPS && term > sum * 1e-17; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < MAX_STEPS; n++) {
    const step = -n * (n - a);
    b += 2;
    d = 1 / notZero(step * d + b);
    c = notZero(b + step / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}

const notZero = (x: number): number => (Math.abs(x) < TINY ? TINY : x);

/** The chance of a chi-square at least this large. */
export const chiSquareChance = (statistic: number, degrees: number): number => upperGamma(degrees / 2, statistic / 2);

/** The chance of a t at least as far from 0, on either side. Source: Abramowitz and Stegun, 26.7.1. */
export const twoSidedT = (t: number, degrees: number): number =>
  incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);

/** The chance of `successes` or more of `trials`, each with the chance `rate`; 0 < rate < 1. Source: Abramowitz and Stegun, 26.5.24. */
export function binomialAtLeast(successes: number, trials: number, rate: number): number {
  return successes <= 0 ? 1 : incompleteBeta(rate, successes, trials - successes + 1);
}

/** The value z with P(|Z| > z) = chance, of a standard normal Z; 0 < chance <= 1. */
export const normalBound = (chance: number): number => bound(twoSidedChance, chance);

/** The value t with P(|T| > t) = chance, of a t with so many degrees of freedom. */
export const tBound = (chance: number, degrees: number): number => bound((t) => twoSidedT(t, degrees), chance);

/** Where a chance that falls with its argument, from 1 at 0, has a value. It halves an interval until no double lies between. */
function bound(chanceAt: (x: number) => number, chance: number): number {
  let high = 1;
  while (chanceAt(high) > chance && high < 1e15) high *= 2;
  let low = 0;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (chanceAt(middle) > chance) low = middle;
    else high = middle;
  }
}
