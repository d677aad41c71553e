/** A conversion: an outcome with a value, credited to the touches before it. */

import { SENT_AT } from './clock.ts';
import { EVENT_CONSENT } from './consent/fields.ts';
import { EMAIL } from './email-person.ts';
import type { Problem } from './errors.ts';
import {
  Amount,
  BRAND_ID,
  Currency,
  Id,
  Instant,
  Integer,
  MAX_URL_LENGTH,
  OneOf,
  OWN_DATA,
  Probability,
  RecordId,
  RequestText,
  StringList,
  Text,
} from './fields.ts';
import { formatMicros } from './money.ts';
import { MATCH_METHODS } from './order-match.ts';
import { CLAIMED_ID } from './page-conversion.ts';
import { PHONE } from './phone.ts';
import { defineRecord, type FlatRecord } from './record.ts';
import { int64Hash, SUBJECT_KEY } from './subject.ts';
import { type Static, Type } from './typebox.ts';
import { subjectProblem } from './who.ts';

export const CONVERSION_TYPES = [
  'purchase',
  'lead_generation',
  'subscription',
  'trial_signup',
  'content_engagement',
  'newsletter_signup',
  'webinar_registration',
  'demo_request',
  'consultation_booking',
  'custom_event',
  'renewal',
] as const;
export type ConversionType = (typeof CONVERSION_TYPES)[number];

/** What an order says of its customer: `new` if it is the person's first order, else `returning`. */
export const CUSTOMER_KINDS = ['new', 'returning'] as const;
export type CustomerKind = (typeof CUSTOMER_KINDS)[number];

export const ConversionSchema = Type.Object(
  {
    conversion_id: Type.Optional(RecordId('Made from the content when left out')),
    brand_id: BRAND_ID,
    customer_id: Type.Optional(Id('Your id of the customer')),
    anonymous_id: Type.Optional(Id('The id of a browser or device')),
    email: EMAIL,
    phone: PHONE,
    session_id: Type.Optional(Id('The id of the visit')),
    conversion_type: OneOf(CONVERSION_TYPES, 'What was achieved'),
    conversion_value: Amount('In major units, not negative; send a refund as an adjustment', { currency: 'currency' }),
    currency: Type.Optional(Currency("ISO 4217; the brand's currency when left out")),
    occurred_at: Instant('When it happened'),
    sent_at: SENT_AT,
    consent: EVENT_CONSENT,
    order_id: Type.Optional(Id('The order; conversions with the same order_id are one order')),
    product_ids: Type.Optional(StringList('The ids of the products that were bought')),
    category: Type.Optional(Text('The category of the order')),
    quantity: Type.Optional(Integer('The number of items', 1, 1_000_000)),
    conversion_page: Type.Optional(RequestText('The URL of the page', MAX_URL_LENGTH)),
    match_method: Type.Optional(OneOf(MATCH_METHODS, 'How the sender joined the order to a click')),
    match_confidence: Type.Optional(Probability('How far that can be trusted, from 0 to 1')),
    custom_properties: OWN_DATA,
  },
  {
    additionalProperties: false,
    $id: 'Conversion',
    description: 'One of customer_id, anonymous_id and email is needed, except from pages',
  },
);
export type ConversionInput = Static<typeof ConversionSchema>;

export const conversions = defineRecord({
  name: 'conversions',
  singular: 'conversion',
  id_field: 'conversion_id',
  id_prefix: 'cv_',
  schema: ConversionSchema,
  since: 1,
  fields_since: { [CLAIMED_ID]: 3, match_method: 6, match_confidence: 6 },
  kept: 'first',
  pages: 'if_allowed',
  subjects: { customer_id: 'customer', anonymous_id: 'anonymous' },
  instant_field: 'occurred_at',
  derived: [
    SUBJECT_KEY,
    // The key of the order: of its order_id, or of the conversion itself when it has none.
    {
      name: 'order_key',
      kind: 'integer',
      fill: ({ brand_id, order_id = null, conversion_id }) =>
        int64Hash(JSON.stringify([brand_id, order_id, order_id === null ? conversion_id : null])),
    },
    // The id that a page gave, which the log noted. It is null in a conversion from a server.
    { name: CLAIMED_ID, kind: 'id', nullable: true, fill: (row) => row[CLAIMED_ID] ?? null },
  ],
  private: { conversion_page: 'url' },
  check: subjectProblem,
  aliases: {
    timestamp: 'occurred_at',
    value: 'conversion_value',
    amount: 'conversion_value',
    type: 'conversion_type',
    user_id: 'customer_id',
  },
  examples: {
    order: {
      conversion_id: 'conversion-1',
      customer_id: 'customer-1',
      conversion_type: 'purchase',
      conversion_value: '149.99',
      currency: 'USD',
      order_id: 'order-1',
      occurred_at: '2026-03-01T11:00:00Z',
    },
  },
});

export const ADJUSTMENT_REASONS = ['refund', 'chargeback', 'correction', 'cancellation'] as const;
/** Only a correction may raise the value of an order. */
const LOWERING_REASONS: readonly unknown[] = ADJUSTMENT_REASONS.filter((reason) => reason !== 'correction');

export const AdjustmentSchema = Type.Object(
  {
    adjustment_id: Type.Optional(
      RecordId(
        'Made from the content when left out, and from the number of the line among equal ones of the request: two equal refunds in one request are two',
      ),
    ),
    brand_id: BRAND_ID,
    conversion_id: Type.Optional(RecordId('The conversion whose order it changes')),
    order_id: Type.Optional(Id('The order that it changes; one of conversion_id and order_id is needed')),
    amount: Amount('Signed, in major units: negative for refund, chargeback and cancellation', {
      currency: 'currency',
      signed: true,
      nonzero: true,
    }),
    currency: Currency("The order's currency, also after it was withdrawn", { any_time: true }),
    reason: Type.Optional(OneOf(ADJUSTMENT_REASONS, 'The reason')),
    occurred_at: Instant('When it happened'),
  },
  {
    additionalProperties: false,
    $id: 'Adjustment',
    description: 'A refund, chargeback or correction of an order; may arrive before it',
  },
);
export type AdjustmentInput = Static<typeof AdjustmentSchema>;

export const adjustments = defineRecord({
  name: 'adjustments',
  singular: 'adjustment',
  id_field: 'adjustment_id',
  id_prefix: 'ad_',
  schema: AdjustmentSchema,
  since: 1,
  kept: 'first',
  lines: true,
  instant_field: 'occurred_at',
  examples: {
    refund: {
      order_id: 'order-1',
      amount: '-20.00',
      currency: 'USD',
      reason: 'refund',
      occurred_at: '2026-03-05T12:00:00Z',
    },
  },
  aliases: { timestamp: 'occurred_at', value: 'amount' },
  check: (record) =>
    record['conversion_id'] !== undefined || record['order_id'] !== undefined
      ? signProblem(record)
      : {
          field: 'conversion_id',
          reason: 'one of conversion_id and order_id is needed; name the order that it changes',
        },
});

/** A refund that was sent as a positive amount would raise revenue. */
function signProblem({ amount_micros, reason }: FlatRecord): Problem | undefined {
  if ((amount_micros as number) < 0 || !LOWERING_REASONS.includes(reason)) return undefined;
  const negative = formatMicros(-(amount_micros as number)).replace(/\.?0+$/, '');
  return {
    field: 'amount',
    reason: `is above zero, and a ${reason} lowers the order; send "${negative}", or the reason correction if the order gained value`,
  };
}
