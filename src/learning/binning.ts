/** Features as bin numbers of one byte. Trees read counts per bin and not values, which takes a quarter of the memory. */
import { assert } from '../domain/errors.ts';
import type { Table } from './table.ts';

/** Bins 1 to 255 hold values, bin 0 holds missing values. A bin number is one byte. */
export const MOST_BINS = 255;

export interface BinnedTable {
  readonly rows: number;
  readonly names: readonly string[];
  /** A value v of feature f is in bin 1 + (number of `cuts[f]` below v). Ascending, all finite. */
  readonly cuts: readonly (readonly number[])[];
  /** The bin of each row, by feature; in shared memory. */
  readonly columns: readonly Uint8Array[];
}

/** Bins every feature at its quantiles: `most` bins (2 to 255) of about equally many rows, or one per value when values are few. */
export function binTable(table: Table, most: number = MOST_BINS): BinnedTable {
  assert(most >= 2 && most <= MOST_BINS, `bins are 2 to ${MOST_BINS}, not ${most}`);
  const block = new SharedArrayBuffer(table.names.length * table.rows);
  const cuts = table.columns.map((column) => cutsOf(column, most));
  const columns = table.columns.map((column, f) =>
    binColumn(column, Float64Array.from(cuts[f]!), new Uint8Array(block, f * table.rows, table.rows)),
  );
  return { rows: table.rows, names: table.names, cuts, columns };
}

/**
 * The cuts of a feature. Only the order of its values decides which rows share a bin, so a monotone transform of a feature
 * changes no tree. Row weights do not count.
 */
function cutsOf(column: Float32Array, most: number): number[] {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort();
  const distinct = countDistinct(sorted);
  const cuts: number[] = [];
  let bins_left = most;
  let rows_left = sorted.length;
  let rows = 0;
  for (let i = 1; i < sorted.length; i++) {
    rows += 1;
    if (sorted[i] === sorted[i - 1]) continue;
    // A frequent value fills a bin alone, and the other values share the remaining bins evenly.
    if (distinct > most && (rows < rows_left / bins_left || bins_left === 1)) continue;
    cuts.push(between(sorted[i - 1]!, sorted[i]!));
    bins_left -= 1;
    rows_left -= rows;
    rows = 0;
  }
  return cuts;
}

/** The middle of two numbers, exact in doubles. It is finite even if one is infinite, because JSON has only finite numbers. */
function between(low: number, high: number): number {
  if (low === Number.NEGATIVE_INFINITY) return -Number.MAX_VALUE;
  return high === Number.POSITIVE_INFINITY ? low : (low + high) / 2;
}

function countDistinct(sorted: Float32Array): number {
  let distinct = sorted.length > 0 ? 1 : 0;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) distinct += 1;
  return distinct;
}

function binColumn(column: Float32Array, cuts: Float64Array, bins: Uint8Array): Uint8Array {
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!;
    if (Number.isNaN(value)) continue;
    let low = 0;
    let high = cuts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= cuts[middle]!) high = middle;
      else low = middle + 1;
    }
    bins[i] = low + 1;
  }
  return bins;
}

/**
 * Moves the rows among `order[begin..end)` that go left of a split before the others, each side in its old order. Returns
 * where the right side begins. `spare` has room for them all.
 */
export function partitionRows(
  binned: BinnedTable,
  split: { feature: number; bin: number; missing_left: boolean },
  order: Int32Array,
  spare: Int32Array,
  begin: number,
  end: number,
): number {
  const column = binned.columns[split.feature]!;
  const { bin: last, missing_left } = split;
  let left = begin;
  let right = 0;
  for (let i = begin; i < end; i++) {
    const row = order[i]!;
    const bin = column[row]!;
    if (bin === 0 ? missing_left : bin <= last) order[left++] = row;
    else spare[right++] = row;
  }
  order.set(spare.subarray(0, right), left);
  return left;
}

/** The threshold of a split after a bin of a feature. After the last bin it is above every value. */
export function thresholdAfter(binned: BinnedTable, feature: number, bin: number): number {
  return binned.cuts[feature]![bin - 1] ?? Number.MAX_VALUE;
}
