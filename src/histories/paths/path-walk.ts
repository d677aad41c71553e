/** Finds the paths of orders, and of people who touched and did not order. Threads walk different people. */
import { refusedTraits } from '../../attribution/eligibility.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { partsOfPolicy } from '../asked-orders.ts';
import { type AskedForCandidates, Candidates } from '../candidates.ts';
import type { Touchpoints } from '../histories.ts';
import { Interactions } from '../interactions.ts';
import { PersonParts } from '../person-parts.ts';
import { Walk } from '../walk.ts';
import { type AskedPaths, silentPolicy } from './asked-paths.ts';
import { ALONE, FoundPaths, SILENT } from './found-paths.ts';
import { hasTouchIn } from './silent-people.ts';

/** So many people who did not order are taken at once. */
const SILENT_PART = 2_048;

export class PathWalk {
  readonly found: FoundPaths;
  private readonly walk: Walk;
  private readonly candidates: Candidates;
  private readonly interactions: Interactions | null;
  private readonly turns = new WorkTurns();
  /** What touches of people who did not order may not have. */
  private readonly refused: number;
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
    this.walk = new Walk(touchpoints, plan.positions.touchpoints, hiding);
    this.candidates = new Candidates(plan, touchpoints, facts);
    this.interactions = plan.collapse === 'none' ? null : new Interactions(touchpoints, facts);
    this.refused = refusedTraits(plan);
    this.found = new FoundPaths(asked.most_of_all, asked.instants);
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
    const parts = new PersonParts(orders, this.touchpoints, next);
    for (let persons = parts.take(); persons !== null; persons = parts.take())
      for (const person of persons) {
        if (this.turns.ends(32)) await rest();
        this.walkOrders(person);
      }
    const all = silent.people + silent.alone.length;
    const take = (): number => Atomics.add(next, 1, SILENT_PART);
    for (let from = take(); from < all; from = take())
      for (let i = from; i < Math.min(all, from + SILENT_PART); i++) {
        if (this.turns.ends(32)) await rest();
        if (i < silent.people) this.walkSilent(i);
        else if (silent.alone[i - silent.people] !== 0) this.walkAlone(i - silent.people);
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
    const { plan, silent } = this.asked;
    const brand_no = silent.brand_no[person]!;
    const { start_ms, end_ms } = plan.brands[brand_no]!;
    const policy = silentPolicy(plan, brand_no);
    const first_ms = start_ms - this.candidates.reachOf(policy);
    this.walk.take(silent.subjects, person, { brand_no, last_ms: end_ms - 1, first_ms });
    this.endAtLast(SILENT, person, policy, start_ms, silent.conversions[person]!);
  }

  private walkAlone(subject: number): void {
    const { plan, silent } = this.asked;
    const brand_no = silent.alone[subject]! - 1;
    const { start_ms, end_ms } = plan.brands[brand_no]!;
    if (!hasTouchIn(this.touchpoints, subject, start_ms, end_ms)) return;
    const policy = silentPolicy(plan, brand_no);
    const first_ms = start_ms - this.candidates.reachOf(policy);
    this.walk.takeSubject(subject, { brand_no, last_ms: end_ms - 1, first_ms });
    this.endAtLast(ALONE, subject, policy, start_ms, Math.max(1, silent.alone_conversions[subject]!));
  }

  /** The path of a person who did not order ends at the last touchpoint in the period that may earn. */
  private endAtLast(kind: number, person: number, policy: number, start_ms: number, conversions: number): void {
    const at_ms = this.lastTouch(start_ms);
    if (at_ms === null) return;
    const { end } = this;
    end.at_ms[0] = at_ms;
    end.policy[0] = policy;
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
    if (touches === 0 && order < 0) return;
    const from = Math.max(0, touches - this.asked.most_touches);
    this.found.add({ order, person, at_ms: orders.at_ms[at]! }, this.touchpoints, places, from, touches);
  }
}
