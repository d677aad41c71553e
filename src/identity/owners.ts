/**
 * The customers of devices in components without statements: each device belongs to the customer that a record names with it first.
 * Shared ids ({@link MAX_LINKED_IDS}) are kept apart, as `joinPersons` does.
 */
import type { LinkGraph, Owner } from './graph.ts';
import { MAX_LINKED_IDS } from './persons.ts';

/**
 * Calls `take` with the number of each id of a component without statements, and that of the customer that it was first seen with, as
 * `joinPersons` has it; -1 for an id that names itself.
 */
export function eachOwner(
  graph: LinkGraph,
  root: number,
  step: number,
  take: (number: number, customer: number) => void,
): void {
  const owners = new Map<number, Owner>();
  const found = [...graph.components.pairsOf(root)].flatMap((pair) => graph.ownerOf(pair, step) ?? []);
  const counts = new Map<number, number>();
  if (found.length > MAX_LINKED_IDS)
    for (const { device, customer } of found)
      for (const number of [device, customer]) counts.set(number, (counts.get(number) ?? 0) + 1);
  const isShared = (number: number): boolean => (counts.get(number) ?? 0) > MAX_LINKED_IDS;
  for (const one of found)
    if (!isShared(one.device) && !isShared(one.customer) && isEarlier(graph, one, owners.get(one.device)))
      owners.set(one.device, one);
  for (const number of graph.components.idsOf(root)) take(number, owners.get(number)?.customer ?? -1);
}

/** By id: the customer that it was first seen with, plus 1; 0 for others. It holds for all components without statements. */
export function firstOwners(graph: LinkGraph, step: number): Int32Array {
  const customers = new Int32Array(graph.ids.size);
  const since_ms = new Float64Array(graph.ids.size);
  const counts = new Int32Array(graph.ids.size);
  for (let pair = 0; pair < graph.links; pair++) {
    const found = graph.ownerOf(pair, step);
    if (!found) continue;
    counts[found.device]! += 1;
    counts[found.customer]! += 1;
  }
  for (let pair = 0; pair < graph.links; pair++) {
    const found = graph.ownerOf(pair, step);
    if (!found) continue;
    const { device, customer, first_ms } = found;
    if (counts[device]! > MAX_LINKED_IDS || counts[customer]! > MAX_LINKED_IDS) continue;
    const held = customers[device]! - 1;
    const before = held < 0 ? undefined : { device, customer: held, first_ms: since_ms[device]! };
    if (!isEarlier(graph, found, before)) continue;
    customers[device] = customer + 1;
    since_ms[device] = first_ms;
  }
  return customers;
}

/** Of two customers at one instant the one whose id comes first. */
function isEarlier({ ids }: LinkGraph, one: Owner, other: Owner | undefined): boolean {
  if (other === undefined || one.first_ms !== other.first_ms) return !other || one.first_ms < other.first_ms;
  return one.customer !== other.customer && ids.text(one.customer) < ids.text(other.customer);
}
