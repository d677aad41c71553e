/** The filters of {@link ./filters.ts} for touchpoints and value events in memory. */
import type { KeyedEvent } from '../histories/asked-orders.ts';
import type { Label } from '../histories/histories.ts';
import type { LabelColumn } from '../histories/relations.ts';
import { type Filter, type Filters, isAboutSegments } from './filters.ts';

/** True for labels whose touchpoints pass the filters about touches; null if there are none. */
export function labelFilter({ of_touches }: Filters): ((label: Label) => boolean) | null {
  if (of_touches.length === 0) return null;
  return (label) =>
    of_touches.every((filter) => {
      const value = label[filter.key.touch_column as LabelColumn];
      return passes(filter, (values) => values.includes(value));
    });
}

/** True for value events that pass the filters about orders and times; null if there are none. */
export function eventFilter({ of_events, passesDay }: Filters): ((event: KeyedEvent) => boolean) | null {
  if (of_events.length === 0) return null;
  const of_orders = of_events.filter(({ key }) => key.about === 'order');
  return (event) => passesDay(event.day_number) && of_orders.every((filter) => passesOrder(filter, event));
}

/** True for sets of segments that pass the filter about them; null if there is none. */
export function segmentFilter({ of_events }: Filters): ((names: readonly string[]) => boolean) | null {
  const own = of_events.filter(isAboutSegments);
  if (own.length === 0) return null;
  return (names) =>
    own.every((filter) =>
      passes(filter, (values) => values.some((value) => (value === null ? names.length === 0 : names.includes(value)))),
    );
}

/**
 * True for people who did not order and count: by their brand, and by the day of their last touch. Filters about the conversion type
 * and segments are about orders, so they leave out nobody; null if no filter does.
 */
export function peopleFilter({ of_events, passesDay }: Filters): ((brand_id: string, day: number) => boolean) | null {
  if (!of_events.some(({ key }) => key.field === 'brand_id' || key.about === 'time')) return null;
  const passesBrand = brandFilter({ of_events });
  return (brand_id, day) => passesDay(day) && passesBrand(brand_id);
}

/** True for brands that pass. */
export function brandFilter({ of_events }: Pick<Filters, 'of_events'>): (brand_id: string) => boolean {
  const of_brands = of_events.filter(({ key }) => key.field === 'brand_id');
  return (brand_id) => of_brands.every((filter) => passes(filter, (values) => values.includes(brand_id)));
}

function passesOrder(filter: Filter, event: KeyedEvent): boolean {
  if (isAboutSegments(filter)) return event.segments_pass ?? passes(filter, (values) => values.includes(null));
  const value = event[filter.key.field as 'brand_id' | 'conversion_type' | 'customer_kind'];
  return passes(filter, (values) => values.includes(value));
}

function passes({ any, none }: Filter, matches: (values: ReadonlyArray<string | null>) => boolean): boolean {
  return (any.length === 0 || matches(any)) && (none.length === 0 || !matches(none));
}
