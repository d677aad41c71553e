/** Orders of WooCommerce. The ids are those of imported exports (`mapping/presets/woocommerce.ts`). */
import type { Draft } from '../../log/envelope.ts';
import { type Fields, instant, needed, objectsOf, text } from '../fields.ts';
import { currencyOf, decimalOf, millionths } from '../minor-units.ts';
import { adjustmentDrafts, orderDrafts } from '../order-drafts.ts';
import type { SourceOptions, Translated } from '../source.ts';

const PAID: readonly unknown[] = ['completed', 'processing', 'refunded'];
const GIVEN_UP: readonly unknown[] = ['cancelled', 'failed'];
const ATTRIBUTION = '_wc_order_attribution_';

export function orderSaved(order: Fields, options: SourceOptions): Translated {
  const status = text(order['status'])?.replace(/^wc-/, '');
  const was_paid = text(order['date_paid_gmt']) !== undefined;
  if (PAID.includes(status)) return { drafts: [...paidDrafts(order, options), ...lossDrafts(order, status)] };
  if (GIVEN_UP.includes(status) && was_paid) return { drafts: [...paidDrafts(order, options), ...cancelDrafts(order)] };
  return { ignored: 'the order is not paid' };
}

function numberOf(order: Fields): string {
  return text(order['number']) ?? needed(order['id'], 'number');
}

/** WooCommerce's times in UTC have no zone. */
function timeOf(order: Fields): string {
  const at = needed(order['date_created_gmt'], 'date_created_gmt');
  return instant(/Z$|[+-]\d\d:?\d\d$/.test(at) ? at : `${at}Z`, 'date_created_gmt');
}

function paidDrafts(order: Fields, options: SourceOptions): Draft[] {
  const number = numberOf(order);
  const customer = text(order['customer_id']);
  const meta = Object.fromEntries(objectsOf(order['meta_data']).map(({ key, value }) => [String(key), value]));
  const lines = objectsOf(order['line_items']);
  const quantity = lines.reduce((sum, line) => sum + Number(line['quantity'] ?? 0), 0);
  return orderDrafts(
    {
      conversion_id: `woocommerce:${number}`,
      order_id: number,
      conversion_type: meta['_subscription_renewal'] === undefined ? 'purchase' : 'renewal',
      amount: decimalOf(millionths(order['total'], 'total')),
      currency: currencyOf(order['currency'], 'currency'),
      occurred_at: timeOf(order),
      email: order['email'],
      // A guest has the number 0. The number alone could be that of another system's customer.
      customer_id: customer === undefined || customer === '0' ? undefined : `woocommerce:${customer}`,
      guest_id: `woocommerce guest:${number}`,
      product_ids: lines.flatMap(({ sku }) => text(sku) ?? []),
      quantity: Number.isSafeInteger(quantity) && quantity > 0 && quantity <= 1_000_000 ? quantity : undefined,
      hints: {
        attributes: withoutUnderscore(meta),
        landing_url: meta[`${ATTRIBUTION}session_entry`],
        coupons: objectsOf(order['coupon_lines']).map(({ code }) => code),
        utm: Object.fromEntries(
          Object.entries(meta)
            .filter(([key]) => key.startsWith(`${ATTRIBUTION}utm_`))
            .map(([key, value]) => [key.slice(`${ATTRIBUTION}utm_`.length), value]),
        ),
      },
    },
    options,
  );
}

/** Fields that WordPress hides begin with an underscore. */
function withoutUnderscore(meta: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(meta).map(([key, value]) => [key.replace(/^_/, ''), value]));
}

interface Loss {
  id: string;
  size: bigint;
}

/** The refunds of an order, of which each has an id and a total below zero. */
function refundsOf(order: Fields): Loss[] {
  return objectsOf(order['refunds']).map(({ id, total }) => {
    const size = millionths(total, 'refunds.total');
    return { id: `refund:${needed(id, 'refunds.id')}`, size: size > 0n ? -size : size };
  });
}

/** A refund has no time in the order, so it counts at the time of the order, as in an imported export. */
function changeDraft(order: Fields, { id, size }: Loss, reason: 'refund' | 'cancellation' | 'correction'): Draft[] {
  return adjustmentDrafts({
    adjustment_id: `woocommerce:${numberOf(order)}:${id}`,
    conversion_id: `woocommerce:${numberOf(order)}`,
    amount: decimalOf(size),
    currency: currencyOf(order['currency'], 'currency'),
    reason,
    occurred_at: timeOf(order),
  });
}

function lossDrafts(order: Fields, status: string | undefined): Draft[] {
  const refunds = refundsOf(order);
  if (refunds.length === 0 && status === 'refunded')
    return changeDraft(order, { id: 'refund', size: -millionths(order['total'], 'total') }, 'refund');
  return refunds.flatMap((refund) => changeDraft(order, refund, 'refund'));
}

/**
 * An order that was paid and then given up is worth nothing. Refunds before or after that would take money away twice, so each of
 * them comes back.
 */
function cancelDrafts(order: Fields): Draft[] {
  const refunds = refundsOf(order);
  return [
    ...changeDraft(order, { id: 'cancelled', size: -millionths(order['total'], 'total') }, 'cancellation'),
    ...refunds.flatMap((refund) => changeDraft(order, refund, 'refund')),
    ...refunds.flatMap(({ id, size }) => changeDraft(order, { id: `${id}:cancelled`, size: -size }, 'correction')),
  ];
}
