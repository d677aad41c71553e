/** The temporary tables of the report on claims, declared once. */
import { defineRelation } from '../../warehouse/relation.ts';

/** What the report on claims knows of the orders of the period, and of the touches that claimants may claim. */
export const CLAIM_ORDERS = defineRelation('claim_orders', 'an order with its value before refunds and its net value', {
  key: ['order_no'],
  columns: {
    order_no: 'int',
    brand_id: 'text',
    conversion_type: 'text',
    at_ms: 'int',
    net_micros: 'int128',
    gross_micros: 'int128',
  },
});
export const CLAIM_OWN_TOUCHES = defineRelation('claim_own_touches', 'a touch of an order by the rules of the report', {
  key: ['order_no', 'touch_no'],
  columns: { order_no: 'int', touch_no: 'int' },
});
export const CLAIM_LABELS = defineRelation(
  'claim_labels',
  'a channel and campaign whose touches a claimant claims, with its windows; without declared ones, the rules of the report count',
  {
    key: ['brand_id', 'channel', 'campaign_id', 'claimant_no'],
    columns: {
      brand_id: 'text',
      channel: 'text',
      campaign_id: 'text',
      claimant_no: 'int',
      is_declared: 'int',
      click_ms: 'int',
      view_ms: 'int',
    },
  },
);
export const CLAIM_TOUCHES = defineRelation(
  'claim_touches',
  'an order that a claimant may claim, and by what: touches by the rules of the report, clicks, views and machines within its windows',
  {
    key: ['order_no', 'claimant_no'],
    columns: {
      order_no: 'int',
      claimant_no: 'int',
      own_touches: 'int',
      is_clicked: 'int',
      is_viewed: 'int',
      is_machine: 'int',
      touched_ms: 'int',
    },
  },
);
