/** Messages as a sender's redirects and its provider tell of them, and settling of what was sent. */
import { DEFAULT_SETTLE_SETTINGS, type SettleSettings } from '../../../src/log/settlement/settings.ts';
import { settleAll } from '../../../src/log/settlement/settle.ts';
import type { CollectingTributary } from '../../../src/tributary.ts';
import { UA } from '../../enrichment/options.ts';
import type { Fields } from '../../support/events.ts';

export const DELIVERED_MS = Date.parse('2026-03-05T09:00:00Z');

/** An instant so many seconds after the delivery. */
export const secondsIn = (seconds: number): string => new Date(DELIVERED_MS + seconds * 1_000).toISOString();

export const delivery = (message_id: string, rest: Fields = {}): Fields => ({
  event_id: `delivered-${message_id}`,
  event_type: 'delivered',
  customer_id: 'ann',
  campaign_id: 'spring',
  message_id,
  occurred_at: secondsIn(0),
  ...rest,
});

/** A click on a link of a message with five links, so many seconds after the delivery. */
export const click = (message_id: string, link: number, seconds: number, rest: Fields = {}): Fields => ({
  touchpoint_id: `click-${message_id}-${link}-${seconds}`,
  touchpoint_type: 'email_click',
  customer_id: 'ann',
  campaign_id: 'spring',
  message_id,
  url: `https://shop.example/${link}`,
  user_agent: UA.iphone,
  evidence: { method: 'GET', link, links: 5 },
  occurred_at: secondsIn(seconds),
  ...rest,
});

export const open = (message_id: string, seconds: number, rest: Fields = {}): Fields => {
  const { url: _url, evidence: _evidence, ...common } = click(message_id, 0, seconds);
  return { ...common, touchpoint_id: `open-${message_id}-${seconds}`, touchpoint_type: 'email_open', ...rest };
};

/** A gateway that follows all five links, one every 0.3 seconds. */
export const gateway = (message_id: string, seconds: number, rest: Fields = {}): Fields[] =>
  [1, 2, 3, 4, 5].map((link, i) => click(message_id, link, seconds + i * 0.3, rest));

/** Settles what was loaded, as the follower does. */
export function settleNow(
  { warehouse, enrich_options, state }: Pick<CollectingTributary, 'warehouse' | 'enrich_options' | 'state'>,
  settings: Partial<SettleSettings> = {},
  clock: () => number = Date.now,
): Promise<{ examined: number; changed: number }> {
  const all = { ...DEFAULT_SETTLE_SETTINGS, settle_ms: 0, ...settings };
  const fenced = { transaction: state.transaction.bind(state) };
  return settleAll({ warehouse, enrich_options, settings: all, clock }, fenced, new AbortController().signal);
}
