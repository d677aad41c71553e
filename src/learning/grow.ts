/** Grows one regression tree on gradients. The leaf with the largest gain is split first. */
import { type BinnedTable, partitionRows, thresholdAfter } from './binning.ts';
import {
  bestSplit,
  fillHistogram,
  makeHistogram,
  type Split,
  type SplitRules,
  subtractHistogram,
} from './histogram.ts';
import { type GrowingNode, preorder, type Tree } from './trees.ts';

export interface GrowthRules extends SplitRules {
  /** At most this many splits from the root to a leaf. */
  depth: number;
  /** At most this many leaves. */
  leaves: number;
  /** A factor on the Newton step of each leaf. */
  learning_rate: number;
}

interface Leaf {
  node: number;
  depth: number;
  /** Its rows are `order[begin..end)`. */
  begin: number;
  end: number;
  gradient: number;
  hessian: number;
  histogram: Float64Array | undefined;
  split: Split | undefined;
}

/** Grows tree after tree over the same rows, in the same memory. */
export class Grower {
  private readonly order: Int32Array;
  private readonly spare: Int32Array;
  private readonly gradient: Float64Array;
  private readonly hessian: Float64Array;
  private readonly free: Float64Array[] = [];
  private leaves: Leaf[] = [];
  private nodes: GrowingNode[] = [];

  constructor(
    private readonly binned: BinnedTable,
    private readonly rules: GrowthRules,
  ) {
    this.order = new Int32Array(binned.rows);
    this.spare = new Int32Array(binned.rows);
    this.gradient = new Float64Array(binned.rows);
    this.hessian = new Float64Array(binned.rows);
  }

  /**
   * Grows a tree that lowers a loss, given its first and second derivatives at each row, on some rows and features.
   * A leaf's value is - learning_rate G / (H + lambda) (XGBoost, equation 5).
   */
  grow(rows: Int32Array, gradient: Float64Array, hessian: Float64Array, features: readonly number[]): Tree {
    this.order.set(rows);
    this.leaves = [];
    this.nodes = [];
    const root = this.addLeaf(0, 0, rows.length, sumAt(gradient, rows), sumAt(hessian, rows));
    if (this.mayBeSplit(root)) {
      root.histogram = this.histogramOf(root, gradient, hessian, features);
      root.split = bestSplit(root.histogram, this.binned, features, root, this.rules);
    }
    while (this.leaves.length < this.rules.leaves) {
      const leaf = this.mostPromising();
      if (!leaf) break;
      this.splitLeaf(leaf, leaf.split!, gradient, hessian, features);
    }
    for (const leaf of this.leaves) this.release(leaf);
    return preorder(this.nodes);
  }

  /** Adds each leaf's value of the tree grown last to the scores of the rows it was grown on. */
  addTo(scores: Float64Array): void {
    for (const leaf of this.leaves) {
      const { value } = this.nodes[leaf.node]!;
      for (let i = leaf.begin; i < leaf.end; i++) scores[this.order[i]!]! += value;
    }
  }

  /** Adds the tree grown last to the scores of other rows, by their bins. */
  addToOthers(scores: Float64Array, rows: Int32Array): void {
    const { columns, cuts } = this.binned;
    // A threshold is the upper cut of its bin. The bins that go left are found once per node.
    const last_left = this.nodes.map((node) => (node.feature < 0 ? 0 : binOf(cuts[node.feature]!, node.value)));
    for (const row of rows) {
      let number = 0;
      let node = this.nodes[0]!;
      while (node.feature >= 0) {
        const bin = columns[node.feature]![row]!;
        number = (bin === 0 ? node.missing_left : bin <= last_left[number]!) ? node.left : node.right;
        node = this.nodes[number]!;
      }
      scores[row]! += node.value;
    }
  }

