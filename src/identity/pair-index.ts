/**
 * Numbered pairs of numbered ids, found by their two ids. A Map would need a key that is no small integer, and several times the time and
 * memory (`npm run bench -- identity`).
 */
import { randomInt } from 'node:crypto';

const FIRST_SLOTS = 16;
/** Another one in each process, so that nobody can choose ids whose pairs all have one hash. No order depends on it. */
const SEED = randomInt(2 ** 31);

export class PairIndex {
  private lefts = new Int32Array(FIRST_SLOTS / 2);
  private rights = new Int32Array(FIRST_SLOTS / 2);
  /** By hash of a pair, its number plus 1; 0 is free. The next free slot is taken where two pairs have one hash. */
  private slots = new Int32Array(FIRST_SLOTS);
  private count = 0;

  get size(): number {
    return this.count;
  }

  left(pair: number): number {
    return this.lefts[pair]!;
  }

  right(pair: number): number {
    return this.rights[pair]!;
  }

  /** The number of a pair, in any order of its ids; -1 if there is none. */
  find(x: number, y: number): number {
    return this.slots[this.slotOf(x, y)]! - 1;
  }

  /** Adds a pair that is not there. @returns its number. */
  add(x: number, y: number): number {
    if (this.count === this.lefts.length) this.grow();
    const pair = this.count++;
    this.lefts[pair] = x;
    this.rights[pair] = y;
    this.slots[this.slotOf(x, y)] = pair + 1;
    return pair;
  }

  /** The slot of a pair, or the free one where it belongs. */
  private slotOf(x: number, y: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hashOf(x, y) & mask; ; slot = (slot + 1) & mask) {
      const pair = this.slots[slot]! - 1;
      if (pair < 0) return slot;
      const [left, right] = [this.lefts[pair]!, this.rights[pair]!];
      if ((left === x && right === y) || (left === y && right === x)) return slot;
    }
  }

  /** Half of the slots stay free. */
  private grow(): void {
    const size = this.lefts.length * 2;
    const [lefts, rights] = [new Int32Array(size), new Int32Array(size)];
    lefts.set(this.lefts);
    rights.set(this.rights);
    this.lefts = lefts;
    this.rights = rights;
    this.slots = new Int32Array(size * 2);
    for (let pair = 0; pair < this.count; pair++) this.slots[this.slotOf(lefts[pair]!, rights[pair]!)] = pair + 1;
  }
}

/** The same for both orders of the ids. The multipliers are those of MurmurHash3. */
function hashOf(x: number, y: number): number {
  const [low, high] = x < y ? [x, y] : [y, x];
  let hash = Math.imul(low ^ SEED, 0xcc9e2d51) ^ Math.imul((high ^ SEED) + 0x9e3779b9, 0x1b873593);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
