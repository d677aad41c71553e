/**
 * The discrete Laplace distribution: the whole number x has a chance in proportion to exp(-|x| / scale). Its sampler is exact: it uses
 * integers alone, so it has no gap in what it can answer and no low-order bits that tell the value below the noise (Mironov, On
 * significance of the least significant bits for differential privacy, 2012).
 *
 * Source: Canonne, Kamath, Steinke, The discrete Gaussian for differential privacy, arXiv 2004.00010, algorithms 1 and 2.
 */
import { assert } from '../domain/errors.ts';
import type { RandomIntegers } from './random-integers.ts';

/** The scale of noise as a fraction of positive integers. */
export interface Scale {
  numerator: bigint;
  denominator: bigint;
}

/** True with the chance exp(-numerator / denominator), exactly. Algorithm 1; the argument is at least 0. */
export function chanceOfExp(random: RandomIntegers, numerator: bigint, denominator: bigint): boolean {
  for (let whole = numerator / denominator; whole > 0n; whole--) if (!chanceOfExpUpToOne(random, 1n, 1n)) return false;
  return chanceOfExpUpToOne(random, numerator % denominator, denominator);
}

/** The same for arguments from 0 to 1. */
function chanceOfExpUpToOne(random: RandomIntegers, numerator: bigint, denominator: bigint): boolean {
  let k = 1n;
  while (random.chance(numerator, denominator * k)) k += 1n;
  return k % 2n === 1n;
}

/** Draws from the discrete Laplace distribution. Algorithm 2, with the scale as t / s. */
export function discreteLaplace(random: RandomIntegers, { numerator: t, denominator: s }: Scale): bigint {
  assert(t > 0n && s > 0n, 'the scale of noise is above 0');
  for (;;) {
    const u = random.below(t);
    if (!chanceOfExp(random, u, t)) continue;
    let v = 0n;
    while (chanceOfExp(random, 1n, 1n)) v += 1n;
    const size = (u + t * v) / s;
    const below_zero = random.chance(1n, 2n);
    // Zero has one sign only, or it would come twice as often.
    if (below_zero && size === 0n) continue;
    return below_zero ? -size : size;
  }
}

/** The scale as a double, for what is told about the noise. No noise is made of it. */
export function scaleOf({ numerator, denominator }: Scale): number {
  return Number(numerator) / Number(denominator);
}

/**
 * The least whole number h for which noise is within -h to h with at least this chance:
 * P(|X| > h) = 2 exp(-(h + 1) / scale) / (1 + exp(-1 / scale)).
 */
export function halfWidth(scale: number, confidence: number): number {
  const beyond = (1 - confidence) * (1 + Math.exp(-1 / scale));
  return Math.max(0, Math.ceil(scale * Math.log(2 / beyond) - 1));
}

/**
 * A width h for the sum of `n` independent draws: the sum is within -h to h with at least this chance. It is the Chernoff bound with
 * the moments of the continuous distribution, which are not below those of the discrete one: P(S >= s) <= exp(-l s) (1 - l^2)^-n in
 * units of the scale, at the best l, which is (sqrt(n^2 + s^2) - n) / s.
 */
export function halfWidthOfSum(scale: number, n: number, confidence: number): number {
  if (n === 0) return 0;
  if (n === 1) return halfWidth(scale, confidence);
  const target = Math.log((1 - confidence) / 2);
  const log_bound = (s: number): number => {
    const l = (Math.sqrt(n * n + s * s) - n) / s;
    return -l * s - n * Math.log1p(-l * l);
  };
  let [low, high] = [0, 1];
  while (log_bound(high) > target) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (log_bound(middle) > target) low = middle;
    else high = middle;
  }
  return Math.ceil(high * scale);
}

/** The least whole number k of at least 1 with P(X >= k) <= chance: P(X >= k) = exp(-k / scale) exp(1 / scale) / (exp(1 / scale) + 1). */
export function tailBound(scale: number, chance: number): number {
  // One more than the formula asks for, so that a rounded logarithm is never on the wrong side.
  return Math.max(1, Math.ceil(scale * -Math.log(chance * (1 + Math.exp(-1 / scale))))) + 1;
}
