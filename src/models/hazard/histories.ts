/** Histories, from which the hazard is learnt: the touches and orders of people, and people without either. */
import { Random } from '../../domain/random.ts';

/**
 * Histories of people, converters or not. The entries of person p are `…_offsets[p]` to `…_offsets[p + 1]` (exclusive),
 * oldest first. Times are UTC milliseconds.
 */
export interface Histories {
  /** The names of touches at the grain of the fit; index = code. */
  readonly states: readonly string[];
  readonly touch_offsets: Uint32Array;
  readonly touch_ms: Float64Array;
  readonly touch_state: Uint16Array;
  readonly order_offsets: Uint32Array;
  readonly order_ms: Float64Array;
  /** Net value of each order, in major units of one currency. */
  readonly order_value: Float64Array;
  /** When the person was first seen in any record. Nobody is at risk before that. */
  readonly first_ms: Float64Array;
  /** When a person was last at risk. Left out: until the end. */
  readonly last_ms?: Float64Array;
  /** Segments of people, each from and until an instant (infinity where it has no end). Segments are never credited. */
  readonly segments: readonly string[];
  readonly segment_offsets: Uint32Array;
  readonly segment_code: Uint16Array;
  readonly segment_from_ms: Float64Array;
  readonly segment_until_ms: Float64Array;
  /** The fit explains orders in [start_ms, end_ms). Earlier touches and orders count as the past. */
  readonly start_ms: number;
  readonly end_ms: number;
}

export function peopleOf(histories: Histories): number {
  return histories.first_ms.length;
}

/**
 * The touches of a person before T. Those in [from, to) may have an effect; those in [first, from) are too old for one. Touches
 * within the guard before T are not seen.
 */
export interface Seen {
  readonly first: number;
  readonly from: number;
  readonly to: number;
}

export function touchesSeen(
  limits: { readonly guard_ms: number; readonly most_age_ms: number },
  histories: Histories,
  person: number,
  T: number,
): Seen {
  const first = histories.touch_offsets[person]!;
  const to = upperBound(histories.touch_ms, T - limits.guard_ms, first, histories.touch_offsets[person + 1]!);
  let from = to;
  while (from > first && histories.touch_ms[from - 1]! >= T - limits.most_age_ms) from--;
  return { first, from, to };
}

/** The index of the first value above the limit, in sorted values. */
export function upperBound(sorted: Float64Array, limit: number, from = 0, to = sorted.length): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The histories of only these people, in this order. */
export function historiesOf(histories: Histories, people: readonly number[]): Histories {
  return assemble(histories, people, people);
}

/**
 * A placebo: each person gets the touches of another person, as far as these come after the person was first seen. The touches
 * keep their times and are related to nothing, so any effect that a model finds is false.
 */
export function withTouchesShuffled(histories: Histories, seed: number): Histories {
  const random = new Random(seed, 'hazard placebo');
  const people = [...histories.first_ms.keys()];
  const from = [...people];
  random.shuffle(from);
  return assemble(histories, people, from);
}

/** Person `people[i]` with the touches of person `touches_of[i]`. */
function assemble(histories: Histories, people: readonly number[], touches_of: readonly number[]): Histories {
  const touches: number[] = [];
  const orders: number[] = [];
  const segments: number[] = [];
  const offsets = { touch: [0], order: [0], segment: [0] };
  people.forEach((person, i) => {
    const source = touches_of[i]!;
    for (let t = histories.touch_offsets[source]!; t < histories.touch_offsets[source + 1]!; t++)
      if (source === person || histories.touch_ms[t]! >= histories.first_ms[person]!) touches.push(t);
    for (let o = histories.order_offsets[person]!; o < histories.order_offsets[person + 1]!; o++) orders.push(o);
    for (let s = histories.segment_offsets[person]!; s < histories.segment_offsets[person + 1]!; s++) segments.push(s);
    offsets.touch.push(touches.length);
    offsets.order.push(orders.length);
    offsets.segment.push(segments.length);
  });
  return {
    ...histories,
    touch_offsets: Uint32Array.from(offsets.touch),
    touch_ms: Float64Array.from(touches, (t) => histories.touch_ms[t]!),
    touch_state: Uint16Array.from(touches, (t) => histories.touch_state[t]!),
    order_offsets: Uint32Array.from(offsets.order),
    order_ms: Float64Array.from(orders, (o) => histories.order_ms[o]!),
    order_value: Float64Array.from(orders, (o) => histories.order_value[o]!),
    first_ms: Float64Array.from(people, (person) => histories.first_ms[person]!),
    segment_offsets: Uint32Array.from(offsets.segment),
    segment_code: Uint16Array.from(segments, (s) => histories.segment_code[s]!),
    segment_from_ms: Float64Array.from(segments, (s) => histories.segment_from_ms[s]!),
    segment_until_ms: Float64Array.from(segments, (s) => histories.segment_until_ms[s]!),
  };
}

/** Two halves of the people, drawn at random from the seed. */
export function halvesOf(histories: Histories, seed: number): [number[], number[]] {
  const halves: [number[], number[]] = [[], []];
  for (let p = 0; p < peopleOf(histories); p++) halves[new Random(seed, 'hazard half', p).integer(0, 1)]!.push(p);
  return halves;
}
