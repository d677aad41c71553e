/**
 * Decides the strength of shrinkage by the evidence. Each strength is a penalty, that is, a normal prior. The data give each
 * strength a probability, and the answer is the average over the strengths. With clear data the answer is the estimate without
 * shrinkage; without data it is 0.
 */
import { factor, substitute } from './cholesky.ts';
import { type Likelihood, quadraticForm } from './likelihood.ts';
import { maximise, type NewtonLimits, type Optimum, type Penalties, penalised } from './newton.ts';

export interface ShrinkageOptions {
  /** The first `shrunk` coefficients share one unknown penalty. The others have the penalties of `penalties`. */
  readonly shrunk: number;
  /**
   * How much the shrunk coefficients have in common. A priori each is a common value plus its own one, both around 0, and the variance of
   * the common value is this part of the variance of an own one. Left out: nothing in common.
   */
  readonly in_common?: number;
  readonly penalties: Float64Array;
  /** Penalties to choose from, ascending. The last is so large that the coefficients are 0: no effect at all. */
  readonly strengths: readonly number[];
  /** The prior probability of the last strength, no effect at all. The other strengths share the rest equally. */
  readonly chance_of_none: number;
  readonly limits: NewtonLimits;
}

export interface WeighedStrength {
  readonly strength: number;
  /** Posterior chance of this strength. */
  readonly weight: number;
  readonly theta: Float64Array;
  /** Lower triangle of Cholesky of information and penalties. */
  readonly lower: Float64Array;
}

export interface Averaged {
  /** Posterior mean over strengths. */
  readonly theta: Float64Array;
  readonly weighed: readonly WeighedStrength[];
  /** The optimum under the likeliest strength, around which the likelihood is expanded. */
  readonly optimum: Optimum;
  readonly penalties: Penalties;
  /** The log of the likelihood with coefficients and strength integrated out, up to a constant that all models share. */
  readonly log_evidence: number;
  /** Trace of information (information + penalties)^-1: the effective number of free coefficients. */
  readonly effective_parameters: number;
}

/**
 * Fits under the likeliest penalty, then averages over all of them on the quadratic expansion there (Laplace's method).
 * Source: MacKay, Bayesian interpolation, Neural Computation 4 (1992), equations 2.7 and 2.15; effective parameters: Hastie,
 * Tibshirani and Friedman, equation 3.50.
 */
export function averageShrinkage(likelihood: Likelihood, start: Float64Array, options: ShrinkageOptions): Averaged {
  let strength = options.strengths[Math.floor(options.strengths.length / 3)]!;
  let theta = start;
  for (let pass = 0; ; pass++) {
    const penalties = withStrength(options, strength);
    const optimum = maximise(likelihood, penalties, theta, options.limits);
    const { weighed, log_evidence, likeliest } = weigh(optimum, options);
    // The expansion must be around the answer. The limit stops two equally likely strengths from alternating for ever.
    if (likeliest === strength || pass === 3)
      return {
        theta: mean(weighed),
        weighed,
        optimum,
        penalties,
        log_evidence,
        effective_parameters: effectiveParameters(weighed, optimum),
      };
    strength = likeliest;
    theta = optimum.theta;
  }
}

/** The right side of the normal equations at an optimum: gradient + information theta. */
export function rightSide(optimum: Optimum): Float64Array {
  const n = optimum.theta.length;
  return optimum.at.gradient.map((g, i) => {
    let sum = g;
    for (let j = 0; j < n; j++) sum += optimum.at.information[i * n + j]! * optimum.theta[j]!;
    return sum;
  });
}

/**
 * The penalties at one strength: the inverse of the prior covariance. For the shrunk coefficients that covariance is (I + c 11') / strength,
 * whose inverse is strength (I - c / (1 + c count) 11') by the formula of Sherman and Morrison.
 */
export function withStrength({ shrunk, in_common = 0, penalties }: ShrinkageOptions, strength: number): Penalties {
  const own = penalties.map((penalty, j) => (j < shrunk ? strength : penalty));
  if (in_common === 0) return { own };
  return { own, together: { count: shrunk, relief: (strength * in_common) / (1 + in_common * shrunk) } };
}

/** A draw of the right side's prior part: normal with the penalties as covariance. @param normal draws from the standard normal distribution. */
export function drawOfPrior({ own, together }: Penalties, normal: () => number): Float64Array {
  const draw = own.map(() => normal());
  if (together) {
    // The square root of I - k 11' is I - b 11' with (1 - b count)^2 = 1 - k count.
    const { count, relief } = together;
    const k = relief / own[0]!;
    const mean = draw.slice(0, count).reduce((sum, value) => sum + value, 0) / count;
    for (let j = 0; j < count; j++) draw[j]! -= (1 - Math.sqrt(1 - k * count)) * mean;
  }
  return draw.map((value, j) => Math.sqrt(own[j]!) * value);
}

function weigh(optimum: Optimum, options: ShrinkageOptions) {
  const n = optimum.theta.length;
  const { at, theta } = optimum;
  const right = rightSide(optimum);
  const constant = at.value - dot(at.gradient, theta) - quadraticForm(at.information, theta) / 2;
  const none = options.strengths.length - 1;
  const weighed = options.strengths.map((strength, i) => {
    const lower = factor(penalised(at.information, withStrength(options, strength)), n);
    const at_strength = substitute(lower, right, n);
    let log_volume = (options.shrunk * Math.log(strength) - Math.log1p((options.in_common ?? 0) * options.shrunk)) / 2;
    for (let j = 0; j < n; j++) log_volume -= Math.log(lower[j * n + j]!);
    const prior = i === none ? options.chance_of_none : (1 - options.chance_of_none) / none;
    const log = constant + dot(right, at_strength) / 2 + log_volume + Math.log(prior);
    return { strength, theta: at_strength, lower, log };
  });
  const likeliest = weighed.reduce((best, next) => (next.log > best.log ? next : best));
  const sum = weighed.reduce((total, { log }) => total + Math.exp(log - likeliest.log), 0);
  return {
    weighed: weighed.map(({ log, ...rest }) => ({ ...rest, weight: Math.exp(log - likeliest.log) / sum })),
    log_evidence: likeliest.log + Math.log(sum),
    likeliest: likeliest.strength,
  };
}

function mean(weighed: readonly WeighedStrength[]): Float64Array {
  const theta = new Float64Array(weighed[0]!.theta.length);
  for (const one of weighed) for (let j = 0; j < theta.length; j++) theta[j]! += one.weight * one.theta[j]!;
  return theta;
}

function effectiveParameters(weighed: readonly WeighedStrength[], optimum: Optimum): number {
  const n = optimum.theta.length;
  let total = 0;
  for (const { weight, lower } of weighed) {
    if (weight < 1e-6) continue;
    for (let column = 0; column < n; column++)
      total += weight * substitute(lower, optimum.at.information.subarray(column * n, (column + 1) * n), n)[column]!;
  }
  return total;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
