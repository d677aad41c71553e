/** Linear regression with a penalty on the slopes, for few rows: the penalty with the least left-out error is taken. */
import { invertSymmetric } from './cholesky.ts';

export interface Ridge {
  readonly center: number;
  readonly means: readonly number[];
  readonly scales: readonly number[];
  /** Per standard deviation of each feature. */
  readonly slopes: readonly number[];
  readonly penalty: number;
  /** The prediction of each row by a fit without it. */
  readonly left_out: readonly number[];
}

/** Penalties in parts of the sum of the weights. The largest leaves hardly more than the mean. */
const PENALTIES = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 100];

/**
 * Fits rows of features to a target with a weight for each row. The mean has no penalty. Features that are the same in all rows have
 * slope 0. Sources: Hoerl and Kennard, Technometrics 12, 1970; the left-out predictions are exact (Allen, Technometrics 16, 1974).
 */
export function fitRidge(
  rows: readonly (readonly number[])[],
  target: readonly number[],
  weights: readonly number[],
): Ridge {
  const sum = weights.reduce((a, b) => a + b, 0);
  const average = (of: (i: number) => number): number => weights.reduce((all, w, i) => all + w * of(i), 0) / sum;
  const features = rows[0]!.map((_, j) => j);
  const means = features.map((j) => average((i) => rows[i]![j]!));
  const scales = features.map((j) => Math.sqrt(average((i) => (rows[i]![j]! - means[j]!) ** 2)));
  const scaled = rows.map((row) => [
    1,
    ...features.map((j) => (scales[j]! > 0 ? (row[j]! - means[j]!) / scales[j]! : 0)),
  ]);
  const share = weights.map((w) => w / sum);
  const fits = PENALTIES.map((penalty) => ({ penalty, ...fitOne(scaled, target, share, penalty) }));
  const best = fits.reduce((a, b) => (b.error < a.error ? b : a));
  const [center, ...slopes] = best.theta as [number, ...number[]];
  return { center, means, scales, slopes, penalty: best.penalty, left_out: best.left_out };
}

export function predictRidge({ center, means, scales, slopes }: Ridge, row: readonly number[]): number {
  return row.reduce((sum, x, j) => sum + (scales[j]! > 0 ? (slopes[j]! * (x - means[j]!)) / scales[j]! : 0), center);
}

function fitOne(x: readonly (readonly number[])[], y: readonly number[], w: readonly number[], penalty: number) {
  const n = x[0]!.length;
  const a = new Float64Array(n * n);
  const b = new Float64Array(n);
  for (let i = 0; i < x.length; i++)
    for (let j = 0; j < n; j++) {
      b[j]! += w[i]! * x[i]![j]! * y[i]!;
      for (let k = 0; k < n; k++) a[j * n + k]! += w[i]! * x[i]![j]! * x[i]![k]!;
    }
  for (let j = 1; j < n; j++) a[j * n + j]! += penalty;
  const inverse = invertSymmetric(a, n);
  const times = (row: ArrayLike<number>): number[] =>
    Array.from({ length: n }, (_, j) => {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += inverse[j * n + k]! * row[k]!;
      return sum;
    });
  const theta = times(b);
  const dot = (p: readonly number[], q: readonly number[]): number =>
    p.reduce((sum, value, j) => sum + value * q[j]!, 0);
  const left_out = x.map((row, i) => {
    const leverage = Math.min(1 - 1e-9, w[i]! * dot(times(row), row));
    return y[i]! - (y[i]! - dot(theta, row)) / (1 - leverage);
  });
  const error = left_out.reduce((sum, guess, i) => sum + w[i]! * (guess - y[i]!) ** 2, 0);
  return { theta, left_out, error };
}
