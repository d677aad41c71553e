/** The first order of each person, and the people whom a report chooses by it. */
import { WorkTurns } from '../warehouse/work-turns.ts';
import { type AskedOrders, type KeyedEvent, partsOfPolicy } from './asked-orders.ts';
import type { OrderBook } from './orders/order-book.ts';

/** Which people a report is about. */
export interface PeopleAsked {
  /** True for first orders that the filters let pass; null if they let all pass. */
  passes: ((event: KeyedEvent) => boolean) | null;
  /** The period of the first orders, by place of the brand in the plan. */
  periods: ReadonlyArray<{ start_ms: number; end_ms: number }>;
}

/** By person: 1 if the filters let the first order pass, and 1 if it also lies in the period. */
export interface ChosenPeople {
  passing: Uint8Array;
  chosen: Uint8Array;
}

/** The numbers of the people who are marked with 1. */
export function marked(marks: Uint8Array): Uint32Array {
  const people = new Uint32Array(marks.length);
  let count = 0;
  for (let person = 0; person < marks.length; person++) if (marks[person] === 1) people[count++] = person;
  return people.subarray(0, count);
}

/** Puts the orders of each person in order of time, those of one instant in order of their ids. */
export async function sortByPerson(orders: AskedOrders, { conversions, conversion_ids }: OrderBook): Promise<void> {
  const { at_ms, rows, by_person, person_starts } = orders;
  const { named } = conversions;
  const compare = (a: number, b: number): number =>
    at_ms[a]! - at_ms[b]! || conversion_ids.texts.compare(named[rows[a]!]!, named[rows[b]!]!);
  const turns = new WorkTurns();
  for (let person = 0; person < orders.persons; person++) {
    if (turns.ends(1_024)) await turns.next();
    const [from, until] = [person_starts[person]!, person_starts[person + 1]!];
    for (let i = from + 1; i < until; i++) {
      // Most orders arrive in order.
      if (compare(by_person[i - 1]!, by_person[i]!) < 0) continue;
      by_person.subarray(from, until).sort(compare);
      break;
    }
  }
}

/** Chooses people by their first order. Run {@link sortByPerson} before it. */
export async function choosePeople(
  orders: AskedOrders,
  brands: ReadonlyArray<{ brand_id: string }>,
  { passes, periods }: PeopleAsked,
): Promise<ChosenPeople> {
  const passing = new Uint8Array(orders.persons);
  const chosen = new Uint8Array(orders.persons);
  const turns = new WorkTurns();
  for (let person = 0; person < orders.persons; person++) {
    if (turns.ends(1_024)) await turns.next();
    const first = orders.by_person[orders.person_starts[person]!]!;
    if (passes !== null && !passes(eventOf(orders, brands, first))) continue;
    passing[person] = 1;
    const { start_ms, end_ms } = periods[partsOfPolicy(orders.policy[first]!).brand_no]!;
    const at_ms = orders.at_ms[first]!;
    if (at_ms >= start_ms && at_ms < end_ms) chosen[person] = 1;
  }
  return { passing, chosen };
}

/** The value event that is an order itself. */
export function orderEvent({ event_starts, is_order }: AskedOrders, order: number): number {
  let event = event_starts[order]!;
  while (is_order[event] !== 1) event += 1;
  return event;
}

function eventOf(orders: AskedOrders, brands: ReadonlyArray<{ brand_id: string }>, order: number): KeyedEvent {
  const { brand_no, conversion_type } = partsOfPolicy(orders.policy[order]!);
  const { segments } = orders;
  const set = segments === null ? 0 : segments.set[order]!;
  return {
    brand_id: brands[brand_no]!.brand_id,
    conversion_type,
    segment: segments === null ? null : segments.texts[set]!,
    segments_pass: segments === null ? null : segments.passes[set]!,
    customer_kind: null,
    day_number: orders.day_number[orderEvent(orders, order)]!,
  };
}
