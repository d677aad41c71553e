/** What is asked about the engagement of campaigns, and what is told. */
import type { Kinds } from '../campaign-kinds.ts';
import type { Engagement } from '../campaign-metrics.ts';
import { type Filters, filteredFields } from '../filters.ts';
import type { Warning } from '../warning.ts';

/** The keys by which the table of campaigns lists them. */
export type CampaignKey = 'campaign_id' | 'email_id' | 'campaign_kind';

/** What is known of an email event, too. A filter by another field leaves no engagement to show. */
const FILTERED: readonly string[] = ['brand_id', 'channel', 'campaign_id', 'email_id', 'campaign_kind'];

export interface CampaignsEngagement {
  /** By the values of the keys as JSON. A group without emails is missing. */
  groups: ReadonlyMap<string, { keys: Array<string | null>; engagement: Engagement }>;
  /** All groups together: a person counts once. Null if there are none. */
  all: Engagement | null;
  kinds: Kinds;
}

export interface EngagementAsked {
  keys: readonly CampaignKey[];
  filters: Filters;
  /** The campaigns of the report that may have no event of their own. */
  named: readonly string[];
  /** The most groups. */
  limit: number;
}

const split = (filters: Filters, is_campaign: boolean): Filters => ({
  ...filters,
  of_touches: filters.of_touches.filter(({ key }) => (key.field === 'campaign_id') === is_campaign),
  ...(is_campaign ? { of_events: [] } : {}),
});

/** The filters that choose events. */
export const ofLines = (filters: Filters): Filters => split(filters, false);

/** The filters that choose campaigns. They are about the campaign of the row, which an event whose link alone names it may have by its label. */
export const ofCampaigns = (filters: Filters): Filters => split(filters, true);

/** The warning that the filters leave no engagement to show; null if they are about fields of emails. */
export function engagementNotFiltered(filters: Filters): Warning | null {
  const unknown = filteredFields(filters).filter((field) => !FILTERED.includes(field));
  if (unknown.length === 0) return null;
  return {
    code: 'engagement_not_filtered',
    count: unknown.length,
    message: `filtered fields are not known of sends, opens and clicks (${unknown.join(', ')}), so they are not shown`,
  };
}
