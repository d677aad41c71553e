/** Payments of Stripe as orders. Two events of one payment give conversions of one order, of which one counts. */
import type { ConversionType } from '../../domain/conversion.ts';
import { entryOf, type Fields, fieldsOf, instant, needed, objectsOf, text } from '../fields.ts';
import { currencyOf, majorUnits, wholeUnits } from '../minor-units.ts';
import { linkDrafts, orderDrafts } from '../order-drafts.ts';
import { matchOf, type OrderHints } from '../order-hints.ts';
import type { SourceOptions, Translated } from '../source.ts';

/** What the translation reads of an event. */
export interface StripeEvent {
  created: unknown;
  object: Fields;
  previous: Fields;
  email: unknown;
}

/** Where Stripe's smallest unit is not that of ISO 4217. Its ISK and UGX have two decimals, though the money has none. */
const STRIPE_DECIMALS = { MGA: 0, ISK: 2, UGX: 2 };

/** An amount of an object, in major units. @throws Unusable naming the field. */
export function stripeAmount(object: Fields, field: string): { amount: string; currency: string } {
  const currency = currencyOf(object['currency'], 'currency');
  return { amount: majorUnits(wholeUnits(object[field], field), currency, STRIPE_DECIMALS), currency };
}

/** The id of an object, which Stripe may also send in full. */
export const idOf = (value: unknown): string | undefined => text(value) ?? text(fieldsOf(value)['id']);

interface About {
  /** The id of a payment intent. Its events name it, and the session of a guest names nothing else of the person. */
  intent: string | undefined;
  order_id: string;
  conversion_type: ConversionType;
  amount_field: string;
  occurred_at: string;
}

function paid({ object, email }: StripeEvent, about: About, options: SourceOptions): Translated {
  const id = needed(object['id'], 'data.object.id');
  return {
    drafts: orderDrafts(
      {
        conversion_id: `stripe:${id}`,
        order_id: about.order_id,
        conversion_type: about.conversion_type,
        ...stripeAmount(object, about.amount_field),
        occurred_at: about.occurred_at,
        email,
        customer_id: idOf(object['customer']),
        own_id: about.intent,
        guest_id: `stripe guest:${id}`,
        hints: hintsOf(object),
      },
      options,
    ),
  };
}

function hintsOf(object: Fields): OrderHints {
  const discounts = [...objectsOf(object['discounts']), fieldsOf(object['discount'])];
  return {
    attributes: fieldsOf(object['metadata']),
    reference: object['client_reference_id'],
    coupons: discounts.flatMap(({ coupon, promotion_code }) => [idOf(coupon), idOf(promotion_code)]),
  };
}

const PAID_SESSIONS: readonly unknown[] = ['paid', 'no_payment_required'];

/** A session of Checkout or of a payment link. The order of a subscription comes with its invoice; the session says who clicked. */
export function checkoutPaid(event: StripeEvent, options: SourceOptions): Translated {
  const { object, created } = event;
  const occurred_at = instant(created, 'created');
  if (object['mode'] === 'setup') return { ignored: 'the session is no payment' };
  if (object['mode'] === 'subscription') return subscribed(object, occurred_at, options);
  if (!PAID_SESSIONS.includes(object['payment_status'])) return { ignored: 'the session is not paid yet' };
  const intent = idOf(object['payment_intent']);
  const order_id = intent ?? idOf(object['invoice']) ?? needed(object['id'], 'data.object.id');
  return paid(
    event,
    { intent, order_id, conversion_type: 'purchase', amount_field: 'amount_total', occurred_at },
    options,
  );
}

function subscribed(object: Fields, occurred_at: string, options: SourceOptions): Translated {
  const customer = idOf(object['customer']);
  const { anonymous_ids } = matchOf(hintsOf(object), options, customer !== undefined);
  if (customer === undefined || anonymous_ids.length === 0) return { ignored: 'the invoice tells the order' };
  return { drafts: linkDrafts(customer, anonymous_ids, occurred_at) };
}

