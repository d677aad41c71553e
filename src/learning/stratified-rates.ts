/**
 * The difference of two levels within cells of like units, as in {@link ./stratified-difference.ts}, where a unit may be watched for a time
 * of its own: what is compared are rates, the sums of what was measured by the sums of the times. Without times they are means, and
 * the answer is that of {@link ./stratified-difference.ts}.
 *
 * It takes units one by one from typed arrays, since there are as many as emails. Sources: Mantel and Haenszel, Journal of the National
 * Cancer Institute 22, 1959; Greenland and Robins, Biometrics 41, 1985 (weights of differences of rates); Wolter, Introduction to Variance
 * Estimation, 2007, chapters 2 (random groups) and 6 (ratios by their linear part).
 */
import { emptySums, type RateSums } from './rate-sums.ts';
import { LEAST_UNITS } from './stratified-difference.ts';

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

/** Compares levels with others, all in one pass over cells, some cells at a time. */
export class LevelComparison {
  private readonly compared: Comparisons;
  private readonly totals: Totals;

  /**
   * @param levels so many levels there are. @param clusterOf the cluster of a cell: cells that chance may move together, such as those of
   * one day.
   */
  constructor(
    private readonly units: CellUnits,
    { asked, levels }: { asked: readonly Levels[]; levels: number },
    private readonly measured: Measured,
    private readonly clusterOf: (cell: number) => number = () => 0,
  ) {
    this.compared = new Comparisons(asked, levels);
    this.totals = new Totals(levels);
  }

  /** What was found so far, in the order of what was asked. */
  get found(): RateSums[] {
    return this.compared.found;
  }

  addCells(first: number, until: number): void {
    for (let cell = first; cell < until; cell++) {
      this.addTotals(cell);
      if (!this.compared.begin(this.totals)) continue;
      this.addUnits(cell);
      this.compared.end(this.clusterOf(cell));
    }
  }

  private addTotals(cell: number): void {
    const { order, starts, level } = this.units;
    const { values, times } = this.measured;
    const { totals } = this;
    totals.clear();
    for (let i = starts[cell]!; i < starts[cell + 1]!; i++) {
      const unit = order[i]!;
      const time = times === null ? 1 : times[unit]!;
      if (time <= 0) continue;
      const own = level[unit]!;
      totals.units[own]! += 1;
      totals.time[own]! += time;
      totals.sum[own]! += values[unit]!;
    }
  }

  /** Adds by how much each unit moves the differences. */
  private addUnits(cell: number): void {
    const { order, starts, level, group } = this.units;
    const { values, times } = this.measured;
    const { sides_of, rate, scale, squares, found } = this.compared;
    for (let i = starts[cell]!; i < starts[cell + 1]!; i++) {
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
  }
}
