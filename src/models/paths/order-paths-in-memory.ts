/** The paths of orders, from histories in memory. They are those of {@link ./order-paths-in-sql.ts}, in the same order. */
import { refusedTraits } from '../../attribution/eligibility.ts';
import type { Plan } from '../../attribution/plan.ts';
import { NOT_CHOSEN } from '../../histories/asked.ts';
import { type AskedForCandidates, Candidates } from '../../histories/candidates.ts';
import { groupEvents, ordersInMemory } from '../../histories/credit.ts';
import type { Histories } from '../../histories/histories.ts';
import { Interactions } from '../../histories/interactions.ts';
import { factsOf, type LabelFacts } from '../../histories/label-facts.ts';
import { silentPeople } from '../../histories/orders/silent-people.ts';
import { PersonParts } from '../../histories/person-parts.ts';
import { Walk } from '../../histories/walk.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { assemblePaths, type PathPeople } from './assemble-paths.ts';
import { FoundPaths } from './found-paths.ts';
import type { OrderPaths, PathQuestion } from './order-paths.ts';
import { refuseMoreTouches } from './paths.ts';

/** Reads the paths. @returns null if a value is so large that the query has to refuse it. */
export async function orderPathsInMemory(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  question: PathQuestion,
  histories: Histories,
): Promise<OrderPaths | null> {
  const { events } = question.filters;
  const asked = await ordersInMemory(snapshot, plan, directory, histories, events?.makeSegments ?? null);
  if (asked === null) return null;
  const { orders, person_keys } = asked;
  const chooses = events?.chooses ?? null;
  const { event_group } = await groupEvents(plan, orders, { keysOf: () => [], chooses });
  const silent = await silentPeople(snapshot, plan, histories, person_keys, orders);
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
    const { orders, silent } = this.people;
    const parts = new PersonParts(orders, this.histories);
    for (let persons = parts.take(); persons !== null; persons = parts.take())
      for (const person of persons) await this.walkOrders(person);
    // One place for the person whose path is made.
    const own = { at_ms: new Float64Array(1), previous_ms: Float64Array.of(Number.NaN), policy: new Uint32Array(1) };
    for (let person = 0; person < silent.people; person++) {
      if (this.turns.ends(32)) await this.rest();
      this.walkSilent(person, { ...own, conversions: silent.conversions });
    }
    return this.found;
  }

  private async rest(): Promise<void> {
    await this.turns.next();
    this.question.signal?.throwIfAborted();
  }

  private async walkOrders(person: number): Promise<void> {
    const { orders, event_group } = this.people;
    const { by_person, person_starts, event_starts, at_ms } = orders;
    let last_ms = Number.NEGATIVE_INFINITY;
    for (let i = person_starts[person]!; i < person_starts[person + 1]!; i++)
      last_ms = Math.max(last_ms, at_ms[by_person[i]!]!);
    if (this.turns.ends(32)) await this.rest();
    this.walk.take(orders.subjects, person, last_ms);
    this.candidates.ofPerson(this.walk);
    for (let i = person_starts[person]!; i < person_starts[person + 1]!; i++) {
      if (this.turns.ends(32)) await this.rest();
      const order = by_person[i]!;
      let is_chosen = false;
      for (let e = event_starts[order]!; e < event_starts[order + 1]!; e++)
        if (event_group[e] !== NOT_CHOSEN) is_chosen = true;
      if (is_chosen) this.add(orders, order, order, person);
    }
  }

  /** The path of a person who did not order ends at the last touchpoint in the period that may earn. */
  private walkSilent(person: number, own: AskedForCandidates): void {
    const { silent } = this.people;
    const { start_ms, end_ms } = this.plan.brands[silent.brand_no[person]!]!;
    this.walk.take(silent.subjects, person, end_ms - 1);
    const at_ms = this.lastTouch(start_ms);
    if (at_ms === null) return;
    own.at_ms[0] = at_ms;
    own.policy[0] = silent.policy[person]!;
    this.candidates.ofPerson(this.walk);
    this.add(own, 0, -1, person);
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
