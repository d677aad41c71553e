/**
 * What the providers of the simulated shop claim. Each claims the whole value of every order within its windows, so together they
 * claim more than the shop sold: the email tool also counts opens by machines, and both claim the orders that both touched.
 */
import { formatMicros } from '../domain/money.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import type { TouchpointType } from '../domain/touchpoint.ts';
import type { Currency } from './programme.ts';
import { dateOf } from './stamp.ts';

interface Claimant {
  name: string;
  channel?: string;
  attribution_window: string;
  /** How long after a touch of a type it claims an order, in days. */
  days: Partial<Record<TouchpointType, number>>;
  counted_on: 'order' | 'touch';
}

export const CLAIMANTS: readonly Claimant[] = [
  {
    name: 'mail_tool',
    channel: 'email',
    attribution_window: '5-day click, 5-day open',
    days: { email_click: 5, email_open: 5 },
    counted_on: 'order',
  },
  {
    name: 'ad_platform',
    attribution_window: '28-day click, 1-day view',
    days: { paid_ad_click: 28, ad_impression: 1 },
    counted_on: 'touch',
  },
];

interface Claimed {
  conversions: number;
  cents: number;
}

/** The claims of all providers, by day, claimant, campaign and currency. */
export class ClaimBook {
  private readonly claims = new Map<string, Claimed>();

  add(claimant: Claimant, day_ms: number, campaign_id: string, currency: Currency, cents: number): void {
    const key = [dateOf(day_ms), claimant.name, campaign_id, currency].join('\t');
    const claimed = this.claims.get(key) ?? { conversions: 0, cents: 0 };
    this.claims.set(key, { conversions: claimed.conversions + 1, cents: claimed.cents + cents });
  }

  /** The claims as they would be sent, in order of days. */
  records(): object[] {
    return [...this.claims]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { conversions, cents }]) => {
        const [date, name, campaign_id, currency] = key.split('\t');
        const { channel, attribution_window, counted_on } = CLAIMANTS.find((one) => one.name === name)!;
        return {
          claim_id: `cl_${date}_${name}_${campaign_id}_${currency}`,
          claimant: name,
          date,
          campaign_id,
          ...(channel === undefined ? {} : { channel }),
          conversions,
          revenue: formatMicros(cents * 10_000),
          currency,
          attribution_window,
          counted_on,
        };
      });
  }

  /** What each provider claims in all, by currency. */
  totals(): Record<string, { orders: number; gross: Record<Currency, number> }> {
    const totals = Object.fromEntries(CLAIMANTS.map(({ name }) => [name, { orders: 0, gross: { USD: 0, EUR: 0 } }]));
    for (const [key, { conversions, cents }] of this.claims) {
      const [, name, , currency] = key.split('\t');
      totals[name!]!.orders += conversions;
      totals[name!]!.gross[currency as Currency] += cents;
    }
    return totals;
  }
}

interface Touch {
  at_ms: number;
  campaign_id: string;
  /** The last instant at which an order is claimed for it. */
  until_ms: number;
}

/** The touches of one person that providers know of. */
export class ClaimedTouches {
  private readonly touches = CLAIMANTS.map((): Touch[] => []);

  constructor(private readonly book: ClaimBook) {}

  touch(type: TouchpointType, at_ms: number, campaign_id: string | undefined): void {
    if (campaign_id === undefined) return;
    for (const [i, { days }] of CLAIMANTS.entries())
      if (days[type] !== undefined)
        this.touches[i]!.push({ at_ms, campaign_id, until_ms: at_ms + days[type] * MS_PER_DAY });
  }

  /** Each provider claims an order for the latest touch of its own within its windows. */
  order(at_ms: number, currency: Currency, cents: number): void {
    for (const [i, claimant] of CLAIMANTS.entries()) {
      const touch = this.touches[i]!.findLast((one) => one.at_ms <= at_ms && one.until_ms >= at_ms);
      if (touch === undefined) continue;
      const day_ms = claimant.counted_on === 'touch' ? touch.at_ms : at_ms;
      this.book.add(claimant, day_ms, touch.campaign_id, currency, cents);
    }
  }
}
