/** Orders of Shopify. Every topic of an order has all of it, so each gives the same conversion, and the refunds so far. */
import { type Fields, fieldsOf, instant, needed, objectsOf, text } from '../fields.ts';
import { currencyOf, decimalOf, millionths } from '../minor-units.ts';
import { orderDrafts } from '../order-drafts.ts';
import { takesTests } from '../order-hints.ts';
import type { SourceOptions, Translated } from '../source.ts';
import { refundDrafts } from './refunds.ts';

/** As in imported exports: an order counts once all of it was paid. */
const PAID: readonly unknown[] = ['paid', 'partially_refunded', 'refunded'];

/** Orders that a subscription made by itself. */
const RENEWAL_SOURCE = /^subscription_contract/;

export function orderChanged(order: Fields, options: SourceOptions): Translated {
  if (order['test'] === true && !takesTests(options)) return { ignored: 'a test order' };
  if (!PAID.includes(order['financial_status'])) return { ignored: 'the order is not paid' };
  const id = needed(order['id'], 'id');
  const order_id = needed(order['name'], 'name');
  const customer = text(order['customer_id']);
  const currency = currencyOf(order['currency'], 'currency');
  const lines = objectsOf(order['line_items']);
  const drafts = orderDrafts(
    {
      conversion_id: `shopify:${id}`,
      order_id,
      conversion_type: RENEWAL_SOURCE.test(text(order['source_name']) ?? '') ? 'renewal' : 'purchase',
      amount: decimalOf(millionths(order['total_price'], 'total_price')),
      currency,
      occurred_at: instant(order['created_at'], 'created_at'),
      email: order['email'],
      // The number alone could be that of another system's customer.
      customer_id: customer === undefined ? undefined : `shopify:${customer}`,
      guest_id: `shopify guest:${order_id}`,
      product_ids: lines.flatMap(({ sku }) => text(sku) ?? []),
      quantity: quantityOf(lines),
      hints: {
        attributes: fieldsOf(order['attributes']),
        landing_url: order['landing_site'],
        coupons: objectsOf(order['discount_codes']).map(({ code }) => code),
      },
    },
    options,
  );
  const refunds = objectsOf(order['refunds']).flatMap((refund) => refundDrafts({ ...refund, order_id: id }, currency));
  return { drafts: [...drafts, ...refunds] };
}

function quantityOf(lines: readonly Fields[]): number | undefined {
  const sum = lines.reduce((total, line) => total + Number(fieldsOf(line)['quantity'] ?? 0), 0);
  return Number.isSafeInteger(sum) && sum > 0 && sum <= 1_000_000 ? sum : undefined;
}
