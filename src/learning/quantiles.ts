/**
 * The quantile p in (0, 1] of sorted values: the smallest value that at least the part p of them does not exceed. It is always one of
 * the values. Source: Hyndman and Fan, Sample quantiles in statistical packages, The American Statistician 50, 1996, definition 1.
 * @param hundredths p in hundredths, so that the place is exact.
 * @returns NaN for no values.
 */
export function quantileOf(sorted: Float64Array, hundredths: number): number {
  return sorted.length === 0 ? Number.NaN : sorted[Math.ceil((hundredths * sorted.length) / 100) - 1]!;
}
