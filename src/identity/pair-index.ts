/**
 * Numbered pairs of numbered ids, found by their two ids. A Map would need a key that is no small integer, and several times the time and
 * memory (`npm run bench -- identity`).
 */
import { randomInt } from 'node:crypto';
import { withRoom } from './room.ts';

const FIRST_SLOTS = 16;
/** Another one in each process, so that nobody can choose ids whose pairs all have one hash. No order depends on it. */
const SEED = randomInt(2 ** 31);

export class PairIndex {
  /** Two integers a pair: its ids. */
  private ends = new Int32Array(FIRST_SLOTS);
  /** By hash of a pair, its number plus 1; 0 is free. The next free slot is taken where two pairs have one hash. */
  private slots = new Int32Array(FIRST_SLOTS);
  private count = 0;

  get size(): number {
    return this.count;
  }

  left(pair: number): number {
    return this.ends[2 * pair]!;
  }

  right(pair: number): number {
    return this.ends[2 * pair + 1]!;
  }

  /** The number of a pair, in any order of its ids; -1 if there is none. */
  find(x: number, y: number): number {
    return this.slots[this.slotOf(x, y)]! - 1;
  }

  /** The number of a pair, in any order of its ids. A new pair gets the next number. */
  add(x: number, y: number): number {
    const slot = this.slotOf(x, y);
    const held = this.slots[slot]!;
    if (held > 0) return held - 1;
    const pair = this.count++;
    this.ends[2 * pair] = x;
    this.ends[2 * pair + 1] = y;
    this.slots[slot] = this.count;
    if (2 * this.count >= this.slots.length) this.grow();
    return pair;
  }

  /** Reads what {@link add} of some pairs will need, so that the processor waits for many of them at once. */
  readAhead(xs: Int32Array, ys: Int32Array, from: number, to: number): number {
    const { slots, ends } = this;
    const mask = slots.length - 1;
    let read = 0;
    for (let i = from; i < to; i++) {
      const held = slots[hashOf(xs[i]!, ys[i]!) & mask]!;
      read |= held === 0 ? 0 : ends[2 * held - 2]!;
    }
    return read;
  }

  /** The slot of a pair, or the free one where it belongs. */
  private slotOf(x: number, y: number): number {
    const { slots, ends } = this;
    const mask = slots.length - 1;
    for (let slot = hashOf(x, y) & mask; ; slot = (slot + 1) & mask) {
      const pair = slots[slot]! - 1;
      if (pair < 0) return slot;
      const [left, right] = [ends[2 * pair]!, ends[2 * pair + 1]!];
      if ((left === x && right === y) || (left === y && right === x)) return slot;
    }
  }

  /** Half of the slots stay free. */
  private grow(): void {
    this.ends = withRoom(this.ends, 4 * this.count);
    this.slots = new Int32Array(4 * this.count);
    for (let pair = 0; pair < this.count; pair++) this.slots[this.slotOf(this.left(pair), this.right(pair))] = pair + 1;
  }
}

/** The same for both orders of the ids. The multipliers are those of MurmurHash3. */
function hashOf(x: number, y: number): number {
  const low = Math.min(x, y);
  const high = Math.max(x, y);
  let hash = Math.imul(low ^ SEED, 0xcc9e2d51) ^ Math.imul((high ^ SEED) + 0x9e3779b9, 0x1b873593);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
