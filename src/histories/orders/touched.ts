/** Which keys of a book have touchpoints. The numbers are kept between reports, because looking them up costs most of a short one. */
import type { KeyIndex } from '../key-index.ts';
import { roomFor } from '../room.ts';

type Subjects = Pick<KeyIndex, 'find' | 'size'>;

const known = new WeakMap<Subjects, WeakMap<KeyIndex, Touched>>();

export class Touched {
  /** By number of a key: the number of its subject, or below zero: -1 - (how many subjects there were when it was not found). */
  private found = new Int32Array(0);

  private constructor(
    private readonly subjects: Subjects,
    private readonly keys: KeyIndex,
  ) {}

  /** The keys of a book beside the subjects of histories. */
  static of(subjects: Subjects, keys: KeyIndex): Touched {
    const of_subjects = known.get(subjects) ?? new WeakMap<KeyIndex, Touched>();
    known.set(subjects, of_subjects);
    const touched = of_subjects.get(keys) ?? new Touched(subjects, keys);
    of_subjects.set(keys, touched);
    return touched;
  }

  /** The number of a key among the subjects with touchpoints, or -1. */
  find(key: number): number {
    if (key >= this.found.length) this.grow();
    const found = this.found[key]!;
    if (found >= 0) return found;
    const { size } = this.subjects;
    if (-1 - found === size) return -1;
    const own = this.subjects.find(this.keys.highOf(key), this.keys.lowOf(key));
    this.found[key] = own >= 0 ? own : -1 - size;
    return own;
  }

  private grow(): void {
    const from = this.found.length;
    this.found = roomFor(this.found, this.keys.size);
    // No subject was known yet when none was looked up.
    this.found.fill(-1, from);
  }
}
