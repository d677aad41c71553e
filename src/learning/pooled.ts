/** One estimate from several small comparisons. */

export interface Comparison {
  difference: number;
  variance: number;
  /** Units of the two groups. */
  first_units: number;
  second_units: number;
}

/**
 * The mean of differences, each with the weight n1 n2 / (n1 + n2), and its variance. The weights are those of Mantel and Haenszel,
 * Journal of the National Cancer Institute 22, 1959. They do not depend on the outcomes: weights by the inverse variance would favour
 * comparisons in which few large orders happened to come, and pull the pooled difference toward zero or below.
 */
export function pooledDifference(comparisons: readonly Comparison[]): { difference: number; variance: number } {
  let weights = 0;
  let difference = 0;
  let variance = 0;
  for (const one of comparisons) {
    const weight = (one.first_units * one.second_units) / (one.first_units + one.second_units);
    weights += weight;
    difference += weight * one.difference;
    variance += weight ** 2 * one.variance;
  }
  return { difference: difference / weights, variance: variance / weights ** 2 };
}
