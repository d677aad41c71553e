/**
 * Estimates a model without labels. u comes from random pairs of records of different people. m comes from expectation maximisation
 * with u fixed, over pairs that agree in one comparison, in turns; that comparison is not estimated from them.
 * Sources: Winkler, Using the EM Algorithm for Weight Computation in the Fellegi-Sunter Model, 2000; for the sessions Linacre et
 * al., Splink, International Journal of Population Data Science 7(3), 2022.
 */
import { type Comparison, MISSING } from './comparisons.ts';
import { type Frequencies, frequenciesOf } from './frequencies.ts';
import type { Model } from './model.ts';
import type { Pattern, PatternCounts } from './patterns.ts';
import type { RandomPairs, Samples } from './samples.ts';

const MAX_ROUNDS = 200;
const SETTLED = 1e-5;
/**
 * Records of one person differ in a personal comparison at most this often. Without the limit, the people of households could be taken
 * for the repeated ones in a list that repeats nobody.
 */
const MOST_DIFFERENT = 0.5;
/** So many pairs of one person, most of them equal, count beside those of the list: a list that repeats hardly anybody teaches little. */
const PRIOR_PAIRS = 10;
/** No level is impossible. */
const LEAST_SHARE = 1e-4;

/** @param person_of the person of each record as far as known: every record a person of its own at first. */
export function estimateModel(
  comparisons: readonly Comparison[],
  samples: Samples,
  person_of: Int32Array,
  { prior, household }: { prior: number; household: number },
): Model {
  const frequencies = frequenciesOf(comparisons, person_of);
  const u = estimateU(samples.random, comparisons, person_of, frequencies);
  const m = estimateM(samples.sessions, comparisons, u, prior);
  return { comparisons, m, u, prior, household, frequencies };
}

function estimateU(
  { left, right, levels }: RandomPairs,
  comparisons: readonly Comparison[],
  person_of: Int32Array,
  frequencies: Frequencies,
): Float64Array[] {
  const seen = comparisons.map((comparison) => new Float64Array(comparison.levels.length));
  for (let pair = 0; pair < left.length; pair++) {
    if (person_of[left[pair]!] === person_of[right[pair]!]) continue;
    for (let c = 0; c < comparisons.length; c++) {
      const level = levels[pair * comparisons.length + c]!;
      if (level !== MISSING) seen[c]![level]!++;
    }
  }
  return seen.map((counts, c) => sharesOf(counts, exactShare(comparisons[c]!, frequencies)));
}

/** The share of the last level where it is counted over all pairs; undefined where only samples know it. */
function exactShare({ columns, equal }: Comparison, frequencies: Frequencies): number | undefined {
  const column = equal.at(-1);
  return columns.length === 1 && column ? frequencies.agreement(column) : undefined;
}

function sharesOf(counts: Float64Array, last: number | undefined): Float64Array {
  const sum = counts.reduce((a, b) => a + b, 0) + 1;
  const shares = counts.map((count) => (count + 1 / counts.length) / sum);
  if (last === undefined) return shares;
  const rest = 1 - shares.at(-1)!;
  return shares.map((share, level) => (level === shares.length - 1 ? last : (share * (1 - last)) / rest));
}

function estimateM(
  sessions: ReadonlyArray<PatternCounts | undefined>,
  comparisons: readonly Comparison[],
  u: readonly Float64Array[],
  prior: number,
): Float64Array[] {
  const estimates: Float64Array[][] = comparisons.map(() => []);
  for (const [c, patterns] of sessions.entries()) {
    if (!patterns) continue;
    const others = comparisons.map((_, i) => i).filter((i) => i !== c);
    const found = maximise(patterns, comparisons, u, others, startingShares(prior, u[c]!.at(-1)!));
    for (const i of others) if (found[i]) estimates[i]!.push(found[i]!);
  }
  return estimates.map((found, c) => (found.length > 0 ? medianShares(found) : initialM(comparisons[c]!)));
}

/** Of some pairs: the shares of those of one person and of those of two people of one household. The others are of strangers. */
interface Shares {
  person: number;
  household: number;
}

