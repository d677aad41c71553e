/** Lemon Squeezy's webhooks of orders and of payments of subscriptions. Amounts are in hundredths, whatever the currency. */
import type { ConversionType } from '../../domain/conversion.ts';
import { exactJsonOf, type Fields, fieldsOf, instant, needed, picked, text } from '../fields.ts';
import { currencyOf, decimalOf, wholeUnits } from '../minor-units.ts';
import { adjustmentDrafts, orderDrafts } from '../order-drafts.ts';
import { hintsAmong, ORDER_OPTIONS, takesTests } from '../order-hints.ts';
import { hmac, isSignature, refused } from '../signing.ts';
import type { Delivery, Item, Source, SourceOptions, Translated } from '../source.ts';

export const lemonSqueezy: Source = {
  provider: 'lemonsqueezy',
  title: 'Lemon Squeezy',
  proof: 'signature',
  options: ORDER_OPTIONS,
  verify({ body, headers }, { secrets }) {
    const signature = headers['x-signature'];
    if (signature === undefined) return refused('the header X-Signature is missing');
    const expected = secrets.map((secret) => hmac('sha256', secret, body));
    if (isSignature(signature, 'hex', expected)) return { ok: true };
    return refused('the signature does not fit the secrets; enter the signing secret of this webhook');
  },
  itemsOf: (delivery) => [itemOf(delivery)],
  translate,
};

const ATTRIBUTES = [
  ...['status', 'customer_id', 'currency', 'total', 'refunded_amount', 'refunded_at', 'updated_at', 'created_at'],
  ...['billing_reason', 'user_email', 'test_mode'],
];

function itemOf(delivery: Delivery): Item {
  const body = fieldsOf(exactJsonOf(delivery));
  const [meta, data] = [fieldsOf(body['meta']), fieldsOf(body['data'])];
  const attributes = fieldsOf(data['attributes']);
  return {
    ...picked(meta, ['event_name', 'test_mode']),
    id: data['id'],
    hints: hintsAmong(meta['custom_data']),
    attributes: picked(attributes, ATTRIBUTES),
    product_id: fieldsOf(attributes['first_order_item'])['product_id'],
  };
}

interface Payment {
  /** The id of the conversion, and of the order. */
  id: string;
  type: ConversionType;
}

function translate(item: Item, options: SourceOptions): Translated {
  const event = fieldsOf(item);
  const attributes = fieldsOf(event['attributes']);
  const payment = paymentOf(event, attributes);
  if (payment === undefined) return { ignored: 'the event is about no payment, or about one that its order tells' };
  if ((event['test_mode'] ?? attributes['test_mode']) === true && !takesTests(options))
    return { ignored: 'an event of the test mode' };
  if (text(event['event_name'])?.endsWith('_refunded')) return refundOf(payment, attributes);
  if (!['paid', 'refunded', 'partial_refund'].includes(text(attributes['status']) ?? ''))
    return { ignored: 'the order is not paid' };
  return orderOf(payment, event, attributes, options);
}

/** The first payment of a subscription is an order of its own, so its invoice is left out. */
function paymentOf(event: Fields, attributes: Fields): Payment | undefined {
  const id = needed(event['id'], 'data.id');
  switch (event['event_name']) {
    case 'order_created':
    case 'order_refunded':
      return { id: `lemonsqueezy:${id}`, type: 'purchase' };
    case 'subscription_payment_success':
    case 'subscription_payment_recovered':
    case 'subscription_payment_refunded':
      if (attributes['billing_reason'] === 'initial') return undefined;
      return { id: `lemonsqueezy:invoice:${id}`, type: 'renewal' };
    default:
      return undefined;
  }
}

/** Hundredths of a unit as a decimal. */
const decimal = (value: unknown, field: string): string => decimalOf(wholeUnits(value, field) * 10_000n);

function orderOf({ id, type }: Payment, event: Fields, attributes: Fields, options: SourceOptions): Translated {
  const customer = text(attributes['customer_id']);
  const product = text(event['product_id']);
  return {
    drafts: orderDrafts(
      {
        conversion_id: id,
        order_id: id,
        conversion_type: type,
        amount: decimal(attributes['total'], 'data.attributes.total'),
        currency: currencyOf(attributes['currency'], 'data.attributes.currency'),
        occurred_at: instant(attributes['created_at'], 'data.attributes.created_at'),
        email: attributes['user_email'],
        customer_id: customer === undefined ? undefined : `lemonsqueezy:${customer}`,
        guest_id: `lemonsqueezy guest:${id}`,
        product_ids: product === undefined ? [] : [product],
        hints: { attributes: fieldsOf(event['hints']) },
      },
      options,
    ),
  };
}

/** The event has the sum of all refunds of its order, so a second one with a larger sum is a conflict. */
function refundOf({ id }: Payment, attributes: Fields): Translated {
  const given = attributes['refunded_amount'];
  const amount = decimal(given ?? attributes['total'], 'data.attributes.refunded_amount');
  return {
    drafts: adjustmentDrafts({
      adjustment_id: `${id}:refund`,
      order_id: id,
      amount: `-${amount}`,
      currency: currencyOf(attributes['currency'], 'data.attributes.currency'),
      reason: 'refund',
      occurred_at: instant(attributes['refunded_at'] ?? attributes['updated_at'], 'data.attributes.refunded_at'),
    }),
  };
}
