/** The rows of each name, in the order in which they arrived. Adding a row moves none, so a reader is not disturbed. */
import { roomFor } from '../room.ts';

export class Chains {
  private firsts = new Int32Array(64);
  private lasts = new Int32Array(64);
  private nexts = new Int32Array(64);

  /** Bytes in memory. */
  get bytes(): number {
    return this.firsts.byteLength + this.lasts.byteLength + this.nexts.byteLength;
  }

  /** The first row of a name, or -1. */
  first(name: number): number {
    return name < this.firsts.length ? this.firsts[name]! - 1 : -1;
  }

  /** The row of the same name after a row, or -1. */
  next(row: number): number {
    return this.nexts[row]! - 1;
  }

  /** True if no other row has the name of a row. */
  isOnly(name: number, row: number): boolean {
    return this.firsts[name]! - 1 === row && this.nexts[row] === 0;
  }

  add(name: number, row: number): void {
    this.firsts = roomFor(this.firsts, name + 1);
    this.lasts = roomFor(this.lasts, name + 1);
    this.nexts = roomFor(this.nexts, row + 1);
    if (this.firsts[name] === 0) this.firsts[name] = row + 1;
    else this.nexts[this.lasts[name]! - 1] = row + 1;
    this.lasts[name] = row + 1;
  }
}
