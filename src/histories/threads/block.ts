/**
 * Memory that all threads read a question from. It is used again for later questions: garbage collectors do not see shared memory, so
 * what one question left behind would stay for long.
 */
import { type Numbers, typeOf } from '../room.ts';

/** Every type of numbers may begin at a multiple of this. */
const ALIGNMENT = 8;
/** A little more than was needed, so that the next question fits, too. */
const ROOM = 1.25;

export class Block {
  private buffer = new SharedArrayBuffer(0);
  private used = 0;

  /** Forgets what was put. No thread may read it any more. */
  begin(bytes: number): void {
    this.used = 0;
    if (bytes > this.buffer.byteLength) this.buffer = new SharedArrayBuffer(Math.ceil(bytes * ROOM));
  }

  /** Copies numbers, for which {@link begin} has made room. */
  put<A extends Numbers>(array: A): A {
    const type = typeOf(array);
    const copy = new type(this.buffer, this.used, array.length);
    copy.set(array);
    this.used += bytesInBlock(array);
    return copy;
  }
}

/** The bytes that numbers take in a block. */
export function bytesInBlock({ byteLength }: Numbers): number {
  return Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
}
