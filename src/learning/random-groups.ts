/**
 * Random groups of people, for intervals over many people. Each person is in one group, by a hash of the person, so what one
 * person did is never in two groups. Sums by group take little memory however many people there are, and groups are drawn in
 * place of people. Source: Wolter, Introduction to Variance Estimation, 2nd edition 2007, chapter 2 (random groups) and
 * chapter 5 (the bootstrap).
 */
import type { Random } from '../domain/random.ts';
import { peopleWeights } from './bootstrap.ts';

/** Few enough for sums of every pair of channels, many enough that the interval does not depend on the groups. */
export const RANDOM_GROUPS = 256;

/** The group of a person. @param hash at least 8 evenly spread low bits. */
export function randomGroupOf(hash: number): number {
  return hash & (RANDOM_GROUPS - 1);
}

/** How often each group counts in one draw. */
export function groupWeights(random: Random): Float64Array {
  return peopleWeights(RANDOM_GROUPS, random);
}

/**
 * The sums of each draw. @param values `width` sums of each group, group by group. @returns `width` sums of each draw, draw by
 * draw.
 */
export function drawSums(values: Float64Array, width: number, draws: readonly Float64Array[]): Float64Array {
  const sums = new Float64Array(draws.length * width);
  const filled = filledGroups(values, width);
  for (const [d, weights] of draws.entries())
    for (const group of filled) {
      const weight = weights[group]!;
      if (weight === 0) continue;
      for (let i = 0; i < width; i++) sums[d * width + i]! += weight * values[group * width + i]!;
    }
  return sums;
}

/** The groups with some sum that is not 0. */
function filledGroups(values: Float64Array, width: number): Uint16Array {
  const filled = [];
  for (let group = 0; group < RANDOM_GROUPS; group++)
    if (values.subarray(group * width, (group + 1) * width).some((value) => value !== 0)) filled.push(group);
  return Uint16Array.from(filled);
}

/**
 * The variance of the ratio R = sum of y / sum of x, by the squared residuals y_g - R x_g of the groups: G / (G - 1) times their
 * sum / (sum of x)^2. Source: Wolter, chapter 6 (Taylor series), with random groups as units. NaN if x adds up to 0.
 */
export function ratioVariance(y: ArrayLike<number>, x: ArrayLike<number>): number {
  let y_sum = 0;
  let x_sum = 0;
  for (let g = 0; g < RANDOM_GROUPS; g++) {
    y_sum += y[g]!;
    x_sum += x[g]!;
  }
  const ratio = y_sum / x_sum;
  let squares = 0;
  for (let g = 0; g < RANDOM_GROUPS; g++) squares += (y[g]! - ratio * x[g]!) ** 2;
  return ((RANDOM_GROUPS / (RANDOM_GROUPS - 1)) * squares) / (x_sum * x_sum);
}
