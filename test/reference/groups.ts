/** Report rows: credits summed by what the touch was and when the money moved. */
import { allocate, creditsOf } from './allocate.ts';
import { dayPasses, isShown, orderValue, timeValue } from './filters.ts';
import type { Order, ValueEvent } from './orders.ts';
import type { Credited } from './reference.ts';
import { addDays, compareText, dayIn, daysBetween } from './rows.ts';
import { reported, spendBy } from './spend.ts';
import { campaignOf } from './touches.ts';
import { type FullOptions, type RefTouchpoint, settingsOf, type World } from './types.ts';

/** The group keys stand beside the measures. */
export interface GroupRow {
  touched_conversions: number;
  credited_millionths: bigint;
  attributed_revenue_micros: bigint;
  touches: number;
  [key: string]: string | null | number | bigint;
}

const TOUCH_KEYS = [
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
] as const;

const TIME_KEYS = ['day', 'week', 'month'];

/** Rows in order of time if they have a time, and without holes; then by revenue, largest first; then by the keys, missing as empty text. */
export function groupRows(
  credited: Credited[],
  keys: string[],
  model: string,
  options: FullOptions,
  { seen, campaigns }: { seen: World; campaigns: string[] },
): GroupRow[] {
  const rows = new Map<string, GroupRow>();
  for (const { order, events, touches, weights } of credited) {
    const whole = weights[model] ?? [];
    const shares = whole.length === 0 ? [] : allocate(1_000_000n, whole);
    for (const event of events) {
      const credits = whole.length === 0 ? [] : creditsOf(event, whole);
      const touched = new Set<GroupRow>();
      touches.forEach((touch, index) => {
        if (!isShown(touch, options)) return;
        const row = rowOf(
          rows,
          keys,
          keys.map((key) => keyValue(key, touch, order, event, options)),
        );
        row.attributed_revenue_micros += credits[index]!;
        if (!event.first) return;
        row.credited_millionths += shares[index]!;
        row.touches += 1;
        touched.add(row);
      });
      for (const row of touched) row.touched_conversions += 1;
    }
  }
  for (const { values, micros } of spendBy(keys, seen, options, campaigns)) {
    const row = rowOf(rows, keys, values);
    row['spend_micros'] = ((row['spend_micros'] as bigint | undefined) ?? 0n) + micros;
  }
  if (keys.some((key) => TIME_KEYS.includes(key))) {
    const others = keys.filter((key) => !TIME_KEYS.includes(key));
    const series = others.length === 0 ? [{} as GroupRow] : [...rows.values()];
    const days = daysOf(options, [...reported(seen, options)]).filter((day) => dayPasses(day, options));
    for (const sample of series)
      for (const day of days)
        rowOf(
          rows,
          keys,
          keys.map((key) => (TIME_KEYS.includes(key) ? timeValue(key, day, options) : (sample[key] as string | null))),
        );
  }
  return [...rows.values()].sort((a, b) => compareRows(a, b, keys));
}

/** The days of the period, in the zones of the brands. */
function daysOf({ start_ms, end_ms, settings }: FullOptions, brands: string[]): string[] {
  const zones = brands.map((brand) => settingsOf(settings, brand).time_zone);
  const first = zones.map((zone) => dayIn(zone, start_ms)).sort(compareText)[0]!;
  const last = zones
    .map((zone) => dayIn(zone, end_ms - 1))
    .sort(compareText)
    .at(-1)!;
  return Array.from({ length: daysBetween(first, last) + 1 }, (_, i) => addDays(first, i));
}

export interface RestRow {
  keys: Array<string | null>;
  reason: string;
  micros: bigint;
}

/** What no touch earned, by the keys that orders and times have. */
export function restRows(credited: Credited[], keys: string[], options: FullOptions): RestRow[] {
  const own = keys.filter((key) => !TOUCH_KEYS.includes(key as (typeof TOUCH_KEYS)[number]));
  const rows = new Map<string, RestRow>();
  for (const { order, events, result } of credited) {
    if (result.reason === null) continue;
    for (const event of events) {
      const values = own.map((key) => orderValue(key, order, event, options));
      const id = JSON.stringify([values, result.reason]);
      const row = rows.get(id) ?? { keys: values, reason: result.reason, micros: 0n };
      row.micros += event.after - event.before;
      rows.set(id, row);
    }
  }
  return [...rows.values()];
}

function rowOf(rows: Map<string, GroupRow>, keys: string[], values: Array<string | null>): GroupRow {
  const id = JSON.stringify(values);
  let row = rows.get(id);
  if (!row) {
    const named = Object.fromEntries(keys.map((key, index) => [key, values[index]!]));
    row = { ...named, touched_conversions: 0, credited_millionths: 0n, attributed_revenue_micros: 0n, touches: 0 };
    rows.set(id, row);
  }
  return row;
}

function keyValue(
  key: string,
  touch: RefTouchpoint,
  order: Order,
  event: ValueEvent,
  options: FullOptions,
): string | null {
  if (key === 'campaign_id') return campaignOf(touch);
  const field = TOUCH_KEYS.find((known) => known === key);
  return field ? (touch[field] ?? null) : orderValue(key, order, event, options);
}

function compareRows(a: GroupRow, b: GroupRow, keys: string[]): number {
  for (const key of keys.filter((one) => TIME_KEYS.includes(one))) {
    const order = compareText(String(a[key]), String(b[key]));
    if (order !== 0) return order;
  }
  const [left, right] = [a.attributed_revenue_micros, b.attributed_revenue_micros];
  if (left !== right) return left > right ? -1 : 1;
  for (const key of keys) {
    const order = compareText(String(a[key] ?? ''), String(b[key] ?? ''));
    if (order !== 0) return order;
  }
  return 0;
}
