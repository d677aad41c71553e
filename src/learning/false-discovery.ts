/** The correction of p values for many comparisons. */

/**
 * Adjusted p values: those at most q are the findings, of which at most the part q is false on average. Value i of m in ascending
 * order becomes the least p_j m / j over j >= i. Holds for independent and for positively dependent comparisons. Source:
 * Benjamini and Hochberg, Controlling the false discovery rate, Journal of the Royal Statistical Society B 57, 1995; the
 * dependence: Benjamini and Yekutieli, Annals of Statistics 29, 2001.
 */
export function falseDiscoveryAdjusted(p_values: readonly number[]): number[] {
  const order = p_values.map((_, i) => i).sort((a, b) => p_values[b]! - p_values[a]!);
  const adjusted = new Array<number>(p_values.length);
  let least = 1;
  for (const [place, i] of order.entries()) {
    least = Math.min(least, p_values[i]! * (p_values.length / (p_values.length - place)));
    adjusted[i] = least;
  }
  return adjusted;
}
