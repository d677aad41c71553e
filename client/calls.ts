/** Made by `npm run types:dashboard` from the OpenAPI document. Do not change it by hand. */
import type { Answers } from './answers.d.ts';


export interface Calls {
GetCalls: GetCalls
PostCalls: PostCalls
DeleteCalls: DeleteCalls
SharedParameters?: SharedParameters
}
export interface GetCalls {
/**
 * List experiments
 */
"/v1/experiments": {
query?: Pick<SharedParameters, 'start' | 'end' | 'brand_id'>
answer: Answers['Experiments']
}
/**
 * Says that this server takes webhooks
 */
"/v1/sources/{source_id}": {
path: {
source_id: string
}
answer: Answers['SourcesOne']
}
/**
 * Global Privacy Control is honoured here
 */
"/.well-known/gpc.json": {
answer: Answers['WellKnownGpcJson']
}
/**
 * What each channel, campaign and email earned
 */
"/v1/reports/attribution": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'model' | 'models' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'half_life_days' | 'view_days' | 'email_days' | 'click_days' | 'identity' | 'filter' | 'compare' | 'group_by' | 'week_start' | 'consent_bounds' | 'dp_epsilon' | 'format' | 'csv'> & {
/**
 * Adds the 90 % interval of the revenue of each row, from a bootstrap over people; for one model and one key of `group_by`
 */
intervals?: ("true" | "false")
})
answer: Answers['ReportsAttribution']
/**
 * With `dp_epsilon`: the figures with noise, and what protects each person
 */
noisy: {
report: string
report_period: {
start: string
end: string
}
brand_id: string
attribution_model?: string
group_by: string[]
filters?: string[]
currency: string
as_of: string
config_hash: string
differential_privacy: {
epsilon: string
delta: number
confidence: number
bounds: {
conversions_per_person: number
revenue_per_person: string
groups_per_person: number
}
noise: {
measure: string
epsilon: number
sensitivity: number
scale: number
half_width: number
}[]
min_noisy_persons: (number | null)
meaning: string[]
}
groups: {
persons: number
persons_low: number
persons_high: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
[k: string]: string | null | number | undefined
}[]
unattributed?: {
persons: number
persons_low: number
persons_high: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
[k: string]: string | null | number | undefined
}[]
totals: {
rows: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
}[]
groups_left_out: number
}
}
/**
 * What changed against an earlier period, and why
 */
"/v1/reports/changes": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'model' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'half_life_days' | 'view_days' | 'email_days' | 'click_days' | 'identity' | 'filter' | 'compare' | 'group_by' | 'week_start' | 'consent_bounds' | 'format' | 'csv'> & {
/**
 * The most changes that are put in words; 5 when left out
 */
movers?: number
})
answer: Answers['ReportsChanges']
}
/**
 * Several brands side by side and together, with every shared order once
 */
"/v1/reports/consolidated": {
query?: Pick<SharedParameters, 'start' | 'end' | 'model' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'compare' | 'format' | 'csv'>
answer: Answers['ReportsConsolidated']
}
/**
 * How much of the revenue of a brand touches of other brands helped, for people who allow it
 */
"/v1/reports/cross_brand": {
query?: Pick<SharedParameters, 'start' | 'end' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'model' | 'compare' | 'format' | 'csv'>
answer: Answers['ReportsCrossBrand']
}
/**
 * At most three things that the data is sure about, those with most money at stake first
 */
"/v1/reports/today": {
query?: Pick<SharedParameters, 'start' | 'end' | 'model' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'compare' | 'format' | 'csv'>
answer: Answers['ReportsToday']
}
/**
 * What to do with the budget, how often and when to send, and three things today
 */
"/v1/advice": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'model' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'compare' | 'format' | 'csv'> & {
/**
 * Whole weeks before the end from which the response to spend is learned; 104 when left out
 */
weeks?: number
/**
 * What is to be spent in a week, in the currency of the answer; what is spent now when left out
 */
budget?: string
/**
 * Asks what would change if a channel had this spend in a week, as CHANNEL=AMOUNT; may be given several times
 * 
 * @maxItems 50
 */
set?: string[]
})
answer: Answers['Advice']
}
/**
 * Models side by side, with intervals, and the reasons of their largest differences
 */
"/v1/reports/models": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'models' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'half_life_days' | 'view_days' | 'email_days' | 'click_days' | 'identity' | 'filter' | 'compare' | 'format' | 'csv'> & {
/**
 * channel when left out
 */
group_by?: ("channel" | "campaign_id")
/**
 * Draws for the intervals; 200 when left out
 */
draws?: number
/**
 * Seed of the draws; 1 when left out
 */
seed?: number
})
answer: Answers['ReportsModels']
}
/**
 * How long journeys were, and their touchpoints and channels
 */
"/v1/reports/journeys": {
query?: Pick<SharedParameters, 'start' | 'end' | 'model' | 'models' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'half_life_days' | 'view_days' | 'email_days' | 'click_days' | 'identity' | 'filter' | 'compare' | 'dp_epsilon' | 'format' | 'csv'>
answer: Answers['ReportsJourneys']
/**
 * With `dp_epsilon`: the figures with noise, and what protects each person
 */
noisy: {
report: string
report_period: {
start: string
end: string
}
brand_id: string
attribution_model?: string
group_by: string[]
filters?: string[]
currency: string
as_of: string
config_hash: string
differential_privacy: {
epsilon: string
delta: number
confidence: number
bounds: {
conversions_per_person: number
revenue_per_person: string
groups_per_person: number
}
noise: {
measure: string
epsilon: number
sensitivity: number
scale: number
half_width: number
}[]
min_noisy_persons: (number | null)
meaning: string[]
}
groups: {
persons: number
persons_low: number
persons_high: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
[k: string]: string | null | number | undefined
}[]
unattributed?: {
persons: number
persons_low: number
persons_high: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
[k: string]: string | null | number | undefined
}[]
totals: {
rows: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
}[]
groups_left_out: number
}
}
/**
 * Which paths lead to orders, and what each channel does on them
 */
"/v1/reports/paths": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'model' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'half_life_days' | 'view_days' | 'email_days' | 'click_days' | 'identity' | 'filter' | 'compare' | 'by' | 'limit' | 'format' | 'csv'> & {
/**
 * Shortens paths before they are compared: none, exposure, first, frequency, remove_if_not_all(NAME), remove_if_last_and_not_all(NAME), trim_long_path(N), separated by commas. Roles and credit are always of whole paths
 */
transform?: string
/**
 * Touches of each path in the flow; 5 when left out
 */
steps?: number
})
answer: Answers['ReportsPaths']
}
/**
 * How long people take from their first and last touch to the order
 */
"/v1/reports/lags": {
query?: Pick<SharedParameters, 'start' | 'end' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'half_life_days' | 'view_days' | 'email_days' | 'click_days' | 'identity' | 'filter' | 'compare' | 'by' | 'limit' | 'dp_epsilon' | 'format' | 'csv'>
answer: Answers['ReportsLags']
/**
 * With `dp_epsilon`: the figures with noise, and what protects each person
 */
noisy: {
report: string
report_period: {
start: string
end: string
}
brand_id: string
attribution_model?: string
group_by: string[]
filters?: string[]
currency: string
as_of: string
config_hash: string
differential_privacy: {
epsilon: string
delta: number
confidence: number
bounds: {
conversions_per_person: number
revenue_per_person: string
groups_per_person: number
}
noise: {
measure: string
epsilon: number
sensitivity: number
scale: number
half_width: number
}[]
min_noisy_persons: (number | null)
meaning: string[]
}
groups: {
persons: number
persons_low: number
persons_high: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
[k: string]: string | null | number | undefined
}[]
unattributed?: {
persons: number
persons_low: number
persons_high: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
[k: string]: string | null | number | undefined
}[]
totals: {
rows: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
}[]
groups_left_out: number
}
}
/**
 * Which channels are on the same paths, and how such paths do
 */
"/v1/reports/synergies": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'half_life_days' | 'view_days' | 'email_days' | 'click_days' | 'identity' | 'filter' | 'compare' | 'by' | 'limit' | 'format' | 'csv'> & {
/**
 * The fewest paths that an interval is made of, with a third as many people; 30 when left out
 */
min_support?: number
})
answer: Answers['ReportsSynergies']
}
/**
 * Single orders with their paths
 */
"/v1/reports/orders": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'half_life_days' | 'view_days' | 'email_days' | 'click_days' | 'identity' | 'filter' | 'by' | 'limit' | 'format' | 'csv'> & {
/**
 * Only orders with exactly this path: given once for each touch, from the oldest to the newest, as `by` names them; empty is a missing value
 * 
 * @minItems 1
 * @maxItems 1000
 */
path?: [string, ...(string)[]]
})
answer: Answers['ReportsOrders']
}
/**
 * The rows behind a sum: each order, each touch that earned a part of it, and where both stand in the log
 */
"/v1/reports/credits": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'model' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'half_life_days' | 'view_days' | 'email_days' | 'click_days' | 'identity' | 'filter' | 'format' | 'csv'> & {
/**
 * Rows that are listed, the newest ones; 100 when left out
 */
limit?: number
})
answer: Answers['ReportsCredits']
}
/**
 * What each campaign and flow sent, cost and earned
 */
"/v1/reports/campaigns": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'model' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'half_life_days' | 'view_days' | 'email_days' | 'click_days' | 'identity' | 'filter' | 'compare' | 'consent_bounds' | 'dp_epsilon' | 'format' | 'csv'> & {
/**
 * What a row is: a campaign or flow, an email of one, or a kind of campaign; campaign_id when left out
 */
by?: ("campaign_id" | "email_id" | "campaign_kind")
})
answer: Answers['ReportsCampaigns']
/**
 * With `dp_epsilon`: the figures with noise, and what protects each person
 */
