/** The marketing programme of the brand, and the exchange rate. It is the same for every customer of a world. */

import type { CampaignKind } from '../domain/campaign-kind.ts';
import { Random } from '../domain/random.ts';
import { formatDate, MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from '../domain/time.ts';

export type Currency = 'USD' | 'EUR';

export interface SimulationOptions {
  customers: number;
  /** Length of the world; it ends at `end_ms`. */
  days: number;
  seed: number;
  /** The present of this world, UTC milliseconds: nothing happens after it. */
  end_ms: number;
  brand_id?: string;
}

export interface Email {
  campaign_id: string;
  campaign_kind: CampaignKind;
  email_id: string;
  /** Chance that an average recipient reads it, and that a reader clicks. */
  read_rate: number;
  click_rate: number;
}

interface Broadcast extends Email {
  send_at_ms: number;
  /** Share of the list that it goes to. */
  audience: number;
}

/** An email of a flow is sent this long after what triggers it. */
export interface FlowEmail extends Email {
  delay_ms: number;
}

interface Blast {
  campaign_id: string;
  send_at_ms: number;
}

export interface Programme {
  start_ms: number;
  end_ms: number;
  broadcasts: Broadcast[];
  welcome: FlowEmail[];
  abandoned_cart: FlowEmail[];
  sms: Blast[];
  push: Blast[];
}

const KINDS = [
  { name: 'newsletter', emails: 1, read_rate: 0.3, click_rate: 0.15, audience: 0.95 },
  { name: 'promotion', emails: 3, read_rate: 0.26, click_rate: 0.24, audience: 0.85 },
  { name: 'newsletter', emails: 2, read_rate: 0.27, click_rate: 0.13, audience: 0.95 },
  { name: 'new_arrivals', emails: 1, read_rate: 0.28, click_rate: 0.2, audience: 0.8 },
] as const;

/** The brand's programme of a world: a campaign about every ten days, at least six in a short world, and two flows. */
export function makeProgramme(options: SimulationOptions): Programme {
  const { days, end_ms } = options;
  const start_ms = end_ms - days * MS_PER_DAY;
  const random = new Random(options.seed, 'plan');
  const count = Math.max(Math.min(6, days), Math.round(days / 10));
  const programme: Programme = { start_ms, end_ms, broadcasts: [], welcome, abandoned_cart, sms: [], push: [] };
  for (let i = 0; i < count; i++) {
    const kind = KINDS[i % KINDS.length]!;
    const day = Math.floor((start_ms + ((i + random.between(0.2, 0.8)) * days * MS_PER_DAY) / count) / MS_PER_DAY);
    addCampaign(programme, kind, day * MS_PER_DAY + random.integer(8, 16) * MS_PER_HOUR, random);
  }
  for (let at = start_ms + 3 * MS_PER_DAY + 17 * MS_PER_HOUR; at < end_ms; at += 7 * MS_PER_DAY) {
    programme.push.push({ campaign_id: 'push_weekly', send_at_ms: at });
  }
  return programme;
}

function addCampaign(programme: Programme, kind: (typeof KINDS)[number], first_ms: number, random: Random): void {
  const date = formatDate(Math.floor(first_ms / MS_PER_DAY)).replaceAll('-', '');
  const campaign_id = `${kind.name}_${date}`;
  const quality = random.between(0.8, 1.2);
  for (let i = 0; i < kind.emails; i++) {
    const send_at_ms = first_ms + i * 2 * MS_PER_DAY;
    if (send_at_ms < programme.start_ms || send_at_ms >= programme.end_ms) continue;
    programme.broadcasts.push({
      campaign_id,
      campaign_kind: 'campaign',
      email_id: `${campaign_id}_${i + 1}`,
      // Fewer people read each reminder, and those who click are more likely to buy.
      read_rate: kind.read_rate * quality * 0.9 ** i,
      click_rate: kind.click_rate * random.between(0.8, 1.2),
      send_at_ms,
      audience: kind.audience,
    });
  }
  if (kind.name === 'promotion' && first_ms > programme.start_ms && first_ms < programme.end_ms) {
    programme.sms.push({ campaign_id: `sms_${campaign_id}`, send_at_ms: first_ms + 2 * MS_PER_HOUR });
  }
}

const welcome = flow('welcome', [5 * MS_PER_MINUTE, 3 * MS_PER_DAY, 7 * MS_PER_DAY], 0.5, 0.25);
const abandoned_cart = flow('abandoned_cart', [MS_PER_HOUR, MS_PER_DAY], 0.45, 0.35);

function flow(campaign_id: string, delays_ms: number[], read_rate: number, click_rate: number): FlowEmail[] {
  return delays_ms.map((delay_ms, i) => {
    const email_id = `${campaign_id}_${i + 1}`;
    return { campaign_id, campaign_kind: 'flow', email_id, delay_ms, read_rate: read_rate * 0.85 ** i, click_rate };
  });
}

/** Dollars per euro, one rate a day from a week before the world (orders look back that far), four decimals. */
export function eurRates(options: SimulationOptions): { date: string; rate: string }[] {
  const random = new Random(options.seed, 'fx');
  const last_day = Math.floor(options.end_ms / MS_PER_DAY);
  const rates: { date: string; rate: string }[] = [];
  let rate = random.between(1.05, 1.12);
  for (let day = last_day - options.days - 7; day <= last_day; day++) {
    // A random walk with a weak pull to its mean, so that a long world stays plausible.
    rate += random.normal((1.085 - rate) * 0.01, 0.0045);
    rates.push({ date: formatDate(day), rate: rate.toFixed(4) });
  }
  return rates;
}
