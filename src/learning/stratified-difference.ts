/**
 * The difference of two groups within cells of like units, such as strata of past behaviour at one time. A unit may be in several
 * cells, so the variance is found over random groups of units: all that one unit does is in one group.
 *
 * The weight of a cell is n1 n0 / (n1 + n0), as in {@link ./pooled.ts}: it does not depend on what was measured.
 * Sources: Mantel and Haenszel, Journal of the National Cancer Institute 22, 1959 (weights); Wolter, Introduction to Variance
 * Estimation, 2007, chapter 2 (random groups); Cengiz, Dube, Lindner and Zipperer, Quarterly Journal of Economics 134, 2019 (stacks of
 * units that are treated at one time and units that are not treated yet).
 */
import type { Interval } from './bootstrap.ts';
import { tBound } from './distributions.ts';

/**
 * The units of one cell on one side: their exact sums, and as lists of one length the random groups that they are in, how many of them are
 * in each, and the sum of each.
 */
export interface Side {
  units: number;
  /** The sum of what was measured of them, and of its squares. */
  sum: bigint;
  squares: bigint;
  groups: ArrayLike<number>;
  group_units: ArrayLike<number>;
  group_sums: ArrayLike<number>;
}

export interface Cell {
  other: Side;
  treated: Side;
}

export interface StratifiedDifference {
  /** Weighted means of the units that were treated, and of the others. */
  treated: number;
  other: number;
  difference: number;
  /** The standard error of the difference. */
  error: number;
  /** Groups with units, on which the error rests. */
  groups: number;
  /** Units of the cells that are compared. A unit counts in each of its cells. */
  treated_units: number;
  other_units: number;
}

/** A variance within a cell needs so many units of either side. */
export const LEAST_UNITS = 2;

/** Null if no cell has two units of either side. */
export function stratifiedDifference(cells: readonly Cell[]): StratifiedDifference | null {
  const compared = cells.filter(({ other, treated }) => other.units >= LEAST_UNITS && treated.units >= LEAST_UNITS);
  if (compared.length === 0) return null;
  const weightOf = ({ other, treated }: Cell): number => (other.units * treated.units) / (other.units + treated.units);
  const weights = compared.reduce((sum, cell) => sum + weightOf(cell), 0);
  const found = { treated: 0, other: 0, treated_units: 0, other_units: 0 };
  const influence = new Map<number, number>();
  const variances = { own: 0, common: 0 };
  for (const cell of compared) {
    const weight = weightOf(cell) / weights;
    const { other, treated } = cell;
    found.other += (weight * Number(other.sum)) / other.units;
    found.treated += (weight * Number(treated.sum)) / treated.units;
    addVariances(variances, cell, weight);
    found.other_units += other.units;
    found.treated_units += treated.units;
    addInfluence(influence, other, -weight);
    addInfluence(influence, treated, weight);
  }
  let variance = 0;
  for (const value of influence.values()) variance += value ** 2;
  if (variances.common > variances.own && variances.own > 0) variance *= variances.common / variances.own;
  return {
    ...found,
    difference: found.treated - found.other,
    error: Math.sqrt(variance),
    groups: influence.size,
  };
}

/** The interval of a difference: by a t with as many degrees of freedom as there are groups less one. */
export function intervalOf({ difference, error, groups }: StratifiedDifference, alpha: number): Interval {
  const half = groups < 2 ? Number.POSITIVE_INFINITY : tBound(alpha, groups - 1) * error;
  return { low: difference - half, high: difference + half };
}

/** Adds by how much each group moves the difference. The root makes the variance of a single cell that of s^2 / n. */
function addInfluence(influence: Map<number, number>, side: Side, weight: number): void {
  const { units, sum, groups, group_units, group_sums } = side;
  const scale = weight / Math.sqrt(units * (units - 1));
  const mean = Number(sum) / units;
  for (let i = 0; i < groups.length; i++) {
    const own = group_units[i]!;
    if (own === 0) continue;
    influence.set(groups[i]!, (influence.get(groups[i]!) ?? 0) + scale * (group_sums[i]! - own * mean));
  }
}

/**
 * Adds the variance of the difference of a cell: with the spread of each side, and with the spread of both sides together. A side of few
 * units with skewed values that happens to have no large one has a small mean and a small spread as well, so its own spread promises too
 * much; see `differenceOf` in {@link ./moments.ts}.
 */
function addVariances(variances: { own: number; common: number }, { other, treated }: Cell, weight: number): void {
  // The sum of squares around the mean, from exact sums.
  const spreadOf = ({ units, sum, squares }: Side): number => Number(BigInt(units) * squares - sum * sum) / units;
  const [first, second] = [spreadOf(other), spreadOf(treated)];
  const [m, n] = [other.units, treated.units];
  variances.own += weight ** 2 * (first / m / (m - 1) + second / n / (n - 1));
  variances.common += weight ** 2 * ((first + second) / (m + n - 2)) * (1 / m + 1 / n);
}
