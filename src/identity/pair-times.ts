/** When records named the ids of pairs together, by step. A pair has its number from {@link PairIndex}. */
import { withRoom } from './room.ts';

const FIRST = 16;

/** The times of all records of a pair, each with its step. */
interface Times {
  at_ms: number[];
  steps: number[];
}

export class PairTimes {
  private pairs = 0;
  /** The time of the earliest record with both ids, up to the step that was folded last. */
  private first_ms = new Float64Array(FIRST);
  /** Records that later steps added, each with an earlier time than the one before. */
  private readonly recent = new Map<number, Array<{ step: number; at_ms: number }>>();
  /** For pairs that some statement unlinks. */
  private readonly times = new Map<number, Times>();

  /** Adds the next pair, which no record names so far. */
  addPair(): void {
    const pair = this.pairs++;
    this.first_ms = withRoom(this.first_ms, this.pairs);
    this.first_ms[pair] = Number.POSITIVE_INFINITY;
  }

  /** The time of the earliest record up to a step; infinity if there is none. */
  firstMs(pair: number, step: number): number {
    const first_ms = this.first_ms[pair]!;
    if (this.recent.size === 0) return first_ms;
    return this.recent.get(pair)?.findLast((fact) => fact.step <= step)?.at_ms ?? first_ms;
  }

  /** Adds a record. @returns false if an earlier one is known. */
  addFirst(pair: number, at_ms: number, step: number): boolean {
    if (at_ms >= this.firstMs(pair, Number.POSITIVE_INFINITY)) return false;
    if (step === 0) this.first_ms[pair] = at_ms;
    else {
      const earlier = this.recent.get(pair);
      if (earlier) earlier.push({ step, at_ms });
      else this.recent.set(pair, [{ step, at_ms }]);
    }
    return true;
  }

  /** Adds the time of one record of an unlinked pair. */
  add(pair: number, at_ms: number, step: number): void {
    const held = this.times.get(pair);
    if (held) {
      held.at_ms.push(at_ms);
      held.steps.push(step);
    } else this.times.set(pair, { at_ms: [at_ms], steps: [step] });
  }

  /** The times of the records of an unlinked pair up to a step. */
  of(pair: number, step: number): number[] {
    const times = this.times.get(pair);
    return times?.at_ms.filter((_, i) => times.steps[i]! <= step) ?? [];
  }

  /** Merges the steps up to `step` into one. */
  fold(step: number): void {
    for (const [pair, earlier] of this.recent) {
      const folded = earlier.filter((fact) => fact.step <= step).at(-1);
      if (folded) this.first_ms[pair] = folded.at_ms;
      const later = earlier.filter((fact) => fact.step > step);
      if (later.length > 0) this.recent.set(pair, later);
      else this.recent.delete(pair);
    }
  }
}
