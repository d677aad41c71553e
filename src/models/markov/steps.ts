/** Numbers for k-grams (the last k touches of a path) and for the steps between them. */
import type { Paths } from '../paths/paths.ts';

const FIRST_STEPS = 1 << 12;
const FIRST_GRAMS = 1 << 10;

/**
 * Steps from k-gram to k-gram, numbered in the order in which they first occur. A touch of a path is then one look-up by
 * numbers, for every order.
 */
export class Steps {
  readonly grams: GramIndex;
  private count = 0;
  private slots = new Int32Array(FIRST_STEPS * 2);
  private from = new Int32Array(FIRST_STEPS);
  private code = new Uint16Array(FIRST_STEPS);
  private to = new Int32Array(FIRST_STEPS);
  private readonly gram: Uint16Array;

  constructor(readonly order: number) {
    this.grams = new GramIndex(order);
    this.gram = new Uint16Array(order);
  }

  get size(): number {
    return this.count;
  }

  fromOf(step: number): number {
    return this.from[step]!;
  }

  toOf(step: number): number {
    return this.to[step]!;
  }

  /** The k-gram that a path begins with: its first k touches, or all of them where it has fewer. */
  first(paths: Paths, path: number): number {
    const start = paths.offsets[path]!;
    const end = Math.min(paths.offsets[path + 1]!, start + this.order);
    this.gram.fill(0);
    for (let i = start; i < end; i++) this.gram[i - start] = paths.codes[i]! + 1;
    return this.grams.intern(this.gram);
  }

  /** The gram of a path before its first touch. */
  empty(): number {
    return this.grams.intern(this.gram.fill(0));
  }

  /** The step that the next touch takes: a full gram forgets its oldest touch, a shorter one grows. */
  take(from: number, code: number): number {
    const mask = this.slots.length - 1;
    let slot = hashOfStep(from, code) & mask;
    for (let entry = this.slots[slot]!; entry !== 0; entry = this.slots[slot]!) {
      if (this.from[entry - 1] === from && this.code[entry - 1] === code) return entry - 1;
      slot = (slot + 1) & mask;
    }
    return this.learn(from, code);
  }

  private learn(from: number, code: number): number {
    if (this.count === this.from.length) this.grow();
    const step = this.count++;
    this.from[step] = from;
    this.code[step] = code;
    const { grams } = this.grams;
    this.gram.set(grams.subarray(from * this.order, (from + 1) * this.order));
    const free = this.gram.indexOf(0);
    if (free < 0) this.gram.copyWithin(0, 1);
    if (this.order > 0) this.gram[free < 0 ? this.order - 1 : free] = code + 1;
    this.to[step] = this.grams.intern(this.gram);
    this.place(step);
    return step;
  }

  private place(step: number): void {
    const mask = this.slots.length - 1;
    let slot = hashOfStep(this.from[step]!, this.code[step]!) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = step + 1;
  }

  private grow(): void {
    const size = this.count * 2;
    const from = new Int32Array(size);
    const code = new Uint16Array(size);
    const to = new Int32Array(size);
    from.set(this.from);
    code.set(this.code);
    to.set(this.to);
    this.from = from;
    this.code = code;
    this.to = to;
    this.slots = new Int32Array(size * 2);
    for (let step = 0; step < this.count; step++) this.place(step);
  }
}

function hashOfStep(from: number, code: number): number {
  const hash = Math.imul(from, 0x9e3779b1) ^ Math.imul(code + 1, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

/**
 * Open addressing over typed arrays: paths may have millions of k-grams, and a string or an object for each would cost more
 * than the fit. A gram is `order` slots of code + 1, with 0 in the unused slots of a shorter path.
 */
class GramIndex {
  private count = 0;
  private slots = new Int32Array(FIRST_GRAMS * 4);
  private stored: Uint16Array;

  constructor(readonly order: number) {
    this.stored = new Uint16Array(FIRST_GRAMS * Math.max(1, order));
  }

  get size(): number {
    return this.count;
  }

  /** Gram g is `grams[g * order] …`, oldest first. */
  get grams(): Uint16Array {
    return this.stored.subarray(0, this.count * this.order);
  }

  /** The number of a gram that is written as it is stored. */
  intern(gram: Uint16Array): number {
    const { order } = this;
    const mask = this.slots.length - 1;
    let slot = hashOfGram(gram, 0, order) & mask;
    for (let entry = this.slots[slot]!; entry !== 0; entry = this.slots[slot]!) {
      const start = (entry - 1) * order;
      let i = 0;
      while (i < order && this.stored[start + i] === gram[i]) i++;
      if (i === order) return entry - 1;
      slot = (slot + 1) & mask;
    }
    if ((this.count + 1) * order > this.stored.length) this.grow();
    this.stored.set(gram, this.count * order);
    this.count++;
    this.place(this.count);
    return this.count - 1;
  }

  private place(entry: number): void {
    const mask = this.slots.length - 1;
    let slot = hashOfGram(this.stored, (entry - 1) * this.order, this.order) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = entry;
  }

  private grow(): void {
    const larger = new Uint16Array(this.stored.length * 2);
    larger.set(this.stored);
    this.stored = larger;
    this.slots = new Int32Array(this.slots.length * 2);
    for (let entry = 1; entry <= this.count; entry++) this.place(entry);
  }
}

function hashOfGram(gram: Uint16Array, start: number, order: number): number {
  let hash = 0;
  for (let i = 0; i < order; i++) {
    hash = Math.imul(hash ^ gram[start + i]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}
