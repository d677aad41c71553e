/**
 * Hands out the people of a pass, a few at a time. Passes in several threads take them from one counter, so each person is in one pass,
 * and no thread waits for another one.
 */
import type { PassOrders } from './asked.ts';
import type { Touchpoints } from './histories.ts';

/** At most so many people are taken at once. Most of them have one order. */
const MAX_PART = 256;
/** The people are taken in so many parts or more, so that no thread is long alone with the last one. */
const MIN_PARTS = 64;

export class PersonParts {
  private readonly people: Uint32Array;
  private readonly size: number;

  /** @param next its first number says how many people were taken; threads share it. */
  constructor(
    { orders, walked }: { orders: Pick<PassOrders, 'persons' | 'subjects'>; walked: Uint32Array | null },
    touchpoints: Touchpoints,
    readonly next: Int32Array = new Int32Array(1),
  ) {
    this.people = inMemoryOrder(orders, touchpoints, walked);
    this.size = Math.max(1, Math.min(MAX_PART, Math.floor(this.people.length / MIN_PARTS)));
  }

  /** The next people. @returns null if there are none. */
  take(): Uint32Array | null {
    const from = Atomics.add(this.next, 0, this.size);
    return from < this.people.length ? this.people.subarray(from, from + this.size) : null;
  }
}

/** Hands out nobody from now on, so that the passes end. */
export function endParts(next: Int32Array): void {
  for (let i = 0; i < next.length; i++) Atomics.store(next, i, 2 ** 30);
}

/** So many neighbouring subjects are not told apart when people are put in order, as a power of two. */
const NEIGHBOURS = 6;

/** The people in about the order in which their touchpoints lie in memory; those without touchpoints in order come last. */
function inMemoryOrder(
  { persons, subjects }: Pick<PassOrders, 'persons' | 'subjects'>,
  { starts }: Touchpoints,
  walked: Uint32Array | null,
): Uint32Array {
  const people = walked?.length ?? persons;
  const places = new Uint32Array((starts.length >>> NEIGHBOURS) + 2);
  const placeOf = (person: number): number => {
    const from = subjects.starts[person]!;
    const own = from === subjects.starts[person + 1]! ? starts.length : subjects.values[from]!;
    // A subject that came after the filling has fresh touchpoints only.
    return Math.min(own, starts.length) >>> NEIGHBOURS;
  };
  for (let i = 0; i < people; i++) places[placeOf(walked === null ? i : walked[i]!) + 1]! += 1;
  for (let place = 1; place < places.length; place++) places[place]! += places[place - 1]!;
  const sorted = new Uint32Array(people);
  for (let i = 0; i < people; i++) {
    const person = walked === null ? i : walked[i]!;
    sorted[places[placeOf(person)]!++] = person;
  }
  return sorted;
}