noisy: {
report: string
report_period: {
start: string
end: string
}
brand_id: string
attribution_model?: string
group_by: string[]
filters?: string[]
currency: string
as_of: string
config_hash: string
differential_privacy: {
epsilon: string
delta: number
confidence: number
bounds: {
conversions_per_person: number
revenue_per_person: string
groups_per_person: number
}
noise: {
measure: string
epsilon: number
sensitivity: number
scale: number
half_width: number
}[]
min_noisy_persons: (number | null)
meaning: string[]
}
groups: {
persons: number
persons_low: number
persons_high: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
[k: string]: string | null | number | undefined
}[]
unattributed?: {
persons: number
persons_low: number
persons_high: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
[k: string]: string | null | number | undefined
}[]
totals: {
rows: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
}[]
groups_left_out: number
}
}
/**
 * Sends, engagement, revenue and cost of a campaign
 */
"/v1/reports/campaigns/{campaign_id}": {
path: {
campaign_id: string
}
query?: Pick<SharedParameters, 'start' | 'end' | 'model' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'compare' | 'format' | 'csv'>
answer: Answers['ReportsCampaignsOne']
}
/**
 * Who on the email list still answers, and what they bring
 */
"/v1/reports/list_health": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'brand_id' | 'as_of' | 'currency' | 'adjustments' | 'ignore_message_rules' | 'conversion_type' | 'compare' | 'format' | 'csv'> & {
/**
 * Engaged people opened or clicked in so many days before the end of the period; 30 when left out
 */
engaged_days?: number
/**
 * Lapsing people did in so many days, and are not engaged; 90 when left out
 */
lapsing_days?: number
/**
 * Dormant people did in so many days, and are not lapsing; those who did before are inactive; 180 when left out
 */
dormant_days?: number
})
answer: Answers['ReportsListHealth']
}
/**
 * How people answer in weeks with few and with many emails
 */
"/v1/reports/fatigue": {
query?: Pick<SharedParameters, 'start' | 'end' | 'brand_id' | 'as_of' | 'ignore_message_rules' | 'conversion_type' | 'campaign_kind' | 'week_start' | 'format' | 'csv'>
answer: Answers['ReportsFatigue']
}
/**
 * When emails are sent, and how soon people answer
 */
"/v1/reports/send_times": {
query?: Pick<SharedParameters, 'start' | 'end' | 'model' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'campaign_kind' | 'format' | 'csv'>
answer: Answers['ReportsSendTimes']
}
/**
 * What blasts brought: people who were sent beside those who were not sent yet
 */
"/v1/reports/send_effects": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'brand_id' | 'as_of' | 'currency' | 'ignore_message_rules' | 'conversion_type' | 'format' | 'csv'> & {
/**
 * Only blasts of this campaign; all blasts that begin in the period when left out
 */
campaign_id?: string
/**
 * Orders count for so many hours from the start of a wave; 24 when left out
 */
window_hours?: number
/**
 * Eligible people were sent an email in so many days before the blast; 90 when left out
 */
list_days?: number
})
answer: Answers['ReportsSendEffects']
}
/**
 * What providers claim beside what was sold and credited, and why they differ
 */
"/v1/reports/claims": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'model' | 'models' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'half_life_days' | 'view_days' | 'email_days' | 'click_days' | 'identity' | 'compare' | 'format' | 'csv'> & {
/**
 * One or more of claimant, campaign_id, channel, day, separated by commas; every row has a claimant. claimant when left out
 */
group_by?: string
})
answer: Answers['ReportsClaims']
}
/**
 * Whether customers come back, and what they bring by age
 */
"/v1/reports/cohorts": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'half_life_days' | 'view_days' | 'email_days' | 'click_days' | 'identity' | 'filter' | 'compare' | 'week_start' | 'dp_epsilon' | 'format' | 'csv'> & {
/**
 * What cohorts have in common, at their first order; month when left out
 */
by?: ("month" | "week" | "first_channel" | "campaign" | "segment" | "all")
})
answer: Answers['ReportsCohorts']
/**
 * With `dp_epsilon`: the figures with noise, and what protects each person
 */
noisy: {
report: string
report_period: {
start: string
end: string
}
brand_id: string
attribution_model?: string
group_by: string[]
filters?: string[]
currency: string
as_of: string
config_hash: string
differential_privacy: {
epsilon: string
delta: number
confidence: number
bounds: {
conversions_per_person: number
revenue_per_person: string
groups_per_person: number
}
noise: {
measure: string
epsilon: number
sensitivity: number
scale: number
half_width: number
}[]
min_noisy_persons: (number | null)
meaning: string[]
}
groups: {
persons: number
persons_low: number
persons_high: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
[k: string]: string | null | number | undefined
}[]
unattributed?: {
persons: number
persons_low: number
persons_high: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
[k: string]: string | null | number | undefined
}[]
totals: {
rows: number
conversions?: number
conversions_low?: number
conversions_high?: number
journeys?: number
journeys_low?: number
journeys_high?: number
orders?: number
orders_low?: number
orders_high?: number
revenue_micros: string
revenue: string
revenue_low: string
revenue_high: string
}[]
groups_left_out: number
}
}
/**
 * What customers have brought, and what they are expected to bring
 */
"/v1/reports/lifetime_value": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'model' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'half_life_days' | 'view_days' | 'email_days' | 'click_days' | 'identity' | 'filter' | 'compare' | 'week_start' | 'format' | 'csv'> & {
/**
 * What cohorts have in common, at their first order; month when left out
 */
by?: ("month" | "week" | "first_channel" | "campaign" | "segment" | "all")
/**
 * Days to predict; 180 when left out
 */
horizon_days?: number
/**
 * Segments of customers by value; deciles when left out
 */
quantiles?: ("deciles" | "quartiles")
})
answer: Answers['ReportsLifetimeValue']
}
/**
 * Why each touch of an order earned what it earned
 */
"/v1/conversions/{conversion_id}/receipt": {
path: {
conversion_id: string
}
query?: Pick<SharedParameters, 'model' | 'models' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'format' | 'csv'>
answer: Answers['ConversionsOneReceipt']
}
/**
 * One person: ids, journeys, orders, and what each touchpoint earned
 */
"/v1/customers/{customer_id}": {
path: {
customer_id: string
}
query?: Pick<SharedParameters, 'brand_id' | 'as_of' | 'model' | 'currency' | 'ignore_message_rules' | 'format' | 'csv'>
answer: Answers['CustomersOne']
}
/**
 * Machine traffic by reason, and what came late, in conflict, or could not be stored
 */
"/v1/reports/data_quality": {
query?: Pick<SharedParameters, 'start' | 'end' | 'brand_id' | 'as_of' | 'ignore_message_rules' | 'format' | 'csv'>
answer: Answers['ReportsDataQuality']
}
/**
 * The result of an experiment
 */
"/v1/experiments/{experiment_id}": {
path: {
experiment_id: string
}
query?: Pick<SharedParameters, 'brand_id' | 'as_of' | 'currency' | 'format' | 'csv'>
answer: Answers['ExperimentsOne']
}
/**
 * Experiments for marketing mix models
 */
"/v1/experiments/calibration": {
query: (Pick<SharedParameters, 'brand_id' | 'as_of' | 'currency' | 'format' | 'csv'> & {
/**
 * The program that takes the rows
 */
for: ("robyn" | "meridian")
/**
 * The name of the channel in the model; email when left out
 */
channel?: string
/**
 * The channel that the experiments are about, as the log names it; email when left out, which campaigns, flows and global experiments are about
 */
experiment_channel?: string
/**
 * What the model explains; revenue when left out
 */
measure?: ("revenue" | "orders")
/**
 * The name of the dependent variable, for Robyn; revenue or conversions when left out
 */
metric?: string
/**
 * With which effect of the model Robyn compares; immediate when left out
 */
calibration_scope?: ("immediate" | "total")
})
answer: Answers['ExperimentsCalibration']
}
/**
 * Credit beside what was caused
 */
"/v1/reports/incrementality": {
query?: (Pick<SharedParameters, 'start' | 'end' | 'models' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'format' | 'csv'> & {
/**
 * What a row is about; campaign_id when left out
 */
by?: ("campaign_id" | "channel")
})
answer: Answers['ReportsIncrementality']
}
/**
 * Which model was closest to the experiments
 */
"/v1/reports/closest-models": {
query?: Pick<SharedParameters, 'start' | 'end' | 'models' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type' | 'format' | 'csv'>
answer: Answers['ReportsClosestModels']
}
/**
 * Frozen runs, newest first
 */
"/v1/runs": {
query?: Pick<SharedParameters, 'format' | 'csv'>
answer: Answers['Runs']
}
/**
 * Compare a frozen run with today’s answer
 */
"/v1/runs/{run_id}/compare": {
path: {
run_id: string
}
query?: (Pick<SharedParameters, 'format' | 'csv'> & {
/**
 * One of the run's models; its first when left out
 */
model?: string
/**
 * channel when left out
 */
group_by?: ("channel" | "campaign_id" | "email_id")
})
answer: Answers['RunsOneCompare']
}
/**
 * Fitted models, newest first
 */
"/v1/models": {
query?: Pick<SharedParameters, 'format' | 'csv'>
answer: Answers['Models']
}
/**
 * The card of a fitted model
 */
"/v1/models/{artifact_id}": {
path: {
artifact_id: string
}
query?: Pick<SharedParameters, 'format' | 'csv'>
answer: Answers['ModelsOne']
}
/**
 * Two fits side by side
 */
"/v1/models/{artifact_id}/compare/{other_artifact_id}": {
path: {
artifact_id: string
other_artifact_id: string
}
query?: Pick<SharedParameters, 'start' | 'end' | 'brand_id' | 'as_of' | 'currency' | 'format' | 'csv'>
answer: Answers['ModelsOneCompareOne']
}
/**
 * Pinned artifacts
 */
"/v1/models/pins": {
query?: Pick<SharedParameters, 'format' | 'csv'>
answer: Answers['ModelsPins']
}
/**
 * Scheduled fits, newest first
 */
"/v1/models/fits": {
query?: Pick<SharedParameters, 'format' | 'csv'>
answer: Answers['ModelsFits']
}
/**
 * How far a report is
 */