/** What Stripe writes into the payment of an invoice, in events that do not name the invoice (API versions since 2025-03-31). */
const INVOICE_TEXTS: ReadonlyArray<[RegExp, ConversionType]> = [
  [/^Subscription creation$/i, 'subscription'],
  [/^Subscription update$/i, 'renewal'],
  [/^Payment for Invoice\b/i, 'purchase'],
];

function ofInvoice({ description, payment_details }: Fields): ConversionType | undefined {
  const by_text = INVOICE_TEXTS.find(([pattern]) => pattern.test(text(description) ?? ''))?.[1];
  if (by_text !== undefined) return by_text;
  return text(fieldsOf(payment_details)['order_reference'])?.startsWith('in_') ? 'purchase' : undefined;
}

/** True if the invoice's event tells the order, and the payment's does not say which one it is. */
function toldByInvoice(object: Fields, { options }: SourceOptions): boolean {
  return options['invoices'] !== 'ignored' && idOf(object['invoice']) === undefined && ofInvoice(object) !== undefined;
}

const BY_INVOICE: Translated = { ignored: 'the invoice of this payment tells the order' };

export function chargePaid(event: StripeEvent, options: SourceOptions): Translated {
  const { object } = event;
  if (object['captured'] !== true) return { ignored: 'the payment is not captured yet' };
  if (toldByInvoice(object, options)) return BY_INVOICE;
  const intent = idOf(object['payment_intent']);
  return paid(
    event,
    {
      intent,
      order_id: intent ?? needed(object['id'], 'data.object.id'),
      conversion_type: ofInvoice(object) ?? 'purchase',
      amount_field: object['amount_captured'] === undefined ? 'amount' : 'amount_captured',
      occurred_at: instant(object['created'], 'data.object.created'),
    },
    options,
  );
}

/** Its time is that of the event: a payment intent is created when the customer comes to the till. */
export function intentPaid(event: StripeEvent, options: SourceOptions): Translated {
  const { object, created } = event;
  if (toldByInvoice(object, options)) return BY_INVOICE;
  const intent = needed(object['id'], 'data.object.id');
  return paid(
    event,
    {
      intent,
      order_id: intent,
      conversion_type: ofInvoice(object) ?? 'purchase',
      amount_field: 'amount_received',
      occurred_at: instant(created, 'created'),
    },
    options,
  );
}

/** What an invoice is by the reason for which it was made. */
const REASONS: Readonly<Record<string, ConversionType>> = {
  subscription_create: 'subscription',
  subscription_cycle: 'renewal',
  subscription_update: 'renewal',
  subscription_threshold: 'renewal',
  subscription: 'renewal',
};

export function invoicePaid(event: StripeEvent, options: SourceOptions): Translated {
  const { object } = event;
  if (options.options['invoices'] === 'ignored') return { ignored: 'the option invoices is "ignored"' };
  const reason = text(object['billing_reason']) ?? '';
  if (wholeUnits(object['amount_paid'], 'amount_paid') === 0n && reason !== 'subscription_create')
    return { ignored: 'nothing was paid' };
  const intent = idOf(object['payment_intent']) ?? intentOf(object['payments']);
  const at = fieldsOf(object['status_transitions'])['paid_at'] ?? object['created'];
  return paid(
    event,
    {
      intent,
      order_id: intent ?? idOf(object['charge']) ?? needed(object['id'], 'data.object.id'),
      conversion_type: entryOf(REASONS, reason) ?? 'purchase',
      amount_field: 'amount_paid',
      occurred_at: instant(at, 'data.object.created'),
    },
    options,
  );
}

/** The payment intent among an invoice's payments, where the event has them: of the one that was paid, if they say which. */
function intentOf(payments: unknown): string | undefined {
  const all = objectsOf(fieldsOf(payments)['data']);
  const paid_ones = all.filter(({ status }) => status === 'paid');
  return [...paid_ones, ...all]
    .map(({ payment }) => idOf(fieldsOf(payment)['payment_intent']))
    .find((id) => id !== undefined);
}
