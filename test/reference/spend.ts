/** Sections 1, 3 and 10: spend, by day and group, and adjustments that something is wrong with. */
import fc from 'fast-check';
import { passes, timeValue } from './filters.ts';
import { convert, type Order, rateOf } from './orders.ts';
import { compareText, dayIn } from './rows.ts';
import { type FullOptions, type RefSpend, settingsOf, type World } from './types.ts';
import type { WireSpend } from './wire.ts';

/** An optional field with one of a few values, half of the time missing. */
const maybe = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });

/** Few days, channels and ids, so that lines are stated anew; few requests, so that lines of one are equal. */
export const spendDrafts = fc.record({
  spend_id: fc.option(fc.constantFrom('s1', 's2'), { nil: undefined, freq: 3 }),
  brand_id: fc.constantFrom('default', 'default', 'default', 'b2'),
  date: fc.constantFrom('2026-01-14', '2026-01-15', '2026-02-01', '2026-02-28', '2026-03-01', '2026-03-31'),
  channel: fc.constantFrom('email', 'paid_search', 'display'),
  campaign_id: maybe('spring', 'fall', 'SPRING', 'Summer', '77'),
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
export function reported(seen: World, { brand_ids }: FullOptions): Set<string> {
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

const SPEND_KEYS = ['brand_id', 'channel', 'campaign_id', 'day', 'week', 'month'];

function fieldOf(key: string, line: RefSpend, options: FullOptions): string | null {
  if (key === 'brand_id' || key === 'channel') return line[key];
  return key === 'campaign_id' ? (line.campaign_id ?? null) : timeValue(key, line.date, options);
}

/** The campaign of the report that spend belongs to. Labels of worlds differ in upper case only. */
function creditedCampaign(name: string, credited: readonly string[]): string {
  const label = name.toLowerCase();
  const same = credited.filter((campaign) => campaign.toLowerCase() === label).sort(compareText);
  return [name, label].find((spelling) => same.includes(spelling)) ?? same[0] ?? name;
}

/**
 * Each line of spend of the period that the filters let pass, with the values of the keys; none where spend does not have all
 * fields of keys and filters. @param campaigns those that the report credits, before its filters.
 */
export function spendBy(
  keys: string[],
  seen: World,
  options: FullOptions,
  campaigns: string[],
): Array<{ values: Array<string | null>; micros: bigint }> {
  const { filters, settings, start_ms, end_ms, currency } = options;
  if ([...keys, ...filters.map(({ field }) => field)].some((field) => !SPEND_KEYS.includes(field))) return [];
  const brands = reported(seen, options);
  return seen.spend.flatMap((sent) => {
    const campaign_id = sent.campaign_id == null ? null : creditedCampaign(sent.campaign_id, campaigns);
    const line = { ...sent, campaign_id };
    const start = startOfDay(line.date, settingsOf(settings, line.brand_id).time_zone);
    if (!brands.has(line.brand_id) || start < start_ms || start >= end_ms) return [];
    if (!filters.every((filter) => passes(filter, (value) => fieldOf(filter.field, line, options) === value)))
      return [];
    const rate = rateOf(seen.fx_rates, line.brand_id, line.currency, currency, line.date);
    const values = keys.map((key) => fieldOf(key, line, options));
    return [{ values, micros: convert(BigInt(line.amount_micros), rate) }];
  });
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
