/** Newton's method on a concave log likelihood less a quadratic penalty. Deterministic. */
import { solveSymmetric } from './cholesky.ts';
import type { Evaluation, Likelihood } from './likelihood.ts';

export interface Optimum {
  theta: Float64Array;
  /** At theta, without the penalty. */
  at: Evaluation;
  iterations: number;
  converged: boolean;
}

export interface NewtonLimits {
  iterations: number;
  /** Stop once a full step promises to raise the penalised log likelihood by less than this. */
  tolerance: number;
}

/**
 * The theta that maximises likelihood(theta) - sum_j penalties_j (theta_j)^2 / 2, from `start`. A step that makes it worse is
 * halved. Throws NotPositiveDefinite where features depend on each other and none of them has a penalty.
 */
export function maximise(
  likelihood: Likelihood,
  penalties: Float64Array,
  start: Float64Array,
  limits: NewtonLimits = { iterations: 50, tolerance: 1e-14 },
): Optimum {
  let theta = start;
  let at = likelihood(theta);
  for (let iterations = 0; iterations < limits.iterations; iterations++) {
    const slope = at.gradient.map((g, j) => g - penalties[j]! * theta[j]!);
    const step = solveSymmetric(penalised(at.information, penalties), slope, theta.length);
    const promise = step.reduce((sum, s, j) => sum + s * slope[j]!, 0) / 2;
    if (promise < limits.tolerance) return { theta, at, iterations, converged: true };
    const before = at.value - cost(theta, penalties);
    let size = 1;
    let next = theta;
    let then = at;
    do {
      next = theta.map((value, j) => value + size * step[j]!);
      then = likelihood(next);
      size /= 2;
      // A margin for rounding, because near the optimum the value cannot tell a better point from a worse one.
    } while (!(then.value - cost(next, penalties) >= before - 1e-12 * Math.abs(before)) && size > 1e-4);
    theta = next;
    at = then;
  }
  return { theta, at, iterations: limits.iterations, converged: false };
}

/** The information with the penalties on its diagonal. */
export function penalised(information: Float64Array, penalties: Float64Array): Float64Array {
  const sum = Float64Array.from(information);
  for (let j = 0; j < penalties.length; j++) sum[j * penalties.length + j]! += penalties[j]!;
  return sum;
}

function cost(theta: Float64Array, penalties: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < theta.length; j++) sum += (penalties[j]! * theta[j]! ** 2) / 2;
  return sum;
}
