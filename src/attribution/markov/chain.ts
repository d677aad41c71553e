/**
 * An absorbing Markov chain of order k over journeys (Anderl et al. 2016, "Mapping the customer journey"): the state is the
 * last k touches, a journey shorter than k is one shorter state, and every journey ends in a conversion or in none.
 */
import type { Paths } from '../paths/paths.ts';
import { type Totals, totalsOf } from '../paths/totals.ts';
import { Steps } from './steps.ts';
import { Sums } from './sums.ts';

export const MAX_ORDER = 4;

export interface Chain {
  readonly order: number;
  readonly totals: Totals;
  /** State s is `grams[s * order] …`: codes of touches + 1, oldest first, 0 where there is none. */
  readonly grams: Uint16Array;
  /** Share of the journeys that begin in a state. */
  readonly start: Float64Array;
  /** Times that a journey passes through a state. */
  readonly visits: Float64Array;
  /** From a state: the probability that the journey ends in a conversion there, and the value of that per visit. */
  readonly conversion: Float64Array;
  readonly value: Float64Array;
  /** Into state s lead the steps `into[s] … into[s + 1] - 1`, each from a state with a probability. */
  readonly into: Uint32Array;
  readonly from: Uint32Array;
  readonly probability: Float64Array;
}

export function statesOf(chain: Chain): number {
  return chain.start.length;
}

/**
 * Builds the chain. Counts are weights: fractions count as such, and journeys of no weight leave no state. Consecutive equal
 * states are one, since only the jump that leaves a state decides where a journey ends.
 * @param order touches that a state remembers, 1 to {@link MAX_ORDER}.
 */
export function buildChain(paths: Paths, order: number): Chain {
  const steps = new Steps(order);
  const taken = new Sums();
  const starts = new Sums();
  const conversions = new Sums();
  const value = new Sums();
  const nulls = new Sums();
  const { codes, offsets } = paths;
  for (let p = 0; p < paths.conversions.length; p++) {
    const weight = paths.conversions[p]! + paths.nulls[p]!;
    if (weight === 0) continue;
    let state = steps.first(paths, p);
    starts.add(state, weight);
    const end = offsets[p + 1]!;
    for (let i = offsets[p]! + order; i < end; i++) {
      const step = steps.take(state, codes[i]!);
      const next = steps.toOf(step);
      if (next !== state) taken.add(step, weight);
      state = next;
    }
    conversions.add(state, paths.conversions[p]!);
    value.add(state, paths.value[p]!);
    nulls.add(state, paths.nulls[p]!);
  }
  return normalised(totalsOf(paths), steps, taken.all(steps.size), {
    start: starts.all(steps.grams.size),
    conversion: conversions.all(steps.grams.size),
    value: value.all(steps.grams.size),
    nulls: nulls.all(steps.grams.size),
  });
}

interface Counts {
  start: Float64Array;
  conversion: Float64Array;
  value: Float64Array;
  nulls: Float64Array;
}

/** Divides what leaves a state by all that leaves it, and sorts the steps by where they lead. */
function normalised(totals: Totals, steps: Steps, taken: Float64Array, counts: Counts): Chain {
  const { start, conversion, value, nulls } = counts;
  const states = start.length;
  const visits = new Float64Array(states);
  for (let s = 0; s < states; s++) visits[s] = conversion[s]! + nulls[s]!;
  const into = new Uint32Array(states + 1);
  for (let step = 0; step < steps.size; step++) {
    visits[steps.fromOf(step)]! += taken[step]!;
    if (taken[step]! > 0) into[steps.toOf(step) + 1]!++;
  }
  for (let s = 0; s < states; s++) into[s + 1]! += into[s]!;
  const from = new Uint32Array(into[states]!);
  const probability = new Float64Array(from.length);
  const next = into.slice();
  for (let step = 0; step < steps.size; step++) {
    if (taken[step] === 0) continue;
    const place = next[steps.toOf(step)]!++;
    from[place] = steps.fromOf(step);
    probability[place] = taken[step]! / visits[from[place]!]!;
  }
  for (let s = 0; s < states; s++) {
    start[s]! /= totals.journeys;
    conversion[s]! /= visits[s]!;
    value[s]! /= visits[s]!;
    visits[s]! /= totals.journeys;
  }
  return {
    order: steps.order,
    totals,
    grams: steps.grams.grams,
    start,
    visits,
    conversion,
    value,
    into,
    from,
    probability,
  };
}
