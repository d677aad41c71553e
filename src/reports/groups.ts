/** The keys by which credits can be grouped. {@link ./filters.ts} filters by the same keys. */
import type { Plan } from '../attribution/plan.ts';
import { badRequest } from '../domain/errors.ts';
import { listOf } from '../domain/parameter.ts';
import { formatDate, MS_PER_DAY, WEEK_OFFSETS, type WeekStart, weekStart } from '../domain/time.ts';
import type { KeyedEvent } from '../histories/asked-orders.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { fill, type Relation } from '../warehouse/relation.ts';
import type { Cell, Row } from '../warehouse/schema.ts';
import { customerKinds } from './customer-kinds.ts';
import { MONTHS } from './relations.ts';
import { segmentSets } from './segments.ts';

export interface GroupKey {
  /** The field in a row of the report. */
  field: string;
  /** What the key is about. Value that no touch earned has keys about its order and its time, and none about a touch. */
  about: 'touch' | 'order' | 'time';
  /** SQL over `credits c` or `unattributed c`, their touchpoints `t`, and what {@link joinKeys} joins. */
  sql: string;
  needs?: keyof typeof JOINS;
  /** The touchpoint column that the candidates must have for it. */
  touch_column?: string;
  format?: (cell: Cell) => string | null;
  /** The same as `sql` for a value event in memory; keys about a touch have none. */
  of?: (event: KeyedEvent) => Cell;
}

/** What keys need beside credits and touchpoints. */
const JOINS = {
  orders: (orders: Relation) => `join ${orders.name} ko on ko.order_no = c.order_no`,
  segments: (sets: Relation) => `left join ${sets.name} sg on sg.order_no = c.order_no`,
  customer_kinds: (kinds: Relation) => `join ${kinds.name} ck on ck.order_no = c.order_no`,
  months: (months: Relation) => `join ${months.name} mo on c.day_number >= mo.from_day and c.day_number < mo.until_day`,
} as const;

const BRAND: GroupKey = { field: 'brand_id', about: 'order', sql: 'c.brand_id', of: (event) => event.brand_id };
const column = (name: string): GroupKey => ({ field: name, about: 'touch', sql: `t.${name}`, touch_column: name });

export const WEEK_STARTS = Object.keys(WEEK_OFFSETS) as WeekStart[];
export const DEFAULT_WEEK_START: WeekStart = 'monday';

const weekKey = (first: WeekStart): GroupKey => ({
  field: 'week',
  about: 'time',
  sql: `floor_div(c.day_number + ${WEEK_OFFSETS[first]}, 7)`,
  format: (cell) => formatDate(weekStart(Number(cell) * 7, first)),
  of: ({ day_number }) => Math.floor((day_number + WEEK_OFFSETS[first]) / 7),
});

const GROUP_KEYS: Readonly<Record<string, GroupKey>> = {
  brand: BRAND,
  brand_id: BRAND,
  ...Object.fromEntries(
    [
      'channel',
      'campaign_id',
      'email_id',
      'campaign_kind',
      'touchpoint_type',
      'utm_source',
      'utm_medium',
      'utm_campaign',
      'utm_content',
      'utm_term',
      'utm_id',
      'device_type',
      'country',
    ].map((name) => [name, column(name)]),
  ),
  conversion_type: {
    field: 'conversion_type',
    about: 'order',
    sql: 'ko.conversion_type',
    needs: 'orders',
    of: (event) => event.conversion_type,
  },
  segment: { field: 'segment', about: 'order', sql: 'sg.segment', needs: 'segments', of: (event) => event.segment },
  customer_kind: {
    field: 'customer_kind',
    about: 'order',
    sql: 'ck.customer_kind',
    needs: 'customer_kinds',
    of: (event) => event.customer_kind,
  },
  day: {
    field: 'day',
    about: 'time',
    sql: 'c.day_number',
    format: (cell) => formatDate(Number(cell)),
    of: (event) => event.day_number,
  },
  week: weekKey(DEFAULT_WEEK_START),
  month: {
    field: 'month',
    about: 'time',
    sql: 'mo.month_number',
    needs: 'months',
    format: (cell) => formatMonth(Number(cell)),
    of: ({ day_number }) => monthOf(day_number),
  },
};

export const GROUP_KEY_NAMES = Object.keys(GROUP_KEYS);
/** The keys about the touch. Each is a column of touchpoints. */
export const TOUCH_KEY_NAMES = GROUP_KEY_NAMES.filter((name) => GROUP_KEYS[name]!.about === 'touch');
/** The fields that name a group in a row, and those of them that value without a touch has, too. */
export const GROUP_FIELDS = [...new Set(Object.values(GROUP_KEYS).map(({ field }) => field))];
export const ORDER_FIELDS = GROUP_FIELDS.filter((field) => GROUP_KEYS[field]!.about !== 'touch');
export const DEFAULT_GROUP_BY = 'channel,campaign_id,email_id';

