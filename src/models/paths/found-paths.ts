/** Paths in the order of people, as a walk finds them. */

import { grown } from '../../histories/room.ts';
import { MAX_FIT_TOUCHES } from './paths.ts';

/** Above the limit of touches, paths are only counted. */
export class FoundPaths {
  touches = 0;
  paths = 0;
  /** The number of the order; -1 for a person who did not order. */
  order = new Int32Array(1 << 12);
  /** The number of the person: among those who ordered, or among the others. */
  person = new Uint32Array(1 << 12);
  at_ms = new Float64Array(1 << 12);
  offsets = new Uint32Array((1 << 12) + 1);
  /** By touch, its place in histories. */
  places = new Uint32Array(1 << 16);

  /** Adds a path: the places from `from` to before `until`. */
  add(order: number, person: number, at_ms: number, places: Uint32Array, from: number, until: number): void {
    const start = this.touches;
    this.touches += until - from;
    if (this.touches > MAX_FIT_TOUCHES) return;
    if (this.touches > this.places.length) this.places = grown(this.places, 2 * this.touches);
    for (let i = from; i < until; i++) this.places[start + i - from] = places[i]!;
    if (this.paths === this.order.length) this.grow();
    this.order[this.paths] = order;
    this.person[this.paths] = person;
    this.at_ms[this.paths++] = at_ms;
    this.offsets[this.paths] = this.touches;
  }

  private grow(): void {
    const size = 2 * this.order.length;
    this.order = grown(this.order, size);
    this.person = grown(this.person, size);
    this.at_ms = grown(this.at_ms, size);
    this.offsets = grown(this.offsets, size + 1);
  }
}
