/** Drafts of wire records, one arbitrary a kind, and how a draft becomes a record once its world's anchors are known. */
import fc from 'fast-check';
import type { ConsentInput } from '../../src/domain/consent/consent.ts';
import type { ConversionInput } from '../../src/domain/conversion.ts';
import type { CustomerSegmentInput, IdentityLinkInput } from '../../src/domain/identity-link.ts';
import { OUTCOME_TYPES, TOUCHPOINT_TYPES, type TouchpointInput, VERDICTS } from '../../src/domain/touchpoint.ts';
import { NOW_MS } from '../support/time.ts';
import { SAID } from './consents.ts';
import { OWN_PAGE, PAYMENT_PAGE } from './pages.ts';
import { adjustmentTimes, orderTimes, timeOf, times } from './times.ts';
import type { WireAdjustment, WireConversion } from './wire.ts';

/** What sending a record again does: nothing, a copy, or a conflict. */
export interface Draft {
  again: 'no' | 'same' | 'changed';
}

/** An optional field with one of a few values, half of the time missing. */
const maybe = <T>(...values: T[]): fc.Arbitrary<T | undefined> =>
  fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });
/** An optional field that is there now and then. */
const seldom = <T>(...values: T[]): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(...values) });
const again = fc.constantFrom<Draft['again']>(...Array<'no'>(18).fill('no'), 'same', 'changed');
const brand_id = fc.constantFrom('default', 'default', 'default', 'default', 'default', 'b2');

/** What a draft needs to know of its world: its anchors, and how many ids of each sort it uses. */
export interface Scene {
  bases: number[];
  people: number;
  /** What all touchpoints have in common, now and then, so that whole paths fall to one filter. */
  alike: Partial<TouchpointInput>;
}

/** `c10` < `c2` and `C3` < `c1` by code units, and `c2` turns up as an anonymous id as well. */
const CUSTOMERS = ['c1', 'c10', 'c2', 'C3'];
const ANONYMOUS = ['a1', 'a2', 'a10', 'A4', 'c2'];
const index = fc.nat(4);
const who = fc.oneof(
  { weight: 4, arbitrary: fc.record({ customer: index }) },
  { weight: 3, arbitrary: fc.record({ anonymous: index }) },
  { weight: 2, arbitrary: fc.record({ customer: index, anonymous: index }) },
);

function whoOf(draft: { customer?: number; anonymous?: number }, { people }: Scene) {
  const pick = (ids: string[], at: number | undefined) =>
    at === undefined ? undefined : ids[at % Math.min(people, ids.length)]!;
  return { customer_id: pick(CUSTOMERS, draft.customer), anonymous_id: pick(ANONYMOUS, draft.anonymous) };
}

/** Leaves out what is undefined: the wire has no undefined. */
function compact<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}

/** Ids whose order is not the order of arrival; unique below `modulus`, which is prime. */
const scattered = (prefix: string, index: number, factor: number, modulus: number) =>
  `${prefix}${(index * factor) % modulus}`;

const EMAIL_TYPES = ['email_open', 'email_click', 'email_forward', 'email_reply'] as const;
const VISIT_TYPES = ['website_visit', 'page_view', 'website_visit', 'download'] as const;

/** How far the clocks of senders are ahead, where they say what they showed. */
const AHEAD_MS = [undefined, 30_000, undefined, -30_000, 0];

/** The time of an event by the clock of its sender, and what that clock showed when it was sent. */
function clockOf(occurred_at: string, index: number): { occurred_at: string; sent_at?: string } {
  const ahead_ms = AHEAD_MS[index % AHEAD_MS.length];
  if (ahead_ms === undefined) return { occurred_at };
  const iso = (instant_ms: number): string => new Date(instant_ms + ahead_ms).toISOString();
  return { occurred_at: iso(Date.parse(occurred_at)), sent_at: iso(NOW_MS) };
}

