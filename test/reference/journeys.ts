/** Section 9: a person's events, cut where nothing happened for too long. */
import { hiddenTouchpoints } from './consents.ts';
import { type Order, ordersOf, type ValueEvent, valueEvents } from './orders.ts';
import { personKey, persons } from './persons.ts';
import { compareText, dayIn, daysBetween, visibleRows } from './rows.ts';
import { compareTouchpoints, isMachine } from './touches.ts';
import { type FullOptions, fullOptions, type Options, type RefTouchpoint, settingsOf, type World } from './types.ts';

export interface Journey {
  brand_id: string;
  person: string;
  first_ms: number;
  /** Its last order that has a value event in the period. */
  last_order_ms: number;
  length_days: number;
  /** At or before that order, oldest first. */
  touchpoint_ids: string[];
  /** Orders with a value event in the period, oldest first. */
  conversion_ids: string[];
  revenue_micros: bigint;
}

/** Something that happened on a journey. */
interface Event {
  occurred_at: number;
  touchpoint?: RefTouchpoint;
  order?: Order;
}

export function journeys(world: World, options: Options): Journey[] {
  const full = fullOptions(options);
  const seen = visibleRows(world, full.as_of);
  const person_of = persons(world, full.as_of, full.settings);
  const hidden = hiddenTouchpoints(seen, person_of, full);
  const events = new Map<string, { brand_id: string; person: string; events: Event[] }>();
  const add = (brand_id: string, person: string, event: Event) => {
    const key = personKey(brand_id, person);
    const own = events.get(key) ?? { brand_id, person, events: [] };
    own.events.push(event);
    events.set(key, own);
  };
  for (const row of [...seen.touchpoints].sort(compareTouchpoints)) {
    if ((isMachine(row) && !full.include_machine) || hidden.has(row)) continue;
    const person = person_of.get(personKey(row.brand_id, (row.customer_id ?? row.anonymous_id)!))!;
    add(row.brand_id, person, { occurred_at: row.occurred_at, touchpoint: row });
  }
  for (const order of ordersOf(seen, person_of)) {
    add(order.brand_id, order.person, { occurred_at: order.occurred_at, order });
  }
  return [...events.values()]
    .flatMap(({ brand_id, person, events: own }) => {
      const gap_ms = settingsOf(full.settings, brand_id).journey_gap_days * 86_400_000;
      return stretches(own, gap_ms).flatMap((stretch) => journeyOf(brand_id, person, stretch, seen, full));
    })
    .sort((a, b) => compareText(a.brand_id, b.brand_id) || compareText(a.person, b.person) || a.first_ms - b.first_ms);
}

function stretches(events: Event[], gap_ms: number): Event[][] {
  // A stable sort: touchpoints were added before orders, each in their own order.
  const sorted = [...events].sort((a, b) => a.occurred_at - b.occurred_at);
  const result: Event[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const event of sorted) {
    if (event.occurred_at - last > gap_ms) result.push([]);
    result.at(-1)!.push(event);
    last = event.occurred_at;
  }
  return result;
}

/** The journey that a stretch of events is, when it holds a value event of the period. */
function journeyOf(brand_id: string, person: string, stretch: Event[], seen: World, options: FullOptions): Journey[] {
  const valued: Array<{ order: Order; events: ValueEvent[] }> = [];
  for (const { order } of stretch) {
    const events = order ? valueEvents(order, seen.fx_rates, options) : [];
    if (order && events.length > 0) valued.push({ order, events });
  }
  const last = valued.at(-1);
  if (!last) return [];
  const first_ms = stretch[0]!.occurred_at;
  const last_order_ms = last.order.occurred_at;
  const { time_zone } = settingsOf(options.settings, brand_id);
  return [
    {
      brand_id,
      person,
      first_ms,
      last_order_ms,
      length_days: daysBetween(dayIn(time_zone, first_ms), dayIn(time_zone, last_order_ms)),
      touchpoint_ids: stretch.flatMap(({ occurred_at, touchpoint }) =>
        touchpoint && occurred_at <= last_order_ms ? [touchpoint.touchpoint_id] : [],
      ),
      conversion_ids: valued.map(({ order }) => order.conversion_id),
      revenue_micros: valued
        .flatMap(({ events }) => events)
        .reduce((sum, event) => sum + event.after - event.before, 0n),
    },
  ];
}
