/** Numbers the ids of one kind, by brand. An id that is added again has the number that it got first. */
import { randomInt } from 'node:crypto';
import { roomFor } from '../room.ts';
import { Texts } from './texts.ts';

export class IdIndex {
  readonly texts = new Texts();
  private brands = new Uint32Array(64);
  private hashes = new Int32Array(64);
  /** Number of an id plus 1, at the place of its hash; 0 is free. At most half of it is used. */
  private table = new Int32Array(1_024);
  /** So that no sender can choose ids that share a place. */
  private readonly seed = randomInt(2 ** 32);

  get size(): number {
    return this.texts.size;
  }

  /** Bytes in memory. */
  get bytes(): number {
    return this.texts.bytes + this.brands.byteLength + this.hashes.byteLength + this.table.byteLength;
  }

  /** The number of an id of a brand. A new id gets the next number, from 0. */
  add(brand: number, id: string): number {
    if (2 * this.size >= this.table.length) this.grow();
    const own = this.texts.add(id);
    this.brands = roomFor(this.brands, own + 1);
    this.hashes = roomFor(this.hashes, own + 1);
    this.brands[own] = brand;
    this.hashes[own] = this.texts.hash(own, this.seed ^ Math.imul(brand, 0x9e3779b1));
    const place = this.placeOf(own);
    const found = this.table[place]! - 1;
    if (found >= 0) {
      this.texts.dropLast();
      return found;
    }
    this.table[place] = own + 1;
    return own;
  }

  /** The place of an equal id in the table, or the free place where it belongs. */
  private placeOf(own: number): number {
    const { table, hashes, brands } = this;
    const mask = table.length - 1;
    let place = hashes[own]! & mask;
    for (;;) {
      const other = table[place]! - 1;
      if (other < 0) return place;
      if (hashes[other] === hashes[own] && brands[other] === brands[own] && this.texts.isSame(other, own)) return place;
      place = (place + 1) & mask;
    }
  }

  private grow(): void {
    const mask = 2 * this.table.length - 1;
    this.table = new Int32Array(mask + 1);
    for (let own = 0; own < this.size; own++) {
      let place = this.hashes[own]! & mask;
      while (this.table[place] !== 0) place = (place + 1) & mask;
      this.table[place] = own + 1;
    }
  }
}