export const touchpoints = fc.record({
  again,
  brand_id,
  who,
  time: times,
  kind: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constantFrom(...EMAIL_TYPES),
        channel: fc.constantFrom('email', 'email', 'email', 'newsletter'),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constantFrom(...VISIT_TYPES),
        channel: fc.constantFrom('email', 'email', 'direct', 'paid_search'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constantFrom('page_view' as const, 'website_visit' as const, 'form_submission' as const),
        channel: fc.constant('direct'),
        from: fc.constantFrom(OWN_PAGE, OWN_PAGE, PAYMENT_PAGE),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constantFrom(...TOUCHPOINT_TYPES, ...OUTCOME_TYPES, ...OUTCOME_TYPES, ...OUTCOME_TYPES),
        channel: fc.constantFrom('direct', 'paid_search', 'Email', 'email'),
      }),
    },
  ),
  campaign_id: maybe('spring', 'Spring', 'fall'),
  email_id: maybe('e1', 'e2'),
  message_id: seldom('m1', 'm2'),
  session_id: maybe('s1', 's2'),
  campaign_kind: maybe('campaign' as const, 'flow' as const),
  verdict: fc.constantFrom(...VERDICTS, ...Array<'unknown'>(8).fill('unknown')),
  utm_source: maybe('news', 'google'),
  utm_campaign: maybe('spring', 'summer'),
  utm_id: seldom('77', 'Spring'),
  /** Where the page was opened from: the site itself or a payment page count if nothing says that it is an arrival. */
  opened_from: fc.constantFrom<(string | undefined)[]>(undefined, OWN_PAGE, PAYMENT_PAGE, 'https://news.example/'),
  device_type: maybe('mobile' as const, 'desktop' as const),
  country: maybe('DE', 'US'),
});
type TouchpointDraft = typeof touchpoints extends fc.Arbitrary<infer D> ? D : never;

export function touchpointOf(draft: TouchpointDraft, index: number, scene: Scene): TouchpointInput {
  const { again: _again, who: owner, time, kind, country, ...labelled } = draft;
  const { email_id: _email, message_id: _message, utm_source: _s, utm_campaign: _c, utm_id: _i, ...bare } = labelled;
  const { opened_from, ...rest } = 'from' in kind ? { ...bare, opened_from: kind.from } : labelled;
  return compact({
    touchpoint_id: scattered('t', index, 17, 41),
    ...whoOf(owner, scene),
    ...rest,
    touchpoint_type: kind.type,
    channel: kind.channel,
    ...(opened_from === undefined ? {} : { url: 'https://shop.example/cart', referrer: opened_from }),
    ...scene.alike,
    ...clockOf(timeOf(time, scene.bases), index),
    geo_location: country === undefined ? undefined : { country },
  }) as TouchpointInput;
}

/** Hundredths of a unit, from nothing to the limit of 2^53 - 1 micros. */
const cents = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(0, 1, 100, 14_999, 10_000, 3_333) },
  { weight: 3, arbitrary: fc.nat(1_000_000) },
  { weight: 1, arbitrary: fc.constantFrom(900_000_000_000, 900_719_925_474) },
);

/** Hundredths as a decimal of the currency; yen have no decimals. */
function amountOf(hundredths: number, currency: string): string {
  const sign = hundredths < 0 ? '-' : '';
  const units = Math.floor(Math.abs(hundredths) / 100);
  return currency === 'JPY'
    ? `${sign}${units}`
    : `${sign}${units}.${String(Math.abs(hundredths) % 100).padStart(2, '0')}`;
}

export const conversions = fc.record({
  again,
  brand_id,
  who,
  time: orderTimes,
  conversion_type: fc.constantFrom(
    'purchase' as const,
    'purchase' as const,
    'lead_generation' as const,
    'custom_event' as const,
  ),
  cents,
  currency: fc.constantFrom('USD', 'USD', 'EUR', 'JPY'),
  order_id: maybe('w1', 'w2', 'o1'),
  from_page: fc.constantFrom(false, false, true),
  /** Who sends it when it is sent again. */
  again_from_page: fc.constantFrom(false, true),
});
type ConversionDraft = typeof conversions extends fc.Arbitrary<infer D> ? D : never;

export function conversionOf(draft: ConversionDraft, index: number, scene: Scene): WireConversion {
  const { again: _again, again_from_page: _from, who: owner, time, cents: hundredths, ...rest } = draft;
  return compact({
    conversion_id: scattered('o', index, 7, 11),
    ...whoOf(owner, scene),
    ...rest,
    conversion_value: amountOf(hundredths, rest.currency),
    ...clockOf(timeOf(time, scene.bases), index),
  }) as WireConversion;
}

export const adjustments = fc.record({
  again,
  /** Which conversion it is about; one beyond the last names none. */
  about: fc.nat(8),
  names: fc.constantFrom('conversion', 'conversion', 'order', 'both', 'stranger'),
  /** Of the conversion's value, in percent; or an amount of its own when that is nothing. */
  percent: fc.constantFrom(-100, -100, -50, -33, -200, 10, 0),
  cents: fc.oneof(fc.constantFrom(-1, 1, -100, -90_000_000_000_000), fc.integer({ min: -20_000, max: 20_000 })),
  other_currency: fc.constantFrom(...Array<boolean>(9).fill(false), true),
  other_brand: fc.constantFrom(...Array<boolean>(9).fill(false), true),
  time: adjustmentTimes,
  /** Without an id, as a line of this request. */
  request: fc.option(fc.nat(2), { nil: undefined, freq: 2 }),
});
type AdjustmentDraft = typeof adjustments extends fc.Arbitrary<infer D> ? D : never;

