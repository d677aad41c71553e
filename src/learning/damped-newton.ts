/**
 * Newton's method with damping, for log likelihoods of a few parameters that are not concave everywhere. Where the second derivative
 * does not point uphill, a multiple of the identity is added. Deterministic. Source: Nocedal and Wright, Numerical Optimization,
 * 2nd ed. 2006, sections 3.4 and 10.3 (Levenberg and Marquardt).
 */
import { invertSymmetric, NotPositiveDefinite, solveSymmetric } from './cholesky.ts';

export interface Slope {
  value: number;
  readonly gradient: Float64Array;
}
export type Smooth = (theta: Float64Array) => Slope;

const MAX_STEPS = 60;
/** Stop once a step promises to raise the log likelihood by less than this. A standard error is half a unit away. */
const TOLERANCE = 1e-5;
/** The largest step of a number, so that one bad guess leads nowhere far. */
const LONGEST = 2;
const [FIRST_DAMPING, LEAST_DAMPING, MOST_DAMPING] = [1e-3, 1e-9, 1e12];

/**
 * The theta that maximises a log likelihood, from `start`; null if the steps do not end. The work yields after every call of `smooth`, so
 * that a caller can do other work in between.
 */
export function* maximiseSmooth(smooth: Smooth, start: Float64Array): Generator<void, Float64Array | null> {
  let theta = start;
  let at = smooth(theta);
  let damping = FIRST_DAMPING;
  for (let step = 0; step < MAX_STEPS; step++) {
    const information = yield* informationAt(smooth, theta);
    for (;;) {
      const direction = stepOf(information, at.gradient, damping);
      const promise = direction === null ? Number.NaN : dot(direction, at.gradient) / 2;
      if (promise < TOLERANCE) return theta;
      const next = direction === null ? theta : theta.map((value, j) => value + direction[j]!);
      const then = direction === null ? at : smooth(next);
      yield;
      if (then.value > at.value) {
        theta = next;
        at = then;
        damping = Math.max(LEAST_DAMPING, damping / 10);
        break;
      }
      damping *= 10;
      // No step rises: this is as exact as the value can tell.
      if (damping > MOST_DAMPING) return theta;
    }
  }
  return null;
}

/** The damped step uphill; null where the damping is too small. Damping is relative to the largest curvature. */
function stepOf(information: Float64Array, gradient: Float64Array, damping: number): Float64Array | null {
  const size = gradient.length;
  let largest = 0;
  for (let j = 0; j < size; j++) largest = Math.max(largest, Math.abs(information[j * (size + 1)]!));
  const damped = information.map((value, cell) => (cell % (size + 1) === 0 ? value + damping * largest : value));
  try {
    const step = solveSymmetric(damped, gradient, size);
    const longest = Math.max(...step.map(Math.abs));
    return longest > LONGEST ? step.map((part) => (part * LONGEST) / longest) : step;
  } catch (error) {
    if (error instanceof NotPositiveDefinite) return null;
    throw error;
  }
}

/**
 * The covariance of a maximum likelihood estimate: the inverse of the information at theta. Row by row; null where the information is
 * not positive definite.
 */
export function* covarianceAt(smooth: Smooth, theta: Float64Array): Generator<void, Float64Array | null> {
  const information = yield* informationAt(smooth, theta);
  try {
    return invertSymmetric(information, theta.length);
  } catch (error) {
    if (error instanceof NotPositiveDefinite) return null;
    throw error;
  }
}

/** The information, which is minus the second derivative at theta, by central differences of the gradient. */
function* informationAt(smooth: Smooth, theta: Float64Array): Generator<void, Float64Array> {
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
  return information;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
