/**
 * The difference of two levels within cells of like units, as in {@link ./stratified-difference.ts}, where a unit may be watched for a time
 * of its own: what is compared are rates, the sums of what was measured by the sums of the times. Without times they are means, and
 * the answer is that of {@link ./stratified-difference.ts}.
 *
 * It takes units one by one from typed arrays, since there are as many as emails. Sources: Mantel and Haenszel, Journal of the National
 * Cancer Institute 22, 1959; Greenland and Robins, Biometrics 41, 1985 (weights of differences of rates); Wolter, Introduction to Variance
 * Estimation, 2007, chapters 2 (random groups) and 6 (ratios by their linear part).
 */
import { RANDOM_GROUPS } from './random-groups.ts';
import type { StratifiedDifference } from './stratified-difference.ts';

export interface CellUnits {
  /** The numbers of units in order of their cells. Those of cell c stand from starts[c] to below starts[c + 1]. */
  order: Uint32Array;
  starts: Uint32Array;
  /** By unit: what is compared, and its random group. */
  level: Uint8Array;
  group: Uint8Array;
}

export interface Levels {
  treated: number;
  /** Null for all other levels. */
  other: number | null;
}

export interface Measured {
  /** By unit. */
  values: Float64Array;
  /** By unit, in any unit of time; 1 each when null. A unit with 0 does not count. */
  times: Float64Array | null;
}

/** What {@link compareLevels} found, before it is divided by the weights. */
export interface RateSums {
  weights: number;
  treated: number;
  other: number;
  treated_units: number;
  other_units: number;
  treated_sum: number;
  other_sum: number;
  influence: Float64Array;
  has_group: Uint8Array;
  own_variance: number;
  common_variance: number;
  /** By cluster of cells: the weighted differences, and the weights. */
  clusters: Map<number, { sum: number; weight: number }>;
}

/** Puts units in order of their cells. @param cell by unit; below 0 is none. */
export function byCell(cell: Int32Array, cells: number): Pick<CellUnits, 'order' | 'starts'> {
  const starts = new Uint32Array(cells + 1);
  for (const own of cell) if (own >= 0) starts[own + 1]! += 1;
  for (let c = 0; c < cells; c++) starts[c + 1]! += starts[c]!;
  const next = starts.slice();
  const order = new Uint32Array(starts[cells]!);
  for (let unit = 0; unit < cell.length; unit++) {
    const own = cell[unit]!;
    if (own < 0) continue;
    order[next[own]!] = unit;
    next[own]! += 1;
  }
  return { order, starts };
}

/** A variance within a cell needs so many units of either side. */
const LEAST_UNITS = 2;

/** Units, time and sums of the levels of a cell, and of the two sides of each comparison in it. */
class Totals {
  readonly units: Float64Array;
  readonly time: Float64Array;
  readonly sum: Float64Array;

  constructor(count: number) {
    this.units = new Float64Array(count);
    this.time = new Float64Array(count);
    this.sum = new Float64Array(count);
  }

  clear(): void {
    this.units.fill(0);
    this.time.fill(0);
    this.sum.fill(0);
  }

  add(at: number, from: Totals, level: number): void {
    this.units[at]! += from.units[level]!;
    this.time[at]! += from.time[level]!;
    this.sum[at]! += from.sum[level]!;
  }
}

/** The comparisons of some levels: each has the side 2 i, of what is compared with, and the side 2 i + 1. */
class Comparisons {
  readonly found: RateSums[];
  readonly sides: Totals;
  /** By level, the sides that its units are on. */
  readonly sides_of: ReadonlyArray<readonly number[]>;
  private readonly weight: Float64Array;
  /** By side: its rate, by how much a unit that is 1 above it moves the difference, and the squares of what units are above it. */
  readonly rate: Float64Array;
  readonly scale: Float64Array;
  readonly squares: Float64Array;

