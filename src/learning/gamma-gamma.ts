/**
 * Gamma-Gamma: what customers spend on a purchase. The purchases of a customer are drawn from a gamma distribution of shape p; its
 * rate differs by customer and is drawn from a gamma distribution (q, v). How much a customer spends does not depend on how often.
 * Source: Fader and Hardie, The Gamma-Gamma Model of Monetary Value, 2013.
 */
import type { Fitted } from './bg-nbd.ts';
import { covarianceAt, maximiseSmooth, type Slope, type Smooth } from './damped-newton.ts';
import { boundPenalty } from './log-scaled.ts';
import { digamma, logGamma } from './special.ts';

/** Customers with their number of purchases, at least 1, and the mean of these, above 0. */
export interface Spending {
  purchases: ArrayLike<number>;
  mean: ArrayLike<number>;
}

export interface GammaGamma {
  p: number;
  q: number;
  v: number;
}

const NAMES = ['p', 'q', 'v'] as const;
const START = [Math.log(2), Math.log(3), Math.log(1)];

/**
 * The model of most likelihood; null where the data do not settle its parameters.
 * @param near a model that the steps begin at, such as that of a part of the data.
 */
export function* fitGammaGamma(
  spending: Spending,
  near: GammaGamma | null = null,
): Generator<void, Fitted<GammaGamma> | null> {
  const customers = spending.mean.length;
  if (customers === 0) return null;
  let total = 0;
  for (let i = 0; i < customers; i++) total += spending.mean[i]!;
  const unit = total / customers;
  const rows = { purchases: spending.purchases, mean: Float64Array.from(spending.mean, (mean) => mean / unit) };
  const smooth: Smooth = (theta) => {
    const model = gammaGammaOf(theta);
    const { value, gradient } = evaluate(model, rows);
    return boundPenalty(theta, { value, gradient: gradient.map((slope, j) => slope * model[NAMES[j]!]) });
  };
  const theta = yield* maximiseSmooth(
    smooth,
    near === null ? Float64Array.from(START) : logsOfGammaGamma({ ...near, v: near.v / unit }),
  );
  if (theta === null) return null;
  const covariance = yield* covarianceAt(smooth, theta);
  if (covariance === null) return null;
  const model = gammaGammaOf(theta);
  model.v *= unit;
  return { model, log_likelihood: evaluate(model, spending).value, covariance };
}

/** The model of parameters in logarithms. */
export function gammaGammaOf(theta: ArrayLike<number>): GammaGamma {
  const [p, q, v] = Array.from(theta, Math.exp) as [number, number, number];
  return { p, q, v };
}

export const logsOfGammaGamma = (model: GammaGamma): Float64Array =>
  Float64Array.from(NAMES, (name) => Math.log(model[name]));

/**
 * What a customer is expected to spend on a purchase, formula (5) of the source: between the customer's own mean and the mean of all.
 * A customer without purchases has the mean of all, p v / (q - 1). Not finite where p purchases + q <= 1.
 */
export function expectedSpend({ p, q, v }: GammaGamma, purchases: number, mean: number): number {
  return (p * (v + purchases * mean)) / (p * purchases + q - 1);
}

/** The log likelihood, formula (1a) of the source, and its slopes by p, q and v. */
function evaluate({ p, q, v }: GammaGamma, { purchases, mean }: Spending): Slope {
  const known: Array<Float64Array | undefined> = [];
  const log_v = Math.log(v);
  const [of_q_alone, slope_q] = [logGamma(q), digamma(q)];
  let value = 0;
  let [of_p, of_q, of_v] = [0, 0, 0];
  for (let i = 0; i < mean.length; i++) {
    const x = purchases[i]!;
    const terms = known[x] ?? termsOf(p, q, x);
    known[x] = terms;
    const log_spent = Math.log(x * mean[i]!);
    const log_sum = Math.log(v + x * mean[i]!);
    value += terms[0]! - of_q_alone + q * log_v + p * x * log_spent - Math.log(mean[i]!) - (p * x + q) * log_sum;
    of_p += x * (terms[1]! + log_spent - log_sum);
    of_q += terms[2]! - slope_q + log_v - log_sum;
    of_v += q / v - (p * x + q) / (v + x * mean[i]!);
  }
  return { value, gradient: Float64Array.of(of_p, of_q, of_v) };
}

/** The terms that depend on the number of purchases alone, and their derivatives by p (over the number) and q. */
function termsOf(p: number, q: number, x: number): Float64Array {
  const both = digamma(p * x + q);
  return Float64Array.of(logGamma(p * x + q) - logGamma(p * x), both - digamma(p * x), both);
}
