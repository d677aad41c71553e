/**
 * Finds the records of one person in a list without labels: comparisons by the roles of the columns, a Fellegi-Sunter model
 * estimated from the list itself, and clusters at the threshold that promises the best clusters. Pure; the same list, seed and
 * roles give the same answer.
 */
import { Random } from '../../domain/random.ts';
import { eachCandidate } from './candidates.ts';
import { type Clusters, clusterRecords, type ScoredPair } from './clusters.ts';
import { comparisonsOf } from './comparisons.ts';
import { estimateModel } from './estimate.ts';
import {
  evidence,
  householdProbability,
  logOdds,
  type Model,
  type PairPart,
  pairParts,
  pairWeight,
  probabilityOf,
  sharedWeight,
} from './model.ts';
import type { Records } from './records.ts';
import { drawSamples } from './samples.ts';
import { bestThreshold, type Expected } from './threshold.ts';

export const MAX_RECORDS = 200_000;
/** Columns that are compared. The levels of all comparisons of a pair are one exact integer (`PatternCounts`). */
export const MAX_COLUMNS = 16;
/** Each pass knows better which records are of one person, and so how frequent a value is among people. */
const PASSES = 4;
/** Log2 odds below which a pair is forgotten after the first pass. */
const KEPT_WEIGHT = -10;

export interface MatchOptions {
  seed?: number;
  /** The most records of one person. */
  max_records?: number;
  /** Log2 odds; chosen from the records when left out. */
  threshold?: number;
  conflict?: (a: number, b: number) => boolean;
}

export interface Match {
  model: Model;
  /** By record: the smallest record of the same person. */
  person_of: Int32Array;
  /** Pairs of candidates with some chance, from the strongest to the weakest. */
  pairs: ScoredPair[];
  refused: Clusters['refused'];
  threshold: number;
  /** What the model expects of its clusters, by threshold. */
  expected: Expected[];
  compared_pairs: number;
  /** How the compared pairs were found. */
  rules: string[];
}

export function matchRecords(
  records: Records,
  { seed = 1, max_records = 100, threshold, conflict }: MatchOptions = {},
): Match {
  const comparisons = comparisonsOf(records);
  const samples = drawSamples(records.count, comparisons, new Random(seed, 'matching'));
  const singles = Int32Array.from({ length: records.count }, (_, i) => i);
  const cluster = (found: ScoredPair[], model: Model, at: number): Clusters =>
    clusterRecords(records.count, found, (a, b) => pairWeight(model, a, b), {
      threshold: at,
      max_records,
      ...(conflict ? { conflict } : {}),
    });
  let person_of: Int32Array = singles;
  let priors = { prior: 1 / Math.max(2, records.count), household: 0 };
  let candidates: Candidates | undefined;
  for (let pass = 1; ; pass++) {
    const model = estimateModel(comparisons, samples, person_of, priors);
    candidates = candidates ? rescored(candidates, model) : firstScored(records, model);
    const { pairs } = candidates;
    const best = bestThreshold(pairs, model, (at) => cluster(pairs, model, at));
    const at = threshold ?? best.threshold;
    const { of, refused } = cluster(pairs, model, at);
    const settled = pass === PASSES || of.every((person, i) => person === person_of[i]);
    if (settled)
      return {
        model,
        person_of: of,
        pairs,
        refused,
        threshold: at,
        expected: best.expected,
        compared_pairs: candidates.compared,
        rules: candidates.rules,
      };
    person_of = of;
    priors = priorsOf(pairs, model, records.count);
  }
}

interface Candidates {
  pairs: ScoredPair[];
  compared: number;
  rules: string[];
}

function firstScored(records: Records, model: Model): Candidates {
  const pairs: ScoredPair[] = [];
  let compared = 0;
  const { rules } = eachCandidate(records, (a, b) => {
    compared++;
    const weight = pairWeight(model, a, b);
    if (weight > KEPT_WEIGHT) pairs.push({ a, b, weight });
  });
  return { pairs: pairs.sort(strongestFirst), compared, rules };
}

function rescored(candidates: Candidates, model: Model): Candidates {
  const pairs = candidates.pairs.map(({ a, b }) => ({ a, b, weight: pairWeight(model, a, b) }));
  return { ...candidates, pairs: pairs.sort(strongestFirst) };
}

const strongestFirst = (x: ScoredPair, y: ScoredPair): number => y.weight - x.weight || x.a - y.a || x.b - y.b;

/** The shares of all pairs that are expected to be of one person, and of two people of one household. */
function priorsOf(pairs: readonly ScoredPair[], model: Model, count: number): { prior: number; household: number } {
  const all = (count * (count - 1)) / 2;
  const share = (expected: number): number => Math.min(0.1, Math.max(0.5, expected) / all);
  const { comparisons } = model;
  const told = comparisons.some((one) => one.shared) && comparisons.some((one) => !one.shared);
  let [persons, households] = [0, 0];
  // Before the first estimate a household is as likely as a person.
  const asked = model.household > 0 ? model : { ...model, household: model.prior };
  for (const { a, b } of pairs) {
    persons += probabilityOf(pairWeight(asked, a, b));
    if (told) households += householdProbability(asked, a, b);
  }
  return { prior: share(persons), household: told ? share(households) : 0 };
}

export interface Explanation {
  /** Log2 odds: the weights of all parts, of the prior and of the household. */
  weight: number;
  probability: number;
  prior_weight: number;
  /** At most 0: what shared comparisons lose because a household explains them too. */
  household_weight: number;
  parts: PairPart[];
}

/** Why two records are, or are not, of one person. */
export function explainPair(model: Model, a: number, b: number): Explanation {
  const weight = pairWeight(model, a, b);
  const { shared } = evidence(model, a, b);
  return {
    weight,
    probability: probabilityOf(weight),
    prior_weight: logOdds(model.prior),
    household_weight: sharedWeight(model, shared) - shared,
    parts: pairParts(model, a, b),
  };
}
