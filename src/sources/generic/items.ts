/** Items of a generic webhook: orders and refunds with the fields that shops have. */
import { CONVERSION_TYPES, type ConversionType } from '../../domain/conversion.ts';
import type { Draft } from '../../log/envelope.ts';
import { type Fields, fieldsOf, instant, needed, text } from '../fields.ts';
import { currencyOf, decimalOf, millionths } from '../minor-units.ts';
import { adjustmentDrafts, orderDrafts } from '../order-drafts.ts';
import { type SourceOptions, Unusable } from '../source.ts';

const conversionId = (order_id: string): string => `order:${order_id}`;

export function orderItem(item: Fields, type: ConversionType, options: SourceOptions): Draft[] {
  const order_id = needed(item['order_id'], 'order_id');
  const { click_id, visitor_id, coupons } = item;
  return orderDrafts(
    {
      conversion_id: conversionId(order_id),
      order_id,
      conversion_type: typeOf(item['conversion_type'], type),
      amount: decimalOf(millionths(item['value'], 'value')),
      currency: currencyOf(item['currency'], 'currency'),
      occurred_at: instant(item['occurred_at'], 'occurred_at'),
      email: item['email'],
      customer_id: text(item['customer_id']),
      guest_id: `guest:${order_id}`,
      product_ids: textsOf(item['product_ids']),
      hints: {
        attributes: { ...fieldsOf(item['attributes']), ...visitorOf(visitor_id, options) },
        reference: click_id,
        landing_url: item['landing_url'],
        coupons: textsOf(coupons),
      },
    },
    options,
  );
}

function visitorOf(visitor_id: unknown, { options }: SourceOptions): Record<string, unknown> {
  return visitor_id === undefined ? {} : { [`${text(options['click_parameter']) ?? 'ct'}_visitor_id`]: visitor_id };
}

function typeOf(given: unknown, fallback: ConversionType): ConversionType {
  if (given === undefined) return fallback;
  const type = CONVERSION_TYPES.find((one) => one === given);
  if (type === undefined) throw new Unusable(`conversion_type: use one of ${CONVERSION_TYPES.join(', ')}`);
  return type;
}

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.flatMap((one) => text(one) ?? []) : []);

/** A refund has a positive amount. Its own id makes it one, so two equal refunds are two. */
export function refundItem(item: Fields): Draft[] {
  const order_id = needed(item['order_id'], 'order_id');
  const size = millionths(item['amount'], 'amount');
  if (size <= 0n) throw new Unusable('amount: is not above zero; send what went back, such as "20.00"');
  return adjustmentDrafts({
    adjustment_id: `${conversionId(order_id)}:refund:${needed(item['refund_id'], 'refund_id')}`,
    order_id,
    amount: decimalOf(-size),
    currency: currencyOf(item['currency'], 'currency'),
    reason: 'refund',
    occurred_at: instant(item['occurred_at'], 'occurred_at'),
  });
}
