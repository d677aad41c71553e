/**
 * The facts of the log about the ids of one brand, as a graph. Its pairs are the ids that a record or a statement names together,
 * and its components are the ids that pairs connect. A component only grows, because the log only grows. The persons in a
 * component do not depend on ids outside of it. Each fact has the step that added it, so that earlier steps can still be read.
 */
import { Components } from './components.ts';
import { PairIndex } from './pair-index.ts';
import type { ImplicitLink, LinkStatement } from './persons.ts';

/** Later than any step: the step of a fact that is not known. */
const NEVER = 2 ** 30;
/** The most entries of a Map. */
const MAX_IDS = 2 ** 24;

/** The links of some components, as the input of `joinPersons`. */
export interface Links {
  /** Every id of the components, also ids without a link. */
  ids: string[];
  implicit: ImplicitLink[];
  statements: LinkStatement[];
  customers: Set<string>;
}

interface Times {
  at_ms: number[];
  steps: number[];
}

export class LinkGraph {
  readonly ids: string[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly id_step: number[] = [];
  private readonly customer_step: number[] = [];
  private readonly components = new Components();

  private readonly pairs = new PairIndex();
  /** For a pair: the time of the earliest record with both ids, up to the step that was folded last. */
  private readonly first_ms: number[] = [];
  /** For a pair: records that later steps added, each with an earlier time than the one before. */
  private readonly recent = new Map<number, Array<{ step: number; at_ms: number }>>();
  private readonly statements = new Map<number, Array<LinkStatement & { step: number }>>();
  private readonly unlink_step = new Map<number, number>();
  /** For a pair that some statement unlinks: the times of all records with both ids. */
  private readonly times = new Map<number, Times>();
  /** Ids with a new fact in a step after the first. */
  private touched: Array<{ step: number; number: number }> = [];

  constructor(private readonly brand_id: string) {}

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
    const number = this.numbers.get(id);
    return number !== undefined && this.id_step[number]! <= step;
  }

  isCustomer(id: string, step: number): boolean {
    const number = this.numbers.get(id);
    return number !== undefined && this.customer_step[number]! <= step;
  }

  /** True if a statement had unlinked the pair at a step. Then the graph holds the times of all its records. */
  isUnlinked(a: string, b: string, step: number): boolean {
    const pair = this.pairOf(a, b);
    return pair !== undefined && (this.unlink_step.get(pair) ?? NEVER) <= step;
  }

  /** True if a record with both ids at an instant would add nothing new. */
  knowsRecord(a: string, b: string, at_ms: number, step: number): boolean {
    const pair = this.pairOf(a, b);
    return pair !== undefined && this.firstMs(pair, step) <= at_ms && (this.unlink_step.get(pair) ?? NEVER) > step;
  }

  /** Adds a record that carries both ids. A record with the same id twice adds no pair. */
  addRecord(anonymous_id: string, customer_id: string, at_ms: number, step: number): void {
    const customer = this.number(customer_id, step);
    this.markCustomer(customer, step);
    if (anonymous_id === customer_id) return;
    this.addFirst(this.pairOfNumbers(this.number(anonymous_id, step), customer), at_ms, step);
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
    if (this.customer_step[number]! <= step) return;
    this.customer_step[number] = step;
    this.touch(number, step);
  }

  /** The pairs of a draft that are unlinked or that some record carries. */
  *pairsOf(): Generator<{ left_id: string; right_id: string; unlinked: boolean; recorded: boolean }> {
    for (let pair = 0; pair < this.pairs.size; pair++)
      yield {
        left_id: this.ids[this.pairs.left(pair)]!,
        right_id: this.ids[this.pairs.right(pair)]!,
        unlinked: this.unlink_step.has(pair),
        recorded: this.firstMs(pair, NEVER) < Number.POSITIVE_INFINITY,
      };
  }

  /** Adds all facts of another graph of the brand as one step. */
  absorb(draft: LinkGraph, step: number): void {
    for (const [number, id] of draft.ids.entries())
      if (draft.customer_step[number]! < NEVER) this.addCustomer(id, step);
    for (let from = 0; from < draft.pairs.size; from++) {
      const pair = this.pair(draft.ids[draft.pairs.left(from)]!, draft.ids[draft.pairs.right(from)]!, step);
      this.addFirst(pair, draft.firstMs(from, NEVER), step);
      for (const at_ms of draft.times.get(from)?.at_ms ?? []) this.addTimeOf(pair, at_ms, step);
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
      const number = this.numbers.get(id);
      if (number !== undefined) roots.add(this.components.find(number));
    }
    return roots;
  }

  allRoots(): Set<number> {
    return new Set(this.ids.map((_, number) => this.components.find(number)));
  }

  /** True if some statement is about a pair of the component, at any step. */
  isStated(root: number): boolean {
    if (this.statements.size > 0)
      for (const pair of this.components.pairsOf(root)) if (this.statements.has(pair)) return true;
    return false;
  }

