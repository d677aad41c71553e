/**
 * Makes an answer with noise of exact sums by group. One person contributes to at most so many groups, and at most so much to each sum
 * over all groups, so the sums of each measure change by at most that much (in L1 norm) when a person comes or goes. Discrete Laplace
 * noise of the scale sensitivity / epsilon then makes each measure epsilon-differentially private, and epsilons of measures add up.
 *
 * Groups of a closed list are always shown, so that their being there tells nothing. Other groups exist because some person made them:
 * they are shown only if the noisy number of their people reaches a threshold. A group of one person reaches it with a chance of at most
 * delta / groups_per_person, so that all groups which exist for one person together show with a chance of at most delta. Source:
 * Wilson et al., Differentially private SQL with bounded user contribution, 2020 (tau-thresholding).
 */
import {
  discreteLaplace,
  halfWidth,
  halfWidthOfSum,
  type Scale,
  scaleOf,
  tailBound,
} from '../../learning/discrete-laplace.ts';
import type { RandomIntegers } from '../../learning/random-integers.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { Bounds } from './bounds.ts';

/** The chance that an interval holds the value below the noise. */
export const CONFIDENCE = 0.95;
/** More groups that the data names are left out, those with the least noisy revenue first. */
export const MAX_ROWS = 1_000;

/** The measures of an answer. Each gets the same part of epsilon. */
export const MEASURES = ['persons', 'conversions', 'revenue'] as const;
export type Measure = (typeof MEASURES)[number];
export type Sums = Readonly<Record<Measure, bigint>>;

/** A group and its sums within the bounds. Conversions are in millionths, revenue in micros. */
export interface ExactGroup {
  keys: ReadonlyArray<string | null>;
  sums: Sums;
}

export interface NoisyGroup {
  keys: ReadonlyArray<string | null>;
  sums: Sums;
}

/** How much noise each measure gets. */
export interface NoisePlan {
  /** Thousandths of epsilon, of the whole answer. */
  epsilon_millis: number;
  sensitivity: Sums;
  scale: Readonly<Record<Measure, Scale>>;
}

/** Values of one conversion in its measure: shares of orders are in millionths, whole counts are not. */
export type ConversionUnit = 1n | 1_000_000n;

export function noisePlan(epsilon_millis: number, bounds: Bounds, unit: ConversionUnit): NoisePlan {
  const sensitivity: Sums = {
    persons: BigInt(bounds.groups_per_person),
    conversions: BigInt(bounds.conversions_per_person) * unit,
    revenue: bounds.revenue_micros_per_person,
  };
  // The scale is sensitivity / (epsilon / measures), as a fraction of integers.
  const scale = Object.fromEntries(
    MEASURES.map((measure): [Measure, Scale] => [
      measure,
      {
        numerator: sensitivity[measure] * BigInt(MEASURES.length) * 1_000n,
        denominator: BigInt(epsilon_millis),
      },
    ]),
  ) as Record<Measure, Scale>;
  return { epsilon_millis, sensitivity, scale };
}

/** The noisy number of people from which on a group that the data names is shown. */
export function thresholdOf({ scale }: NoisePlan, { delta, groups_per_person, min_persons }: Bounds): number {
  return Math.max(min_persons, 1 + tailBound(scaleOf(scale.persons), delta / groups_per_person));
}

/** The half of the width of the interval of a sum of `n` noisy values. */
export function widthOf({ scale }: NoisePlan, measure: Measure, n = 1): bigint {
  return BigInt(
    n === 1 ? halfWidth(scaleOf(scale[measure]), CONFIDENCE) : halfWidthOfSum(scaleOf(scale[measure]), n, CONFIDENCE),
  );
}

const NOTHING: Sums = { persons: 0n, conversions: 0n, revenue: 0n };
const nameOf = (keys: ExactGroup['keys']): string => JSON.stringify(keys);

/**
 * Adds noise to groups.
 * @param closed the groups that are always shown, whether the data has them or not.
 * @param threshold for all others; null if there are none.
 */
export async function release(
  groups: readonly ExactGroup[],
  { closed, threshold, plan }: { closed: ReadonlyArray<ExactGroup['keys']>; threshold: number | null; plan: NoisePlan },
  random: RandomIntegers,
): Promise<{ shown: NoisyGroup[]; left_out: number }> {
  const exact = new Map(groups.map((group) => [nameOf(group.keys), group]));
  const turns = new WorkTurns();
  const noisy = (value: bigint, measure: Measure): bigint => value + discreteLaplace(random, plan.scale[measure]);
  const noisyGroup = (keys: ExactGroup['keys'], sums: Sums, persons: bigint): NoisyGroup => ({
    keys,
    sums: { persons, conversions: noisy(sums.conversions, 'conversions'), revenue: noisy(sums.revenue, 'revenue') },
  });
  const listed: NoisyGroup[] = [];
  for (const keys of closed) {
    if (turns.ends()) await turns.next();
    const sums = exact.get(nameOf(keys))?.sums ?? NOTHING;
    exact.delete(nameOf(keys));
    listed.push(noisyGroup(keys, sums, noisy(sums.persons, 'persons')));
  }
  const named: NoisyGroup[] = [];
  for (const { keys, sums } of exact.values()) {
    if (threshold === null) break;
    if (turns.ends()) await turns.next();
    const persons = noisy(sums.persons, 'persons');
    if (persons >= BigInt(threshold)) named.push(noisyGroup(keys, sums, persons));
  }
  named.sort(byRevenue);
  const room = Math.max(0, MAX_ROWS - listed.length);
  return { shown: [...listed, ...named.slice(0, room)].sort(byRevenue), left_out: Math.max(0, named.length - room) };
}

/** Most noisy revenue first, so that the order of rows tells nothing more. */
function byRevenue(a: NoisyGroup, b: NoisyGroup): number {
  if (a.sums.revenue !== b.sums.revenue) return a.sums.revenue > b.sums.revenue ? -1 : 1;
  return nameOf(a.keys) < nameOf(b.keys) ? -1 : 1;
}
