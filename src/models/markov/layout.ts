/** Where states stand in memory, and in which order a sweep visits them: most of what a solution costs. */
import { countingSort, numbersTo, placesOf } from './arrays.ts';
import type { StepCounts } from './counts.ts';

export interface Layout {
  /** Numbers of the states as they were found, in the order in which they are stored. */
  stored: Uint32Array;
  /** Places in that order, in the order in which a sweep visits them. */
  sequence: Uint32Array;
}

/** Steps a state, on average, from which a chain has no direction any more. */
const DENSE = 4;

export function layOut(counts: StepCounts, order: number): Layout {
  return counts.taken.length < DENSE * counts.start.length ? byFlow(counts) : byTouches(counts, order);
}

/**
 * For dense chains. All states that lead to A > B > C end in A > B, so states are stored by what they end in and visited by
 * what they begin with: a sweep reads a few rows again and again instead of jumping through all of them.
 */
function byTouches({ grams, start }: StepCounts, order: number): Layout {
  const slots = Array.from({ length: order }, (_, slot) => slot);
  const by = (states: Uint32Array, slot: number): Uint32Array =>
    countingSort(states, 2 ** 16, (state) => grams[state * order + slot]!).sorted;
  // Least significant first: the first touch, then those from the last to the second.
  const stored = [0, ...slots.slice(1).reverse()].reduce(by, numbersTo(start.length));
  const place = placesOf(stored);
  return {
    stored,
    sequence: slots
      .reverse()
      .reduce(by, stored)
      .map((state) => place[state]!),
  };
}

/**
 * For sparse chains, which are mostly journeys of their own that meet rarely: states in the order in which journeys flow (the
 * reverse postorder of a search in depth). Where nothing goes round in a circle, one sweep in this order is the solution.
 */
function byFlow({ start, from, to }: StepCounts): Layout {
  const states = start.length;
  const { sorted, starts } = countingSort(numbersTo(from.length), states, (step) => from[step]!);
  const next = starts.slice();
  const met = new Uint8Array(states);
  const stored = new Uint32Array(states);
  const stack = new Uint32Array(states);
  let free = states;
  for (let first = 0; first < states; first++) {
    if (met[first] === 1) continue;
    met[first] = 1;
    stack[0] = first;
    for (let depth = 1; depth > 0; ) {
      const state = stack[depth - 1]!;
      if (next[state] === starts[state + 1]) {
        stored[--free] = state;
        depth--;
        continue;
      }
      const target = to[sorted[next[state]!++]!]!;
      if (met[target] === 1) continue;
      met[target] = 1;
      stack[depth++] = target;
    }
  }
  return { stored, sequence: numbersTo(states) };
}
