/** Numbers the hashes of texts, which are whole numbers from 1 to 2^53. */
const FIRST_SIZE = 32;
/** Numbers of the table fit 32 bits. */
const MOST_CLEARED = 2 ** 30;

export class HashIndex {
  private hashes = new Float64Array(FIRST_SIZE);
  /** Number of a hash plus 1 and {@link cleared}, at its place; a place with less is free. At most half of it is used. */
  private table = new Int32Array(2 * FIRST_SIZE);
  private known = 0;
  private cleared = 0;

  get size(): number {
    return this.known;
  }

  hashOf(number: number): number {
    return this.hashes[number]!;
  }

  /** The number of a hash, or -1. */
  find(hash: number): number {
    return Math.max(-1, this.table[this.placeOf(hash)]! - this.cleared - 1);
  }

  /** The number of a hash. A new hash gets the next number, from 0. */
  add(hash: number): number {
    const place = this.placeOf(hash);
    const known = this.table[place]! - this.cleared;
    if (known > 0) return known - 1;
    if (this.known === this.hashes.length) {
      this.grow();
      return this.add(hash);
    }
    this.hashes[this.known] = hash;
    this.known += 1;
    this.table[place] = this.cleared + this.known;
    return this.known - 1;
  }

  /** Forgets all hashes. */
  clear(): void {
    this.cleared += this.known;
    this.known = 0;
    if (this.cleared < MOST_CLEARED) return;
    this.table.fill(0);
    this.cleared = 0;
  }

  /** The place of a hash in the table, or the free place where it belongs. */
  private placeOf(hash: number): number {
    const { table, hashes, cleared } = this;
    const mask = table.length - 1;
    let place = (hash >>> 0) & mask;
    for (;;) {
      const number = table[place]! - cleared - 1;
      if (number < 0 || hashes[number] === hash) return place;
      place = (place + 1) & mask;
    }
  }

  private grow(): void {
    const { hashes } = this;
    this.hashes = new Float64Array(2 * hashes.length);
    this.hashes.set(hashes);
    this.table = new Int32Array(4 * hashes.length);
    for (let number = 0; number < this.known; number++)
      this.table[this.placeOf(hashes[number]!)] = this.cleared + number + 1;
  }
}
