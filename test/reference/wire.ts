/** A world as it is sent, and the same world as the reference takes it. Reads the wire by itself, not with src/domain. */
import type { ConsentInput } from '../../src/domain/consent/consent.ts';
import type { AdjustmentInput, ConversionInput } from '../../src/domain/conversion.ts';
import type { CustomerSegmentInput, IdentityLinkInput } from '../../src/domain/identity-link.ts';
import type { FxRateInput, SpendInput } from '../../src/domain/spend.ts';
import type { TouchpointInput } from '../../src/domain/touchpoint.ts';
import { NOW_MS } from '../support/time.ts';
import { measurementOf } from './consents.ts';
import { lineIds } from './spend.ts';
import type { World } from './types.ts';

/** A conversion, and whether a page sends it. */
export type WireConversion = ConversionInput & { from_page?: boolean };

/** Lines with the same number are sent in one request; one without a number is sent alone. */
export type WireSpend = SpendInput & { request?: number };
export type WireAdjustment = AdjustmentInput & { request?: number };

export interface WireWorld {
  touchpoints: TouchpointInput[];
  conversions: WireConversion[];
  adjustments: WireAdjustment[];
  identity_links: IdentityLinkInput[];
  fx_rates: FxRateInput[];
  spend: WireSpend[];
  customer_segments: CustomerSegmentInput[];
  consents: ConsentInput[];
}

export type WireName = keyof WireWorld;

/** The order of sending that {@link toReference} assumes. */
export const WIRE_ORDER: readonly WireName[] = [
  'touchpoints',
  'conversions',
  'adjustments',
  'identity_links',
  'fx_rates',
  'spend',
  'customer_segments',
  'consents',
];

/**
 * The reference's world of a wire world.
 * @param logSeq where a record stands in the log; by default 1, 2, 3 … in {@link WIRE_ORDER}.
 */
export function toReference(wire: WireWorld, logSeq: (name: WireName, index: number) => number = inOrder(wire)): World {
  const row = (name: WireName, index: number, brand_id: string | undefined) => ({
    brand_id: brand_id ?? 'default',
    log_seq: logSeq(name, index),
  });
  const adjustment_ids = lineIds(
    wire.adjustments,
    ({ adjustment_id }) => adjustment_id,
    ({ request: _request, amount, occurred_at, ...rest }) => [rest, scaled(amount, 6), Date.parse(occurred_at)],
  );
  const spend_lines = lineIds(
    wire.spend,
    ({ spend_id }) => spend_id,
    ({ brand_id, date, channel, campaign_id, ad_set_id, source }) => [
      brand_id,
      date,
      channel,
      campaign_id,
      ad_set_id,
      source,
    ],
  );
  return {
    touchpoints: wire.touchpoints.map(({ geo_location, ...rest }, i) => ({
      ...rest,
      ...row('touchpoints', i, rest.brand_id),
      touchpoint_id: rest.touchpoint_id!,
      occurred_at: serverTime(rest),
      verdict: rest.verdict ?? 'unknown',
      country: geo_location === undefined ? null : String(geo_location.country),
    })),
    conversions: wire.conversions.map(({ conversion_value, ...rest }, i) => ({
      ...rest,
      ...row('conversions', i, rest.brand_id),
      conversion_id: rest.conversion_id!,
      occurred_at: serverTime(rest),
      conversion_value_micros: scaled(conversion_value, 6),
      currency: rest.currency ?? 'USD',
    })),
    adjustments: wire.adjustments.map(({ amount, request: _request, ...rest }, i) => ({
      ...rest,
      ...row('adjustments', i, rest.brand_id),
      adjustment_id: adjustment_ids[i]!,
      occurred_at: Date.parse(rest.occurred_at),
      amount_micros: scaled(amount, 6),
    })),
    identity_links: wire.identity_links.map((link, i) => ({
      ...link,
      ...row('identity_links', i, link.brand_id),
      left_id: link.left_id!,
      right_id: link.right_id!,
      link_id: link.link_id!,
      occurred_at: Date.parse(link.occurred_at),
    })),
    fx_rates: wire.fx_rates.map(({ rate, ...rest }, i) => ({
      ...rest,
      ...row('fx_rates', i, rest.brand_id),
      rate_nanos: scaled(rate, 9),
    })),
    spend: wire.spend.map(({ amount, request: _request, ...rest }, i) => ({
      ...rest,
      ...row('spend', i, rest.brand_id),
      line: spend_lines[i]!,
      amount_micros: scaled(amount, 6),
      currency: rest.currency ?? 'USD',
    })),
    customer_segments: wire.customer_segments.map((one, i) => ({
      ...row('customer_segments', i, one.brand_id),
      segment_id: one.segment_id!,
      customer_id: one.customer_id,
      segment_name: one.segment_name,
      assigned_at: Date.parse(one.assigned_at),
      expires_at: one.expires_at === undefined ? null : Date.parse(one.expires_at),
    })),
    consents: wire.consents.map((one, i) => ({
      ...row('consents', i, one.brand_id),
      consent_id: one.consent_id!,
      customer_id: one.customer_id,
      anonymous_id: one.anonymous_id,
      measurement: measurementOf(one),
      occurred_at: Date.parse(one.occurred_at),
    })),
  };
}

/** The time of an event by the clock of the server, which receives it at NOW_MS. */
export function serverTime({ occurred_at, sent_at }: { occurred_at: string; sent_at?: string }): number {
  return Date.parse(occurred_at) + (sent_at === undefined ? 0 : NOW_MS - Date.parse(sent_at));
}

function inOrder(wire: WireWorld): (name: WireName, index: number) => number {
  const starts = new Map<WireName, number>();
  let next = 1;
  for (const name of WIRE_ORDER) {
    starts.set(name, next);
    next += wire[name].length;
  }
  return (name, index) => starts.get(name)! + index;
}

/** A plain decimal without its point: `-1.5` with six decimals is -1500000. */
function scaled(decimal: string | number, decimals: number): number {
  const [whole = '0', fraction = ''] = String(decimal).split('.');
  return Number(whole + fraction.padEnd(decimals, '0'));
}
