/** The paths of orders, from histories in memory. They are those of {@link ./order-paths-in-sql.ts}, in the same order. */
import type { Plan } from '../../attribution/plan.ts';
import { NOT_CHOSEN } from '../../histories/asked.ts';
import type { AskedOrders } from '../../histories/asked-orders.ts';
import { hidingOf } from '../../histories/consents/hiding.ts';
import { type OrdersRead, readOrders } from '../../histories/credit.ts';
import { groupEvents } from '../../histories/group-events.ts';
import type { Histories } from '../../histories/histories.ts';
import { factsOf } from '../../histories/label-facts.ts';
import type { AskedAlike } from '../../histories/paths/alike-paths.ts';
import type { AskedPaths, PathOrders } from '../../histories/paths/asked-paths.ts';
import { type FoundPathsData, joined } from '../../histories/paths/found-paths.ts';
import { PathWalk } from '../../histories/paths/path-walk.ts';
import { NOBODY, silentPeople } from '../../histories/paths/silent-people.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { isWithin } from '../../warehouse/position.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { assemblePaths } from './assemble-paths.ts';
import type { OrderPaths, PathQuestion } from './order-paths.ts';
import { MAX_FIT_TOUCHES, refuseMoreTouches } from './paths.ts';
import { stateNaming } from './state-naming.ts';

const NO_ORDERS: PathOrders = {
  orders: 0,
  at_ms: new Float64Array(0),
  previous_ms: new Float64Array(0),
  policy: new Uint32Array(0),
  person_starts: new Uint32Array(1),
  by_person: new Uint32Array(0),
  conversions: new Float64Array(0),
  persons: 0,
  subjects: { starts: new Uint32Array(1), values: new Float64Array(0) },
};

/** What is read of orders where all value events are chosen. */
const ALL_EVENTS = { segments: null, with_kinds: false };

/** Reads the paths of a plan that histories hold. @returns null if a value is so large that the query has to refuse it. */
export async function orderPathsInMemory(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  question: PathQuestion,
  histories: Histories,
): Promise<OrderPaths | null> {
  const { events } = question.filters;
  const read = await readOrders(snapshot, plan, directory, histories, { ...(events ?? ALL_EVENTS), people: null });
  return read === null ? null : pathsOfOrders(snapshot, plan, read, question, histories);
}

/** The paths of orders that were read. */
export async function pathsOfOrders(
  snapshot: Snapshot,
  plan: Plan,
  { orders, person_keys }: OrdersRead,
  question: PathQuestion,
  histories: Histories,
): Promise<OrderPaths> {
  const { chooses, by_day } = question.filters.events ?? { chooses: null, by_day: false };
  const { event_group } = await groupEvents(plan, orders, { keysOf: () => [], chooses, by_day });
  const asked: AskedPaths = {
    plan: { ...plan, models: [] },
    labels: histories.labels.length,
    facts: factsOf(histories.labels),
    hiding: hidingOf(plan, histories.labels),
    orders,
    sees_filled: isWithin(histories.filled.position, plan.positions.touchpoints),
    chosen: await chosenOrders(orders, event_group),
    silent: NOBODY,
    alike: null,
    most_touches: question.most_touches,
    most_of_all: MAX_FIT_TOUCHES,
    instants: question.instants,
  };
  const findSilent = async () => {
    if (!question.with_people) return { silent: NOBODY, parts: [] };
    const silent = await silentPeople(snapshot, plan, histories, person_keys, orders);
    const of_silent = { ...asked, orders: NO_ORDERS, silent, alike: alikeOf(histories, question) };
    return { silent, parts: await findPaths(histories, of_silent, { ...question, watch: undefined }) };
  };
  // Threads walk the orders while the event loop finds the people who did not order.
  const [of_orders, of_silent] = await Promise.allSettled([findPaths(histories, asked, question), findSilent()]);
  if (of_orders.status === 'rejected') throw of_orders.reason;
  if (of_silent.status === 'rejected') throw of_silent.reason;
  const { silent, parts } = of_silent.value;
  const found = joined([...of_orders.value, ...parts]);
  refuseMoreTouches(found.all_touches);
  return assemblePaths(found, plan, { orders, event_group, silent }, question, histories);
}

/** What tells the paths of people apart who did not order: the names of their touches, and which of them the filters let pass. */
function alikeOf({ labels, subjects }: Histories, { alike, states, filters }: PathQuestion): AskedAlike | null {
  if (alike === null) return null;
  const naming = stateNaming(states);
  const { shows } = filters.touches ?? { shows: () => true };
  const first = new Map<string, number>();
  const stands_for = Uint32Array.from(labels, (label, number) => {
    const name = `${Number(shows(label))}${naming.of(label)}`;
    const known = first.get(name) ?? number;
    first.set(name, known);
    return known;
  });
  const [, subject_low] = subjects.halves(alike.by_group ? subjects.size : 0);
  return { ...alike, stands_for, subject_low };
}

/** By order, 1 if some value event of it is chosen. */
async function chosenOrders({ orders, event_starts }: AskedOrders, event_group: Uint32Array): Promise<Uint8Array> {
  const chosen = new Uint8Array(orders);
  const turns = new WorkTurns();
  for (let order = 0; order < orders; order++) {
    if (turns.ends(1_024)) await turns.next();
    for (let e = event_starts[order]!; e < event_starts[order + 1]!; e++)
      if (event_group[e] !== NOT_CHOSEN) chosen[order] = 1;
  }
  return chosen;
}

/** Finds the paths, in threads if there are many. */
async function findPaths(
  histories: Histories,
  asked: AskedPaths,
  { threads, signal, watch }: Pick<PathQuestion, 'threads' | 'signal' | 'watch'>,
): Promise<FoundPathsData[]> {
  const parts = await threads?.paths(histories, asked, signal, watch);
  if (parts) return parts;
  const walk = new PathWalk(histories, asked);
  await walk.run(undefined, signal);
  return [walk.found];
}
