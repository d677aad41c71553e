/**
 * Random groups of people, for intervals over many people. Each person is in one group, by a hash of the person, so what one
 * person did is never in two groups. Sums by group take little memory however many people there are, and groups are drawn in
 * place of people. Source: Wolter, Introduction to Variance Estimation, 2nd edition 2007, chapter 2 (random groups) and
 * chapter 5 (the bootstrap).
 */
import { Random } from '../domain/random.ts';
import { peopleWeights } from './bootstrap.ts';

/** Few enough for sums of every pair of channels, many enough that the interval does not depend on the groups. */
export const RANDOM_GROUPS = 1_024;

/** The group of a person. @param hash at least 10 evenly spread low bits. */
export function randomGroupOf(hash: number): number {
  return hash & (RANDOM_GROUPS - 1);
}

/** How often each group counts in each draw. The same seed gives the same draws. */
export function groupDraws(draws: number, seed: number): Float64Array[] {
  const random = new Random(seed, 'random groups');
  return Array.from({ length: draws }, () => peopleWeights(RANDOM_GROUPS, random));
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
