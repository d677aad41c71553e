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
 * A quadratic penalty: sum_j own_j (theta_j)^2 / 2, less `relief` (theta_1 + ... + theta_count)^2 / 2. With a relief, the first
 * coefficients may move together for less. It has to be below own / count, so that the penalty is never negative.
 */
export interface Penalties {
  readonly own: Float64Array;
  readonly together?: { readonly count: number; readonly relief: number };
}

/**
 * The theta that maximises likelihood(theta) less the penalty, from `start`. A step that makes it worse is
 * halved. Throws NotPositiveDefinite where features depend on each other and none of them has a penalty.
 */
export function maximise(
  likelihood: Likelihood,
  penalties: Penalties,
  start: Float64Array,
  limits: NewtonLimits = { iterations: 50, tolerance: 1e-14 },
): Optimum {
  let theta = start;
  let at = likelihood(theta);
  for (let iterations = 0; iterations < limits.iterations; iterations++) {
    const pull = pullOf(theta, penalties);
    const slope = at.gradient.map((g, j) => g - pull[j]!);
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

/** The information with the penalties: minus the second derivative of what {@link maximise} maximises. */
export function penalised(information: Float64Array, { own, together }: Penalties): Float64Array {
  const n = own.length;
  const sum = Float64Array.from(information);
  for (let j = 0; j < n; j++) sum[j * n + j]! += own[j]!;
  if (together)
    for (let i = 0; i < together.count; i++)
      for (let j = 0; j < together.count; j++) sum[i * n + j]! -= together.relief;
  return sum;
}

/** The gradient of the penalty. */
function pullOf(theta: Float64Array, { own, together }: Penalties): Float64Array {
  const pull = theta.map((value, j) => own[j]! * value);
  if (together) {
    const common = together.relief * sumOf(theta, together.count);
    for (let j = 0; j < together.count; j++) pull[j]! -= common;
  }
  return pull;
}

function cost(theta: Float64Array, penalties: Penalties): number {
  return pullOf(theta, penalties).reduce((sum, pull, j) => sum + pull * theta[j]!, 0) / 2;
}

function sumOf(values: Float64Array, count: number): number {
  let sum = 0;
  for (let j = 0; j < count; j++) sum += values[j]!;
  return sum;
}
