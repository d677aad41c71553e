/** What all shops tell, in one form: a paid order becomes a conversion with the ids of its person, money that goes back an adjustment. */
import type { AdjustmentInput, ConversionType } from '../domain/conversion.ts';
import { emailId } from '../domain/email-ids.ts';
import { isAddress } from '../domain/email-person.ts';
import type { Draft } from '../log/envelope.ts';
import { text } from './fields.ts';
import { matchOf, type OrderHints } from './order-hints.ts';
import type { SourceOptions } from './source.ts';

export interface PaidOrder {
  conversion_id: string;
  order_id: string;
  conversion_type: ConversionType;
  /** In major units. */
  amount: string;
  currency: string;
  occurred_at: string;
  email?: unknown;
  customer_id?: string | undefined;
  /** An id that other events of the order have as well, for an order whose customer only those name. */
  own_id?: string | undefined;
  /** The id of the person of an order that names nobody. */
  guest_id: string;
  product_ids?: readonly string[];
  quantity?: number | undefined;
  hints: OrderHints;
}

/** An order has at most this many products here. */
const MAX_PRODUCTS = 100;
const MAX_PRODUCT_LENGTH = 200;

/** The conversion of an order, and the links between the ids of its person. */
export function orderDrafts(order: PaidOrder, options: SourceOptions): Draft[] {
  const email = addressOf(order.email);
  const named = email !== undefined || order.customer_id !== undefined;
  const { method, confidence, anonymous_ids, properties } = matchOf(order.hints, options, named);
  const ids = order.own_id === undefined ? anonymous_ids : [...anonymous_ids, order.own_id];
  const products = [...new Set((order.product_ids ?? []).map((id) => id.slice(0, MAX_PRODUCT_LENGTH)))].slice(
    0,
    MAX_PRODUCTS,
  );
  return [
    {
      record: 'conversions',
      input: withoutUndefined({
        conversion_id: order.conversion_id,
        order_id: order.order_id,
        conversion_type: order.conversion_type,
        conversion_value: order.amount,
        currency: order.currency,
        occurred_at: order.occurred_at,
        email,
        customer_id: order.customer_id ?? (named || ids.length > 0 ? undefined : order.guest_id),
        anonymous_id: ids[0],
        product_ids: products.length === 0 ? undefined : products,
        quantity: order.quantity,
        match_method: method,
        match_confidence: confidence,
        custom_properties: Object.keys(properties).length === 0 ? undefined : properties,
      }),
    },
    ...linkDrafts(ids[0], ids.slice(1), order.occurred_at),
  ];
}

/** Links of one id with others of the same person. */
export function linkDrafts(left_id: string | undefined, others: readonly string[], occurred_at: string): Draft[] {
  return others
    .filter((right_id) => right_id !== left_id)
    .map((right_id) => ({ record: 'identity_links', input: { left_id, right_id, kind: 'checkout', occurred_at } }));
}

export type Reason = NonNullable<AdjustmentInput['reason']>;

/** @param adjustment its amount is signed, in major units. An amount of zero changes nothing, and is no draft. */
export function adjustmentDrafts(adjustment: AdjustmentInput): Draft[] {
  if (/^-?[0.]*$/.test(String(adjustment.amount))) return [];
  return [{ record: 'adjustments', input: withoutUndefined({ ...adjustment }) }];
}

/** A shop's field for an address may hold other text, which costs the order nothing. A letter holds the id of an address instead. */
function addressOf(value: unknown): string | undefined {
  const given = text(value);
  return given !== undefined && (isAddress(emailId(given)) || /^email_[0-9a-f]{32}$/.test(given)) ? given : undefined;
}

function withoutUndefined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
