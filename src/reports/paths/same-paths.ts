/** Finds paths that are the same, touch for touch. */

import { roomFor } from '../../histories/room.ts';
import { HASH_PRIME, HASH_START } from '../../models/paths/state-names.ts';
import type { PathTouches } from '../../models/paths/transforms.ts';

/** Open addressing. Every hit is compared touch by touch, so equal hashes never mix up two paths. */
export class SamePaths {
  /** How many different paths there are. */
  count = 0;
  /** By number of a different path, the first path like it. */
  first = new Uint32Array(64);
  private hashes = new Int32Array(64);
  /** 1 and the number of a different path, or 0. */
  private slots = new Uint32Array(128);

  constructor(private readonly paths: PathTouches) {}

  /** The number of the different path that a path is. A new one gets the next number, from 0. */
  numberOf(path: number): number {
    const hash = this.hashOf(path);
    let slot = this.slotOf(hash);
    for (let entry = this.slots[slot]!; entry !== 0; entry = this.slots[slot]!) {
      if (this.hashes[entry - 1] === hash && this.isSame(this.first[entry - 1]!, path)) return entry - 1;
      slot = (slot + 1) & (this.slots.length - 1);
    }
    this.first = roomFor(this.first, this.count + 1);
    this.hashes = roomFor(this.hashes, this.count + 1);
    this.first[this.count] = path;
    this.hashes[this.count] = hash;
    this.slots[slot] = ++this.count;
    if (2 * this.count > this.slots.length) this.grow();
    return this.count - 1;
  }

  private slotOf(hash: number): number {
    return (hash ^ (hash >>> 15)) & (this.slots.length - 1);
  }

  private hashOf(path: number): number {
    const { codes, offsets } = this.paths;
    let hash = HASH_START | 0;
    for (let touch = offsets[path]!; touch < offsets[path + 1]!; touch++)
      hash = Math.imul(hash ^ codes[touch]!, HASH_PRIME);
    return hash;
  }

  private isSame(a: number, b: number): boolean {
    const { codes, offsets } = this.paths;
    const [start, other] = [offsets[a]!, offsets[b]!];
    const length = offsets[a + 1]! - start;
    if (length !== offsets[b + 1]! - other) return false;
    for (let i = 0; i < length; i++) if (codes[start + i] !== codes[other + i]) return false;
    return true;
  }

  private grow(): void {
    this.slots = new Uint32Array(2 * this.slots.length);
    for (let number = 0; number < this.count; number++) {
      let slot = this.slotOf(this.hashes[number]!);
      while (this.slots[slot] !== 0) slot = (slot + 1) & (this.slots.length - 1);
      this.slots[slot] = number + 1;
    }
  }
}
