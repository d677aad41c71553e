/** The ids of a graph: their numbers, the step that added each, and the step since which it is a customer. */
import { IdTable } from './id-table.ts';
import { withRoom } from './room.ts';

/** Later than any step: the step of a fact that is not known. */
export const NEVER = 2 ** 30;
/** The most ids of a brand. */
const MAX_IDS = 2 ** 25;
const FIRST = 16;

export class LinkedIds {
  private readonly table = new IdTable();
  private since = new Int32Array(FIRST);
  private customer_since = new Int32Array(FIRST);
  private begun = 0;

  constructor(private readonly brand_id: string) {}

  get size(): number {
    return this.begun;
  }

  /** The number of an id; -1 if it has none. */
  find(id: string): number {
    return this.table.find(id);
  }

  text(number: number): string {
    return this.table.text(number);
  }

  /** All ids, in order of their numbers. */
  texts(): Generator<string> {
    return this.table.texts();
  }

  /** The number of an id. A new id is known since a step. */
  add(id: string, step: number): number {
    const number = this.table.add(id);
    this.begin(step);
    return number;
  }

  addAll(ids: readonly string[], step: number): Int32Array {
    const numbers = this.table.addAll(ids);
    this.begin(step);
    return numbers;
  }

  isKnown(number: number, step: number): boolean {
    return this.since[number]! <= step;
  }

  isCustomer(number: number, step: number): boolean {
    return this.customer_since[number]! <= step;
  }

  /** @returns false if the id was a customer before. */
  markCustomer(number: number, step: number): boolean {
    if (this.customer_since[number]! <= step) return false;
    this.customer_since[number] = step;
    return true;
  }

  private begin(step: number): void {
    const { size } = this.table;
    if (size === this.begun) return;
    if (size > MAX_IDS)
      throw new Error(
        `identity links: brand ${this.brand_id} links more than ${MAX_IDS} ids, which is the limit; link fewer ids`,
      );
    this.since = withRoom(this.since, size).fill(step, this.begun, size);
    this.customer_since = withRoom(this.customer_since, size).fill(NEVER, this.begun, size);
    this.begun = size;
  }
}
