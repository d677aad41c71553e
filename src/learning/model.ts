/** Fitted models as they are saved (one JSON form), loaded (checked before they are believed), and asked. */
import { TributaryError } from '../domain/errors.ts';
import type { BoostedTrees } from './boosting.ts';
import type { RandomForest } from './forest.ts';
import { type LinearModel, linearPredictor } from './linear.ts';
import type { Table } from './table.ts';
import { faultOfTree, sumOfTrees, type Tree } from './trees.ts';

/** Every kind says its version, what features it was fitted on, how, and from which seed. */
export type Model = BoostedTrees | RandomForest | LinearModel;

const KINDS: readonly Model['kind'][] = ['boosted_trees', 'random_forest', 'linear'];

/** What a model predicts for one row: features in the order of `feature_names`, NaN for what is missing. */
export type Predict = (row: Float64Array) => number;

/** A function that asks the model; it allocates nothing per row. */
export function predictor(model: Model): Predict {
  if (model.kind === 'linear') return linearPredictor(model);
  const sum = sumOfTrees(model.trees);
  if (model.kind === 'random_forest') {
    const trees = model.trees.length;
    return (row) => sum(row) / trees;
  }
  const { base } = model;
  return model.settings.loss === 'logistic'
    ? (row) => 1 / (1 + Math.exp(-(base + sum(row))))
    : (row) => base + sum(row);
}

/** What the model predicts for each row of a table with its features, by name and in any order. */
export function predictRows(model: Model, table: Table): Float64Array {
  const columns = model.feature_names.map((name) => {
    const column = table.columns[table.names.indexOf(name)];
    if (!column) throw unusable(model.kind, `the table has no feature ${name}`);
    return column;
  });
  const predict = predictor(model);
  const row = new Float64Array(columns.length);
  const predicted = new Float64Array(table.rows);
  for (let i = 0; i < table.rows; i++) {
    for (let f = 0; f < columns.length; f++) row[f] = columns[f]![i]!;
    predicted[i] = predict(row);
  }
  return predicted;
}

/**
 * A model from parsed JSON, for rows of these features in this order. Throws `model_not_fitted` when it is not one, of
 * another version, or fitted on other features.
 */
export function loadModel(saved: unknown, feature_names: readonly string[]): Model {
  const model = saved as Model;
  if (typeof saved !== 'object' || saved === null) throw unusable('', 'it is not an object');
  const { kind, version } = model;
  if (!KINDS.includes(kind)) throw unusable('', `its kind ${JSON.stringify(kind)} is unknown`);
  if (version !== 1) throw unusable(kind, `its version is ${version}, this program reads 1`);
  checkFeatures(model, feature_names);
  const fault = faultOf(model);
  if (fault) throw unusable(kind, fault);
  return model;
}

function checkFeatures(model: Model, wanted: readonly string[]): void {
  const names = model.feature_names;
  if (!Array.isArray(names)) throw unusable(model.kind, 'it does not name its features');
  const at = names.findIndex((name, f) => name !== wanted[f]);
  if (at < 0 && names.length === wanted.length) return;
  const place = at < 0 ? names.length : at;
  throw unusable(
    model.kind,
    `its feature ${place + 1} is ${names[place] ?? 'absent'} where ${wanted[place] ?? 'none'} is expected`,
  );
}

function faultOf(model: Model): string | undefined {
  if (model.kind === 'linear') return faultOfLinear(model);
  if (model.kind === 'boosted_trees') {
    if (!['logistic', 'squared'].includes(model.settings?.loss)) return 'its loss is unknown';
    if (!Number.isFinite(model.base)) return 'its base is not a number';
  }
  return faultOfTrees(model.trees, model.feature_names.length, model.kind === 'random_forest' ? 1 : 0);
}

function faultOfLinear(model: LinearModel): string | undefined {
  if (!Number.isFinite(model.intercept)) return 'its intercept is not a number';
  const lists = { means: model.means, slopes: model.slopes, when_missing: model.when_missing };
  for (const [name, list] of Object.entries(lists)) {
    if (!Array.isArray(list) || list.length !== model.feature_names.length || !list.every(Number.isFinite)) {
      return `its ${name} are not one number per feature`;
    }
  }
  return undefined;
}

function faultOfTrees(trees: Tree[], features: number, least: number): string | undefined {
  // Boosting may have found nothing to add to its base; an average needs something to average.
  if (!Array.isArray(trees) || trees.length < least) return 'it has no trees';
  for (const [t, tree] of trees.entries()) {
    const fault = faultOfTree(tree, features);
    if (fault) return `its tree ${t} ${fault}`;
  }
  return undefined;
}

function unusable(kind: string, reason: string): TributaryError {
  return new TributaryError(
    'model_not_fitted',
    `The saved model${kind && ` (${kind})`} cannot be used: ${reason}. Fit it again.`,
  );
}
