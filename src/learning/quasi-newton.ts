/**
 * The quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno, for smooth functions of a few numbers. Deterministic.
 * Source: Nocedal and Wright, Numerical Optimization, 2nd ed. 2006, algorithms 3.1 and 6.1.
 */
import { invertSymmetric, NotPositiveDefinite } from './cholesky.ts';

export interface Slope {
  value: number;
  readonly gradient: Float64Array;
}
export type Smooth = (theta: Float64Array) => Slope;

export interface SmoothOptimum {
  theta: Float64Array;
  value: number;
  converged: boolean;
}

const MAX_STEPS = 200;
/** The largest step of a number, so that one bad guess leads nowhere far. */
const LONGEST = 2;
const ENOUGH = 1e-4;

/**
 * The theta that maximises `smooth`, from `start`. It stops once no slope is above `tolerance`. The work yields after every call
 * of `smooth`, so that a caller can do other work in between.
 */
export function* maximiseSmooth(
  smooth: Smooth,
  start: Float64Array,
  tolerance: number,
): Generator<void, SmoothOptimum> {
  const size = start.length;
  let theta = start;
  let at = smooth(theta);
  let inverse = identity(size);
  for (let step = 0; step < MAX_STEPS; step++) {
    yield;
    if (steepest(at) <= tolerance) return { theta, value: at.value, converged: true };
    let direction = timesMatrix(inverse, at.gradient);
    if (!(dot(direction, at.gradient) > 0)) {
      inverse = identity(size);
      direction = at.gradient.slice();
    }
    const longest = Math.max(...direction.map(Math.abs));
    if (longest > LONGEST) direction = direction.map((d) => (d * LONGEST) / longest);
    const slope = dot(direction, at.gradient);
    let part = 1;
    let next = theta;
    let then = at;
    for (; part > 1e-10; part /= 2) {
      next = theta.map((value, j) => value + part * direction[j]!);
      then = smooth(next);
      yield;
      if (then.value >= at.value + ENOUGH * part * slope) break;
    }
    // No step along a rising direction rises: this is as exact as the value can tell.
    if (!(then.value > at.value)) return { theta, value: at.value, converged: steepest(at) <= 1e3 * tolerance };
    inverse = updated(inverse, theta, next, at, then);
    theta = next;
    at = then;
  }
  return { theta, value: at.value, converged: false };
}

const steepest = ({ gradient }: Slope): number => Math.max(...gradient.map(Math.abs));

/** The next guess of the inverse of minus the second derivative. */
function updated(inverse: Float64Array, theta: Float64Array, next: Float64Array, at: Slope, then: Slope): Float64Array {
  const size = theta.length;
  const s = next.map((value, j) => value - theta[j]!);
  const y = at.gradient.map((value, j) => value - then.gradient[j]!);
  const sy = dot(s, y);
  if (!(sy > 1e-12)) return inverse;
  const hy = timesMatrix(inverse, y);
  const scale = (1 + dot(y, hy) / sy) / sy;
  return inverse.map((value, cell) => {
    const i = Math.floor(cell / size);
    const j = cell % size;
    return value + scale * s[i]! * s[j]! - (hy[i]! * s[j]! + s[i]! * hy[j]!) / sy;
  });
}

/**
 * The covariance of a maximum likelihood estimate: the inverse of the information, which is minus the second derivative at theta,
 * by central differences of the gradient. Row by row; null where the information is not positive definite.
 */
export function* covarianceAt(smooth: Smooth, theta: Float64Array): Generator<void, Float64Array | null> {
  const STEP = 1e-4;
  const size = theta.length;
  const information = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    const moved = (by: number): Float64Array => theta.map((value, i) => (i === j ? value + by : value));
    const above = smooth(moved(STEP)).gradient;
    yield;
    const below = smooth(moved(-STEP)).gradient;
    yield;
    for (let i = 0; i < size; i++) {
      const half = (below[i]! - above[i]!) / (2 * STEP) / 2;
      information[i * size + j]! += half;
      information[j * size + i]! += half;
    }
  }
  try {
    return invertSymmetric(information, size);
  } catch (error) {
    if (error instanceof NotPositiveDefinite) return null;
    throw error;
  }
}

function identity(size: number): Float64Array {
  return new Float64Array(size * size).map((_, cell) => (cell % (size + 1) === 0 ? 1 : 0));
}

function timesMatrix(matrix: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  return vector.map((_, i) => dot(matrix.subarray(i * size, (i + 1) * size), vector));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
