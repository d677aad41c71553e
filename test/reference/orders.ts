/** Sections 2, 3 and 8: orders, their value events, and what they are worth in the report's currency. */
import { personKey } from './persons.ts';
import { addDays, compareText, countedConversions, dayIn, groupBy } from './rows.ts';
import {
  type FullOptions,
  type RefAdjustment,
  type RefConversion,
  type RefRate,
  settingsOf,
  type World,
} from './types.ts';

export interface Order {
  brand_id: string;
  /** Of the standing conversion, like the rest. */
  conversion_id: string;
  conversion_type: string;
  person: string;
  occurred_at: number;
  currency: string;
  value_micros: bigint;
  /** In the order's currency, in the order in which they apply. */
  adjustments: RefAdjustment[];
  other_currency: number;
  /** The segments of the person at the time of the order, sorted. */
  segments: string[];
  /** `new` for the first order of the person among the report's conversion types. */
  customer_kind: 'new' | 'returning';
}

/** A change of an order's worth: `before -> after`, in micros of the report's currency. */
export interface ValueEvent {
  occurred_at: number;
  before: bigint;
  after: bigint;
  /** Orders are counted by this one. */
  first: boolean;
}

/** Every order of the visible rows, whatever its period and type. */
export function ordersOf(world: World, person_of: Map<string, string>): Order[] {
  const by_order = groupBy(countedConversions(world.conversions), (row) =>
    JSON.stringify(
      row.order_id == null ? [row.brand_id, 'conversion', row.conversion_id] : [row.brand_id, 'order', row.order_id],
    ),
  );
  return [...by_order.values()].map((members) => orderOf(members, world.adjustments, person_of)).sort(compareOrders);
}

export function compareOrders(a: Order, b: Order): number {
  return (
    a.occurred_at - b.occurred_at ||
    compareText(a.conversion_id, b.conversion_id) ||
    compareText(a.brand_id, b.brand_id)
  );
}

function orderOf(members: RefConversion[], adjustments: RefAdjustment[], person_of: Map<string, string>): Order {
  // What a page sent stands for an order only where no server knows the order.
  members.sort(
    (a, b) =>
      Number(a.from_page ?? false) - Number(b.from_page ?? false) ||
      a.occurred_at - b.occurred_at ||
      compareText(a.conversion_id, b.conversion_id),
  );
  const standing = members[0]!;
  const conversion_ids = new Set(members.map((row) => row.conversion_id));
  const named = adjustments.filter(
    (row) =>
      row.brand_id === standing.brand_id &&
      (row.conversion_id != null
        ? conversion_ids.has(row.conversion_id)
        : standing.order_id != null && row.order_id === standing.order_id),
  );
  const counted = named
    .filter((row) => row.currency === standing.currency)
    .sort((a, b) => a.occurred_at - b.occurred_at || compareText(a.adjustment_id, b.adjustment_id));
  return {
    brand_id: standing.brand_id,
    conversion_id: standing.conversion_id,
    conversion_type: standing.conversion_type,
    person: person_of.get(personKey(standing.brand_id, (standing.customer_id ?? standing.anonymous_id)!))!,
    occurred_at: standing.occurred_at,
    currency: standing.currency,
    value_micros: BigInt(standing.conversion_value_micros),
    adjustments: counted,
    other_currency: named.length - counted.length,
    segments: [],
    customer_kind: 'new',
  };
}

/** The value events of an order that fall into the period; none when the report leaves the order out. */
export function valueEvents(order: Order, rates: RefRate[], options: FullOptions): ValueEvent[] {
  if (options.conversion_types && !options.conversion_types.includes(order.conversion_type)) return [];
  if (options.brand_ids && !options.brand_ids.includes(order.brand_id)) return [];
  const steps = [{ occurred_at: order.occurred_at, amount: order.value_micros }];
  for (const { occurred_at, amount_micros } of order.adjustments) {
    const amount = BigInt(amount_micros);
    if (options.adjustments === 'own_day') steps.push({ occurred_at, amount });
    else steps[0]!.amount += amount;
  }
  let worth = 0n;
  const events = steps.map(({ occurred_at, amount }, index) => {
    const before = worth;
    worth += amount;
    return { occurred_at, before, after: worth, first: index === 0 };
  });
  const inside = events.filter((event) => options.start_ms <= event.occurred_at && event.occurred_at < options.end_ms);
  // Only an order that is reported needs a rate.
  if (inside.length === 0) return [];
  const day = dayIn(settingsOf(options.settings, order.brand_id).time_zone, order.occurred_at);
  const rate = rateOf(rates, order.brand_id, order.currency, options.currency, day);
  return inside.map((event) => ({ ...event, before: convert(event.before, rate), after: convert(event.after, rate) }));
}

export interface Fraction {
  num: bigint;
  den: bigint;
}

const NANOS = 1_000_000_000n;

/** Half away from zero. */
export function convert(micros: bigint, { num, den }: Fraction): bigint {
  const sign = micros < 0n ? -1n : 1n;
  return (2n * micros * num + sign * den) / (2n * den);
}

/** How many `to` one `from` is worth on `day`. */
export function rateOf(rates: RefRate[], brand_id: string, from: string, to: string, day: string): Fraction {
  if (from === to) return { num: 1n, den: 1n };
  const usable = rates.filter(
    (row) =>
      (row.brand_id === brand_id || row.brand_id === 'default') && row.date <= day && row.date >= addDays(day, -6),
  );
  /** The latest; on one day, the brand's own before the one for all brands. */
  const latest = (currency: string, base: string): bigint | undefined => {
    const quotes = usable.filter((row) => row.currency === currency && row.base === base);
    const own = (row: RefRate) => (row.brand_id === brand_id ? 1 : 0);
    quotes.sort((a, b) => compareText(b.date, a.date) || own(b) - own(a));
    return quotes[0] && BigInt(quotes[0].rate_nanos);
  };
  const direct = latest(from, to);
  if (direct) return { num: direct, den: NANOS };
  const inverse = latest(to, from);
  if (inverse) return { num: NANOS, den: inverse };
  for (const base of [...new Set(usable.map((row) => row.base))].sort(compareText)) {
    const [from_base, to_base] = [latest(from, base), latest(to, base)];
    if (from_base && to_base) return { num: from_base, den: to_base };
  }
  throw new Error(`no fx rate from ${from} to ${to} for ${day}`);
}