  constructor(asked: readonly Levels[], levels: number) {
    const count = 2 * asked.length;
    this.found = asked.map(emptySums);
    this.sides = new Totals(count);
    this.sides_of = Array.from({ length: levels }, (_, level) =>
      asked.flatMap(({ treated, other }, i) =>
        level === treated ? [2 * i + 1] : other === null || level === other ? [2 * i] : [],
      ),
    );
    this.weight = new Float64Array(asked.length);
    this.rate = new Float64Array(count);
    this.scale = new Float64Array(count);
    this.squares = new Float64Array(count);
  }

  /** Begins a cell. @returns true if something can be compared in it. */
  begin(totals: Totals): boolean {
    const { sides, rate, scale, weight } = this;
    sides.clear();
    this.squares.fill(0);
    for (const [level, own] of this.sides_of.entries())
      if (totals.units[level]! > 0) for (const side of own) sides.add(side, totals, level);
    let any = false;
    for (let i = 0; i < weight.length; i++) {
      const [other, treated] = [2 * i, 2 * i + 1];
      const is_compared = sides.units[other]! >= LEAST_UNITS && sides.units[treated]! >= LEAST_UNITS;
      const [t0, t1] = [sides.time[other]!, sides.time[treated]!];
      weight[i] = is_compared ? (t0 * t1) / (t0 + t1) : 0;
      any ||= is_compared;
      for (const side of [other, treated]) {
        const units = sides.units[side]!;
        rate[side] = is_compared ? sides.sum[side]! / sides.time[side]! : 0;
        // The root makes the variance of a single cell that of s^2 / n.
        const own = is_compared ? (weight[i]! * Math.sqrt(units / (units - 1))) / sides.time[side]! : 0;
        scale[side] = side === treated ? own : -own;
      }
    }
    return any;
  }

  /** Ends a cell. The variances are those of `addVariances` in {@link ./stratified-difference.ts}, of rates. */
  end(cluster: number): void {
    const { sides, rate, squares } = this;
    for (const [i, found] of this.found.entries()) {
      const weight = this.weight[i]!;
      if (weight === 0) continue;
      const [other, treated] = [2 * i, 2 * i + 1];
      found.weights += weight;
      found.treated += weight * rate[treated]!;
      found.other += weight * rate[other]!;
      found.treated_units += sides.units[treated]!;
      found.other_units += sides.units[other]!;
      found.treated_sum += sides.sum[treated]!;
      found.other_sum += sides.sum[other]!;
      const ownOf = (side: number): number =>
        (squares[side]! * sides.units[side]!) / (sides.units[side]! - 1) / sides.time[side]! ** 2;
      found.own_variance += weight ** 2 * (ownOf(other) + ownOf(treated));
      const spread = (squares[other]! + squares[treated]!) / (sides.units[other]! + sides.units[treated]! - 2);
      const partOf = (side: number): number => sides.units[side]! / sides.time[side]! ** 2;
      found.common_variance += weight ** 2 * spread * (partOf(other) + partOf(treated));
      addToCluster(found, cluster, weight, rate[treated]! - rate[other]!);
    }
  }
}

function addToCluster({ clusters }: RateSums, cluster: number, weight: number, difference: number): void {
  let own = clusters.get(cluster);
  if (own === undefined) {
    own = { sum: 0, weight: 0 };
    clusters.set(cluster, own);
  }
  own.sum += weight * difference;
  own.weight += weight;
}

/**
 * Compares levels with others, all in one pass. @param levels so many levels there are. @param clusterOf the cluster of a cell: cells that
 * chance may move together, such as those of one day.
 */
