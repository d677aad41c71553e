/** Counts the states and steps of paths, from which a chain of order k is made. */
import type { Paths } from '../paths/paths.ts';
import { numbersTo, Sums } from './arrays.ts';
import { Steps } from './steps.ts';

export interface StepCounts {
  /** State s is `grams[s * order] …`: codes of touches + 1, oldest first, 0 where there is none. */
  grams: Uint16Array;
  /** By state: how many paths begin there, end there in a conversion and with what value, and end there without one. */
  start: Float64Array;
  conversions: Float64Array;
  value: Float64Array;
  nulls: Float64Array;
  /** Steps between different states that some path takes. */
  from: Uint32Array;
  to: Uint32Array;
  taken: Float64Array;
}

/** At most this many cells in a table of all possible steps: 64 MB. */
const MAX_CELLS = 1 << 23;

/**
 * Counts are weights: fractions count as such, and paths of weight 0 leave no state. Consecutive equal states are one,
 * because only the step that leaves a state decides where a path ends.
 */
export function countSteps(paths: Paths, order: number): StepCounts {
  const small = (paths.states.length + 1) ** (order + 1) <= MAX_CELLS;
  return small ? countInTable(paths, order) : countByHash(paths, order);
}

/**
 * With few channels a state is a number whose digits are its touches, and a step is a place in a table. A touch then costs one
 * addition in memory, where a hash needs five look-ups.
 */
export function countInTable(paths: Paths, order: number): StepCounts {
  const { codes, offsets } = paths;
  const base = paths.states.length + 1;
  const oldest = base ** (order - 1);
  const keys = base ** order;
  const sums = {
    start: new Float64Array(keys),
    conversions: new Float64Array(keys),
    value: new Float64Array(keys),
    nulls: new Float64Array(keys),
  };
  const taken = new Float64Array(keys * base);
  for (let p = 0; p < paths.conversions.length; p++) {
    const weight = paths.conversions[p]! + paths.nulls[p]!;
    if (weight === 0) continue;
    const end = offsets[p + 1]!;
    let at = offsets[p]!;
    let key = 0;
    for (let place = oldest; place >= 1 && at < end; place /= base) key += place * (codes[at++]! + 1);
    sums.start[key]! += weight;
    for (; at < end; at++) {
      const cell = key * base + codes[at]! + 1;
      const next = cell - (codes[at - order]! + 1) * keys;
      if (next !== key) taken[cell]! += weight;
      key = next;
    }
    sums.conversions[key]! += paths.conversions[p]!;
    sums.value[key]! += paths.value[p]!;
    sums.nulls[key]! += paths.nulls[p]!;
  }
  return compact(sums, taken, base, order);
}

type Sum = Pick<StepCounts, 'start' | 'conversions' | 'value' | 'nulls'>;

/** Numbers the states that occur, and lists the steps that occur. */
function compact(sums: Sum, taken: Float64Array, base: number, order: number): StepCounts {
  const keys = sums.start.length;
  const number = new Int32Array(keys).fill(-1);
  const met: number[] = [];
  const used: number[] = [];
  for (let key = 0; key < keys; key++) {
    const before = used.length;
    for (let cell = key * base; cell < (key + 1) * base; cell++) if (taken[cell]! > 0) used.push(cell);
    if (used.length === before && sums.conversions[key]! + sums.nulls[key]! === 0) continue;
    number[key] = met.push(key) - 1;
  }
  const grams = new Uint16Array(met.length * order);
  met.forEach((key, s) => {
    let rest = key;
    for (let slot = order - 1; slot >= 0; slot--) {
      grams[s * order + slot] = rest % base;
      rest = Math.floor(rest / base);
    }
  });
  const pick = (all: Float64Array): Float64Array => Float64Array.from(met, (key) => all[key]!);
  return {
    grams,
    start: pick(sums.start),
    conversions: pick(sums.conversions),
    value: pick(sums.value),
    nulls: pick(sums.nulls),
    from: Uint32Array.from(used, (cell) => number[Math.floor(cell / base)]!),
    to: Uint32Array.from(used, (cell) => number[cell % keys]!),
    taken: Float64Array.from(used, (cell) => taken[cell]!),
  };
}

/** For any number of channels and states. */
export function countByHash(paths: Paths, order: number): StepCounts {
  const steps = new Steps(order);
  const [taken, start, conversions, value, nulls] = [new Sums(), new Sums(), new Sums(), new Sums(), new Sums()];
  const { codes, offsets } = paths;
  for (let p = 0; p < paths.conversions.length; p++) {
    const weight = paths.conversions[p]! + paths.nulls[p]!;
    if (weight === 0) continue;
    let state = steps.first(paths, p);
    start.add(state, weight);
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
  const states = steps.grams.size;
  const amounts = taken.all(steps.size);
  // A step from a state to itself has a number and no count.
  const used = numbersTo(steps.size).filter((step) => amounts[step]! > 0);
  return {
    grams: steps.grams.grams,
    start: start.all(states),
    conversions: conversions.all(states),
    value: value.all(states),
    nulls: nulls.all(states),
    from: used.map((step) => steps.fromOf(step)),
    to: used.map((step) => steps.toOf(step)),
    taken: Float64Array.from(used, (step) => amounts[step]!),
  };
}
