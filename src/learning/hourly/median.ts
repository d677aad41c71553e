/** The median. */

/** NaN for no values. */
export const median = (values: readonly number[]): number => medianOf(Float64Array.from(values).sort());

/** The same of sorted values. */
export function medianOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
