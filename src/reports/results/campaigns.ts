/** The answer of the table of campaigns. */
import { ATTRIBUTION_MEANINGS, WARNINGS } from './attribution.ts';
import {
  amount,
  closed,
  count,
  micros,
  money,
  nullable,
  PERIOD_HEAD,
  ratio,
  rows,
  text,
  textOrNull,
} from './shapes.ts';

const SUMS = {
  credited_conversions: ratio(),
  ...money('attributed_revenue'),
  spend_micros: nullable(micros()),
  spend: nullable(amount()),
  cost_per_conversion: nullable(amount()),
  return_on_ad_spend: ratio(),
};

export const CampaignsResult = closed({
  ...PERIOD_HEAD,
  attribution_model: text(),
  campaigns: rows({ campaign_id: textOrNull(), touched_conversions: count(), ...SUMS }),
  totals: closed(SUMS),
  warnings: WARNINGS,
});

export const CAMPAIGNS_MEANINGS = {
  ...ATTRIBUTION_MEANINGS,
  campaigns: 'Most revenue first. The row without a campaign_id has touches and spend of no campaign',
  spend: 'What the campaign cost; null if no spend was sent',
} as const;
