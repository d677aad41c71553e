/** Sections 1, 3 and 10: spend, by day and group, and adjustments that something is wrong with. */
import fc from 'fast-check';
import { compareRows, type GroupRow } from './groups.ts';
import { convert, type Order, rateOf } from './orders.ts';
import { dayIn, mondayOf } from './rows.ts';
import { type FullOptions, type RefSpend, settingsOf, type World } from './types.ts';
import type { WireSpend } from './wire.ts';

const maybe = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 1 });

/** Few days, channels and ids, so that lines are stated anew; few requests, so that lines of one are equal. */
export const spendDrafts = fc.record({
  spend_id: fc.option(fc.constantFrom('s1', 's2'), { nil: undefined, freq: 3 }),
  brand_id: fc.constantFrom('default', 'default', 'default', 'b2'),
  date: fc.constantFrom('2026-01-14', '2026-01-15', '2026-02-01', '2026-02-28', '2026-03-01', '2026-03-31'),
  channel: fc.constantFrom('email', 'paid_search', 'display'),
  campaign_id: maybe('spring', 'fall'),
  ad_set_id: maybe('a'),
  source: maybe('shop'),
  amount: fc.constantFrom('10', '10.00', '-3.333333', '0.000001', '-0.000001', '1000', '0', '-1000'),
  currency: fc.constantFrom('USD', 'USD', 'EUR', 'JPY'),
  request: fc.nat(2),
});
type SpendDraft = typeof spendDrafts extends fc.Arbitrary<infer D> ? D : never;

export function spendOf(draft: SpendDraft): WireSpend {
  return Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined)) as unknown as WireSpend;
}

/** The ids of lines: their own, or their key and their number among the lines of the request with that key. */
export function lineIds<T extends { request?: number | undefined }>(
  lines: readonly T[],
  own: (line: T) => string | undefined,
  key: (line: T) => unknown,
): string[] {
  const counts = new Map<string, number>();
  return lines.map((line, i) => {
    const named = own(line);
    if (named !== undefined) return named;
    const text = JSON.stringify(key(line));
    const of_request = `${line.request ?? `alone ${i}`} ${text}`;
    const line_no = (counts.get(of_request) ?? 0) + 1;
    counts.set(of_request, line_no);
    return `${text} ${line_no}`;
  });
}

/** The brands of a report: those with conversions. */
function reported(seen: World, { brand_ids }: FullOptions): Set<string> {
  const brands = brand_ids ?? seen.conversions.map((row) => row.brand_id);
  return new Set(brands.length === 0 ? ['default'] : brands);
}

/** The first instant of a day in a zone. */
function startOfDay(date: string, time_zone: string): number {
  let [before, after] = [Date.parse(`${date}T00:00:00Z`) - 90_000_000, Date.parse(`${date}T00:00:00Z`) + 90_000_000];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dayIn(time_zone, middle) < date) before = middle;
    else after = middle;
  }
  return after;
}

const SPEND_KEYS: Record<string, (row: RefSpend) => string | null> = {
  brand_id: (row) => row.brand_id,
  channel: (row) => row.channel,
  campaign_id: (row) => row.campaign_id ?? null,
  day: (row) => row.date,
  week: (row) => mondayOf(row.date),
  month: (row) => row.date.slice(0, 7),
};

/** The rows with their spend, and rows for spend without one; the rows alone where spend has not all of the keys. */
export function withSpend(rows: GroupRow[], keys: string[], seen: World, options: FullOptions): GroupRow[] {
  if (!keys.every((key) => key in SPEND_KEYS)) return rows;
  const brands = reported(seen, options);
  const name = (of: (key: string) => unknown): string => JSON.stringify(keys.map(of));
  const all = new Map<string, GroupRow>(rows.map((row) => [name((key) => row[key] ?? null), row]));
  for (const line of seen.spend) {
    const start = startOfDay(line.date, settingsOf(options.settings, line.brand_id).time_zone);
    if (!brands.has(line.brand_id) || start < options.start_ms || start >= options.end_ms) continue;
    const rate = rateOf(seen.fx_rates, line.brand_id, line.currency, options.currency, line.date);
    const id = name((key) => SPEND_KEYS[key]!(line));
    const own = Object.fromEntries(keys.map((key) => [key, SPEND_KEYS[key]!(line)]));
    const none = { touched_conversions: 0, credited_millionths: 0n, attributed_revenue_micros: 0n, touches: 0 };
    const row = all.get(id) ?? { ...own, ...none };
    const before = (row['spend_micros'] as bigint | undefined) ?? 0n;
    all.set(id, { ...row, spend_micros: before + convert(BigInt(line.amount_micros), rate) });
  }
  return [...all.values()].sort((a, b) => compareRows(a, b, keys));
}

/** Orders that lost more than they brought, and adjustments of the period whose order is not known. */
export function refundWarnings(orders: readonly Order[], seen: World, options: FullOptions) {
  const brands = reported(seen, options);
  const beyond = orders.filter(
    ({ value_micros, adjustments }) =>
      adjustments.reduce((sum, row) => sum + BigInt(row.amount_micros), value_micros) < 0n && adjustments.length > 0,
  );
  const unknown = seen.adjustments.filter(
    (row) =>
      brands.has(row.brand_id) &&
      row.occurred_at >= options.start_ms &&
      row.occurred_at < options.end_ms &&
      !seen.conversions.some(
        (sale) =>
          sale.brand_id === row.brand_id &&
          (row.conversion_id != null
            ? sale.conversion_id === row.conversion_id
            : sale.order_id != null && sale.order_id === row.order_id),
      ),
  );
  return { refunds_beyond_order: beyond.length, refunds_of_unknown_orders: unknown.length };
}
