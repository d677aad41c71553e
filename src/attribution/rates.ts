/** Finds the rates that convert orders into the report's currency. docs/semantics.md 8. */

import { TributaryError } from '../domain/errors.ts';
import { DEFAULT_BRAND } from '../domain/record.ts';
import { formatDate, parseDate } from '../domain/time.ts';
import { latestStatements } from '../log/statements.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { readAll } from '../warehouse/read-row.ts';
import { fill, type Relation } from '../warehouse/relation.ts';
import type { Plan } from './plan.ts';
import { RATES, VALUE_EVENTS } from './relations.ts';

/** A rate counts on its day and the six days after it. */
export const RATE_DAYS = 7;
const NANOS = 1_000_000_000n;
/** Between any two real currencies the rate is far below this. Larger rates would not fit the numbers of a report. */
const MAX_RATE = 1_000_000_000n;

/** What a report does with an order whose currency has no rate: it is refused, or it keeps the order and knows no value of it. */
export type WithoutRate = 'refused' | 'kept';

/** A rate as a fraction, with the days of the quotes that it comes from. */
export interface ResolvedRate {
  num: bigint;
  den: bigint;
  /** The days of the quotes, oldest first; empty if no conversion is needed. */
  dates: string[];
}

interface Quote {
  brand_id: string;
  day: number;
  currency: string;
  base: string;
  rate_nanos: bigint;
}

/** The quotes known at a log position. It finds the latest rate of the last seven days. */
export class RateBook {
  private readonly quotes = new Map<string, Quote[]>();

  constructor(quotes: readonly Quote[]) {
    for (const quote of quotes) {
      const key = `${quote.brand_id}\0${quote.currency}`;
      const list = this.quotes.get(key) ?? [];
      this.quotes.set(key, list);
      list.push(quote);
    }
    for (const list of this.quotes.values()) list.sort((a, b) => b.day - a.day || (a.base < b.base ? -1 : 1));
  }

  /**
   * The rate from one currency to another on a day: direct, inverse, or through a shared base. Undefined if there is none.
   * @throws unprocessable when the rate cannot be right.
   */
  find(brand_id: string, day: number, from: string, to: string): ResolvedRate | undefined {
    const rate = this.search(brand_id, day, from, to);
    if (rate && (rate.num > rate.den * MAX_RATE || rate.den > rate.num * MAX_RATE))
      throw new TributaryError(
        'unprocessable',
        `currency: the rate from ${from} to ${to} on ${formatDate(day)}, from the rates of ${rate.dates.join(' and ')}, is ${Number(rate.num) / Number(rate.den)}; a rate may be at most ${MAX_RATE} and at least 1/${MAX_RATE}. Send the right rate for that day to /v1/fx_rates`,
        { field: 'currency' },
      );
    return rate;
  }

  private search(brand_id: string, day: number, from: string, to: string): ResolvedRate | undefined {
    if (from === to) return { num: 1n, den: 1n, dates: [] };
    const direct = this.latest(brand_id, day, from).find((q) => q.base === to);
    if (direct) return { num: direct.rate_nanos, den: NANOS, dates: [formatDate(direct.day)] };
    const inverse = this.latest(brand_id, day, to).find((q) => q.base === from);
    if (inverse) return { num: NANOS, den: inverse.rate_nanos, dates: [formatDate(inverse.day)] };
    for (const left of this.latest(brand_id, day, from)) {
      const right = this.latest(brand_id, day, to).find((q) => q.base === left.base);
      if (right)
        return {
          num: left.rate_nanos,
          den: right.rate_nanos,
          dates: [left.day, right.day].sort((a, b) => a - b).map(formatDate),
        };
    }
    return undefined;
  }

  /**
   * For each base currency, the newest quote, at most seven days old. On the same day, the brand's own quote is used before a
   * quote for all brands.
   */
  private latest(brand_id: string, day: number, currency: string): Quote[] {
    const own = this.quotes.get(`${brand_id}\0${currency}`) ?? [];
    const shared = brand_id === DEFAULT_BRAND ? [] : (this.quotes.get(`${DEFAULT_BRAND}\0${currency}`) ?? []);
    const by_base = new Map<string, Quote>();
    for (const quote of [...own, ...shared]) {
      if (quote.day > day || quote.day <= day - RATE_DAYS) continue;
      const held = by_base.get(quote.base);
      if (!held || quote.day > held.day) by_base.set(quote.base, quote);
    }
    return [...by_base.values()].sort((a, b) => (a.base < b.base ? -1 : 1));
  }
}

/** SQL for an amount at the rate `r.num / r.den`, rounded half away from zero. */
export function atRate(micros: string): string {
  return `case when r.num = r.den then ${micros} else idiv(int128(2) * ${micros} * int128(r.num) + case when ${micros} < 0 then -int128(r.den) else int128(r.den) end, int128(2) * int128(r.den)) end`;
}

/** Reads the quotes that count at the plan's log position: of each day and pair the latest one. */
export async function readRates(snapshot: Snapshot, plan: Plan): Promise<RateBook> {
  const columns = ['date', 'currency', 'base', 'rate_nanos'];
  const rows = await snapshot.query(latestStatements('fx_rates', plan.positions.conversions, { columns }));
  const quotes = readAll(rows, {
    brand_id: 'text',
    date: 'text',
    currency: 'text',
    base: 'text',
    rate_nanos: 'bigint',
  });
  return new RateBook(quotes.map(({ date, ...quote }) => ({ ...quote, day: parseDate(date) as number })));
}

/** The error for money that no stored rate converts. @param what the field that holds the money. */
export function missingRate(what: string, from: string, to: string, date: string): TributaryError {
  return new TributaryError('missing_fx_rate', `${what}: ${noRate(from, to, date)}`, { field: 'currency' });
}

/** Which rate is missing, and how to mend it. */
export const noRate = (from: string, to: string, date: string): string =>
  `no rate from ${from} to ${to} on ${date} or the ${RATE_DAYS - 1} days before; send it to /v1/fx_rates, or import a file with the columns date,currency,base,rate (tributary import fx_rates FILE), or ask for another currency`;

/**
 * Makes `rates` for `value_events`. Where orders without a rate are kept, theirs is 0, which no stored rate can be.
 * @returns whether a rate is missing.
 * @throws missing_fx_rate naming the currencies and the day, where such orders are refused.
 */
export async function makeRates(
  snapshot: Snapshot,
  plan: Plan,
  without_rate: WithoutRate,
): Promise<{ rates: Relation; has_missing: boolean }> {
  const rows = await snapshot.query(
    `select distinct brand_id, currency, order_day_number as day_number from ${VALUE_EVENTS.name} order by day_number, currency, brand_id`,
  );
  const book = await readRates(snapshot, plan);
  const needed = readAll(rows, { brand_id: 'text', currency: 'text', day_number: 'number' });
  const rates = needed.map(({ brand_id, currency, day_number }) => {
    const rate = book.find(brand_id, day_number, currency, plan.currency);
    if (!rate && without_rate === 'refused')
      throw missingRate('currency', currency, plan.currency, formatDate(day_number));
    return { brand_id, currency, day_number, num: rate?.num ?? 0n, den: rate?.den ?? 1n };
  });
  return { rates: await fill(snapshot, RATES, rates), has_missing: rates.some(({ num }) => num === 0n) };
}
