/** Random forests: trees on bootstrap samples that look at a few features per split, and their average. */
import { assert } from '../domain/errors.ts';
import { Random } from '../domain/random.ts';
import { type BinnedTable, binTable, MOST_BINS } from './binning.ts';
import { ForestTreeGrower } from './forest-tree.ts';
import { makeSumsExact } from './histogram.ts';
import { checkTargets, type Table } from './table.ts';
import type { Tree } from './trees.ts';

export interface ForestSettings {
  /** `probability` needs targets in [0, 1]. Both predict the mean target of similar rows. */
  predicts: 'probability' | 'value';
  trees: number;
  /** At most this many splits from the root to a leaf. */
  depth: number;
  /** The least weight in a leaf; a row counts as often as the bootstrap drew it. */
  min_child_weight: number;
  /** Features that a split chooses from; null for the square root of how many there are. */
  split_features: number | null;
  /** Bins per feature, 2 to 255. */
  bins: number;
  seed: number;
}

export const FOREST_DEFAULTS: Omit<ForestSettings, 'predicts' | 'seed'> = {
  trees: 100,
  depth: 16,
  min_child_weight: 5,
  split_features: null,
  bins: MOST_BINS,
};

export interface RandomForest {
  version: 1;
  kind: 'random_forest';
  feature_names: string[];
  seed: number;
  settings: Omit<ForestSettings, 'seed'>;
  trees: Tree[];
}

/**
 * Fits a forest to one target per row, and weights if given. The same input gives the same forest, to the last bit.
 * Source: Breiman, Random forests, Machine Learning 45, 2001.
 */
export function fitForest(
  table: Table,
  target: ArrayLike<number>,
  settings: ForestSettings,
  weights?: ArrayLike<number>,
): RandomForest {
  checkTargets(table, target, settings.predicts === 'probability', weights);
  assert(settings.trees > 0, `trees is ${settings.trees}, and a forest has at least 1`);
  const trees = growTrees(binTable(table, settings.bins), target, settings, weights);
  const { seed, ...rest } = settings;
  return { version: 1, kind: 'random_forest', feature_names: [...table.names], seed, settings: rest, trees };
}

/** Each tree has its own seed, so a tree does not depend on the number of trees before it. */
function growTrees(
  binned: BinnedTable,
  target: ArrayLike<number>,
  settings: ForestSettings,
  weights?: ArrayLike<number>,
): Tree[] {
  const { rows, names } = binned;
  const split_features = settings.split_features ?? Math.floor(Math.sqrt(names.length));
  const grower = new ForestTreeGrower(binned, { ...settings, split_features });
  const weight = Float64Array.from(weights ?? new Float64Array(rows).fill(1));
  makeSumsExact(weight);
  const sum = weight.map((w, row) => w * target[row]!);
  makeSumsExact(sum);
  return Array.from({ length: settings.trees }, (_, number) => {
    const random = new Random(settings.seed, 'forest', number);
    const times = bootstrap(rows, random);
    return grower.grow(
      times.map((n, row) => n * sum[row]!),
      times.map((n, row) => n * weight[row]!),
      random,
    );
  });
}

/** How often each row is drawn, when `rows` rows are drawn with replacement. */
function bootstrap(rows: number, random: Random): Float64Array {
  const times = new Float64Array(rows);
  for (let i = 0; i < rows; i++) times[random.integer(0, rows - 1)]! += 1;
  return times;
}
