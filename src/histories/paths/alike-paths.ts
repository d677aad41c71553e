/**
 * Paths of people who did not order, those that are alike put together. A report counts them and looks at nothing else of them, so
 * one path and how often it was found say the same as all of them, and far fewer paths leave a thread.
 */
import { randomGroupOf } from '../../learning/random-groups.ts';
import { grown } from '../room.ts';
import type { FoundPaths, PathOf } from './found-paths.ts';

/** Which paths are alike: those with the same touches in the same order, or those with as many touches of the same names. */
export type Likeness = 'same_touches' | 'same_members';

export interface AskedAlike {
  likeness: Likeness;
  /** By label, the label that stands for all that a report does not tell from it. */
  stands_for: Uint32Array;
  /** True if only people of one random group are put together. */
  by_group: boolean;
  /** By number of a subject, the lower half of its key; empty if random groups do not matter. */
  subject_low: Int32Array;
}

/** Multiplies a hash of numbers, which FNV-1a begins at {@link HASH_START}. */
const HASH_PRIME = 0x01000193;
const HASH_START = 0x811c9dc5 | 0;

export class AlikePaths {
  /** The labels of the last path. */
  private own = new Uint32Array(64);
  /** 1 and the number of a path, or 0. Open addressing; at most half of it is used. */
  private slots = new Uint32Array(1 << 10);
  /** By path that is in `slots`: its hash, and its random group. */
  private hashes = new Int32Array(1 << 9);
  private groups = new Uint8Array(1 << 9);
  private numbers = new Uint32Array(1 << 9);
  private count = 0;

  constructor(
    private readonly found: FoundPaths,
    private readonly asked: AskedAlike,
  ) {}

  /** Adds a path: the touchpoints at the places from `from` to before `until`. @param low the lower half of the person's key. */
  add(of: PathOf, low: number, label: ArrayLike<number>, places: Uint32Array, from: number, until: number): void {
    const touches = until - from;
    this.take(label, places, from, until);
    if (this.asked.likeness === 'same_members') this.sortMembers(touches);
    const group = this.asked.by_group ? randomGroupOf(low) : 0;
    const hash = this.hashOf(touches, group);
    let slot = this.slotOf(hash);
    for (let entry = this.slots[slot]!; entry !== 0; entry = this.slots[slot]!) {
      if (this.hashes[entry - 1] === hash && this.groups[entry - 1] === group && this.isOwn(entry - 1, touches)) {
        this.found.addAgain(this.numbers[entry - 1]!, touches);
        return;
      }
      slot = (slot + 1) & (this.slots.length - 1);
    }
    const path = this.found.addLabels(of, this.own, touches);
    if (path < 0) return;
    this.enter(slot, path, hash, group);
  }

  /** Takes the labels of a path. */
  private take(label: ArrayLike<number>, places: Uint32Array, from: number, until: number): void {
    if (until - from > this.own.length) this.own = new Uint32Array(2 * (until - from));
    const { own } = this;
    const { stands_for } = this.asked;
    for (let i = from, to = 0; i < until; i++, to++) own[to] = stands_for[label[places[i]!]!]!;
  }

  /** Puts the different labels in order, and the last of them in the place of repeats. */
  private sortMembers(touches: number): void {
    const { own } = this;
    let size = 0;
    for (let i = 0; i < touches; i++) {
      const label = own[i]!;
      let place = size;
      while (place > 0 && own[place - 1]! > label) place -= 1;
      if (place > 0 && own[place - 1] === label) continue;
      for (let j = size; j > place; j--) own[j] = own[j - 1]!;
      own[place] = label;
      size += 1;
    }
    for (let i = size; i < touches; i++) own[i] = own[size - 1]!;
  }

  private hashOf(touches: number, group: number): number {
    let hash = Math.imul(HASH_START ^ group, HASH_PRIME);
    for (let i = 0; i < touches; i++) hash = Math.imul(hash ^ this.own[i]!, HASH_PRIME);
    return hash;
  }

  private slotOf(hash: number): number {
    return (hash ^ (hash >>> 15)) & (this.slots.length - 1);
  }

  private isOwn(entry: number, touches: number): boolean {
    const { label, offsets } = this.found;
    const path = this.numbers[entry]!;
    const start = offsets[path]!;
    if (offsets[path + 1]! - start !== touches) return false;
    for (let i = 0; i < touches; i++) if (label[start + i] !== this.own[i]) return false;
    return true;
  }

  private enter(slot: number, path: number, hash: number, group: number): void {
    if (this.count === this.hashes.length) this.grow();
    this.hashes[this.count] = hash;
    this.groups[this.count] = group;
    this.numbers[this.count] = path;
    this.count += 1;
    this.slots[slot] = this.count;
    if (2 * this.count > this.slots.length) this.placeAgain();
  }

  private grow(): void {
    const size = 2 * this.count;
    this.hashes = grown(this.hashes, size);
    this.groups = grown(this.groups, size);
    this.numbers = grown(this.numbers, size);
  }

  private placeAgain(): void {
    this.slots = new Uint32Array(2 * this.slots.length);
    for (let entry = 0; entry < this.count; entry++) {
      let slot = this.slotOf(this.hashes[entry]!);
      while (this.slots[slot] !== 0) slot = (slot + 1) & (this.slots.length - 1);
      this.slots[slot] = entry + 1;
    }
  }
}
