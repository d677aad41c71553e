/** Logistic regression with an L2 penalty, over rows or over matched sets, by Newton's method. */
import { assert } from '../domain/errors.ts';
import { invertSymmetric } from './cholesky.ts';
import { type Design, rowLikelihood, setLikelihood } from './likelihood.ts';
import { maximise, type NewtonLimits, penalised } from './newton.ts';
import type { Table } from './table.ts';

export interface LogisticOptions {
  /**
   * One penalty for all features or one per feature. It is on the coefficient in the feature's own unit, or per standard
   * deviation with `standardise`. The intercept has no penalty. The penalty is sum_j penalty_j b_j^2 / 2, subtracted from the
   * sum (not the mean) of the log likelihood. It is scikit-learn's 1 / C.
   */
  penalty: number | ArrayLike<number>;
  standardise?: boolean;
  /** One per row; with `sets`, one per set. */
  weights?: ArrayLike<number>;
  /** Matched sets: rows `sets[s]` to `sets[s + 1]`, of which the first had the event. There is no intercept then. */
  sets?: Uint32Array;
  /** A fit of the same features to start from. */
  start?: LogisticFit;
  limits?: NewtonLimits;
}

export interface LogisticFit {
  version: 1;
  kind: 'logistic';
  feature_names: string[];
  /** 0 for matched sets, because it cancels there. */
  intercept: number;
  /** Per unit of each feature. */
  coefficients: number[];
  /** Of the intercept (absent for matched sets) and the coefficients, row by row: the inverse of information plus penalty. */
  covariance: number[];
  log_likelihood: number;
  iterations: number;
  converged: boolean;
}

/**
 * Fits to one target per row in [0, 1] (ignored with `sets`). No value may be missing: add an indicator for that. The same
 * input gives the same fit, to the last bit. Source: iteratively reweighted least squares as in Hastie, Tibshirani and
 * Friedman, section 4.4.1; with `sets`, Breslow and Day (see likelihood.ts).
 */
export function fitLogistic(table: Table, target: ArrayLike<number>, options: LogisticOptions): LogisticFit {
  const scale = options.standardise ? scaleOf(table, options) : identityScale(table.columns.length);
  const intercept = options.sets ? 0 : 1;
  const design = designOf(table, scale, intercept);
  const penalties = { own: penaltiesOf(options.penalty, table.columns.length, intercept) };
  const likelihood = options.sets
    ? setLikelihood(design, options.sets, options.weights)
    : rowLikelihood(design, target, options.weights);
  const start = startingPoint(options.start, scale, intercept);
  const optimum = maximise(likelihood, penalties, start, options.limits);
  const covariance = invertSymmetric(penalised(optimum.at.information, penalties), design.columns);
  return {
    version: 1,
    kind: 'logistic',
    feature_names: [...table.names],
    ...inOwnUnits(optimum.theta, covariance, scale, intercept),
    log_likelihood: optimum.at.value,
    iterations: optimum.iterations,
    converged: optimum.converged,
  };
}

interface Scale {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

function identityScale(columns: number): Scale {
  return { mean: new Float64Array(columns), deviation: new Float64Array(columns).fill(1) };
}

/** Means and deviations over rows (weighted by row where weights are by row); a constant column keeps its unit. */
function scaleOf(table: Table, options: LogisticOptions): Scale {
  const weights = options.sets ? undefined : options.weights;
  const scale = identityScale(table.columns.length);
  table.columns.forEach((column, j) => {
    let total = 0;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < table.rows; i++) {
      const weight = weights ? weights[i]! : 1;
      total += weight;
      sum += weight * column[i]!;
    }
    const mean = sum / total;
    for (let i = 0; i < table.rows; i++) squares += (weights ? weights[i]! : 1) * (column[i]! - mean) ** 2;
    const deviation = Math.sqrt(squares / total);
    scale.mean[j] = mean;
    if (deviation > 1e-12 * Math.abs(mean)) scale.deviation[j] = deviation;
  });
  return scale;
}

function designOf(table: Table, scale: Scale, intercept: number): Design {
  const columns = table.columns.length + intercept;
  const data = new Float64Array(table.rows * columns);
  if (intercept) for (let i = 0; i < table.rows; i++) data[i * columns] = 1;
  table.columns.forEach((column, j) => {
    const mean = scale.mean[j]!;
    const deviation = scale.deviation[j]!;
    for (let i = 0; i < table.rows; i++) data[i * columns + j + intercept] = (column[i]! - mean) / deviation;
  });
  return { rows: table.rows, columns, data };
}

function penaltiesOf(penalty: LogisticOptions['penalty'], columns: number, intercept: number): Float64Array {
  const penalties = new Float64Array(columns + intercept);
  for (let j = 0; j < columns; j++) penalties[j + intercept] = typeof penalty === 'number' ? penalty : penalty[j]!;
  assert(
    penalties.every((value) => value >= 0),
    'there is one penalty per feature, and none is negative',
  );
  return penalties;
}

function startingPoint(fit: LogisticFit | undefined, scale: Scale, intercept: number): Float64Array {
  const columns = scale.mean.length;
  const theta = new Float64Array(columns + intercept);
  if (!fit) return theta;
  let shift = fit.intercept;
  for (let j = 0; j < columns; j++) {
    theta[j + intercept] = fit.coefficients[j]! * scale.deviation[j]!;
    shift += fit.coefficients[j]! * scale.mean[j]!;
  }
  if (intercept) theta[0] = shift;
  return theta;
}

/** Coefficients per unit of the feature: b = theta / deviation, intercept = theta_0 - sum b mean; the covariance follows. */
function inOwnUnits(
  theta: Float64Array,
  covariance: Float64Array,
  scale: Scale,
  intercept: number,
): Pick<LogisticFit, 'intercept' | 'coefficients' | 'covariance'> {
  const n = theta.length;
  const coefficients = Array.from(scale.deviation, (deviation, j) => theta[j + intercept]! / deviation);
  const level = intercept ? coefficients.reduce((sum, b, j) => sum - b * scale.mean[j]!, theta[0]!) : 0;
  // The linear map from theta to the coefficients, row by row.
  const map = new Float64Array(n * n);
  for (let j = 0; j < coefficients.length; j++) {
    map[(j + intercept) * n + j + intercept] = 1 / scale.deviation[j]!;
    if (intercept) map[j + 1] = -scale.mean[j]! / scale.deviation[j]!;
  }
  if (intercept) map[0] = 1;
  return { intercept: level, coefficients, covariance: Array.from(sandwich(map, covariance, n)) };
}

/** M C M'. */
function sandwich(map: Float64Array, covariance: Float64Array, n: number): Float64Array {
  const half = multiply(map, covariance, n, false);
  return multiply(half, map, n, true);
}

function multiply(a: Float64Array, b: Float64Array, n: number, transposed: boolean): Float64Array {
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[i * n + k]! * (transposed ? b[j * n + k]! : b[k * n + j]!);
      product[i * n + j] = sum;
    }
  return product;
}