const MAX_CENTS = 900_719_925_474;

export function adjustmentOf(
  draft: AdjustmentDraft,
  index: number,
  scene: Scene,
  sold: ConversionInput[],
): WireAdjustment {
  const about = sold[draft.about];
  const order_id = about?.order_id ?? (draft.names === 'stranger' ? 'w2' : undefined);
  const conversion_id = draft.names === 'stranger' ? 'o99' : (about?.conversion_id ?? 'o98');
  const brand = about?.brand_id ?? 'default';
  const own = about?.currency ?? 'USD';
  const currency = draft.other_currency ? (own === 'USD' ? 'EUR' : 'USD') : own;
  // Units times percent are hundredths.
  const share = about ? Math.round(Number(about.conversion_value) * draft.percent) : 0;
  const limited = Math.min(Math.max(share || draft.cents || -1, -MAX_CENTS), MAX_CENTS);
  // Less than a yen would be nothing, and nothing is refused.
  const hundredths = currency === 'JPY' && Math.abs(limited) < 100 ? Math.sign(limited) * 100 : limited;
  const by_order = order_id !== undefined && draft.names === 'order';
  const both = order_id !== undefined && (draft.names === 'both' || draft.names === 'stranger');
  return compact({
    adjustment_id: draft.request === undefined ? scattered('r', index, 5, 11) : undefined,
    request: draft.request,
    brand_id: draft.other_brand ? (brand === 'b2' ? 'default' : 'b2') : brand,
    conversion_id: by_order ? undefined : conversion_id,
    order_id: by_order || both ? order_id : undefined,
    amount: amountOf(hundredths, currency),
    currency,
    occurred_at: timeOf(draft.time, scene.bases),
  }) as WireAdjustment;
}

const LINKED_IDS = [...new Set([...CUSTOMERS, ...ANONYMOUS, 'never_seen'])];

export const links = fc.record({
  again,
  brand_id,
  ids: fc.shuffledSubarray(LINKED_IDS, { minLength: 2, maxLength: 2 }),
  state: fc.constantFrom(undefined, 'linked' as const, 'linked' as const, 'unlinked' as const),
  probability: fc.constantFrom(undefined, undefined, 1, 0.5, 0.499, 0.8, 0),
  kind: fc.constantFrom(undefined, 'login', 'probabilistic'),
  time: times,
});
type LinkDraft = typeof links extends fc.Arbitrary<infer D> ? D : never;

export function linkOf(draft: LinkDraft, index: number, scene: Scene): IdentityLinkInput {
  return compact({
    link_id: scattered('l', index, 5, 11),
    brand_id: draft.brand_id,
    left_id: draft.ids[0]!,
    right_id: draft.ids[1]!,
    state: draft.state,
    probability: draft.probability,
    kind: draft.kind,
    occurred_at: timeOf(draft.time, scene.bases),
  }) as IdentityLinkInput;
}

export const consents = fc.record({
  again,
  brand_id,
  who,
  time: times,
  said: fc.constantFrom(...SAID),
});
type ConsentDraft = typeof consents extends fc.Arbitrary<infer D> ? D : never;

export function consentOf(draft: ConsentDraft, index: number, scene: Scene): ConsentInput {
  return compact({
    consent_id: scattered('k', index, 5, 11),
    brand_id: draft.brand_id,
    ...whoOf(draft.who, scene),
    ...draft.said,
    occurred_at: timeOf(draft.time, scene.bases),
  }) as ConsentInput;
}

export const segments = fc.record({
  again,
  brand_id,
  customer: index,
  segment_name: fc.constantFrom('loyal', 'vip', 'Été'),
  time: orderTimes,
  /** Days until it ends; nothing if it has no end. */
  lasts: fc.constantFrom(undefined, undefined, 0, 1, 10),
});
type SegmentDraft = typeof segments extends fc.Arbitrary<infer D> ? D : never;

export function segmentOf(draft: SegmentDraft, index: number, scene: Scene): CustomerSegmentInput {
  const assigned_at = timeOf(draft.time, scene.bases);
  return compact({
    segment_id: scattered('s', index, 5, 11),
    brand_id: draft.brand_id,
    customer_id: whoOf({ customer: draft.customer }, scene).customer_id!,
    segment_name: draft.segment_name,
    assigned_at,
    expires_at:
      draft.lasts === undefined
        ? undefined
        : new Date(Date.parse(assigned_at) + draft.lasts * 86_400_000 + 1).toISOString(),
  }) as CustomerSegmentInput;
}
