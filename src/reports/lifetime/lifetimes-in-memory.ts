/** The orders of people from histories in memory. They are those of {@link ./lifetimes-in-sql.ts}. */

import { type AskedOrders, partsOfPolicy } from '../../histories/asked-orders.ts';
import { creditInMemory, type MemoryOrders, ordersInMemory } from '../../histories/credit.ts';
import { orderEvent } from '../../histories/first-orders.ts';
import type { Histories, Label } from '../../histories/histories.ts';
import type { PathFacts } from '../../histories/path-facts.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { sortInTurns, WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportContext } from '../context.ts';
import { creditSourceOf } from '../credits-in-memory.ts';
import { isAboutSegments } from '../filters.ts';
import { eventFilter } from '../filters-in-memory.ts';
import { warningsOf } from '../warnings.ts';
import { type Lifetimes, refuseMoreEvents } from './lifetimes.ts';
import { firstSegments, type LifetimesAsked, type LifetimesRead, UNGROUPED } from './lifetimes-asked.ts';

/** Null if there are no histories, or if they do not hold what is asked for. */
export async function lifetimesInMemory(
  snapshot: Snapshot,
  context: ReportContext,
  asked: LifetimesAsked,
): Promise<LifetimesRead | null> {
  const { plan, filters } = asked;
  const histories = await context.histories?.(snapshot, plan.positions.touchpoints);
  if (!histories) return null;
  const needs_segments = asked.with_segments || filters.of_events.some(isAboutSegments);
  const question = {
    touch_columns: [],
    filtered_columns: [],
    shows: null,
    chooses: null,
    keysOf: () => [],
    makeSegments: needs_segments
      ? (query: Parameters<typeof firstSegments>[2]) => firstSegments(snapshot, asked, query)
      : null,
    journey_details: false,
    with_kinds: false,
    has_spread: false,
    people: { passes: eventFilter(filters), periods: asked.periods },
    threads: context.threads,
    signal: context.cancellation?.signal,
  };
  if (!asked.with_paths) {
    const read = await ordersInMemory(snapshot, plan, context.directory, histories, question);
    return read === null ? null : found(histories, asked, read, null);
  }
  const credit = await creditInMemory(snapshot, plan, context.directory, histories, question);
  if (credit === null) return null;
  const facts = { paths: credit.sums.path_facts!, labels: credit.names.labels };
  const { lifetimes, until_ms, warnings } = await found(histories, asked, credit, facts);
  return { lifetimes, until_ms, credit: creditSourceOf(snapshot, plan, credit, UNGROUPED), warnings };
}

interface Facts {
  paths: PathFacts;
  labels: readonly Label[];
}

async function found(
  histories: Histories,
  asked: LifetimesAsked,
  read: MemoryOrders,
  facts: Facts | null,
): Promise<LifetimesRead> {
  return {
    lifetimes: await lifetimesOf(histories, asked, read, facts),
    until_ms: lastOrder(read.orders),
    credit: null,
    warnings: warningsOf(asked.plan, { ...read.orders.counts, cut: 0, crowded_ones: 0 }),
  };
}

async function lifetimesOf(
  { orders: book }: Histories,
  { with_segments, only_chosen }: LifetimesAsked,
  { orders, people: chosen_people }: MemoryOrders,
  facts: Facts | null,
): Promise<Lifetimes> {
  refuseMoreEvents(orders.event_starts[orders.orders]!);
  const { keys } = book;
  const { person_keys: own_keys, person_starts, by_person } = orders;
  const { passing, chosen } = chosen_people!;
  const reads = only_chosen ? chosen : passing;
  const people = await sortInTurns(
    Uint32Array.from({ length: orders.persons }, (_, person) => person).filter((person) => reads[person] === 1),
    (a, b) =>
      keys.highOf(own_keys[a]!) - keys.highOf(own_keys[b]!) ||
      (keys.lowOf(own_keys[a]!) >>> 0) - (keys.lowOf(own_keys[b]!) >>> 0),
  );
  const events = orders.event_starts[orders.orders]!;
  const lifetimes = {
    brand_no: new Uint32Array(people.length),
    random_group: new Uint8Array(people.length),
    chosen: new Uint8Array(people.length),
    starts: new Uint32Array(people.length + 1),
    at_ms: new Float64Array(orders.orders),
    day: new Float64Array(orders.orders),
    event_starts: new Uint32Array(orders.orders + 1),
    event_day: new Float64Array(events),
    micros: new Float64Array(events),
  };
  const { brand_no, random_group, starts, at_ms, day, event_starts, event_day, micros } = lifetimes;
  const has_email = facts === null ? null : new Uint8Array(orders.orders);
  const firsts = new Uint32Array(people.length);
  const large = new Map<number, bigint>();
  const turns = new WorkTurns();
  let order = 0;
  let event = 0;
  for (let place = 0; place < people.length; place++) {
    if (turns.ends(1_024)) await turns.next();
    const person = people[place]!;
    const first = by_person[person_starts[person]!]!;
    firsts[place] = first;
    brand_no[place] = partsOfPolicy(orders.policy[first]!).brand_no;
    random_group[place] = orders.person_group[first]!;
    lifetimes.chosen[place] = chosen[person]!;
    for (let i = person_starts[person]!; i < person_starts[person + 1]!; i++) {
      const own = by_person[i]!;
      at_ms[order] = orders.at_ms[own]!;
      day[order] = orders.day_number[orderEvent(orders, own)]!;
      if (has_email !== null) has_email[order] = facts!.paths.has_email[own]!;
      for (let e = orders.event_starts[own]!; e < orders.event_starts[own + 1]!; e++) {
        const exact = orders.large.size === 0 ? undefined : orders.large.get(e);
        event_day[event] = orders.day_number[e]!;
        if (exact === undefined) micros[event] = orders.after[e]! - orders.before[e]!;
        else large.set(event, exact.after - exact.before);
        event += 1;
      }
      order += 1;
      event_starts[order] = event;
    }
    starts[place + 1] = order;
  }
  const labelOf = (first: number): Label | null => facts!.labels[facts!.paths.first[first]! - 1] ?? null;
  const each = (of: (first: number) => string | null): Array<string | null> => Array.from(firsts, of);
  return {
    ...lifetimes,
    people: people.length,
    large,
    has_email,
    segment: with_segments ? each((first) => orders.segment![first]!) : null,
    channel: facts === null ? null : each((first) => labelOf(first)?.channel ?? null),
    campaign_id: facts === null ? null : each((first) => labelOf(first)?.campaign_id ?? null),
  };
}

function lastOrder({ at_ms, orders }: AskedOrders): number | null {
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < orders; i++) last = Math.max(last, at_ms[i]!);
  return orders === 0 ? null : last;
}
