/** How surprising a count is, in standard errors: by Anscombe's transform where counts are large, by exact chances where they are small. */
import { normalQuantile } from '../normal.ts';

/** Below this expectation Anscombe's transform is too coarse, and exact chances are used. */
export const THIN_BELOW = 10;

/** Chances below this one are all the same: a surprise is at most about 8.2. */
const LEAST_CHANCE = 1e-16;

/**
 * A transform that makes the variance of a Poisson count about 1. Source: Anscombe, The transformation of Poisson, binomial and negative
 * binomial data, Biometrika 35, 1948.
 */
export const anscombe = (count: number): number => 2 * Math.sqrt(Math.max(0, count) + 3 / 8);

/** The count that {@link anscombe} makes `value` of; 0 where there is none. */
export const fromAnscombe = (value: number): number => Math.max(0, (Math.max(0, value) / 2) ** 2 - 3 / 8);

/**
 * The signed surprise of a small count: the normal quantile of its exact chance on the side where it lies. Counts are Poisson, or
 * negative binomial where `dispersion` (variance / mean) is above 1. Parts of counts are rounded towards what is expected.
 */
export function thinSurprise(count: number, expected: number, dispersion: number): number {
  const is_low = count < expected;
  const whole = is_low ? Math.ceil(count) : Math.floor(count);
  const at_most = chanceAtMost(is_low ? whole : whole - 1, expected, dispersion);
  const chance = is_low ? at_most : 1 - at_most;
  if (chance >= 0.5) return 0;
  const size = -normalQuantile(Math.max(LEAST_CHANCE, chance));
  return is_low ? -size : size;
}

/** The chance of at most so many events. */
export function chanceAtMost(count: number, expected: number, dispersion: number): number {
  if (count < 0) return 0;
  if (expected <= 0) return 1;
  const is_poisson = dispersion <= 1 + 1e-9;
  // A negative binomial with this mean r (1 - p) / p and this variance mean / p.
  const p = 1 / dispersion;
  const r = (expected * p) / (1 - p);
  const log_first = is_poisson ? -expected : r * Math.log(p);
  // Below, the first term is no double any more, and the normal approximation is as good.
  if (log_first < -700) return normalChance((count + 0.5 - expected) / Math.sqrt(expected * dispersion));
  let term = Math.exp(log_first);
  let sum = term;
  for (let n = 0; n < count; n++) {
    term *= is_poisson ? expected / (n + 1) : ((n + r) / (n + 1)) * (1 - p);
    sum += term;
  }
  return Math.min(1, sum);
}

/** The smallest and the largest count whose surprise stays within `limit`. */
export function thinBand(expected: number, dispersion: number, limit: number): { low: number; high: number } {
  const spread = Math.ceil(
    expected + (limit + 2) * (limit + 2) * dispersion + limit * Math.sqrt(expected * dispersion),
  );
  let low = 0;
  while (low < expected && thinSurprise(low, expected, dispersion) <= -limit) low++;
  let high = Math.ceil(expected);
  while (high < expected + 10 * spread && thinSurprise(high + 1, expected, dispersion) < limit) high++;
  return { low, high };
}

/** The chance of a standard normal value below z. Source: Abramowitz and Stegun, 26.2.17; its error is below 7.5e-8. */
function normalChance(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    Math.exp((-z * z) / 2) *
    0.3989422804014327 *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - tail : tail;
}
