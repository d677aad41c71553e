/** The orders of people from histories in memory. They are those of {@link ./lifetimes-in-sql.ts}. */

import { type AskedOrders, partsOfPolicy } from '../../histories/asked-orders.ts';
import { creditOf, type MemoryCredit, type MemoryOrders, ordersInMemory } from '../../histories/credit.ts';
import { marked, orderEvent } from '../../histories/first-orders.ts';
import type { Histories, Label } from '../../histories/histories.ts';
import type { KeyIndex } from '../../histories/key-index.ts';
import { keyOrder } from '../../histories/orders/key-order.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { inBlocks, WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportContext } from '../context.ts';
import { creditSourceOf } from '../credits-in-memory.ts';
import { eventFilter } from '../filters-in-memory.ts';
import { segmentsAsked } from '../segments-in-memory.ts';
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
  const question = {
    touch_columns: [],
    filtered_columns: [],
    shows: null,
    chooses: null,
    keysOf: () => [],
    by_day: false,
    segments: segmentsAsked(snapshot, plan, filters, asked.with_segments, (query) =>
      firstSegments(snapshot, asked, query),
    ),
    journey_details: false,
    with_kinds: false,
    has_spread: false,
    people: { passes: eventFilter(filters), periods: asked.periods },
    threads: context.threads,
    signal: context.cancellation?.signal,
  };
  const read = await ordersInMemory(snapshot, plan, context.directory, histories, question);
  if (read === null) return null;
  refuseMoreEvents(read.orders.event_starts[read.orders.orders]!);
  const until_ms = lastOrder(read.orders);
  const warnings = warningsOf(plan, { ...read.orders.counts, cut: 0, crowded_ones: 0 });
  if (!asked.with_paths)
    return { lifetimes: await lifetimesOf(histories, asked, read), until_ms, credit: null, warnings };
  // Threads make the pass meanwhile.
  const [credited, made] = await Promise.allSettled([
    creditOf(snapshot, plan, histories, read, question),
    lifetimesOf(histories, asked, read),
  ]);
  if (credited.status === 'rejected') throw credited.reason;
  if (made.status === 'rejected') throw made.reason;
  const credit = credited.value;
  if (credit === null) return null;
  const lifetimes = await withPaths(made.value, read, credit, asked);
  return { lifetimes, until_ms, credit: creditSourceOf(snapshot, plan, credit, UNGROUPED), warnings };
}

/** The orders of the people whom a report reads, in the order in which people ordered first, so that memory is read in order. */
async function lifetimesOf(
  { orders: { keys } }: Histories,
  { with_segments, only_chosen }: LifetimesAsked,
  { orders, people: chosen_people }: MemoryOrders,
): Promise<Lifetimes> {
  const { person_keys, person_starts, by_person } = orders;
  const { passing, chosen } = chosen_people!;
  const people = marked(only_chosen ? chosen : passing);
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
  const large = new Map<number, bigint>();
  const turns = new WorkTurns();
  let order = 0;
  let event = 0;
  for (let place = 0; place < people.length; place++) {
    if (turns.ends(1_024)) await turns.next();
    const person = people[place]!;
    const first = by_person[person_starts[person]!]!;
    brand_no[place] = partsOfPolicy(orders.policy[first]!).brand_no;
    random_group[place] = orders.person_group[first]!;
    lifetimes.chosen[place] = chosen[person]!;
    for (let i = person_starts[person]!; i < person_starts[person + 1]!; i++) {
      const own = by_person[i]!;
      at_ms[order] = orders.at_ms[own]!;
      day[order] = orders.day_number[orderEvent(orders, own)]!;
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
  return {
    ...lifetimes,
    people: people.length,
    by_key: await inOrderOfKeys(people, person_keys, keys),
    large,
    has_email: null,
    segment: with_segments ? segmentsOf(orders, people) : null,
    channel: null,
    campaign_id: null,
  };
}

function segmentsOf(orders: AskedOrders, people: Uint32Array): Array<string | null> {
  const { set, texts } = orders.segments!;
  return Array.from(firstsOf(orders, people), (first) => texts[set[first]!]!);
}

/** The first order of each of some people. */
const firstsOf = ({ person_starts, by_person }: AskedOrders, people: Uint32Array): Uint32Array =>
  people.map((person) => by_person[person_starts[person]!]!);

/** The places of people in a list, in order of their keys. */
async function inOrderOfKeys(people: Uint32Array, person_keys: Uint32Array, keys: KeyIndex): Promise<Uint32Array> {
  const order = await keyOrder(keys);
  /** By key, 1 and the place of its person. */
  const place_of = new Uint32Array(order.length);
  for (let place = 0; place < people.length; place++) place_of[person_keys[people[place]!]!] = place + 1;
  const places = new Uint32Array(people.length);
  let count = 0;
  await inBlocks(order.length, (from, until) => {
    for (let i = from; i < until; i++) {
      const place = place_of[order[i]!]!;
      if (place !== 0) places[count++] = place - 1;
    }
  });
  return places;
}

/** Adds what the paths of orders hold. */
async function withPaths(
  lifetimes: Lifetimes,
  { orders, people: chosen_people }: MemoryOrders,
  { sums: { path_facts }, names: { labels } }: MemoryCredit,
  { only_chosen, with_first_touch }: LifetimesAsked,
): Promise<Lifetimes> {
  const { person_starts, by_person } = orders;
  const { first, has_email: of_order } = path_facts!;
  const { passing, chosen } = chosen_people!;
  const people = marked(only_chosen ? chosen : passing);
  const has_email = new Uint8Array(orders.orders);
  await inBlocks(people.length, (from, until) => {
    for (let place = from; place < until; place++) {
      if (lifetimes.chosen[place] === 0) continue;
      let order = lifetimes.starts[place]!;
      for (let i = person_starts[people[place]!]!; i < person_starts[people[place]! + 1]!; i++)
        has_email[order++] = of_order[by_person[i]!]!;
    }
  });
  if (!with_first_touch) return { ...lifetimes, has_email };
  const of_first = Array.from(firstsOf(orders, people), (own): Label | null => labels[first[own]! - 1] ?? null);
  return {
    ...lifetimes,
    has_email,
    channel: of_first.map((label) => label?.channel ?? null),
    campaign_id: of_first.map((label) => label?.campaign_id ?? null),
  };
}

function lastOrder({ at_ms, orders }: AskedOrders): number | null {
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < orders; i++) last = Math.max(last, at_ms[i]!);
  return orders === 0 ? null : last;
}
