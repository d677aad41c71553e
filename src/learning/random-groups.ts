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

/** The groups of several draws that count, draw by draw, and how often each of them counts. */
export interface GroupDraws {
  draws: number;
  /** Draw d has the numbers starts[d] to before starts[d + 1] of `group` and `weight`. */
  starts: Uint32Array;
  group: Uint8Array;
  weight: Float64Array;
}

/** @param weights by draw, how often each group counts. */
export function groupDraws(weights: readonly Float64Array[]): GroupDraws {
  const starts = new Uint32Array(weights.length + 1);
  for (const [draw, own] of weights.entries())
    starts[draw + 1] = starts[draw]! + own.reduce((count, weight) => count + Number(weight !== 0), 0);
  const group = new Uint8Array(starts[weights.length]!);
  const weight = new Float64Array(group.length);
  let at = 0;
  for (const own of weights)
    for (let g = 0; g < RANDOM_GROUPS; g++) {
      if (own[g] === 0) continue;
      group[at] = g;
      weight[at++] = own[g]!;
    }
  return { draws: weights.length, starts, group, weight };
}

/** So many sums are made at once, in variables of their own. */
const COLUMNS = 8;

/**
 * The sums of each draw, each added up in order of the groups. @param values `width` sums of each group, group by group. @returns
 * `width` sums of each draw, draw by draw.
 */
export function drawSums(values: Float64Array, width: number, draws: GroupDraws): Float64Array {
  const sums = new Float64Array(draws.draws * width);
  const filled = filledColumns(values, width);
  const packed = new Float64Array(RANDOM_GROUPS * COLUMNS);
  for (let from = 0; from < filled.length; from += COLUMNS) {
    const columns = filled.subarray(from, from + COLUMNS);
    for (let group = 0; group < RANDOM_GROUPS; group++)
      for (let c = 0; c < columns.length; c++) packed[group * COLUMNS + c] = values[group * width + columns[c]!]!;
    sumColumns(packed, columns, width, draws, sums);
  }
  return sums;
}

/** The columns with some value that is not 0. */
function filledColumns(values: Float64Array, width: number): Uint32Array {
  const is_filled = new Uint8Array(width);
  for (let group = 0; group < RANDOM_GROUPS; group++)
    for (let column = 0; column < width; column++) if (values[group * width + column] !== 0) is_filled[column] = 1;
  return Uint32Array.from(is_filled.keys()).filter((column) => is_filled[column] === 1);
}

/** Sums up to {@link COLUMNS} columns. A loop over them would take three times as long. */
function sumColumns(
  packed: Float64Array,
  columns: Uint32Array,
  width: number,
  { draws, starts, group, weight }: GroupDraws,
  sums: Float64Array,
): void {
  const own = new Float64Array(COLUMNS);
  for (let draw = 0; draw < draws; draw++) {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0];
    const until = starts[draw + 1]!;
    for (let i = starts[draw]!; i < until; i++) {
      const times = weight[i]!;
      const at = group[i]! * COLUMNS;
      s0 += times * packed[at]!;
      s1 += times * packed[at + 1]!;
      s2 += times * packed[at + 2]!;
      s3 += times * packed[at + 3]!;
      s4 += times * packed[at + 4]!;
      s5 += times * packed[at + 5]!;
      s6 += times * packed[at + 6]!;
      s7 += times * packed[at + 7]!;
    }
    own[0] = s0;
    own[1] = s1;
    own[2] = s2;
    own[3] = s3;
    own[4] = s4;
    own[5] = s5;
    own[6] = s6;
    own[7] = s7;
    for (let c = 0; c < columns.length; c++) sums[draw * width + columns[c]!] = own[c]!;
  }
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
