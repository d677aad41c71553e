/**
 * Paths for fitting: the touches of converting and non-converting people, in order. Markov chains and Shapley values are
 * functions of paths only. In answers the fields `journeys`, `null_journeys` and `value_per_journey` count paths, each as often
 * as it was taken.
 */
import { TributaryError } from '../../domain/errors.ts';

/** Different paths, each with its counts. Path p is `codes[offsets[p]] … codes[offsets[p + 1] - 1]`, oldest first. */
export interface Paths {
  /** The names of touches at the grain of the fit: a channel, a channel and touchpoint type, a campaign. Index = code. */
  readonly states: readonly string[];
  readonly codes: Uint16Array;
  /** One more than there are paths. */
  readonly offsets: Uint32Array;
  /** How often the path ended in a conversion, the value of these in major units, and how often it ended without one. */
  readonly conversions: Float64Array;
  readonly value: Float64Array;
  readonly nulls: Float64Array;
  /** The number of the person whose path it is. Left out where only sums are known (an aggregated file). */
  readonly people?: Uint32Array;
}

/** The paths of a log. */
export interface LogPaths {
  paths: Paths;
  /** Orders without a touch. They have no path. */
  pathless: number;
}

export const MAX_STATES = 65_535;
/** The paths that are read from a log have at most this many touches. */
export const MAX_FIT_TOUCHES = 20_000_000;

/** @throws unprocessable when the paths of a log have too many touches. */
export function refuseMoreTouches(touches: number): void {
  if (touches <= MAX_FIT_TOUCHES) return;
  throw new TributaryError(
    'unprocessable',
    `start: the paths of the period have ${touches} touches; at most ${MAX_FIT_TOUCHES} are read. Choose a shorter period`,
    { field: 'start' },
  );
}

/** Sums of the counts of all paths. */
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
