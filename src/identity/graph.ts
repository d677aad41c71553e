/**
 * The facts of the log about the ids of one brand, as a graph. Its pairs are the ids that a record or a statement names together,
 * and its components are the ids that pairs connect. A component only grows, because the log only grows. The persons in a
 * component do not depend on ids outside of it. Each fact has the step that added it, so that earlier steps can still be read.
 */
import { Components } from './components.ts';
import { LinkedIds, NEVER } from './linked-ids.ts';
import { PairIndex } from './pair-index.ts';
import { PairTimes } from './pair-times.ts';
import type { LinkStatement, Links } from './persons.ts';

/** Records whose pairs are looked up at once. */
const BLOCK = 512;

/** The ids of a pair. */
export interface IdPair {
  left_id: string;
  right_id: string;
}

/** A device and a customer that a record named together, by their numbers. */
export interface Owner {
  device: number;
  customer: number;
  first_ms: number;
}

export class LinkGraph {
  readonly ids: LinkedIds;
  /** What was read ahead. It is kept so that no compiler leaves the reads out. */
  read_ahead = 0;
  readonly components = new Components();

  private readonly pairs = new PairIndex();
  private readonly times = new PairTimes();
  private readonly statements = new Map<number, Array<LinkStatement & { step: number }>>();
  private readonly unlink_step = new Map<number, number>();
  /** Ids with a new fact in a step after the first. */
  private touched: Array<{ step: number; number: number }> = [];

  constructor(brand_id: string) {
    this.ids = new LinkedIds(brand_id);
  }

  /** The number of pairs. */
  get links(): number {
    return this.pairs.size;
  }

  /** The number of facts that are kept with their steps, so that earlier steps can be read. */
  get unfolded(): number {
    return this.touched.length;
  }

  /** True if the id was known at a step. */
  has(id: string, step: number): boolean {
    const number = this.ids.find(id);
    return number >= 0 && this.ids.isKnown(number, step);
  }

  isCustomer(id: string, step: number): boolean {
    const number = this.ids.find(id);
    return number >= 0 && this.ids.isCustomer(number, step);
  }

  /** True if a statement had unlinked the pair at a step. Then the graph holds the times of all its records. */
  isUnlinked(a: string, b: string, step: number): boolean {
    const pair = this.pairOf(a, b);
    return pair !== undefined && (this.unlink_step.get(pair) ?? NEVER) <= step;
  }

  /** True if a record with both ids at an instant would add nothing new. */
  knowsRecord(a: string, b: string, at_ms: number, step: number): boolean {
    const pair = this.pairOf(a, b);
    return (
      pair !== undefined && this.times.firstMs(pair, step) <= at_ms && (this.unlink_step.get(pair) ?? NEVER) > step
    );
  }

  /** Adds a record that carries both ids. A record with the same id twice adds no pair. */
  addRecord(anonymous_id: string, customer_id: string, at_ms: number, step: number): void {
    const customer = this.number(customer_id, step);
    this.markCustomer(customer, step);
    if (anonymous_id === customer_id) return;
    this.addFirst(this.pairOfNumbers(this.number(anonymous_id, step), customer), at_ms, step);
  }

  /** Adds many records, as {@link addRecord} does, in a fraction of its time. */
  addRecords(
    anonymous_ids: readonly string[],
    customer_ids: readonly string[],
    at_ms: readonly number[],
    step: number,
  ): void {
    const [devices, customers] = [this.numbersOf(anonymous_ids, step), this.numbersOf(customer_ids, step)];
    const count = devices.length;
    for (let i = 0; i < count; i++) this.markCustomer(customers[i]!, step);
    for (let from = 0; from < count; from += BLOCK) {
      const to = Math.min(count, from + BLOCK);
      this.read_ahead =
        this.pairs.readAhead(devices, customers, from, to) |
        this.components.readAhead(devices, from, to) |
        this.components.readAhead(customers, from, to);
      for (let i = from; i < to; i++) {
        const [device, customer] = [devices[i]!, customers[i]!];
        if (device !== customer) this.addFirst(this.pairOfNumbers(device, customer), at_ms[i]!, step);
      }
    }
  }

  addStatement(statement: LinkStatement, step: number): void {
    const { left_id, right_id } = statement;
    if (left_id === right_id) return;
    const pair = this.pair(left_id, right_id, step);
    const held = this.statements.get(pair);
    if (held) held.push({ ...statement, step });
    else this.statements.set(pair, [{ ...statement, step }]);
    const unlinks = statement.state === 'unlinked' && !statement.probabilistic;
    if (unlinks && !this.unlink_step.has(pair)) this.unlink_step.set(pair, step);
    this.touch(this.pairs.left(pair), step);
  }

  /** Adds the time of one record of an unlinked pair. */
  addTime(a: string, b: string, at_ms: number, step: number): void {
    if (a !== b) this.addTimeOf(this.pair(a, b, step), at_ms, step);
  }

  addCustomer(id: string, step: number): void {
    this.markCustomer(this.number(id, step), step);
  }

  private markCustomer(number: number, step: number): void {
    if (this.ids.markCustomer(number, step)) this.touch(number, step);
  }

  /** True if a statement unlinks some pair, at any step. */
  get unlinks(): boolean {
    return this.unlink_step.size > 0;
  }

  /** The pairs of a draft that are unlinked. */
  *unlinkedPairs(): Generator<IdPair> {
    for (const pair of this.unlink_step.keys()) yield this.idsOf(pair);
  }

  /** The pairs of a draft that some record carries. */
  *recordedPairs(): Generator<IdPair> {
    for (let pair = 0; pair < this.pairs.size; pair++)
      if (this.times.firstMs(pair, NEVER) < Number.POSITIVE_INFINITY) yield this.idsOf(pair);
  }

