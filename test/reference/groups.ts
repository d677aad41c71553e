/** Report rows: credits summed by what the touch was and when the money moved. */
import { allocate, creditsOf } from './allocate.ts';
import type { ValueEvent } from './orders.ts';
import type { Credited } from './reference.ts';
import { compareText, dayIn, mondayOf } from './rows.ts';
import { type FullOptions, type RefTouchpoint, settingsOf } from './types.ts';

/** The group keys stand beside the measures. */
export interface GroupRow {
  touched_conversions: number;
  credited_millionths: bigint;
  attributed_revenue_micros: bigint;
  touches: number;
  [key: string]: string | null | number | bigint;
}

const TOUCH_KEYS = [
  'brand_id',
  'channel',
  'campaign_id',
  'email_id',
  'touchpoint_type',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_content',
  'utm_term',
  'device_type',
  'country',
] as const;

/** Rows by revenue, largest first, then by the keys, missing as empty text. */
export function groupRows(credited: Credited[], keys: string[], model: string, options: FullOptions): GroupRow[] {
  const rows = new Map<string, GroupRow>();
  for (const { order, events, touches, weights } of credited) {
    const whole = weights[model] ?? [];
    const shares = whole.length === 0 ? [] : allocate(1_000_000n, whole);
    for (const event of events) {
      const credits = whole.length === 0 ? [] : creditsOf(event, whole);
      const touched = new Set<GroupRow>();
      touches.forEach((touch, index) => {
        const values = keys.map((key) =>
          keyValue(key, touch, event, settingsOf(options.settings, order.brand_id).time_zone),
        );
        const row = rowOf(rows, keys, values);
        row.attributed_revenue_micros += credits[index]!;
        if (!event.first) return;
        row.credited_millionths += shares[index]!;
        row.touches += 1;
        touched.add(row);
      });
      for (const row of touched) row.touched_conversions += 1;
    }
  }
  return [...rows.values()].sort((a, b) => compareRows(a, b, keys));
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

function keyValue(key: string, touch: RefTouchpoint, event: ValueEvent, time_zone: string): string | null {
  const day = dayIn(time_zone, event.occurred_at);
  if (key === 'day') return day;
  if (key === 'week') return mondayOf(day);
  if (key === 'month') return day.slice(0, 7);
  const field = TOUCH_KEYS.find((known) => known === key);
  if (!field) throw new Error(`no group key ${key}`);
  return touch[field] ?? null;
}

export function compareRows(a: GroupRow, b: GroupRow, keys: string[]): number {
  const [left, right] = [a.attributed_revenue_micros, b.attributed_revenue_micros];
  if (left !== right) return left > right ? -1 : 1;
  for (const key of keys) {
    const order = compareText(String(a[key] ?? ''), String(b[key] ?? ''));
    if (order !== 0) return order;
  }
  return 0;
}
