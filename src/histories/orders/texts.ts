/** Texts as bytes in one array, each with a number from 0. They are compared as the engines compare them, byte by byte. */
import { roomFor } from '../room.ts';

/** UTF-8 needs at most so many bytes for a code unit. */
const MAX_BYTES = 3;

export class Texts {
  private buffer = Buffer.alloc(4_096);
  /** The bytes of text i are [starts[i], starts[i + 1]). */
  private starts = new Uint32Array(64);
  private known = 0;

  get size(): number {
    return this.known;
  }

  /** Bytes in memory. */
  get bytes(): number {
    return this.buffer.byteLength + this.starts.byteLength;
  }

  /** Adds a text at the end. @returns its number. */
  add(text: string): number {
    const start = this.starts[this.known]!;
    const needed = start + text.length * MAX_BYTES;
    if (needed > this.buffer.length) {
      const grown = Buffer.alloc(Math.ceil(needed * 1.25));
      grown.set(this.buffer);
      this.buffer = grown;
    }
    this.starts = roomFor(this.starts, this.known + 2);
    this.known += 1;
    this.starts[this.known] = start + this.buffer.write(text, start);
    return this.known - 1;
  }

  /** Takes the last text away. */
  dropLast(): void {
    this.known -= 1;
  }

  /** Below zero if text `a` comes before text `b`, 0 if they are equal. */
  compare(a: number, b: number): number {
    const { buffer, starts } = this;
    return buffer.compare(buffer, starts[b], starts[b + 1], starts[a], starts[a + 1]);
  }

  /** A hash of a text in 32 bits. */
  hash(number: number, seed: number): number {
    const { buffer } = this;
    let hash = seed;
    for (let i = this.starts[number]!; i < this.starts[number + 1]!; i++)
      hash = Math.imul(hash ^ buffer[i]!, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }

  isSame(a: number, b: number): boolean {
    const { buffer, starts } = this;
    let [i, j] = [starts[a]!, starts[b]!];
    const until = starts[a + 1]!;
    if (until - i !== starts[b + 1]! - j) return false;
    while (i < until) if (buffer[i++] !== buffer[j++]) return false;
    return true;
  }
}
