/**
 * Numbers the ids of a brand, from 0. The texts are bytes in one array and are found through an open hash table of integers: a Map of
 * strings took twice the time and memory, mostly for the garbage collector (`npm run bench -- identity`).
 */
import { randomFillSync } from 'node:crypto';
import { MAX_ID_LENGTH } from '../domain/fields.ts';
import { withRoom } from './room.ts';

const FIRST_SLOTS = 16;
/** So many ids are looked up at once: what they need fits into the caches of a core. */
const BLOCK = 512;
/** The most bytes of all ids: their places are numbers of 32 bits. */
const MAX_BYTES = 2 ** 32 - 1;
/** The first byte of each id: if its characters take one byte or two. */
const [ONE, TWO] = [0, 1];

/**
 * A random factor for each place of a character, other ones in each process. Two ids have the same sum of products in few of all
 * choices of factors, so nobody who does not know them can choose ids that share a slot (multilinear hashing: Lemire and Kaser,
 * Strongly Universal String Hashing is Fast, The Computer Journal 57(11), 2014). The high half of each of the two sums counts, as the
 * low bits are weak. No order depends on it.
 */
const FACTORS = randomFillSync(new Int32Array(2 * MAX_ID_LENGTH + 2));

export class IdTable {
  private bytes = Buffer.alloc(1_024);
  /** Id i has the bytes [starts[i], starts[i + 1]). */
  private starts = new Uint32Array(FIRST_SLOTS);
  /** Two integers a slot: the number of an id plus 1 (0 is free), and its hash. At most half of the slots are used. */
  private slots = new Int32Array(2 * FIRST_SLOTS);
  private count = 0;
  /** What was read ahead. It is kept so that no compiler leaves the reads out. */
  touched = 0;

  get size(): number {
    return this.count;
  }

  /** The number of an id; -1 if it has none. */
  find(id: string): number {
    return this.slots[this.slotOf(id, hashOf(id))]! - 1;
  }

  /** The number of an id. A new id gets the next number. */
  add(id: string): number {
    return this.addHashed(id, hashOf(id));
  }

  /**
   * The numbers of some ids, as {@link add} gives them. Of a block of ids all slots are read first, then all places, then all texts:
   * the processor waits for many of these at once, and it waits longer than it computes.
   */
  addAll(ids: readonly string[]): Int32Array {
    const numbers = new Int32Array(ids.length);
    const hashes = new Int32Array(BLOCK);
    const places = new Uint32Array(BLOCK);
    for (let from = 0; from < ids.length; from += BLOCK) {
      const size = Math.min(BLOCK, ids.length - from);
      const { slots, starts, bytes } = this;
      const mask = slots.length - 1;
      for (let i = 0; i < size; i++) hashes[i] = hashOf(ids[from + i]!);
      for (let i = 0; i < size; i++) places[i] = slots[(2 * hashes[i]!) & mask]!;
      for (let i = 0; i < size; i++) places[i] = places[i] === 0 ? 0 : starts[places[i]! - 1]!;
      let read = 0;
      for (let i = 0; i < size; i++) read |= bytes[places[i]!]!;
      this.touched = read;
      for (let i = 0; i < size; i++) numbers[from + i] = this.addHashed(ids[from + i]!, hashes[i]!);
    }
    return numbers;
  }

  private addHashed(id: string, hash: number): number {
    const slot = this.slotOf(id, hash);
    const held = this.slots[slot]!;
    if (held > 0) return held - 1;
    const number = this.count;
    this.write(id);
    this.slots[slot] = this.count;
    this.slots[slot + 1] = hash;
    if (4 * this.count > this.slots.length) this.grow();
    return number;
  }

  text(number: number): string {
    const [start, end] = [this.starts[number]!, this.starts[number + 1]!];
    return this.bytes.toString(this.bytes[start] === ONE ? 'latin1' : 'utf16le', start + 1, end);
  }

  /** All ids, in order of their numbers. */
  *texts(): Generator<string> {
    for (let number = 0; number < this.count; number++) yield this.text(number);
  }

  /** The slot of an id, or the free one where it belongs. */
  private slotOf(id: string, hash: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let slot = (2 * hash) & mask; ; slot = (slot + 2) & mask) {
      const held = slots[slot]!;
      if (held === 0 || (slots[slot + 1] === hash && this.is(held - 1, id))) return slot;
    }
  }

  private is(number: number, id: string): boolean {
    const { bytes } = this;
    let at = this.starts[number]!;
    const size = this.starts[number + 1]! - at - 1;
    const { length } = id;
    if (bytes[at++] === ONE) {
      if (size !== length) return false;
      for (let i = 0; i < length; i++) if (bytes[at + i] !== id.charCodeAt(i)) return false;
      return true;
    }
    if (size !== 2 * length) return false;
    for (let i = 0; i < length; i++, at += 2)
      if ((bytes[at]! | (bytes[at + 1]! << 8)) !== id.charCodeAt(i)) return false;
    return true;
  }

  private write(id: string): void {
    const { length } = id;
    let start = this.starts[this.count]!;
    const needed = start + 2 * length + 1;
    if (needed > MAX_BYTES)
      throw new Error(
        `identity links: the ids of a brand take more than ${MAX_BYTES} bytes, which is the limit; link fewer ids`,
      );
    if (needed > this.bytes.length) {
      const longer = Buffer.alloc(Math.min(MAX_BYTES, Math.max(needed, 2 * this.bytes.length)));
      longer.set(this.bytes);
      this.bytes = longer;
    }
    let wide = 0;
    for (let i = 0; i < length; i++) wide |= id.charCodeAt(i);
    this.bytes[start++] = wide < 256 ? ONE : TWO;
    for (let i = 0; i < length; i++) {
      const code = id.charCodeAt(i);
      this.bytes[start++] = code;
      if (wide >= 256) this.bytes[start++] = code >>> 8;
    }
    this.count += 1;
    this.starts = withRoom(this.starts, this.count + 1);
    this.starts[this.count] = start;
  }

  private grow(): void {
    const before = this.slots;
    const slots = new Int32Array(2 * before.length);
    const mask = slots.length - 1;
    for (let i = 0; i < before.length; i += 2) {
      if (before[i] === 0) continue;
      let slot = (2 * before[i + 1]!) & mask;
      while (slots[slot] !== 0) slot = (slot + 2) & mask;
      slots[slot] = before[i]!;
      slots[slot + 1] = before[i + 1]!;
    }
    this.slots = slots;
  }
}

function hashOf(id: string): number {
  const length = Math.min(id.length, MAX_ID_LENGTH);
  let high = Math.imul(FACTORS[0]!, length + 1);
  let low = Math.imul(FACTORS[1]!, length + 1);
  for (let i = 0; i < length; i++) {
    const code = id.charCodeAt(i) + 1;
    high = (high + Math.imul(FACTORS[2 * i + 2]!, code)) | 0;
    low = (low + Math.imul(FACTORS[2 * i + 3]!, code)) | 0;
  }
  const hash = Math.imul((high & 0xffff0000) | (low >>> 16), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
