/**
 * The parameter `filter`: the groups that a report shows. A filter acts after attribution and changes no credit. One about the
 * order or the time chooses value events; one about the touch chooses credits. docs/semantics.md 13.
 */
import { creditedTouches } from '../attribution/credits.ts';
import type { Plan } from '../attribution/plan.ts';
import type { Attribution } from '../attribution/query.ts';
import { CREDITS, EVENTS, ORDERS, UNATTRIBUTED } from '../attribution/relations.ts';
import { CONVERSION_TYPES, CUSTOMER_KINDS } from '../domain/conversion.ts';
import { badRequest } from '../domain/errors.ts';
import { formatDate, parseDate, type WeekStart, weekStart } from '../domain/time.ts';
import { TOUCHPOINT_TYPES } from '../domain/touchpoint.ts';
import type { Parameter, Snapshot } from '../warehouse/port.ts';
import { materialise, numbered, type Relation } from '../warehouse/relation.ts';
import { customerKinds } from './customer-kinds.ts';
import { type GroupKey, groupKey, monthStart } from './groups.ts';
import { FILTERED_SEGMENTS, ORDER_SEGMENTS } from './relations.ts';
import { orderSegments, segmentSets } from './segments.ts';

/** The filters of one field. A value passes if it is one of `any`, or `any` is empty, and it is none of `none`. Null is "missing". */
export interface Filter {
  key: GroupKey;
  any: Array<string | null>;
  none: Array<string | null>;
}

export interface Filters {
  /** As they were asked, in one order. */
  asked: readonly string[];
  of_touches: readonly Filter[];
  of_events: readonly Filter[];
  /** The touchpoint columns that the candidates must have. */
  touch_columns: readonly string[];
  /** True for a day that the filters about the time let pass. */
  passesDay(day: number): boolean;
}

const FORM = /^(!?)([^:]*):(!?)([\s\S]*)$/;
const QUOTED = /^"([\s\S]*)"$/;
/** Fields whose values are known. Another value is a typing mistake. */
const KNOWN_VALUES: Readonly<Record<string, readonly string[]>> = {
  conversion_type: CONVERSION_TYPES,
  customer_kind: CUSTOMER_KINDS,
  touchpoint_type: TOUCHPOINT_TYPES,
};

/** Reads the parameter. @throws bad_request naming the part that is wrong, and the fix. */
export function readFilters(texts: readonly string[] = [], first: WeekStart): Filters {
  const by_field = new Map<string, Filter>();
  for (const text of texts) {
    const [, before, name, after, sent] = FORM.exec(text) ?? [];
    if (name === undefined)
      throw badRequest('filter', `${shown(text)} has no colon; send FIELD:VALUE, such as channel:email`);
    const key = groupKey('filter', name.trim(), first);
    const value = QUOTED.exec(sent!)?.[1] ?? sent!;
    if (value !== '') checkValue(key, value, first);
    const filter = by_field.get(key.field) ?? { key, any: [], none: [] };
    by_field.set(key.field, filter);
    const list = (before === '!') !== (after === '!') ? filter.none : filter.any;
    list.push(value === '' ? null : value);
  }
  const all = [...by_field.values()];
  const of_times = all.filter(isAboutTime);
  return {
    asked: [...new Set(texts)].sort(),
    of_touches: all.filter(({ key }) => key.about === 'touch'),
    of_events: all.filter(({ key }) => key.about !== 'touch'),
    touch_columns: all.flatMap(({ key }) => (key.touch_column === undefined ? [] : [key.touch_column])),
    passesDay: (day) =>
      of_times.every(({ key, any, none }) => {
        const within = (value: string | null): boolean => {
          const [from, until] = daysNamed(key, value, first);
          return day >= from && day < until;
        };
        return (any.length === 0 || any.some(within)) && !none.some(within);
      }),
  };
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 60));

function checkValue(key: GroupKey, value: string, first: WeekStart): void {
  const known = KNOWN_VALUES[key.field];
  if (known && !known.includes(value))
    throw badRequest('filter', `${key.field}:${shown(value)} is not one of ${known.join(', ')}`);
  if (key.about === 'time') daysNamed(key, value, first);
}