function startingShares(prior: number, u_equal: number): Shares {
  const odds = (prior * 0.9) / u_equal;
  return { person: Math.min(0.9, Math.max(0.01, odds / (1 + odds))), household: 0.01 };
}

/** Expectation maximisation with u fixed. @returns m by comparison; undefined for those not estimated. */
function maximise(
  patterns: PatternCounts,
  comparisons: readonly Comparison[],
  u: readonly Float64Array[],
  estimated: readonly number[],
  start: Shares,
): Array<Float64Array | undefined> {
  let m = comparisons.map(initialM);
  let shares = start;
  const list = patterns.list();
  // Without personal comparisons, or without shared ones, nothing tells a household.
  const households = new Set(estimated.map((c) => comparisons[c]!.shared)).size === 2;
  if (!households) shares = { ...shares, household: 0 };
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const sums = comparisons.map((comparison) => initialM(comparison).map((share) => share * PRIOR_PAIRS));
    const found = { person: 0, household: 0 };
    for (const pattern of list) {
      const { person, household } = classesOf(pattern, comparisons, m, u, estimated, shares);
      found.person += person * pattern.count;
      found.household += household * pattern.count;
      for (const c of estimated) {
        const level = pattern.levels[c]!;
        if (level >= 0) sums[c]![level]! += (comparisons[c]!.shared ? person + household : person) * pattern.count;
      }
    }
    const next = sums.map((counts, c) => (comparisons[c]!.shared ? clipped(counts) : limited(clipped(counts))));
    const change = largestChange(m, next, estimated);
    m = next;
    shares = {
      person: Math.min(0.9999, Math.max(1e-6, found.person / patterns.total)),
      household: households ? Math.max(1e-6, found.household / patterns.total) : 0,
    };
    if (change < SETTLED) break;
  }
  const known = new Set(estimated.filter((c) => list.some((pattern) => pattern.levels[c]! >= 0)));
  return m.map((of_levels, c) => (known.has(c) ? of_levels : undefined));
}

/** The probabilities that pairs of a pattern are of one person, and of two people of one household. */
function classesOf(
  { levels }: Pattern,
  comparisons: readonly Comparison[],
  m: readonly Float64Array[],
  u: readonly Float64Array[],
  estimated: readonly number[],
  shares: Shares,
): Shares {
  let [personal, shared] = [1, 1];
  for (const c of estimated) {
    const level = levels[c]!;
    if (level < 0) continue;
    const ratio = m[c]![level]! / u[c]![level]!;
    if (comparisons[c]!.shared) shared *= ratio;
    else personal *= ratio;
  }
  const person = shares.person * personal * shared;
  const household = shares.household * shared;
  const all = person + household + Math.max(1e-9, 1 - shares.person - shares.household);
  return { person: person / all, household: household / all };
}

function initialM({ levels }: Comparison): Float64Array {
  const last = levels.length - 1;
  return Float64Array.from(levels, (_, level) => (level === last ? 0.9 : 0.1 / last));
}

function clipped(counts: Float64Array): Float64Array {
  const sum = counts.reduce((a, b) => a + b, 0);
  const shares = counts.map((count) => Math.max(LEAST_SHARE, count / sum));
  const all = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / all);
}

/** With at most {@link MOST_DIFFERENT} for level 0; what is over it goes to the other levels in proportion. */
function limited(shares: Float64Array): Float64Array {
  const different = shares[0]!;
  if (different <= MOST_DIFFERENT) return shares;
  return shares.map((share, level) =>
    level === 0 ? MOST_DIFFERENT : (share * (1 - MOST_DIFFERENT)) / (1 - different),
  );
}

function largestChange(a: readonly Float64Array[], b: readonly Float64Array[], compared: readonly number[]): number {
  let largest = 0;
  for (const c of compared)
    for (const [level, share] of a[c]!.entries()) largest = Math.max(largest, Math.abs(share - b[c]![level]!));
  return largest;
}

function medianShares(estimates: readonly Float64Array[]): Float64Array {
  const levels = estimates[0]!.length;
  const medians = Float64Array.from({ length: levels }, (_, level) => {
    const sorted = estimates.map((shares) => shares[level]!).sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  });
  return clipped(medians);
}