"/v1/progress/{progress_id}": {
path: {
progress_id: string
}
answer: Answers['ProgressOne']
}
/**
 * What an answer was made of
 */
"/v1/lineage": {
query: (Pick<SharedParameters, 'filter'> & {
/**
 * The call whose answer is asked about: the path of a report with its parameters, such as /v1/reports/attribution?group_by=channel
 */
address: string
/**
 * For persons who may see several brands: the brand that the address is about
 */
brand_id?: string
})
answer: Answers['Lineage']
}
/**
 * List annotations
 */
"/v1/annotations": {
query?: Pick<SharedParameters, 'start' | 'end' | 'brand_id'>
answer: Answers['Annotations']
}
/**
 * List links
 */
"/v1/share-links": {
answer: Answers['ShareLinks']
}
/**
 * List saved views
 */
"/v1/saved-views": {
answer: Answers['SavedViews']
}
/**
 * What is watched, and how each stands
 */
"/v1/monitors": {
query?: Pick<SharedParameters, 'brand_id'>
answer: Answers['Monitors']
}
/**
 * What is wrong, or was
 */
"/v1/incidents": {
query?: (Pick<SharedParameters, 'brand_id' | 'start' | 'end' | 'limit'> & {
/**
 * Only incidents that are open, or over
 */
status?: ("open" | "over")
/**
 * Only incidents that this check found
 */
check?: ("anomaly" | "freshness" | "schema_drift" | "duplicates" | "clock_skew" | "late_records" | "not_stored" | "unmatched_orders" | "refunds_without_orders" | "bot_share" | "unknown_campaigns" | "spend_without_touches" | "advice_rule" | "audit_chain")
})
answer: Answers['Incidents']
}
/**
 * The views for SQL, with their columns
 */
"/v1/views": {
answer: {

}
}
/**
 * All rows of a view
 */
"/v1/views/{view}": {
path: {
view: string
}
query?: (Pick<SharedParameters, 'persons' | 'start' | 'end' | 'model' | 'models' | 'artifact' | 'brand_id' | 'as_of' | 'currency' | 'collapse' | 'adjustments' | 'lookback' | 'exclude_direct' | 'include_machine' | 'ignore_message_rules' | 'conversion_type'> & {
/**
 * Format of the rows; json when left out
 */
format?: ("json" | "csv" | "parquet")
})
answer: {

}
}
/**
 * Records with a known id and other content
 */
"/v1/conflicts": {
query?: (Pick<SharedParameters, 'limit' | 'after'> & {
/**
 * One brand; all brands that the key may see when left out
 */
brand_id?: string
})
answer: {

}
}
/**
 * Records that were accepted and could not be loaded
 */
"/v1/dead_letters": {
query?: (Pick<SharedParameters, 'limit' | 'after'> & {
/**
 * One brand; all brands that the key may see when left out
 */
brand_id?: string
/**
 * The state of the dead letters; all when left out
 */
state?: ("open" | "replayed")
})
answer: {

}
}
/**
 * Integrity, sizes and lag
 */
"/v1/doctor": {
answer: {

}
}
/**
 * Erasures, newest first
 */
"/v1/erasures": {
answer: Answers['Erasures']
}
/**
 * An erasure and its certificate
 */
"/v1/erasures/{erasure_id}": {
path: {
erasure_id: string
}
query?: {
/**
 * Waits so long for it to be done; 0 when left out
 */
wait_s?: number
}
answer: Answers['ErasuresOne']
}
/**
 * The list of everything that was erased, for restoring backups elsewhere
 */
"/v1/erasure-list": {
answer: {

}
}
/**
 * Everything that is stored of a person
 */
"/v1/customers/{customer_id}/export": {
path: {
customer_id: string
}
query?: {
/**
 * The brand; needed where several brands have the id
 */
brand_id?: string
/**
 * json when left out
 */
format?: ("json" | "csv")
}
answer: {

}
}
/**
 * How long records are kept, and what would go now
 */
"/v1/retention": {
query?: {
/**
 * `false` counts nothing, and `would_remove` is null; true when left out
 */
counts?: ("true" | "false")
}
answer: Answers['Retention']
}
/**
 * List keys
 */
"/v1/keys": {
answer: Answers['Keys']
}
/**
 * List proposals that two people are one
 */
"/v1/identity/proposals": {
query?: (Pick<SharedParameters, 'brand_id'> & {
/**
 * Only proposals in this state
 */
state?: ("open" | "quarantined" | "accepted" | "undone")
/**
 * Only proposals about this person
 */
person_id?: string
})
answer: Answers['IdentityProposals']
}
/**
 * What keys have spent of their budgets of noise
 */
"/v1/privacy/budgets": {
answer: Answers['PrivacyBudgets']
}
/**
 * The answers with noise that were given, and what the bounds cut
 */
"/v1/privacy/answers": {
answer: Answers['PrivacyAnswers']
}
/**
 * List the brands that the key may see
 */
"/v1/brands": {
answer: Answers['Brands']
}
/**
 * Show what is configured
 */
"/v1/settings": {
query?: {
/**
 * One brand; all brands that the key may see when left out
 */
brand_id?: string
}
answer: Answers['Settings']
}
/**
 * List the sources with what each brought
 */
"/v1/sources": {
answer: Answers['Sources']
}
/**
 * List the destinations with where each stands
 */
"/v1/destinations": {
answer: Answers['Destinations']
}
/**
 * List what a destination will never take, with the reasons
 */
"/v1/destinations/{destination_id}/dead-letters": {
path: {
destination_id: string
}
answer: Answers['DestinationsOneDeadLetters']
}
/**
 * List orders that a destination was told about, of people who do not consent any more
 */
"/v1/destinations/{destination_id}/withdrawn": {
path: {
destination_id: string
}
answer: Answers['DestinationsOneWithdrawn']
}
/**
 * List the pulls of spend with where each stands
 */
"/v1/pulls": {
answer: Answers['Pulls']
}
/**
 * How many people an experiment needs
 */
"/v1/experiment-size": {
query: {
/**
 * The part of people who order in the time of the experiment, such as 0.03
 */
rate: string
/**
 * The smallest rise that matters, such as 0.1 for 10 % more orders
 */
lift: string
/**
 * The part of people in the control; 0.5 when left out
 */
holdout?: string
/**
 * People who can be assigned in a week
 */
people_a_week?: string
}
answer: Answers['ExperimentSize']
}
/**
 * List the schedules with where each stands
 */
"/v1/schedules": {
answer: Answers['Schedules']
}
/**
 * What a schedule would send now
 */
"/v1/schedules/{schedule_id}/preview": {
path: {
schedule_id: string
}
answer: Answers['SchedulesOnePreview']
}
/**
 * The files that a schedule wrote
 */
"/v1/schedules/{schedule_id}/exports": {
path: {
schedule_id: string
}
answer: Answers['SchedulesOneExports']
}
/**
 * Who did what, and who read data of persons
 */
"/v1/audit": {
query?: (Pick<SharedParameters, 'limit'> & {
/**
 * Only entries that name this customer, anonymous id or order. The log holds a mark of the id, never the id
 */
person?: string
/**
 * Only entries of this kind
 */
kind?: ("read" | "action" | "outcome" | "sign_in" | "pruned")
/**
 * Only entries before this number: `next_before` of the last page
 */
before?: number
})
answer: Answers['Audit']
}
/**
 * Check the chain of the audit log
 */
"/v1/audit/verification": {
query?: {
/**
 * A head that was noted before, as SEQ:HASH; the log must still hold it
 */
head?: string
}
answer: Answers['AuditVerification']
}
/**
 * List the keys of links and pixels
 */
"/v1/email/keys": {
answer: {

}
}
/**
 * Check that the server runs, and if it is ready
 */
"/health": {
answer: {

}
}
/**
 * Check that the process runs
 */
"/health/live": {
answer: {

}
}
/**
 * Check that reports can be read and events are loaded
 */
