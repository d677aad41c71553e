/** The reports that pages read, with the types of their answers. */
import { asked, type View } from '../view.ts';
import type {
  ConversionsOneReceipt,
  CustomersOne,
  ReportsAttribution,
  ReportsCampaigns,
  ReportsCampaignsOne,
  ReportsClaims,
  ReportsDataQuality,
  ReportsModels,
} from './answers.d.ts';
import { useAnswer } from './ask.ts';

/** The answer for one model. The same report answers several models in another form. */
export type Attribution = Extract<ReportsAttribution, { channel_attribution: unknown }>;
export type AttributionRow = Attribution['channel_attribution'][number];
export type Campaigns = ReportsCampaigns;
export type CampaignRow = Campaigns['campaigns'][number];
export type Claims = ReportsClaims;

export function useAttribution(view: View, group_by: string, filter: readonly string[] = [], enabled = true) {
  return useAnswer<Attribution>(
    '/v1/reports/attribution',
    { ...asked(view), filter: [...view.filter, ...filter], group_by },
    enabled,
  );
}

/** Channels under settings that are tried, in days by their parameter. */
export function useTried(view: View, tried: Readonly<Record<string, string>>) {
  return useAnswer<Attribution>('/v1/reports/attribution', {
    ...asked({ ...view, compare: 'none' }),
    group_by: 'channel',
    ...tried,
  });
}

export function useCampaigns(view: View) {
  return useAnswer<Campaigns>('/v1/reports/campaigns', asked(view));
}

/** Claims have no comparison and no filters. */
export function useClaims({ start, end, brand_id, currency, model }: View) {
  return useAnswer<Claims>('/v1/reports/claims', { start, end, brand_id, currency, models: model });
}

export type Campaign = ReportsCampaignsOne;
export function useCampaign(view: View, campaign_id: string) {
  const { filter: _, ...parameters } = asked(view);
  return useAnswer<Campaign>(`/v1/reports/campaigns/${encodeURIComponent(campaign_id)}`, parameters);
}

export type Customer = CustomersOne;
export function useCustomer({ brand_id, currency, model }: View, customer_id: string) {
  return useAnswer<Customer>(`/v1/customers/${encodeURIComponent(customer_id)}`, { brand_id, currency, model });
}

export type Receipt = ConversionsOneReceipt;
export function useReceipt({ brand_id, currency, model }: View, conversion_id: string) {
  const path = `/v1/conversions/${encodeURIComponent(conversion_id)}/receipt`;
  return useAnswer<Receipt>(path, { brand_id, currency, model });
}

export type Comparison = ReportsModels;
/** The comparison of all rule models. */
export function useComparison(view: View) {
  const { model: _, compare: __, ...parameters } = asked(view);
  return useAnswer<Comparison>('/v1/reports/models', parameters);
}

export type DataQuality = ReportsDataQuality;
export function useDataQuality({ start, end, brand_id }: View) {
  return useAnswer<DataQuality>('/v1/reports/data_quality', { start, end, brand_id });
}
