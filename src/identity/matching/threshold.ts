/**
 * Chooses the threshold by the clusters that it gives. A good share of right pairs can still give bad clusters, because one wrong
 * pair joins two groups. So the probability of every pair inside of a cluster counts, not only of those that joined it.
 */
import type { Clusters, ScoredPair } from './clusters.ts';
import { type Model, pairWeight, probabilityOf } from './model.ts';

/** Log2 odds that are tried: probabilities from a half to 0.9998. */
const TRIED = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12];

/** What a model expects of the clusters at one threshold, counted by pairs of records. */
export interface Expected {
  threshold: number;
  precision: number;
  recall: number;
  /** The F measure in which precision counts twice as much as recall: to take two people for one does more harm. */
  f_half: number;
}

export function bestThreshold(
  pairs: readonly ScoredPair[],
  model: Model,
  clusterAt: (threshold: number) => Clusters,
): { threshold: number; expected: Expected[] } {
  const matches = pairs.reduce((sum, pair) => sum + probabilityOf(pair.weight), 0);
  const expected = TRIED.map((threshold) => expectedOf(threshold, clusterAt(threshold), model, matches));
  const best = expected.reduce((a, b) => (b.f_half > a.f_half ? b : a));
  return { threshold: best.threshold, expected };
}

function expectedOf(threshold: number, { of }: Clusters, model: Model, matches: number): Expected {
  let [joined, right] = [0, 0];
  for (const records of groupsOf(of))
    for (let i = 0; i < records.length; i++)
      for (let j = i + 1; j < records.length; j++) {
        joined++;
        right += probabilityOf(pairWeight(model, records[i]!, records[j]!));
      }
  const precision = joined === 0 ? 1 : right / joined;
  const recall = matches === 0 ? 1 : Math.min(1, right / matches);
  const f_half = precision + recall === 0 ? 0 : (1.25 * precision * recall) / (0.25 * precision + recall);
  return { threshold, precision, recall, f_half };
}

/** The groups of at least two records. */
export function groupsOf(of: Int32Array): number[][] {
  const groups = new Map<number, number[]>();
  for (const [record, cluster] of of.entries()) {
    const group = groups.get(cluster);
    if (group) group.push(record);
    else groups.set(cluster, [record]);
  }
  return [...groups.values()].filter((records) => records.length > 1);
}
