/** Numbers the 64-bit keys of subjects and persons. A key is read as two halves, because numbers of 64 bits are slow. */

/** SQL for the two halves of a 64-bit key, as doubles. */
export function keyHalves(key: string, name: string): string {
  return `float64(floor_div(${key}, 4294967296)) as ${name}_high, float64(bits(${key}, 4294967295)) as ${name}_low`;
}

const FIRST_SIZE = 1_024;

export class KeyIndex {
  private high = new Int32Array(FIRST_SIZE);
  private low = new Int32Array(FIRST_SIZE);
  /** Number of a key plus 1, at the place of its hash; 0 is free. At most half of it is used. */
  private table = new Int32Array(2 * FIRST_SIZE);
  private known = 0;

  get size(): number {
    return this.known;
  }

  /** Bytes in memory. */
  get bytes(): number {
    return this.high.byteLength + this.low.byteLength + this.table.byteLength;
  }

  /** The halves of the first keys, in order of their numbers. */
  halves(count: number): [Int32Array, Int32Array] {
    return [this.high.subarray(0, count), this.low.subarray(0, count)];
  }

  /** The halves of the key of a number, as numbers of 32 bits. */
  highOf(number: number): number {
    return this.high[number]!;
  }

  lowOf(number: number): number {
    return this.low[number]!;
  }

  /** The number of a key, or -1. */
  find(high: number, low: number): number {
    return this.table[this.placeOf(high | 0, low | 0)]! - 1;
  }

  /** The number of a key. A new key gets the next number, from 0. */
  add(high: number, low: number): number {
    const [own_high, own_low] = [high | 0, low | 0];
    const place = this.placeOf(own_high, own_low);
    if (this.table[place] !== 0) return this.table[place]! - 1;
    if (this.known === this.high.length) {
      this.grow();
      return this.add(high, low);
    }
    this.high[this.known] = own_high;
    this.low[this.known] = own_low;
    this.known += 1;
    this.table[place] = this.known;
    return this.known - 1;
  }

  /** The place of a key in the table, or the free place where it belongs. */
  private placeOf(high: number, low: number): number {
    const mask = this.table.length - 1;
    let place = (Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) >>> 7) & mask;
    for (;;) {
      const number = this.table[place]! - 1;
      if (number < 0 || (this.low[number] === low && this.high[number] === high)) return place;
      place = (place + 1) & mask;
    }
  }

  private grow(): void {
    const [high, low] = [this.high, this.low];
    this.high = new Int32Array(2 * high.length);
    this.low = new Int32Array(2 * low.length);
    this.high.set(high);
    this.low.set(low);
    this.table = new Int32Array(4 * high.length);
    for (let number = 0; number < this.known; number++)
      this.table[this.placeOf(this.high[number]!, this.low[number]!)] = number + 1;
  }
}
