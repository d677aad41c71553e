/** The split of a budget that raises revenue most, where each channel has a power curve. */

/**
 * Revenue of a channel grows with its spend to this power. Weekly figures cannot tell the powers of channels apart. A low one is careful in both
 * directions: more spend brings less and less, and less spend costs more and more.
 */
export const SATURATION = 0.25;

/** By what an elasticity of 1 changes revenue, in parts of it, where spend changes by this logarithm. */
export const powered = (log_ratio: number): number => Math.expm1(SATURATION * log_ratio) / SATURATION;

export interface Bounds {
  low: number;
  high: number;
}

/** Steps of a search, as a part of the smaller of the two sides of a move. */
const STEPS = [0.2, 0.1, 0.05, 0.02, 0.01];
/** Bounds the time: each turn tries each move once, and most searches end after a few. */
const MOST_TURNS = 50;
/** A gain below this is rounding. */
const LEAST_GAIN = 1e-10;

/**
 * The split with the highest worth that a search from `from` finds: money moves from one channel to another, or between one and all others in
 * proportion, in smaller and smaller steps, while that raises the worth. Channels that may not move keep their spend.
 */
export function bestSplit(
  worth: (split: readonly number[]) => number,
  from: readonly number[],
  bounds: readonly Bounds[],
): number[] {
  const movable = from.flatMap((spend, c) => (spend > 0 && bounds[c]!.low < bounds[c]!.high ? [c] : []));
  let split = [...from];
  let most = worth(split);
  const isBetter = (next: number[]): boolean => {
    if (movable.some((c) => next[c]! < bounds[c]!.low || next[c]! > bounds[c]!.high)) return false;
    const value = worth(next);
    if (!(value > most + LEAST_GAIN)) return false;
    [split, most] = [next, value];
    return true;
  };
  for (const step of STEPS) {
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      let moved = false;
      for (const one of movable) {
        for (const other of movable) if (one !== other) moved = isBetter(movedPair(split, one, other, step)) || moved;
        for (const sign of [-step, step]) moved = isBetter(movedOne(split, movable, one, sign)) || moved;
      }
      if (!moved) break;
    }
  }
  return split;
}

function movedPair(split: readonly number[], giver: number, taker: number, step: number): number[] {
  const moved = step * Math.min(split[giver]!, split[taker]!);
  return split.map((spend, c) => (c === giver ? spend - moved : c === taker ? spend + moved : spend));
}

/** One channel gets more, or less where the step is below 0; the others pay or share it in proportion to their spend. */
function movedOne(split: readonly number[], movable: readonly number[], one: number, step: number): number[] {
  let rest = -split[one]!;
  for (const c of movable) rest += split[c]!;
  const moved = step * Math.min(split[one]!, rest);
  const next = [...split];
  for (const c of movable) next[c] = c === one ? split[c]! + moved : split[c]! * (1 - moved / rest);
  return next;
}
