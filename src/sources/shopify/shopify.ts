/**
 * Shopify's webhooks of orders and refunds. Ids are longer than a double holds, so they are read as texts of their digits. The ids of
 * records are those of imported exports (`mapping/presets/shopify.ts`).
 */
import { exactJsonOf, type Fields, fieldsOf, needed, objectsOf, picked, text } from '../fields.ts';
import { hintsAmong, ORDER_OPTIONS } from '../order-hints.ts';
import { hmac, isSignature, refused } from '../signing.ts';
import type { Delivery, Item, Source, SourceOptions, Translated } from '../source.ts';
import { orderChanged } from './orders.ts';
import { refundChanged } from './refunds.ts';

export const shopify: Source = {
  provider: 'shopify',
  title: 'Shopify',
  proof: 'signature',
  options: ORDER_OPTIONS,
  verify({ body, headers }, { secrets }) {
    const signature = headers['x-shopify-hmac-sha256'];
    if (signature === undefined) return refused('the header X-Shopify-Hmac-SHA256 is missing');
    const expected = secrets.map((secret) => hmac('sha256', secret, body));
    if (isSignature(signature, 'base64', expected)) return { ok: true };
    return refused(
      'the signature does not fit the secrets; copy the key below the webhooks in Settings > Notifications, or the client secret of the app',
    );
  },
  itemsOf: (delivery) => [itemOf(delivery)],
  translate,
};

/** What the translation reads of an order. The rest names people, and is kept nowhere. */
const ORDER_FIELDS = [
  ...['id', 'name', 'created_at', 'cancelled_at', 'financial_status', 'test', 'currency', 'total_price', 'source_name'],
  ...['landing_site', 'discount_codes'],
];

function itemOf(delivery: Delivery): Item {
  const body = fieldsOf(exactJsonOf(delivery));
  const topic = needed(delivery.headers['x-shopify-topic'], 'X-Shopify-Topic');
  if (topic.startsWith('refunds/')) return { topic, refund: refundFields(body) };
  return {
    topic,
    order: {
      ...picked(body, ORDER_FIELDS),
      attributes: hintsAmong(
        Object.fromEntries(objectsOf(body['note_attributes']).map(({ name, value }) => [text(name) ?? '', value])),
      ),
      customer_id: text(fieldsOf(body['customer'])['id']),
      email: text(body['email']) ?? text(body['contact_email']) ?? text(fieldsOf(body['customer'])['email']),
      line_items: objectsOf(body['line_items']).map((line) => picked(line, ['sku', 'quantity'])),
      refunds: objectsOf(body['refunds']).map(refundFields),
    },
  };
}

const refundFields = (refund: Fields): Fields => ({
  ...picked(refund, [
    'id',
    'order_id',
    'created_at',
    'refund_line_items',
    'refund_shipping_lines',
    'order_adjustments',
  ]),
  transactions: objectsOf(refund['transactions']).map((transaction) =>
    picked(transaction, ['kind', 'status', 'amount', 'currency', 'amount_set', 'test']),
  ),
});

const ORDER_TOPICS: readonly string[] = ['orders/create', 'orders/paid', 'orders/updated', 'orders/cancelled'];

function translate(item: Item, options: SourceOptions): Translated {
  const { topic, order, refund } = fieldsOf(item);
  if (topic === 'refunds/create') return refundChanged(fieldsOf(refund), options);
  if (!ORDER_TOPICS.includes(topic as string)) return { ignored: 'the topic is about no paid order' };
  return orderChanged(fieldsOf(order), options);
}
