/** The paths of orders, from histories in memory. They are those of {@link ./order-paths-in-sql.ts}, in the same order. */
import type { Plan } from '../../attribution/plan.ts';
import { NOT_CHOSEN } from '../../histories/asked.ts';
import type { AskedOrders } from '../../histories/asked-orders.ts';
import { hidingOf } from '../../histories/consents/hiding.ts';
import { groupEvents, ordersInMemory } from '../../histories/credit.ts';
import type { Histories } from '../../histories/histories.ts';
import { factsOf } from '../../histories/label-facts.ts';
import type { AskedPaths } from '../../histories/paths/asked-paths.ts';
import { type FoundPathsData, joined } from '../../histories/paths/found-paths.ts';
import { PathWalk } from '../../histories/paths/path-walk.ts';
import { NOBODY, silentPeople } from '../../histories/paths/silent-people.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { assemblePaths } from './assemble-paths.ts';
import type { OrderPaths, PathQuestion } from './order-paths.ts';
import { MAX_FIT_TOUCHES, refuseMoreTouches } from './paths.ts';

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
  const rule_free = { ...plan, models: [] };
  const read = await ordersInMemory(snapshot, rule_free, directory, histories, {
    ...(events ?? ALL_EVENTS),
    people: null,
  });
  if (read === null) return null;
  const { orders, person_keys } = read;
  const chooses = events?.chooses ?? null;
  const { event_group } = await groupEvents(plan, orders, { keysOf: () => [], chooses });
  const silent = question.with_people ? await silentPeople(snapshot, plan, histories, person_keys, orders) : NOBODY;
  const asked: AskedPaths = {
    plan: rule_free,
    labels: histories.labels.length,
    facts: factsOf(histories.labels),
    hiding: hidingOf(plan, histories.labels),
    orders,
    chosen: await chosenOrders(orders, event_group),
    silent,
    most_touches: question.most_touches,
    most_of_all: MAX_FIT_TOUCHES,
    instants: question.instants,
  };
  const found = await findPaths(histories, asked, question);
  refuseMoreTouches(found.touches);
  return assemblePaths(found, plan, { orders, event_group, silent }, question, histories);
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
): Promise<FoundPathsData> {
  const parts = await threads?.paths(histories, asked, signal, watch);
  if (parts) return joined(parts);
  const walk = new PathWalk(histories, asked);
  await walk.run(undefined, signal);
  return walk.found;
}
