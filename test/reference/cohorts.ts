/** Section 18 over arrays: cohorts by the first order, ages of 30 days, second orders, and orders with an email before them. */

import { chosenEvents, segmentsOf } from './filters.ts';
import { type Order, ordersOf, type ValueEvent, valueEvents } from './orders.ts';
import { personKey, persons } from './persons.ts';
import { attribute } from './reference.ts';
import { dayIn, visibleRows } from './rows.ts';
import { campaignOf } from './touches.ts';
import { fullOptions, type Options, type RefTouchpoint, settingsOf, type World } from './types.ts';

const DAY_MS = 86_400_000;

interface Bought {
  order: Order;
  events: ValueEvent[];
  day: number;
  path: RefTouchpoint[];
}

export interface RefPerson {
  brand_id: string;
  person: string;
  orders: Bought[];
  segment: string | null;
}

const dayNumber = (zone: string, at_ms: number): number => Date.parse(dayIn(zone, at_ms)) / DAY_MS;
export const netValue = (events: ValueEvent[]): bigint =>
  events.reduce((sum, { before, after }) => sum + after - before, 0n);

/** Everyone with an order, of whatever time, with the touches of each order. */
export function people(world: World, options: Options): RefPerson[] {
  const full = fullOptions({ ...options, start_ms: 0, end_ms: Date.UTC(2100, 0, 1), filters: [], models: ['linear'] });
  const paths = new Map(
    attribute(world, full).orders.map(({ brand_id, conversion_id, path }) => [`${brand_id} ${conversion_id}`, path]),
  );
  const seen = visibleRows(world, full.as_of);
  const person_of = persons(world, full.as_of, full.settings);
  const touches = new Map(seen.touchpoints.map((touch) => [`${touch.brand_id} ${touch.touchpoint_id}`, touch]));
  const found = new Map<string, RefPerson>();
  for (const order of ordersOf(seen, person_of)) {
    const events = valueEvents(order, seen.fx_rates, full);
    if (events.length === 0) continue;
    const key = personKey(order.brand_id, order.person);
    const zone = settingsOf(full.settings, order.brand_id).time_zone;
    const path = paths.get(`${order.brand_id} ${order.conversion_id}`)!;
    const segments = segmentsOf(order, seen, person_of);
    const bought = {
      order: { ...order, segments },
      events,
      day: dayNumber(zone, order.occurred_at),
      path: path.map(({ touchpoint_id }) => touches.get(`${order.brand_id} ${touchpoint_id}`)!),
    };
    const own = found.get(key) ?? {
      brand_id: order.brand_id,
      person: order.person,
      orders: [],
      segment: segments.length === 0 ? null : segments.join(' + '),
    };
    found.set(key, own);
    own.orders.push(bought);
  }
  return [...found.values()];
}

export interface RefCohort {
  customers: number;
  orders: number;
  micros: bigint;
  repeat_customers: number;
  /** By age: observed customers, active ones, orders, revenue, revenue so far. */
  ages: Array<{ observed: number; active: number; orders: number; micros: bigint; so_far: bigint }>;
  /** By number of days: observed customers, and those with a second order. */
  repeats: Record<number, [observed: number, repeated: number]>;
}

/** The cohorts of the people whose first order lies in the period of the options. */
export function cohorts(world: World, options: Options, by: string): Map<string | null, RefCohort> {
  const all = people(world, options);
  const until_ms = Math.max(...all.flatMap(({ orders }) => orders.map(({ order }) => order.occurred_at)));
  const groups = new Map<string | null, RefPerson[]>();
  for (const person of chosen(all, options)) {
    const name = nameOf(person, by);
    groups.set(name, [...(groups.get(name) ?? []), person]);
  }
  return new Map([...groups].map(([name, own]) => [name, cohort(own, until_ms, options)]));
}

/** The people whose first order lies in the period and passes the filters. */
export function chosen(all: RefPerson[], options: Options): RefPerson[] {
  const { start_ms, end_ms } = options;
  return all.filter(({ orders: [first] }) => {
    const { order, events } = first!;
    const itself = events.filter((event) => event.first);
    const passes = chosenEvents(order, itself, fullOptions(options)).length > 0;
    return passes && order.occurred_at >= start_ms && order.occurred_at < end_ms;
  });
}

function nameOf({ orders: [first], segment }: RefPerson, by: string): string | null {
  const date = new Date(first!.day * DAY_MS).toISOString().slice(0, 10);
  const touch = first!.path[0];
  if (by === 'month') return date.slice(0, 7);
  if (by === 'segment') return segment;
  if (by === 'first_channel') return touch?.channel ?? null;
  if (by === 'campaign') return touch === undefined ? null : campaignOf(touch);
  return 'all';
}

function cohort(own: RefPerson[], until_ms: number, options: Options): RefCohort {
  const full = fullOptions(options);
  const zoneOf = ({ brand_id }: RefPerson): string => settingsOf(full.settings, brand_id).time_zone;
  const observedDays = (person: RefPerson): number => dayNumber(zoneOf(person), until_ms) - person.orders[0]!.day;
  const ageOf = (person: RefPerson, day: number): number => Math.max(0, Math.floor((day - person.orders[0]!.day) / 30));
  const orders = own.flatMap((person) => person.orders.map((bought) => ({ person, bought })));
  const events = orders.flatMap(({ person, bought }) =>
    bought.events.map((event) => ({ age: ageOf(person, dayNumber(zoneOf(person), event.occurred_at)), event })),
  );
  const ages = Math.max(...own.map((person) => Math.floor(observedDays(person) / 30))) + 1;
  let so_far = 0n;
  return {
    customers: own.length,
    orders: orders.length,
    micros: netValue(events.map(({ event }) => event)),
    repeat_customers: own.filter((person) => person.orders.length > 1).length,
    ages: Array.from({ length: ages }, (_, age) => {
      const observed = own.filter((person) => observedDays(person) >= 30 * (age + 1));
      const micros = netValue(events.filter((one) => one.age === age).map(({ event }) => event));
      so_far += micros;
      return {
        observed: observed.length,
        active: observed.filter((person) => person.orders.some(({ day }) => ageOf(person, day) === age)).length,
        orders: orders.filter(({ person, bought }) => ageOf(person, bought.day) === age).length,
        micros,
        so_far,
      };
    }),
    repeats: Object.fromEntries(
      [30, 60, 90, 180, 365].map((days) => {
        const observed = own.filter(({ orders: [first] }) => until_ms - first!.order.occurred_at >= days * DAY_MS);
        const repeated = observed.filter(
          ({ orders: [first, second] }) =>
            second !== undefined && second.order.occurred_at - first!.order.occurred_at <= days * DAY_MS,
        );
        return [days, [observed.length, repeated.length] as [number, number]];
      }),
    ),
  };
}
