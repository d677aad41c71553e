/** Credit from histories: reads the orders of a plan, makes one pass, and asks the engine for the powers that it waits for. */
import { makeOrdersAndEvents } from '../attribution/orders.ts';
import type { Plan } from '../attribution/plan.ts';
import type { OrderRelations } from '../attribution/relations.ts';
import { makeMembers } from '../attribution/touches.ts';
import type { PersonDirectory } from '../identity/directory.ts';
import { brandRule } from '../identity/kept-persons.ts';
import type { PersonKeys } from '../identity/person-keys.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { isWithin } from '../warehouse/position.ts';
import type { Relation } from '../warehouse/relation.ts';
import { inBlocks } from '../warehouse/work-turns.ts';
import { type Asked, NOT_CHOSEN } from './asked.ts';
import type { AskedOrders, OrderCounts } from './asked-orders.ts';
import { hidingOf } from './consents/hiding.ts';
import { type ChosenPeople, choosePeople, marked, type PeopleAsked, sortByPerson } from './first-orders.ts';
import { type EventGrouping, groupEvents } from './group-events.ts';
import type { Histories, Label } from './histories.ts';
import { type GroupNames, labelTables } from './label-tables.ts';
import { isInMemory, isRule, memoryModels } from './memory-models.ts';
import { askOrders } from './orders/ask-orders.ts';
import { People } from './orders/people.ts';
import { chosenCounts } from './orders/refund-counts.ts';
import type { SetsAsked } from './orders/segment-sets.ts';
import { readSegments } from './orders/segments.ts';
import { segmentsAt } from './orders/segments-at.ts';
import { Pass } from './pass.ts';
import { countOf, type WatchPass } from './pass-progress.ts';
import type { PassSums } from './pass-sums.ts';
import { PersonParts } from './person-parts.ts';
import { LABEL_COLUMNS, type LabelColumn } from './relations.ts';
import type { TouchSlots } from './slot-sums.ts';
import type { PassThreads } from './threads/pass-threads.ts';
import { LeftToEngine } from './weights.ts';

/** What a report asks beside its plan. */
export interface Question extends EventGrouping {
  /** The columns of touchpoints that credit is grouped by. */
  touch_columns: readonly string[];
  /** The columns of touchpoints that `shows` reads. */
  filtered_columns: readonly string[];
  /** True for labels whose credit the report shows; null if it shows all credit. */
  shows: ((label: Label) => boolean) | null;
  /** Null if no key or filter asks for the segments of orders. */
  segments: SegmentsAsked | null;
  /** True if a key or a filter asks whether an order is its person's first. */
  with_kinds: boolean;
  /** True if the report tells more of journeys than their lengths. */
  journey_details: boolean;
  /**
   * The people whose orders the report chooses, with what the paths of these hold; null if it chooses by value events. Value events of
   * people have no groups.
   */
  people: PeopleAsked | null;
  /** True if the report tells how its figures spread over people. */
  has_spread: boolean;
  /** Gives touchpoints slots, once the orders are read; null if histories do not hold what they follow from. */
  makeSlots?: (orders: AskedOrders) => Promise<TouchSlots | null>;
  /** Threads for passes over many orders; the event loop makes all passes when left out. */
  threads: PassThreads | undefined;
  /** Aborted when nobody waits for the result any more. */
  signal: AbortSignal | undefined;
  /** Told of the pass when it begins. */
  watch?: WatchPass | undefined;
}

/** What a report asks of the segments of orders. */
export interface SegmentsAsked extends SetsAsked {
  /** Makes the relation of the segments of orders, where histories do not hold them. */
  inSql: (query: { orders: Relation; members: Relation }) => Promise<Relation>;
}

/** The sums of a report. */
export interface MemoryCredit {
  sums: PassSums;
  names: GroupNames;
  /** The touch group of all touches whose credit is not shown; null if all credit is shown. */
  hidden_group: number | null;
  /** The values of each event group. */
  event_groups: ReadonlyArray<ReadonlyArray<string | null>>;
  orders: AskedOrders;
  /** The counts of orders with a value event that the report chooses. */
  counts: OrderCounts;
  /** Null unless the report chooses people. */
  people: ChosenPeople | null;
  /** Makes the same orders as relations, for what is asked of the engine. They are made once. */
  inSql: () => Promise<OrderRelations & { members: Relation }>;
}

/** The orders of a plan, and the people that a report chooses. */
export interface MemoryOrders extends Pick<MemoryCredit, 'orders' | 'people' | 'inSql'> {}

/** True if histories hold everything that a plan asks for. Whatever they do not hold is answered by the query in the engine. */
export function holds(histories: Histories, plan: Plan, touch_columns: readonly string[]): boolean {
  const { touchpoints, identity, conversions, adjustments } = plan.positions;
  return (
    plan.conversion_id === undefined &&
    plan.person_id === undefined &&
    !plan.show_weights &&
    identity === touchpoints &&
    conversions === touchpoints &&
    adjustments === touchpoints &&
    isWithin(touchpoints, histories.position) &&
    isWithin(histories.reclassified, touchpoints) &&
    touch_columns.every((name) => Object.hasOwn(LABEL_COLUMNS, name)) &&
    plan.models.every((model) => isInMemory(model, plan))
  );
}

/**
 * Reads the orders of a plan. @returns null if histories do not hold what the plan asks for.
 * @throws missing_fx_rate like the query.
 */
export async function ordersInMemory(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  histories: Histories,
  question: Pick<Question, 'segments' | 'people' | 'with_kinds'>,
): Promise<OrdersRead | null> {
  return holds(histories, plan, []) ? readOrders(snapshot, plan, directory, histories, question) : null;
}

