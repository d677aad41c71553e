/** The answer of the consolidated report. */
import { Type } from '../../domain/typebox.ts';
import type { ComparedParts } from '../compare.ts';
import { CHANGE_MEANINGS, type Compared, comparedRows, comparedShape } from './changes.ts';
import {
  COMPARISON,
  closed,
  count,
  described,
  HEAD_MEANINGS,
  micros,
  money,
  number,
  PERIOD_HEAD,
  ratio,
  rows,
  SPENT,
  text,
  texts,
  WARNINGS,
} from './shapes.ts';

const { spend_micros, spend, return_on_ad_spend } = SPENT;
const SPENDING = { spend_micros: spend_micros!, spend: spend! };
const COUNTED = {
  counted_conversions: count(),
  ...money('counted_revenue'),
  ...money('counted_attributed_revenue'),
  ...money('counted_email_revenue'),
  counted_email_share: ratio(),
};
const OWN = {
  conversions: count(),
  ...money('net_revenue'),
  ...money('attributed_revenue'),
  ...money('email_attributed_revenue'),
  email_share_of_revenue: ratio(),
};
const SHARED = {
  shared_conversions: count(),
  ...money('shared_revenue'),
  ...money('shared_attributed_revenue'),
  ...money('shared_email_revenue'),
};
const FIGURES = {
  ...OWN,
  ...SHARED,
  ...COUNTED,
  customers: count(),
  ...SPENDING,
  return_on_ad_spend: return_on_ad_spend!,
};

const PARTS = {
  brands: { keys: { brand_id: text() }, measures: FIGURES, others: { conflicts: count(), dead_letters: count() } },
  channels: {
    keys: { channel: text() },
    measures: { credited_conversions: number(), ...money('attributed_revenue'), ...SPENDING },
  },
  totals: { keys: {}, measures: { ...FIGURES, shared_customers: count() } },
} satisfies Record<string, Compared>;

export const CONSOLIDATED_COMPARED: ComparedParts = { fields: PARTS };

export const ConsolidatedResult = closed({
  ...PERIOD_HEAD,
  ...COMPARISON,
  attribution_model: text(),
  brands: comparedRows(PARTS.brands),
  totals: comparedShape(PARTS.totals),
  channels: comparedRows(PARTS.channels),
  shared_orders: rows({
    brand_id: text(),
    counted_in: text(),
    conversions: count(),
    ...money('shared_revenue'),
  }),
  rules: closed({
    shared_orders: rows({ brands: texts(), counts_for: text() }),
    cross_brand_people: Type.Array(texts()),
  }),
  trend: closed({
    days_a_point: count(),
    starts: texts(),
    brands: rows({
      brand_id: text(),
      net_revenue_micros: described(Type.Array(micros()), 'Net revenue of the brand by point, in millionths'),
    }),
  }),
  warnings: WARNINGS,
});

export const CONSOLIDATED_MEANINGS = {
  ...HEAD_MEANINGS,
  ...CHANGE_MEANINGS,
  brands: 'A row for each brand, most counted revenue first',
  totals: 'All brands together: the sums of the rows, so the counted figures have every shared order once',
  channels: 'All brands together by channel, with shared orders once',
  conversions: 'Orders of the brand in the period, those that count in another brand too',
  net_revenue: 'Net revenue of the brand, as total_revenue of its attribution report in this currency',
  attributed_revenue: 'Revenue that touches earned',
  email_attributed_revenue: 'Revenue that touches of email earned',
  email_share_of_revenue: 'email_attributed_revenue / net_revenue',
  shared_conversions: 'Orders of the brand that count in another brand, which has an order of the same id',
  shared_revenue: 'Net revenue of the shared orders that count in another brand',
  shared_attributed_revenue: 'What touches of this brand earned of these orders',
  shared_email_revenue: 'What touches of email of this brand earned of these orders',
  counted_conversions: 'conversions - shared_conversions',
  counted_revenue: 'net_revenue - shared_revenue',
  counted_attributed_revenue: 'attributed_revenue - shared_attributed_revenue',
  counted_email_revenue: 'email_attributed_revenue - shared_email_revenue',
  counted_email_share: 'counted_email_revenue / counted_revenue',
  customers: 'People with an order in the period; in `totals` the sum over brands less shared_customers',
  shared_customers:
    'People who would count again, because an order of theirs in another brand has the same customer id; 0 unless `cross_brand_people` joins the brands',
  spend: 'Spend of the brand or channel in the period; null if there is none, or a rate is missing',
  return_on_ad_spend:
    'attributed_revenue / spend, of all channels together; in `totals` counted_attributed_revenue / spend. Null without spend',
  conflicts: 'Records that arrived in the period with a known id and other content',
  dead_letters: 'Records that arrived in the period, could not be stored, and were not replayed since',
  shared_orders: 'Orders left out of a brand, by the brand in which they count',
  counted_in: 'The brand in which these orders count',
  rules: 'The rules of the configuration that hold among these brands',
  trend:
    'The net revenue of each brand through the period, for small lines; in points of equally many days, at most 60',
  days_a_point: 'Days in a point; the first may have fewer',
  starts: 'The first day of each point',
  cross_brand_people: 'Brands whose customers with the same id count as one person',
} as const;