  private addLeaf(depth: number, begin: number, end: number, gradient: number, hessian: number): Leaf {
    const { learning_rate, lambda } = this.rules;
    // Never minus zero: JSON writes it as 0, and a saved tree must be equal to the one in memory.
    const value = hessian + lambda > 0 ? 0 - (learning_rate * gradient) / (hessian + lambda) : 0;
    this.nodes.push({ feature: -1, value, left: 0, right: 0, missing_left: false });
    const leaf: Leaf = {
      node: this.nodes.length - 1,
      depth,
      begin,
      end,
      gradient,
      hessian,
      histogram: undefined,
      split: undefined,
    };
    this.leaves.push(leaf);
    return leaf;
  }

  private mayBeSplit(leaf: Leaf): boolean {
    return leaf.depth < this.rules.depth && leaf.hessian >= 2 * this.rules.min_child_weight;
  }

  private mostPromising(): Leaf | undefined {
    let best: Leaf | undefined;
    for (const leaf of this.leaves) if (leaf.split && leaf.split.gain > (best?.split?.gain ?? 0)) best = leaf;
    return best;
  }

  private splitLeaf(
    leaf: Leaf,
    split: Split,
    gradient: Float64Array,
    hessian: Float64Array,
    features: readonly number[],
  ): void {
    const { begin, end, depth } = leaf;
    const middle = partitionRows(this.binned, split, this.order, this.spare, begin, end);
    this.leaves.splice(this.leaves.indexOf(leaf), 1);
    const left = this.addLeaf(depth + 1, begin, middle, split.left_gradient, split.left_hessian);
    const rest = [leaf.gradient - split.left_gradient, leaf.hessian - split.left_hessian] as const;
    const right = this.addLeaf(depth + 1, middle, end, ...rest);
    const threshold = thresholdAfter(this.binned, split.feature, split.bin);
    this.nodes[leaf.node] = {
      feature: split.feature,
      value: threshold,
      left: left.node,
      right: right.node,
      missing_left: split.missing_left,
    };
    const wanted =
      this.leaves.length < this.rules.leaves ? [left, right].filter((child) => this.mayBeSplit(child)) : [];
    if (wanted.length > 0) {
      // The larger child's histogram is the parent's minus the smaller child's, so half of the rows need not be read.
      const [small, large] = middle - begin <= end - middle ? [left, right] : [right, left];
      small.histogram = this.histogramOf(small, gradient, hessian, features);
      large.histogram = leaf.histogram!;
      leaf.histogram = undefined;
      subtractHistogram(large.histogram, small.histogram);
      for (const child of wanted) child.split = bestSplit(child.histogram!, this.binned, features, child, this.rules);
    }
    this.release(leaf);
    for (const child of [left, right]) if (!child.split) this.release(child);
  }

  private histogramOf(
    leaf: Leaf,
    gradient: Float64Array,
    hessian: Float64Array,
    features: readonly number[],
  ): Float64Array {
    const { order } = this;
    const { begin, end } = leaf;
    for (let i = begin; i < end; i++) {
      this.gradient[i - begin] = gradient[order[i]!]!;
      this.hessian[i - begin] = hessian[order[i]!]!;
    }
    const histogram = this.free.pop() ?? makeHistogram(this.binned.names.length);
    histogram.fill(0);
    const node = { order, begin, end, gradient: this.gradient, hessian: this.hessian };
    fillHistogram(histogram, this.binned, features, node);
    return histogram;
  }

  private release(leaf: Leaf): void {
    if (leaf.histogram) this.free.push(leaf.histogram);
    leaf.histogram = undefined;
    leaf.split = undefined;
  }
}

function sumAt(values: Float64Array, rows: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += values[rows[i]!]!;
  return sum;
}

/** The last bin at or below a threshold. The threshold is one of the cuts, or above them all. */
function binOf(cuts: readonly number[], threshold: number): number {
  const at = cuts.indexOf(threshold);
  return at < 0 ? cuts.length + 1 : at + 1;
}
