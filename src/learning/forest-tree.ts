/** Grows one tree of a random forest: every split chooses from a few features that are drawn for it. */
import type { Random } from '../domain/random.ts';
import { type BinnedTable, partitionRows, thresholdAfter } from './binning.ts';
import type { Tree } from './trees.ts';

export interface ForestTreeRules {
  /** Splits from the root to a leaf, at most. */
  depth: number;
  /** The least weight in a leaf; a row counts as often as it was drawn. */
  min_child_weight: number;
  /** Features that a split chooses from, at least 1. */
  split_features: number;
}

/** A split: the bins that go left, and its score. */
interface Cut {
  feature: number;
  bin: number;
  missing_left: boolean;
  score: number;
}

/** Grows tree after tree over the same table, in the same memory. */
export class ForestTreeGrower {
  private readonly order: Int32Array;
  private readonly spare: Int32Array;
  private readonly sums: Float64Array;
  private readonly weights: Float64Array;
  /** For one feature at one node: sum and weight by bin, and in `seen` a bit for each bin with a row. All 0 between features. */
  private readonly histogram = new Float64Array(512);
  private readonly seen = new Int32Array(8);
  private readonly features: Int32Array;
  private tree: Tree = { feature: [], value: [], right: [], missing: [] };

  constructor(
    private readonly binned: BinnedTable,
    private readonly rules: ForestTreeRules,
  ) {
    this.order = new Int32Array(binned.rows);
    this.spare = new Int32Array(binned.rows);
    this.sums = new Float64Array(binned.rows);
    this.weights = new Float64Array(binned.rows);
    this.features = Int32Array.from(binned.names.keys());
  }

  /** Grows a tree on the rows of weight above 0. `sums` holds weight times target. Sums of both arrays are exact. */
  grow(sums: Float64Array, weights: Float64Array, random: Random): Tree {
    this.tree = { feature: [], value: [], right: [], missing: [] };
    let size = 0;
    for (let row = 0; row < weights.length; row++) if (weights[row]! > 0) this.order[size++] = row;
    // The draw must not depend on trees grown before.
    for (let f = 0; f < this.features.length; f++) this.features[f] = f;
    this.growNode(0, size, 0, sums, weights, random);
    return this.tree;
  }

  private growNode(
    begin: number,
    end: number,
    depth: number,
    sums: Float64Array,
    weights: Float64Array,
    random: Random,
  ): number {
    const { tree, rules } = this;
    const total = this.gather(begin, end, sums, weights);
    const at = tree.feature.push(-1) - 1;
    tree.value.push(total.weight > 0 ? total.sum / total.weight : 0);
    tree.right.push(0);
    tree.missing.push(0);
    if (total.pure || depth >= rules.depth || total.weight < 2 * rules.min_child_weight) return at;
    const cut = this.bestCut(begin, end, total, random);
    if (!cut) return at;
    const middle = partitionRows(this.binned, cut, this.order, this.spare, begin, end);
    tree.feature[at] = cut.feature;
    tree.value[at] = thresholdAfter(this.binned, cut.feature, cut.bin);
    this.growNode(begin, middle, depth + 1, sums, weights, random);
    tree.right[at] = this.growNode(middle, end, depth + 1, sums, weights, random);
    tree.missing[at] = cut.missing_left ? at + 1 : tree.right[at]!;
    return at;
  }

  /** Puts the node's sums and weights in the order of its rows, and adds them up. */
  private gather(begin: number, end: number, sums: Float64Array, weights: Float64Array) {
    let sum = 0;
    let weight = 0;
    let lowest = Number.POSITIVE_INFINITY;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = begin; i < end; i++) {
      const row = this.order[i]!;
      const s = sums[row]!;
      const w = weights[row]!;
      this.sums[i - begin] = s;
      this.weights[i - begin] = w;
      sum += s;
      weight += w;
      lowest = Math.min(lowest, s / w);
      highest = Math.max(highest, s / w);
    }
    return { sum, weight, pure: lowest === highest };
  }

  /**
   * The cut with the largest S_L^2 / W_L + S_R^2 / W_R, which is the least squared error, and for targets of 0 and 1 the least
   * Gini impurity (Breiman, Random forests, 2001). More features are drawn when none of the first can be cut.
   */
  private bestCut(begin: number, end: number, total: { sum: number; weight: number }, random: Random): Cut | undefined {
    const { features } = this;
    let best: Cut | undefined;
    for (let i = 0; i < features.length && (i < this.rules.split_features || !best); i++) {
      const j = random.integer(i, features.length - 1);
      const feature = features[j]!;
      features[j] = features[i]!;
      features[i] = feature;
      this.fill(this.binned.columns[feature]!, begin, end);
      best = this.scan(feature, total, best?.score ?? (total.sum * total.sum) / total.weight) ?? best;
    }
    return best;
  }

  private fill(column: Uint8Array, begin: number, end: number): void {
    const { order, sums, weights, histogram, seen } = this;
    for (let i = begin; i < end; i++) {
      const bin = column[order[i]!]!;
      histogram[2 * bin]! += sums[i - begin]!;
      histogram[2 * bin + 1]! += weights[i - begin]!;
      seen[bin >> 5]! |= 1 << (bin & 31);
    }
  }

  /** The best cut that scores above `above`. It reads only the bins in use, and clears them for the next feature. */
  private scan(feature: number, total: { sum: number; weight: number }, above: number): Cut | undefined {
    const { histogram, seen } = this;
    const missing = { sum: histogram[0]!, weight: histogram[1]! };
    seen[0]! &= ~1;
    histogram[0] = 0;
    histogram[1] = 0;
    let best = above;
    let cut: Cut | undefined;
    let sum = 0;
    let weight = 0;
    for (let word = 0; word < seen.length; word++) {
      let bits = seen[word]!;
      seen[word] = 0;
      while (bits !== 0) {
        const bin = 32 * word + 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        sum += histogram[2 * bin]!;
        weight += histogram[2 * bin + 1]!;
        histogram[2 * bin] = 0;
        histogram[2 * bin + 1] = 0;
        const right = this.score(sum, weight, total);
        if (right > best) {
          best = right;
          // No value is missing in training. In prediction, a missing value goes to the heavier side.
          cut = { feature, bin, missing_left: missing.weight === 0 && 2 * weight >= total.weight, score: right };
        }
        if (missing.weight === 0) continue;
        const left = this.score(sum + missing.sum, weight + missing.weight, total);
        if (left > best) {
          best = left;
          cut = { feature, bin, missing_left: true, score: left };
        }
      }
    }
    return cut;
  }

  private score(sum: number, weight: number, total: { sum: number; weight: number }): number {
    const least = this.rules.min_child_weight;
    const rest = total.weight - weight;
    if (weight < least || rest < least || rest <= 0) return Number.NEGATIVE_INFINITY;
    return (sum * sum) / weight + ((total.sum - sum) * (total.sum - sum)) / rest;
  }
}
