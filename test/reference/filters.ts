/** Section 13: what a report shows. Filters come after attribution and change no credit. */
import type { Order, ValueEvent } from './orders.ts';
import { personKey } from './persons.ts';
import { dayIn, weekOf } from './rows.ts';
import { campaignOf } from './touches.ts';
import { type Filter, type FullOptions, type RefTouchpoint, settingsOf, type World } from './types.ts';

const ORDER_FIELDS = ['brand_id', 'conversion_type', 'segment', 'customer_kind', 'day', 'week', 'month'];

/** The segments of the person of an order at its time, in order of their names. */
export function segmentsOf(order: Order, world: World, person_of: Map<string, string>): string[] {
  const own = world.customer_segments.filter(
    (row) =>
      row.brand_id === order.brand_id &&
      row.assigned_at <= order.occurred_at &&
      (person_of.get(personKey(row.brand_id, row.customer_id)) ?? row.customer_id) === order.person,
  );
  const names = [...new Set(own.map((row) => row.segment_name))].sort((a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  return names.filter((name) => {
    const [latest] = own
      .filter((row) => row.segment_name === name)
      .sort((a, b) => b.assigned_at - a.assigned_at || (a.expires_at ?? Infinity) - (b.expires_at ?? Infinity));
    return latest!.expires_at === null || latest!.expires_at > order.occurred_at;
  });
}

/** The value of a key about the order or the time of a value event. */
export function orderValue(key: string, order: Order, event: ValueEvent, options: FullOptions): string | null {
  if (key === 'brand_id') return order.brand_id;
  if (key === 'conversion_type') return order.conversion_type;
  if (key === 'customer_kind') return order.customer_kind;
  if (key === 'segment') return order.segments.length === 0 ? null : order.segments.join(' + ');
  return timeValue(key, dayIn(settingsOf(options.settings, order.brand_id).time_zone, event.occurred_at), options);
}

export function timeValue(key: string, day: string, { week_start }: FullOptions): string {
  if (key === 'day') return day;
  if (key === 'week') return weekOf(day, week_start);
  if (key === 'month') return day.slice(0, 7);
  throw new Error(`no group key ${key}`);
}

export const passes = ({ values, not }: Filter, matches: (value: string | null) => boolean): boolean =>
  values.some(matches) !== not;

export function chosenEvents(order: Order, events: ValueEvent[], options: FullOptions): ValueEvent[] {
  return events.filter((event) =>
    options.filters
      .filter(({ field }) => ORDER_FIELDS.includes(field))
      .every((filter) =>
        passes(filter, (value) =>
          filter.field === 'segment'
            ? value === null
              ? order.segments.length === 0
              : order.segments.includes(value)
            : orderValue(filter.field, order, event, options) === value,
        ),
      ),
  );
}

export function dayPasses(day: string, options: FullOptions): boolean {
  return options.filters
    .filter(({ field }) => ['day', 'week', 'month'].includes(field))
    .every((filter) => passes(filter, (value) => timeValue(filter.field, day, options) === value));
}

/** True if the credit of a touch is shown. */
export function isShown(touch: RefTouchpoint, { filters }: FullOptions): boolean {
  const fieldOf = (field: string): unknown =>
    field === 'campaign_id' ? campaignOf(touch) : (touch[field as keyof RefTouchpoint] ?? null);
  return filters
    .filter(({ field }) => !ORDER_FIELDS.includes(field))
    .every((filter) => passes(filter, (value) => fieldOf(filter.field) === value));
}