"/health/ready": {
answer: {

}
}
}
export interface PostCalls {
/**
 * Send touchpoints
 */
"/v1/touchpoints": {
query?: Pick<SharedParameters, 'key' | 'anonymous'>
body: (Touchpoint | [Touchpoint, ...(Touchpoint)[]])
answer: Receipt
}
/**
 * Send conversions
 */
"/v1/conversions": {
query?: Pick<SharedParameters, 'key' | 'anonymous'>
body: (Conversion | [Conversion, ...(Conversion)[]])
answer: Receipt
}
/**
 * Send email events
 */
"/v1/email_events": {
query?: Pick<SharedParameters, 'key' | 'anonymous'>
body: (EmailEvent | [EmailEvent, ...(EmailEvent)[]])
answer: Receipt
}
/**
 * Send adjustments
 */
"/v1/adjustments": {
query?: Pick<SharedParameters, 'key' | 'anonymous'>
body: (Adjustment | [Adjustment, ...(Adjustment)[]])
answer: Receipt
}
/**
 * Send spend
 */
"/v1/spend": {
query?: Pick<SharedParameters, 'key' | 'anonymous'>
body: (Spend | [Spend, ...(Spend)[]])
answer: Receipt
}
/**
 * Send fx rates
 */
"/v1/fx_rates": {
query?: Pick<SharedParameters, 'key' | 'anonymous'>
body: (FxRate | [FxRate, ...(FxRate)[]])
answer: Receipt
}
/**
 * Send identity links
 */
"/v1/identity_links": {
query?: Pick<SharedParameters, 'key' | 'anonymous'>
body: (IdentityLink | [IdentityLink, ...(IdentityLink)[]])
answer: Receipt
}
/**
 * Send customer segments
 */
"/v1/customer_segments": {
query?: Pick<SharedParameters, 'key' | 'anonymous'>
body: (CustomerSegment | [CustomerSegment, ...(CustomerSegment)[]])
answer: Receipt
}
/**
 * Send claims
 */
"/v1/claims": {
query?: Pick<SharedParameters, 'key' | 'anonymous'>
body: (Claim | [Claim, ...(Claim)[]])
answer: Receipt
}
/**
 * Send consents
 */
"/v1/consents": {
query?: Pick<SharedParameters, 'key' | 'anonymous'>
body: (Consent | [Consent, ...(Consent)[]])
answer: Receipt
}
/**
 * Send experiments
 */
"/v1/experiments": {
query?: Pick<SharedParameters, 'key' | 'anonymous'>
body: (Experiment | [Experiment, ...(Experiment)[]])
answer: Receipt
}
/**
 * Send assignments
 */
"/v1/assignments": {
query?: Pick<SharedParameters, 'key' | 'anonymous'>
body: (Assignment | [Assignment, ...(Assignment)[]])
answer: Receipt
}
/**
 * Send exposures
 */
"/v1/exposures": {
query?: Pick<SharedParameters, 'key' | 'anonymous'>
body: (Exposure | [Exposure, ...(Exposure)[]])
answer: Receipt
}
/**
 * Put people into the arms of an experiment
 */
"/v1/experiments/{experiment_id}/assign": {
path: {
experiment_id: string
}
body: {
/**
 * The customer
 */
customer_id?: string
/**
 * The id of a browser or device
 */
anonymous_id?: string
/**
 * The address in place of an id; it is not stored
 */
email?: string
/**
 * The brand; that of the key when left out
 */
brand_id?: string
/**
 * Only tells the arms: nothing is written, and the plan is not frozen
 */
trial?: ("true" | "false")
/**
 * A send list: each with customer_id, anonymous_id or email
 * 
 * @minItems 1
 * @maxItems 10000
 */
people?: [{
/**
 * The customer
 */
customer_id?: string
/**
 * The id of a browser or device
 */
anonymous_id?: string
/**
 * The address in place of an id; it is not stored
 */
email?: string
}, ...({
/**
 * The customer
 */
customer_id?: string
/**
 * The id of a browser or device
 */
anonymous_id?: string
/**
 * The address in place of an id; it is not stored
 */
email?: string
})[]]
}
answer: {
experiment_id: string
/**
 * The arm; null if a global experiment holds the person out, or the person was refused
 */
arm: (string | null)
/**
 * The global experiment that holds the person out: send nothing
 */
held_out_by: (string | null)
/**
 * In the order of `people`
 */
assignments?: {
/**
 * The arm; null if a global experiment holds the person out, or the person was refused
 */
arm: (string | null)
/**
 * The global experiment that holds the person out: send nothing
 */
held_out_by: (string | null)
/**
 * Why this person was not assigned
 */
refused: ({
field: string
reason: string
} | null)
}[]
}
}
/**
 * Put a send list into waves by chance
 */
"/v1/experiments/{experiment_id}/order": {
path: {
experiment_id: string
}
body: {
/**
 * The brand; that of the key when left out
 */
brand_id?: string
/**
 * The campaign that will be sent; the first call needs it
 */
campaign_id?: string
/**
 * How many waves; 4 when left out
 */
waves?: number
/**
 * The length of the whole list, where it is sent in several calls
 */
planned_people?: number
/**
 * The send list: each with customer_id or email
 * 
 * @minItems 1
 * @maxItems 10000
 */
people: [{
/**
 * The customer
 */
customer_id?: string
/**
 * The id of a browser or device
 */
anonymous_id?: string
/**
 * The address in place of an id; it is not stored
 */
email?: string
}, ...({
/**
 * The customer
 */
customer_id?: string
/**
 * The id of a browser or device
 */
anonymous_id?: string
/**
 * The address in place of an id; it is not stored
 */
email?: string
})[]]
}
answer: {
experiment_id: string
/**
 * In the order of `people`
 */
people: {
/**
 * The wave in which this person is sent; null if a global experiment holds the person out, or the person was refused
 */
wave: (number | null)
/**
 * The global experiment that holds the person out: send nothing
 */
held_out_by: (string | null)
/**
 * Why this person has no wave
 */
refused: ({
field: string
reason: string
} | null)
}[]
}
}
/**
 * Freeze a report
 */
"/v1/runs": {
body?: {
/**
 * First day (YYYY-MM-DD in the brand’s zone) or first instant; 30 days before `end` when left out
 */
start?: string
/**
 * The day or instant after the last one; tomorrow when left out
 */
end?: string
/**
 * One model: first_touch, last_touch, linear, time_decay, position_based, data_driven, algorithmic, algorithmic_incremental, algorithmic_calibrated, or one of the configuration; linear when left out
 */
model?: string
/**
 * Several models side by side, separated by commas, instead of `model`
 */
models?: string
/**
 * Ids of fitted artifacts to use for fitted models; the pinned one, else the newest that passed its gate when left out
 */
artifact?: string
/**
 * One brand; all brands that the key may read when left out
 */
brand_id?: string
/**
 * `as_of` of an earlier report, or an instant; the newest log position when left out
 */
as_of?: string
/**
 * ISO 4217 code; the currency of the brand when left out
 */
currency?: string
/**
 * What counts as one touch: interaction or none; interaction when left out
 */
collapse?: ("interaction" | "none")
/**
 * The day on which a refund counts: order_day or own_day; order_day when left out
 */
adjustments?: ("order_day" | "own_day")
/**
 * Which touches count: all of the window, or only those after the previous conversion: full or since_previous_conversion; full when left out
 */
lookback?: ("full" | "since_previous_conversion")
/**
 * Direct visits earn no credit
 */
exclude_direct?: ("true" | "false")
/**
 * Machine traffic earns credit, too
 */
include_machine?: ("true" | "false")
/**
 * Verdicts that rules over several events of a message gave do not count: each event is judged alone
 */
ignore_message_rules?: ("true" | "false")
/**
 * Only these conversion types, separated by commas
 */
conversion_type?: string
/**
 * Name of the run; a new name when left out
 */
run_id?: string
}
answer: {
run_id: string
/**
 * Stored rows: one per touch and value event, and one per value event that nothing earned
 */
rows: number
as_of: string
config_hash: string
totals: {
[k: string]: {
net_revenue_micros: string
net_revenue: string
attributed_micros: string
unattributed_micros: {
no_touch: string
ineligible_type: string
no_consent: string
machine_only: string
excluded_channel: string
outside_window: string
organic?: string
}
}
}
}
}
/**
 * Fit a model
 */
"/v1/models": {
body: {
/**
 * The model to fit
 */
model: ("markov" | "shapley" | "data_driven" | "algorithmic" | "algorithmic_calibrated")
/**
 * algorithmic: the family of the hazard model; logistic when left out
 */
family?: ("logistic" | "boosted_trees" | "random_forest" | "additive")
/**
 * markov: the number of touches before it that a touch depends on; auto chooses by held-out journeys; 1 when left out
 */
order?: ("1" | "2" | "3" | "4" | "auto")
/**
 * The name that touches are grouped by; channel when left out
 */
grain?: ("channel" | "channel_and_type" | "campaign")
/**
 * markov, shapley: path transforms from left to right, such as exposure,trim_long_path(20); none when left out
 */
transform?: string
/**
 * Seed of all random draws; 1 when left out
 */
seed?: number
/**
 * Bootstrap draws for the intervals; 100 when left out, 0 for none
 */
draws?: number
/**
 * algorithmic: touches less than this many minutes before the order have no effect; 30 when left out
 */
guard_minutes?: number
/**
 * algorithmic: touches older than this many days have no effect; 60 when left out
 */
max_age_days?: number
/**
 * algorithmic: whether a touch shares credit with a touch of another channel that brought it; on when left out
 */
flow_back?: ("on" | "off")
/**
 * First day of the orders to learn from; the start of the log when left out
 */
start?: string
/**
 * The day after the last one; the end of the log when left out
 */
end?: string
/**
 * One brand; all brands that the key may read when left out
 */
brand_id?: string
/**
 * `as_of` of an earlier report, or an instant; the newest log position when left out
 */
as_of?: string
/**
 * ISO 4217 code; the currency of the brand when left out
 */
currency?: string
/**
 * What counts as one touch: interaction or none; interaction when left out
 */
collapse?: ("interaction" | "none")
/**
 * Which touches count: all of the window, or only those after the previous conversion: full or since_previous_conversion; full when left out
 */
lookback?: ("full" | "since_previous_conversion")
/**
 * Direct visits earn no credit
 */
exclude_direct?: ("true" | "false")
/**
 * Machine traffic earns credit, too
 */
include_machine?: ("true" | "false")
/**
 * Verdicts that rules over several events of a message gave do not count: each event is judged alone
 */
ignore_message_rules?: ("true" | "false")
/**
 * Only these conversion types, separated by commas
 */
conversion_type?: string
/**
 * Stores the fit as a trial: only reports that name its artifact use it, until it is adopted
 */
trial?: ("true" | "false")
}
answer: {
artifact_id: string
attribution_model: string
family: string
brands: string[]
as_of: string
settings: {

}
/**
 * Time that training took, in milliseconds
 */
training_ms: number
created_at: string
/**
 * The fit passed every check of its gate, so reports may use it
 */
passed: boolean
/**
 * Only reports that name the artifact use it, until it is adopted
 */
trial: boolean
/**
 * The results of the model by channel
 */
channels: {
channel: string
share: number
}[]
data: {

}
metrics: {

}
gate: {
/**
 * The fit passed every check of its gate, so reports may use it
 */
passed: boolean
checks: {
check: string
value: (number | null)
required: string
/**
 * The fit passed every check of its gate, so reports may use it
 */
passed: boolean
message: string
}[]
}
limits: string[]
warnings: string[]
}
}
/**
 * Pin an artifact
 */
"/v1/models/{artifact_id}/pin": {
path: {
artifact_id: string
}
body: {
/**
 * The brand whose reports use it; all brands that the key is for when left out
 */
brand_id?: string
/**
 * Why, for those who wonder later, in at most 500 characters. Name no person in it
 */
reason: string
}
answer: {
artifact_id: string
attribution_model: string
/**
 * The brand whose reports use it; null for the reports of all brands that it was fitted on
 */
brand_id: (string | null)
reason: string
/**
 * The name of the key or person
 */
pinned_by: string
pinned_at: string
}
}
/**
 * Adopt a trial
 */
"/v1/models/{artifact_id}/adopt": {
path: {
artifact_id: string
}
answer: {
artifact_id: string
attribution_model: string
family: string
brands: string[]
as_of: string
settings: {

}
training_ms: number
created_at: string
passed: boolean
trial: boolean
channels: {
channel: string
share: number
}[]
data: {

}
metrics: {

}
gate: {
passed: boolean
checks: {
check: string
value: (number | null)
required: string
passed: boolean
message: string
}[]
}
limits: string[]
warnings: string[]
}
}
/**
 * Write an annotation
 */
"/v1/annotations": {
body: {
/**
 * The day, or the first of several, as YYYY-MM-DD in the brand’s zone
 */
day: string
/**
 * The last day; `day` when left out
 */
last_day?: string
/**
 * What happened, in at most 280 characters
 */
text: string
/**
 * The brand; all brands of the key when left out
 */
brand_id?: string
}
answer: {
annotation_id: string
/**
 * Null for all brands
 */
brand_id: (string | null)
/**
 * A day of the brand, YYYY-MM-DD
 */
first_day: string
/**
 * The last day; the first one for an annotation of one day
 */
last_day: string
text: string
/**
 * Who wrote it: a person, or the program because settings, models or sources changed
 */
kind: ("by_hand" | "settings" | "models" | "sources")
/**
 * The name of the key; null for the program
 */
created_by: (string | null)
created_at: string
}
}
/**
 * Make a link
 */
"/v1/share-links": {
body: {
/**
 * A page of the dashboard, a table that a spreadsheet imports, or a page within a page of another site; page when left out
 */
kind?: ("page" | "csv" | "embed")
/**
 * Name of the link in the list
 */
name: string
/**
 * What it shows: the address of a page, such as `/channels?model=linear`; for csv that of a report, such as `/v1/reports/attribution?group_by=channel`
 */
address: string
/**
 * Days that move with the clock, in place of those of the address; 30 days when there are none
 */
period?: ("last_7_days" | "last_28_days" | "last_30_days" | "last_90_days" | "last_365_days" | "this_month" | "last_month" | "this_year")
/**
 * Days until it ends; 7 when left out
 */
days?: number
/**
 * What a reader has to enter; only for pages
 */
password?: string
/**
 * The only brand that it shows; every brand of the key when left out
 */
brand_id?: string
}
answer: {

}
}
/**
 * Save a view
 */
"/v1/saved-views": {
body: {
/**
 * Name of the view in menus
 */
name: string
/**
 * The page with its view, such as `/channels?model=linear`
 */
address: string
/**
 * Days that move with the clock, in place of those of the address
 */
period?: ("last_7_days" | "last_28_days" | "last_30_days" | "last_90_days" | "last_365_days" | "this_month" | "last_month" | "this_year")
/**
 * True if everyone who sees the brand has it; only you when left out
 */
shared?: ("true" | "false")
/**
 * The brand whose people have it; all brands of the key when left out
 */
brand_id?: string
}
answer: {
view_id: string
name: string
address: string
/**
 * Days that move with the clock
 */
period: (string | null)
/**
 * True if everyone who sees the brand has it
 */
shared: boolean
/**
 * Null for all brands
 */
brand_id: (string | null)
created_by: string
/**
 * True if the key that asks made it
 */
own: boolean
}
}
/**
 * Ask the views in SQL
 */
"/v1/sql": {
body: {
/**
 * One select over the views, in the SQL of DuckDB
 */
sql: string
/**
 * A value for each $name of the statement
 */
values?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
/**
 * Format of the rows; json when left out
 */
format?: ("json" | "csv" | "parquet")
/**
 * The views have the columns that name persons and orders; this needs a key of scope persons or admin
 */
persons?: ("true" | "false")
/**
 * First day (YYYY-MM-DD in the brand’s zone) or first instant; 30 days before `end` when left out
 */
start?: string
/**
 * The day or instant after the last one; tomorrow when left out
 */
end?: string
/**
 * One model: first_touch, last_touch, linear, time_decay, position_based, data_driven, algorithmic, algorithmic_incremental, algorithmic_calibrated, or one of the configuration; linear when left out
 */
model?: string
/**
 * Several models side by side, separated by commas, instead of `model`
 */
models?: string
/**
 * Ids of fitted artifacts to use for fitted models; the pinned one, else the newest that passed its gate when left out
 */
artifact?: string
/**
 * One brand; all brands that the key may read when left out
 */
brand_id?: string
/**
 * `as_of` of an earlier report, or an instant; the newest log position when left out
 */
as_of?: string
/**
 * ISO 4217 code; the currency of the brand when left out
 */
currency?: string
/**
 * What counts as one touch: interaction or none; interaction when left out
 */
collapse?: ("interaction" | "none")
/**
 * The day on which a refund counts: order_day or own_day; order_day when left out
 */
adjustments?: ("order_day" | "own_day")
/**
 * Which touches count: all of the window, or only those after the previous conversion: full or since_previous_conversion; full when left out
 */
lookback?: ("full" | "since_previous_conversion")
/**
 * Direct visits earn no credit
 */
exclude_direct?: ("true" | "false")
/**
 * Machine traffic earns credit, too
 */
include_machine?: ("true" | "false")
/**
 * Verdicts that rules over several events of a message gave do not count: each event is judged alone
 */
ignore_message_rules?: ("true" | "false")
/**
 * Only these conversion types, separated by commas
 */
conversion_type?: string
}
answer: {

}
}
/**
 * Tools for assistants (Model Context Protocol)
 */
"/mcp": {
query?: Pick<SharedParameters, 'persons'>
body: ({

} | unknown[])
answer: {

}
}
/**
 * Wait until everything accepted so far is loaded
 */
"/v1/flush": {
answer: {
flushed: true
as_of: string
}
}
/**
 * Try the open dead letters again
 */
"/v1/dead_letters/replay": {
answer: {

}
}
/**
 * Classify stored touchpoints again by the rules of this version
 */
"/v1/reclassify": {
answer: {

}
}
/**
 * Free unused space
 */
"/v1/doctor/compact": {
answer: {

}
}
/**
 * Write every table as Parquet into a folder on the machine of the server
 */
"/v1/doctor/backup": {
body: {
/**
 * Absolute path of a new or empty folder
 */
folder: string
}
answer: {

}
}
/**
 * Remove now what is older than the policy keeps
 */
"/v1/retention": {
answer: {
running: boolean
}
}
/**
 * Make a key
 */
"/v1/keys": {
body: {
/**
 * Name of the key in lists and logs
 */
name: string
/**
 * The scope; admin includes the others
 */
scope: ("write" | "read" | "admin" | "page" | "view" | "sql" | "persons" | "partner")
/**
 * The only brand that the key is for; every brand when left out
 */
brand_id?: (string | null)
/**
 * For scope partner: the epsilon that its questions may spend together in one period, such as 3. It never sees exact figures
 */
dp_epsilon_budget?: string
/**
 * For scope partner: when the budget is renewed, in UTC; total is never, and holds when left out
 */
dp_budget_per?: ("day" | "month" | "total")
}
answer: {

}
}
/**
 * Look for people who are probably one
 */
"/v1/identity/proposals": {
body?: {
/**
 * The brand
 */
brand_id?: string
}
answer: {
/**
 * People that were compared
 */
people: number
/**
 * True if there are more people than can be compared
 */
truncated: boolean
/**
 * Proposals that wait for a decision
 */
open: number
/**
 * Pairs that a guard keeps apart
 */
quarantined: number
}
}
/**
 * Accept a proposal: the two are one person
 */
"/v1/identity/proposals/{proposal_id}/accept": {
path: {
proposal_id: string
}
body?: {
/**
 * Accepts a proposal that a guard keeps apart
 */
confirm?: ("true" | "false")
}
answer: {
proposal_id: string
brand_id: string
/**
 * The name of one person
 */
left_id: string
/**
 * The name of the other person
 */
right_id: string
/**
 * The probability that the two are one person
 */
probability: number
quarantine: (("two_verified_emails" | "too_many_visitors" | "too_many_emails") | null)
/**
 * Log2 odds before any comparison
 */
prior_weight: number
/**
 * Bits that shared values lose, since a household explains them too
 */
household_weight: number
parts: {
comparison: string
/**
 * How well the values agree
 */
level: string
/**
 * Bits: log2(m / u) of the level
 */
weight: number
/**
 * Bits for a rare value, less for a frequent one
 */
frequency_weight: number
}[]
/**
 * `open`, `quarantined`, `accepted` or `undone`
 */
state: ("open" | "quarantined" | "accepted" | "undone")
proposed_at: string
decided_at: (string | null)
/**
 * The name of the key or user who decided
 */
decided_by: (string | null)
/**
 * Statements in the log that the decisions made
 */
statements: number
}
}
/**
 * Take an accepted proposal back
 */
"/v1/identity/proposals/{proposal_id}/undo": {
path: {
proposal_id: string
}
answer: {
proposal_id: string
brand_id: string
/**
 * The name of one person
 */
left_id: string
/**
 * The name of the other person
 */
right_id: string
/**
 * The probability that the two are one person
 */
probability: number
quarantine: (("two_verified_emails" | "too_many_visitors" | "too_many_emails") | null)
/**
 * Log2 odds before any comparison
 */
prior_weight: number
/**
 * Bits that shared values lose, since a household explains them too
 */
household_weight: number
parts: {
comparison: string
/**
 * How well the values agree
 */
level: string
/**
 * Bits: log2(m / u) of the level
 */
weight: number
/**
 * Bits for a rare value, less for a frequent one
 */
frequency_weight: number
}[]
/**
 * `open`, `quarantined`, `accepted` or `undone`
 */
state: ("open" | "quarantined" | "accepted" | "undone")
proposed_at: string
decided_at: (string | null)
/**
 * The name of the key or user who decided
 */
decided_by: (string | null)
/**
 * Statements in the log that the decisions made
 */
statements: number
}
}
/**
 * Try the kept events of a source again
 */
"/v1/sources/{source_id}/replay": {
path: {
source_id: string
}
answer: {
/**
 * Records that are on disk, repeats among them
 */
accepted: number
/**
 * Events that mean nothing here
 */
ignored: number
/**
 * Events that are kept with a reason
 */
unusable: number
}
}
/**
 * Check the settings of a destination without an effect there
 */
"/v1/destinations/{destination_id}/check": {
path: {
destination_id: string
}
answer: {
destination_id: string
kind: string
/**
 * `ok`, `problem`, or `not_checked` where the server is there and no call without an effect shows more
 */
result: string
/**
 * What is known, or what is wrong
 */
message: string
field: (string | null)
fix: (string | null)
}
}
/**
 * Send again to a destination
 */
"/v1/destinations/{destination_id}/replay": {
path: {
destination_id: string
}
body?: {
/**
 * `dead_letters`: what was given up. `orders`: every order since `from`, as it is now. `nothing`: only lets a destination that stopped go on; dead_letters when left out
 */
what?: ("dead_letters" | "orders" | "nothing")
/**
 * The first day of the orders, such as 2026-03-01
 */
from?: string
}
answer: {
/**
 * Messages that are sent again
 */
messages: number
}
}
/**
 * Ask for a run of a pull before its time
 */
"/v1/pulls/{pull_id}/run": {
path: {
pull_id: string
}
answer: {
asked: boolean
}
}
/**
 * Stop an experiment before its end
 */
"/v1/experiments/{experiment_id}/stop": {
path: {
experiment_id: string
}
body: {
/**
 * Why; it stands beside the result for good
 */
reason: string
/**
 * The brand; that of the key when left out
 */
brand_id?: string
}
answer: {
experiment_id: string
brand_id: string
name: string
scope: string
metric: string
control: string
arms: {
arm: string
share: number
}[]
starts_at: string
ends_at: string
planned_people: number
/**
 * The campaign or flow
 */
campaign_id: (string | null)
/**
 * When the first person was assigned or treated; from then on only the name may change
 */
frozen_at: (string | null)
/**
 * When it was stopped before its end
 */
stopped_at: (string | null)
/**
 * Why it was stopped
 */
stop_reason: (string | null)
}
}
/**
 * Ask for the newest whole period now
 */
"/v1/schedules/{schedule_id}/send": {
path: {
schedule_id: string
}
answer: {
asked: boolean
}
}
/**
 * Make a key for a mail program that makes its links itself
 */
"/v1/email/keys": {
body: {
/**
 * Name of the key in lists
 */
name: string
}
answer: {

}
}
/**
 * Make links by the next key from now on
 */
"/v1/email/keys/rotate": {
answer: {

}
}
/**
 * Make the links of an email tracked, and add the open pixel
 */
"/v1/email/instrument": {
/**
 * One of customer_id and email is needed
 */
body: {
/**
 * The HTML part of the email, ready to be sent
 */
html: string
/**
 * The id of one email to one recipient
 */
message_id: string
/**
 * Your id of the recipient
 */
customer_id?: string
/**
 * The address of the recipient, where you have no other id. No URL shows it, and clicks are stored under its hash
 */
email?: string
/**
 * The brand of the key when left out
 */
brand_id?: string
/**
 * The campaign; becomes utm_campaign, too
 */
campaign_id?: string
/**
 * The email within the campaign; becomes utm_content, too
 */
email_id?: string
/**
 * Why the email is sent
 */
campaign_kind?: ("campaign" | "flow" | "transactional")
options?: {
/**
 * Labels for links that have none of the name; false adds none
 */
utm?: ({
source?: string
medium?: string
campaign?: string
content?: string
term?: string
id?: string
} | false)
/**
 * Addresses that stay as they are, also as the value of a List-Unsubscribe header
 * 
 * @maxItems 100
 */
list_unsubscribe?: string[]
/**
 * False leaves out the pixel
 */
pixel?: boolean
/**
 * Adds a hidden link that only machines follow; the setting when left out
 */
honeypot?: boolean
/**
 * Days in which clicks and opens are recorded
 */
tracking_days?: number
}
}
answer: {

}
}
}
/**
 * One of customer_id, anonymous_id and email is needed, except from pages
 */
