/**
 * BG/NBD: how often customers buy, and whether they still do. While active, a customer buys at a steady rate, drawn from a gamma
 * distribution (r, alpha); after each purchase the customer leaves for good with a chance drawn from a beta distribution (a, b).
 * Source: Fader, Hardie and Lee, "Counting Your Customers" the Easy Way, Marketing Science 24(2), 2005.
 */

import { covarianceAt, maximiseSmooth, type Smooth } from './damped-newton.ts';
import { boundPenalty, type LogScaled } from './log-scaled.ts';
import { digamma, hypergeometric, logGamma } from './special.ts';

/** What is known of customers. Times are of one unit, from the first purchase of each. */
export interface Purchases {
  /** Purchases after the first one. */
  repeats: ArrayLike<number>;
  /** The time of the last purchase; 0 without repeats. */
  recency: ArrayLike<number>;
  /** How long the customer was observed. */
  age: ArrayLike<number>;
  /** How many such customers there are; one each when left out. */
  weight?: ArrayLike<number>;
}

export interface BgNbd {
  r: number;
  alpha: number;
  a: number;
  b: number;
}

export interface Fitted<M> {
  model: M;
  log_likelihood: number;
  /** Of the logarithms of the parameters, row by row. */
  covariance: Float64Array;
}

const NAMES = ['r', 'alpha', 'a', 'b'] as const;
const START = [Math.log(0.5), Math.log(0.5), Math.log(0.8), Math.log(2)];

/**
 * The model of most likelihood; null where the data do not settle its parameters.
 * @param near a model that the steps begin at, such as that of a part of the data.
 */
export function* fitBgNbd(purchases: Purchases, near: BgNbd | null = null): Generator<void, Fitted<BgNbd> | null> {
  const rows = scaled(purchases);
  if (rows.customers === 0) return null;
  const smooth = likelihoodOf(rows);
  const theta = yield* maximiseSmooth(
    smooth,
    near === null ? Float64Array.from(START) : logsOfBgNbd({ ...near, alpha: near.alpha / rows.unit }),
  );
  if (theta === null) return null;
  const covariance = yield* covarianceAt(smooth, theta);
  if (covariance === null) return null;
  const model = bgNbdOf(theta);
  model.alpha *= rows.unit;
  return { model, log_likelihood: logLikelihood(model, purchases), covariance };
}

/** The model of parameters in logarithms. */
export function bgNbdOf(theta: ArrayLike<number>): BgNbd {
  const [r, alpha, a, b] = Array.from(theta, Math.exp) as [number, number, number, number];
  return { r, alpha, a, b };
}

export const logsOfBgNbd = (model: BgNbd): Float64Array => Float64Array.from(NAMES, (name) => Math.log(model[name]));

/** The log likelihood of a model. */
export function logLikelihood(model: BgNbd, purchases: Purchases): number {
  const { repeats, recency, age, weight = ones(purchases) } = purchases;
  return evaluate(model, { repeats, recency: distinct(recency), age: distinct(age), weight }).value;
}

interface Rows extends LogScaled {
  repeats: ArrayLike<number>;
  recency: Distinct;
  age: Distinct;
  weight: ArrayLike<number>;
}

/** Times are days, so few of them differ: the different ones, and by row the number of its own. */
interface Distinct {
  values: Float64Array;
  of_row: Uint32Array;
}

function distinct(times: ArrayLike<number>): Distinct {
  const numbers = new Map<number, number>();
  const of_row = new Uint32Array(times.length);
  for (let i = 0; i < times.length; i++) {
    const known = numbers.get(times[i]!) ?? numbers.size;
    numbers.set(times[i]!, known);
    of_row[i] = known;
  }
  return { values: Float64Array.from(numbers.keys()), of_row };
}

const ones = ({ repeats }: Purchases): Float64Array => new Float64Array(repeats.length).fill(1);

/** Times in units of the mean age, so that the parameters of all shops are of one size. */
function scaled(purchases: Purchases): Rows {
  const weight = purchases.weight ?? ones(purchases);
  let customers = 0;
  let total = 0;
  for (let i = 0; i < weight.length; i++) {
    customers += weight[i]!;
    total += weight[i]! * purchases.age[i]!;
  }
  const unit = total > 0 ? total / customers : 1;
  return {
    repeats: purchases.repeats,
    recency: distinct(Float64Array.from(purchases.recency, (time) => time / unit)),
    age: distinct(Float64Array.from(purchases.age, (time) => time / unit)),
    weight,
    customers,
    unit,
  };
}

function likelihoodOf(rows: Rows): Smooth {
  return (theta) => {
    const model = bgNbdOf(theta);
    const { value, gradient } = evaluate(model, { ...rows });
    const slopes = gradient.map((slope, j) => slope * model[NAMES[j]!]);
    return boundPenalty(theta, { value, gradient: slopes });
  };
}

/** The terms that depend on the number of repeats alone, once for each number. */
class ByRepeats {
  private readonly known: Array<Float64Array | undefined> = [];
  private readonly known_leaving: Array<number | undefined> = [];
  constructor(private readonly model: BgNbd) {}

