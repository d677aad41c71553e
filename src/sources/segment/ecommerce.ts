/** Segment's ecommerce events: an order is a conversion, a refund or cancellation is an adjustment of it. */
import { type Fields, fieldsOf, text } from '../fields.ts';
import type { Translated } from '../source.ts';
import { Unusable } from '../source.ts';
import { defined, type Message, requestOf } from './message.ts';

/** Each event, by what it is. Events before an order (products, carts, checkout) are custom touchpoints. */
export const ECOMMERCE = {
  'Order Completed': 'order',
  'Completed Order': 'order',
  'Order Refunded': 'refund',
  'Refunded Order': 'refund',
  'Order Cancelled': 'cancellation',
} as const;

export function ecommerce(message: Message, event: string): Translated {
  const what = ECOMMERCE[event as keyof typeof ECOMMERCE];
  const order_id = text(message.properties['order_id']) ?? text(message.properties['orderId']);
  return { drafts: [what === 'order' ? orderOf(message, order_id) : adjustmentOf(message, order_id, what)] };
}

/** The value is what the customer paid: `total`, else `revenue`, else `value`. */
function paidOf({ total, revenue, value }: Fields): unknown {
  return total ?? revenue ?? value;
}

function orderOf(message: Message, order_id: string | undefined) {
  const { properties, common, id } = message;
  const products = Array.isArray(properties['products']) ? properties['products'].map(fieldsOf) : [];
  const ids = products
    .map((product) => text(product['product_id']) ?? text(product['sku']))
    .filter((one) => one !== undefined);
  return {
    record: 'conversions' as const,
    input: defined({
      conversion_id: id,
      conversion_type: 'purchase',
      conversion_value: paidOf(properties),
      currency: text(properties['currency']),
      order_id,
      product_ids: ids.length === 0 ? undefined : ids.slice(0, 500),
      ...common,
      email: message.email?.includes('@') ? message.email : undefined,
      conversion_page: requestOf(message)['url'],
      custom_properties: properties['coupon'] === undefined ? undefined : { coupon: properties['coupon'] },
    }),
  };
}

/** @throws Unusable where nothing tells by how much the order changed. */
function adjustmentOf(
  { properties, common, id }: Message,
  order_id: string | undefined,
  reason: 'refund' | 'cancellation',
) {
  const amount = text(paidOf(properties));
  if (order_id === undefined)
    throw new Unusable('properties.order_id: is missing; it names the order that was changed');
  if (amount === undefined) throw new Unusable('properties.total: is missing; send the amount that was given back');
  return {
    record: 'adjustments' as const,
    input: defined({
      adjustment_id: id,
      order_id,
      amount: amount.startsWith('-') ? amount : `-${amount}`,
      currency: text(properties['currency']),
      reason,
      occurred_at: common['occurred_at'],
    }),
  };
}