export interface Touchpoint {
/**
 * Made from the content when left out
 */
touchpoint_id?: string
/**
 * The brand of the key when left out, or `default` when the key is for all brands
 */
brand_id?: string
/**
 * Your id of the customer
 */
customer_id?: string
/**
 * The id of a browser or device
 */
anonymous_id?: string
/**
 * The e-mail address of the person. It is stored as a keyed hash (or as the customer_id, where the brand keeps addresses); beside another customer_id it links the two
 */
email?: string
/**
 * The phone number of the person with its country code, such as +49 151 2345678. It is stored as a keyed hash, as the anonymous_id of the record
 */
phone?: string
/**
 * The id of the visit
 */
session_id?: string
/**
 * What happened
 */
touchpoint_type: ("email_open" | "email_click" | "email_forward" | "email_reply" | "website_visit" | "page_view" | "form_submission" | "download" | "video_watch" | "social_interaction" | "paid_ad_click" | "organic_search" | "direct_visit" | "purchase" | "subscription" | "ad_impression" | "sms_click" | "push_click" | "custom")
/**
 * Any name, shown as it was sent; other spellings of email and direct (`Email`) count as these; derived from the evidence when left out
 */
channel?: string
/**
 * The campaign; reports use utm_id, then utm_campaign when left out
 */
campaign_id?: string
/**
 * The email within the campaign
 */
email_id?: string
/**
 * The id of one email to one recipient
 */
message_id?: string
/**
 * Whether it was sent to many, by a flow, or as a confirmation
 */
campaign_kind?: ("campaign" | "flow" | "transactional")
/**
 * When it happened
 */
occurred_at: string
/**
 * What the clock of the sender showed when it sent this. The difference to the clock of the server, at most 7 days, corrects occurred_at
 */
sent_at?: string
/**
 * What the person consented to, with the fields `purposes`, `tcf`, `gpp`, `gpp_sid`, `gcm`, `gpc`, `country` and `source` of a consent. It is kept as a consent of its own; one that cannot be read is left out, and the acknowledgement says so
 */
consent?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
/**
 * The URL of the page. Cut after 4000 characters
 */
url?: string
/**
 * The URL of the page before. Cut after 4000 characters
 */
referrer?: string
/**
 * Read from the URL when left out; stored in lower case. Cut after 1000 characters
 */
utm_source?: string
/**
 * Read from the URL when left out; stored in lower case. Cut after 1000 characters
 */
utm_medium?: string
/**
 * Read from the URL when left out; stored in lower case. Cut after 1000 characters
 */
utm_campaign?: string
/**
 * Read from the URL when left out; stored in lower case. Cut after 1000 characters
 */
utm_content?: string
/**
 * Read from the URL when left out; stored in lower case. Cut after 1000 characters
 */
utm_term?: string
/**
 * The id of the campaign; read from the URL when left out. Cut after 1000 characters
 */
utm_id?: string
/**
 * Read from the user agent when left out
 */
device_type?: ("desktop" | "mobile" | "tablet" | "tv" | "bot" | "other")
/**
 * Read from the user agent when left out. Cut after 100 characters
 */
browser?: string
/**
 * Read from the user agent when left out. Cut after 100 characters
 */
os?: string
/**
 * The address of the client, or a list such as X-Forwarded-For, of which the first counts. Truncated before it is stored, unless `ip_storage` says otherwise
 */
ip_address?: string
/**
 * The user agent of the request; device and verdict are judged by it. `user_agent_storage` says what is stored of it. Cut after 1000 characters
 */
user_agent?: string
/**
 * {"country": "DE", "region": …, "city": …}; looked up by the IP address when left out
 */
geo_location?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
/**
 * Ad and email click ids; read from the URL when left out
 */
click_ids?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
/**
 * Who made it, a person or a machine; judged from the evidence when left out
 */
verdict?: ("human" | "proxied" | "machine" | "bot" | "suspect" | "unknown")
/**
 * Facts about the request: machine (boolean: the email provider calls it automatic), method, purpose, sec_fetch_mode, sec_fetch_user, delivered_at; of a click also link (its number), links (how many the message has) and honeypot (boolean: the link is hidden from readers)
 */
evidence?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
/**
 * Your own data, at most 16,384 characters of JSON
 */
custom_attributes?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
}
export interface Receipt {
/**
 * Items that are on disk now
 */
accepted: number
/**
 * Ids of the accepted items, in order, including ids that were made from the content
 */
ids: string[]
/**
 * Accepted items whose id was accepted lately with other content: they do not count. Left out when there are none. Older ids are compared when items are loaded; then conflicts show in `/v1/conflicts`, `/health` and `/metrics`. A key of scope page is not told
 */
conflicts?: {
/**
 * Index in the array that was sent, from 0
 */
index: number
id: string
reason: string
}[]
rejected: {
/**
 * Index in the array that was sent, from 0
 */
index: number
/**
 * The wrong field; empty if the whole item is wrong
 */
field: string
/**
 * What is wrong, and the fix
 */
reason: string
}[]
/**
 * Valid items whose person denied measurement with them. The settings of the brand (`consent.denied`) keep only a count of such items, so they are not stored and have no id here. Left out when there are none
 */
counted?: number
/**
 * Values of accepted items that were not taken as they were sent, such as a URL that was cut; at most 100. Left out when there are none
 */
warnings?: {
/**
 * Index in the array that was sent, from 0
 */
index: number
/**
 * The field
 */
field: string
/**
 * What was done, why, and the fix
 */
reason: string
}[]
/**
 * How many warnings more there were. Left out when there were none
 */
warnings_left_out?: number
}
/**
 * One of customer_id, anonymous_id and email is needed, except from pages
 */
