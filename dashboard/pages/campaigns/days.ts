/** The days of the campaigns that earned most, for small lines in the table. */
import { type CampaignRow, useAttribution } from '../../api/reports.ts';
import { LINK } from '../../api/shared.ts';
import type { View } from '../../view.ts';

/** A question may have 50 filters. */
const MOST = 30;

export interface Days {
  days: readonly string[];
  /** By campaign, in units of the currency. */
  values: ReadonlyMap<string, readonly number[]>;
}

/** Null while it is loading. */
export function useDays(view: View, rows: readonly CampaignRow[]): Days | null {
  const named = rows.flatMap(({ campaign_id }) => (campaign_id ? [`campaign_id:"${campaign_id}"`] : [])).slice(0, MOST);
  const is_filtered = view.filter.some((one) => /^!?campaign_id:/.test(one));
  const { data } = useAttribution(
    { ...view, compare: 'none' },
    'campaign_id,day',
    { filter: is_filtered ? [] : named },
    // A link may ask only what its page always asks.
    named.length > 0 && LINK === '',
  );
  if (data === undefined) return null;
  const days = [...new Set(data.channel_attribution.map(({ day }) => day ?? ''))].sort();
  const place = new Map(days.map((day, i) => [day, i]));
  const values = new Map<string, number[]>();
  for (const { campaign_id, day, attributed_revenue } of data.channel_attribution) {
    if (!campaign_id) continue;
    const own = values.get(campaign_id) ?? days.map(() => 0);
    values.set(campaign_id, own);
    own[place.get(day ?? '')!] = Number(attributed_revenue);
  }
  return { days, values };
}
