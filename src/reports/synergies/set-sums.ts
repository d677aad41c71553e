/** What the paths of each set of channels add up to. Net value is exact. */
import { ExactSums } from '../../histories/exact.ts';
import { inBlocks } from '../../warehouse/work-turns.ts';
import type { ChannelSets } from './channel-sets.ts';
import type { ObservedPaths } from './observed-paths.ts';

export interface SetSums {
  readonly paths: Float64Array;
  readonly orders: Float64Array;
  readonly touches: Float64Array;
  readonly micros: ExactSums;
}

export async function sumSets(observed: ObservedPaths, sets: ChannelSets): Promise<SetSums> {
  const { weight, is_order, micros, large, offsets } = observed;
  const sums = {
    paths: new Float64Array(sets.count),
    orders: new Float64Array(sets.count),
    touches: new Float64Array(sets.count),
    micros: new ExactSums(),
  };
  sums.micros.reserve(sets.count);
  await inBlocks(sets.of_path.length, (from, until) => {
    for (let path = from; path < until; path++) {
      const set = sets.of_path[path]!;
      sums.paths[set]! += weight[path]!;
      sums.orders[set]! += is_order[path]!;
      sums.touches[set]! += weight[path]! * (offsets[path + 1]! - offsets[path]!);
      sums.micros.add(set, micros[path]!);
    }
  });
  for (const [path, value] of large) sums.micros.addLarge(sets.of_path[path]!, value);
  return sums;
}

/** Figures of several paths. */
export interface PathFigures {
  paths: number;
  orders: number;
  touches: number;
  micros: bigint;
}

export function noFigures(): PathFigures {
  return { paths: 0, orders: 0, touches: 0, micros: 0n };
}

/** Adds the figures of a set. */
export function addSet(to: PathFigures, sums: SetSums, set: number): void {
  to.paths += sums.paths[set]!;
  to.orders += sums.orders[set]!;
  to.touches += sums.touches[set]!;
  to.micros += sums.micros.total(set);
}