export interface Conversion {
/**
 * Made from the content when left out
 */
conversion_id?: string
/**
 * The brand of the key when left out, or `default` when the key is for all brands
 */
brand_id?: string
/**
 * Your id of the customer
 */
customer_id?: string
/**
 * The id of a browser or device
 */
anonymous_id?: string
/**
 * The e-mail address of the person. It is stored as a keyed hash (or as the customer_id, where the brand keeps addresses); beside another customer_id it links the two
 */
email?: string
/**
 * The phone number of the person with its country code, such as +49 151 2345678. It is stored as a keyed hash, as the anonymous_id of the record
 */
phone?: string
/**
 * The id of the visit
 */
session_id?: string
/**
 * What was achieved
 */
conversion_type: ("purchase" | "lead_generation" | "subscription" | "trial_signup" | "content_engagement" | "newsletter_signup" | "webinar_registration" | "demo_request" | "consultation_booking" | "custom_event" | "renewal")
/**
 * In major units, not negative; send a refund as an adjustment
 */
conversion_value: (string | number)
/**
 * ISO 4217; the brand's currency when left out
 */
currency?: string
/**
 * When it happened
 */
occurred_at: string
/**
 * What the clock of the sender showed when it sent this. The difference to the clock of the server, at most 7 days, corrects occurred_at
 */
sent_at?: string
/**
 * What the person consented to, with the fields `purposes`, `tcf`, `gpp`, `gpp_sid`, `gcm`, `gpc`, `country` and `source` of a consent. It is kept as a consent of its own; one that cannot be read is left out, and the acknowledgement says so
 */
consent?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
/**
 * The order; conversions with the same order_id are one order
 */
order_id?: string
/**
 * The ids of the products that were bought
 * 
 * @maxItems 500
 */
product_ids?: string[]
/**
 * The category of the order
 */
category?: string
/**
 * The number of items
 */
quantity?: number
/**
 * The URL of the page. Cut after 4000 characters
 */
conversion_page?: string
/**
 * How the sender joined the order to a click
 */
match_method?: ("click_id" | "landing_url" | "visitor_id" | "customer" | "coupon" | "utm")
/**
 * How far that can be trusted, from 0 to 1
 */
match_confidence?: number
/**
 * Your own data, at most 16,384 characters of JSON
 */
custom_properties?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
}
export interface EmailEvent {
/**
 * Made from the content when left out
 */
event_id?: string
/**
 * The brand of the key when left out, or `default` when the key is for all brands
 */
brand_id?: string
/**
 * What happened
 */
event_type: ("sent" | "delivered" | "bounced" | "complained" | "unsubscribed" | "deferred" | "dropped" | "resubscribed" | "other")
/**
 * The recipient; one of customer_id and email is needed
 */
customer_id?: string
/**
 * The e-mail address of the person. It is stored as a keyed hash (or as the customer_id, where the brand keeps addresses); beside another customer_id it links the two
 */
email?: string
/**
 * The campaign
 */
campaign_id?: string
/**
 * The email within the campaign
 */
email_id?: string
/**
 * The id of one email to one recipient
 */
message_id?: string
/**
 * Whether it was sent to many, by a flow, or as a confirmation
 */
campaign_kind?: ("campaign" | "flow" | "transactional")
/**
 * Whether the address is gone, or only could not be reached
 */
bounce_kind?: ("hard" | "soft")
/**
 * The email provider. Cut after 100 characters
 */
provider?: string
/**
 * The name of the event at the provider. Cut after 100 characters
 */
provider_event?: string
/**
 * Why, in the words of the provider, without addresses. Cut after 500 characters
 */
reason?: string
/**
 * When it happened
 */
occurred_at: string
/**
 * What the clock of the sender showed when it sent this. The difference to the clock of the server, at most 7 days, corrects occurred_at
 */
sent_at?: string
}
/**
 * A refund, chargeback or correction of an order; may arrive before it
 */
