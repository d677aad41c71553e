/**
 * The discrete Laplace distribution: the whole number x has a chance in proportion to exp(-|x| / scale). Its sampler is exact: it uses
 * integers alone, so it has no gap in what it can answer and no low-order bits that tell the value below the noise (Mironov, On
 * significance of the least significant bits for differential privacy, 2012).
 *
 * Source: Canonne, Kamath, Steinke, The discrete Gaussian for differential privacy, arXiv 2004.00010, algorithms 1 and 2.
 */
import { assert } from '../domain/errors.ts';
import { twoSidedChance } from './normal.ts';
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

/** Points of the integral over the Gamma distribution, and how far from its mean they reach, in standard deviations. */
const POINTS = 200;
const REACH = 12;

/**
 * A width h for the sum of `n` independent draws: the sum is within -h to h with about this chance, and not less. The sum of n continuous
 * Laplace variables of scale 1 is sqrt(2 G) Z, where G has the Gamma distribution of shape n and Z the normal one (Kotz, Kozubowski,
 * Podgorski, The Laplace distribution and generalizations, 2001, proposition 2.2.9). A discrete variable is
 * within a half of a continuous one, and these differences are independent, too.
 */
export function halfWidthOfSum(scale: number, n: number, confidence: number): number {
  if (n === 0) return 0;
  if (n === 1) return halfWidth(scale, confidence);
  const points = gammaPoints(n);
  const beyond = (s: number): number =>
    points.reduce((sum, { g, share }) => sum + share * twoSidedChance(s / Math.sqrt(2 * g)), 0);
  let [low, high] = [0, Math.sqrt(2 * n)];
  while (beyond(high) > 1 - confidence) high *= 2;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (beyond(middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return Math.ceil(high * scale + Math.sqrt(n));
}

/** Values of the Gamma distribution of shape n, with the share of each. */
function gammaPoints(n: number): Array<{ g: number; share: number }> {
  const reach = REACH * Math.sqrt(n);
  const low = Math.max(0, n - reach);
  const points = Array.from({ length: POINTS }, (_, i) => {
    const g = low + ((i + 0.5) * (n + reach - low)) / POINTS;
    // Relative to the density at n, so that nothing overflows.
    return { g, share: Math.exp((n - 1) * Math.log(g / n) - (g - n)) };
  });
  const all = points.reduce((sum, { share }) => sum + share, 0);
  return points.map(({ g, share }) => ({ g, share: share / all }));
}

/** The least whole number k of at least 1 with P(X >= k) <= chance: P(X >= k) = exp(-k / scale) exp(1 / scale) / (exp(1 / scale) + 1). */
export function tailBound(scale: number, chance: number): number {
  // One more than the formula asks for, so that a rounded logarithm is never on the wrong side.
  return Math.max(1, Math.ceil(scale * -Math.log(chance * (1 + Math.exp(-1 / scale))))) + 1;
}
