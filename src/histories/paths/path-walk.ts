/** Finds the paths of orders, and of people who touched and did not order. Threads walk different people. */
import { refusedTraits } from '../../attribution/eligibility.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { partsOfPolicy } from '../asked-orders.ts';
import { type AskedForCandidates, Candidates } from '../candidates.ts';
import type { Touchpoints } from '../histories.ts';
import { Interactions } from '../interactions.ts';
import { PersonParts } from '../person-parts.ts';
import { hasTouchIn, Walk } from '../walk.ts';
import { AlikePaths } from './alike-paths.ts';
import { type AskedPaths, silentPolicy } from './asked-paths.ts';
import { ALONE, FoundPaths, type PathOf, SILENT } from './found-paths.ts';

/** So many people who did not order are taken at once. */
const SILENT_PART = 2_048;

/** What the paths of people of a brand have in common who did not order. Instants of touchpoints are whole milliseconds. */
interface SilentOf {
  brand_no: number;
  policy: number;
  start_ms: number;
  last_ms: number;
  /** Earlier touchpoints are on no path. */
  first_ms: number;
}

export class PathWalk {
  readonly found: FoundPaths;
  private readonly alike: AlikePaths | null;
  private readonly walk: Walk;
  private readonly candidates: Candidates;
  private readonly interactions: Interactions | null;
  private readonly turns = new WorkTurns();
  /** What touches of people who did not order may not have. */
  private readonly refused: number;
  /** By place of a brand in the plan. */
  private readonly silent: readonly SilentOf[];
  /** Whose path is added. */
  private readonly of: PathOf = { order: 0, person: 0, at_ms: 0 };
  /** The order of a person who did not order, which the path ends at. */
  private readonly end: AskedForCandidates = {
    at_ms: new Float64Array(1),
    previous_ms: Float64Array.of(Number.NaN),
    policy: new Uint32Array(1),
    conversions: new Float64Array(1),
  };

  constructor(
    private readonly touchpoints: Touchpoints,
    private readonly asked: AskedPaths,
  ) {
    const { plan, facts, hiding } = asked;
    this.walk = new Walk(touchpoints, plan.positions.touchpoints, hiding, asked.sees_filled);
    this.candidates = new Candidates(plan, touchpoints, facts);
    this.interactions = plan.collapse === 'none' ? null : new Interactions(touchpoints, facts);
    this.refused = refusedTraits(plan);
    this.silent = plan.brands.map(({ start_ms, end_ms }, brand_no) => {
      const policy = silentPolicy(plan, brand_no);
      const first_ms = start_ms - this.candidates.reachOf(policy);
      return { brand_no, policy, start_ms, last_ms: end_ms - 1, first_ms };
    });
    this.found = new FoundPaths(asked.most_of_all, asked.instants);
    this.alike = asked.alike === null ? null : new AlikePaths(this.found, asked.alike);
  }

  /**
   * Walks the people that other walks leave. @throws the reason of the signal.
   * @param next how many people were taken: of those who ordered, and of the others. Threads share it.
   */
  async run(next: Int32Array = new Int32Array(2), signal?: AbortSignal): Promise<void> {
    const rest = async (): Promise<void> => {
      await this.turns.next();
      signal?.throwIfAborted();
    };
    const { orders, silent } = this.asked;
    const parts = new PersonParts({ orders, walked: null }, this.touchpoints, next);
    for (let persons = parts.take(); persons !== null; persons = parts.take())
      for (const person of persons) {
        if (this.turns.ends(32)) await rest();
        this.walkOrders(person);
      }
    const all = silent.people + silent.alone.length;
    const take = (): number => Atomics.add(next, 1, SILENT_PART);
    for (let from = take(); from < all; from = take()) {
      if (this.turns.ends(1)) await rest();
      const until = Math.min(all, from + SILENT_PART);
      for (let i = from; i < until; i++) {
        if (i < silent.people) this.walkSilent(i);
        else if (silent.alone[i - silent.people] === 0 || !this.walkAlone(i - silent.people)) continue;
        if (this.turns.ends(128)) await rest();
      }
    }
  }

