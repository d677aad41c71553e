/** WooCommerce's webhooks of orders. There is none of refunds: an order that is sent again lists them. */
import { exactJsonOf, fieldsOf, needed, objectsOf, picked } from '../fields.ts';
import { hintsAmong, ORDER_OPTIONS } from '../order-hints.ts';
import { hmac, isSignature, refused } from '../signing.ts';
import type { Delivery, Item, Source, SourceOptions, Translated } from '../source.ts';
import { orderSaved } from './orders.ts';

export const woocommerce: Source = {
  provider: 'woocommerce',
  title: 'WooCommerce',
  proof: 'signature',
  options: ORDER_OPTIONS,
  verify(delivery, { secrets }) {
    // It brings nothing, so it needs no proof.
    if (isPing(delivery)) return { ok: true };
    const signature = delivery.headers['x-wc-webhook-signature'];
    if (signature === undefined) return refused('the header X-WC-Webhook-Signature is missing');
    const expected = secrets.map((secret) => hmac('sha256', secret, delivery.body));
    if (isSignature(signature, 'base64', expected)) return { ok: true };
    return refused('the signature does not fit the secrets; copy the secret of this webhook from WooCommerce');
  },
  handshake: async (delivery) => isPing(delivery),
  itemsOf: (delivery) => [itemOf(delivery)],
  translate,
};

/** When a webhook is saved, WooCommerce sends `webhook_id=7` as a form, and keeps the webhook if the answer is 200. */
const isPing = ({ body }: Delivery): boolean =>
  /^webhook_id=\d{1,20}$/.test(body.subarray(0, 40).toString('latin1').trim());

/** What the translation reads of an order. The rest names people, and is kept nowhere. */
const ORDER_FIELDS = [
  ...['id', 'number', 'status', 'currency', 'total', 'date_created_gmt', 'date_paid_gmt', 'customer_id', 'created_via'],
  ...['refunds'],
];
const META = /^_wc_order_attribution_(?:session_entry|utm_)|^_subscription_renewal$/;

function itemOf(delivery: Delivery): Item {
  const body = fieldsOf(exactJsonOf(delivery));
  return {
    topic: needed(delivery.headers['x-wc-webhook-topic'], 'X-WC-Webhook-Topic'),
    order: {
      ...picked(body, ORDER_FIELDS),
      email: fieldsOf(body['billing'])['email'],
      meta_data: objectsOf(body['meta_data']).filter(
        ({ key, value }) => typeof value === 'string' && isMeta(key, value),
      ),
      line_items: objectsOf(body['line_items']).map((line) => picked(line, ['sku', 'quantity'])),
      coupon_lines: objectsOf(body['coupon_lines']).map((line) => picked(line, ['code'])),
    },
  };
}

const isMeta = (key: unknown, value: string): boolean =>
  META.test(String(key)) || Object.keys(hintsAmong({ [String(key)]: value })).length > 0;

function translate(item: Item, options: SourceOptions): Translated {
  const { topic, order } = fieldsOf(item);
  if (!['order.created', 'order.updated'].includes(topic as string)) return { ignored: 'the topic is about no order' };
  return orderSaved(fieldsOf(order), options);
}
