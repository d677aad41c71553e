/**
 * Numbers the equal lines of one request or one file. Two equal refunds in one list are two refunds, and a repeat of the whole
 * list repeats them. So the number of a line among its equals is part of the id that is made for it.
 */
import { TributaryError } from './errors.ts';

/** Every request has a table, and V8 keeps no longer one on its own heap. */
const FIRST_SLOTS = 8;
/** A line takes 16 to 32 bytes, so this many take at most 1 GB. */
const MAX_LINES = 2 ** 25;
/** 52 bits of the hash in an id: a number that a double holds. Two different lines of a million share them once in 9,000 files. */
const DIGITS = 13;

export class EqualLines {
  /** An open hash table of fingerprints; 0 is an empty slot. */
  private slots = new Float64Array(FIRST_SLOTS);
  private lines = 0;
  /** How often a fingerprint came, for those that came more than once. */
  private readonly repeated = new Map<number, number>();
  /** Lines that were not the first of their equals. */
  repeats = 0;

  /** @param max_lines different lines; a file with more is refused. */
  constructor(private readonly max_lines = MAX_LINES) {}

  /**
   * Counts a line by the id that its content alone would give it. @returns its number among equal lines, from 1.
   * @throws too_large when there are too many different lines to tell which are equal.
   */
  add(content_id: string): number {
    const digits = content_id.slice(-32);
    const fingerprint = 1 + Number.parseInt(digits.slice(0, DIGITS), 16);
    const slot = this.slotOf(fingerprint);
    if (this.slots[slot] === fingerprint) {
      const line_no = (this.repeated.get(fingerprint) ?? 1) + 1;
      this.repeated.set(fingerprint, line_no);
      this.repeats += 1;
      return line_no;
    }
    if (this.lines >= this.max_lines)
      throw new TributaryError(
        'too_large',
        `more than ${this.max_lines} different lines without an id; split the list, or give its lines ids`,
      );
    this.slots[slot] = fingerprint;
    this.lines += 1;
    if (this.lines * 2 > this.slots.length) this.grow();
    return 1;
  }

  /** The slot that holds a fingerprint, or the empty slot for it. */
  private slotOf(fingerprint: number): number {
    const mask = this.slots.length - 1;
    let slot = (fingerprint >>> 0) & mask;
    while (this.slots[slot] !== 0 && this.slots[slot] !== fingerprint) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Float64Array(old.length * 2);
    for (const fingerprint of old) if (fingerprint !== 0) this.slots[this.slotOf(fingerprint)] = fingerprint;
  }
}
