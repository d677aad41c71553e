/** Fitted trees, boosted or a forest: their predictions, and a check of trees that were read from storage. */
import type { BoostedTrees } from './boosting.ts';
import type { RandomForest } from './forest.ts';
import { faultOfTree, sumOfTrees, type Tree } from './trees.ts';

/** Each kind names its version, the features it was fitted on, its settings and its seed. */
export type FittedTrees = BoostedTrees | RandomForest;

/** Predicts for one row: features in the order of `feature_names`, NaN for a missing value. */
export type Predict = (row: Float64Array) => number;

/** A function that predicts from the trees. It allocates nothing per row. */
export function predictor(fitted: FittedTrees): Predict {
  const sum = sumOfTrees(fitted.trees);
  if (fitted.kind === 'random_forest') {
    const trees = fitted.trees.length;
    return (row) => sum(row) / trees;
  }
  const { base } = fitted;
  return fitted.settings.loss === 'logistic'
    ? (row) => 1 / (1 + Math.exp(-(base + sum(row))))
    : (row) => base + sum(row);
}

/**
 * The fault of parsed JSON that should be fitted trees over these features in this order. Undefined when {@link predictor}
 * can use it: then every walk through a tree ends, and every prediction is a number.
 */
export function faultOfFittedTrees(saved: unknown, feature_names: readonly string[]): string | undefined {
  if (typeof saved !== 'object' || saved === null) return 'it is not an object';
  const fitted = saved as FittedTrees;
  if (fitted.kind !== 'boosted_trees' && fitted.kind !== 'random_forest')
    return `its kind ${JSON.stringify((saved as { kind?: unknown }).kind)} is unknown`;
  if (fitted.version !== 1) return `its version is ${fitted.version}, and this program reads version 1`;
  if (fitted.kind === 'boosted_trees') {
    if (!['logistic', 'squared'].includes(fitted.settings?.loss)) return 'its loss is unknown';
    if (!Number.isFinite(fitted.base)) return 'its base is not a number';
  }
  // Boosting may find nothing to add to its base. An average needs at least one tree.
  const least = fitted.kind === 'random_forest' ? 1 : 0;
  return faultOfNames(fitted.feature_names, feature_names) ?? faultOfTrees(fitted.trees, feature_names.length, least);
}

function faultOfNames(names: readonly string[], wanted: readonly string[]): string | undefined {
  if (!Array.isArray(names)) return 'it does not name its features';
  const at = names.findIndex((name, f) => name !== wanted[f]);
  if (at < 0 && names.length === wanted.length) return undefined;
  const place = at < 0 ? names.length : at;
  return `its feature ${place + 1} is ${names[place] ?? 'absent'} where ${wanted[place] ?? 'none'} is expected`;
}

function faultOfTrees(trees: Tree[], features: number, least: number): string | undefined {
  if (!Array.isArray(trees) || trees.length < least) return 'it has no trees';
  for (const [t, tree] of trees.entries()) {
    const fault = faultOfTree(tree, features);
    if (fault) return `its tree ${t} ${fault}`;
  }
  return undefined;
}
