/** The answer of the table of campaigns. */
import type { ComparedParts } from '../compare.ts';
import { ATTRIBUTION_MEANINGS } from './attribution.ts';
import { type Compared, comparedRows, comparedShape } from './changes.ts';
import { COMPARISON, closed, count, money, number, PERIOD_HEAD, SPENT, text, textOrNull, WARNINGS } from './shapes.ts';

const SUMS = { credited_conversions: number(), ...money('attributed_revenue'), ...SPENT };

const PARTS = {
  campaigns: { keys: { campaign_id: textOrNull() }, measures: { touched_conversions: count(), ...SUMS } },
  totals: { keys: {}, measures: SUMS },
} satisfies Record<string, Compared>;

export const CAMPAIGNS_COMPARED: ComparedParts = { fields: PARTS };

export const CampaignsResult = closed({
  ...PERIOD_HEAD,
  ...COMPARISON,
  attribution_model: text(),
  campaigns: comparedRows(PARTS.campaigns),
  totals: comparedShape(PARTS.totals),
  warnings: WARNINGS,
});

export const CAMPAIGNS_MEANINGS = {
  ...ATTRIBUTION_MEANINGS,
  campaigns: 'Most revenue first. The row without a campaign_id has touches and spend of no campaign',
  spend: 'What the campaign cost; null if no spend was sent',
} as const;
