/** What is told to destinations: orders with their credit, and customers with their sums. A message is JSON, because it waits in state. */

import type { KnownCause } from '../reports/run-comparison.ts';

/** A touch of an order, as far as destinations are told of it. */
export interface MessageTouch {
  occurred_at: string;
  touchpoint_type: string;
  channel: string;
  campaign_id: string | null;
  email_id: string | null;
}

/** The credit of a campaign (or of an email without one) in a channel. */
export interface MessageCredit {
  channel: string;
  campaign_id: string | null;
  email_id: string | null;
  is_email: boolean;
  /** In micros of the order's currency, as text. */
  credit_micros: string;
}

/** What an order is worth and who earned it. Amounts are in micros of its currency, as text. */
export interface OrderState {
  /** After refunds. */
  net_micros: string;
  email_credit_micros: string;
  credited_micros: string;
  /** Why no touch earned the order; null where one did. */
  unattributed_reason: string | null;
  /** Days from the first touch to the order, rounded down; null without a touch. */
  journey_length_days: number | null;
  touchpoint_count: number;
  first_touch: MessageTouch | null;
  last_touch: MessageTouch | null;
  /** Most credit first. */
  credits: readonly MessageCredit[];
}

/** Why an order changed since it was sent: a cause of comparisons with frozen runs. */
export type CorrectionCause = KnownCause;

/** By how much a cause changed an order. The parts of all causes add up to the whole change. */
export interface CorrectionPart {
  cause: CorrectionCause;
  net_micros: string;
  email_credit_micros: string;
}

/** Ids that a destination knows a person or a click by. They come from `custom_properties` of the conversion, by these names. */
export const IDENTIFIERS = [
  'ga_client_id',
  'ga_session_id',
  'gclid',
  'fbc',
  'fbp',
  'client_user_agent',
  'email_sha256',
  'phone_sha256',
] as const;
export type Identifiers = Partial<Record<(typeof IDENTIFIERS)[number], string>>;

/** An order with its credit: the first time, and again whenever it changes. */
export interface ConversionMessage {
  kind: 'conversion';
  /** The same in each try. It names brand, order and revision, and no person. At most 64 letters, digits, `-` and `_`. */
  message_id: string;
  /** 1 for the first message of an order; each correction has the next one. */
  revision: number;
  brand_id: string;
  conversion_id: string;
  order_id: string | null;
  conversion_type: string;
  occurred_at: string;
  currency: string;
  /** Before refunds. */
  value_micros: string;
  customer_id: string | null;
  anonymous_id: string | null;
  session_id: string | null;
  product_ids: readonly string[];
  quantity: number | null;
  category: string | null;
  identifiers: Identifiers;
  /** Segments of the conversion's sender; empty without any. */
  segments: readonly string[];
  attribution_model: string;
  state: OrderState;
  /** What was sent before, and why it differs; null for the first message. */
  correction: { before: OrderState; parts: readonly CorrectionPart[] } | null;
}

/** A customer with sums over all orders up to the newest. Each value is absolute, so a message that is sent twice changes nothing. */
export interface ProfileMessage {
  kind: 'profile';
  message_id: string;
  /** Grows with each message of a destination. */
  revision: number;
  brand_id: string;
  customer_id: string;
  /** The instant of the newest order that the sums hold. */
  as_of: string;
  currency: string;
  total_conversions: number;
  lifetime_value_micros: string;
  first_conversion_at: string;
  last_conversion_at: string;
  /** The campaign of the newest order that an email earned; null without one. */
  last_email_conversion_campaign: string | null;
}

export type Message = ConversionMessage | ProfileMessage;

/** What the event of an order tells beside its value. */
export type Details = Pick<
  ConversionMessage,
  'customer_id' | 'anonymous_id' | 'session_id' | 'product_ids' | 'quantity' | 'category' | 'identifiers' | 'segments'
>;

export const NO_DETAILS: Details = {
  customer_id: null,
  anonymous_id: null,
  session_id: null,
  product_ids: [],
  quantity: null,
  category: null,
  identifiers: {},
  segments: [],
};

/** The state of an order that counts nothing. */
export const NOTHING: OrderState = {
  net_micros: '0',
  email_credit_micros: '0',
  credited_micros: '0',
  unattributed_reason: null,
  journey_length_days: null,
  touchpoint_count: 0,
  first_touch: null,
  last_touch: null,
  credits: [],
};
