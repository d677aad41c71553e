/**
 * Orders of Shopify, from the export of the admin. An order has a row for each product line; the first one carries the order.
 *
 * - `order_id` is `Name` (`#1001`): the number that shop, customer and support know, and the `name` of an order webhook.
 * - `conversion_id` is made of `Id`, which webhooks of orders and of refunds both carry, so a webhook can make the same id.
 *   Exports without `Id` (of some apps) take `Name`.
 * - Only what stays as it is becomes part of a record, so that a later export of the same order is equal to it. Status, tags and notes
 *   change, and are left out.
 * - An order that is not paid yet is left out. A later export, in which it is paid, brings it.
 * - What an order lost is one adjustment. The export has one sum of all refunds and no time of them.
 */
import type { Condition, FieldPlan, RecordPlan } from '../plan.ts';
import type { Preset } from './preset.ts';

const PAID: Condition = {
  column: 'Financial Status',
  op: 'in',
  values: ['paid', 'partially_refunded', 'refunded'],
};
/** Shopify's gateway for tests, as its exports have called it. */
const NO_TEST: Condition = {
  column: "Payment Method|''",
  op: '!=',
  values: ['bogus', 'Bogus', 'Bogus Gateway', '(for testing) Bogus Gateway', '(For Testing) Bogus Gateway'],
};
const CANCELLED: Condition = { column: "Cancelled at|''", op: '!=', values: [''] };
const NOT_CANCELLED: Condition = { column: "Cancelled at|''", op: '=', values: [''] };
const REFUNDED: Condition = { column: "Refunded Amount|'0'", op: '>', values: ['0'] };
const NOT_REFUNDED: Condition = { column: "Refunded Amount|'0'", op: '<', values: ['0.001'] };

const CONVERSIONS: RecordPlan = {
  record: 'conversions',
  by_name: false,
  group_lines: 'order_id',
  where: [PAID, NO_TEST],
  fields: {
    order_id: { from: 'Name' },
    conversion_id: { from: "'shopify'+Id|'shopify'+Name" },
    customer_id: { from: "Email|Phone|Billing Phone|Shipping Phone|'shopify guest'+Name" },
    conversion_type: { value: 'purchase' },
    conversion_value: { from: 'Total' },
    currency: { from: 'Currency' },
    occurred_at: { from: 'Created at' },
    product_ids: { from: 'Lineitem sku', optional: true },
    quantity: { from: 'Lineitem quantity', collect: 'sum', optional: true },
    'custom_properties.discount_code': { from: 'Discount Code', optional: true },
    'custom_properties.source': { from: 'Source', optional: true },
  },
};

function loss(where: Condition[], amount: string, reason: string, occurred_at: FieldPlan): RecordPlan {
  return {
    record: 'adjustments',
    by_name: false,
    where: [PAID, NO_TEST, ...where],
    fields: {
      adjustment_id: { from: "'shopify'+Id+'refund'|'shopify'+Name+'refund'" },
      order_id: { from: 'Name' },
      amount: { from: amount, negate: true, optional: true },
      currency: { from: 'Currency' },
      reason: { value: reason },
      occurred_at,
    },
  };
}

const CANCELLED_AT: FieldPlan = { from: 'Cancelled at', optional: true };

export const SHOPIFY_ORDERS: Preset = {
  name: 'shopify_orders',
  title: 'Shopify orders',
  columns: ['Name', 'Financial Status', 'Lineitem name', 'Created at', 'Total', 'Currency'],
  plan: {
    records: [
      CONVERSIONS,
      loss([NOT_CANCELLED, REFUNDED], 'Refunded Amount', 'refund', { from: 'Created at' }),
      loss([CANCELLED, REFUNDED], 'Refunded Amount', 'cancellation', CANCELLED_AT),
      loss(
        [CANCELLED, NOT_REFUNDED, { column: 'Total', op: '>', values: ['0'] }],
        'Total',
        'cancellation',
        CANCELLED_AT,
      ),
    ],
  },
  notes: [
    'orders count once they are paid, with their Total (taxes and shipping included; --map conversion_value=Subtotal leaves them out)',
    'the export has no time of a refund, so a refund counts on the day of its order, and a cancelled order loses its value when it was cancelled',
    'a refund that grows after an import is a conflict in the next one, which the report tells; the first record counts',
    'test orders of the Bogus Gateway are left out; those of Shopify Payments in test mode look like others',
  ],
  export_at: 'Orders > Export > All orders, or by date > Plain CSV file',
};
