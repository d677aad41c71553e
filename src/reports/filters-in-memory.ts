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

function passesOrder(filter: Filter, event: KeyedEvent): boolean {
  if (isAboutSegments(filter)) return event.segments_pass ?? passes(filter, (values) => values.includes(null));
  const value = event[filter.key.field as 'brand_id' | 'conversion_type' | 'customer_kind'];
  return passes(filter, (values) => values.includes(value));
}

function passes({ any, none }: Filter, matches: (values: ReadonlyArray<string | null>) => boolean): boolean {
  return (any.length === 0 || matches(any)) && (none.length === 0 || !matches(none));
}
