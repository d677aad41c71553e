/**
 * What an order tells about the click that led to it, in the order of trust (`domain/order-match.ts`). A click id or visitor id becomes an
 * id of the order's person. A coupon or UTMs name a campaign and no person: they are kept beside the order and shown in its receipt, and
 * no touchpoint is made of them, because nobody saw one.
 */

import { MATCH_CONFIDENCE, type MatchMethod } from '../domain/order-match.ts';
import { placeholderFault } from '../domain/placeholders.ts';
import { clickAnonymousId } from '../email/touchpoints.ts';
import { cut, fieldsOf, text } from './fields.ts';
import type { SourceOptions } from './source.ts';

export interface OrderHints {
  /** What the shop's page or link gave along: cart attributes, metadata, fields of the order. */
  attributes?: Readonly<Record<string, unknown>> | undefined;
  /** A field whose only purpose is an id of the sender. It counts if it is a click id. */
  reference?: unknown;
  landing_url?: unknown;
  coupons?: readonly unknown[] | undefined;
  /** By name without `utm_`, where the shop knows more than the landing URL. */
  utm?: Readonly<Record<string, unknown>> | undefined;
}

/** Options that all shops share, with what each is for. */
export const ORDER_OPTIONS = {
  click_parameter: 'the parameter and attribute with the click id; ct when left out',
  coupons: 'by coupon code, the campaign that owns it',
  test_mode: '"on" also takes test orders',
} as const;

export interface OrderMatch {
  method: MatchMethod | undefined;
  confidence: number | undefined;
  /** Ids of the order's person, the most trusted first. */
  anonymous_ids: string[];
  /** What is kept beside the order. */
  properties: Record<string, string>;
}

export const takesTests = ({ options }: SourceOptions): boolean => options['test_mode'] === 'on';

const UTM = ['source', 'medium', 'campaign', 'content', 'term', 'id'] as const;
const MAX_LABEL = 200;
/** A ULID, with or without the prefix of the id that the click's touchpoint has. */
const CLICK_ID = /^(?:ct_)?([0-7][0-9A-HJKMNP-TV-Z]{25})$/i;

function clickId(value: unknown): string | undefined {
  const ulid = CLICK_ID.exec(text(value) ?? '')?.[1];
  return ulid === undefined ? undefined : clickAnonymousId(ulid.toUpperCase());
}

const HINT_NAME = /_(?:click|visitor)_id$/i;

/** The attributes that may be hints. Others may name people, and are kept nowhere. */
export function hintsAmong(attributes: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fieldsOf(attributes)).filter(
      ([name, value]) => HINT_NAME.test(name) || clickId(value) !== undefined,
    ),
  );
}

/** A page that has no id may send `undefined`. It would join strangers. */
function visitorId(value: unknown): string | undefined {
  const id = cut(value, MAX_LABEL);
  return id === undefined || placeholderFault(id) !== undefined ? undefined : id;
}

/** @param has_customer true if the order names its customer or an address. */
export function matchOf(hints: OrderHints, { options }: SourceOptions, has_customer: boolean): OrderMatch {
  const parameter = text(options['click_parameter']) ?? 'ct';
  const given = lowerCase(hints.attributes ?? {});
  const landing = parametersOf(hints.landing_url);
  const in_order =
    clickId(given[`${parameter}_click_id`]) ?? clickId(given[parameter.toLowerCase()]) ?? clickId(hints.reference);
  const in_landing = clickId(landing.get(parameter));
  const visitor = visitorId(given[`${parameter}_visitor_id`]);
  const utm = utmOf(hints.utm, landing);
  const coupon = couponOf(hints.coupons ?? [], options['coupons']);
  const found: Array<[MatchMethod, boolean]> = [
    ['click_id', in_order !== undefined],
    ['landing_url', in_landing !== undefined],
    ['visitor_id', visitor !== undefined],
    ['customer', has_customer],
    ['coupon', coupon.campaign_id !== undefined],
    ['utm', utm['utm_campaign'] !== undefined],
  ];
  const method = found.find(([, is]) => is)?.[0];
  const campaign = coupon.campaign_id ?? utm['utm_campaign'];
  return {
    method,
    confidence: method === undefined ? undefined : MATCH_CONFIDENCE[method],
    anonymous_ids: [...new Set([in_order, in_landing, visitor].filter((id) => id !== undefined))],
    properties: {
      ...utm,
      ...(coupon.codes === undefined ? {} : { discount_code: coupon.codes }),
      ...(campaign === undefined ? {} : { match_campaign_id: campaign }),
    },
  };
}

function lowerCase(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A plus in an address, which is a space elsewhere. A part of an address would not be known as one. */
const PLUS_OF_ADDRESS = /\+(?=[^&=+\s]{0,64}(?:@|%40))/gi;

/** The parameters of a URL or path. */
function parametersOf(url: unknown): URLSearchParams {
  const query = text(url)?.split('#')[0]?.split('?').slice(1).join('?') ?? '';
  return new URLSearchParams(query.replace(PLUS_OF_ADDRESS, '%2B'));
}

function utmOf(given: OrderHints['utm'], landing: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    UTM.flatMap((name) => {
      const value = cut(given?.[name] ?? landing.get(`utm_${name}`), MAX_LABEL);
      return value === undefined ? [] : [[`utm_${name}`, value]];
    }),
  );
}

/** Coupons of an order, and the campaign of the first one that a campaign owns. Shops take codes in any case. */
function couponOf(
  codes: readonly unknown[],
  owners: SourceOptions['options'][string] | undefined,
): { codes: string | undefined; campaign_id: string | undefined } {
  const used = codes.flatMap((code) => text(code) ?? []);
  const campaigns =
    typeof owners === 'object' && !Array.isArray(owners) ? lowerCase(owners as Record<string, string>) : {};
  const campaign_id = used.map((code) => text(campaigns[code.toLowerCase()])).find((id) => id !== undefined);
  return { codes: used.length === 0 ? undefined : used.join(', ').slice(0, MAX_LABEL), campaign_id };
}
