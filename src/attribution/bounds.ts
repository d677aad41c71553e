/** Ranges of times and values of the orders, value events and candidates. Later steps put these figures into their SQL. */
import { TributaryError } from '../domain/errors.ts';
import { formatMicros, MAX_MICROS } from '../domain/money.ts';
import { WINDOWS, windowColumn } from '../domain/settings.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { read } from '../warehouse/read-row.ts';
import type { Relation } from '../warehouse/relation.ts';
import { without } from './eligibility.ts';
import type { Plan } from './plan.ts';

/** Times of the orders. All are 0 if there are no orders. */
export interface TimeBounds {
  /** The start of the earliest window. No touchpoint before it can earn credit. */
  low_ms: number;
  /** The time of the last order. No touchpoint after it can earn credit. */
  high_ms: number;
  /** The period that holds all orders and adjustments; the end is exclusive. */
  from_ms: number;
  until_ms: number;
  /** The first and the last currency in alphabetical order. If they are equal, all orders have the same currency. */
  currencies: string[];
  /** True if the log holds any reclassification at this position. */
  has_reclassifications: boolean;
  /** True if the log may hold a touchpoint that came from its own site. */
  has_own_referrers: boolean;
  /** The most orders of one person. */
  most_orders: number;
}

/** SQL that is true for the touchpoints `t` of a plan in a range of time; both ends belong to it. */
export function touchpointsWithin(plan: Plan, { low_ms, high_ms }: Pick<TimeBounds, 'low_ms' | 'high_ms'>): string {
  return `${atOrBefore('t', plan.positions.touchpoints)} and t.occurred_at >= instant(${low_ms}) and t.occurred_at <= instant(${high_ms})`;
}

export async function readTimeBounds(
  snapshot: Snapshot,
  plan: Plan,
  orders: Relation,
  adjustments: Relation,
): Promise<TimeBounds> {
  const longest = `greatest(${WINDOWS.map(windowColumn).join(', ')})`;
  const [row] = await snapshot.query(
    `select o.low_ms as low_ms, o.first_ms as first_ms, o.high_ms as high_ms, o.low_currency as low_currency, o.high_currency as high_currency,
       a.first_ms as adjusted_ms, a.last_ms as last_adjusted_ms, r.n as reclassifications, s.n as own_referrers, p.n as most_orders
     from (
       select min(at_ms - ${longest}) as low_ms, min(at_ms) as first_ms, max(at_ms) as high_ms, min(currency) as low_currency, max(currency) as high_currency
       from ${orders.name}) o
     cross join (select min(at_ms) as first_ms, max(at_ms) as last_ms from ${adjustments.name}) a
     cross join (select count(*) as n from reclassifications r where ${atOrBefore('r', plan.positions.touchpoints)}) r
     cross join (
       select count(*) as n from (select 1 as found from touchpoints t where ${atOrBefore('t', plan.positions.touchpoints)} and not (${without('t.traits', 'own_referrer')}) limit 1) found) s
     cross join (select max(n) as n from (select count(*) as n from ${orders.name} group by person_key) people) p`,
  );
  const times = read(row, {
    low_ms: 'number?',
    first_ms: 'number?',
    high_ms: 'number?',
    adjusted_ms: 'number?',
    last_adjusted_ms: 'number?',
    low_currency: 'text?',
    high_currency: 'text?',
    reclassifications: 'number',
    own_referrers: 'number',
    most_orders: 'number?',
  });
  const [first_ms, high_ms] = [times.first_ms ?? 0, times.high_ms ?? 0];
  return {
    low_ms: times.low_ms ?? 0,
    high_ms,
    from_ms: Math.min(first_ms, times.adjusted_ms ?? first_ms),
    until_ms: Math.max(high_ms, times.last_adjusted_ms ?? high_ms) + 1,
    currencies: [times.low_currency, times.high_currency].filter((name) => name !== null),
    has_reclassifications: times.reclassifications > 0,
    // A reclassification can also say so.
    has_own_referrers: times.own_referrers > 0 || times.reclassifications > 0,
    most_orders: times.most_orders ?? 0,
  };
}

/** Ranges of the value events and candidates. Numbers are 0 if there are no value events. */
export interface ValueBounds {
  /** The first and the last day of the value events. */
  low_day: number;
  high_day: number;
  /** True if every value of the period lies in 0 … 2^53 - 1. Exact division of such values is much cheaper. */
  values_are_small: boolean;
  /** The period that holds all candidates of one order at the same instant; null if there are none. */
  ties: { low_ms: number; high_ms: number } | null;
  /** The most candidates of one order. */
  most_candidates: number;
}

/** Exact division multiplies a value with a sum of weights below 2^51, and the product has to fit 128 bits. */
export const MAX_VALUE_MICROS = 10n ** 22n;

/** @throws unprocessable when a value is too large to be divided. */
export async function readValueBounds(
  snapshot: Snapshot,
  plan: Plan,
  events: Relation,
  candidates: Relation,
): Promise<ValueBounds> {
  const [row] = await snapshot.query(
    `select e.low_day as low_day, e.high_day as high_day, e.low_micros as low_micros, e.high_micros as high_micros, t.low_ms as low_ms, t.high_ms as high_ms, m.n as most_candidates
     from (
       select min(day_number) as low_day, max(day_number) as high_day,
         text128(coalesce(min(case when before_micros < after_micros then before_micros else after_micros end), int128(0))) as low_micros,
         text128(coalesce(max(case when before_micros > after_micros then before_micros else after_micros end), int128(0))) as high_micros
       from ${events.name}) e
     cross join (
       select min(at_ms) as low_ms, max(at_ms) as high_ms
       from (select order_no, at_ms from ${candidates.name} group by order_no, at_ms having count(*) > 1) tied) t
     cross join (select max(n) as n from (select count(*) as n from ${candidates.name} group by order_no) counted) m`,
  );
  const { low_ms, high_ms, most_candidates, ...bounds } = read(row, {
    low_day: 'number?',
    high_day: 'number?',
    low_micros: 'bigint',
    high_micros: 'bigint',
    low_ms: 'number?',
    high_ms: 'number?',
    most_candidates: 'number?',
  });
  for (const micros of [bounds.low_micros, bounds.high_micros])
    if (micros > MAX_VALUE_MICROS || micros < -MAX_VALUE_MICROS)
      throw new TributaryError(
        'unprocessable',
        `currency: an order is worth ${formatMicros(micros)} ${plan.currency}, more than reports can divide exactly; check its value, its adjustments and the rates of its day`,
        { field: 'currency' },
      );
  return {
    low_day: bounds.low_day ?? 0,
    high_day: bounds.high_day ?? 0,
    values_are_small: bounds.low_micros >= 0n && bounds.high_micros <= BigInt(MAX_MICROS),
    most_candidates: most_candidates ?? 0,
    ties: low_ms === null || high_ms === null ? null : { low_ms, high_ms },
  };
}