  /** The logarithm of a / (b + x - 1), for repeats x above 0. */
  leaving(x: number): number {
    const found = this.known_leaving[x];
    if (found !== undefined) return found;
    const { a, b } = this.model;
    const own = Math.log(a / (b + x - 1));
    this.known_leaving[x] = own;
    return own;
  }

  /** The terms A1 and A2 of the source without alpha, and their derivatives by r, a and b. */
  of(x: number): Float64Array {
    const found = this.known[x];
    if (found !== undefined) return found;
    const { r, a, b } = this.model;
    const terms = Float64Array.of(
      logGamma(r + x) - logGamma(r) + logGamma(a + b) + logGamma(b + x) - logGamma(b) - logGamma(a + b + x),
      digamma(r + x) - digamma(r),
      digamma(a + b) - digamma(a + b + x),
      digamma(a + b) - digamma(a + b + x) + digamma(b + x) - digamma(b),
    );
    this.known[x] = terms;
    return terms;
  }
}

/**
 * The log likelihood and its slopes by r, alpha, a and b: formula (6) of the source in the form of Fader and Hardie, Implementing the
 * BG/NBD Model in Microsoft Excel, 2004: A1 + A2 + ln(exp(A3) + exp(A4) if the customer bought again).
 */
function evaluate(model: BgNbd, rows: Omit<Rows, 'customers' | 'unit'>): { value: number; gradient: Float64Array } {
  const { r, alpha, a, b } = model;
  const { repeats, weight } = rows;
  const [age, recency] = [rows.age.values.map((time) => alpha + time), rows.recency.values.map((time) => alpha + time)];
  const [log_ages, log_recencies] = [age.map(Math.log), recency.map(Math.log)];
  const by_repeats = new ByRepeats(model);
  const log_alpha = Math.log(alpha);
  let value = 0;
  let [of_r, of_alpha, of_a, of_b] = [0, 0, 0, 0];
  for (let i = 0; i < weight.length; i++) {
    const x = repeats[i]!;
    const w = weight[i]!;
    const terms = by_repeats.of(x);
    const age_no = rows.age.of_row[i]!;
    const recency_no = rows.recency.of_row[i]!;
    const log_age = log_ages[age_no]!;
    let log_sum = -(r + x) * log_age;
    let left = 0;
    let log_recency = 0;
    if (x > 0) {
      log_recency = log_recencies[recency_no]!;
      const stays = log_sum;
      const leaves = by_repeats.leaving(x) - (r + x) * log_recency;
      // The larger of the two is 1 once it is divided by itself.
      log_sum = Math.max(stays, leaves) + Math.log(1 + Math.exp(-Math.abs(stays - leaves)));
      left = Math.exp(leaves - log_sum);
    }
    value += w * (terms[0]! + r * log_alpha + log_sum);
    of_r += w * (terms[1]! + log_alpha - (1 - left) * log_age - left * log_recency);
    of_alpha += w * (r / alpha - (r + x) * ((1 - left) / age[age_no]! + left / recency[recency_no]!));
    of_a += w * (terms[2]! + left / a);
    of_b += w * (terms[3]! - (x > 0 ? left / (b + x - 1) : 0));
  }
  return { value, gradient: Float64Array.of(of_r, of_alpha, of_a, of_b) };
}

/** The chance that a customer is still active. Source: Fader, Hardie and Lee, Computing P(alive) Using the BG/NBD Model, 2008. */
export function chanceActive({ r, alpha, a, b }: BgNbd, repeats: number, recency: number, age: number): number {
  if (repeats === 0) return 1;
  const odds = (a / (b + repeats - 1)) * Math.exp((r + repeats) * Math.log((alpha + age) / (alpha + recency)));
  return 1 / (1 + odds);
}

/** So near to a pole of the formula, the parameters are moved away from it. */
const POLE = 1e-6;

/**
 * The purchases that a customer is expected to make in the next `horizon` units of time if still active: formula (10) of the source
 * without its denominator, which is {@link chanceActive}. With Euler's transformation (Abramowitz and Stegun, 15.3.3) its series
 * converges for every horizon: (1 - z)^(r + x) 2F1(r + x, b + x; c; z) = (1 - z)^(a - 1) 2F1(a + b - 1 - r, a - 1; c; z).
 */
export function purchasesIfActive(model: BgNbd, repeats: number, age: number, horizon: number): number {
  const { r, alpha } = model;
  const a = Math.abs(model.a - 1) < POLE ? 1 + POLE : model.a;
  const b = Math.abs(a + model.b + repeats - 1) < POLE ? model.b + 2 * POLE : model.b;
  const c = a + b + repeats - 1;
  const z = horizon / (alpha + age + horizon);
  const series = hypergeometric(a + b - 1 - r, a - 1, c, z);
  return (c / (a - 1)) * (1 - Math.exp((a - 1) * Math.log1p(-z)) * series);
}
