/**
 * Clusters of records that are taken for one person. The strongest pairs are joined first. Two clusters are joined if the mean
 * weight of all pairs between them is above the threshold, so that no chain of weak pairs joins many people, and if the
 * new cluster is not over its cap.
 */

export interface ScoredPair {
  a: number;
  b: number;
  /** Log2 odds. */
  weight: number;
}

export interface ClusterRules {
  /** Log2 odds. */
  threshold: number;
  max_records: number;
  /** True if two records may never be of one person, whatever their weight. */
  conflict?: (a: number, b: number) => boolean;
}

export interface Clusters {
  /** By record: the smallest record of its cluster. */
  of: Int32Array;
  /** Pairs over the threshold that were not joined: because of the cap, or of a conflict. */
  refused: Array<ScoredPair & { reason: 'cap' | 'conflict' }>;
}

/**
 * @param pairs from the strongest to the weakest.
 * @param weightOf the weight of any two records, also of those that are not in `pairs`.
 */
export function clusterRecords(
  count: number,
  pairs: readonly ScoredPair[],
  weightOf: (a: number, b: number) => number,
  { threshold, max_records, conflict }: ClusterRules,
): Clusters {
  const of = Int32Array.from({ length: count }, (_, i) => i);
  const members = new Map<number, number[]>();
  const membersOf = (cluster: number): number[] => members.get(cluster) ?? [cluster];
  const refused: Clusters['refused'] = [];
  for (const pair of pairs) {
    if (pair.weight < threshold) break;
    const [x, y] = [of[pair.a]!, of[pair.b]!];
    if (x === y) continue;
    const [left, right] = [membersOf(x), membersOf(y)];
    if (left.length + right.length > max_records) {
      refused.push({ ...pair, reason: 'cap' });
      continue;
    }
    if (conflict && left.some((a) => right.some((b) => conflict(a, b)))) {
      refused.push({ ...pair, reason: 'conflict' });
      continue;
    }
    if (left.length + right.length > 2 && meanWeight(left, right, weightOf) < threshold) continue;
    const [kept, gone] = x < y ? [x, y] : [y, x];
    const all = [...membersOf(kept), ...membersOf(gone)];
    members.set(kept, all);
    members.delete(gone);
    for (const record of all) of[record] = kept;
  }
  return { of, refused };
}

function meanWeight(
  left: readonly number[],
  right: readonly number[],
  weightOf: (a: number, b: number) => number,
): number {
  let sum = 0;
  for (const a of left) for (const b of right) sum += weightOf(a, b);
  return sum / (left.length * right.length);
}
