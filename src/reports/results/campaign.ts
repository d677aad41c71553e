/** The answer of the campaign report. The metrics are those of campaign-metrics.ts. */
import { CONVERSION_COUNTS, CONVERSION_RATES, ENGAGEMENT_COUNTS, ENGAGEMENT_RATES } from '../campaign-metrics.ts';
import {
  amount,
  byName,
  closed,
  count,
  fieldsOf,
  micros,
  money,
  nullable,
  number,
  PERIOD_HEAD,
  ratio,
  rows,
  text,
  textOrNull,
} from './shapes.ts';

const ENGAGEMENT = {
  ...fieldsOf(Object.keys(ENGAGEMENT_COUNTS), count),
  ...fieldsOf(Object.keys(ENGAGEMENT_RATES), ratio),
};
const CONVERSIONS = {
  ...fieldsOf(Object.keys(CONVERSION_COUNTS), count),
  credited_conversions: ratio(),
  ...money('attributed_revenue'),
  ...fieldsOf(Object.keys(CONVERSION_RATES), ratio),
  average_conversion_value: nullable(amount()),
};
const REVENUE_PER = {
  revenue_per_recipient: nullable(amount()),
  revenue_per_click: nullable(amount()),
  revenue_per_human_click: nullable(amount()),
};

export const CampaignResult = closed({
  ...PERIOD_HEAD,
  campaign_id: text(),
  attribution_model: text(),
  basic_metrics: closed(ENGAGEMENT),
  conversion_metrics: closed(CONVERSIONS),
  efficiency_metrics: closed({
    spend_micros: nullable(micros()),
    spend: nullable(amount()),
    ...REVENUE_PER,
    cost_per_conversion: nullable(amount()),
    return_on_ad_spend: ratio(),
  }),
  conversion_timing: closed({
    conversions: count(),
    median_hours: ratio(),
    buckets: rows({
      from_hours: number(),
      until_hours: nullable(number()),
      conversions: count(),
      attributed_revenue: amount(),
    }),
  }),
  by_email: rows({ email_id: textOrNull(), ...ENGAGEMENT, ...CONVERSIONS, ...REVENUE_PER }),
  definitions: byName(text()),
});
