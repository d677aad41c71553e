/** The sums of random groups of people that the intervals of pairs are made of. */
import { RANDOM_GROUPS } from '../../learning/random-groups.ts';
import { inBlocks } from '../../warehouse/work-turns.ts';
import type { ChannelSets } from './channel-sets.ts';
import type { ObservedPaths } from './observed-paths.ts';
import { lowestBit, type PairedChannels, pairNumber } from './pair-cells.ts';

/** Strata of the number of touches of a path, by their first: 1, 2, 3, 4 to 5, 6 to 9, 10 and more. */
export const LENGTH_STRATA = [1, 2, 3, 4, 6, 10] as const;
const STRATA = LENGTH_STRATA.length;
/** Paths, orders and revenue. */
export const FIGURES = 3;
/** Sums of one group: the figures of each stratum. */
export const WIDTH = STRATA * FIGURES;

const STRATUM_OF = Uint8Array.from({ length: LENGTH_STRATA.at(-1)! + 1 }, (_, touches) =>
  Math.max(
    0,
    LENGTH_STRATA.findLastIndex((first) => first <= touches),
  ),
);
export const stratumOf = (touches: number): number => STRATUM_OF[Math.min(touches, STRATUM_OF.length - 1)]!;

/** Sums by random group, each of {@link WIDTH} sums. Revenue is in micros. */
export interface GroupSums {
  all: Float64Array;
  with_one: Float64Array[];
  /** By pair; null for pairs that are not asked for. */
  with_both: ReadonlyArray<Float64Array | null>;
}

/** Sums the paths by random group. @param wanted the numbers of the pairs, each of which takes 37 kB. */
export async function sumGroups(
  observed: ObservedPaths,
  sets: ChannelSets,
  channels: PairedChannels,
  wanted: ReadonlySet<number>,
): Promise<GroupSums> {
  const { person, random_group, offsets, weight, is_order, micros, large } = observed;
  const room = (): Float64Array => new Float64Array(RANDOM_GROUPS * WIDTH);
  const count = channels.codes.length;
  const sums = {
    all: room(),
    with_one: channels.codes.map(room),
    with_both: Array.from({ length: pairNumber(0, count) }, (_, pair) => (wanted.has(pair) ? room() : null)),
  };
  const addPath = (path: number, value: number): void => {
    const at = random_group[person[path]!]! * WIDTH + stratumOf(offsets[path + 1]! - offsets[path]!) * FIGURES;
    const own = weight[path]!;
    const order = is_order[path]!;
    const bits = channels.bits_of_set[sets.of_path[path]!]!;
    addTo(sums.all, at, own, order, value);
    for (let left = bits; left !== 0; left &= left - 1) {
      const b = lowestBit(left);
      addTo(sums.with_one[b]!, at, own, order, value);
      for (let lower = bits & ((1 << b) - 1); lower !== 0; lower &= lower - 1) {
        const into = sums.with_both[pairNumber(lowestBit(lower), b)];
        if (into) addTo(into, at, own, order, value);
      }
    }
  };
  await inBlocks(sets.of_path.length, (from, until) => {
    for (let path = from; path < until; path++)
      addPath(path, Number(large.size > 0 ? (large.get(path) ?? micros[path]!) : micros[path]!));
  });
  return sums;
}

function addTo(sums: Float64Array, at: number, paths: number, order: number, value: number): void {
  sums[at]! += paths;
  sums[at + 1]! += order;
  sums[at + 2]! += value;
}
