/** How good clusters are beside known ones, counted by pairs of records. */
export interface Quality {
  precision: number;
  recall: number;
  f1: number;
  /** Pairs of records in one cluster. */
  found_pairs: number;
  true_pairs: number;
  right_pairs: number;
  largest_cluster: number;
}

/** @param truth by record: the name of its true person; undefined for records without a label, which do not count. */
export function clusterQuality(person_of: ArrayLike<number>, truth: ReadonlyArray<string | undefined>): Quality {
  const [found, known, both] = [new Map<number, number>(), new Map<string, number>(), new Map<string, number>()];
  for (const [i, label] of truth.entries()) {
    if (label === undefined) continue;
    const person = person_of[i]!;
    found.set(person, (found.get(person) ?? 0) + 1);
    known.set(label, (known.get(label) ?? 0) + 1);
    both.set(`${person} ${label}`, (both.get(`${person} ${label}`) ?? 0) + 1);
  }
  const [found_pairs, true_pairs, right_pairs] = [pairsIn(found), pairsIn(known), pairsIn(both)];
  const precision = found_pairs === 0 ? 1 : right_pairs / found_pairs;
  const recall = true_pairs === 0 ? 1 : right_pairs / true_pairs;
  const f1 = found_pairs + true_pairs === 0 ? 1 : (2 * right_pairs) / (found_pairs + true_pairs);
  return {
    precision,
    recall,
    f1,
    found_pairs,
    true_pairs,
    right_pairs,
    largest_cluster: Math.max(0, ...found.values()),
  };
}

function pairsIn(counts: Map<unknown, number>): number {
  let pairs = 0;
  for (const count of counts.values()) pairs += (count * (count - 1)) / 2;
  return pairs;
}
