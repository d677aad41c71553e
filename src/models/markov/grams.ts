/** Numbers for k-grams: the last k touches of a journey as one state. */

const FIRST_GRAMS = 1 << 10;

/**
 * Open addressing over typed arrays: journeys pass through millions of k-grams, and a string or an object for each would
 * cost more than the fit. A gram is `order` slots of code + 1, filled up with 0 where a journey is shorter.
 */
export class GramIndex {
  private count = 0;
  private slots = new Int32Array(FIRST_GRAMS * 4);
  private stored: Uint16Array;

  constructor(readonly order: number) {
    this.stored = new Uint16Array(FIRST_GRAMS * Math.max(1, order));
  }

  get size(): number {
    return this.count;
  }

  /** Gram g is `grams[g * order] …`, oldest first. */
  get grams(): Uint16Array {
    return this.stored.subarray(0, this.count * this.order);
  }

  /** The number of a gram that is written as it is stored. */
  intern(gram: Uint16Array): number {
    const { order } = this;
    const mask = this.slots.length - 1;
    let slot = hashOf(gram, 0, order) & mask;
    for (let entry = this.slots[slot]!; entry !== 0; entry = this.slots[slot]!) {
      const start = (entry - 1) * order;
      let i = 0;
      while (i < order && this.stored[start + i] === gram[i]) i++;
      if (i === order) return entry - 1;
      slot = (slot + 1) & mask;
    }
    if ((this.count + 1) * order > this.stored.length) this.grow();
    this.stored.set(gram, this.count * order);
    this.count++;
    this.place(this.count);
    return this.count - 1;
  }

  private place(entry: number): void {
    const mask = this.slots.length - 1;
    let slot = hashOf(this.stored, (entry - 1) * this.order, this.order) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = entry;
  }

  private grow(): void {
    const larger = new Uint16Array(this.stored.length * 2);
    larger.set(this.stored);
    this.stored = larger;
    this.slots = new Int32Array(this.slots.length * 2);
    for (let entry = 1; entry <= this.count; entry++) this.place(entry);
  }
}

function hashOf(gram: Uint16Array, start: number, order: number): number {
  let hash = 0;
  for (let i = 0; i < order; i++) {
    hash = Math.imul(hash ^ gram[start + i]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}