/** The days [from, until) that a value of a key about the time names. Nothing has no time, so an empty value names no day. */
function daysNamed({ field }: GroupKey, value: string | null, first: WeekStart): [number, number] {
  if (value === null) return [0, 0];
  const day = parseDate(field === 'month' ? `${value}-01` : value);
  if (typeof day === 'string')
    throw badRequest('filter', `${field}:${field === 'month' ? `${shown(value)} is not a month; send YYYY-MM` : day}`);
  if (field === 'day') return [day, day + 1];
  if (field === 'month') {
    const [year, month] = value.split('-').map(Number);
    const month_number = year! * 12 + month! - 1;
    return [monthStart(month_number), monthStart(month_number + 1)];
  }
  const start = weekStart(day, first);
  if (start !== day)
    throw badRequest(
      'filter',
      `week:${shown(value)} is in the week of ${formatDate(start)}; send the first day of the week, or week_start`,
    );
  return [day, day + 7];
}

/** SQL conditions, and the values that they use as parameters. */
class Conditions {
  readonly parameters: Record<string, Parameter> = {};
  constructor(private readonly prefix: string) {}

  /** A condition that is true or false, never null. */
  all(filters: readonly Filter[], matches: (filter: Filter, values: Array<string | null>) => string): string {
    const parts = filters.flatMap((filter) => [
      ...(filter.any.length > 0 ? [`(${matches(filter, filter.any)})`] : []),
      ...(filter.none.length > 0 ? [`not (${matches(filter, filter.none)})`] : []),
    ]);
    return parts.length === 0 ? '1 = 1' : parts.join(' and ');
  }

  /** SQL for a list of texts. */
  list(values: ReadonlyArray<string | null>): string {
    const names = values.flatMap((value) => {
      if (value === null) return [];
      const name = `${this.prefix}${Object.keys(this.parameters).length}`;
      this.parameters[name] = value;
      return [`$${name}`];
    });
    return names.length === 0 ? 'null' : names.join(', ');
  }
}

/** SQL that is true for the rows with the columns of the filters in table `alias` that pass. */
export function touchCondition(
  filters: Filters,
  alias: string,
): { sql: string; parameters: Record<string, Parameter> } {
  const conditions = new Conditions('touch');
  const sql = conditions.all(filters.of_touches, ({ key }, values) => {
    const column = `${alias}.${key.touch_column}`;
    const parts = [
      ...(values.includes(null) ? [`${column} is null`] : []),
      ...(values.some((value) => value !== null) ? [`coalesce(${column} in (${conditions.list(values)}), 1 = 0)`] : []),
    ];
    return parts.join(' or ');
  });
  return { sql, parameters: conditions.parameters };
}

/** The fields of filters. */
export function filteredFields({ of_touches, of_events }: Filters): string[] {
  return [...of_touches, ...of_events].map(({ key }) => key.field);
}

/** SQL that is true for lines of spend in table `alias` whose brand, channel and campaign pass. */
export function lineCondition(filters: Filters, alias: string): { sql: string; parameters: Record<string, Parameter> } {
  const touch = touchCondition(filters, alias);
  const conditions = new Conditions('line');
  const of_brands = filters.of_events.filter(({ key }) => key.field === 'brand_id');
  const brand = conditions.all(
    of_brands,
    (_, values) => `${alias}.brand_id in (${conditions.list(values.filter((value) => value !== null).concat(''))})`,
  );
  return { sql: `${touch.sql} and ${brand}`, parameters: { ...touch.parameters, ...conditions.parameters } };
}

/** The query before and after the filters. */
export interface Filtered {
  /** The query before the filters. */
  all: Attribution;
  /** The orders and value events that the filters choose, with all their credits. */
  chosen: Attribution;
  /** The same with the credits that the filters choose. */
  shown: Attribution;
}

/** Applies filters to the relations of a query. */
export async function applyFilters(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  filters: Filters,
  first: WeekStart,
): Promise<Filtered> {
  const chosen = await chooseEvents(snapshot, plan, query, filters, first);
  if (filters.of_touches.length === 0) return { all: query, chosen, shown: chosen };
  const { sql, parameters } = touchCondition(filters, 't');
  const credits = await materialise(
    snapshot,
    numbered(CREDITS, 2),
    `select c.* from ${creditedTouches(chosen)} where ${sql}`,
    parameters,
  );
  return { all: query, chosen, shown: { ...chosen, credits } };
}

