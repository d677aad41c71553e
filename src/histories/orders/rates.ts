/** Rates of a book, and value events at the rate of their order: attribution/rates.ts, in memory. docs/semantics.md 8. */
import type { Plan } from '../../attribution/plan.ts';
import { missingRate, RateBook, type ResolvedRate } from '../../attribution/rates.ts';
import { formatDate } from '../../domain/time.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { OrderBook } from './order-book.ts';
import type { PickedOrders } from './pick-orders.ts';
import type { Standing } from './standing.ts';
import { lastOf, latestOf } from './statements.ts';
import type { ValueEvents } from './value-events.ts';

const known = new WeakMap<OrderBook, { last: string; rates: RateBook }>();

/** The rates that count at a position. They are kept until another statement counts. */
export function ratesAt(book: OrderBook, standing: Standing): RateBook {
  const stated = book.rates.filter((rate) => standing.seesStatement(rate));
  const last = lastOf(stated);
  const kept = known.get(book);
  if (kept?.last === last) return kept.rates;
  const rates = new RateBook(latestOf(book.collectors.texts, stated));
  known.set(book, { last, rates });
  return rates;
}

interface Valued extends PickedOrders {
  /** The calendar day of an order in the zone of its brand. */
  dayOf: (order: number) => number;
}

/**
 * Converts the value events into the currency of the plan.
 * @throws missing_fx_rate naming the currencies and the day; unprocessable when a rate cannot be right.
 */
export async function convertEvents(book: OrderBook, plan: Plan, standing: Standing, valued: Valued): Promise<void> {
  const own = book.currencies.find(plan.currency);
  const { currency } = book.conversions;
  const turns = new WorkTurns();
  const foreign: number[] = [];
  const { rows } = valued;
  for (let order = 0; order < rows.length; order++) if (currency[rows[order]!] !== own) foreign.push(order);
  if (foreign.length === 0) return;
  const needed = new Map<string, Needed>();
  const by_name = foreign.map((order) => {
    const [brand_no, day] = [valued.place[order]!, valued.dayOf(order)];
    const name = `${brand_no} ${currency[valued.rows[order]!]!} ${day}`;
    const need = needed.get(name) ?? {
      brand_id: plan.brands[brand_no]!.brand_id,
      currency: book.currencies.texts[currency[valued.rows[order]!]!]!,
      day,
      rate: null,
    };
    needed.set(name, need);
    return need;
  });
  findRates(ratesAt(book, standing), plan, [...needed.values()]);
  for (const [i, order] of foreign.entries()) {
    if (turns.ends(64)) await turns.next();
    const rate = by_name[i]!.rate!;
    for (let e = valued.event_starts[order]!; e < valued.event_starts[order + 1]!; e++)
      convertEvent(valued.events, e, rate);
  }
}

interface Needed {
  brand_id: string;
  currency: string;
  day: number;
  rate: Fraction | null;
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Finds the rates in the order of the query, so that both ways name the same rate if several are missing. */
function findRates(rates: RateBook, plan: Plan, needed: Needed[]): void {
  needed.sort((a, b) => a.day - b.day || byBytes(a.currency, b.currency) || byBytes(a.brand_id, b.brand_id));
  for (const need of needed) {
    const found = rates.find(need.brand_id, need.day, need.currency, plan.currency);
    if (!found) throw missingRate('currency', need.currency, plan.currency, formatDate(need.day));
    need.rate = lowestTerms(found);
  }
}

/** A rate in lowest terms. The numbers are NaN where doubles do not hold them. */
interface Fraction {
  num: bigint;
  den: bigint;
  small_num: number;
  small_den: number;
}

function lowestTerms({ num, den }: ResolvedRate): Fraction {
  let [a, b] = [num, den];
  while (b !== 0n) [a, b] = [b, a % b];
  const own = { num: num / a, den: den / a };
  const small = (value: bigint): number => (value <= Number.MAX_SAFE_INTEGER ? Number(value) : Number.NaN);
  return { ...own, small_num: small(own.num), small_den: small(own.den) };
}

function convertEvent(events: ValueEvents, event: number, rate: Fraction): void {
  if (!events.large.has(event)) {
    const [before, after] = [smallAtRate(events.before[event]!, rate), smallAtRate(events.after[event]!, rate)];
    if (before < Number.MAX_SAFE_INTEGER && after < Number.MAX_SAFE_INTEGER) {
      events.setSmall(event, before, after);
      return;
    }
  }
  const { before, after } = events.exact(event);
  events.set(event, atRate(before, rate), atRate(after, rate));
}

/** A value of at least 0 at a rate, rounded half away from zero; NaN where doubles are not exact. */
function smallAtRate(value: number, { small_num, small_den }: Fraction): number {
  const doubled = 2 * value * small_num + small_den;
  return doubled < Number.MAX_SAFE_INTEGER ? Math.floor(doubled / (2 * small_den)) : Number.NaN;
}

/** A value at a rate, rounded half away from zero. */
export function atRate(value: bigint, { num, den }: Pick<ResolvedRate, 'num' | 'den'>): bigint {
  return (2n * value * num + (value < 0n ? -den : den)) / (2n * den);
}
