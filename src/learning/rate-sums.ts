/** Differences of rates from their sums over cells, with errors over groups of units and over clusters of cells. See {@link ./stratified-rates.ts}. */
import { RANDOM_GROUPS } from './random-groups.ts';
import type { StratifiedDifference } from './stratified-difference.ts';

/** What a comparison of levels found, before it is divided by the weights. */
export interface RateSums {
  weights: number;
  treated: number;
  other: number;
  treated_units: number;
  other_units: number;
  treated_sum: number;
  other_sum: number;
  influence: Float64Array;
  has_group: Uint8Array;
  own_variance: number;
  common_variance: number;
  /** By cluster of cells: the weighted differences, and the weights. */
  clusters: Map<number, { sum: number; weight: number }>;
}

export const emptySums = (): RateSums => ({
  ...{ weights: 0, treated: 0, other: 0, treated_units: 0, other_units: 0, treated_sum: 0, other_sum: 0 },
  ...{ influence: new Float64Array(RANDOM_GROUPS), has_group: new Uint8Array(RANDOM_GROUPS) },
  ...{ own_variance: 0, common_variance: 0, clusters: new Map() },
});

/**
 * The sum of differences, each times its scale: of rates in parts of the time after an event, times the lengths of the parts. Null if
 * one of them has no cell with two units of either side.
 */
export function sumOfRates(
  parts: ReadonlyArray<{ sums: RateSums; scale: number }>,
): (StratifiedDifference & { treated_sum: number; other_sum: number }) | null {
  if (parts.length === 0 || parts.some(({ sums }) => sums.weights === 0)) return null;
  const influence = new Float64Array(RANDOM_GROUPS);
  const has_group = new Uint8Array(RANDOM_GROUPS);
  const found = { treated: 0, other: 0, treated_sum: 0, other_sum: 0 };
  let [own_variance, common_variance] = [0, 0];
  for (const { sums, scale } of parts) {
    const by = scale / sums.weights;
    found.treated += by * sums.treated;
    found.other += by * sums.other;
    found.treated_sum += sums.treated_sum;
    found.other_sum += sums.other_sum;
    for (let group = 0; group < RANDOM_GROUPS; group++) {
      influence[group]! += by * sums.influence[group]!;
      has_group[group]! |= sums.has_group[group]!;
    }
    own_variance += by ** 2 * sums.own_variance;
    common_variance += by ** 2 * sums.common_variance;
  }
  let variance = influence.reduce((sum, value) => sum + value ** 2, 0);
  if (common_variance > own_variance && own_variance > 0) variance *= common_variance / own_variance;
  const { treated_units, other_units } = parts[0]!.sums;
  return {
    ...{ ...found, treated_units, other_units },
    difference: found.treated - found.other,
    error: Math.sqrt(variance),
    groups: has_group.reduce((sum, has) => sum + has, 0),
  };
}

/**
 * A difference whose error is also at least that of its clusters, such as days: what is sent on a day is the same for all people of it, and
 * no group of people shows how days differ. Its `groups` are the fewer of both.
 */
export function withClusters<D extends StratifiedDifference>(found: D, { weights, clusters }: RateSums): D {
  const count = clusters.size;
  if (count < 2) return { ...found, groups: count };
  let squares = 0;
  for (const { sum, weight } of clusters.values()) squares += ((sum - found.difference * weight) / weights) ** 2;
  const error = Math.sqrt((squares * count) / (count - 1));
  return { ...found, error: Math.max(found.error, error), groups: Math.min(found.groups, count) };
}
