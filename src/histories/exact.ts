/** Exact arithmetic on whole numbers in doubles: the division that shares a value, and sums that never round. */

/** Splits a double into two halves of 26 bits. */
const SPLIT = 2 ** 27 + 1;
const WHOLE = 2 ** 53;

/**
 * a * b div c, rounded down, for whole numbers 0 <= a < 2^53 and 0 <= b <= c < 2^53, c > 0. The product of two doubles and its
 * rounding error together are exact (Dekker), so the remainder of a guessed quotient is exact, too, and corrects it.
 */
export function mulDiv(a: number, b: number, c: number): number {
  const product = a * b;
  if (product < WHOLE) return Math.floor(product / c);
  const lost = errorOf(product, a, b);
  let quotient = Math.floor(product / c);
  for (;;) {
    const back = quotient * c;
    const rest = product - back + (lost - errorOf(back, quotient, c));
    if (rest < 0) quotient -= 1;
    else if (rest >= c) quotient += Math.max(1, Math.floor(rest / c));
    else return quotient;
  }
}

/** More than the relative error of a product of three rounded factors. */
const PRODUCT_ERROR = 2 ** -50;

/**
 * {@link mulDiv} of `a`, `b` and `c`, where `ratio` is a * (1 / c) as it is rounded. Where the rounded product is not beside a whole
 * number, it decides the quotient.
 */
export function shareOf(ratio: number, a: number, b: number, c: number): number {
  const guess = ratio * b;
  const error = guess * PRODUCT_ERROR;
  const low = Math.floor(guess - error);
  return low === Math.floor(guess + error) ? low : mulDiv(a, b, c);
}

/** a * b less its rounded product. */
function errorOf(product: number, a: number, b: number): number {
  const a_split = SPLIT * a;
  const b_split = SPLIT * b;
  const a_high = a_split - (a_split - a);
  const b_high = b_split - (b_split - b);
  const a_low = a - a_high;
  const b_low = b - b_high;
  return a_high * b_high - product + a_high * b_low + a_low * b_high + a_low * b_low;
}

/** A sum is moved to whole numbers of any size before it could round. */
export const SMALL = 2 ** 52;

/** Sums as data, for another thread. */
export interface ExactSumsData {
  sums: Float64Array;
  large: ReadonlyMap<number, bigint>;
}

/** Sums of whole numbers, by a number from 0. They are doubles while they fit. */
export class ExactSums {
  private sums = new Float64Array(16);
  private readonly large = new Map<number, bigint>();

  /** Makes room for numbers below `size`. */
  reserve(size: number): void {
    if (size <= this.sums.length) return;
    const grown = new Float64Array(Math.max(size, 2 * this.sums.length));
    grown.set(this.sums);
    this.sums = grown;
  }

  /** @param amount between -{@link SMALL} and SMALL. */
  add(at: number, amount: number): void {
    const sum = this.sums[at]! + amount;
    if (sum < SMALL && sum > -SMALL) this.sums[at] = sum;
    else this.addLarge(at, BigInt(amount));
  }

  addLarge(at: number, amount: bigint): void {
    this.large.set(at, (this.large.get(at) ?? 0n) + amount);
  }

  data(): ExactSumsData {
    return { sums: this.sums, large: this.large };
  }

  /** Adds the first `count` sums of another thread. @param numbers their numbers here; the same ones when left out. */
  addAll({ sums, large }: ExactSumsData, count: number, numbers?: ArrayLike<number>): void {
    for (let i = 0; i < Math.min(count, sums.length); i++) if (sums[i] !== 0) this.add(numbers?.[i] ?? i, sums[i]!);
    for (const [i, amount] of large) this.addLarge(numbers?.[i] ?? i, amount);
  }

  /** Below zero if the sum of `a` is smaller than that of `b`, 0 if they are equal. */
  compare(a: number, b: number): number {
    if (this.large.size === 0) return (this.sums[a] ?? 0) - (this.sums[b] ?? 0);
    const difference = this.total(a) - this.total(b);
    return difference === 0n ? 0 : difference < 0n ? -1 : 1;
  }

  total(at: number): bigint {
    return BigInt(this.sums[at] ?? 0) + (this.large.get(at) ?? 0n);
  }
}
