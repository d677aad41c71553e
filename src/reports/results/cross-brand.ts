/** The answer of the report on journeys across brands. */
import { Type } from '../../domain/typebox.ts';
import type { ComparedParts } from '../compare.ts';
import { CHANGE_MEANINGS, type Compared, comparedRows } from './changes.ts';
import {
  COMPARISON,
  closed,
  count,
  HEAD_MEANINGS,
  money,
  number,
  PERIOD_HEAD,
  ratio,
  text,
  texts,
  WARNINGS,
} from './shapes.ts';

const EARNED = {
  touched_conversions: count(),
  credited_conversions: number(),
  ...money('attributed_revenue'),
  share_of_revenue: ratio(),
  ...money('own_report_revenue'),
};

const PARTS = {
  brands: {
    keys: { brand_id: text() },
    measures: {
      conversions: count(),
      ...money('net_revenue'),
      ...money('own_report_revenue'),
      ...money('attributed_revenue'),
      ...money('own_touches_revenue'),
      ...money('other_brands_revenue'),
      other_brands_share: ratio(),
      ...money('unattributed_revenue'),
      helped_conversions: count(),
      people_elsewhere: count(),
      left_out_conversions: count(),
      left_out_people: count(),
    },
  },
  matrix: { keys: { order_brand_id: text(), touch_brand_id: text() }, measures: EARNED },
  channels: { keys: { order_brand_id: text(), touch_brand_id: text(), channel: text() }, measures: EARNED },
} satisfies Record<string, Compared>;

export const CROSS_BRAND_COMPARED: ComparedParts = { fields: PARTS };

export const CrossBrandResult = closed({
  ...PERIOD_HEAD,
  ...COMPARISON,
  attribution_model: text(),
  lists: Type.Array(texts()),
  brands: comparedRows(PARTS.brands),
  matrix: comparedRows(PARTS.matrix),
  channels: comparedRows(PARTS.channels),
  warnings: WARNINGS,
});

export const CROSS_BRAND_MEANINGS = {
  ...HEAD_MEANINGS,
  ...CHANGE_MEANINGS,
  lists: 'The lists of `cross_brand_people` of which the caller may see every brand',
  brands: 'A row for each brand of these lists, about its own orders',
  matrix: 'The credit of the orders of a brand, by the brand whose touches earned it',
  channels: 'The same by channel of the touches; for each brand it adds up to attributed_revenue of `brands`',
  conversions: 'Orders of the brand in the period',
  net_revenue: 'Net revenue of the brand, as total_revenue of its attribution report in this currency',
  own_report_revenue:
    'What the attribution report of the brand of the order says, where touches of other brands earn nothing',
  attributed_revenue: 'What touches of all brands of the list earned of orders of the brand',
  own_touches_revenue: 'The part of attributed_revenue that touches of the brand itself earned',
  other_brands_revenue: 'The part of attributed_revenue that touches of other brands earned',
  other_brands_share: 'other_brands_revenue / net_revenue',
  unattributed_revenue: 'net_revenue - attributed_revenue',
  helped_conversions: 'Orders with a touch of another brand',
  people_elsewhere:
    'People with an order of the brand in the period whom another brand of the list knows by the same customer id',
  left_out_conversions:
    'Orders with a touch of another brand that is left out, because consent does not cover it in both brands',
  left_out_people: 'The people of these orders',
  touched_conversions: 'Orders with such a touch',
  credited_conversions: 'Orders, divided among the touches as revenue is',
  share_of_revenue: 'attributed_revenue / net revenue of the brand of the order',
} as const;
