/** Paths for fitting, from histories in memory. They are those of {@link ./paths-in-sql.ts}, in the same order. */
import { refusedTraits } from '../../attribution/eligibility.ts';
import type { Plan } from '../../attribution/plan.ts';
import type { OrderRelations } from '../../attribution/relations.ts';
import { CONVERSION_TYPES } from '../../domain/conversion.ts';
import { Candidates } from '../../histories/candidates.ts';
import type { Histories } from '../../histories/histories.ts';
import { Interactions } from '../../histories/interactions.ts';
import { factsOf, type LabelFacts } from '../../histories/label-facts.ts';
import { Walk } from '../../histories/walk.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { type FitPeople, makeFitPeople, readFitPeople } from '../fit-people.ts';
import { codeStates, type Naming, stateOf } from '../grain.ts';
import { type PeopleSubjects, readPeopleSubjects } from '../people-subjects.ts';
import { type FitOrders, readFitOrders } from './fit-orders.ts';
import { assemblePaths, FoundPaths } from './found-paths.ts';
import { type LogPaths, refuseMoreTouches } from './paths.ts';

/** Reads the paths. @returns null if a value is so large that the query has to refuse it. */
export async function pathsInMemory(
  snapshot: Snapshot,
  plan: Plan,
  query: OrderRelations,
  naming: Naming,
  histories: Histories,
): Promise<LogPaths | null> {
  await makeFitPeople(snapshot, plan, 'of the period');
  const people = await readFitPeople(snapshot, plan);
  const orders = await readFitOrders(snapshot, plan, query, people.first_ms.length);
  if (orders === null) return null;
  const subjects = await readPeopleSubjects(snapshot, histories, people.first_ms.length);
  const found = await walkPeople(histories, plan, { people, orders, subjects });
  refuseMoreTouches(found.touches);
  const used = await found.labelsOf(histories.labels.length);
  const { states, codes } = codeStates(
    histories.labels.map((label, i) => (used[i] === 1 ? stateOf(label, naming) : null)),
  );
  return {
    paths: await assemblePaths(found, orders, states, codes),
    pathless: orders.orders - found.ordersWithTouches(),
  };
}

interface Asked {
  people: FitPeople;
  orders: FitOrders;
  subjects: PeopleSubjects;
}

async function walkPeople(histories: Histories, plan: Plan, asked: Asked): Promise<FoundPaths> {
  const { people, orders, subjects } = asked;
  const facts = factsOf(histories.labels);
  const walk = new Walk(histories, plan.positions.touchpoints);
  const candidates = new Candidates(plan, histories, facts);
  const interactions = plan.collapse === 'none' ? null : new Interactions(histories, facts);
  const silence = new Silence(histories, facts, plan, people);
  const found = new FoundPaths();
  const take = (order: number, person: number): number => {
    const count = candidates.ofOrder(orders, order, person);
    return interactions === null ? count : interactions.collapse(candidates.found, count);
  };
  const turns = new WorkTurns();
  for (let person = 0; person < people.first_ms.length; person++) {
    if (turns.ends(32)) await turns.next();
    const own = orders.by_person.subarray(orders.person_starts[person]!, orders.person_starts[person + 1]!);
    const last_ms = own.length > 0 ? orders.at_ms[own.at(-1)!]! : plan.brands[people.brand_no[person]!]!.end_ms - 1;
    walk.take(subjects, person, last_ms);
    if (walk.length === 0) continue;
    candidates.ofPerson(walk);
    for (const order of own) {
      if (turns.ends(32)) await turns.next();
      found.add(order, person, orders.at_ms[order]!, take(order, person), candidates.found, histories.label);
    }
    if (own.length > 0) continue;
    const at_ms = silence.lastTouch(walk, person);
    if (at_ms === null) continue;
    const order = orders.placeholder(at_ms, silence.policyOf(person));
    found.add(-1, person, at_ms, take(order, person), candidates.found, histories.label);
  }
  return found;
}

/** People who touched and did not order. */
class Silence {
  private readonly refused: number;
  private readonly type_no: number;

  constructor(
    private readonly histories: Histories,
    private readonly facts: LabelFacts,
    private readonly plan: Plan,
    private readonly people: FitPeople,
  ) {
    this.refused = refusedTraits(plan);
    this.type_no = (CONVERSION_TYPES as readonly string[]).indexOf(plan.conversion_types?.[0] ?? 'purchase');
  }

  policyOf(person: number): number {
    return this.people.brand_no[person]! * CONVERSION_TYPES.length + this.type_no;
  }

  /** The last touchpoint in the period that may earn, or null. A continuation is a sign of the person, too. */
  lastTouch({ places, length }: Walk, person: number): number | null {
    const { at_ms, label } = this.histories;
    const { start_ms } = this.plan.brands[this.people.brand_no[person]!]!;
    for (let i = length - 1; i >= 0 && at_ms[places[i]!]! >= start_ms; i--)
      if ((this.facts.traits[label[places[i]!]!]! & this.refused) === 0) return at_ms[places[i]!]!;
    return null;
  }
}