  /** Adds all facts of another graph of the brand as one step. */
  absorb(draft: LinkGraph, step: number): void {
    for (let number = 0; number < draft.ids.size; number++)
      if (draft.ids.isCustomer(number, NEVER - 1)) this.addCustomer(draft.ids.text(number), step);
    for (let from = 0; from < draft.pairs.size; from++) {
      const { left_id, right_id } = draft.idsOf(from);
      const pair = this.pair(left_id, right_id, step);
      this.addFirst(pair, draft.times.firstMs(from, NEVER), step);
      for (const at_ms of draft.times.of(from, NEVER)) this.addTimeOf(pair, at_ms, step);
      for (const { step: _step, ...statement } of draft.statements.get(from) ?? []) this.addStatement(statement, step);
    }
  }

  /** The components with new facts in steps after `step`. */
  rootsAfter(step: number): Set<number> {
    const roots = new Set<number>();
    for (const { step: at, number } of this.touched) if (at > step) roots.add(this.components.find(number));
    return roots;
  }

  /** The components that hold at least one of the ids. */
  rootsOf(ids: Iterable<string>): Set<number> {
    const roots = new Set<number>();
    for (const id of ids) {
      const number = this.ids.find(id);
      if (number >= 0) roots.add(this.components.find(number));
    }
    return roots;
  }

  allRoots(): Set<number> {
    const roots = new Set<number>();
    for (let number = 0; number < this.ids.size; number++) roots.add(this.components.find(number));
    return roots;
  }

  /** The components with a pair that some statement is about, at any step. */
  statedRoots(): Set<number> {
    const roots = new Set<number>();
    for (const pair of this.statements.keys()) roots.add(this.components.find(this.pairs.left(pair)));
    return roots;
  }

  /** True if some statement is about a pair of the component, at any step. */
  isStated(root: number): boolean {
    if (this.statements.size > 0)
      for (const pair of this.components.pairsOf(root)) if (this.statements.has(pair)) return true;
    return false;
  }

  /** The device and the customer of a pair that records carry; undefined if they do not join two such ids. */
  ownerOf(pair: number, step: number): Owner | undefined {
    const first_ms = this.times.firstMs(pair, step);
    if (first_ms === Number.POSITIVE_INFINITY) return undefined;
    const [left, right] = [this.pairs.left(pair), this.pairs.right(pair)];
    // A record that carries both ids makes one of them a customer. If both are customers, records do not join them.
    const left_is_customer = this.ids.isCustomer(left, step);
    if (left_is_customer === this.ids.isCustomer(right, step)) return undefined;
    return left_is_customer ? { device: right, customer: left, first_ms } : { device: left, customer: right, first_ms };
  }

  /** The links of some components at a step. */
  collect(roots: Iterable<number>, step: number): Links {
    const links: Links = { ids: [], implicit: [], statements: [], customers: new Set() };
    for (const root of roots) {
      for (const number of this.components.idsOf(root)) {
        const id = this.ids.text(number);
        links.ids.push(id);
        if (this.ids.isCustomer(number, step)) links.customers.add(id);
      }
      for (const pair of this.components.pairsOf(root)) this.collectPair(pair, step, links);
    }
    return links;
  }

  /** Merges the steps up to `step` into one. Steps before it can no longer be read. */
  fold(step: number): void {
    this.times.fold(step);
    this.touched = this.touched.filter((fact) => fact.step > step);
  }

  private collectPair(pair: number, step: number, links: Links): void {
    for (const statement of this.statements.get(pair) ?? [])
      if (statement.step <= step) links.statements.push(statement);
    const found = this.ownerOf(pair, step);
    if (!found) return;
    const times_ms = this.times.of(pair, step);
    links.implicit.push({
      anonymous_id: this.ids.text(found.device),
      customer_id: this.ids.text(found.customer),
      first_ms: found.first_ms,
      ...(times_ms.length > 0 ? { times_ms } : {}),
    });
  }

  private addFirst(pair: number, at_ms: number, step: number): void {
    if (this.times.addFirst(pair, at_ms, step)) this.touch(this.pairs.left(pair), step);
  }

  private addTimeOf(pair: number, at_ms: number, step: number): void {
    this.times.add(pair, at_ms, step);
    this.touch(this.pairs.left(pair), step);
  }

  private touch(number: number, step: number): void {
    if (step > 0) this.touched.push({ step, number });
  }

  private number(id: string, step: number): number {
    const number = this.ids.add(id, step);
    this.components.addIds(this.ids.size);
    return number;
  }

  private numbersOf(ids: readonly string[], step: number): Int32Array {
    const numbers = this.ids.addAll(ids, step);
    this.components.addIds(this.ids.size);
    return numbers;
  }

  private idsOf(pair: number): IdPair {
    return { left_id: this.ids.text(this.pairs.left(pair)), right_id: this.ids.text(this.pairs.right(pair)) };
  }

  private pairOf(a: string, b: string): number | undefined {
    const [x, y] = [this.ids.find(a), this.ids.find(b)];
    const pair = x < 0 || y < 0 ? -1 : this.pairs.find(x, y);
    return pair < 0 ? undefined : pair;
  }

  private pair = (a: string, b: string, step: number): number =>
    this.pairOfNumbers(this.number(a, step), this.number(b, step));

  private pairOfNumbers(x: number, y: number): number {
    const known = this.pairs.size;
    const pair = this.pairs.add(x, y);
    if (pair < known) return pair;
    this.times.addPair();
    this.components.addPair(x, y);
    return pair;
  }
}
