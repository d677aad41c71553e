/**
 * Symmetric positive definite systems by Cholesky: A = L L' with L lower triangular (Golub and Van Loan, Matrix
 * Computations, 4th ed., algorithm 4.2.1). Matrices are n * n, row by row. Inputs are not changed.
 */

/** A pivot below this part of its diagonal entry is a rounding error, and the matrix counts as singular. */
const SMALLEST_PIVOT = 1e-13;

/** The matrix is not positive definite; `pivot` is the first row (from 0) that depends on the rows before it. */
export class NotPositiveDefinite extends Error {
  readonly pivot: number;

  constructor(pivot: number) {
    super(
      `The matrix is not positive definite: row ${pivot} depends on the rows before it. Remove that row, or add a penalty.`,
    );
    this.name = 'NotPositiveDefinite';
    this.pivot = pivot;
  }
}

/** x with A x = b. Throws NotPositiveDefinite. */
export function solveSymmetric(a: Float64Array, b: Float64Array, n: number): Float64Array {
  return substitute(factor(a, n), b, n);
}

/** The inverse of A, n * n. Throws NotPositiveDefinite. */
export function invertSymmetric(a: Float64Array, n: number): Float64Array {
  const lower = factor(a, n);
  const inverse = new Float64Array(n * n);
  const unit = new Float64Array(n);
  for (let column = 0; column < n; column++) {
    unit.fill(0);
    unit[column] = 1;
    const x = substitute(lower, unit, n);
    // Both halves come from the same numbers, so the inverse is symmetric to the last bit.
    for (let row = column; row < n; row++) {
      inverse[row * n + column] = x[row]!;
      inverse[column * n + row] = x[row]!;
    }
  }
  return inverse;
}

/** L of A = L L'; only the lower half of A is read. Throws NotPositiveDefinite. */
export function factor(a: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    let pivot = a[j * n + j]!;
    for (let k = 0; k < j; k++) pivot -= lower[j * n + k]! ** 2;
    // Written with `!` so that NaN is refused too.
    if (!(pivot > SMALLEST_PIVOT * Math.abs(a[j * n + j]!))) throw new NotPositiveDefinite(j);
    const root = Math.sqrt(pivot);
    lower[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      lower[i * n + j] = sum / root;
    }
  }
  return lower;
}

/** x with L L' x = b: forward, then backward. */
export function substitute(lower: Float64Array, b: Float64Array, n: number): Float64Array {
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    let sum = x[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i * n + k]! * x[k]!;
    x[i] = sum / lower[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i]!;
    for (let k = i + 1; k < n; k++) sum -= lower[k * n + i]! * x[k]!;
    x[i] = sum / lower[i * n + i]!;
  }
  return x;
}