async function chooseEvents(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  filters: Filters,
  first: WeekStart,
): Promise<Attribution> {
  if (filters.of_events.length === 0) return query;
  const { orders, events } = await chooseOrders(snapshot, plan, query, filters, first);
  const among = (relation: Relation, source: Relation): Promise<Relation> =>
    materialise(
      snapshot,
      numbered(relation, 1),
      `select c.* from ${source.name} c where (c.order_no, c.event) in (select order_no, event from ${events.name})`,
    );
  const credits = await among(CREDITS, query.credits);
  return { ...query, orders, events, credits, unattributed: await among(UNATTRIBUTED, query.unattributed) };
}

type Ordered = Pick<Attribution, 'orders' | 'members'>;

/** The orders and value events that filters about orders and times choose. */
export async function chooseOrders(
  snapshot: Snapshot,
  plan: Plan,
  query: Ordered & Pick<Attribution, 'events' | 'repeats'>,
  { of_events }: Filters,
  first: WeekStart,
): Promise<Pick<Attribution, 'orders' | 'events'>> {
  if (of_events.length === 0) return query;
  const conditions = new Conditions('event');
  const segments = of_events.some(isAboutSegments) ? await orderSegments(snapshot, plan, query) : null;
  const kinds = of_events.some(isAboutKinds) ? await customerKinds(snapshot, plan, query) : null;
  const sql = conditions.all(of_events, (filter, values) => {
    const { key } = filter;
    if (key.about === 'time')
      return values
        .map((value) => daysNamed(key, value, first))
        .map(([from, until]) => `(e.day_number >= ${from} and e.day_number < ${until})`)
        .join(' or ');
    if (isAboutSegments(filter)) return inSegments(segments!, values, conditions);
    const listed = conditions.list(values.filter((value) => value !== null).concat(''));
    if (isAboutKinds(filter))
      return `e.order_no in (select order_no from ${kinds!.name} where customer_kind in (${listed}))`;
    return `${key.field === 'brand_id' ? 'e.brand_id' : `o.${key.field}`} in (${listed})`;
  });
  const events = await materialise(
    snapshot,
    numbered(EVENTS, 1),
    `select e.* from ${query.events.name} e join ${query.orders.name} o on o.order_no = e.order_no where ${sql}`,
    conditions.parameters,
  );
  const orders = await materialise(
    snapshot,
    numbered(ORDERS, 1),
    `select o.* from ${query.orders.name} o where o.order_no in (select order_no from ${events.name})`,
  );
  return { orders, events };
}

/** True for the filter that is about the segments of an order. */
export const isAboutSegments = ({ key }: Filter): boolean => key.field === 'segment';

/** True for a filter that is about the time of a value event. */
export const isAboutTime = ({ key }: Filter): boolean => key.about === 'time';

/** True for the filter that is about whether an order is its person's first. */
export const isAboutKinds = ({ key }: Filter): boolean => key.field === 'customer_kind';

/**
 * Makes the segments of each order as one text, and with a filter about segments whether it lets them pass. Orders without segments
 * have no row.
 */
export async function filteredSegments(
  snapshot: Snapshot,
  plan: Plan,
  query: Ordered,
  { of_events }: Filters,
): Promise<Relation> {
  const sets = await segmentSets(snapshot, plan, query);
  const own = of_events.filter(isAboutSegments);
  if (own.length === 0) return sets;
  const conditions = new Conditions('segment');
  const sql = conditions.all(own, (_, values) => inSegments(ORDER_SEGMENTS, values, conditions));
  return materialise(
    snapshot,
    FILTERED_SEGMENTS,
    `select e.order_no as order_no, e.segment as segment, case when ${sql} then 1 else 0 end as passes from ${sets.name} e`,
    conditions.parameters,
  );
}

/** SQL that is true for orders in one of the segments; a missing value is an order in none. */
function inSegments(segments: Relation, values: ReadonlyArray<string | null>, conditions: Conditions): string {
  const parts = values.includes(null) ? [`e.order_no not in (select order_no from ${segments.name})`] : [];
  if (values.some((value) => value !== null))
    parts.push(
      `e.order_no in (select order_no from ${segments.name} where segment_name in (${conditions.list(values)}))`,
    );
  return parts.join(' or ');
}
