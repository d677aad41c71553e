/** The answer of the table of campaigns and flows. */
import { Type } from '../../domain/typebox.ts';
import { ENGAGEMENT_COUNTS, ENGAGEMENT_RATES, LOSSES } from '../campaign-metrics.ts';
import type { ComparedParts } from '../compare.ts';
import { ATTRIBUTION_MEANINGS, CONSENT_BOUNDS, INTERVAL } from './attribution.ts';
import { type Compared, comparedRows, comparedShape } from './changes.ts';
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
  SPENT,
  text,
  textOrNull,
  WARNINGS,
} from './shapes.ts';

const SUMS = { credited_conversions: number(), ...money('attributed_revenue'), ...SPENT };
const ENGAGEMENT_SUMS = fieldsOf(Object.keys(ENGAGEMENT_COUNTS), () => nullable(count()));
const ENGAGEMENT = {
  ...ENGAGEMENT_SUMS,
  ...fieldsOf(Object.keys(ENGAGEMENT_RATES), ratio),
};

const PARTS = {
  campaigns: {
    keys: { campaign_id: Type.Optional(textOrNull()), email_id: Type.Optional(textOrNull()) },
    measures: {
      touched_conversions: count(),
      ...SUMS,
      ...money('influenced_revenue'),
      converting_customers: count(),
      ...ENGAGEMENT,
      conversion_rate: ratio(),
      revenue_per_recipient: nullable(amount()),
      ...fieldsOf(LOSSES, ratio),
    },
    others: {
      campaign_kind: textOrNull(),
      attributed_revenue_interval: INTERVAL,
      revenue_per_recipient_interval: INTERVAL,
      revenue_per_recipient_quantiles: nullable(Type.Array(amount())),
      revenue_per_recipient_above_average: ratio(),
      revenue_per_recipient_withheld: textOrNull(),
      revenue_per_recipient_support: count(),
    },
    otherwise_by: 'campaign_kind',
  },
  totals: { keys: {}, measures: { ...ENGAGEMENT_SUMS, ...SUMS } },
} satisfies Record<string, Compared>;

export const CAMPAIGNS_COMPARED: ComparedParts = { fields: PARTS };

export const CampaignsResult = closed({
  ...PERIOD_HEAD,
  ...COMPARISON,
  attribution_model: text(),
  campaigns: comparedRows(PARTS.campaigns),
  average_revenue_per_recipient: nullable(amount()),
  totals: comparedShape(PARTS.totals),
  definitions: byName(text()),
  consent_bounds: Type.Optional(CONSENT_BOUNDS),
  warnings: WARNINGS,
});

export const CAMPAIGNS_MEANINGS = {
  ...ATTRIBUTION_MEANINGS,
  campaigns: 'Most revenue first. The row without a campaign_id has touches, emails and spend of no campaign',
  campaign_kind:
    'campaign, flow or transactional, as its emails and touches say; null if nothing says it, or if there are several',
  touched_conversions: 'Influenced orders: those with a touch of the campaign in their path, also if it earned nothing',
  influenced_revenue:
    'Net value of the influenced orders. An order that several campaigns touched is in all their rows, so it has no sum, and it is not credit',
  converting_customers: 'People with an influenced order',
  sends: 'Null, as all engagement, if no email event, open or click of the campaign lies in the period',
  revenue_per_recipient_interval:
    'The middle 90 % of a bootstrap over people of attributed_revenue / unique_recipients; null if it is withheld',
  revenue_per_recipient_quantiles:
    'The same bootstrap as 20 values, each as likely as the others: the middles of 20 equal parts of its sorted results',
  revenue_per_recipient_above_average:
    'The share of resamples in which it is above average_revenue_per_recipient of the same resample; null without an interval or without other rows with recipients',
  average_revenue_per_recipient:
    'Attributed revenue of all rows with recipients / the sum of their recipients; who is in several rows counts in each',
  revenue_per_recipient_withheld: 'Why there is no interval',
  revenue_per_recipient_support: 'People with an influenced order',
  spend: 'What the campaign cost; null if no spend was sent',
} as const;
