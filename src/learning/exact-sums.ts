/**
 * Rounds values, in place, to multiples of one power of two, so coarse that every sum of some of them is exact in doubles: the
 * order in which rows arrive then cannot show in a model, not even in a last bit, and differences of sums are exact too. What
 * is lost is below max |value| * length / 2^52: for 100,000 rows ten digits are left of the largest value.
 */
export function makeSumsExact(values: Float64Array): void {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  if (largest === 0) return;
  const bound = 2 ** Math.ceil(Math.log2(largest * values.length));
  // A double this large has no room below bound / 2^52: adding rounds to that, and subtracting is exact.
  const coarse = 1.5 * bound;
  for (let i = 0; i < values.length; i++) values[i] = values[i]! + coarse - coarse;
}
