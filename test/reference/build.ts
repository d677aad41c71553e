/** Short hand for small worlds in hand-computed tests. */
import type { RefAdjustment, RefConversion, RefLink, RefRate, RefTouchpoint, World } from './types.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** The order of most tests happens now. */
export const NOW = Date.UTC(2026, 1, 15, 12);
/** A period around it. */
export const FEBRUARY = { start_ms: Date.UTC(2026, 1, 1), end_ms: Date.UTC(2026, 2, 1) };

let log_seq = 0;

/** A touchpoint of customer `c`, `ago_ms` before {@link NOW}. */
export function touch(touchpoint_id: string, ago_ms: number, rest: Partial<RefTouchpoint> = {}): RefTouchpoint {
  const anonymous_only = rest.anonymous_id !== undefined && rest.customer_id === undefined;
  return {
    brand_id: 'default',
    log_seq: ++log_seq,
    touchpoint_id,
    touchpoint_type: 'paid_ad_click',
    channel: 'paid_search',
    verdict: 'unknown',
    occurred_at: NOW - ago_ms,
    ...(anonymous_only ? {} : { customer_id: 'c' }),
    ...rest,
  };
}

/** A conversion of customer `c` at {@link NOW}. */
export function sale(
  conversion_id: string,
  conversion_value_micros: number,
  rest: Partial<RefConversion> = {},
): RefConversion {
  return {
    brand_id: 'default',
    log_seq: ++log_seq,
    conversion_id,
    conversion_type: 'purchase',
    conversion_value_micros,
    currency: 'USD',
    occurred_at: NOW,
    customer_id: 'c',
    ...rest,
  };
}

export function adjust(adjustment_id: string, amount_micros: number, rest: Partial<RefAdjustment>): RefAdjustment {
  return {
    brand_id: 'default',
    log_seq: ++log_seq,
    adjustment_id,
    amount_micros,
    currency: 'USD',
    occurred_at: NOW + DAY,
    ...rest,
  };
}

export function link(link_id: string, left_id: string, right_id: string, rest: Partial<RefLink> = {}): RefLink {
  return { brand_id: 'default', log_seq: ++log_seq, link_id, left_id, right_id, occurred_at: NOW, ...rest };
}

export function rate(date: string, currency: string, rate_nanos: number, base = 'USD'): RefRate {
  return { brand_id: 'default', log_seq: ++log_seq, date, currency, base, rate_nanos };
}

export function world(parts: Partial<World>): World {
  return {
    touchpoints: [],
    conversions: [],
    adjustments: [],
    identity_links: [],
    fx_rates: [],
    spend: [],
    customer_segments: [],
    consents: [],
    ...parts,
  };
}
