/** Columns of a number for each week, and their products. */

/** 365.2425 / 7. */
const WEEKS_OF_YEAR = 52.1775;

export function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let w = 0; w < a.length; w++) sum += a[w]! * b[w]!;
  return sum;
}

/** Years since the first week. */
export const trendOf = (length: number): Float64Array => new Float64Array(length).map((_, w) => w / WEEKS_OF_YEAR);

/** The waves of a year: a sine and a cosine for each harmonic. */
export function seasonOf(length: number, harmonics: number): Float64Array[] {
  return Array.from({ length: harmonics }, (_, k) => (2 * Math.PI * (k + 1)) / WEEKS_OF_YEAR).flatMap((step) =>
    [Math.sin, Math.cos].map((wave) => new Float64Array(length).map((_, w) => wave(step * w))),
  );
}

/**
 * The product of two columns whose weeks keep a part of the week before (autoregressive errors of order 1), after that part has been taken
 * off. Sources: Cochrane and Orcutt, JASA 44, 1949; the first week stays, as in Prais and Winsten, Cowles Commission 383, 1954.
 */
export function keptProduct(a: Float64Array, b: Float64Array, kept: number): number {
  let sum = (1 - kept * kept) * a[0]! * b[0]!;
  for (let w = 1; w < a.length; w++) sum += (a[w]! - kept * a[w - 1]!) * (b[w]! - kept * b[w - 1]!);
  return sum;
}

/** What is known of a column x: the precision of each week, the same one between all neighbours, and the precision times the mean. */
export interface Chain {
  own: Float64Array;
  beside: number;
  b: Float64Array;
}

/** Adds to what is known of x that `seen` is `slope` times x and errors that keep a part, with this variance of what is new in a week. */
export function addSeen(
  chain: Chain,
  seen: Float64Array,
  { kept, variance, slope }: { kept: number; variance: number; slope: number },
): void {
  const last = seen.length - 1;
  for (let w = 0; w <= last; w++) {
    const middle = w === 0 || w === last ? 1 : 1 + kept * kept;
    const around = (w === 0 ? 0 : seen[w - 1]!) + (w === last ? 0 : seen[w + 1]!);
    chain.own[w]! += (slope * slope * middle) / variance;
    chain.b[w]! += (slope * (middle * seen[w]! - kept * around)) / variance;
  }
  chain.beside -= (slope * slope * kept) / variance;
}
