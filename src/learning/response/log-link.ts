/**
 * Regression of an amount per week on features, with a log link and a variance in proportion to the mean (quasi-Poisson), and a normal
 * prior for each coefficient. Sources: McCullagh and Nelder, Generalized Linear Models, 2nd ed. 1989, chapters 6.2 and 9 (the
 * variance); Hoerl and Kennard, Technometrics 12, 1970 (the penalty, which is the prior).
 */
import { solveSymmetric } from '../cholesky.ts';
import type { Prior } from './draws.ts';

export interface LogLinkTask {
  /** One array a feature, with a value for each week. The first is of ones. */
  columns: readonly Float64Array[];
  /** Amounts of 0 and above; at least one is above. */
  target: Float64Array;
  /** How much each week counts. */
  weights: Float64Array;
  priors: readonly Prior[];
  /** Variance / mean. The larger it is, the more the priors count. */
  dispersion: number;
  start?: Float64Array | undefined;
}

const MOST_STEPS = 40;
const CLOSE = 1e-9;
/** The logarithm of a mean moves by no more in one step. */
const LONGEST = 2;

/** The coefficients of highest posterior density. Deterministic. */
export function fitLogLink(task: LogLinkTask): Float64Array {
  const { columns, target, weights, priors, dispersion } = task;
  const n = columns.length;
  let theta = task.start ?? startOf(task);
  for (let step = 0; step < MOST_STEPS; step++) {
    const gradient = new Float64Array(n);
    const information = new Float64Array(n * n);
    for (let w = 0; w < target.length; w++) {
      const weight = weights[w]! / dispersion;
      if (weight === 0) continue;
      const mean = meanOf(columns, theta, w);
      for (let i = 0; i < n; i++) {
        const x = columns[i]![w]!;
        gradient[i]! += weight * (target[w]! - mean) * x;
        for (let j = 0; j <= i; j++) information[i * n + j]! += weight * mean * x * columns[j]![w]!;
      }
    }
    for (let i = 0; i < n; i++) {
      const precision = 1 / priors[i]!.standard_deviation ** 2;
      gradient[i]! -= precision * (theta[i]! - priors[i]!.mean);
      // A little is added so that a feature without a prior that never varies cannot stop the fit.
      information[i * n + i]! += precision + 1e-12;
    }
    const direction = solveSymmetric(information, gradient, n);
    const longest = Math.max(...direction.map(Math.abs));
    const scale = Math.min(1, LONGEST / longest);
    theta = theta.map((value, i) => value + scale * direction[i]!);
    if (longest < CLOSE) break;
  }
  return theta;
}

function startOf({ columns, target, priors }: LogLinkTask): Float64Array {
  const mean = target.reduce((sum, value) => sum + value, 0) / target.length;
  const start = new Float64Array(columns.length).map((_, i) =>
    Number.isFinite(priors[i]!.standard_deviation) ? priors[i]!.mean : 0,
  );
  start[0] = Math.log(mean);
  return start;
}

export function meanOf(columns: readonly Float64Array[], theta: Float64Array, week: number): number {
  let sum = 0;
  for (let i = 0; i < theta.length; i++) sum += theta[i]! * columns[i]![week]!;
  return Math.exp(sum);
}

/** Pearson's estimate of variance / mean, from the residuals of a fit. */
export function dispersionOf(columns: readonly Float64Array[], target: Float64Array, theta: Float64Array): number {
  let sum = 0;
  for (let w = 0; w < target.length; w++) {
    const mean = meanOf(columns, theta, w);
    sum += (target[w]! - mean) ** 2 / mean;
  }
  return sum / Math.max(1, target.length - theta.length);
}
