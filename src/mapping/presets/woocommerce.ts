/**
 * Orders of WooCommerce. WooCommerce itself exports only its analytics; orders are exported by extensions, whose columns are known here:
 * Customer/Order/Coupon Export and Import Export Suite (`order_total`), and Advanced Order Export (`Order Total Amount`).
 *
 * - `order_id` is the order number, which the shop, its customers and all of these exports show, and `number` in a webhook.
 * - `conversion_id` is made of it too, since some exports have no other id.
 * - Times are those of the site's clock without a zone, so `--time-zone` is needed.
 * - Rows of the product lines of one order repeat the order, so refunds are grouped as well.
 */
import type { Condition, FieldPlan, ImportPlan, RecordPlan } from '../plan.ts';
import { hasColumn, type Preset } from './preset.ts';

const NUMBER = 'order_number|Order Number|order_id|Order ID';
const STATUS = 'status|order_status|Order Status';
const TOTAL = 'order_total|Order Total Amount';
const REFUND = 'refunded_total|Order Refund Amount';
const DATE = 'order_date|date|Order Date';
const CURRENCY = 'order_currency|Currency|Order Currency';
const EMAIL = 'billing_email|Email (Billing)|customer_email|Customer User Email';
const ZONE_AT = 'Settings > General > Timezone of WordPress';
const CURRENCY_AT = 'WooCommerce > Settings > General > Currency';

const PAID = ['completed', 'processing', 'refunded'];

/** Statuses as exports write them: `completed`, `wc-completed`, `Completed`. */
function spelled(statuses: readonly string[]): string[] {
  return statuses.flatMap((status) => [status, `wc-${status}`, status[0]!.toUpperCase() + status.slice(1)]);
}

/** An id of the order number, which is in one of several columns: `'woocommerce'+A+'refund'|'woocommerce'+B+'refund'`. */
function idOf(first: string, ...last: string[]): string {
  return NUMBER.split('|')
    .map((number) => [`'${first}'`, number, ...last.map((text) => `'${text}'`)].join('+'))
    .join('|');
}

function ordersPlan(columns: readonly string[]): ImportPlan {
  const currency: Record<string, FieldPlan> = hasColumn(columns, CURRENCY) ? { currency: { from: CURRENCY } } : {};
  const is_paid: Condition = { column: STATUS, op: 'in', values: spelled(PAID) };
  const loss = (where: Condition[], amount: FieldPlan): RecordPlan => ({
    record: 'adjustments',
    by_name: false,
    group_lines: 'order_id',
    where: [is_paid, ...where],
    fields: {
      adjustment_id: { from: idOf('woocommerce', 'refund') },
      order_id: { from: NUMBER },
      amount,
      ...currency,
      reason: { value: 'refund' },
      occurred_at: { from: `Date of first refund|${DATE}` },
    },
  });
  const refund: FieldPlan = { from: REFUND, optional: true };
  return {
    records: [
      {
        record: 'conversions',
        by_name: false,
        group_lines: 'order_id',
        where: [is_paid],
        fields: {
          order_id: { from: NUMBER },
          conversion_id: { from: idOf('woocommerce') },
          customer_id: { from: `${EMAIL}|billing_phone|Phone (Billing)|${idOf('woocommerce guest')}` },
          conversion_type: { value: 'purchase' },
          conversion_value: { from: TOTAL },
          ...currency,
          occurred_at: { from: DATE },
          product_ids: { from: 'item_sku|SKU', optional: true },
        },
      },
      loss([{ column: `${REFUND}|'0'`, op: '>', values: ['0'] }], { ...refund, negate: true }),
      loss([{ column: `${REFUND}|'0'`, op: '<', values: ['0'] }], refund),
      loss(
        [
          { column: STATUS, op: 'in', values: spelled(['refunded']) },
          { column: `${REFUND}|'0'`, op: '>', values: ['-0.001'] },
          { column: `${REFUND}|'0'`, op: '<', values: ['0.001'] },
          { column: TOTAL, op: '>', values: ['0'] },
        ],
        { from: TOTAL, negate: true },
      ),
    ],
  };
}

export const WOOCOMMERCE_ORDERS: Preset = {
  name: 'woocommerce_orders',
  title: 'WooCommerce orders',
  columns: [NUMBER, STATUS, TOTAL, DATE, 'billing_email|Email (Billing)'],
  plan: ordersPlan,
  notes: [
    'orders count with the status completed, processing or refunded, with their total (taxes and shipping included)',
    'a refund counts on the day of its order, unless the column "Date of first refund" of Advanced Order Export is there',
    'a refund that grows after an import is a conflict in the next one, which the report tells; the first record counts',
    'of an export without a column of refunds, such as that of Import Export Suite, only orders with the status refunded lose their value',
  ],
  export_at:
    'WooCommerce > Export Orders (Advanced Order Export; add the field Currency), or the page of Customer/Order/Coupon Export',
  time_zone_at: ZONE_AT,
  currency_at: CURRENCY_AT,
};

/** The column of net sales, as WooCommerce has called it. */
const NET = 'N. Revenue|Net Sales|Net sales';

/**
 * The table of Analytics > Orders. A refund is a row of its own with negative net sales, the number of its order and its own time. The
 * table names no email and no id of a refund: each order is of a person of its own, and the id of a refund is made of all that its row has.
 * An order with net sales of 0 is left out, since a refund of shipping alone looks like it.
 */
export const WOOCOMMERCE_ANALYTICS: Preset = {
  name: 'woocommerce_analytics',
  title: 'WooCommerce Analytics orders',
  columns: ['Date', 'Order #', 'Status', NET, 'Items sold|Items Sold', 'Product(s)'],
  plan: {
    records: [
      {
        record: 'conversions',
        by_name: false,
        where: [
          { column: 'Status', op: 'in', values: spelled(PAID) },
          { column: NET, op: '>', values: ['0'] },
        ],
        fields: {
          order_id: { from: 'Order #' },
          conversion_id: { from: "'woocommerce'+Order #" },
          customer_id: { from: "'woocommerce guest'+Order #" },
          conversion_type: { value: 'purchase' },
          conversion_value: { from: NET },
          occurred_at: { from: 'Date' },
          'custom_properties.coupons': { from: 'Coupon(s)', optional: true },
        },
      },
      {
        record: 'adjustments',
        by_name: false,
        where: [{ column: NET, op: '<', values: ['0'] }],
        fields: {
          adjustment_id: {
            from: NET.split('|')
              .map((net) => `'woocommerce'+Order #+'refund'+Date+${net}`)
              .join('|'),
          },
          order_id: { from: 'Order #' },
          amount: { from: NET },
          reason: { value: 'refund' },
          occurred_at: { from: 'Date' },
        },
      },
    ],
  },
  notes: [
    'this table names no email, so no touch of a person earns its orders; import the orders of an export extension to attribute them',
    'it counts net sales: without taxes, shipping and coupons. Import either this or the orders of an extension, not both',
  ],
  export_at: 'Analytics > Orders > Download',
  time_zone_at: ZONE_AT,
  currency_at: CURRENCY_AT,
};
