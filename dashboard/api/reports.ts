/** The reports that pages read, with the types of their answers. */
import { asked, type View } from '../view.ts';
import type { ReportsAttribution, ReportsCampaigns, ReportsClaims } from './answers.d.ts';
import { useAnswer } from './ask.ts';

/** The answer for one model. The same report answers several models in another form. */
export type Attribution = Extract<ReportsAttribution, { channel_attribution: unknown }>;
export type AttributionRow = Attribution['channel_attribution'][number];
export type Campaigns = ReportsCampaigns;
export type CampaignRow = Campaigns['campaigns'][number];
export type Claims = ReportsClaims;

export function useAttribution(view: View, group_by: string, filter: readonly string[] = []) {
  return useAnswer<Attribution>('/v1/reports/attribution', {
    ...asked(view),
    filter: [...view.filter, ...filter],
    group_by,
  });
}

export function useCampaigns(view: View) {
  return useAnswer<Campaigns>('/v1/reports/campaigns', asked(view));
}

/** Claims have no comparison and no filters. */
export function useClaims({ start, end, brand_id, currency, model }: View) {
  return useAnswer<Claims>('/v1/reports/claims', { start, end, brand_id, currency, models: model });
}
