/** Paths in the order of people, as a walk finds them, and their way into the order of a fit. */

import type { Codes } from '../../histories/histories.ts';
import { grown } from '../../histories/room.ts';
import { inBlocks, sortInTurns, WorkTurns } from '../../warehouse/work-turns.ts';
import type { FitOrders } from './fit-orders.ts';
import { MAX_FIT_TOUCHES, type Paths } from './paths.ts';

/** A path without touches is left out. Above the limit of a fit touches are only counted. */
export class FoundPaths {
  touches = 0;
  paths = 0;
  /** The number of the order; -1 for a person who did not order. */
  order = new Int32Array(1 << 12);
  person = new Uint32Array(1 << 12);
  at_ms = new Float64Array(1 << 12);
  offsets = new Uint32Array((1 << 12) + 1);
  private labels = new Uint32Array(1 << 16);
  private with_touches = 0;

  /** Adds a path: the first `count` places. */
  add(order: number, person: number, at_ms: number, count: number, places: Uint32Array, label: Codes): void {
    if (count === 0) return;
    const start = this.touches;
    this.touches += count;
    if (this.touches > MAX_FIT_TOUCHES) return;
    if (this.touches > this.labels.length) this.labels = grown(this.labels, 2 * this.touches);
    for (let i = 0; i < count; i++) this.labels[start + i] = label[places[i]!]!;
    if (this.paths === this.order.length) this.grow();
    this.order[this.paths] = order;
    this.person[this.paths] = person;
    this.at_ms[this.paths++] = at_ms;
    this.offsets[this.paths] = this.touches;
    if (order >= 0) this.with_touches += 1;
  }

  ordersWithTouches(): number {
    return this.with_touches;
  }

  /** The label of a touch. */
  labelAt(touch: number): number {
    return this.labels[touch]!;
  }

  /** 1 for labels of touches. */
  async labelsOf(labels: number): Promise<Uint8Array> {
    const used = new Uint8Array(labels);
    await inBlocks(this.touches, (from, until) => {
      for (let touch = from; touch < until; touch++) used[this.labels[touch]!] = 1;
    });
    return used;
  }

  /** The paths in order of instant; orders before others, and then in order of their numbers, or of their people. */
  inOrder(): Promise<Uint32Array> {
    const { at_ms, order, person } = this;
    const paths = Uint32Array.from({ length: this.paths }, (_, path) => path);
    return sortInTurns(paths, (a, b) => {
      const earlier = at_ms[a]! - at_ms[b]!;
      if (earlier !== 0) return earlier;
      const silent = Number(order[a]! < 0) - Number(order[b]! < 0);
      return silent || order[a]! - order[b]! || person[a]! - person[b]!;
    });
  }

  private grow(): void {
    const size = 2 * this.order.length;
    this.order = grown(this.order, size);
    this.person = grown(this.person, size);
    this.at_ms = grown(this.at_ms, size);
    this.offsets = grown(this.offsets, size + 1);
  }
}

/** @param codes the code of each label. */
export async function assemblePaths(
  found: FoundPaths,
  orders: FitOrders,
  states: readonly string[],
  code_of: Uint16Array,
): Promise<Paths> {
  const codes = new Uint16Array(found.touches);
  const offsets = new Uint32Array(found.paths + 1);
  const conversions = new Float64Array(found.paths);
  const value = new Float64Array(found.paths);
  const nulls = new Float64Array(found.paths);
  const people = new Uint32Array(found.paths);
  const numbers = new Map<number, number>();
  let touches = 0;
  const turns = new WorkTurns();
  for (const [path, own] of (await found.inOrder()).entries()) {
    if (turns.ends(64)) await turns.next();
    for (let touch = found.offsets[own]!; touch < found.offsets[own + 1]!; touch++)
      codes[touches++] = code_of[found.labelAt(touch)]!;
    offsets[path + 1] = touches;
    const order = found.order[own]!;
    if (order < 0) nulls[path] = 1;
    else [conversions[path], value[path]] = [1, orders.value[order]!];
    const person = found.person[own]!;
    if (!numbers.has(person)) numbers.set(person, numbers.size);
    people[path] = numbers.get(person)!;
  }
  return { states, codes, offsets, conversions, value, nulls, people };
}
