/**
 * Paths for fitting: what converting and non-converting people touched, in order. Markov chains and Shapley values are
 * functions of these and of nothing else.
 */

/** Many paths, each with how often it was walked. Path p is `codes[offsets[p]] … codes[offsets[p + 1] - 1]`, oldest first. */
export interface Paths {
  /** What a touch is called at the grain of the fit: a channel, a channel and touchpoint type, a campaign. Index = code. */
  readonly states: readonly string[];
  readonly codes: Uint16Array;
  /** One more than there are paths. */
  readonly offsets: Uint32Array;
  /** Journeys on this path that ended in a conversion, what those were worth in major units, and journeys that did not convert. */
  readonly conversions: Float64Array;
  readonly value: Float64Array;
  readonly nulls: Float64Array;
  /** Whose path it is, by number; left out where only sums are known (an aggregated file). */
  readonly people?: Uint32Array;
}

export const MAX_STATES = 65_535;

/** Sums over all journeys, fractions of one included. */
export interface Totals {
  journeys: number;
  conversions: number;
  value: number;
  nulls: number;
}

export function totalsOf(paths: Paths): Totals {
  const conversions = sum(paths.conversions);
  const nulls = sum(paths.nulls);
  return { journeys: conversions + nulls, conversions, value: sum(paths.value), nulls };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
