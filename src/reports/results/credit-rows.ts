/** The answer of the report on single credits. */
import {
  closed,
  count,
  HEAD_MEANINGS,
  instant,
  micros,
  money,
  nullable,
  PERIOD_HEAD,
  rows,
  text,
  textOrNull,
  WARNINGS,
} from './shapes.ts';

const place = () => closed({ collector_id: text(), log_seq: count() });

export const CreditRowsResult = closed({
  ...PERIOD_HEAD,
  attribution_model: text(),
  found_credits: count(),
  totals: closed({ ...money('attributed_revenue'), ...money('unattributed_revenue') }),
  credits: rows({
    brand_id: text(),
    conversion_id: text(),
    order_id: textOrNull(),
    value_event: text(),
    valued_at: instant(),
    order_row: place(),
    touchpoint_id: textOrNull(),
    touchpoint_type: textOrNull(),
    channel: textOrNull(),
    campaign_id: textOrNull(),
    email_id: textOrNull(),
    touched_at: nullable(instant()),
    touchpoint_row: nullable(place()),
    attribution_weight_millionths: micros(),
    ...money('attributed_revenue'),
    reason: textOrNull(),
  }),
  warnings: WARNINGS,
});

export const CREDIT_ROWS_MEANINGS = {
  ...HEAD_MEANINGS,
  found_credits: 'Rows that the question chooses; `credits` lists the newest of them, up to `limit`',
  totals: 'Sums over all rows that the question chooses, not only those listed',
  attributed_revenue:
    'What the touch earned of the value event; in a row without a touch, the value that no touch earned',
  unattributed_revenue: 'Value of the orders chosen that no touch earned. It is 0 where a filter is about touches',
  conversion_id: 'The standing conversion of the order. Its receipt is at /v1/conversions/{conversion_id}/receipt',
  value_event: '`order`, or the adjustment that changed the value',
  valued_at: 'When the value event counts',
  order_row: 'The row of the log that holds the order: the collector, and its number there',
  touchpoint_id: 'The touch that earned the credit; null for value that no touch earned',
  touchpoint_row: 'The row of the log that holds the touch',
  attribution_weight_millionths: 'The share of the order that the touch earned, in millionths',
  reason: 'Why no touch earned it; null for a credit',
} as const;
