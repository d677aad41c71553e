/** Linear regression with an L2 penalty, by its normal equations. */
import { assert } from '../domain/errors.ts';
import { solveSymmetric } from './cholesky.ts';
import type { Table } from './table.ts';
import { checkTargets } from './targets.ts';

export interface LinearSettings {
  /** What a squared coefficient of a standardised feature costs, in squared units of the target; the intercept is free. */
  l2: number;
}

/** Predicts intercept + sum over features of slope (x - mean), or of `when_missing` where x is missing. */
export interface LinearModel {
  version: 1;
  kind: 'linear';
  feature_names: string[];
  settings: LinearSettings;
  intercept: number;
  /** Of what was seen of each feature, in its own unit. */
  means: number[];
  /** Units of the target per unit of each feature; 0 for one that never varied. */
  slopes: number[];
  when_missing: number[];
}

/**
 * Minimises sum w (y - prediction)^2 + l2 sum b^2 over standardised features (mean 0, deviation 1 of what was seen, weighted).
 * A missing value stands at the mean, with a coefficient of its own that is penalised alike; a feature without gaps in
 * training predicts its mean there. Throws NotPositiveDefinite where l2 is 0 and features repeat each other.
 * Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., equation 3.44.
 */
export function fitLinear(
  table: Table,
  target: ArrayLike<number>,
  settings: LinearSettings,
  row_weights?: ArrayLike<number>,
): LinearModel {
  checkTargets(table, target, false, row_weights);
  assert(settings.l2 >= 0, 'l2 is not negative');
  const weights = Float64Array.from(row_weights ?? new Float64Array(table.rows).fill(1));
  const scales = table.columns.map((column) => scaleOf(column, weights));
  const design = designOf(scales);
  const { matrix, right } = normalEquations(table, target, weights, scales, design);
  const size = design.length + 1;
  for (let term = 1; term < size; term++) matrix[term * size + term]! += settings.l2;
  const solution = solveSymmetric(matrix, right, size);
  const slopes = new Array<number>(scales.length).fill(0);
  const when_missing = new Array<number>(scales.length).fill(0);
  design.forEach(({ feature, gap }, term) => {
    const coefficient = solution[term + 1]!;
    if (gap) when_missing[feature] = coefficient;
    else slopes[feature] = coefficient / scales[feature]!.deviation;
  });
  return {
    version: 1,
    kind: 'linear',
    feature_names: [...table.names],
    settings: { ...settings },
    intercept: solution[0]!,
    means: scales.map(({ mean }) => mean),
    slopes,
    when_missing,
  };
}

/** The prediction as a function that allocates nothing. */
export function linearPredictor(model: LinearModel): (row: Float64Array) => number {
  const [means, slopes, when_missing] = [model.means, model.slopes, model.when_missing].map((list) =>
    Float64Array.from(list),
  ) as [Float64Array, Float64Array, Float64Array];
  const { intercept } = model;
  return (row) => {
    let sum = intercept;
    for (let f = 0; f < slopes.length; f++) {
      const x = row[f]!;
      sum += Number.isNaN(x) ? when_missing[f]! : slopes[f]! * (x - means[f]!);
    }
    return sum;
  };
}

interface Scale {
  mean: number;
  /** 0 for a feature that does not vary, which takes no part. */
  deviation: number;
  gaps: boolean;
}

/** Weighted mean and deviation of what is there, in two passes. */
function scaleOf(column: Float32Array, weights: Float64Array): Scale {
  let weight = 0;
  let sum = 0;
  let gaps = false;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  column.forEach((x, row) => {
    if (weights[row] === 0) return;
    if (Number.isNaN(x)) {
      gaps = true;
      return;
    }
    weight += weights[row]!;
    sum += weights[row]! * x;
    lowest = Math.min(lowest, x);
    highest = Math.max(highest, x);
  });
  if (weight === 0) return { mean: 0, deviation: 0, gaps: false };
  const mean = sum / weight;
  let squares = 0;
  column.forEach((x, row) => {
    if (!Number.isNaN(x)) squares += weights[row]! * (x - mean) ** 2;
  });
  return { mean, deviation: lowest < highest ? Math.sqrt(squares / weight) : 0, gaps };
}

interface Term {
  feature: number;
  /** The term is 1 where the feature is missing, instead of its value. */
  gap: boolean;
}

function designOf(scales: readonly Scale[]): Term[] {
  return scales.flatMap(({ deviation, gaps }, feature) => [
    ...(deviation > 0 ? [{ feature, gap: false }] : []),
    ...(gaps ? [{ feature, gap: true }] : []),
  ]);
}

/** X' W X and X' W y, with the intercept first; only the lower half of the matrix is filled. */
function normalEquations(
  table: Table,
  target: ArrayLike<number>,
  weights: Float64Array,
  scales: readonly Scale[],
  design: readonly Term[],
): { matrix: Float64Array; right: Float64Array } {
  const size = design.length + 1;
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  const x = new Float64Array(size);
  x[0] = 1;
  for (let row = 0; row < table.rows; row++) {
    const weight = weights[row]!;
    for (let term = 1; term < size; term++) {
      const { feature, gap } = design[term - 1]!;
      const value = table.columns[feature]![row]!;
      const { mean, deviation } = scales[feature]!;
      if (gap) x[term] = Number.isNaN(value) ? 1 : 0;
      else x[term] = Number.isNaN(value) ? 0 : (value - mean) / deviation;
    }
    for (let i = 0; i < size; i++) {
      const wx = weight * x[i]!;
      if (wx === 0) continue;
      right[i]! += wx * target[row]!;
      for (let j = 0; j <= i; j++) matrix[i * size + j]! += wx * x[j]!;
    }
  }
  return { matrix, right };
}
