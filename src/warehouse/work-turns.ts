/** Long work on the event loop in turns, so that other requests are answered in between. */
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Node accepts one new connection in each turn, so turns must not be long. */
const TURN_MS = 10;
/** The clock is read once for so many steps. A step takes less than a millisecond. */
const STEPS = 8;

/** In a loop: `if (turns.ends()) await turns.next()`. */
export class WorkTurns {
  private steps = 0;
  private began = performance.now();

  /** @param turn_ms how long a turn lasts, about. */
  constructor(private readonly turn_ms = TURN_MS) {}

  /** Counts a step. @param every how many steps the clock is read. @returns true if other work is due. */
  ends(every = STEPS): boolean {
    this.steps += 1;
    return this.steps % every === 0 && performance.now() - this.began > this.turn_ms;
  }

  /** Gives the event loop a turn. */
  async next(): Promise<void> {
    await nextTurn();
    this.began = performance.now();
  }
}

/** Maps items, in turns. */
export async function mapInTurns<T, R>(items: Iterable<T>, map: (item: T) => R): Promise<R[]> {
  const turns = new WorkTurns();
  const mapped: R[] = [];
  for (const item of items) {
    if (turns.ends()) await turns.next();
    mapped.push(map(item));
  }
  return mapped;
}

/** Works on the numbers from 0 to below `length` block by block, in turns. A block takes less than a few milliseconds. */
export async function inBlocks(length: number, work: (from: number, until: number) => void): Promise<void> {
  const BLOCK = 65_536;
  const turns = new WorkTurns();
  for (let from = 0; from < length; from += BLOCK) {
    work(from, Math.min(length, from + BLOCK));
    if (turns.ends(1)) await turns.next();
  }
}

/** Sorts numbers in turns, by merging runs. Equal numbers stay in their order. @returns them sorted; `numbers` may hold anything. */
export async function sortInTurns(
  numbers: Uint32Array,
  compare: (a: number, b: number) => number,
): Promise<Uint32Array> {
  const RUN = 2_048;
  const turns = new WorkTurns();
  for (let from = 0; from < numbers.length; from += RUN) {
    numbers.subarray(from, from + RUN).sort(compare);
    if (turns.ends(1)) await turns.next();
  }
  if (numbers.length <= RUN) return numbers;
  let from_here = numbers;
  let to_there: Uint32Array = new Uint32Array(numbers.length);
  for (let run = RUN; run < numbers.length; run *= 2) {
    for (let from = 0; from < numbers.length; from += 2 * run) {
      const middle = Math.min(from + run, numbers.length);
      const end = Math.min(middle + run, numbers.length);
      let [a, b] = [from, middle];
      for (let to = from; to < end; to++) {
        if (turns.ends(4_096)) await turns.next();
        const first = b >= end || (a < middle && compare(from_here[a]!, from_here[b]!) <= 0);
        to_there[to] = first ? from_here[a++]! : from_here[b++]!;
      }
    }
    [from_here, to_there] = [to_there, from_here];
  }
  return from_here;
}

/** Sorts values from the smallest, in turns, by merging runs. `values` may hold anything afterwards. */
export async function sortedInTurns(values: Float64Array): Promise<Float64Array> {
  const RUN = 16_384;
  const turns = new WorkTurns();
  for (let from = 0; from < values.length; from += RUN) {
    values.subarray(from, from + RUN).sort();
    if (turns.ends(1)) await turns.next();
  }
  if (values.length <= RUN) return values;
  let from_here = values;
  let to_there: Float64Array = new Float64Array(values.length);
  for (let run = RUN; run < values.length; run *= 2) {
    for (let from = 0; from < values.length; from += 2 * run) {
      const middle = Math.min(from + run, values.length);
      const end = Math.min(middle + run, values.length);
      let [a, b] = [from, middle];
      for (let to = from; to < end; to++) {
        if (turns.ends(8_192)) await turns.next();
        const first = b >= end || (a < middle && from_here[a]! <= from_here[b]!);
        to_there[to] = first ? from_here[a++]! : from_here[b++]!;
      }
    }
    [from_here, to_there] = [to_there, from_here];
  }
  return from_here;
}
