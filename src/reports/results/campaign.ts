/** The answer of the campaign report. The metrics are those of campaign-metrics.ts. */
import { CONVERSION_COUNTS, CONVERSION_RATES, ENGAGEMENT_COUNTS, ENGAGEMENT_RATES } from '../campaign-metrics.ts';
import type { ComparedParts } from '../compare.ts';
import { CHANGE_MEANINGS, type Compared, comparedRows, comparedShape } from './changes.ts';
import {
  amount,
  byName,
  COMPARISON,
  closed,
  count,
  fieldsOf,
  money,
  nullable,
  number,
  PERIOD_HEAD,
  ratio,
  rows,
  SPENT,
  text,
  textOrNull,
  WARNINGS,
} from './shapes.ts';

const ENGAGEMENT = {
  ...fieldsOf(Object.keys(ENGAGEMENT_COUNTS), count),
  ...fieldsOf(Object.keys(ENGAGEMENT_RATES), ratio),
};
const CONVERSIONS = {
  ...fieldsOf(Object.keys(CONVERSION_COUNTS), count),
  credited_conversions: number(),
  ...money('attributed_revenue'),
  ...fieldsOf(Object.keys(CONVERSION_RATES), ratio),
  average_conversion_value: nullable(amount()),
};
const REVENUE_PER = {
  revenue_per_recipient: nullable(amount()),
  revenue_per_click: nullable(amount()),
  revenue_per_human_click: nullable(amount()),
};

const EACH = { ...ENGAGEMENT, ...CONVERSIONS, ...REVENUE_PER };

const PARTS = {
  basic_metrics: { keys: {}, measures: ENGAGEMENT },
  conversion_metrics: { keys: {}, measures: CONVERSIONS },
  efficiency_metrics: { keys: {}, measures: { ...SPENT, ...REVENUE_PER } },
  conversion_timing: {
    keys: {},
    measures: { conversions: count(), median_hours: ratio() },
    others: {
      buckets: rows({
        from_hours: number(),
        until_hours: nullable(number()),
        conversions: count(),
        attributed_revenue: amount(),
      }),
    },
  },
  by_email: { keys: { email_id: textOrNull() }, measures: EACH },
  by_campaign_kind: { keys: { campaign_kind: textOrNull() }, measures: EACH },
} satisfies Record<string, Compared>;

export const CAMPAIGN_COMPARED: ComparedParts = { fields: PARTS };

export const CampaignResult = closed({
  ...PERIOD_HEAD,
  ...COMPARISON,
  campaign_id: text(),
  attribution_model: text(),
  basic_metrics: comparedShape(PARTS.basic_metrics),
  conversion_metrics: comparedShape(PARTS.conversion_metrics),
  efficiency_metrics: comparedShape(PARTS.efficiency_metrics),
  conversion_timing: comparedShape(PARTS.conversion_timing),
  by_email: comparedRows(PARTS.by_email),
  by_campaign_kind: comparedRows(PARTS.by_campaign_kind),
  definitions: byName(text()),
  warnings: WARNINGS,
});

export const CAMPAIGN_MEANINGS = CHANGE_MEANINGS;
