/** How good predicted probabilities are, on rows that the model has not seen. Outcomes are 0 or 1. */
import { fitLogistic } from './logistic.ts';
import { makeTable } from './table.ts';

export interface CalibrationBin {
  readonly rows: number;
  readonly mean_predicted: number;
  readonly observed: number;
}

export interface Quality {
  readonly rows: number;
  /** Mean of -log of the probability that the model gave to the actual outcome; less is better. */
  readonly log_loss: number;
  /** The log loss of always predicting the overall rate. A useful model is below it. */
  readonly base_log_loss: number;
  /** The chance that a row with the event ranks above a row without. 0.5 is no information; null without both kinds of rows. */
  readonly auc: number | null;
  /** The slope of actual log odds over predicted log odds. Below 1 predictions are too extreme, above 1 too cautious. */
  readonly calibration_slope: number | null;
  readonly calibration_intercept: number | null;
  /** Mean over deciles of |predicted - observed|, weighted by rows (Naeini, Cooper and Hauskrecht, AAAI 2015). */
  readonly expected_calibration_error: number;
  /** By tenth of the predictions, ascending. */
  readonly deciles: readonly CalibrationBin[];
}

/** Computes all metrics. */
export function qualityOf(predicted: Float64Array, outcome: ArrayLike<number>): Quality {
  const deciles = calibrationBins(predicted, outcome, 10);
  const line = calibrationLine(predicted, outcome);
  return {
    rows: predicted.length,
    log_loss: logLoss(predicted, outcome),
    base_log_loss: baseLogLoss(outcome),
    auc: areaUnderCurve(predicted, outcome),
    calibration_slope: line?.slope ?? null,
    calibration_intercept: line?.intercept ?? null,
    expected_calibration_error: deciles.reduce(
      (sum, bin) => sum + (Math.abs(bin.mean_predicted - bin.observed) * bin.rows) / predicted.length,
      0,
    ),
    deciles,
  };
}

/** Probabilities keep this distance from 0 and 1, as in scikit-learn, so that a certain and wrong prediction has a finite loss. */
const LEAST = 1e-15;

function logLoss(predicted: ArrayLike<number>, outcome: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < predicted.length; i++) {
    const p = Math.min(1 - LEAST, Math.max(LEAST, predicted[i]!));
    sum -= outcome[i] ? Math.log(p) : Math.log1p(-p);
  }
  return sum / Math.max(1, predicted.length);
}

function baseLogLoss(outcome: ArrayLike<number>): number {
  let events = 0;
  for (let i = 0; i < outcome.length; i++) events += outcome[i]!;
  return logLoss(new Float64Array(outcome.length).fill(events / Math.max(1, outcome.length)), outcome);
}

/** Mann and Whitney's U over pairs, ties counting half (Hanley and McNeil, Radiology 143, 1982). */
function areaUnderCurve(predicted: Float64Array, outcome: ArrayLike<number>): number | null {
  const order = Uint32Array.from(predicted.keys()).sort((a, b) => predicted[a]! - predicted[b]!);
  let events = 0;
  let ranks = 0;
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && predicted[order[to]!] === predicted[order[from]!]) to++;
    for (let i = from; i < to; i++)
      if (outcome[order[i]!]) {
        events++;
        ranks += (from + to + 1) / 2;
      }
    from = to;
  }
  const others = order.length - events;
  if (events === 0 || others === 0) return null;
  return (ranks - (events * (events + 1)) / 2) / (events * others);
}

/** Log odds of the outcome as a line in predicted log odds (Cox, Biometrika 45, 1958); null where all outcomes are equal. */
function calibrationLine(predicted: Float64Array, outcome: ArrayLike<number>) {
  let events = 0;
  for (let i = 0; i < outcome.length; i++) events += outcome[i]!;
  if (events === 0 || events === outcome.length) return null;
  const table = makeTable(['log odds'], predicted.length);
  predicted.forEach((value, i) => {
    const p = Math.min(1 - 1e-9, Math.max(1e-9, value));
    table.columns[0]![i] = Math.log(p / (1 - p));
  });
  if (table.columns[0]!.every((value) => value === table.columns[0]![0])) return null;
  // A very small penalty, because predictions that separate the outcomes have no finite slope.
  const fit = fitLogistic(table, outcome, { penalty: 1e-6 });
  return { slope: fit.coefficients[0]!, intercept: fit.intercept };
}

/** Splits the rows into equal parts by prediction. Equal predictions stay in the order of rows. */
function calibrationBins(predicted: Float64Array, outcome: ArrayLike<number>, bins: number): CalibrationBin[] {
  const order = Uint32Array.from(predicted.keys()).sort((a, b) => predicted[a]! - predicted[b]! || a - b);
  const table: CalibrationBin[] = [];
  for (let bin = 0; bin < bins; bin++) {
    const rows = order.subarray(Math.floor((bin * order.length) / bins), Math.floor(((bin + 1) * order.length) / bins));
    if (rows.length === 0) continue;
    let sum = 0;
    let events = 0;
    for (const row of rows) {
      sum += predicted[row]!;
      events += outcome[row]!;
    }
    table.push({ rows: rows.length, mean_predicted: sum / rows.length, observed: events / rows.length });
  }
  return table;
}
