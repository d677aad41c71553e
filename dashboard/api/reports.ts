/** The reports that pages read, with the types of their answers. */
import { asked, type View } from '../view.ts';
import type {
  ConversionsOneReceipt,
  CustomersOne,
  ReportsAttribution,
  ReportsCampaigns,
  ReportsCampaignsOne,
  ReportsClaims,
  ReportsConsolidated,
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
export type Consolidated = ReportsConsolidated;
export type BrandRow = Consolidated['brands'][number];

/** A question to the API. */
export interface Question {
  path: string;
  /** The path as the OpenAPI document writes it, where it is another one. */
  documented_path?: string;
  parameters: Parameters;
  /** The part of the answer with its main rows. */
  rows: string;
}

export const useQuestion = <T>({ path, parameters }: Question, enabled = true) =>
  useAnswer<T>(path, parameters, enabled);

interface AttributionOptions {
  filter?: readonly string[];
  intervals?: boolean;
  consent_bounds?: boolean;
}

/** The question of {@link useAttribution}. */
export function attributionQuestion(
  view: View,
  group_by: string,
  { filter = [], intervals = false, consent_bounds = false }: AttributionOptions = {},
): Question {
  return {
    path: '/v1/reports/attribution',
    rows: 'channel_attribution',
    parameters: {
      ...asked(view),
      filter: [...view.filter, ...filter],
      group_by,
      intervals: intervals ? 'true' : undefined,
      consent_bounds: consent_bounds ? 'true' : undefined,
    },
  };
}

export function useAttribution(view: View, group_by: string, options: AttributionOptions = {}, enabled = true) {
  return useQuestion<Attribution>(attributionQuestion(view, group_by, options), enabled);
}

export const campaignsQuestion = (view: View): Question => ({
  path: '/v1/reports/campaigns',
  rows: 'campaigns',
  parameters: asked(view),
});

/** All brands that one may see. The report has no filters. */
export function consolidatedQuestion(view: View): Question {
  const { brand_id: _, filter: __, ...parameters } = asked(view);
  return { path: '/v1/reports/consolidated', rows: 'brands', parameters };
}
export const useConsolidated = (view: View, enabled: boolean) =>
  useQuestion<Consolidated>(consolidatedQuestion(view), enabled);

/** At most three things that the data is sure about. The report has no filters. */
export function useToday(view: View, enabled: boolean) {
  const { filter: _, ...parameters } = asked(view);
  return useAnswer<Today>('/v1/reports/today', parameters, enabled);
}

/** Channels under settings that are tried, in days by their parameter. */
export const triedQuestion = (view: View, tried: Readonly<Record<string, string>>): Question => ({
  path: '/v1/reports/attribution',
  rows: 'channel_attribution',
  parameters: { ...asked({ ...view, compare: 'none' }), group_by: 'channel', ...tried },
});
export const useTried = (view: View, tried: Readonly<Record<string, string>>) =>
  useQuestion<Attribution>(triedQuestion(view, tried));

export function useCampaigns(view: View, enabled = true) {
  return useQuestion<Campaigns>(campaignsQuestion(view), enabled);
}

/** Claims have no comparison and no filters. */
export const claimsQuestion = ({ start, end, brand_id, currency, model }: View): Question => ({
  path: '/v1/reports/claims',
  rows: 'claims',
  parameters: { start, end, brand_id, currency, models: model },
});
export const useClaims = (view: View, enabled: boolean) => useQuestion<Claims>(claimsQuestion(view), enabled);

export type Campaign = ReportsCampaignsOne;
export function campaignQuestion(view: View, campaign_id: string): Question {
  const { filter: _, ...parameters } = asked(view);
  const path = `/v1/reports/campaigns/${encodeURIComponent(campaign_id)}`;
  return { path, documented_path: '/v1/reports/campaigns/{campaign_id}', parameters, rows: 'by_email' };
}
export const useCampaign = (view: View, campaign_id: string) =>
  useQuestion<Campaign>(campaignQuestion(view, campaign_id));

export type Customer = CustomersOne;
export const customerQuestion = ({ brand_id, currency, model }: View, customer_id: string): Question => ({
  path: `/v1/customers/${encodeURIComponent(customer_id)}`,
  documented_path: '/v1/customers/{customer_id}',
  parameters: { brand_id, currency, model },
  rows: 'journeys',
});
export const useCustomer = (view: View, customer_id: string) =>
  useQuestion<Customer>(customerQuestion(view, customer_id));

export type Receipt = ConversionsOneReceipt;
export const receiptQuestion = ({ brand_id, currency, model }: View, conversion_id: string): Question => ({
  path: `/v1/conversions/${encodeURIComponent(conversion_id)}/receipt`,
  documented_path: '/v1/conversions/{conversion_id}/receipt',
  parameters: { brand_id, currency, model },
  rows: 'touchpoints',
});
export const useReceipt = (view: View, conversion_id: string) =>
  useQuestion<Receipt>(receiptQuestion(view, conversion_id));

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
