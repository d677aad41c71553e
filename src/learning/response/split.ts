/** The split of a budget that raises revenue most, where each channel has a power curve. */

/** Revenue of a channel grows with its spend to this power. Weekly figures cannot tell the powers of channels apart. */
export const SATURATION = 0.5;

/** The part of revenue by which it changes when a channel with this elasticity of revenue moves. */
export function changedPart(elasticity: number, from: number, to: number): number {
  return (elasticity / SATURATION) * ((to / from) ** SATURATION - 1);
}

export interface Bounds {
  low: number;
  high: number;
}

const STEPS = 100;

/**
 * The spend of each channel that raises revenue most, within the bounds and adding up to `budget`. One price of money decides: a channel
 * gets spend until what the next unit brings falls to the price (Boyd and Vandenberghe, Convex Optimization, 2004, section
 * 5.5.3). Where the bounds have no room for the budget, all channels are at their low or at their high end.
 * @param elasticities of revenue, at the spend `from`.
 */
export function bestSplit(
  elasticities: ArrayLike<number>,
  from: readonly number[],
  bounds: readonly Bounds[],
  budget: number,
): number[] {
  const at = (price: number): number[] =>
    bounds.map(({ low, high }, c) => {
      if (from[c] === 0) return low;
      const wanted = from[c]! * (elasticities[c]! / from[c]! / price) ** (1 / (1 - SATURATION));
      return Math.min(high, Math.max(low, wanted));
    });
  const sum = (split: readonly number[]): number => split.reduce((all, spend) => all + spend, 0);
  let [low, high] = [1e-18, 1e6];
  for (let step = 0; step < STEPS; step++) {
    const price = Math.sqrt(low * high);
    if (sum(at(price)) > budget) low = price;
    else high = price;
  }
  return filled(at(Math.sqrt(low * high)), bounds, budget);
}

/** Gives what rounding left over to those with room. */
function filled(split: readonly number[], bounds: readonly Bounds[], budget: number): number[] {
  let left = budget - split.reduce((all, spend) => all + spend, 0);
  return split.map((spend, c) => {
    const { low, high } = bounds[c]!;
    const next = Math.min(high, Math.max(low, spend + left));
    left -= next - spend;
    return next;
  });
}