export interface Adjustment {
/**
 * Made from the content when left out, and from the number of the line among equal ones of the request: two equal refunds in one request are two
 */
adjustment_id?: string
/**
 * The brand of the key when left out, or `default` when the key is for all brands
 */
brand_id?: string
/**
 * The conversion whose order it changes
 */
conversion_id?: string
/**
 * The order that it changes; one of conversion_id and order_id is needed
 */
order_id?: string
/**
 * Signed, in major units: negative for refund, chargeback and cancellation
 */
amount: (string | number)
/**
 * The order's currency, also after it was withdrawn
 */
currency: string
/**
 * The reason
 */
reason?: ("refund" | "chargeback" | "correction" | "cancellation")
/**
 * When it happened
 */
occurred_at: string
}
export interface Spend {
/**
 * Names this line: the latest row with this id counts. When left out it is made from brand, date, channel, campaign, ad set and source, and from the number of the line among those of the request that share them
 */
spend_id?: string
/**
 * The brand of the key when left out, or `default` when the key is for all brands
 */
brand_id?: string
/**
 * The day, in the brand's time zone
 */
date: string
/**
 * The channel
 */
channel: string
/**
 * The campaign
 */
campaign_id?: string
/**
 * In major units, up to six decimals; below zero for a credit
 */
amount: (string | number)
/**
 * ISO 4217; the brand's currency when left out
 */
currency?: string
/**
 * The ad set or ad group within the campaign
 */
ad_set_id?: string
/**
 * Who says so, such as the advertising platform
 */
source?: string
}
/**
 * One EUR is 1.0843 USD: currency EUR, base USD, rate 1.0843
 */
