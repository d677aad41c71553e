/** Counts the events and their causes while the generator runs. truth.json is made from these counts. */

import { RECORD_NAMES, type RecordName } from '../domain/index.ts';
import { formatMicros } from '../domain/money.ts';
import { formatInstant } from '../domain/time.ts';
import { ClaimBook } from './claimants.ts';
import { type Cause, EFFECTS, ORGANIC_ORDERS_PER_30_DAYS } from './effects.ts';
import type { Currency, Programme, SimulationOptions } from './programme.ts';
import { dateOf } from './stamp.ts';

type Cents = Record<Currency, number>;

/** Email figures. Each event counts once, even if it was reported twice. */
const MAIL_COUNTS = {
  sent: 0,
  delivered: 0,
  bounced: 0,
  complained: 0,
  unsubscribed: 0,
  /** A person opened, and their own mail program said so. */
  human_opens: 0,
  /** A person opened, seen through Gmail's image proxy. */
  proxied_opens: 0,
  /** Apple's mail privacy fetched the images, whether or not a person looked. */
  machine_opens: 0,
  scanner_opens: 0,
  human_clicks: 0,
  scanner_clicks: 0,
  /** A person read it, whether or not an open was recorded. */
  reads: 0,
  unseen_reads: 0,
};

export class Tally {
  readonly lines = zeroed();
  readonly distinct = zeroed();
  /** Lines that arrived more than an hour after the event. */
  late_lines = 0;
  readonly mail = { ...MAIL_COUNTS };
  readonly orders: Record<Currency, number> = { USD: 0, EUR: 0 };
  orders_reported_twice = 0;
  readonly gross: Cents = { USD: 0, EUR: 0 };
  readonly adjusted: Cents = { USD: 0, EUR: 0 };
  readonly causes = new Map<Cause, { orders: number; gross: Cents }>();
  readonly claims = new ClaimBook();
  readonly members = { at_start: 0, joined: 0 };
  /** Micros of USD by day, channel and campaign, joined by tabs. */
  private readonly costs = new Map<string, number>();

  addOrder(currency: Currency, cents: number, cause: Cause): void {
    this.orders[currency]++;
    this.gross[currency] += cents;
    let caused = this.causes.get(cause);
    if (!caused) {
      caused = { orders: 0, gross: { USD: 0, EUR: 0 } };
      this.causes.set(cause, caused);
    }
    caused.orders++;
    caused.gross[currency] += cents;
  }

  addCost(at_ms: number, channel: string, campaign_id: string, micros: number): void {
    const key = `${dateOf(at_ms)}\t${channel}\t${campaign_id}`;
    this.costs.set(key, (this.costs.get(key) ?? 0) + micros);
  }

  /** Spend by day, channel and campaign, in that order. */
  spendRows(): { date: string; channel: string; campaign_id: string; amount: string }[] {
    return [...this.costs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, micros]) => {
        const [date = '', channel = '', campaign_id = ''] = key.split('\t');
        return { date, channel, campaign_id, amount: formatMicros(micros) };
      });
  }
}

function zeroed(): Record<RecordName, number> {
  return Object.fromEntries(RECORD_NAMES.map((name) => [name, 0])) as Record<RecordName, number>;
}

/** The content of truth.json: amounts are decimal strings in major units, per currency; nothing is converted. */
export function truthFrom(options: SimulationOptions, programme: Programme, tally: Tally) {
  const both = (amounts: (currency: Currency) => string) => ({ USD: amounts('USD'), EUR: amounts('EUR') });
  const causes = [...tally.causes].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    generator: 'tributary-simulation/1',
    options,
    start: formatInstant(programme.start_ms),
    end: formatInstant(programme.end_ms),
    lines: tally.lines,
    distinct: tally.distinct,
    late_lines: tally.late_lines,
    customers: { ...tally.members },
    email: {
      campaigns: new Set(
        [...programme.broadcasts, ...programme.welcome, ...programme.abandoned_cart].map((e) => e.campaign_id),
      ).size,
      ...tally.mail,
    },
    orders: {
      count: tally.orders.USD + tally.orders.EUR,
      reported_twice: tally.orders_reported_twice,
      by_currency: { ...tally.orders },
      gross: both((currency) => money(tally.gross[currency])),
      adjustments: both((currency) => money(tally.adjusted[currency])),
      net: both((currency) => money(tally.gross[currency] + tally.adjusted[currency])),
    },
    // Every order has exactly one cause, so these add up to the orders. Orders with the cause `organic` need no marketing.
    caused: Object.fromEntries(
      causes.map(([cause, { orders, gross }]) => [
        cause,
        { orders, gross: both((currency) => money(gross[currency])) },
      ]),
    ),
    // What providers say that they earned: each claims whole orders, before refunds.
    claimed: Object.fromEntries(
      Object.entries(tally.claims.totals()).map(([claimant, { orders, gross }]) => [
        claimant,
        { orders, gross: both((currency) => money(gross[currency])) },
      ]),
    ),
    effects: { organic_orders_per_30_days: ORGANIC_ORDERS_PER_30_DAYS, ...EFFECTS },
  };
}

export type Truth = ReturnType<typeof truthFrom>;

/** Cents as a decimal of major units. */
export function money(cents: number): string {
  return (cents / 100).toFixed(2);
}