  private walkOrders(person: number): void {
    const { orders, chosen } = this.asked;
    const { by_person, person_starts, at_ms, policy } = orders;
    const [from, until] = [person_starts[person]!, person_starts[person + 1]!];
    let [first_ms, last_ms] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = from; i < until; i++) {
      const order = by_person[i]!;
      if (chosen[order] === 0) continue;
      first_ms = Math.min(first_ms, at_ms[order]! - this.candidates.reachOf(policy[order]!));
      last_ms = Math.max(last_ms, at_ms[order]!);
    }
    if (last_ms < first_ms) return;
    const { brand_no } = partsOfPolicy(policy[by_person[from]!]!);
    this.walk.take(orders.subjects, person, { brand_no, last_ms, first_ms });
    this.candidates.ofPerson(this.walk);
    for (let i = from; i < until; i++) {
      const order = by_person[i]!;
      if (chosen[order] === 1) this.add(orders, order, order, person);
    }
  }

  private walkSilent(person: number): void {
    const { subjects, brand_no, conversions } = this.asked.silent;
    const silent = this.silent[brand_no[person]!]!;
    for (let i = subjects.starts[person]!; i < subjects.starts[person + 1]!; i++) {
      if (!hasTouchIn(this.touchpoints, subjects.values[i]!, silent.start_ms, silent.last_ms)) continue;
      this.walk.take(subjects, person, silent);
      this.endAtLast(SILENT, person, silent, conversions[person]!);
      return;
    }
  }

  /** @returns false without a touchpoint in the period. */
  private walkAlone(subject: number): boolean {
    const { alone, alone_conversions } = this.asked.silent;
    const silent = this.silent[alone[subject]! - 1]!;
    if (!this.walk.takeIfIn(subject, silent)) return false;
    this.endAtLast(ALONE, subject, silent, Math.max(1, alone_conversions[subject] ?? 1));
    return true;
  }

  /** The path of a person who did not order ends at the last touchpoint in the period that may earn. */
  private endAtLast(kind: number, person: number, silent: SilentOf, conversions: number): void {
    const at_ms = this.lastTouch(silent.start_ms);
    if (at_ms === null) return;
    if (this.walk.length === 1 && this.asked.plan.limits.least > 0) {
      // Nothing continues or repeats it, and the path ends at it.
      this.keep(kind, person, at_ms, this.walk.places, 1);
      return;
    }
    const { end } = this;
    end.at_ms[0] = at_ms;
    end.policy[0] = silent.policy;
    end.conversions[0] = conversions;
    this.candidates.ofPerson(this.walk);
    this.add(end, 0, kind, person);
  }

  /** A continuation is a sign of the person, too. */
  private lastTouch(start_ms: number): number | null {
    const { places, length } = this.walk;
    const { at_ms, label } = this.touchpoints;
    const { traits } = this.asked.facts;
    for (let i = length - 1; i >= 0 && at_ms[places[i]!]! >= start_ms; i--)
      if ((traits[label[places[i]!]!]! & this.refused) === 0) return at_ms[places[i]!]!;
    return null;
  }

  /** Adds the path of an order. Somebody without an order and a touch has no path. */
  private add(orders: AskedForCandidates, at: number, order: number, person: number): void {
    // A person who did not order is alone in the arrays of the end.
    const count = this.candidates.ofOrder(orders, at, order < 0 ? 0 : person);
    const places = this.candidates.found;
    const touches = this.interactions === null ? count : this.interactions.collapse(places, count);
    if (touches > 0 || order >= 0) this.keep(order, person, orders.at_ms[at]!, places, touches);
  }

  private keep(order: number, person: number, at_ms: number, places: Uint32Array, touches: number): void {
    const from = Math.max(0, touches - this.asked.most_touches);
    const { of } = this;
    of.order = order;
    of.person = person;
    of.at_ms = at_ms;
    if (order >= 0 || this.alike === null) this.found.add(of, this.touchpoints, places, from, touches);
    else this.alike.add(of, this.lowOf(order, person), this.touchpoints.label, places, from, touches);
  }

  /** The lower half of the key of a person who did not order; 0 where nobody asks. */
  private lowOf(kind: number, person: number): number {
    const { alike, silent } = this.asked;
    if (alike === null || !alike.by_group) return 0;
    return kind === ALONE ? alike.subject_low[person]! : silent.key_low[person]!;
  }
}
