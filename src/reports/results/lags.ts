/** The answer of the lags report. */
import { Type } from '../../domain/typebox.ts';
import type { ComparedParts } from '../compare.ts';
import { TOUCH_KEY_NAMES } from '../groups.ts';
import { quantileNames } from '../lags/lag-values.ts';
import { CHANGE_MEANINGS, type Compared, comparedRows, comparedShape } from './changes.ts';
import {
  COMPARISON,
  closed,
  count,
  fieldsOf,
  HEAD_MEANINGS,
  money,
  PERIOD_HEAD,
  ratio,
  rows,
  text,
  textOrNull,
} from './shapes.ts';

const LAG = { orders: count(), average_days: ratio(), ...fieldsOf(quantileNames('_days'), ratio) };
const BUCKET = { orders: count(), ...money('net_revenue'), share_of_orders: ratio() };

const PARTS = {
  summary: {
    keys: {},
    measures: {
      orders: count(),
      orders_with_path: count(),
      orders_without_path: count(),
      ...money('net_revenue'),
      ...money('path_revenue'),
    },
  },
  lags: { keys: { measure: text() }, measures: LAG },
  distribution: {
    keys: { measure: text(), bucket: text() },
    measures: BUCKET,
    parts_of_whole: ['share_of_orders'],
  },
  touches: {
    keys: {},
    measures: { orders: count(), average_touches: ratio(), ...fieldsOf(quantileNames('_touches'), ratio) },
  },
} satisfies Record<string, Compared>;

export const LAGS_COMPARED: ComparedParts = { fields: PARTS };

export const LagsResult = closed({
  ...PERIOD_HEAD,
  ...COMPARISON,
  summary: comparedShape(PARTS.summary),
  lags: comparedRows(PARTS.lags),
  distribution: comparedRows(PARTS.distribution),
  touches: comparedShape(PARTS.touches),
  groups: rows({
    ...fieldsOf(TOUCH_KEY_NAMES, () => Type.Optional(textOrNull())),
    ...LAG,
    distribution: rows({ bucket: text(), ...BUCKET }),
  }),
  groups_left_out: count(),
});

export const LAGS_MEANINGS = {
  ...HEAD_MEANINGS,
  ...CHANGE_MEANINGS,
  measure: 'first_touch: from the first touch of the path to the order; last_touch: from the last one',
  lags: 'Average and quantiles of the time to the order, in days of 24 hours',
  distribution:
    'Orders and their net revenue by the time to the order. A bucket begins at its first hour or day and ends before the next one',
  touches: 'Average and quantiles of the number of touches in the paths of orders',
  groups:
    'The time from the first touch of the group in a path to the order. An order counts for every group on its path',
  groups_left_out: 'Groups with fewer orders that `limit` leaves out',
  orders_with_path: 'Orders with a touch that the filters let pass in their path; the others have no lag',
  share_of_orders: 'orders / all orders of these buckets',
  average_days: 'The mean of the time to the order',
  p50_days: 'The smallest time that at least 50 % of the orders do not exceed; the other quantiles in the same way',
  net_revenue: 'Net value of these orders in the period',
  path_revenue: 'Net revenue of the orders with a path',
} as const;
