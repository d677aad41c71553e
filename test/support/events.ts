/** Events as a small shop sends them. A test names only what it is about. */
import type { EnrichOptions } from '../../src/enrichment/enrich.ts';
import type { PrivacyOptions } from '../../src/enrichment/private.ts';
import { at } from './time.ts';

export type Fields = Record<string, unknown>;

/** Who asks or sends with a key for all brands. */
export const ALL_BRANDS = { key_brand_id: null };

/** The header of a request with this key. */
export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** What is kept of addresses, with the default settings. */
export const PRIVACY: PrivacyOptions = { ip_storage: 'truncated', geo: null };
/** How events are enriched, with the default settings. */
export const ENRICHMENT: EnrichOptions = { strict_ga4: false, ...PRIVACY };

/** A touchpoint that is acceptable as it stands. */
export const TOUCH = {
  customer_id: 'customer-1',
  touchpoint_type: 'email_click',
  channel: 'email',
  campaign_id: 'spring',
  email_id: 'teaser',
  occurred_at: '2026-03-01T09:00:00Z',
};

/** An order that is acceptable as it stands. */
export const ORDER = {
  conversion_id: 'conversion-1',
  customer_id: 'customer-1',
  conversion_type: 'purchase',
  conversion_value: '149.99',
  currency: 'USD',
  order_id: 'order-1',
  occurred_at: '2026-03-01T11:00:00Z',
};

/** A touchpoint of Ann, or of the `anonymous_id` in `rest`. */
export function touch(touchpoint_id: string, touchpoint_type: string, occurred_at: string, rest: Fields = {}): Fields {
  const who = 'anonymous_id' in rest ? {} : { customer_id: 'ann' };
  const channel = touchpoint_type.startsWith('email_') ? 'email' : 'direct';
  return { touchpoint_id, touchpoint_type, occurred_at, channel, ...who, ...rest };
}

/** A purchase of Ann, in dollars. */
export function order(conversion_id: string, conversion_value: string, occurred_at: string, rest: Fields = {}): Fields {
  const what = { conversion_id, conversion_type: 'purchase', conversion_value, currency: 'USD' };
  return { ...what, occurred_at, customer_id: 'ann', ...rest };
}

/** An event of an email of the campaign `spring`. */
export function mail(event_type: string, customer_id: string, rest: Fields = {}): Fields {
  return { event_type, customer_id, campaign_id: 'spring', email_id: 'e1', occurred_at: at(1), ...rest };
}

/** The smallest event that stands for itself: one email that was sent. */
export function sent(event_id: string, rest: Fields = {}): Fields {
  return { event_id, event_type: 'sent', customer_id: 'c', occurred_at: '2026-05-01T00:00:00Z', ...rest };
}