export function compareLevels(
  units: CellUnits,
  { asked, levels }: { asked: readonly Levels[]; levels: number },
  { values, times }: Measured,
  clusterOf: (cell: number) => number = () => 0,
): RateSums[] {
  const { order, starts, level, group } = units;
  const compared = new Comparisons(asked, levels);
  const { sides_of, rate, scale, squares, found } = compared;
  const totals = new Totals(levels);
  for (let cell = 0; cell + 1 < starts.length; cell++) {
    const [from, until] = [starts[cell]!, starts[cell + 1]!];
    totals.clear();
    for (let i = from; i < until; i++) {
      const unit = order[i]!;
      const time = times === null ? 1 : times[unit]!;
      if (time <= 0) continue;
      const own = level[unit]!;
      totals.units[own]! += 1;
      totals.time[own]! += time;
      totals.sum[own]! += values[unit]!;
    }
    if (!compared.begin(totals)) continue;
    for (let i = from; i < until; i++) {
      const unit = order[i]!;
      const time = times === null ? 1 : times[unit]!;
      if (time <= 0) continue;
      const own = sides_of[level[unit]!]!;
      for (let s = 0; s < own.length; s++) {
        const side = own[s]!;
        const move = scale[side]!;
        if (move === 0) continue;
        const off = values[unit]! - rate[side]! * time;
        const { influence, has_group } = found[side >>> 1]!;
        squares[side]! += off * off;
        influence[group[unit]!]! += move * off;
        has_group[group[unit]!] = 1;
      }
    }
    compared.end(clusterOf(cell));
  }
  return found;
}

const emptySums = (): RateSums => ({
  ...{ weights: 0, treated: 0, other: 0, treated_units: 0, other_units: 0, treated_sum: 0, other_sum: 0 },
  ...{ influence: new Float64Array(RANDOM_GROUPS), has_group: new Uint8Array(RANDOM_GROUPS) },
  ...{ own_variance: 0, common_variance: 0, clusters: new Map() },
});

/**
 * The sum of differences, each times its scale: of rates in parts of the time after an event, times the lengths of the parts. Null if
 * one of them has no cell with two units of either side.
 */
export function sumOfRates(
  parts: ReadonlyArray<{ sums: RateSums; scale: number }>,
): (StratifiedDifference & { treated_sum: number; other_sum: number }) | null {
  if (parts.length === 0 || parts.some(({ sums }) => sums.weights === 0)) return null;
  const influence = new Float64Array(RANDOM_GROUPS);
  const has_group = new Uint8Array(RANDOM_GROUPS);
  const found = { treated: 0, other: 0, treated_sum: 0, other_sum: 0 };
  let [own_variance, common_variance] = [0, 0];
  for (const { sums, scale } of parts) {
    const by = scale / sums.weights;
    found.treated += by * sums.treated;
    found.other += by * sums.other;
    found.treated_sum += sums.treated_sum;
    found.other_sum += sums.other_sum;
    for (let group = 0; group < RANDOM_GROUPS; group++) {
      influence[group]! += by * sums.influence[group]!;
      has_group[group]! |= sums.has_group[group]!;
    }
    own_variance += by ** 2 * sums.own_variance;
    common_variance += by ** 2 * sums.common_variance;
  }
  let variance = influence.reduce((sum, value) => sum + value ** 2, 0);
  if (common_variance > own_variance && own_variance > 0) variance *= common_variance / own_variance;
  const { treated_units, other_units } = parts[0]!.sums;
  return {
    ...{ ...found, treated_units, other_units },
    difference: found.treated - found.other,
    error: Math.sqrt(variance),
    groups: has_group.reduce((sum, has) => sum + has, 0),
  };
}

/**
 * A difference whose error is also at least that of its clusters, such as days: what is sent on a day is the same for all people of it, and
 * no group of people shows how days differ. Its `groups` are the fewer of both.
 */
export function withClusters<D extends StratifiedDifference>(found: D, { weights, clusters }: RateSums): D {
  const count = clusters.size;
  if (count < 2) return { ...found, groups: count };
  let squares = 0;
  for (const { sum, weight } of clusters.values()) squares += ((sum - found.difference * weight) / weights) ** 2;
  const error = Math.sqrt((squares * count) / (count - 1));
  return { ...found, error: Math.max(found.error, error), groups: Math.min(found.groups, count) };
}