/** Orders, and who belongs to whom at their position. */
export type OrdersRead = MemoryOrders & { person_keys: PersonKeys };

/** Reads the orders of a plan that histories hold. The models of the plan do not matter. See {@link ordersInMemory}. */
export async function readOrders(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  histories: Histories,
  { segments, people, with_kinds }: Pick<Question, 'segments' | 'people' | 'with_kinds'>,
): Promise<OrdersRead | null> {
  const rules = plan.brands.map(({ brand_id, settings }) => brandRule(brand_id, settings));
  const person_keys = await directory.personKeys(snapshot, plan.positions.identity, rules);
  const orders = await askOrders(histories.orders, plan, person_keys, histories.subjects, with_kinds);
  if (orders === null) return null;
  let made: ReturnType<typeof ordersInSql> | undefined;
  const inSql = () => (made ??= ordersInSql(snapshot, plan, directory));
  if (segments !== null) {
    const { orders: book } = histories;
    const own_people = await People.of(book.keys, person_keys);
    orders.segments =
      (await segmentsAt(book, plan.positions.identity, orders, own_people, segments)) ??
      (await readSegments(snapshot, await segments.inSql(await inSql()), book, orders.rows, segments));
  }
  if (people === null) return { orders, people, inSql, person_keys };
  await sortByPerson(orders, histories.orders);
  return { orders, people: await choosePeople(orders, plan.brands, people), inSql, person_keys };
}

/**
 * Credits the orders of a plan. @returns null if histories do not hold what the plan asks for.
 * @throws missing_fx_rate like the query.
 */
export async function creditInMemory(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  histories: Histories,
  question: Question,
): Promise<MemoryCredit | null> {
  const read = await ordersInMemory(snapshot, plan, directory, histories, question);
  return read === null ? null : creditOf(snapshot, plan, histories, read, question);
}

/** Credits orders that were read. @returns null if histories do not hold what the plan or the question asks for. */
export async function creditOf(
  snapshot: Snapshot,
  plan: Plan,
  histories: Histories,
  read: MemoryOrders,
  question: Question,
): Promise<MemoryCredit | null> {
  if (!holds(histories, plan, [...question.touch_columns, ...question.filtered_columns])) return null;
  const { orders, people } = read;
  const slots = question.makeSlots === undefined ? null : await question.makeSlots(orders);
  if (slots === null && question.makeSlots !== undefined) return null;
  const { event_group, groups } =
    people === null ? await groupEvents(plan, orders, question) : await eventsOf(orders, people);
  const { journey_details, has_spread } = question;
  const columns = question.touch_columns as readonly LabelColumn[];
  const { tables, names } = labelTables(histories.labels, columns, question.shows, journey_details);
  const path_facts = people !== null;
  const event_groups = groups.length;
  const hiding = hidingOf(plan, histories.labels);
  const walked = people === null ? null : marked(people.chosen);
  const of_report = { walked, journey_details, path_facts, has_spread, slots };
  const asked = { plan, orders, hiding, tables, event_group, event_groups, ...of_report };
  const sums = await makePass(snapshot, plan, histories, asked, question);
  if (sums === null) return null;
  // Who chooses people counts their orders itself.
  const counts = question.chooses === null ? orders.counts : chosenCounts(orders, event_group);
  return { ...read, sums, names, counts, hidden_group: tables.hidden_group, event_groups: groups };
}

/** One group of the value events of the people who are chosen. */
async function eventsOf(
  { persons, person_starts, by_person, event_starts, orders }: AskedOrders,
  { chosen }: ChosenPeople,
): Promise<Awaited<ReturnType<typeof groupEvents>>> {
  const event_group = new Uint32Array(event_starts[orders]!).fill(NOT_CHOSEN);
  await inBlocks(persons, (from, until) => {
    for (let person = from; person < until; person++) {
      if (chosen[person] === 0) continue;
      for (let i = person_starts[person]!; i < person_starts[person + 1]!; i++)
        for (let e = event_starts[by_person[i]!]!; e < event_starts[by_person[i]! + 1]!; e++) event_group[e] = 0;
    }
  });
  return { event_group, groups: [[]] };
}

/** Makes the pass, in threads if it can be sent there. @returns null if only the engine can answer. */
async function makePass(
  snapshot: Snapshot,
  plan: Plan,
  histories: Histories,
  asked: Asked,
  { threads, signal, watch }: Pick<Question, 'threads' | 'signal' | 'watch'>,
): Promise<PassSums | null> {
  const { models, asking, decays } = memoryModels(plan, histories.labels);
  const pass = new Pass(histories, asked, models);
  try {
    const parts = plan.models.every(isRule) ? await threads?.run(histories, asked, signal, watch) : undefined;
    for (const { part, open_decays } of parts ?? []) {
      await pass.add(part);
      for (const exponent of open_decays) decays.open.add(exponent);
    }
    if (!parts) {
      const people = new PersonParts(asked, histories);
      watch?.(countOf(people.next, asked.orders.persons));
      await pass.run(people, signal);
    }
    for (const one of asking) await one.ask(snapshot);
    pass.finish();
    return pass.sums;
  } catch (error) {
    if (error instanceof LeftToEngine) return null;
    throw error;
  }
}

/** The same orders as relations, for what is asked of the engine. */
async function ordersInSql(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
): Promise<OrderRelations & { members: Relation }> {
  const made = await makeOrdersAndEvents(snapshot, plan, directory);
  return { ...made, members: await makeMembers(snapshot, made.orders) };
}