  /**
   * Calls `take` with each id of a component without statements and the customer that it was first seen with, as `joinPersons` has
   * it; undefined for an id that names itself.
   */
  eachOwner(root: number, step: number, take: (id: string, customer_id: string | undefined) => void): void {
    const owners = new Map<number, { customer: number; first_ms: number }>();
    for (const pair of this.components.pairsOf(root)) {
      const first_ms = this.firstMs(pair, step);
      const [left, right] = [this.pairs.left(pair), this.pairs.right(pair)];
      const left_is_customer = this.customer_step[left]! <= step;
      if (first_ms === Number.POSITIVE_INFINITY || left_is_customer === this.customer_step[right]! <= step) continue;
      const [device, customer] = left_is_customer ? [right, left] : [left, right];
      const held = owners.get(device);
      const later =
        held !== undefined &&
        (first_ms > held.first_ms || (first_ms === held.first_ms && this.ids[customer]! >= this.ids[held.customer]!));
      if (!later) owners.set(device, { customer, first_ms });
    }
    for (const number of this.components.idsOf(root)) {
      const owner = owners.get(number);
      take(this.ids[number]!, owner && this.ids[owner.customer]!);
    }
  }

  /** The links of some components at a step. */
  collect(roots: Iterable<number>, step: number): Links {
    const links: Links = { ids: [], implicit: [], statements: [], customers: new Set() };
    for (const root of roots) {
      for (const number of this.components.idsOf(root)) {
        links.ids.push(this.ids[number]!);
        if (this.customer_step[number]! <= step) links.customers.add(this.ids[number]!);
      }
      for (const pair of this.components.pairsOf(root)) this.collectPair(pair, step, links);
    }
    return links;
  }

  /** Merges the steps up to `step` into one. Steps before it can no longer be read. */
  fold(step: number): void {
    for (const [pair, earlier] of this.recent) {
      const folded = earlier.filter((fact) => fact.step <= step).at(-1);
      if (folded) this.first_ms[pair] = folded.at_ms;
      const later = earlier.filter((fact) => fact.step > step);
      if (later.length > 0) this.recent.set(pair, later);
      else this.recent.delete(pair);
    }
    this.touched = this.touched.filter((fact) => fact.step > step);
  }

  private collectPair(pair: number, step: number, links: Links): void {
    const [left, right] = [this.pairs.left(pair), this.pairs.right(pair)];
    for (const statement of this.statements.get(pair) ?? [])
      if (statement.step <= step) links.statements.push(statement);
    const first_ms = this.firstMs(pair, step);
    if (first_ms === Number.POSITIVE_INFINITY) return;
    // A record that carries both ids makes one of them a customer. If both are customers, records do not join them.
    const left_is_customer = this.customer_step[left]! <= step;
    if (left_is_customer === this.customer_step[right]! <= step) return;
    const [device, customer] = left_is_customer ? [right, left] : [left, right];
    const times = this.times.get(pair);
    const times_ms = times?.at_ms.filter((_, i) => times.steps[i]! <= step) ?? [];
    links.implicit.push({
      anonymous_id: this.ids[device]!,
      customer_id: this.ids[customer]!,
      first_ms,
      ...(times_ms.length > 0 ? { times_ms } : {}),
    });
  }

  private firstMs(pair: number, step: number): number {
    const earlier = this.recent.get(pair)?.findLast((fact) => fact.step <= step);
    return earlier?.at_ms ?? this.first_ms[pair]!;
  }

  private addFirst(pair: number, at_ms: number, step: number): void {
    if (at_ms >= this.firstMs(pair, NEVER)) return;
    if (step === 0) this.first_ms[pair] = at_ms;
    else {
      const earlier = this.recent.get(pair);
      if (earlier) earlier.push({ step, at_ms });
      else this.recent.set(pair, [{ step, at_ms }]);
    }
    this.touch(this.pairs.left(pair), step);
  }

  private addTimeOf(pair: number, at_ms: number, step: number): void {
    const held = this.times.get(pair);
    if (held) {
      held.at_ms.push(at_ms);
      held.steps.push(step);
    } else this.times.set(pair, { at_ms: [at_ms], steps: [step] });
    this.touch(this.pairs.left(pair), step);
  }

  private touch(number: number, step: number): void {
    if (step > 0) this.touched.push({ step, number });
  }

  private number(id: string, step: number): number {
    const held = this.numbers.get(id);
    if (held !== undefined) return held;
    const number = this.ids.length;
    if (number >= MAX_IDS)
      throw new Error(
        `identity links: brand ${this.brand_id} links more than ${MAX_IDS} ids, which is the limit; link fewer ids`,
      );
    this.ids.push(id);
    this.numbers.set(id, number);
    this.id_step.push(step);
    this.customer_step.push(NEVER);
    this.components.addId();
    return number;
  }

  private pairOf(a: string, b: string): number | undefined {
    const [x, y] = [this.numbers.get(a), this.numbers.get(b)];
    const pair = x === undefined || y === undefined ? -1 : this.pairs.find(x, y);
    return pair < 0 ? undefined : pair;
  }

  private pair = (a: string, b: string, step: number): number =>
    this.pairOfNumbers(this.number(a, step), this.number(b, step));

  private pairOfNumbers(x: number, y: number): number {
    const held = this.pairs.find(x, y);
    if (held >= 0) return held;
    const pair = this.pairs.add(x, y);
    this.first_ms.push(Number.POSITIVE_INFINITY);
    this.components.addPair(x, y);
    return pair;
  }
}
