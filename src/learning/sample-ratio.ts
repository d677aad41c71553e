/** Whether units fell to groups in the planned shares. */
import { binomialAtLeast, chiSquareChance } from './distributions.ts';

/**
 * The chance of counts at least this far from the shares if the shares are right: exact for two groups (twice the smaller tail of the
 * binomial), Pearson's chi-square for more. Source: Fabijan et al., Diagnosing sample ratio mismatch in online controlled experiments,
 * KDD 2019, which also has the bound of 0.001 or less.
 * @param shares above 0; they need not add up to 1.
 */
export function sampleRatioChance(counts: readonly number[], shares: readonly number[]): number {
  const units = counts.reduce((a, b) => a + b, 0);
  const total = shares.reduce((a, b) => a + b, 0);
  if (units === 0 || counts.length < 2) return 1;
  if (counts.length === 2) {
    const rate = shares[0]! / total;
    const above = binomialAtLeast(counts[0]!, units, rate);
    const below = binomialAtLeast(counts[1]!, units, 1 - rate);
    return Math.min(1, 2 * Math.min(above, below));
  }
  const statistic = counts.reduce((sum, count, i) => {
    const expected = (units * shares[i]!) / total;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  return chiSquareChance(statistic, counts.length - 1);
}
