/** Draws from normal laws that are given by their precision (the inverse of the covariance), and of variances. */
import type { Random } from '../../domain/random.ts';
import { factor } from '../cholesky.ts';
import type { Chain } from './columns.ts';

/**
 * A draw from the normal law with the precision P and the mean P^-1 b. P is n * n. Source: Rue and Held, Gaussian Markov Random Fields, 2005,
 * algorithm 2.5.
 */
export function drawNormal(precision: Float64Array, b: Float64Array, n: number, random: Random): Float64Array {
  const lower = factor(precision, n);
  const drawn = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i * n + k]! * drawn[k]!;
    drawn[i] = sum / lower[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = drawn[i]! + random.normal(0, 1);
    for (let k = i + 1; k < n; k++) sum -= lower[k * n + i]! * drawn[k]!;
    drawn[i] = sum / lower[i * n + i]!;
  }
  return drawn;
}

/** The same where only neighbours have a precision in common, which is `beside` for all of them. Writes the draw into `drawn`. */
export function drawChain({ own, beside, b }: Chain, drawn: Float64Array, random: Random): void {
  const length = own.length;
  const [diagonal, below] = [new Float64Array(length), new Float64Array(length)];
  for (let w = 0; w < length; w++) {
    below[w] = w === 0 ? 0 : beside / diagonal[w - 1]!;
    diagonal[w] = Math.sqrt(own[w]! - below[w]! ** 2);
    drawn[w] = (b[w]! - (w === 0 ? 0 : below[w]! * drawn[w - 1]!)) / diagonal[w]!;
  }
  for (let w = length - 1; w >= 0; w--) {
    const later = w === length - 1 ? 0 : below[w + 1]! * drawn[w + 1]!;
    drawn[w] = (drawn[w]! + random.normal(0, 1) - later) / diagonal[w]!;
  }
}

/**
 * A draw of a variance after `count` errors with this sum of squares. Before them it is taken for `expected`, as if by `expected_count` errors. Source:
 * Gelman and others, Bayesian Data Analysis, 3rd ed. 2013, section 2.6 (scaled inverse chi-squared).
 */
export function drawVariance(
  { squares, count }: { squares: number; count: number },
  { expected, expected_count }: { expected: number; expected_count: number },
  random: Random,
): number {
  return (squares + expected_count * expected) / (2 * random.gamma((count + expected_count) / 2));
}

const TRIES = 30;

/** A draw from a normal law, of its part above 0. Far below 0 that part is close to an exponential. */
export function drawPositive(mean: number, deviation: number, random: Random): number {
  for (let i = 0; i < TRIES; i++) {
    const value = random.normal(mean, deviation);
    if (value > 0) return value;
  }
  return random.exponential(deviation ** 2 / Math.max(deviation, -mean));
}
