/** The paths of orders, from histories in memory. They are those of {@link ./order-paths-in-sql.ts}, in the same order. */
import { refusedTraits } from '../../attribution/eligibility.ts';
import type { Plan } from '../../attribution/plan.ts';
import { NOT_CHOSEN } from '../../histories/asked.ts';
import { type AskedForCandidates, Candidates } from '../../histories/candidates.ts';
import { groupEvents, ordersInMemory } from '../../histories/credit.ts';
import type { Histories } from '../../histories/histories.ts';
import { Interactions } from '../../histories/interactions.ts';
import { factsOf, type LabelFacts } from '../../histories/label-facts.ts';
import { NOBODY, silentPeople } from '../../histories/orders/silent-people.ts';
import { PersonParts } from '../../histories/person-parts.ts';
import { Walk } from '../../histories/walk.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { assemblePaths, type PathPeople } from './assemble-paths.ts';
import { FoundPaths } from './found-paths.ts';
import type { OrderPaths, PathQuestion } from './order-paths.ts';
import { refuseMoreTouches } from './paths.ts';

/** What is read of orders where all value events are chosen. */
const ALL_EVENTS = { makeSegments: null, with_kinds: false };

/** Reads the paths. @returns null if a value is so large that the query has to refuse it. */
export async function orderPathsInMemory(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  question: PathQuestion,
  histories: Histories,
): Promise<OrderPaths | null> {
  const { events } = question.filters;
  const asked = await ordersInMemory(snapshot, { ...plan, models: [] }, directory, histories, {
    ...(events ?? ALL_EVENTS),
    people: null,
  });
  if (asked === null) return null;
  const { orders, person_keys } = asked;
  const chooses = events?.chooses ?? null;
  const { event_group } = await groupEvents(plan, orders, { keysOf: () => [], chooses });
  const silent = question.with_people ? await silentPeople(snapshot, plan, histories, person_keys, orders) : NOBODY;
  const people = { orders, event_group, silent };
  const found = await new PathWalk(histories, plan, people, question).run();
  refuseMoreTouches(found.touches);
  return assemblePaths(found, plan, people, question, histories);
}

class PathWalk {
  private readonly facts: LabelFacts;
  private readonly walk: Walk;
  private readonly candidates: Candidates;
  private readonly interactions: Interactions | null;
  private readonly found = new FoundPaths();
  private readonly turns = new WorkTurns();
  /** What touches of people who did not order may not have. */
  private readonly refused: number;

  constructor(
    private readonly histories: Histories,
    private readonly plan: Plan,
    private readonly people: PathPeople,
    private readonly question: PathQuestion,
  ) {
    this.facts = factsOf(histories.labels);
    this.walk = new Walk(histories, plan.positions.touchpoints);
    this.candidates = new Candidates(plan, histories, this.facts);
    this.interactions = plan.collapse === 'none' ? null : new Interactions(histories, this.facts);
    this.refused = refusedTraits(plan);
  }

  async run(): Promise<FoundPaths> {
    const { orders } = this.people;
    const { by_person, person_starts } = orders;
    const parts = new PersonParts(orders, this.histories);
    for (let persons = parts.take(); persons !== null; persons = parts.take())
      for (const person of persons) {
        if (this.turns.ends(32)) await this.rest();
        this.beginOrders(person);
        for (let i = person_starts[person]!; i < person_starts[person + 1]!; i++) {
          if (this.turns.ends(32)) await this.rest();
          const order = by_person[i]!;
          if (this.isChosen(order)) this.add(orders, order, order, person);
        }
      }
    await this.walkSilent();
    return this.found;
  }

  private async rest(): Promise<void> {
    await this.turns.next();
    this.question.signal?.throwIfAborted();
  }

  private beginOrders(person: number): void {
    const { by_person, person_starts, at_ms, policy, subjects } = this.people.orders;
    let [first_ms, last_ms] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = person_starts[person]!; i < person_starts[person + 1]!; i++) {
      const order = by_person[i]!;
      first_ms = Math.min(first_ms, at_ms[order]! - this.candidates.reachOf(policy[order]!));
      last_ms = Math.max(last_ms, at_ms[order]!);
    }
    this.walk.take(subjects, person, last_ms, first_ms);
    this.candidates.ofPerson(this.walk);
  }

  /** True if some value event of an order is chosen. */
  private isChosen(order: number): boolean {
    const { orders, event_group } = this.people;
    for (let e = orders.event_starts[order]!; e < orders.event_starts[order + 1]!; e++)
      if (event_group[e] !== NOT_CHOSEN) return true;
    return false;
  }

  /** The path of a person who did not order ends at the last touchpoint in the period that may earn. */
  private async walkSilent(): Promise<void> {
    const { silent } = this.people;
    // One place for the person whose path is made.
    const own = {
      at_ms: new Float64Array(1),
      previous_ms: Float64Array.of(Number.NaN),
      policy: new Uint32Array(1),
      conversions: silent.conversions,
    };
    for (let person = 0; person < silent.people; person++) {
      if (this.turns.ends(32)) await this.rest();
      const { start_ms, end_ms } = this.plan.brands[silent.brand_no[person]!]!;
      const policy = silent.policy[person]!;
      this.walk.take(silent.subjects, person, end_ms - 1, start_ms - this.candidates.reachOf(policy));
      const at_ms = this.lastTouch(start_ms);
      if (at_ms === null) continue;
      own.at_ms[0] = at_ms;
      own.policy[0] = policy;
      this.candidates.ofPerson(this.walk);
      this.add(own, 0, -1, person);
    }
  }

  /** A continuation is a sign of the person, too. */
  private lastTouch(start_ms: number): number | null {
    const { places, length } = this.walk;
    const { at_ms, label } = this.histories;
    for (let i = length - 1; i >= 0 && at_ms[places[i]!]! >= start_ms; i--)
      if ((this.facts.traits[label[places[i]!]!]! & this.refused) === 0) return at_ms[places[i]!]!;
    return null;
  }

  /** Adds the path of an order. Somebody without an order and a touch has no path. */
  private add(orders: AskedForCandidates, at: number, order: number, person: number): void {
    const found = this.candidates.ofOrder(orders, at, person);
    const places = this.candidates.found;
    const count = this.interactions === null ? found : this.interactions.collapse(places, found);
    if (count === 0 && order < 0) return;
    const from = Math.max(0, count - this.question.most_touches);
    this.found.add(order, person, orders.at_ms[at]!, places, from, count);
  }
}
