/** Orders of Shopify: Orders > Export > Plain CSV file. */
import type { Preset } from './preset.ts';

export const SHOPIFY_ORDERS: Preset = {
  name: 'shopify_orders',
  title: 'Shopify orders',
  columns: ['Name', 'Financial Status', 'Lineitem name', 'Created at', 'Total'],
  plan: {
    records: [
      {
        record: 'conversions',
        by_name: false,
        group_lines: 'order_id',
        where: [{ column: 'Financial Status', op: 'in', values: ['paid', 'partially_refunded', 'refunded'] }],
        fields: {
          order_id: { from: 'Name' },
          conversion_id: { from: "'shopify'+Name" },
          customer_id: { from: 'Email|Phone|Billing Phone' },
          conversion_type: { value: 'purchase' },
          conversion_value: { from: 'Total' },
          currency: { from: 'Currency' },
          occurred_at: { from: 'Created at' },
          product_ids: { from: 'Lineitem sku' },
        },
      },
    ],
  },
  notes: [],
};
