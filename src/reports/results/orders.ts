/** The answer of the report on orders. */

import { Type } from '../../domain/typebox.ts';
import {
  closed,
  count,
  HEAD_MEANINGS,
  instant,
  money,
  PERIOD_HEAD,
  ratio,
  rows,
  text,
  textOrNull,
  WARNINGS,
} from './shapes.ts';

export const OrdersResult = closed({
  ...PERIOD_HEAD,
  by: text(),
  found_orders: count(),
  orders: rows({
    conversion_id: text(),
    order_id: textOrNull(),
    brand_id: text(),
    conversion_type: text(),
    occurred_at: instant(),
    ...money('net_revenue'),
    touches: count(),
    days_to_order: ratio(),
    path: Type.Array(textOrNull()),
    path_text: text(),
  }),
  warnings: WARNINGS,
});

export const ORDERS_MEANINGS = {
  ...HEAD_MEANINGS,
  found_orders: 'Orders that the question chooses; `orders` lists the newest of them, up to `limit`',
  conversion_id: 'Its receipt is at /v1/conversions/{conversion_id}/receipt',
  net_revenue: 'Net value of the order in the period',
  touches: 'Touches in its path',
  days_to_order: 'Days from the first touch of the path to the order; null without a touch',
  path: 'The touches that may earn, from the oldest to the newest, as `by` names them; null is a missing value',
} as const;
