/**
 * Two likelihoods of a logistic model over the same rows: of independent rows, and of matched sets, where the rows of one set
 * compete for one event. Both give what Newton's method needs: value, gradient and information.
 */

/** A matrix, row by row: value (i, j) is `data[i * columns + j]`. */
export interface Design {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** At one point: log likelihood, its gradient, and the information (minus the second derivative), row by row. */
export interface Evaluation {
  value: number;
  readonly gradient: Float64Array;
  readonly information: Float64Array;
}

export type Likelihood = (theta: Float64Array) => Evaluation;

function linear(design: Design, row: number, theta: Float64Array, from = 0, to = design.columns): number {
  const { columns, data } = design;
  let sum = 0;
  for (let j = from, at = row * columns; j < to; j++) sum += data[at + j]! * theta[j]!;
  return sum;
}

/**
 * Independent rows: sum of w (y eta - log(1 + e^eta)). The target is in [0, 1]. A weight counts a row that many times.
 * Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., section 4.4.1.
 */
export function rowLikelihood(design: Design, target: ArrayLike<number>, weights?: ArrayLike<number>): Likelihood {
  return (theta) => {
    const at = emptyEvaluation(design.columns);
    for (let row = 0; row < design.rows; row++) {
      const weight = weights ? weights[row]! : 1;
      if (weight === 0) continue;
      const eta = linear(design, row, theta);
      const p = 1 / (1 + Math.exp(-eta));
      // log(1 + e^eta) without overflow.
      at.value += weight * (target[row]! * eta - Math.max(eta, 0) - Math.log1p(Math.exp(-Math.abs(eta))));
      addScaled(at.gradient, design, row, weight * (target[row]! - p));
      addSquare(at.information, design, row, weight * p * (1 - p));
    }
    return mirrored(at, design.columns);
  };
}

/**
 * How exposures act on the odds, where s is the sum over exposures, m the sum over the columns that multiply everything, and u the sum
 * over the rest.
 *
 *     eta = m + u + g(s)                        g(s) = log(1 + k s) / k for s >= 0, and s below 0
 *     eta = m + log(e^u + s e^((1 - a) u))      where effects add; m + u + s e^(-a u) for s below 0
 *
 * With curvature k = 0, effects multiply each other; with 1 they add up, and their sum multiplies the odds of the other columns; above 1
 * they saturate. With a = 1, an effect is as large for people who are likely anyway as for those who are not; with 1/2 it grows with the
 * square root of their odds. Source: the relative risk functions in Breslow and Day, Statistical Methods in Cancer Research II (1987),
 * section 6.
 */
export interface Form {
  readonly curvature: number;
  /** a. Above 0, the curvature is 1. Left out: 0, effects multiply the odds of the other columns. */
  readonly adds?: number;
}

/** A form, and the columns to which it applies. */
export interface Bend extends Form {
  /** The number of exposures, which come first. */
  readonly columns: number;
  /** The columns that multiply everything. It matters only where effects add. Left out: none. */
  readonly multipliers?: readonly number[];
}

/** g of {@link Form}. */
export function bent(s: number, curvature: number): number {
  return curvature === 0 || s <= 0 ? s : Math.log1p(curvature * s) / curvature;
}

/** At one row: eta, and its derivatives by the sum over exposures and by the sum over the other columns. */
interface Local {
  readonly eta: number;
  readonly by_s: number;
  readonly by_u: number;
}

function localOf(design: Design, row: number, theta: Float64Array, bend: Bend): Local {
  const { columns, curvature, adds = 0 } = bend;
  const s = linear(design, row, theta, 0, columns);
  const rest = linear(design, row, theta, columns);
  if (adds === 0)
    return { eta: rest + bent(s, curvature), by_s: curvature === 0 || s <= 0 ? 1 : 1 / (1 + curvature * s), by_u: 1 };
  const unit = Math.exp(adds * (multiplierOf(design, row, theta, bend) - rest));
  const r = s * unit;
  if (r <= 0) return { eta: rest + r, by_s: unit, by_u: 1 - adds * r };
  return { eta: rest + Math.log1p(r), by_s: unit / (1 + r), by_u: 1 - (adds * r) / (1 + r) };
}

/** m of {@link Form}. */
export function multiplierOf(
  { columns, data }: Design,
  row: number,
  theta: Float64Array,
  { multipliers = [] }: Bend,
): number {
  let m = 0;
  for (const j of multipliers) m += data[row * columns + j]! * theta[j]!;
  return m;
}

const STRAIGHT: Bend = { columns: 0, curvature: 0 };

/**
 * Matched sets: set s is rows `sets[s]` to `sets[s + 1]`, and its first row had the event. Sum of w log(e^eta_first / sum
 * e^eta). Effects that all rows of a set share (the season, a mailing to everybody) cancel. It is Cox's partial likelihood
 * with sampled controls. Source: Breslow and Day, Statistical Methods in Cancer Research I (1980), section 7.2; Goldstein and
 * Langholz, Annals of Statistics 20 (1992). One weight per set. With a bend, the information is that of the linearised model
 * (Gauss-Newton).
 */
export function setLikelihood(
  design: Design,
  sets: Uint32Array,
  weights?: ArrayLike<number>,
  bend: Bend = STRAIGHT,
): Likelihood {
  const { columns } = design;
  const mean = new Float64Array(columns);
  const local = localRows(design, bend);
  return (theta) => {
    const at = emptyEvaluation(columns);
    for (let set = 0; set + 1 < sets.length; set++) {
      const weight = weights ? weights[set]! : 1;
      if (weight === 0) continue;
      const from = sets[set]!;
      const p = chancesWithin(design, from, sets[set + 1]!, theta, bend);
      const first = local(from, sets[set + 1]!, theta);
      at.value += weight * Math.log(p[0]!);
      mean.fill(0);
      for (let i = 0; i < p.length; i++) {
        addScaled(mean, first.design, first.row + i, p[i]!);
        addSquare(at.information, first.design, first.row + i, weight * p[i]!);
      }
      addScaled(at.gradient, first.design, first.row, weight);
      for (let j = 0; j < columns; j++) {
        const scaled = weight * mean[j]!;
        at.gradient[j]! -= scaled;
        if (scaled === 0) continue;
        for (let k = 0, cell = j * columns; k <= j; k++) at.information[cell + k]! -= scaled * mean[k]!;
      }
    }
    return mirrored(at, columns);
  };
}

/** The part of each set in the gradient of {@link setLikelihood} at theta: its first row minus the expected mean of its rows. */
export function setScores(design: Design, sets: Uint32Array, theta: Float64Array, bend: Bend = STRAIGHT): Float64Array {
  const { columns } = design;
  const scores = new Float64Array((sets.length - 1) * columns);
  const local = localRows(design, bend);
  for (let set = 0; set + 1 < sets.length; set++) {
    const own = scores.subarray(set * columns, (set + 1) * columns);
    const p = chancesWithin(design, sets[set]!, sets[set + 1]!, theta, bend);
    const first = local(sets[set]!, sets[set + 1]!, theta);
    addScaled(own, first.design, first.row, 1);
    for (let i = 0; i < p.length; i++) addScaled(own, first.design, first.row + i, -p[i]!);
  }
  return scores;
}

/** The rows of a set as derivatives of eta by the coefficients. Without a bend these are the rows themselves. */
function localRows(design: Design, bend: Bend) {
  const { columns, data } = design;
  let scaled: Design = { rows: 0, columns, data: new Float64Array(0) };
  return (from: number, to: number, theta: Float64Array): { design: Design; row: number } => {
    if (bend.curvature === 0) return { design, row: from };
    if (scaled.rows < to - from) scaled = { rows: to - from, columns, data: new Float64Array((to - from) * columns) };
    scaled.data.set(data.subarray(from * columns, to * columns));
    for (let row = from; row < to; row++) {
      const { by_s, by_u } = localOf(design, row, theta, bend);
      const at = (row - from) * columns;
      if (by_s !== 1) for (let j = 0; j < bend.columns; j++) scaled.data[at + j]! *= by_s;
      if (by_u === 1) continue;
      for (let j = bend.columns; j < columns; j++) scaled.data[at + j]! *= by_u;
      for (const j of bend.multipliers ?? []) scaled.data[at + j] = data[row * columns + j]!;
    }
    return { design: scaled, row: 0 };
  };
}

/** The chance of each row of a set to be the one with the event: e^eta over its sum in the set. */
export function chancesWithin(
  design: Design,
  from: number,
  to: number,
  theta: Float64Array,
  bend: Bend = STRAIGHT,
): Float64Array {
  const eta = new Float64Array(to - from);
  for (let row = from; row < to; row++)
    eta[row - from] = bend.curvature === 0 ? linear(design, row, theta) : localOf(design, row, theta, bend).eta;
  return softmax(eta);
}

/** e^eta over its sum, in place. */
export function softmax(eta: Float64Array): Float64Array {
  let most = -Infinity;
  for (let i = 0; i < eta.length; i++) most = Math.max(most, eta[i]!);
  let sum = 0;
  for (let i = 0; i < eta.length; i++) {
    eta[i] = Math.exp(eta[i]! - most);
    sum += eta[i]!;
  }
  for (let i = 0; i < eta.length; i++) eta[i]! /= sum;
  return eta;
}

function emptyEvaluation(columns: number): Evaluation {
  return { value: 0, gradient: new Float64Array(columns), information: new Float64Array(columns * columns) };
}

function addScaled(into: Float64Array, design: Design, row: number, scale: number): void {
  const { columns, data } = design;
  for (let j = 0, at = row * columns; j < columns; j++) into[j]! += scale * data[at + j]!;
}

/** Adds scale x x' to the lower half. Exposures are mostly 0, and a row of 0 adds nothing. */
function addSquare(into: Float64Array, design: Design, row: number, scale: number): void {
  const { columns, data } = design;
  const at = row * columns;
  for (let j = 0; j < columns; j++) {
    const scaled = scale * data[at + j]!;
    if (scaled === 0) continue;
    for (let k = 0, cell = j * columns; k <= j; k++) into[cell + k]! += scaled * data[at + k]!;
  }
}

/** Copies the lower half of the information to the upper. */
function mirrored(at: Evaluation, columns: number): Evaluation {
  for (let j = 0; j < columns; j++)
    for (let k = 0; k < j; k++) at.information[k * columns + j] = at.information[j * columns + k]!;
  return at;
}

/** x' A x. */
export function quadraticForm(a: Float64Array, x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    let row = 0;
    for (let j = 0; j < x.length; j++) row += a[i * x.length + j]! * x[j]!;
    sum += row * x[i]!;
  }
  return sum;
}