/** The key of a name in a request. @throws bad_request naming the parameter and the known keys. */
export function groupKey(parameter: string, name: string, first: WeekStart = DEFAULT_WEEK_START): GroupKey {
  if (!Object.hasOwn(GROUP_KEYS, name))
    throw badRequest(
      parameter,
      `${JSON.stringify(name.slice(0, 60))} is unknown; known keys are ${GROUP_KEY_NAMES.join(', ')}`,
    );
  return name === 'week' ? weekKey(first) : GROUP_KEYS[name]!;
}

/** Reads `group_by`. @throws bad_request naming the unknown key and the known ones. */
export function resolveGroupBy(text: string, first: WeekStart = DEFAULT_WEEK_START): GroupKey[] {
  const names = [...new Set(listOf(text))];
  if (names.length === 0) throw badRequest('group_by', `is empty; name at least one of ${GROUP_KEY_NAMES.join(', ')}`);
  const keys = names.map((name) => groupKey('group_by', name, first));
  return keys.filter((key, i) => keys.findIndex((other) => other.field === key.field) === i);
}

export function touchColumns(keys: readonly GroupKey[]): string[] {
  return keys.flatMap((key) => (key.touch_column ? [key.touch_column] : []));
}

/** The values of keys in a row with the columns g0, g1, …, as a report shows them. */
export function keysOf(row: Row, keys: readonly GroupKey[]): Array<string | null> {
  return keys.map((key, g) => {
    const cell = row[`g${g}`]!;
    if (cell === null) return null;
    return key.format ? key.format(cell) : String(cell);
  });
}

/** The relations that keys are read from. */
interface Keyed {
  orders: Relation;
  repeats: Relation;
  members: Relation;
  bounds: { low_day: number; high_day: number };
}

/** Makes the relations that keys need. Returns the SQL that joins them with credits `c`. */
export async function joinKeys(
  snapshot: Snapshot,
  plan: Plan,
  query: Keyed,
  keys: readonly GroupKey[],
): Promise<string> {
  const needs = new Set(keys.map((key) => key.needs));
  return [
    needs.has('orders') ? JOINS.orders(query.orders) : '',
    needs.has('segments') ? JOINS.segments(await segmentSets(snapshot, plan, query)) : '',
    needs.has('customer_kinds') ? JOINS.customer_kinds(await customerKinds(snapshot, plan, query)) : '',
    await joinMonths(snapshot, query.bounds, keys),
  ].join(' ');
}

/** {@link joinKeys} for keys that need no order. */
export async function joinMonths(
  snapshot: Snapshot,
  bounds: Keyed['bounds'],
  keys: readonly GroupKey[],
): Promise<string> {
  return keys.some(({ needs }) => needs === 'months') ? JOINS.months(await makeMonths(snapshot, bounds)) : '';
}

function makeMonths(snapshot: Snapshot, { low_day, high_day }: Keyed['bounds']): Promise<Relation> {
  const rows = [];
  const first = new Date(low_day * MS_PER_DAY);
  for (let month = first.getUTCFullYear() * 12 + first.getUTCMonth(); monthStart(month) <= high_day; month++) {
    rows.push({ month_number: month, from_day: monthStart(month), until_day: monthStart(month + 1) });
  }
  return fill(snapshot, MONTHS, rows);
}

/** The number of the month of a day, counted since the year 0. */
export function monthOf(day: number): number {
  const [year, month] = formatDate(day).split('-').map(Number);
  return year! * 12 + month! - 1;
}

/** The day number of the first day of a month, counted since the year 0. */
export function monthStart(month_number: number): number {
  return Date.UTC(Math.floor(month_number / 12), month_number % 12, 1) / MS_PER_DAY;
}

/** A month as YYYY-MM. */
export function formatMonth(month_number: number): string {
  return formatDate(monthStart(month_number)).slice(0, 7);
}

interface Sorted {
  micros: bigint;
  keys: ReadonlyArray<string | null>;
}

/** The order of rows: most revenue first, then by their keys as text, missing keys first. */
export function byRevenue(a: Sorted, b: Sorted): number {
  if (a.micros !== b.micros) return a.micros > b.micros ? -1 : 1;
  for (let i = 0; i < a.keys.length; i++) {
    const [x, y] = [a.keys[i] ?? '', b.keys[i] ?? ''];
    if (x !== y) return x < y ? -1 : 1;
    if ((a.keys[i] === null) !== (b.keys[i] === null)) return a.keys[i] === null ? -1 : 1;
  }
  return 0;
}

/** The order of rows with these keys: in order of time if they have keys about the time, else and then {@link byRevenue}. */
export function inOrder(keys: readonly Pick<GroupKey, 'about'>[]): (a: Sorted, b: Sorted) => number {
  const times = keys.flatMap((key, i) => (key.about === 'time' ? [i] : []));
  return (a, b) => {
    for (const i of times) if (a.keys[i] !== b.keys[i]) return a.keys[i]! < b.keys[i]! ? -1 : 1;
    return byRevenue(a, b);
  };
}
