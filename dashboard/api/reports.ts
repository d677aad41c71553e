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
  ReportsToday,
} from './answers.d.ts';
import { type Parameters, useAnswer } from './ask.ts';

/** The answer for one model. The same report answers several models in another form. */
export type Attribution = Extract<ReportsAttribution, { channel_attribution: unknown }>;
export type AttributionRow = Attribution['channel_attribution'][number];
export type Campaigns = ReportsCampaigns;
export type CampaignRow = Campaigns['campaigns'][number];
export type Claims = ReportsClaims;
export type Today = ReportsToday;

/** A question to the API. */
interface Question {
  path: string;
  parameters: Parameters;
  /** The part of the answer with its main rows. */
  rows: string;
}

const useQuestion = <T>({ path, parameters }: Question, enabled = true) => useAnswer<T>(path, parameters, enabled);

/** The question of {@link useAttribution}. */
export function attributionQuestion(
  view: View,
  group_by: string,
  { filter = [], intervals = false }: { filter?: readonly string[]; intervals?: boolean } = {},
): Question {
  return {
    path: '/v1/reports/attribution',
    rows: 'channel_attribution',
    parameters: {
      ...asked(view),
      filter: [...view.filter, ...filter],
      group_by,
      intervals: intervals ? 'true' : undefined,
    },
  };
}

export function useAttribution(
  view: View,
  group_by: string,
  options: { filter?: readonly string[]; intervals?: boolean } = {},
  enabled = true,
) {
  return useQuestion<Attribution>(attributionQuestion(view, group_by, options), enabled);
}

export const campaignsQuestion = (view: View): Question => ({
  path: '/v1/reports/campaigns',
  rows: 'campaigns',
  parameters: asked(view),
});

/** At most three things that the data is sure about. The report has no filters. */
export function useToday(view: View, enabled: boolean) {
  const { filter: _, ...parameters } = asked(view);
  return useAnswer<Today>('/v1/reports/today', parameters, enabled);
}

/** Channels under settings that are tried, in days by their parameter. */
export function useTried(view: View, tried: Readonly<Record<string, string>>) {
  return useAnswer<Attribution>('/v1/reports/attribution', {
    ...asked({ ...view, compare: 'none' }),
    group_by: 'channel',
    ...tried,
  });
}

export function useCampaigns(view: View, enabled = true) {
  return useQuestion<Campaigns>(campaignsQuestion(view), enabled);
}

/** Claims have no comparison and no filters. */
export function useClaims({ start, end, brand_id, currency, model }: View, enabled: boolean) {
  return useAnswer<Claims>('/v1/reports/claims', { start, end, brand_id, currency, models: model }, enabled);
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
/** The question for the comparison of all rule models. */
export function comparisonQuestion(view: View): Question {
  const { model: _, compare: __, ...parameters } = asked(view);
  return { path: '/v1/reports/models', rows: 'groups', parameters };
}
export const useComparison = (view: View) => useQuestion<Comparison>(comparisonQuestion(view));

export type DataQuality = ReportsDataQuality;
export const qualityQuestion = ({ start, end, brand_id }: View): Question => ({
  path: '/v1/reports/data_quality',
  rows: 'verdicts',
  parameters: { start, end, brand_id },
});
export const useDataQuality = (view: View) => useQuestion<DataQuality>(qualityQuestion(view));
