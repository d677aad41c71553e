/**
 * PIE: what a campaign without an experiment caused, predicted from what is known of it, as the shop's own experiments teach. Source:
 * Gordon, Moakler and Zettelmeyer, Predictive incrementality by experimentation (PIE) for ad measurement, 2023. docs/semantics.md 27.
 */
import { quantileOf } from '../../learning/quantiles.ts';
import { fitRidge, predictRidge } from '../../learning/ridge.ts';
import type { Reach } from './evidence.ts';

/** Fewer experiments than this teach chance. */
export const LEAST_EXPERIMENTS = 20;
/** By how many standard errors the regression must be better than the factor. */
const SURE = 2;
/** The normal quantile of a 95 % interval. */
const Z = 1.96;

/** What is known of a campaign or channel, with or without an experiment. */
export interface Known extends Reach {
  credited_orders: number;
  is_flow: boolean;
}

export interface Taught extends Known {
  /** Incremental orders by the experiment, and their variance. */
  orders: number;
  variance: number;
}

const FEATURES: ReadonlyArray<readonly [name: string, of: (known: Known) => number]> = [
  ['credited_orders_per_person', ({ credited_orders, reached }) => credited_orders / reached],
  ['touches_per_person', ({ touches, reached }) => touches / reached],
  ['reached_people', ({ reached }) => Math.log(reached)],
  ['is_flow', ({ is_flow }) => Number(is_flow)],
  ['returned_part', ({ returned, reached }) => returned / reached],
];
/** Features that are shown in another unit than they are learned in. */
const SHOWN: Readonly<Record<string, (value: number) => number>> = { reached_people: Math.exp };

export interface Prediction {
  total: number;
  low: number;
  high: number;
}

export interface Pie {
  experiments: number;
  /** Null if predictions can be made. */
  refused: string | null;
  /** Root of the mean squared error in incremental orders per 1,000 people reached, of predictions without the experiment itself. */
  left_out_error: number | null;
  /** The same error if credit were taken for what was caused. */
  credit_error: number | null;
  /** Incremental orders for each credited order, over all experiments; at least 0. */
  factor: number;
  /** The prediction, or why there is none. */
  predict(known: Known): Prediction | string;
}

/** Learns from experiments. Those that reached nobody teach nothing. */
export function learnPie(all: readonly Taught[]): Pie {
  const taught = all.filter(({ reached }) => reached > 0);
  if (taught.length < LEAST_EXPERIMENTS) {
    const refused = `PIE needs ${LEAST_EXPERIMENTS} finished experiments of this kind with a holdout; there are ${taught.length}`;
    const nothing = { left_out_error: null, credit_error: null, factor: 1 };
    return { experiments: taught.length, refused, ...nothing, predict: () => refused };
  }
  const rows = taught.map((one) => FEATURES.map(([, of]) => of(one)));
  const target = taught.map(({ orders, reached }) => orders / reached);
  const weights = weightsOf(taught);
  const factor = factorOf(rows, target, weights);
  const guess = chosen(factor, regressionOf(rows, target, weights), target, weights);
  const errorOf = (guesses: readonly number[]): number => {
    const sum = weights.reduce((a, b) => a + b, 0);
    return Math.sqrt(guesses.reduce((all, guess, i) => all + weights[i]! * (guess - target[i]!) ** 2, 0) / sum);
  };
  const error = errorOf(guess.left_out);
  return {
    experiments: taught.length,
    refused: null,
    left_out_error: error * 1_000,
    credit_error: errorOf(rows.map(([credited]) => credited!)) * 1_000,
    factor: factor.factor,
    predict: (known) => {
      if (known.reached === 0) return 'it reached nobody in the period';
      const row = FEATURES.map(([, of]) => of(known));
      const outside = outsideOf(row, rows);
      if (outside !== null) return outside;
      const total = guess.of(row) * known.reached;
      const half = Z * error * known.reached;
      return { total, low: total - half, high: total + half };
    },
  };
}

/** Incremental orders per person reached. */
interface Guess {
  /** The guess for each experiment without itself. */
  left_out: readonly number[];
  of(row: readonly number[]): number;
}

type Learnt = readonly [rows: readonly (readonly number[])[], target: readonly number[], weights: readonly number[]];

/** Credit times one factor for all: a regression on credit through the origin. */
function factorOf(...[rows, target, weights]: Learnt): Guess & { factor: number } {
  const credited = rows.map((row) => row[0]!);
  const squares = credited.map((x, i) => weights[i]! * x ** 2);
  const products = credited.map((x, i) => weights[i]! * x * target[i]!);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const [all, caused] = [sum(squares), sum(products)];
  const ratio = (product: number, square: number): number => (square > 0 ? Math.max(0, product / square) : 0);
  const factor = ratio(caused, all);
  return {
    factor,
    left_out: credited.map((x, i) => x * ratio(caused - products[i]!, all - squares[i]!)),
    of: ([x]) => factor * x!,
  };
}

function regressionOf(...[rows, target, weights]: Learnt): Guess {
  const ridge = fitRidge(rows, target, weights);
  return { left_out: ridge.left_out, of: (row) => predictRidge(ridge, row) };
}

/**
 * The regression only where its left-out squared errors are below those of the factor by more than two standard errors of their mean
 * difference: a few noisy experiments often make five features look better than they are. (A rule like that of Breiman et al.,
 * Classification and Regression Trees, 1984, who take one standard error.)
 */
function chosen(factor: Guess, regression: Guess, target: readonly number[], weights: readonly number[]): Guess {
  const sum = weights.reduce((a, b) => a + b, 0);
  const gains = target.map((value, i) => (factor.left_out[i]! - value) ** 2 - (regression.left_out[i]! - value) ** 2);
  const mean = gains.reduce((all, gain, i) => all + weights[i]! * gain, 0) / sum;
  const error = Math.sqrt(gains.reduce((all, gain, i) => all + (weights[i]! * (gain - mean)) ** 2, 0)) / sum;
  return mean > SURE * error ? regression : factor;
}

/** Inverse variances of the lift per person, with the median variance added, so that no single experiment decides. */
function weightsOf(taught: readonly Taught[]): number[] {
  const variances = taught.map(({ variance, reached }) => variance / reached ** 2);
  const middle = quantileOf(Float64Array.from(variances).sort(), 50);
  return variances.map((variance) => (variance + middle > 0 ? 1 / (variance + middle) : 1));
}

/** The first feature that lies outside what the experiments had. */
function outsideOf(row: readonly number[], rows: readonly (readonly number[])[]): string | null {
  for (const [j, [name]] of FEATURES.entries()) {
    const values = rows.map((one) => one[j]!);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    if (row[j]! >= low && row[j]! <= high) continue;
    const shown = (value: number): string => String(Number((SHOWN[name] ?? ((same) => same))(value).toPrecision(4)));
    return `its ${name} is ${shown(row[j]!)}, and the experiments have ${shown(low)} to ${shown(high)}`;
  }
  return null;
}
