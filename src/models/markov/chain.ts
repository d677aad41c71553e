/**
 * An absorbing Markov chain of order k over paths (Anderl, Becker, von Wangenheim, Schumann 2016, "Mapping the customer
 * journey"). The state is the last k touches; a path shorter than k is one shorter state. Every path ends in a conversion or
 * without one.
 */
import { type Paths, type Totals, totalsOf } from '../paths/paths.ts';
import { countingSort, numbersTo, placesOf } from './arrays.ts';
import { countSteps, type StepCounts } from './counts.ts';
import { type Layout, layOut } from './layout.ts';

export const MAX_ORDER = 4;

export interface Chain {
  readonly order: number;
  readonly totals: Totals;
  /** State s is `grams[s * order] …`: codes of touches + 1, oldest first, 0 where there is none. */
  readonly grams: Uint16Array;
  /** By state: the share of the paths that begin there. */
  readonly start: Float64Array;
  /** By state: how often a path visits it, on average. */
  readonly visits: Float64Array;
  /** By state, per visit: the probability that the path ends there in a conversion, and the expected value of that end. */
  readonly conversion: Float64Array;
  readonly value: Float64Array;
  /** The order in which a sweep visits the states. */
  readonly sequence: Uint32Array;
  /** Into state `sequence[i]` lead the steps `into[i] … into[i + 1] - 1`, each from a state with a probability. */
  readonly into: Uint32Array;
  readonly from: Uint32Array;
  readonly probability: Float64Array;
}

export function statesOf(chain: Chain): number {
  return chain.start.length;
}

/** @param order touches that a state remembers, 1 to {@link MAX_ORDER}. */
export function buildChain(paths: Paths, order: number): Chain {
  return chainOf(countSteps(paths, order), order, totalsOf(paths));
}

/** Turns counts into probabilities, and stores states and steps in the order in which a sweep reads them. */
export function chainOf(counts: StepCounts, order: number, totals: Totals): Chain {
  const states = counts.start.length;
  const passed = counts.conversions.map((converted, s) => converted + counts.nulls[s]!);
  counts.taken.forEach((times, step) => {
    passed[counts.from[step]!]! += times;
  });
  const layout = layOut(counts, order);
  const { stored, sequence } = layout;
  const grams = new Uint16Array(states * order);
  stored.forEach((state, at) => {
    grams.set(counts.grams.subarray(state * order, (state + 1) * order), at * order);
  });
  const share = (amounts: Float64Array): Float64Array =>
    Float64Array.from(stored, (state) => amounts[state]! / passed[state]!);
  const per_path = (amounts: Float64Array): Float64Array =>
    Float64Array.from(stored, (state) => amounts[state]! / totals.journeys);
  return {
    order,
    totals,
    grams,
    start: per_path(counts.start),
    visits: per_path(passed),
    conversion: share(counts.conversions),
    value: share(counts.value),
    sequence,
    ...stepsBySequence(counts, passed, layout),
  };
}

/** Steps sorted by target (in sequence), then by source. */
function stepsBySequence(
  { from, to, taken }: StepCounts,
  passed: Float64Array,
  { stored, sequence }: Layout,
): Pick<Chain, 'into' | 'from' | 'probability'> {
  const place = placesOf(stored);
  const turn = placesOf(sequence.map((at) => stored[at]!));
  const by_source = countingSort(numbersTo(taken.length), stored.length, (step) => place[from[step]!]!);
  const { sorted, starts } = countingSort(by_source.sorted, stored.length, (step) => turn[to[step]!]!);
  return {
    into: starts,
    from: sorted.map((step) => place[from[step]!]!),
    probability: Float64Array.from(sorted, (step) => taken[step]! / passed[from[step]!]!),
  };
}