export interface FxRate {
/**
 * The brand of the key when left out, or `default` when the key is for all brands. Rates of `default` are used by every brand
 */
brand_id?: string
/**
 * The day
 */
date: string
/**
 * The currency that is converted
 */
currency: string
/**
 * The currency that it is converted into
 */
base: string
/**
 * How many units of `base` one unit of `currency` is worth, with up to nine decimals
 */
rate: (string | number)
}
export interface IdentityLink {
/**
 * Names this statement, not the pair; made from the content when left out
 */
link_id?: string
/**
 * The brand of the key when left out, or `default` when the key is for all brands
 */
brand_id?: string
/**
 * A customer_id or anonymous_id; needed where there is no left_email
 */
left_id?: string
/**
 * Another customer_id or anonymous_id; needed where there is no right_email
 */
right_id?: string
/**
 * The e-mail address of the person. It is stored as a keyed hash (or as the customer_id, where the brand keeps addresses); beside another customer_id it links the two
 */
left_email?: string
/**
 * The e-mail address of the person. It is stored as a keyed hash (or as the customer_id, where the brand keeps addresses); beside another customer_id it links the two
 */
right_email?: string
/**
 * How the link became known: login, checkout, import, …; probabilistic for one that is only likely
 */
kind?: string
/**
 * The latest statement of a pair counts; linked when left out
 */
state?: ("linked" | "unlinked")
/**
 * The probability that the link is right; 1 when left out
 */
probability?: number
/**
 * The details of how it became known
 */
evidence?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
/**
 * When it became known
 */
occurred_at: string
/**
 * What the clock of the sender showed when it sent this. The difference to the clock of the server, at most 7 days, corrects occurred_at
 */
sent_at?: string
}
export interface CustomerSegment {
/**
 * Names this assignment; made from the content when left out
 */
segment_id?: string
/**
 * The brand of the key when left out, or `default` when the key is for all brands
 */
brand_id?: string
/**
 * The customer
 */
customer_id: string
/**
 * The name of the segment
 */
segment_name: string
/**
 * How the customers of the segment are chosen
 */
segment_criteria?: string
/**
 * When the customer joined the segment
 */
assigned_at: string
/**
 * When the customer leaves the segment; no end when left out
 */
expires_at?: string
/**
 * Your own data, at most 16,384 characters of JSON
 */
segment_properties?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
}
export interface Claim {
/**
 * Names this claim: the latest claim with this id counts. When left out it is made from brand, claimant, date, campaign and channel, and from the number of the claim among those of the request that share them
 */
claim_id?: string
/**
 * The brand of the key when left out, or `default` when the key is for all brands
 */
brand_id?: string
/**
 * Who claims it, such as klaviyo or meta_ads
 */
claimant: string
/**
 * The day, in the brand's time zone
 */
date: string
/**
 * The campaign; left out where the claim is about a whole channel
 */
campaign_id?: string
/**
 * The channel
 */
channel?: string
/**
 * How many conversions are claimed; parts of one are allowed, and below zero takes back an earlier claim
 */
conversions: number
/**
 * The revenue that is claimed, in major units, up to six decimals
 */
revenue: (string | number)
/**
 * ISO 4217; the brand's currency when left out
 */
currency?: string
/**
 * The window by which the claimant counts, as it names it, such as "5-day click, 1-day open"
 */
attribution_window?: string
/**
 * Whose day the date is: that of the order, or that of the click or view (touch)
 */
counted_on?: ("order" | "touch")
/**
 * The IANA time zone of the claimant's days, if it is not that of the brand
 */
time_zone?: string
/**
 * Where the claim can be looked up
 */
source_url?: string
/**
 * Your own data, at most 16,384 characters of JSON
 */
custom_properties?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
}
export interface Consent {
/**
 * Names this statement; made from the content when left out
 */
consent_id?: string
/**
 * The brand of the key when left out, or `default` when the key is for all brands
 */
brand_id?: string
/**
 * The customer; one of customer_id, anonymous_id and email is needed
 */
customer_id?: string
/**
 * The id of a browser or device
 */
anonymous_id?: string
/**
 * The e-mail address of the person. It is stored as a keyed hash (or as the customer_id, where the brand keeps addresses); beside another customer_id it links the two
 */
email?: string
/**
 * {"measurement": true, "sharing": false, "profiling": false}; what is left out is unknown
 */
purposes?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
/**
 * The TC string of the IAB framework, version 2 (`euconsent-v2`)
 */
tcf?: string
/**
 * The string of the IAB Global Privacy Platform
 */
gpp?: string
/**
 * The sections of it that apply, such as ["7"]; all when left out
 * 
 * @maxItems 500
 */
gpp_sid?: string[]
/**
 * Google's consent mode: {"analytics_storage": "denied", …}
 */
gcm?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
/**
 * Global Privacy Control; true denies sharing
 */
gpc?: boolean
/**
 * The country of the person, such as DE
 */
country?: string
/**
 * Who asked the person: the consent platform, a form, an import
 */
source?: string
/**
 * When the person said it
 */
occurred_at: string
/**
 * What the clock of the sender showed when it sent this. The difference to the clock of the server, at most 7 days, corrects occurred_at
 */
sent_at?: string
}
export interface Experiment {
/**
 * Names the experiment, and salts its hash; made from the content when left out, so that a changed plan has another one
 */
experiment_id?: string
/**
 * The brand of the key when left out, or `default` when the key is for all brands
 */
brand_id?: string
/**
 * What it is called, such as "Does the newsletter do anything?"
 */
name: string
/**
 * What it is about: one campaign, one flow, one channel, or every email of the brand
 */
scope: ("campaign" | "flow" | "channel" | "global")
/**
 * The campaign or flow
 */
campaign_id?: string
/**
 * The channel, of scope `channel`
 */
channel?: string
/**
 * The id that is hashed: customer_id (customer) or anonymous_id (device); customer when left out
 */
unit?: ("customer" | "device")
/**
 * The share of people in each arm, adding up to 1, such as {"holdout": 0.1, "treated": 0.9}
 */
arms: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
/**
 * The arm that the others are compared with
 */
control: string
/**
 * The measure that decides; conversion_rate when left out
 */
metric?: ("conversion_rate" | "orders" | "net_revenue" | "refunds" | "average_order_value" | "refund_rate")
/**
 * When it begins
 */
starts_at: string
/**
 * When it ends: orders count before it
 */
ends_at: string
/**
 * Orders count for so many days after the assignment; until the end when left out
 */
window_days?: number
/**
 * Days before the assignment whose revenue explains part of the differences between people; 30 when left out
 */
before_days?: number
/**
 * How many people are planned in all arms together; `tributary experiments plan` says how many are needed
 */
planned_people: number
/**
 * The chance of a false alarm, from 0.001 to 0.2; 0.05 when left out
 */
alpha?: number
/**
 * Experiments of the same pool with the same arms also give one result together
 */
pool?: string
/**
 * When the first person was assigned or treated by this plan; the product says so, leave it out
 */
frozen_at?: string
/**
 * When the experiment was stopped before its end; POST /v1/experiments/ID/stop says so, leave it out
 */
stopped_at?: string
/**
 * Why it was stopped; as stopped_at
 */
stop_reason?: string
}
export interface Assignment {
/**
 * Names this assignment; made from the content when left out
 */
assignment_id?: string
/**
 * The brand of the key when left out, or `default` when the key is for all brands
 */
brand_id?: string
/**
 * The experiment
 */
experiment_id: string
/**
 * The arm
 */
arm: string
/**
 * The customer; one of customer_id, anonymous_id and email is needed
 */
customer_id?: string
/**
 * The id of a browser or device
 */
anonymous_id?: string
/**
 * The e-mail address of the person. It is stored as a keyed hash (or as the customer_id, where the brand keeps addresses); beside another customer_id it links the two
 */
email?: string
/**
 * When the person was put into the arm
 */
occurred_at: string
/**
 * What the clock of the sender showed when it sent this. The difference to the clock of the server, at most 7 days, corrects occurred_at
 */
sent_at?: string
}
export interface Exposure {
/**
 * Names this exposure; made from the content when left out
 */
exposure_id?: string
/**
 * The brand of the key when left out, or `default` when the key is for all brands
 */
brand_id?: string
/**
 * The experiment
 */
experiment_id: string
/**
 * The arm
 */
arm: string
/**
 * The customer; one of customer_id, anonymous_id and email is needed
 */
customer_id?: string
/**
 * The id of a browser or device
 */
anonymous_id?: string
/**
 * The e-mail address of the person. It is stored as a keyed hash (or as the customer_id, where the brand keeps addresses); beside another customer_id it links the two
 */
email?: string
/**
 * When the person got the treatment
 */
occurred_at: string
/**
 * What the clock of the sender showed when it sent this. The difference to the clock of the server, at most 7 days, corrects occurred_at
 */
sent_at?: string
}
export interface DeleteCalls {
/**
 * Erase a person
 */
"/v1/customers/{customer_id}": {
path: {
customer_id: string
}
query?: {
/**
 * The brand; needed where several brands have the id
 */
brand_id?: string
}
answer: {
erasure_id: string
}
}
/**
 * Delete a trial
 */
"/v1/models/{artifact_id}": {
path: {
artifact_id: string
}
answer: {

}
}
/**
 * Unpin an artifact
 */
"/v1/models/{artifact_id}/pin": {
path: {
artifact_id: string
}
query?: Pick<SharedParameters, 'brand_id'>
answer: {

}
}
/**
 * Delete an annotation
 */
"/v1/annotations/{annotation_id}": {
path: {
annotation_id: string
}
answer: {

}
}
/**
 * Revoke a link
 */
"/v1/share-links/{link_id}": {
path: {
link_id: string
}
answer: {

}
}
/**
 * Delete a saved view
 */
"/v1/saved-views/{view_id}": {
path: {
view_id: string
}
answer: {

}
}
/**
 * Revoke a key
 */
"/v1/keys/{key_id}": {
path: {
key_id: string
}
answer: {

}
}
/**
 * Revoke a key of a mail program
 */
"/v1/email/keys/{kid}": {
path: {
kid: string
}
answer: {

}
}
}
export interface SharedParameters {
/**
 * A key of scope page, for `sendBeacon`, which cannot set headers. Otherwise use the Authorization header
 */
key?: string
/**
 * With a key of scope page: the visitor asks not to be recognised, as with the header `Sec-GPC: 1`. No id is made from the address of the request, and the address is not kept
 */
anonymous?: "1"
/**
 * Only experiments that ran on this day or later
 */
start?: string
/**
 * Only experiments that ran before this day
 */
end?: string
/**
 * Experiments of this brand
 */
brand_id?: string
/**
 * One model: first_touch, last_touch, linear, time_decay, position_based, data_driven, algorithmic, algorithmic_incremental, algorithmic_calibrated, or one of the configuration; linear when left out
 */
model?: string
/**
 * Several models side by side, separated by commas, instead of `model`
 */
models?: string
/**
 * Ids of fitted artifacts to use for fitted models; the pinned one, else the newest that passed its gate when left out
 */
artifact?: string
/**
 * `as_of` of an earlier report, or an instant; the newest log position when left out
 */
as_of?: string
/**
 * ISO 4217 code; the currency of the brand when left out
 */
currency?: string
/**
 * What counts as one touch: interaction or none; interaction when left out
 */
collapse?: ("interaction" | "none")
/**
 * The day on which a refund counts: order_day or own_day; order_day when left out
 */
adjustments?: ("order_day" | "own_day")
/**
 * Which touches count: all of the window, or only those after the previous conversion: full or since_previous_conversion; full when left out
 */
lookback?: ("full" | "since_previous_conversion")
/**
 * Direct visits earn no credit
 */
exclude_direct?: ("true" | "false")
/**
 * Machine traffic earns credit, too
 */
include_machine?: ("true" | "false")
/**
 * Verdicts that rules over several events of a message gave do not count: each event is judged alone
 */
ignore_message_rules?: ("true" | "false")
/**
 * Only these conversion types, separated by commas
 */
conversion_type?: string
/**
 * Tries another half-life of the model time_decay, in days, in place of the setting; nothing is stored
 */
half_life_days?: string
/**
 * Tries another window of views (opens and impressions), in days, in place of the setting; nothing is stored
 */
view_days?: string
/**
 * Tries another window of clicks in emails, in days, in place of the setting; nothing is stored
 */
email_days?: string
/**
 * Tries another window of other clicks and visits, in days, in place of the setting; nothing is stored
 */
click_days?: string
/**
 * Which links between ids count: only certain ones, or also likely ones, as when left out; the attribution report then tells the difference
 */
identity?: ("deterministic" | "probable")
/**
 * Only what has this value, as FIELD:VALUE with a field of `group_by`; may be given several times. Values of one field: any of them; several fields: all of them. FIELD:!VALUE leaves out; FIELD: is a missing value
 * 
 * @maxItems 50
 */
filter?: string[]
/**
 * Sets the period of the same length before, or the same dates a year earlier, beside this period
 */
compare?: ("previous_period" | "previous_year")
/**
 * One or more of brand, brand_id, channel, campaign_id, email_id, campaign_kind, touchpoint_type, utm_source, utm_medium, utm_campaign, utm_content, utm_term, utm_id, device_type, country, conversion_type, segment, customer_kind, day, week, month, separated by commas; channel,campaign_id,email_id when left out
 */
group_by?: string
/**
 * First day of a week; monday when left out
 */
week_start?: ("monday" | "sunday")
/**
 * Adds what consent hides: the revenue of each group as it is, and as it would be if consent hid nothing; for one model
 */
consent_bounds?: ("true" | "false")
/**
 * Asks for an answer with noise that protects each person (differential privacy), such as 0.5: less is more noise
 */
dp_epsilon?: string
/**
 * Format of the answer; json when left out. csv gives the main table, as the header Accept: text/csv does; text gives a page for a terminal, of at most 100 rows a table
 */
format?: ("json" | "csv" | "text")
/**
 * CSV for programs (plain), or for Excel: excel has semicolons and decimal commas, excel_us commas and decimal points, both with a byte order mark. It asks for csv
 */
csv?: ("plain" | "excel" | "excel_us")
/**
 * What names a touch; channel when left out
 */
by?: ("channel" | "campaign_id" | "email_id" | "campaign_kind" | "touchpoint_type" | "utm_source" | "utm_medium" | "utm_campaign" | "utm_content" | "utm_term" | "utm_id" | "device_type" | "country")
/**
 * Paths with a row of their own; 20 when left out
 */
limit?: number
/**
 * Only emails of this kind, and what people did with them; all emails when left out
 */
campaign_kind?: ("campaign" | "flow" | "transactional")
/**
 * The views have the columns that name persons and orders; this needs a key of scope persons or admin
 */
persons?: ("true" | "false")
/**
 * `next` of the previous page
 */
after?: string
}
