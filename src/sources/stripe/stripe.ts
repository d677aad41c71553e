/**
 * Stripe's events. A payment is one order, whichever of its events come: Checkout's session, the charge and the payment intent all carry
 * the id of the payment intent, and that is the order. The ids are those of imported exports (`mapping/presets/stripe.ts`).
 */
import { exactJsonOf, type Fields, fieldsOf, picked, text } from '../fields.ts';
import { hintsAmong, ORDER_OPTIONS, takesTests } from '../order-hints.ts';
import { hmac, isSignature, refused, staleness } from '../signing.ts';
import type { Delivery, Item, Source, SourceOptions, Translated, Verified } from '../source.ts';
import { Unusable } from '../source.ts';
import { disputed, reinstated } from './disputes.ts';
import { chargePaid, checkoutPaid, intentPaid, invoicePaid, type StripeEvent } from './payments.ts';
import { chargeRefunded, refundCreated, refundFailed, refundUpdated } from './refunds.ts';

export const stripe: Source = {
  provider: 'stripe',
  title: 'Stripe',
  proof: 'signature',
  options: {
    ...ORDER_OPTIONS,
    invoices: '"ignored" takes the payments of invoices from their charges instead of invoice.paid',
    refunds: '"charge.refunded" takes refunds from that event instead of refund.created',
  },
  verify: ({ body, headers }, { secrets }, { now_ms }) => verify(body, headers['stripe-signature'], secrets, now_ms),
  itemsOf: (delivery) => [itemOf(delivery)],
  translate,
};

/** The header is `t=SECONDS,v1=HEX`, with more than one v1 while a secret is changed. */
function verify(body: Buffer, header: string | undefined, secrets: readonly string[], now_ms: number): Verified {
  if (header === undefined) return refused('the header Stripe-Signature is missing');
  const parts = header.split(',').map((part) => part.trim().split('=', 2));
  const timestamp = parts.find(([name]) => name === 't')?.[1] ?? '';
  const expected = secrets.map((secret) => hmac('sha256', secret, `${timestamp}.`, body));
  if (!parts.some(([name, value = '']) => name === 'v1' && isSignature(value, 'hex', expected)))
    return refused('the signature does not fit the secrets; copy the signing secret (whsec_…) of this endpoint');
  const stale = staleness(/^\d+$/.test(timestamp) ? Number(timestamp) * 1_000 : Number.NaN, now_ms);
  return stale === undefined ? { ok: true } : refused(stale);
}

/** What the translation reads of an object. The rest names people, and is kept nowhere. */
const OBJECT_FIELDS = [
  ...['id', 'status', 'mode', 'payment_status', 'payment_intent', 'invoice', 'charge', 'customer', 'latest_charge'],
  ...['amount', 'amount_total', 'amount_captured', 'amount_received', 'amount_paid', 'amount_refunded', 'currency'],
  ...['created', 'captured', 'client_reference_id', 'description', 'billing_reason', 'payments'],
  ...['status_transitions', 'discounts', 'discount', 'payment_details'],
];

function itemOf(delivery: Delivery): Item {
  const event = fieldsOf(exactJsonOf(delivery));
  const object = fieldsOf(fieldsOf(event['data'])['object']);
  if (text(event['type']) === undefined || text(object['id']) === undefined)
    throw new Unusable('data.object: is no event of Stripe; choose the payload style "snapshot" for the endpoint');
  return {
    ...picked(event, ['type', 'created', 'livemode']),
    object: {
      ...picked(object, OBJECT_FIELDS),
      metadata: hintsAmong({ ...fieldsOf(subscriptionOf(object)['metadata']), ...fieldsOf(object['metadata']) }),
    },
    previous: picked(fieldsOf(fieldsOf(event['data'])['previous_attributes']), ['amount_refunded']),
    email:
      fieldsOf(object['customer_details'])['email'] ??
      object['customer_email'] ??
      fieldsOf(object['billing_details'])['email'] ??
      object['receipt_email'] ??
      null,
  };
}

/** The subscription of an invoice. API versions since 2025-03-31 have it in `parent`. */
const subscriptionOf = (invoice: Fields): Fields =>
  fieldsOf(invoice['subscription_details'] ?? fieldsOf(invoice['parent'])['subscription_details']);

const TRANSLATIONS: Readonly<Record<string, (event: StripeEvent, options: SourceOptions) => Translated>> = {
  'checkout.session.completed': checkoutPaid,
  'checkout.session.async_payment_succeeded': checkoutPaid,
  'charge.succeeded': chargePaid,
  'charge.captured': chargePaid,
  'payment_intent.succeeded': intentPaid,
  'invoice.paid': invoicePaid,
  'invoice.payment_succeeded': invoicePaid,
  'refund.created': refundCreated,
  'refund.failed': refundFailed,
  'refund.updated': refundUpdated,
  'charge.refunded': chargeRefunded,
  'charge.dispute.funds_withdrawn': disputed,
  'charge.dispute.funds_reinstated': reinstated,
};

function translate(item: Item, options: SourceOptions): Translated {
  const event: Fields = fieldsOf(item);
  const type = text(event['type']) ?? '';
  const of_type = Object.hasOwn(TRANSLATIONS, type) ? TRANSLATIONS[type] : undefined;
  if (of_type === undefined) return { ignored: 'the event is about no payment' };
  if (event['livemode'] !== true && !takesTests(options)) return { ignored: 'an event of the test mode' };
  const { created, previous, email } = event;
  return of_type({ created, previous: fieldsOf(previous), email, object: fieldsOf(event['object']) }, options);
}
