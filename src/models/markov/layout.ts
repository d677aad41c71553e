/** The order of states in memory, and the order in which a sweep visits them. Both decide most of the time of a solution. */
import { countingSort, numbersTo, placesOf } from './arrays.ts';
import type { StepCounts } from './counts.ts';

export interface Layout {
  /** Numbers of the states (as counted), in the order in which they are stored. */
  stored: Uint32Array;
  /** Places in that order, in the order in which a sweep visits them. */
  sequence: Uint32Array;
}

/** From this mean number of steps per state on, a chain counts as dense. */
const DENSE = 4;

export function layOut(counts: StepCounts, order: number): Layout {
  return counts.taken.length < DENSE * counts.start.length ? byFlow(counts) : byTouches(counts, order);
}

/**
 * For dense chains. All states that lead to A > B > C end in A > B. So states are stored by their last touches and visited by
 * their first ones: a sweep then reads a few rows many times and does not jump through all of them.
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
 * For sparse chains, in which paths rarely meet: states in the order of the paths (the reverse postorder of a depth-first
 * search). Without cycles, one sweep in this order is the solution.
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
