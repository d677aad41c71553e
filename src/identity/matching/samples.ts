/**
 * Pairs of records from which a model is estimated. Their levels do not depend on the model, so they are computed once for all
 * passes.
 */
import type { Random } from '../../domain/random.ts';
import type { Comparison } from './comparisons.ts';
import { PatternCounts } from './patterns.ts';
import type { Column } from './records.ts';

const RANDOM_PAIRS = 300_000;
/** Pairs of one session of expectation maximisation. */
const SESSION_PAIRS = 50_000;
const MIN_SESSION_PAIRS = 30;

export interface Samples {
  random: RandomPairs;
  /** By comparison: pairs that are equal in it; undefined where there are too few. */
  sessions: ReadonlyArray<PatternCounts | undefined>;
}

export interface RandomPairs {
  left: number[];
  right: number[];
  /** By pair, by comparison. */
  levels: Int8Array;
}

export function drawSamples(count: number, comparisons: readonly Comparison[], random: Random): Samples {
  return {
    random: drawRandomPairs(count, comparisons, random),
    sessions: comparisons.map(({ equal }) => {
      const column = equal.at(-1);
      const patterns = column && sessionPatterns(column, comparisons, random);
      return patterns && patterns.total >= MIN_SESSION_PAIRS ? patterns : undefined;
    }),
  };
}

/** Random pairs of two records; all pairs where there are few. */
function drawRandomPairs(count: number, comparisons: readonly Comparison[], random: Random): RandomPairs {
  const [left, right]: [number[], number[]] = [[], []];
  if ((count * (count - 1)) / 2 <= RANDOM_PAIRS)
    for (let a = 0; a < count; a++)
      for (let b = a + 1; b < count; b++) {
        left.push(a);
        right.push(b);
      }
  else
    while (left.length < RANDOM_PAIRS) {
      const [a, b] = [random.integer(0, count - 1), random.integer(0, count - 1)];
      if (a === b) continue;
      left.push(a);
      right.push(b);
    }
  const levels = new Int8Array(left.length * comparisons.length);
  for (const [c, comparison] of comparisons.entries())
    for (let pair = 0; pair < left.length; pair++)
      levels[pair * comparisons.length + c] = comparison.level(left[pair]!, right[pair]!);
  return { left, right, levels };
}

/** Pairs of records with equal values in a column: all of them, or a sample in proportion to the pairs of each value. */
function sessionPatterns(column: Column, comparisons: readonly Comparison[], random: Random): PatternCounts {
  const patterns = new PatternCounts(comparisons);
  const blocks = blocksOf(column);
  const sums: number[] = [];
  let all = 0;
  for (const { length } of blocks) {
    all += (length * (length - 1)) / 2;
    sums.push(all);
  }
  if (all <= SESSION_PAIRS) {
    for (const block of blocks)
      for (let i = 0; i < block.length; i++)
        for (let j = i + 1; j < block.length; j++) patterns.add(block[i]!, block[j]!);
    return patterns;
  }
  for (let pair = 0; pair < SESSION_PAIRS; pair++) {
    const block = blocks[firstOver(sums, random.unit() * all)]!;
    const i = random.integer(0, block.length - 1);
    const j = random.integer(0, block.length - 2);
    patterns.add(block[i]!, block[j < i ? j : j + 1]!);
  }
  return patterns;
}

/** The records of each value that several have. */
function blocksOf({ texts, values }: Column): number[][] {
  const blocks: number[][] = texts.map(() => []);
  for (const [record, value] of values.entries()) if (value >= 0) blocks[value]!.push(record);
  return blocks.filter((records) => records.length > 1);
}

/** The first of rising sums that is over a target. */
function firstOver(sums: readonly number[], target: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
