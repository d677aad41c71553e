/** Made by `npm run types:dashboard` from the OpenAPI document. Do not change it by hand. */

export type ReportsAttribution = ({
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
journey_analysis: {
/**
 * Calendar days from the first event of a journey to its last order
 */
journey_length: string
journey_count: number
conversions: number
total_revenue_micros: string
/**
 * Net value of the orders in these journeys; every order is in exactly one journey
 */
total_revenue: string
/**
 * Touchpoints up to the last order of a journey / journeys
 */
average_touchpoints: (number | null)
/**
 * Email touchpoints up to the last order of a journey / journeys
 */
average_email_touchpoints: (number | null)
/**
 * total_revenue / journey_count
 */
revenue_per_journey: (string | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
journey_count: (number | null)
conversions: (number | null)
total_revenue_micros: (string | null)
/**
 * Net value of the orders in these journeys; every order is in exactly one journey
 */
total_revenue: (string | null)
/**
 * Touchpoints up to the last order of a journey / journeys
 */
average_touchpoints: ((number | null) | null)
/**
 * Email touchpoints up to the last order of a journey / journeys
 */
average_email_touchpoints: ((number | null) | null)
/**
 * total_revenue / journey_count
 */
revenue_per_journey: ((string | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * With `identity`: the sums of this answer less those with the other links (`beside`), at the same log position
 */
identity_difference?: {
identity: string
beside: string
by_model: {
attribution_model: string
/**
 * Orders with a touch that could earn credit
 */
attributed_conversions: number
/**
 * Orders with an email in their path
 */
email_conversions: number
total_attributed_revenue_micros: string
email_attributed_revenue_micros: string
}[]
}
warnings: {
code: string
count: number
message: string
}[]
attribution_model: string
/**
 * Revenue of each group, most revenue first; with a key about the time in order of time and without holes. The fields of `group_by` name the group
 */
channel_attribution: {
brand_id?: (string | null)
channel?: (string | null)
campaign_id?: (string | null)
email_id?: (string | null)
campaign_kind?: (string | null)
touchpoint_type?: (string | null)
utm_source?: (string | null)
utm_medium?: (string | null)
utm_campaign?: (string | null)
utm_content?: (string | null)
utm_term?: (string | null)
utm_id?: (string | null)
device_type?: (string | null)
country?: (string | null)
conversion_type?: (string | null)
segment?: (string | null)
customer_kind?: (string | null)
day?: (string | null)
week?: (string | null)
month?: (string | null)
/**
 * Orders with a touch of the group in their path, also if that touch earned nothing
 */
touched_conversions: number
/**
 * The sum of the shares of orders that touches of the group earned
 */
credited_conversions: number
attributed_revenue_micros: string
/**
 * The part of net revenue that touches of the group earned
 */
attributed_revenue: string
/**
 * credited_conversions / touches of the group
 */
average_attribution_weight: (number | null)
spend_micros?: (string | null)
/**
 * What the group cost; null if that is not known. Rows have spend, cost_per_conversion and return_on_ad_spend where all keys are among brand, channel, campaign_id, day, week and month
 */
spend?: (string | null)
/**
 * spend / credited_conversions
 */
cost_per_conversion?: (string | null)
/**
 * attributed_revenue / spend; null if that is not above 0
 */
return_on_ad_spend?: (number | null)
/**
 * With `intervals=true`: the middle 90 % of a bootstrap over people of attributed_revenue; null if fewer than 30 people placed the touched orders
 */
attributed_revenue_interval?: ({
low: string
high: string
} | null)
/**
 * People with a touched order
 */
attributed_revenue_support?: number
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
day?: (string | null)
week?: (string | null)
month?: (string | null)
/**
 * Orders with a touch of the group in their path, also if that touch earned nothing
 */
touched_conversions: (number | null)
/**
 * The sum of the shares of orders that touches of the group earned
 */
credited_conversions: (number | null)
attributed_revenue_micros: (string | null)
/**
 * The part of net revenue that touches of the group earned
 */
attributed_revenue: (string | null)
/**
 * credited_conversions / touches of the group
 */
average_attribution_weight: ((number | null) | null)
spend_micros?: ((string | null) | null)
/**
 * What the group cost; null if that is not known. Rows have spend, cost_per_conversion and return_on_ad_spend where all keys are among brand, channel, campaign_id, day, week and month
 */
spend?: ((string | null) | null)
/**
 * spend / credited_conversions
 */
cost_per_conversion?: ((string | null) | null)
/**
 * attributed_revenue / spend; null if that is not above 0
 */
return_on_ad_spend?: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
email_attribution: {
email_id: (string | null)
campaign_id: (string | null)
/**
 * Orders with a touch of the group in their path, also if that touch earned nothing
 */
touched_conversions: number
/**
 * The sum of the shares of orders that touches of the group earned
 */
credited_conversions: number
attributed_revenue_micros: string
/**
 * The part of net revenue that touches of the group earned
 */
attributed_revenue: string
/**
 * People whose orders an email touched
 */
unique_customers: number
/**
 * attributed_revenue / unique_customers
 */
revenue_per_customer: (string | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Orders with a touch of the group in their path, also if that touch earned nothing
 */
touched_conversions: (number | null)
/**
 * The sum of the shares of orders that touches of the group earned
 */
credited_conversions: (number | null)
attributed_revenue_micros: (string | null)
/**
 * The part of net revenue that touches of the group earned
 */
attributed_revenue: (string | null)
/**
 * People whose orders an email touched
 */
unique_customers: (number | null)
/**
 * attributed_revenue / unique_customers
 */
revenue_per_customer: ((string | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * Revenue that no touch earned, by reason and by the keys that it has: those about orders and times
 */
unattributed: {
brand_id?: (string | null)
conversion_type?: (string | null)
segment?: (string | null)
customer_kind?: (string | null)
day?: (string | null)
week?: (string | null)
month?: (string | null)
reason: string
unattributed_revenue_micros: string
unattributed_revenue: string
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
day?: (string | null)
week?: (string | null)
month?: (string | null)
unattributed_revenue_micros: (string | null)
unattributed_revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * Revenue of touches that the filters leave out, by the keys about orders and times
 */
filtered?: {
brand_id?: (string | null)
conversion_type?: (string | null)
segment?: (string | null)
customer_kind?: (string | null)
day?: (string | null)
week?: (string | null)
month?: (string | null)
filtered_revenue_micros: string
filtered_revenue: string
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
day?: (string | null)
week?: (string | null)
month?: (string | null)
filtered_revenue_micros: (string | null)
filtered_revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
summary: {
/**
 * Orders of the period
 */
total_conversions: number
/**
 * Orders with a touch that could earn credit
 */
attributed_conversions: number
/**
 * Orders with an email in their path
 */
email_conversions: number
total_revenue_micros: string
/**
 * Net revenue of the shop: orders of the period less refunds, whether a touch earned it or not
 */
total_revenue: string
total_attributed_revenue_micros: string
/**
 * Revenue that touches earned; with the unattributed revenue it is total_revenue exactly
 */
total_attributed_revenue: string
email_attributed_revenue_micros: string
/**
 * The part of total_revenue that touches of email earned
 */
email_attributed_revenue: string
/**
 * email_attributed_revenue / total_revenue
 */
email_share_of_revenue: (number | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Orders of the period
 */
total_conversions: (number | null)
/**
 * Orders with a touch that could earn credit
 */
attributed_conversions: (number | null)
/**
 * Orders with an email in their path
 */
email_conversions: (number | null)
total_revenue_micros: (string | null)
/**
 * Net value of the orders in these journeys; every order is in exactly one journey
 */
total_revenue: (string | null)
total_attributed_revenue_micros: (string | null)
/**
 * Revenue that touches earned; with the unattributed revenue it is total_revenue exactly
 */
total_attributed_revenue: (string | null)
email_attributed_revenue_micros: (string | null)
/**
 * The part of total_revenue that touches of email earned
 */
email_attributed_revenue: (string | null)
/**
 * email_attributed_revenue / total_revenue
 */
email_share_of_revenue: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
reconciliation: {
net_revenue_micros: string
attributed_micros: string
/**
 * Revenue that no touch earned, by reason: the first filter that left no touch
 */
unattributed_micros: {
no_touch: string
ineligible_type: string
no_consent: string
machine_only: string
excluded_channel: string
outside_window: string
organic?: string
}
filtered_micros?: string
}
/**
 * With `consent_bounds=true`: what consent hides, in total and for each group where it changes something. `observed_revenue` is attributed revenue, `possible_revenue` what it would be if consent hid nothing. `not_stored_events` are the touchpoints of the days of the period that were only counted (`consent.denied`): they are in neither
 */
consent_bounds?: {
total: {
observed_revenue_micros: string
observed_revenue: string
possible_revenue_micros: string
possible_revenue: string
observed_conversions: number
possible_conversions: number
}
groups: {
brand_id?: (string | null)
channel?: (string | null)
campaign_id?: (string | null)
email_id?: (string | null)
campaign_kind?: (string | null)
touchpoint_type?: (string | null)
utm_source?: (string | null)
utm_medium?: (string | null)
utm_campaign?: (string | null)
utm_content?: (string | null)
utm_term?: (string | null)
utm_id?: (string | null)
device_type?: (string | null)
country?: (string | null)
conversion_type?: (string | null)
segment?: (string | null)
customer_kind?: (string | null)
day?: (string | null)
week?: (string | null)
month?: (string | null)
observed_revenue_micros: string
observed_revenue: string
possible_revenue_micros: string
possible_revenue: string
}[]
groups_left_out: number
not_stored_events: number
}
} | {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
journey_analysis: {
/**
 * Calendar days from the first event of a journey to its last order
 */
journey_length: string
journey_count: number
conversions: number
total_revenue_micros: string
/**
 * Net value of the orders in these journeys; every order is in exactly one journey
 */
total_revenue: string
/**
 * Touchpoints up to the last order of a journey / journeys
 */
average_touchpoints: (number | null)
/**
 * Email touchpoints up to the last order of a journey / journeys
 */
average_email_touchpoints: (number | null)
/**
 * total_revenue / journey_count
 */
revenue_per_journey: (string | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
journey_count: (number | null)
conversions: (number | null)
total_revenue_micros: (string | null)
/**
 * Net value of the orders in these journeys; every order is in exactly one journey
 */
total_revenue: (string | null)
/**
 * Touchpoints up to the last order of a journey / journeys
 */
average_touchpoints: ((number | null) | null)
/**
 * Email touchpoints up to the last order of a journey / journeys
 */
average_email_touchpoints: ((number | null) | null)
/**
 * total_revenue / journey_count
 */
revenue_per_journey: ((string | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * With `identity`: the sums of this answer less those with the other links (`beside`), at the same log position
 */
identity_difference?: {
identity: string
beside: string
by_model: {
attribution_model: string
/**
 * Orders with a touch that could earn credit
 */
attributed_conversions: number
/**
 * Orders with an email in their path
 */
email_conversions: number
total_attributed_revenue_micros: string
email_attributed_revenue_micros: string
}[]
}
warnings: {
code: string
count: number
message: string
}[]
attribution_models: string[]
models: {
[k: string]: {
/**
 * Revenue of each group, most revenue first; with a key about the time in order of time and without holes. The fields of `group_by` name the group
 */
channel_attribution: {
brand_id?: (string | null)
channel?: (string | null)
campaign_id?: (string | null)
email_id?: (string | null)
campaign_kind?: (string | null)
touchpoint_type?: (string | null)
utm_source?: (string | null)
utm_medium?: (string | null)
utm_campaign?: (string | null)
utm_content?: (string | null)
utm_term?: (string | null)
utm_id?: (string | null)
device_type?: (string | null)
country?: (string | null)
conversion_type?: (string | null)
segment?: (string | null)
customer_kind?: (string | null)
day?: (string | null)
week?: (string | null)
month?: (string | null)
/**
 * Orders with a touch of the group in their path, also if that touch earned nothing
 */
touched_conversions: number
/**
 * The sum of the shares of orders that touches of the group earned
 */
credited_conversions: number
attributed_revenue_micros: string
/**
 * The part of net revenue that touches of the group earned
 */
attributed_revenue: string
/**
 * credited_conversions / touches of the group
 */
average_attribution_weight: (number | null)
spend_micros?: (string | null)
/**
 * What the group cost; null if that is not known. Rows have spend, cost_per_conversion and return_on_ad_spend where all keys are among brand, channel, campaign_id, day, week and month
 */
spend?: (string | null)
/**
 * spend / credited_conversions
 */
cost_per_conversion?: (string | null)
/**
 * attributed_revenue / spend; null if that is not above 0
 */
return_on_ad_spend?: (number | null)
/**
 * With `intervals=true`: the middle 90 % of a bootstrap over people of attributed_revenue; null if fewer than 30 people placed the touched orders
 */
attributed_revenue_interval?: ({
low: string
high: string
} | null)
/**
 * People with a touched order
 */
attributed_revenue_support?: number
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
day?: (string | null)
week?: (string | null)
month?: (string | null)
/**
 * Orders with a touch of the group in their path, also if that touch earned nothing
 */
touched_conversions: (number | null)
/**
 * The sum of the shares of orders that touches of the group earned
 */
credited_conversions: (number | null)
attributed_revenue_micros: (string | null)
/**
 * The part of net revenue that touches of the group earned
 */
attributed_revenue: (string | null)
/**
 * credited_conversions / touches of the group
 */
average_attribution_weight: ((number | null) | null)
spend_micros?: ((string | null) | null)
/**
 * What the group cost; null if that is not known. Rows have spend, cost_per_conversion and return_on_ad_spend where all keys are among brand, channel, campaign_id, day, week and month
 */
spend?: ((string | null) | null)
/**
 * spend / credited_conversions
 */
cost_per_conversion?: ((string | null) | null)
/**
 * attributed_revenue / spend; null if that is not above 0
 */
return_on_ad_spend?: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
email_attribution: {
email_id: (string | null)
campaign_id: (string | null)
/**
 * Orders with a touch of the group in their path, also if that touch earned nothing
 */
touched_conversions: number
/**
 * The sum of the shares of orders that touches of the group earned
 */
credited_conversions: number
attributed_revenue_micros: string
/**
 * The part of net revenue that touches of the group earned
 */
attributed_revenue: string
/**
 * People whose orders an email touched
 */
unique_customers: number
/**
 * attributed_revenue / unique_customers
 */
revenue_per_customer: (string | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Orders with a touch of the group in their path, also if that touch earned nothing
 */
touched_conversions: (number | null)
/**
 * The sum of the shares of orders that touches of the group earned
 */
credited_conversions: (number | null)
attributed_revenue_micros: (string | null)
/**
 * The part of net revenue that touches of the group earned
 */
attributed_revenue: (string | null)
/**
 * People whose orders an email touched
 */
unique_customers: (number | null)
/**
 * attributed_revenue / unique_customers
 */
revenue_per_customer: ((string | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * Revenue that no touch earned, by reason and by the keys that it has: those about orders and times
 */
unattributed: {
brand_id?: (string | null)
conversion_type?: (string | null)
segment?: (string | null)
customer_kind?: (string | null)
day?: (string | null)
week?: (string | null)
month?: (string | null)
reason: string
unattributed_revenue_micros: string
unattributed_revenue: string
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
day?: (string | null)
week?: (string | null)
month?: (string | null)
unattributed_revenue_micros: (string | null)
unattributed_revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * Revenue of touches that the filters leave out, by the keys about orders and times
 */
filtered?: {
brand_id?: (string | null)
conversion_type?: (string | null)
segment?: (string | null)
customer_kind?: (string | null)
day?: (string | null)
week?: (string | null)
month?: (string | null)
filtered_revenue_micros: string
filtered_revenue: string
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
day?: (string | null)
week?: (string | null)
month?: (string | null)
filtered_revenue_micros: (string | null)
filtered_revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
summary: {
/**
 * Orders of the period
 */
total_conversions: number
/**
 * Orders with a touch that could earn credit
 */
attributed_conversions: number
/**
 * Orders with an email in their path
 */
email_conversions: number
total_revenue_micros: string
/**
 * Net revenue of the shop: orders of the period less refunds, whether a touch earned it or not
 */
total_revenue: string
total_attributed_revenue_micros: string
/**
 * Revenue that touches earned; with the unattributed revenue it is total_revenue exactly
 */
total_attributed_revenue: string
email_attributed_revenue_micros: string
/**
 * The part of total_revenue that touches of email earned
 */
email_attributed_revenue: string
/**
 * email_attributed_revenue / total_revenue
 */
email_share_of_revenue: (number | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Orders of the period
 */
total_conversions: (number | null)
/**
 * Orders with a touch that could earn credit
 */
attributed_conversions: (number | null)
/**
 * Orders with an email in their path
 */
email_conversions: (number | null)
total_revenue_micros: (string | null)
/**
 * Net value of the orders in these journeys; every order is in exactly one journey
 */
total_revenue: (string | null)
total_attributed_revenue_micros: (string | null)
/**
 * Revenue that touches earned; with the unattributed revenue it is total_revenue exactly
 */
total_attributed_revenue: (string | null)
email_attributed_revenue_micros: (string | null)
/**
 * The part of total_revenue that touches of email earned
 */
email_attributed_revenue: (string | null)
/**
 * email_attributed_revenue / total_revenue
 */
email_share_of_revenue: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
reconciliation: {
net_revenue_micros: string
attributed_micros: string
/**
 * Revenue that no touch earned, by reason: the first filter that left no touch
 */
unattributed_micros: {
no_touch: string
ineligible_type: string
no_consent: string
machine_only: string
excluded_channel: string
outside_window: string
organic?: string
}
filtered_micros?: string
}
}
}
})

export interface Answers {
Experiments: Experiments
ProjectsOneSettings: ProjectsOneSettings
SourcesOne: SourcesOne
SourcesOneOne: SourcesOneOne
WellKnownGpcJson: WellKnownGpcJson
ReportsAttribution: ReportsAttribution
ReportsChanges: ReportsChanges
ReportsConsolidated: ReportsConsolidated
ReportsCrossBrand: ReportsCrossBrand
ReportsToday: ReportsToday
Advice: Advice
ReportsModels: ReportsModels
ReportsJourneys: ReportsJourneys
ReportsPaths: ReportsPaths
ReportsLags: ReportsLags
ReportsSynergies: ReportsSynergies
ReportsOrders: ReportsOrders
ReportsCredits: ReportsCredits
ReportsCampaigns: ReportsCampaigns
ReportsCampaignsOne: ReportsCampaignsOne
ReportsListHealth: ReportsListHealth
ReportsFatigue: ReportsFatigue
ReportsSendTimes: ReportsSendTimes
ReportsSendEffects: ReportsSendEffects
ReportsClaims: ReportsClaims
ReportsCohorts: ReportsCohorts
ReportsLifetimeValue: ReportsLifetimeValue
ConversionsOneReceipt: ConversionsOneReceipt
CustomersOne: CustomersOne
ReportsDataQuality: ReportsDataQuality
ExperimentsOne: ExperimentsOne
ExperimentsCalibration: ExperimentsCalibration
ReportsIncrementality: ReportsIncrementality
ReportsClosestModels: ReportsClosestModels
Runs: Runs
RunsOneCompare: RunsOneCompare
Models: Models
ModelsOne: ModelsOne
ModelsOneCompareOne: ModelsOneCompareOne
ModelsPins: ModelsPins
ModelsFits: ModelsFits
ProgressOne: ProgressOne
Lineage: Lineage
Annotations: Annotations
ShareLinks: ShareLinks
SavedViews: SavedViews
Monitors: Monitors
Incidents: Incidents
Erasures: Erasures
ErasuresOne: ErasuresOne
Retention: Retention
Keys: Keys
IdentityProposals: IdentityProposals
PrivacyBudgets: PrivacyBudgets
PrivacyAnswers: PrivacyAnswers
Brands: Brands
Settings: Settings
Sources: Sources
Destinations: Destinations
DestinationsOneDeadLetters: DestinationsOneDeadLetters
DestinationsOneWithdrawn: DestinationsOneWithdrawn
Pulls: Pulls
ExperimentSize: ExperimentSize
Schedules: Schedules
SchedulesOnePreview: SchedulesOnePreview
SchedulesOneExports: SchedulesOneExports
Audit: Audit
AuditVerification: AuditVerification
}
export interface Experiments {
experiments: {
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
}[]
}
export interface ProjectsOneSettings {

}
export interface SourcesOne {
source_id: string
}
export interface SourcesOneOne {
source_id: string
}
export interface WellKnownGpcJson {
gpc: boolean
lastUpdate: string
}
export interface ReportsChanges {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
attribution_model: string
group_by: string[]
/**
 * Changes of attributed, unattributed and filtered revenue add up to that of net revenue exactly
 */
totals: {
total_conversions: number
/**
 * The sum of the shares of orders that touches earned
 */
credited_conversions: number
net_revenue_micros: string
/**
 * What the shop sold, after refunds
 */
net_revenue: string
attributed_revenue_micros: string
/**
 * The part of net revenue that touches earned
 */
attributed_revenue: string
unattributed_revenue_micros: string
/**
 * Revenue that no touch earned
 */
unattributed_revenue: string
filtered_revenue_micros?: string
/**
 * Revenue of touches that the filters leave out
 */
filtered_revenue?: string
/**
 * The change of attributed_revenue by cause; the parts add up to it exactly
 */
causes: {
volume_micros: string
/**
 * More or fewer orders touched; in `totals`, orders of the period
 */
volume: string
rate_micros: string
/**
 * A larger or smaller part of each of these orders credited
 */
rate: string
mix_micros: string
/**
 * Conversions that moved between groups whose conversions are worth more or less
 */
mix: string
order_value_micros: string
/**
 * Each credited conversion worth more or less
 */
order_value: string
entered_micros: string
/**
 * What groups without a touched order in the earlier period earned
 */
entered: string
left_micros: string
/**
 * What groups without a touched order in this period had earned, as a negative amount
 */
left: string
adjustments_micros: string
/**
 * Adjustments in a period in which the group has no credited conversion; only with `adjustments=own_day`
 */
adjustments: string
}
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
total_conversions: (number | null)
/**
 * The sum of the shares of orders that touches earned
 */
credited_conversions: (number | null)
net_revenue_micros: (string | null)
/**
 * What the shop sold, after refunds
 */
net_revenue: (string | null)
attributed_revenue_micros: (string | null)
/**
 * The part of net revenue that touches earned
 */
attributed_revenue: (string | null)
unattributed_revenue_micros: (string | null)
/**
 * Revenue that no touch earned
 */
unattributed_revenue: (string | null)
filtered_revenue_micros?: (string | null)
/**
 * Revenue of touches that the filters leave out
 */
filtered_revenue?: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
/**
 * The groups that changed most, in words; `code` and `figures` are for programs
 */
movers: {
code: ("earned_more" | "earned_less" | "entered" | "left")
keys: {
[k: string]: string | null
}
message: string
figures: {
[k: string]: string
}
}[]
/**
 * Each group of either period, the largest change first. The fields of `group_by` name the group
 */
changes: {
brand_id?: (string | null)
channel?: (string | null)
campaign_id?: (string | null)
email_id?: (string | null)
campaign_kind?: (string | null)
touchpoint_type?: (string | null)
utm_source?: (string | null)
utm_medium?: (string | null)
utm_campaign?: (string | null)
utm_content?: (string | null)
utm_term?: (string | null)
utm_id?: (string | null)
device_type?: (string | null)
country?: (string | null)
conversion_type?: (string | null)
segment?: (string | null)
customer_kind?: (string | null)
day?: (string | null)
week?: (string | null)
month?: (string | null)
/**
 * Orders with a touch of the group in their path, also if that touch earned nothing
 */
touched_conversions: number
/**
 * The sum of the shares of orders that touches earned
 */
credited_conversions: number
attributed_revenue_micros: string
/**
 * The part of net revenue that touches earned
 */
attributed_revenue: string
/**
 * The change of attributed_revenue by cause; the parts add up to it exactly
 */
causes: {
volume_micros: string
/**
 * More or fewer orders touched; in `totals`, orders of the period
 */
volume: string
rate_micros: string
/**
 * A larger or smaller part of each of these orders credited
 */
rate: string
order_value_micros: string
/**
 * Each credited conversion worth more or less
 */
order_value: string
entered_micros: string
/**
 * What groups without a touched order in the earlier period earned
 */
entered: string
left_micros: string
/**
 * What groups without a touched order in this period had earned, as a negative amount
 */
left: string
adjustments_micros: string
/**
 * Adjustments in a period in which the group has no credited conversion; only with `adjustments=own_day`
 */
adjustments: string
}
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
day?: (string | null)
week?: (string | null)
month?: (string | null)
/**
 * Orders with a touch of the group in their path, also if that touch earned nothing
 */
touched_conversions: (number | null)
/**
 * The sum of the shares of orders that touches earned
 */
credited_conversions: (number | null)
attributed_revenue_micros: (string | null)
/**
 * The part of net revenue that touches earned
 */
attributed_revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * Revenue that no touch earned, by reason, beside that of the earlier period
 */
unattributed: {
reason: string
unattributed_revenue_micros: string
/**
 * Revenue that no touch earned
 */
unattributed_revenue: string
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
unattributed_revenue_micros: (string | null)
/**
 * Revenue that no touch earned
 */
unattributed_revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsConsolidated {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
attribution_model: string
/**
 * A row for each brand, most counted revenue first
 */
brands: {
brand_id: string
/**
 * Orders of the brand in the period, those that count in another brand too
 */
conversions: number
net_revenue_micros: string
/**
 * Net revenue of the brand, as total_revenue of its attribution report in this currency
 */
net_revenue: string
attributed_revenue_micros: string
/**
 * Revenue that touches earned
 */
attributed_revenue: string
email_attributed_revenue_micros: string
/**
 * Revenue that touches of email earned
 */
email_attributed_revenue: string
/**
 * email_attributed_revenue / net_revenue
 */
email_share_of_revenue: (number | null)
/**
 * Orders of the brand that count in another brand, which has an order of the same id
 */
shared_conversions: number
shared_revenue_micros: string
/**
 * Net revenue of the shared orders that count in another brand
 */
shared_revenue: string
shared_attributed_revenue_micros: string
/**
 * What touches of this brand earned of these orders
 */
shared_attributed_revenue: string
shared_email_revenue_micros: string
/**
 * What touches of email of this brand earned of these orders
 */
shared_email_revenue: string
/**
 * conversions - shared_conversions
 */
counted_conversions: number
counted_revenue_micros: string
/**
 * net_revenue - shared_revenue
 */
counted_revenue: string
counted_attributed_revenue_micros: string
/**
 * attributed_revenue - shared_attributed_revenue
 */
counted_attributed_revenue: string
counted_email_revenue_micros: string
/**
 * email_attributed_revenue - shared_email_revenue
 */
counted_email_revenue: string
/**
 * counted_email_revenue / counted_revenue
 */
counted_email_share: (number | null)
/**
 * People with an order in the period; in `totals` the sum over brands less shared_customers
 */
customers: number
spend_micros: (string | null)
/**
 * Spend of the brand or channel in the period; null if there is none, or a rate is missing
 */
spend: (string | null)
/**
 * attributed_revenue / spend, of all channels together; in `totals` counted_attributed_revenue / spend. Null without spend
 */
return_on_ad_spend: (number | null)
/**
 * Records that arrived in the period with a known id and other content
 */
conflicts: number
/**
 * Records that arrived in the period, could not be stored, and were not replayed since
 */
dead_letters: number
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Orders of the brand in the period, those that count in another brand too
 */
conversions: (number | null)
net_revenue_micros: (string | null)
/**
 * Net revenue of the brand, as total_revenue of its attribution report in this currency
 */
net_revenue: (string | null)
attributed_revenue_micros: (string | null)
/**
 * Revenue that touches earned
 */
attributed_revenue: (string | null)
email_attributed_revenue_micros: (string | null)
/**
 * Revenue that touches of email earned
 */
email_attributed_revenue: (string | null)
/**
 * email_attributed_revenue / net_revenue
 */
email_share_of_revenue: ((number | null) | null)
/**
 * Orders of the brand that count in another brand, which has an order of the same id
 */
shared_conversions: (number | null)
shared_revenue_micros: (string | null)
/**
 * Net revenue of the shared orders that count in another brand
 */
shared_revenue: (string | null)
shared_attributed_revenue_micros: (string | null)
/**
 * What touches of this brand earned of these orders
 */
shared_attributed_revenue: (string | null)
shared_email_revenue_micros: (string | null)
/**
 * What touches of email of this brand earned of these orders
 */
shared_email_revenue: (string | null)
/**
 * conversions - shared_conversions
 */
counted_conversions: (number | null)
counted_revenue_micros: (string | null)
/**
 * net_revenue - shared_revenue
 */
counted_revenue: (string | null)
counted_attributed_revenue_micros: (string | null)
/**
 * attributed_revenue - shared_attributed_revenue
 */
counted_attributed_revenue: (string | null)
counted_email_revenue_micros: (string | null)
/**
 * email_attributed_revenue - shared_email_revenue
 */
counted_email_revenue: (string | null)
/**
 * counted_email_revenue / counted_revenue
 */
counted_email_share: ((number | null) | null)
/**
 * People with an order in the period; in `totals` the sum over brands less shared_customers
 */
customers: (number | null)
spend_micros: ((string | null) | null)
/**
 * Spend of the brand or channel in the period; null if there is none, or a rate is missing
 */
spend: ((string | null) | null)
/**
 * attributed_revenue / spend, of all channels together; in `totals` counted_attributed_revenue / spend. Null without spend
 */
return_on_ad_spend: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * All brands together: the sums of the rows, so the counted figures have every shared order once
 */
totals: {
/**
 * Orders of the brand in the period, those that count in another brand too
 */
conversions: number
net_revenue_micros: string
/**
 * Net revenue of the brand, as total_revenue of its attribution report in this currency
 */
net_revenue: string
attributed_revenue_micros: string
/**
 * Revenue that touches earned
 */
attributed_revenue: string
email_attributed_revenue_micros: string
/**
 * Revenue that touches of email earned
 */
email_attributed_revenue: string
/**
 * email_attributed_revenue / net_revenue
 */
email_share_of_revenue: (number | null)
/**
 * Orders of the brand that count in another brand, which has an order of the same id
 */
shared_conversions: number
shared_revenue_micros: string
/**
 * Net revenue of the shared orders that count in another brand
 */
shared_revenue: string
shared_attributed_revenue_micros: string
/**
 * What touches of this brand earned of these orders
 */
shared_attributed_revenue: string
shared_email_revenue_micros: string
/**
 * What touches of email of this brand earned of these orders
 */
shared_email_revenue: string
/**
 * conversions - shared_conversions
 */
counted_conversions: number
counted_revenue_micros: string
/**
 * net_revenue - shared_revenue
 */
counted_revenue: string
counted_attributed_revenue_micros: string
/**
 * attributed_revenue - shared_attributed_revenue
 */
counted_attributed_revenue: string
counted_email_revenue_micros: string
/**
 * email_attributed_revenue - shared_email_revenue
 */
counted_email_revenue: string
/**
 * counted_email_revenue / counted_revenue
 */
counted_email_share: (number | null)
/**
 * People with an order in the period; in `totals` the sum over brands less shared_customers
 */
customers: number
spend_micros: (string | null)
/**
 * Spend of the brand or channel in the period; null if there is none, or a rate is missing
 */
spend: (string | null)
/**
 * attributed_revenue / spend, of all channels together; in `totals` counted_attributed_revenue / spend. Null without spend
 */
return_on_ad_spend: (number | null)
/**
 * People who would count again, because an order of theirs in another brand has the same customer id; 0 unless `cross_brand_people` joins the brands
 */
shared_customers: number
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Orders of the brand in the period, those that count in another brand too
 */
conversions: (number | null)
net_revenue_micros: (string | null)
/**
 * Net revenue of the brand, as total_revenue of its attribution report in this currency
 */
net_revenue: (string | null)
attributed_revenue_micros: (string | null)
/**
 * Revenue that touches earned
 */
attributed_revenue: (string | null)
email_attributed_revenue_micros: (string | null)
/**
 * Revenue that touches of email earned
 */
email_attributed_revenue: (string | null)
/**
 * email_attributed_revenue / net_revenue
 */
email_share_of_revenue: ((number | null) | null)
/**
 * Orders of the brand that count in another brand, which has an order of the same id
 */
shared_conversions: (number | null)
shared_revenue_micros: (string | null)
/**
 * Net revenue of the shared orders that count in another brand
 */
shared_revenue: (string | null)
shared_attributed_revenue_micros: (string | null)
/**
 * What touches of this brand earned of these orders
 */
shared_attributed_revenue: (string | null)
shared_email_revenue_micros: (string | null)
/**
 * What touches of email of this brand earned of these orders
 */
shared_email_revenue: (string | null)
/**
 * conversions - shared_conversions
 */
counted_conversions: (number | null)
counted_revenue_micros: (string | null)
/**
 * net_revenue - shared_revenue
 */
counted_revenue: (string | null)
counted_attributed_revenue_micros: (string | null)
/**
 * attributed_revenue - shared_attributed_revenue
 */
counted_attributed_revenue: (string | null)
counted_email_revenue_micros: (string | null)
/**
 * email_attributed_revenue - shared_email_revenue
 */
counted_email_revenue: (string | null)
/**
 * counted_email_revenue / counted_revenue
 */
counted_email_share: ((number | null) | null)
/**
 * People with an order in the period; in `totals` the sum over brands less shared_customers
 */
customers: (number | null)
spend_micros: ((string | null) | null)
/**
 * Spend of the brand or channel in the period; null if there is none, or a rate is missing
 */
spend: ((string | null) | null)
/**
 * attributed_revenue / spend, of all channels together; in `totals` counted_attributed_revenue / spend. Null without spend
 */
return_on_ad_spend: ((number | null) | null)
/**
 * People who would count again, because an order of theirs in another brand has the same customer id; 0 unless `cross_brand_people` joins the brands
 */
shared_customers: (number | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
/**
 * All brands together by channel, with shared orders once
 */
channels: {
channel: string
credited_conversions: number
attributed_revenue_micros: string
/**
 * Revenue that touches earned
 */
attributed_revenue: string
spend_micros: (string | null)
/**
 * Spend of the brand or channel in the period; null if there is none, or a rate is missing
 */
spend: (string | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
credited_conversions: (number | null)
attributed_revenue_micros: (string | null)
/**
 * Revenue that touches earned
 */
attributed_revenue: (string | null)
spend_micros: ((string | null) | null)
/**
 * Spend of the brand or channel in the period; null if there is none, or a rate is missing
 */
spend: ((string | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * Orders left out of a brand, by the brand in which they count
 */
shared_orders: {
brand_id: string
/**
 * The brand in which these orders count
 */
counted_in: string
/**
 * Orders of the brand in the period, those that count in another brand too
 */
conversions: number
shared_revenue_micros: string
/**
 * Net revenue of the shared orders that count in another brand
 */
shared_revenue: string
}[]
/**
 * The rules of the configuration that hold among these brands
 */
rules: {
/**
 * Orders left out of a brand, by the brand in which they count
 */
shared_orders: {
/**
 * A row for each brand, most counted revenue first
 */
brands: string[]
counts_for: string
}[]
/**
 * Brands whose customers with the same id count as one person
 */
cross_brand_people: string[][]
}
/**
 * The net revenue of each brand through the period, for small lines; in points of equally many days, at most 60
 */
trend: {
/**
 * Days in a point; the first may have fewer
 */
days_a_point: number
/**
 * The first day of each point
 */
starts: string[]
/**
 * A row for each brand, most counted revenue first
 */
brands: {
brand_id: string
/**
 * Net revenue of the brand by point, in millionths
 */
net_revenue_micros: string[]
}[]
}
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsCrossBrand {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
attribution_model: string
/**
 * The lists of `cross_brand_people` of which the caller may see every brand
 */
lists: string[][]
/**
 * A row for each brand of these lists, about its own orders
 */
brands: {
brand_id: string
/**
 * Orders of the brand in the period
 */
conversions: number
net_revenue_micros: string
/**
 * Net revenue of the brand, as total_revenue of its attribution report in this currency
 */
net_revenue: string
own_report_revenue_micros: string
/**
 * What the attribution report of the brand of the order says, where touches of other brands earn nothing
 */
own_report_revenue: string
attributed_revenue_micros: string
/**
 * What touches of all brands of the list earned of orders of the brand
 */
attributed_revenue: string
own_touches_revenue_micros: string
/**
 * The part of attributed_revenue that touches of the brand itself earned
 */
own_touches_revenue: string
other_brands_revenue_micros: string
/**
 * The part of attributed_revenue that touches of other brands earned
 */
other_brands_revenue: string
/**
 * other_brands_revenue / net_revenue
 */
other_brands_share: (number | null)
unattributed_revenue_micros: string
/**
 * net_revenue - attributed_revenue
 */
unattributed_revenue: string
/**
 * Orders with a touch of another brand
 */
helped_conversions: number
/**
 * People with an order of the brand in the period whom another brand of the list knows by the same customer id
 */
people_elsewhere: number
/**
 * Orders with a touch of another brand that is left out, because consent does not cover it in both brands
 */
left_out_conversions: number
/**
 * The people of these orders
 */
left_out_people: number
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Orders of the brand in the period
 */
conversions: (number | null)
net_revenue_micros: (string | null)
/**
 * Net revenue of the brand, as total_revenue of its attribution report in this currency
 */
net_revenue: (string | null)
own_report_revenue_micros: (string | null)
/**
 * What the attribution report of the brand of the order says, where touches of other brands earn nothing
 */
own_report_revenue: (string | null)
attributed_revenue_micros: (string | null)
/**
 * What touches of all brands of the list earned of orders of the brand
 */
attributed_revenue: (string | null)
own_touches_revenue_micros: (string | null)
/**
 * The part of attributed_revenue that touches of the brand itself earned
 */
own_touches_revenue: (string | null)
other_brands_revenue_micros: (string | null)
/**
 * The part of attributed_revenue that touches of other brands earned
 */
other_brands_revenue: (string | null)
/**
 * other_brands_revenue / net_revenue
 */
other_brands_share: ((number | null) | null)
unattributed_revenue_micros: (string | null)
/**
 * net_revenue - attributed_revenue
 */
unattributed_revenue: (string | null)
/**
 * Orders with a touch of another brand
 */
helped_conversions: (number | null)
/**
 * People with an order of the brand in the period whom another brand of the list knows by the same customer id
 */
people_elsewhere: (number | null)
/**
 * Orders with a touch of another brand that is left out, because consent does not cover it in both brands
 */
left_out_conversions: (number | null)
/**
 * The people of these orders
 */
left_out_people: (number | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * The credit of the orders of a brand, by the brand whose touches earned it
 */
matrix: {
order_brand_id: string
touch_brand_id: string
/**
 * Orders with such a touch
 */
touched_conversions: number
/**
 * Orders, divided among the touches as revenue is
 */
credited_conversions: number
attributed_revenue_micros: string
/**
 * What touches of all brands of the list earned of orders of the brand
 */
attributed_revenue: string
/**
 * attributed_revenue / net revenue of the brand of the order
 */
share_of_revenue: (number | null)
own_report_revenue_micros: string
/**
 * What the attribution report of the brand of the order says, where touches of other brands earn nothing
 */
own_report_revenue: string
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Orders with such a touch
 */
touched_conversions: (number | null)
/**
 * Orders, divided among the touches as revenue is
 */
credited_conversions: (number | null)
attributed_revenue_micros: (string | null)
/**
 * What touches of all brands of the list earned of orders of the brand
 */
attributed_revenue: (string | null)
/**
 * attributed_revenue / net revenue of the brand of the order
 */
share_of_revenue: ((number | null) | null)
own_report_revenue_micros: (string | null)
/**
 * What the attribution report of the brand of the order says, where touches of other brands earn nothing
 */
own_report_revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * The same by channel of the touches; for each brand it adds up to attributed_revenue of `brands`
 */
channels: {
order_brand_id: string
touch_brand_id: string
channel: string
/**
 * Orders with such a touch
 */
touched_conversions: number
/**
 * Orders, divided among the touches as revenue is
 */
credited_conversions: number
attributed_revenue_micros: string
/**
 * What touches of all brands of the list earned of orders of the brand
 */
attributed_revenue: string
/**
 * attributed_revenue / net revenue of the brand of the order
 */
share_of_revenue: (number | null)
own_report_revenue_micros: string
/**
 * What the attribution report of the brand of the order says, where touches of other brands earn nothing
 */
own_report_revenue: string
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Orders with such a touch
 */
touched_conversions: (number | null)
/**
 * Orders, divided among the touches as revenue is
 */
credited_conversions: (number | null)
attributed_revenue_micros: (string | null)
/**
 * What touches of all brands of the list earned of orders of the brand
 */
attributed_revenue: (string | null)
/**
 * attributed_revenue / net revenue of the brand of the order
 */
share_of_revenue: ((number | null) | null)
own_report_revenue_micros: (string | null)
/**
 * What the attribution report of the brand of the order says, where touches of other brands earn nothing
 */
own_report_revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsToday {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
/**
 * The earlier period that channels are set beside
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
warnings?: {
/**
 * spend_above_revenue: a campaign whose spend lies above its credited revenue; above_others: a campaign that earns more per recipient than the others of its kind together; moved: a channel that changed by more than chance; complaints_high: more than 1 complaint in 1,000 delivered emails; records_silent: records that came for no day for longer than ever in the period; opens_by_machines: more than half of the opens
 */
code: string
count: number
message: string
}[]
}
attribution_model: string
/**
 * Most money at stake first; those without an amount follow. Empty if the data is sure about nothing. Of the findings of one kind, a tenth is false on average
 */
things: {
/**
 * spend_above_revenue: a campaign whose spend lies above its credited revenue; above_others: a campaign that earns more per recipient than the others of its kind together; moved: a channel that changed by more than chance; complaints_high: more than 1 complaint in 1,000 delivered emails; records_silent: records that came for no day for longer than ever in the period; opens_by_machines: more than half of the opens
 */
code: ("records_silent" | "complaints_high" | "spend_above_revenue" | "above_others" | "moved" | "opens_by_machines")
/**
 * What it is about: a campaign, a channel or a kind of record
 */
keys: {
[k: string]: string
}
message: string
/**
 * The figures that show it, for programs
 */
figures: {
[k: string]: number | string | null
}
at_stake_micros: (string | null)
/**
 * Spend less revenue; revenue above what the recipients bring at the rate of the others; the size of the change; what all emails earned, for complaints; what as many average days bring. Null if it is not about an amount
 */
at_stake: (string | null)
}[]
/**
 * What is as sure and not listed
 */
further_things: number
warnings: {
/**
 * spend_above_revenue: a campaign whose spend lies above its credited revenue; above_others: a campaign that earns more per recipient than the others of its kind together; moved: a channel that changed by more than chance; complaints_high: more than 1 complaint in 1,000 delivered emails; records_silent: records that came for no day for longer than ever in the period; opens_by_machines: more than half of the opens
 */
code: string
count: number
message: string
}[]
}
export interface Advice {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
comparison?: {
compare: string
report_period: {
start: string
end: string
}
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
attribution_model: string
/**
 * What curves are of: incremental revenue where the model gives it, else attributed revenue
 */
measure: ("incremental" | "attributed")
/**
 * The report on today
 */
things: {
code: ("records_silent" | "complaints_high" | "spend_above_revenue" | "above_others" | "moved" | "opens_by_machines")
keys: {
[k: string]: string
}
message: string
figures: {
[k: string]: number | string | null
}
at_stake_micros: (string | null)
at_stake: (string | null)
}[]
further_things: number
/**
 * Advice on the split of the budget of a week
 */
budget: {
advice: ("move" | "leave_it" | "refused")
message: string
refused: ({
code: string
reason: string
} | null)
weeks: number
first_week: string
end: string
/**
 * The budget of a week
 */
per_week: string
/**
 * Net revenue of a week with the advised split, less that with the split of now, with its 90 % interval
 */
gain_per_week: ({
value: string
low: string
high: string
} | null)
}
channels: {
channel: string
spend_per_week: string
/**
 * The spend of a week that is advised; that of now in proportion to the budget if nothing is sure
 */
advised_per_week: string
/**
 * The largest spend of a week that `set` may name, one and a half times what was ever spent in one: what more brings is not known
 */
most_per_week: string
/**
 * Credited revenue of the last 4 weeks / the spend that it belongs to by the time from touch to order
 */
return_on_spend: (number | null)
/**
 * Revenue that one more unit of spend brings: of net revenue of the shop, and in `curve` of credited revenue
 */
marginal_return: ({
value: number
low: number
high: number
} | null)
refused: ({
code: string
reason: string
} | null)
curve: ({
/**
 * Per cent of credited revenue for a per cent of spend: near 0 the channel is saturated
 */
saturation: {
value: number
low: number
high: number
}
/**
 * Revenue that one more unit of spend brings: of net revenue of the shop, and in `curve` of credited revenue
 */
marginal_return: {
value: number
low: number
high: number
}
points: {
spend: string
revenue: string
low: string
high: string
}[]
} | null)
curve_refused: ({
code: string
reason: string
} | null)
}[]
/**
 * What the spend of `set` would change
 */
what_if: ({
spend_per_week: {
[k: string]: string
}
/**
 * Net revenue of a week with this spend, less that of now
 */
change_per_week: ({
value: string
low: string
high: string
} | null)
message: string
} | null)
/**
 * The most emails in 7 days: what follows an email to like people who got one email more before it, or one less
 */
frequency: {
advice: ("at_most" | "leave_it" | "refused")
/**
 * The most emails in 7 days; `5+` is five
 */
at_most_per_week: (string | null)
message: string
/**
 * Weeks of people on the list, in the report on fatigue
 */
person_weeks: number
/**
 * Emails that can be compared
 */
emails: number
/**
 * The part of people that is compared; below 1 where there are very many emails
 */
people_part: number
/**
 * The level of the intervals, so that all of them hold together in 95 %
 */
confidence: number
/**
 * Net revenue of a person on the list in 28 days
 */
value_of_person: (string | null)
/**
 * Emails by the number of emails to the same person in the 7 days before, beside those with one less
 */
compared: {
emails_before: string
/**
 * How long after an email is seen
 */
within_hours: number
/**
 * People who unsubscribed or complained, per email
 */
left: ({
value: number
other: number
difference: number
low: number
high: number
} | null)
/**
 * Emails that can be compared
 */
emails: number
other_emails: number
/**
 * Orders per email
 */
orders: ({
value: number
other: number
difference: number
low: number
high: number
} | null)
/**
 * Net revenue per email
 */
net_revenue: ({
value: string
other: string
difference: string
low: string
high: string
} | null)
/**
 * Orders before what is compared; people are not alike where they differ
 */
orders_before: ({
differs: boolean
value: number
other: number
difference: number
low: number
high: number
} | null)
}[]
/**
 * Never: who gets more emails, or at which time, is not random
 */
is_causal: false
}
/**
 * The time to send: orders after emails to like people, and the click rates of the report on times of sending
 */
send_time: {
advice: ("send_at" | "leave_it")
/**
 * The hour with surely the highest click rate
 */
best_hour: (string | null)
/**
 * The weekday with surely the highest click rate
 */
best_weekday: (string | null)
/**
 * The hours after which orders are surely more than at all other hours, in the zone of the brand
 */
best_block_by_orders: (string | null)
/**
 * The weekday after which orders are surely more than after all others
 */
best_weekday_by_orders: (string | null)
message: string
delivered: number
/**
 * The part of people that is compared; below 1 where there are very many emails
 */
people_part: number
/**
 * The level of the intervals, so that all of them hold together in 95 %
 */
confidence: {
block: number
weekday: number
}
/**
 * How long after an email is seen
 */
within_hours: {
block: number
weekday: number
}
by_block: {
slot: string
/**
 * Emails that can be compared
 */
emails: number
other_emails: number
/**
 * Orders per email
 */
orders: ({
value: number
other: number
difference: number
low: number
high: number
} | null)
/**
 * Net revenue per email
 */
net_revenue: ({
value: string
other: string
difference: string
low: string
high: string
} | null)
/**
 * Orders before what is compared; people are not alike where they differ
 */
orders_before: ({
differs: boolean
value: number
other: number
difference: number
low: number
high: number
} | null)
}[]
by_weekday: {
slot: string
/**
 * Emails that can be compared
 */
emails: number
other_emails: number
/**
 * Orders per email
 */
orders: ({
value: number
other: number
difference: number
low: number
high: number
} | null)
/**
 * Net revenue per email
 */
net_revenue: ({
value: string
other: string
difference: string
low: string
high: string
} | null)
/**
 * Orders before what is compared; people are not alike where they differ
 */
orders_before: ({
differs: boolean
value: number
other: number
difference: number
low: number
high: number
} | null)
}[]
/**
 * Never: who gets more emails, or at which time, is not random
 */
is_causal: false
}
/**
 * The rules of the configuration; only for one brand
 */
rules: {
rule: ("return_on_ad_spend" | "conversion_rate" | "attributed_share")
subject: string
/**
 * fires: the whole 90 % interval is below; holds: it is not below at all; unsure: `below` lies within it
 */
state: ("fires" | "holds" | "unsure" | "too_few_cases")
below: number
value: (number | null)
interval: ({
low: number
high: number
} | null)
cases: number
least_cases: number
message: string
}[]
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsModels {
report_period: {
start: string
end: string
}
artifacts?: {
[k: string]: string
}
pinned_models?: string[]
filters?: string[]
currency: string
as_of: string
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
attribution_models: string[]
group_by: string
intervals: {
level: number
draws: number
seed: number
over: string
}
groups: {
channel?: (string | null)
campaign_id?: (string | null)
models: {
[k: string]: {
attributed_revenue_micros: string
attributed_revenue: string
/**
 * attributed_revenue / the attributed revenue of all groups, also below 0; null if that is 0
 */
share: (number | null)
/**
 * Lower end of the interval of `share`, from a bootstrap over people
 */
share_low: (number | null)
/**
 * Upper end of the interval of `share`
 */
share_high: (number | null)
rank: number
rank_low: number
rank_high: number
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
attributed_revenue_micros: (string | null)
attributed_revenue: (string | null)
/**
 * attributed_revenue / the attributed revenue of all groups, also below 0; null if that is 0
 */
share: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
}
}[]
disagreements: {
channel?: (string | null)
campaign_id?: (string | null)
/**
 * Largest share minus smallest share, among the models
 */
difference: number
highest: {
model: string
/**
 * attributed_revenue / the attributed revenue of all groups, also below 0; null if that is 0
 */
share: number
/**
 * Lower end of the interval of `share`, from a bootstrap over people
 */
share_low: number
/**
 * Upper end of the interval of `share`
 */
share_high: number
}
lowest: {
model: string
/**
 * attributed_revenue / the attributed revenue of all groups, also below 0; null if that is 0
 */
share: number
/**
 * Lower end of the interval of `share`, from a bootstrap over people
 */
share_low: number
/**
 * Upper end of the interval of `share`
 */
share_high: number
}
/**
 * The intervals of the two models do not overlap
 */
beyond_chance: boolean
because: string
}[]
notes: string[]
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsJourneys {
report_period: {
start: string
end: string
}
artifacts?: {
[k: string]: string
}
pinned_models?: string[]
filters?: string[]
currency: string
as_of: string
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
summary: {
journey_count: number
conversions: number
total_revenue_micros: string
/**
 * Net value of the orders in these journeys; every order is in exactly one journey
 */
total_revenue: string
journeys_with_email: number
/**
 * Touchpoints up to the last order of a journey / journeys
 */
average_touchpoints: (number | null)
/**
 * Email touchpoints up to the last order of a journey / journeys
 */
average_email_touchpoints: (number | null)
/**
 * Days from the first event of a journey to its last order, on average
 */
average_length_days: (number | null)
/**
 * total_revenue / journey_count
 */
revenue_per_journey: (string | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
journey_count: (number | null)
conversions: (number | null)
total_revenue_micros: (string | null)
/**
 * Net value of the orders in these journeys; every order is in exactly one journey
 */
total_revenue: (string | null)
journeys_with_email: (number | null)
/**
 * Touchpoints up to the last order of a journey / journeys
 */
average_touchpoints: ((number | null) | null)
/**
 * Email touchpoints up to the last order of a journey / journeys
 */
average_email_touchpoints: ((number | null) | null)
/**
 * Days from the first event of a journey to its last order, on average
 */
average_length_days: ((number | null) | null)
/**
 * total_revenue / journey_count
 */
revenue_per_journey: ((string | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
journey_lengths: {
/**
 * Calendar days from the first event of a journey to its last order
 */
journey_length: string
journey_count: number
conversions: number
total_revenue_micros: string
/**
 * Net value of the orders in these journeys; every order is in exactly one journey
 */
total_revenue: string
/**
 * Touchpoints up to the last order of a journey / journeys
 */
average_touchpoints: (number | null)
/**
 * Email touchpoints up to the last order of a journey / journeys
 */
average_email_touchpoints: (number | null)
/**
 * total_revenue / journey_count
 */
revenue_per_journey: (string | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
journey_count: (number | null)
conversions: (number | null)
total_revenue_micros: (string | null)
/**
 * Net value of the orders in these journeys; every order is in exactly one journey
 */
total_revenue: (string | null)
/**
 * Touchpoints up to the last order of a journey / journeys
 */
average_touchpoints: ((number | null) | null)
/**
 * Email touchpoints up to the last order of a journey / journeys
 */
average_email_touchpoints: ((number | null) | null)
/**
 * total_revenue / journey_count
 */
revenue_per_journey: ((string | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
touchpoints_per_journey: {
/**
 * Touchpoints up to the last order of a journey
 */
touchpoints: string
journey_count: number
total_revenue_micros: string
/**
 * Net value of the orders in these journeys; every order is in exactly one journey
 */
total_revenue: string
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
journey_count: (number | null)
total_revenue_micros: (string | null)
/**
 * Net value of the orders in these journeys; every order is in exactly one journey
 */
total_revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
channel_mix: {
channel: string
/**
 * Touchpoints up to the last order of a journey
 */
touchpoints: number
journeys: number
/**
 * touchpoints of the channel / all touchpoints of these journeys
 */
share_of_touchpoints: (number | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Touchpoints up to the last order of a journey
 */
touchpoints: (number | null)
journeys: (number | null)
/**
 * touchpoints of the channel / all touchpoints of these journeys
 */
share_of_touchpoints: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsPaths {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
attribution_model: string
summary: {
/**
 * Orders with exactly this path, of this length or on this link
 */
orders: number
/**
 * Orders with a touch that the filters let pass in their path; the others have no path here
 */
orders_with_path: number
orders_without_path: number
/**
 * People with such a path who touched in the period and did not order in it, each once
 */
people_without_order: number
/**
 * Orders / (orders + people without an order)
 */
conversion_rate: (number | null)
/**
 * How many paths differ from each other
 */
different_paths: number
net_revenue_micros: string
/**
 * Net value of these orders in the period
 */
net_revenue: string
path_revenue_micros: string
/**
 * Net revenue of the orders with a path
 */
path_revenue: string
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Orders with exactly this path, of this length or on this link
 */
orders: (number | null)
/**
 * Orders with a touch that the filters let pass in their path; the others have no path here
 */
orders_with_path: (number | null)
orders_without_path: (number | null)
/**
 * People with such a path who touched in the period and did not order in it, each once
 */
people_without_order: (number | null)
/**
 * Orders / (orders + people without an order)
 */
conversion_rate: ((number | null) | null)
/**
 * How many paths differ from each other
 */
different_paths: (number | null)
net_revenue_micros: (string | null)
/**
 * Net value of these orders in the period
 */
net_revenue: (string | null)
path_revenue_micros: (string | null)
/**
 * Net revenue of the orders with a path
 */
path_revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
paths: {
/**
 * The touches from the oldest to the newest, as `by` names them; null is a missing value
 */
path: (string | null)[]
path_text: string
touches: number
/**
 * Orders with exactly this path, of this length or on this link
 */
orders: number
net_revenue_micros: string
/**
 * Net value of these orders in the period
 */
net_revenue: string
/**
 * orders / all orders with a path
 */
share_of_orders: (number | null)
/**
 * net_revenue / orders
 */
average_order_value: (string | null)
/**
 * People with such a path who touched in the period and did not order in it, each once
 */
people_without_order: number
/**
 * Orders / (orders + people without an order)
 */
conversion_rate: (number | null)
/**
 * Days from the first touch of the path to the order, on average over its orders
 */
average_days_to_order: (number | null)
}[]
/**
 * All paths without a row of their own together
 */
other_paths: {
path_text: string
/**
 * How many paths differ from each other
 */
different_paths: number
/**
 * Orders with exactly this path, of this length or on this link
 */
orders: number
net_revenue_micros: string
/**
 * Net value of these orders in the period
 */
net_revenue: string
/**
 * orders / all orders with a path
 */
share_of_orders: (number | null)
/**
 * net_revenue / orders
 */
average_order_value: (string | null)
/**
 * People with such a path who touched in the period and did not order in it, each once
 */
people_without_order: number
/**
 * Orders / (orders + people without an order)
 */
conversion_rate: (number | null)
/**
 * Days from the first touch of the path to the order, on average over its orders
 */
average_days_to_order: (number | null)
}[]
/**
 * Paths by their number of touches
 */
lengths: {
touches: string
/**
 * Orders with exactly this path, of this length or on this link
 */
orders: number
net_revenue_micros: string
/**
 * Net value of these orders in the period
 */
net_revenue: string
/**
 * orders / all orders with a path
 */
share_of_orders: (number | null)
/**
 * People with such a path who touched in the period and did not order in it, each once
 */
people_without_order: number
/**
 * Orders / (orders + people without an order)
 */
conversion_rate: (number | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Orders with exactly this path, of this length or on this link
 */
orders: (number | null)
net_revenue_micros: (string | null)
/**
 * Net value of these orders in the period
 */
net_revenue: (string | null)
/**
 * orders / all orders with a path
 */
share_of_orders: ((number | null) | null)
/**
 * People with such a path who touched in the period and did not order in it, each once
 */
people_without_order: (number | null)
/**
 * Orders / (orders + people without an order)
 */
conversion_rate: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * Links from touch to touch. The links into a group at a step carry as much as the links out of it at the next step
 */
flow: {
/**
 * The place of the touch that the link begins at, from 1
 */
step: number
/**
 * group, or other_groups for all groups beyond the 20 with most touches
 */
source_kind: ("group" | "other_groups" | "order" | "drop_off" | "continues")
source: (string | null)
/**
 * group or other_groups; order if the path ends in an order, drop_off if it ends without one, continues if it has further touches
 */
target_kind: ("group" | "other_groups" | "order" | "drop_off" | "continues")
target: (string | null)
paths: number
/**
 * Orders with exactly this path, of this length or on this link
 */
orders: number
net_revenue_micros: string
/**
 * Net value of these orders in the period
 */
net_revenue: string
/**
 * People with such a path who touched in the period and did not order in it, each once
 */
people_without_order: number
}[]
/**
 * What each group did in whole paths. assisted and influenced count an order for every group that has the role, so they add up to more than all orders
 */
roles: {
channel?: (string | null)
campaign_id?: (string | null)
email_id?: (string | null)
campaign_kind?: (string | null)
touchpoint_type?: (string | null)
utm_source?: (string | null)
utm_medium?: (string | null)
utm_campaign?: (string | null)
utm_content?: (string | null)
utm_term?: (string | null)
utm_id?: (string | null)
device_type?: (string | null)
country?: (string | null)
/**
 * Orders whose path begins with the group
 */
first_orders: number
first_revenue_micros: string
first_revenue: string
/**
 * Orders whose path ends with the group
 */
last_orders: number
last_revenue_micros: string
last_revenue: string
/**
 * Orders whose path has no other group
 */
only_orders: number
only_revenue_micros: string
only_revenue: string
/**
 * Orders with the group in their path, and another group at its end; an order counts for several groups
 */
assisted_orders: number
assisted_revenue_micros: string
assisted_revenue: string
/**
 * Orders with the group anywhere in their path; an order counts for several groups
 */
influenced_orders: number
influenced_revenue_micros: string
influenced_revenue: string
/**
 * The sum of the shares of orders that touches of the group earned under the model
 */
credited_conversions: number
attributed_revenue_micros: string
/**
 * The part of net revenue that touches of the group earned under the model
 */
attributed_revenue: string
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Orders whose path begins with the group
 */
first_orders: (number | null)
first_revenue_micros: (string | null)
first_revenue: (string | null)
/**
 * Orders whose path ends with the group
 */
last_orders: (number | null)
last_revenue_micros: (string | null)
last_revenue: (string | null)
/**
 * Orders whose path has no other group
 */
only_orders: (number | null)
only_revenue_micros: (string | null)
only_revenue: (string | null)
/**
 * Orders with the group in their path, and another group at its end; an order counts for several groups
 */
assisted_orders: (number | null)
assisted_revenue_micros: (string | null)
assisted_revenue: (string | null)
/**
 * Orders with the group anywhere in their path; an order counts for several groups
 */
influenced_orders: (number | null)
influenced_revenue_micros: (string | null)
influenced_revenue: (string | null)
/**
 * The sum of the shares of orders that touches of the group earned under the model
 */
credited_conversions: (number | null)
attributed_revenue_micros: (string | null)
/**
 * The part of net revenue that touches of the group earned under the model
 */
attributed_revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsLags {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
summary: {
orders: number
/**
 * Orders with a touch that the filters let pass in their path; the others have no lag
 */
orders_with_path: number
orders_without_path: number
net_revenue_micros: string
/**
 * Net value of these orders in the period
 */
net_revenue: string
path_revenue_micros: string
/**
 * Net revenue of the orders with a path
 */
path_revenue: string
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
orders: (number | null)
/**
 * Orders with a touch that the filters let pass in their path; the others have no lag
 */
orders_with_path: (number | null)
orders_without_path: (number | null)
net_revenue_micros: (string | null)
/**
 * Net value of these orders in the period
 */
net_revenue: (string | null)
path_revenue_micros: (string | null)
/**
 * Net revenue of the orders with a path
 */
path_revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
/**
 * Average and quantiles of the time to the order, in days of 24 hours
 */
lags: {
/**
 * first_touch: from the first touch of the path to the order; last_touch: from the last one
 */
measure: string
orders: number
/**
 * The mean of the time to the order
 */
average_days: (number | null)
p10_days: (number | null)
p25_days: (number | null)
/**
 * The smallest time that at least 50 % of the orders do not exceed; the other quantiles in the same way
 */
p50_days: (number | null)
p75_days: (number | null)
p90_days: (number | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
orders: (number | null)
/**
 * The mean of the time to the order
 */
average_days: ((number | null) | null)
p10_days: ((number | null) | null)
p25_days: ((number | null) | null)
/**
 * The smallest time that at least 50 % of the orders do not exceed; the other quantiles in the same way
 */
p50_days: ((number | null) | null)
p75_days: ((number | null) | null)
p90_days: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * Orders and their net revenue by the time to the order. A bucket begins at its first hour or day and ends before the next one
 */
distribution: {
/**
 * first_touch: from the first touch of the path to the order; last_touch: from the last one
 */
measure: string
bucket: string
orders: number
net_revenue_micros: string
/**
 * Net value of these orders in the period
 */
net_revenue: string
/**
 * orders / all orders of these buckets
 */
share_of_orders: (number | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
orders: (number | null)
net_revenue_micros: (string | null)
/**
 * Net value of these orders in the period
 */
net_revenue: (string | null)
/**
 * orders / all orders of these buckets
 */
share_of_orders: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * Average and quantiles of the number of touches in the paths of orders
 */
touches: {
orders: number
average_touches: (number | null)
p10_touches: (number | null)
p25_touches: (number | null)
p50_touches: (number | null)
p75_touches: (number | null)
p90_touches: (number | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
orders: (number | null)
average_touches: ((number | null) | null)
p10_touches: ((number | null) | null)
p25_touches: ((number | null) | null)
p50_touches: ((number | null) | null)
p75_touches: ((number | null) | null)
p90_touches: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
/**
 * The time from the first touch of the group in a path to the order. An order counts for every group on its path
 */
groups: {
channel?: (string | null)
campaign_id?: (string | null)
email_id?: (string | null)
campaign_kind?: (string | null)
touchpoint_type?: (string | null)
utm_source?: (string | null)
utm_medium?: (string | null)
utm_campaign?: (string | null)
utm_content?: (string | null)
utm_term?: (string | null)
utm_id?: (string | null)
device_type?: (string | null)
country?: (string | null)
orders: number
/**
 * The mean of the time to the order
 */
average_days: (number | null)
p10_days: (number | null)
p25_days: (number | null)
/**
 * The smallest time that at least 50 % of the orders do not exceed; the other quantiles in the same way
 */
p50_days: (number | null)
p75_days: (number | null)
p90_days: (number | null)
/**
 * Orders and their net revenue by the time to the order. A bucket begins at its first hour or day and ends before the next one
 */
distribution: {
bucket: string
orders: number
net_revenue_micros: string
/**
 * Net value of these orders in the period
 */
net_revenue: string
/**
 * orders / all orders of these buckets
 */
share_of_orders: (number | null)
}[]
}[]
/**
 * Groups with fewer orders that `limit` leaves out
 */
groups_left_out: number
}
export interface ReportsSynergies {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
by: string
minimum: {
/**
 * Paths of orders, and one path of each person who touched in the period and did not order in it
 */
paths: number
/**
 * People with such a path
 */
people: number
/**
 * Orders with such a path
 */
orders: number
}
intervals: {
level: number
draws: number
seed: number
over: string
}
correction: {
method: string
false_discovery_rate: number
compared_pairs: number
}
summary: {
/**
 * Paths of orders, and one path of each person who touched in the period and did not order in it
 */
paths: number
/**
 * People with such a path
 */
people: number
/**
 * Orders with such a path
 */
orders: number
/**
 * orders / paths
 */
conversion_rate: (number | null)
net_revenue_micros: string
net_revenue: string
/**
 * net_revenue / paths
 */
revenue_per_path: (string | null)
/**
 * Touches / paths
 */
average_touches: (number | null)
multichannel_paths: number
multichannel_people: number
multichannel_orders: number
multichannel_conversion_rate: (number | null)
multichannel_net_revenue_micros: string
multichannel_net_revenue: string
multichannel_revenue_per_path: (string | null)
/**
 * multichannel_paths / paths; a path is multichannel if it has two channels or more
 */
share_of_paths_multichannel: (number | null)
/**
 * orders and those of `apart`: the orders of the attribution report
 */
total_orders: number
total_net_revenue_micros: string
/**
 * net_revenue and that of `apart`: the net revenue of the attribution report
 */
total_net_revenue: string
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Paths of orders, and one path of each person who touched in the period and did not order in it
 */
paths: (number | null)
/**
 * People with such a path
 */
people: (number | null)
/**
 * Orders with such a path
 */
orders: (number | null)
/**
 * orders / paths
 */
conversion_rate: ((number | null) | null)
net_revenue_micros: (string | null)
net_revenue: (string | null)
/**
 * net_revenue / paths
 */
revenue_per_path: ((string | null) | null)
/**
 * Touches / paths
 */
average_touches: ((number | null) | null)
multichannel_paths: (number | null)
multichannel_people: (number | null)
multichannel_orders: (number | null)
multichannel_conversion_rate: ((number | null) | null)
multichannel_net_revenue_micros: (string | null)
multichannel_net_revenue: (string | null)
multichannel_revenue_per_path: ((string | null) | null)
/**
 * multichannel_paths / paths; a path is multichannel if it has two channels or more
 */
share_of_paths_multichannel: ((number | null) | null)
/**
 * orders and those of `apart`: the orders of the attribution report
 */
total_orders: (number | null)
total_net_revenue_micros: (string | null)
/**
 * net_revenue and that of `apart`: the net revenue of the attribution report
 */
total_net_revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
/**
 * The listed combination of two channels or more whose interval has the highest low end; null if none has enough paths and people
 */
top: {
/**
 * orders / paths
 */
conversion_rate: ({
channels: (string | null)[]
/**
 * Paths of orders, and one path of each person who touched in the period and did not order in it
 */
paths: number
/**
 * People with such a path
 */
people: number
/**
 * Orders with such a path
 */
orders: number
/**
 * orders / paths
 */
conversion_rate: (number | null)
net_revenue_micros: string
net_revenue: string
/**
 * net_revenue / paths
 */
revenue_per_path: (string | null)
interval: unknown
} | null)
/**
 * net_revenue / paths
 */
revenue_per_path: ({
channels: (string | null)[]
/**
 * Paths of orders, and one path of each person who touched in the period and did not order in it
 */
paths: number
/**
 * People with such a path
 */
people: number
/**
 * Orders with such a path
 */
orders: number
/**
 * orders / paths
 */
conversion_rate: (number | null)
net_revenue_micros: string
net_revenue: string
/**
 * net_revenue / paths
 */
revenue_per_path: (string | null)
interval: unknown
} | null)
/**
 * Why a figure is null, in numbers
 */
reason: (string | null)
}
combinations: {
channels: (string | null)[]
/**
 * Paths of orders, and one path of each person who touched in the period and did not order in it
 */
paths: number
/**
 * People with such a path
 */
people: number
/**
 * Orders with such a path
 */
orders: number
/**
 * orders / paths
 */
conversion_rate: (number | null)
net_revenue_micros: string
net_revenue: string
/**
 * net_revenue / paths
 */
revenue_per_path: (string | null)
/**
 * The 90 % interval over people; null below the minimum
 */
conversion_rate_interval: ({
low: number
high: number
} | null)
/**
 * The 90 % interval over people; null below the minimum
 */
revenue_per_path_interval: ({
low: string
high: string
} | null)
/**
 * Touches / paths
 */
average_touches: (number | null)
/**
 * The place among the listed combinations of two channels or more with enough paths and people, by the low end of the interval of the conversion rate; else null
 */
rank: (number | null)
/**
 * Why a figure is null, in numbers
 */
reason: (string | null)
}[]
/**
 * The combinations beyond `limit` together; empty if there are none
 */
other_combinations: {
combinations: number
/**
 * Paths of orders, and one path of each person who touched in the period and did not order in it
 */
paths: number
/**
 * People with such a path
 */
people: number
/**
 * Orders with such a path
 */
orders: number
/**
 * orders / paths
 */
conversion_rate: (number | null)
net_revenue_micros: string
net_revenue: string
/**
 * net_revenue / paths
 */
revenue_per_path: (string | null)
/**
 * The 90 % interval over people; null below the minimum
 */
conversion_rate_interval: ({
low: number
high: number
} | null)
/**
 * The 90 % interval over people; null below the minimum
 */
revenue_per_path_interval: ({
low: string
high: string
} | null)
/**
 * Touches / paths
 */
average_touches: (number | null)
/**
 * The place among the listed combinations of two channels or more with enough paths and people, by the low end of the interval of the conversion rate; else null
 */
rank: (number | null)
/**
 * Why a figure is null, in numbers
 */
reason: (string | null)
}[]
/**
 * What is in no combination: orders without a touch that may earn (orders_without_path), paths without a touch that the filters let pass (filtered), refunds that count of orders that do not (refunds_of_other_orders)
 */
apart: {
part: string
/**
 * Paths of orders, and one path of each person who touched in the period and did not order in it
 */
paths: number
/**
 * Orders with such a path
 */
orders: number
net_revenue_micros: string
net_revenue: string
}[]
pairs: {
a: (string | null)
b: (string | null)
/**
 * Paths with neither channel; other channels may be on them, as in the other cells
 */
neither: {
/**
 * Paths of orders, and one path of each person who touched in the period and did not order in it
 */
paths: number
/**
 * People with such a path
 */
people: number
/**
 * Orders with such a path
 */
orders: number
/**
 * orders / paths
 */
conversion_rate: (number | null)
net_revenue_micros: string
net_revenue: string
/**
 * net_revenue / paths
 */
revenue_per_path: (string | null)
}
only_a: {
/**
 * Paths of orders, and one path of each person who touched in the period and did not order in it
 */
paths: number
/**
 * People with such a path
 */
people: number
/**
 * Orders with such a path
 */
orders: number
/**
 * orders / paths
 */
conversion_rate: (number | null)
net_revenue_micros: string
net_revenue: string
/**
 * net_revenue / paths
 */
revenue_per_path: (string | null)
}
only_b: {
/**
 * Paths of orders, and one path of each person who touched in the period and did not order in it
 */
paths: number
/**
 * People with such a path
 */
people: number
/**
 * Orders with such a path
 */
orders: number
/**
 * orders / paths
 */
conversion_rate: (number | null)
net_revenue_micros: string
net_revenue: string
/**
 * net_revenue / paths
 */
revenue_per_path: (string | null)
}
both: {
/**
 * Paths of orders, and one path of each person who touched in the period and did not order in it
 */
paths: number
/**
 * People with such a path
 */
people: number
/**
 * Orders with such a path
 */
orders: number
/**
 * orders / paths
 */
conversion_rate: (number | null)
net_revenue_micros: string
net_revenue: string
/**
 * net_revenue / paths
 */
revenue_per_path: (string | null)
}
/**
 * orders / paths
 */
conversion_rate: {
/**
 * both - only_a - only_b + neither: how far paths with both channels are from what the channels add up to apart. It describes these paths. It does not say that one channel caused anything
 */
interaction: (number | null)
interval: ({
low: number
high: number
} | null)
/**
 * The chance of an interaction at least as far from 0 if it were 0
 */
p_value: (number | null)
/**
 * The p value corrected for the number of pairs (Benjamini and Hochberg)
 */
adjusted_p_value: (number | null)
/**
 * more together, less together, no difference shown, or too little data
 */
finding: string
/**
 * Why a figure is null, in numbers
 */
reason: (string | null)
}
/**
 * net_revenue / paths
 */
revenue_per_path: {
/**
 * both - only_a - only_b + neither: how far paths with both channels are from what the channels add up to apart. It describes these paths. It does not say that one channel caused anything
 */
interaction: (string | null)
interval: ({
low: string
high: string
} | null)
/**
 * The chance of an interaction at least as far from 0 if it were 0
 */
p_value: (number | null)
/**
 * The p value corrected for the number of pairs (Benjamini and Hochberg)
 */
adjusted_p_value: (number | null)
/**
 * more together, less together, no difference shown, or too little data
 */
finding: string
/**
 * Why a figure is null, in numbers
 */
reason: (string | null)
}
/**
 * The interaction among paths with like numbers of touches, averaged with weights like those of Mantel and Haenszel
 */
conversion_rate_by_length: {
/**
 * both - only_a - only_b + neither: how far paths with both channels are from what the channels add up to apart. It describes these paths. It does not say that one channel caused anything
 */
interaction: (number | null)
interval: ({
low: number
high: number
} | null)
/**
 * The chance of an interaction at least as far from 0 if it were 0
 */
p_value: (number | null)
/**
 * The p value corrected for the number of pairs (Benjamini and Hochberg)
 */
adjusted_p_value: (number | null)
/**
 * more together, less together, no difference shown, or too little data
 */
finding: string
/**
 * Why a figure is null, in numbers
 */
reason: (string | null)
}
/**
 * The interaction among paths with like numbers of touches, averaged with weights like those of Mantel and Haenszel
 */
revenue_per_path_by_length: {
/**
 * both - only_a - only_b + neither: how far paths with both channels are from what the channels add up to apart. It describes these paths. It does not say that one channel caused anything
 */
interaction: (string | null)
interval: ({
low: string
high: string
} | null)
/**
 * The chance of an interaction at least as far from 0 if it were 0
 */
p_value: (number | null)
/**
 * The p value corrected for the number of pairs (Benjamini and Hochberg)
 */
adjusted_p_value: (number | null)
/**
 * more together, less together, no difference shown, or too little data
 */
finding: string
/**
 * Why a figure is null, in numbers
 */
reason: (string | null)
}
}[]
/**
 * Channels that are in no pair because 30 others have more paths
 */
channels_without_pairs: number
overlap: {
/**
 * People with such a path
 */
people: number
channels: {
channel: (string | null)
/**
 * People with such a path
 */
people: number
/**
 * People on whose paths is no other channel
 */
people_only_here: number
/**
 * people of the channel / all people with a path
 */
share_of_people: (number | null)
/**
 * people_only_here / people of the channel
 */
share_only_here: (number | null)
}[]
channels_left_out: number
pairs: {
a: (string | null)
b: (string | null)
/**
 * People with such a path
 */
people: number
/**
 * people with both channels / people with a
 */
share_of_a: (number | null)
/**
 * people with both channels / people with b
 */
share_of_b: (number | null)
}[]
}
}
export interface ReportsOrders {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
by: string
/**
 * Orders that the question chooses; `orders` lists the newest of them, up to `limit`
 */
found_orders: number
orders: {
/**
 * Its receipt is at /v1/conversions/{conversion_id}/receipt
 */
conversion_id: string
order_id: (string | null)
brand_id: string
conversion_type: string
occurred_at: string
net_revenue_micros: string
/**
 * Net value of the order in the period
 */
net_revenue: string
/**
 * Touches in its path
 */
touches: number
/**
 * Days from the first touch of the path to the order; null without a touch
 */
days_to_order: (number | null)
/**
 * The touches that may earn, from the oldest to the newest, as `by` names them; null is a missing value
 */
path: (string | null)[]
path_text: string
}[]
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsCredits {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
attribution_model: string
/**
 * Rows that the question chooses; `credits` lists the newest of them, up to `limit`
 */
found_credits: number
/**
 * Sums over all rows that the question chooses, not only those listed
 */
totals: {
attributed_revenue_micros: string
/**
 * What the touch earned of the value event; in a row without a touch, the value that no touch earned
 */
attributed_revenue: string
unattributed_revenue_micros: string
/**
 * Value of the orders chosen that no touch earned. It is 0 where a filter is about touches
 */
unattributed_revenue: string
}
credits: {
brand_id: string
/**
 * The standing conversion of the order. Its receipt is at /v1/conversions/{conversion_id}/receipt
 */
conversion_id: string
order_id: (string | null)
/**
 * `order`, or the adjustment that changed the value
 */
value_event: string
/**
 * When the value event counts
 */
valued_at: string
/**
 * The row of the log that holds the order: the collector, and its number there
 */
order_row: {
collector_id: string
log_seq: number
}
/**
 * The touch that earned the credit; null for value that no touch earned
 */
touchpoint_id: (string | null)
touchpoint_type: (string | null)
channel: (string | null)
campaign_id: (string | null)
email_id: (string | null)
touched_at: (string | null)
/**
 * The row of the log that holds the touch
 */
touchpoint_row: ({
collector_id: string
log_seq: number
} | null)
/**
 * The share of the order that the touch earned, in millionths
 */
attribution_weight_millionths: string
attributed_revenue_micros: string
/**
 * What the touch earned of the value event; in a row without a touch, the value that no touch earned
 */
attributed_revenue: string
/**
 * Why no touch earned it; null for a credit
 */
reason: (string | null)
}[]
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsCampaigns {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
attribution_model: string
/**
 * Most revenue first. The row without a campaign_id has touches, emails and spend of no campaign
 */
campaigns: {
campaign_id?: (string | null)
email_id?: (string | null)
/**
 * Influenced orders: those with a touch of the campaign in their path, also if it earned nothing
 */
touched_conversions: number
/**
 * The sum of the shares of orders that touches of the group earned
 */
credited_conversions: number
attributed_revenue_micros: string
/**
 * The part of net revenue that touches of the group earned
 */
attributed_revenue: string
spend_micros: (string | null)
/**
 * What the campaign cost; null if no spend was sent
 */
spend: (string | null)
/**
 * spend / credited_conversions
 */
cost_per_conversion: (string | null)
/**
 * attributed_revenue / spend
 */
return_on_ad_spend: (number | null)
influenced_revenue_micros: string
/**
 * Net value of the influenced orders. An order that several campaigns touched is in all their rows, so it has no sum, and it is not credit
 */
influenced_revenue: string
/**
 * People with an influenced order
 */
converting_customers: number
/**
 * Null, as all engagement, if no email event, open or click of the campaign lies in the period
 */
sends: (number | null)
delivered: (number | null)
bounced: (number | null)
complained: (number | null)
unsubscribed: (number | null)
opens: (number | null)
unique_opens: (number | null)
human_opens: (number | null)
unique_human_opens: (number | null)
proxied_opens: (number | null)
machine_opens: (number | null)
clicks: (number | null)
unique_clicks: (number | null)
human_clicks: (number | null)
unique_human_clicks: (number | null)
suspect_clicks: (number | null)
machine_clicks: (number | null)
unique_recipients: (number | null)
/**
 * delivered / sends
 */
delivery_rate: (number | null)
/**
 * bounced / sends
 */
bounce_rate: (number | null)
/**
 * unique_opens / delivered
 */
open_rate: (number | null)
/**
 * unique_human_opens / delivered
 */
human_open_rate: (number | null)
/**
 * unique_clicks / delivered
 */
click_through_rate: (number | null)
/**
 * unique_human_clicks / delivered
 */
human_click_through_rate: (number | null)
/**
 * unique_clicks / unique_opens
 */
click_to_open_rate: (number | null)
/**
 * unique_human_clicks / unique_human_opens
 */
human_click_to_open_rate: (number | null)
/**
 * unique_human_opens / unique_recipients
 */
recipient_open_rate: (number | null)
/**
 * unique_opens / unique_recipients
 */
raw_recipient_open_rate: (number | null)
/**
 * unique_human_clicks / unique_recipients
 */
recipient_click_rate: (number | null)
/**
 * unique_clicks / unique_recipients
 */
raw_recipient_click_rate: (number | null)
/**
 * unsubscribed / delivered
 */
unsubscribe_rate: (number | null)
/**
 * complained / delivered
 */
complaint_rate: (number | null)
/**
 * converting_customers / unique_recipients
 */
conversion_rate: (number | null)
/**
 * attributed_revenue / unique_recipients
 */
revenue_per_recipient: (string | null)
/**
 * unsubscribed / touched_conversions
 */
unsubscribes_per_order: (number | null)
/**
 * complained / touched_conversions
 */
complaints_per_order: (number | null)
/**
 * 1000 * unsubscribed / delivered
 */
unsubscribes_per_thousand: (number | null)
/**
 * 1000 * complained / delivered
 */
complaints_per_thousand: (number | null)
/**
 * campaign, flow or transactional, as its emails and touches say; null if nothing says it, or if there are several
 */
campaign_kind: (string | null)
/**
 * With `intervals=true`: the middle 90 % of a bootstrap over people of attributed_revenue; null if fewer than 30 people placed the touched orders
 */
attributed_revenue_interval: ({
low: string
high: string
} | null)
/**
 * The middle 90 % of a bootstrap over people of attributed_revenue / unique_recipients; null if it is withheld
 */
revenue_per_recipient_interval: ({
low: string
high: string
} | null)
/**
 * The same bootstrap as 20 values, each as likely as the others: the middles of 20 equal parts of its sorted results
 */
revenue_per_recipient_quantiles: (string[] | null)
/**
 * The share of resamples in which it is above average_revenue_per_recipient of the same resample; null without an interval or without other rows with recipients
 */
revenue_per_recipient_above_average: (number | null)
/**
 * Why there is no interval
 */
revenue_per_recipient_withheld: (string | null)
/**
 * People with an influenced order
 */
revenue_per_recipient_support: number
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Influenced orders: those with a touch of the campaign in their path, also if it earned nothing
 */
touched_conversions: (number | null)
/**
 * The sum of the shares of orders that touches of the group earned
 */
credited_conversions: (number | null)
attributed_revenue_micros: (string | null)
/**
 * The part of net revenue that touches of the group earned
 */
attributed_revenue: (string | null)
spend_micros: ((string | null) | null)
/**
 * What the campaign cost; null if no spend was sent
 */
spend: ((string | null) | null)
/**
 * spend / credited_conversions
 */
cost_per_conversion: ((string | null) | null)
/**
 * attributed_revenue / spend
 */
return_on_ad_spend: ((number | null) | null)
influenced_revenue_micros: (string | null)
/**
 * Net value of the influenced orders. An order that several campaigns touched is in all their rows, so it has no sum, and it is not credit
 */
influenced_revenue: (string | null)
/**
 * People with an influenced order
 */
converting_customers: (number | null)
/**
 * Null, as all engagement, if no email event, open or click of the campaign lies in the period
 */
sends: ((number | null) | null)
delivered: ((number | null) | null)
bounced: ((number | null) | null)
complained: ((number | null) | null)
unsubscribed: ((number | null) | null)
opens: ((number | null) | null)
unique_opens: ((number | null) | null)
human_opens: ((number | null) | null)
unique_human_opens: ((number | null) | null)
proxied_opens: ((number | null) | null)
machine_opens: ((number | null) | null)
clicks: ((number | null) | null)
unique_clicks: ((number | null) | null)
human_clicks: ((number | null) | null)
unique_human_clicks: ((number | null) | null)
suspect_clicks: ((number | null) | null)
machine_clicks: ((number | null) | null)
unique_recipients: ((number | null) | null)
/**
 * delivered / sends
 */
delivery_rate: ((number | null) | null)
/**
 * bounced / sends
 */
bounce_rate: ((number | null) | null)
/**
 * unique_opens / delivered
 */
open_rate: ((number | null) | null)
/**
 * unique_human_opens / delivered
 */
human_open_rate: ((number | null) | null)
/**
 * unique_clicks / delivered
 */
click_through_rate: ((number | null) | null)
/**
 * unique_human_clicks / delivered
 */
human_click_through_rate: ((number | null) | null)
/**
 * unique_clicks / unique_opens
 */
click_to_open_rate: ((number | null) | null)
/**
 * unique_human_clicks / unique_human_opens
 */
human_click_to_open_rate: ((number | null) | null)
/**
 * unique_human_opens / unique_recipients
 */
recipient_open_rate: ((number | null) | null)
/**
 * unique_opens / unique_recipients
 */
raw_recipient_open_rate: ((number | null) | null)
/**
 * unique_human_clicks / unique_recipients
 */
recipient_click_rate: ((number | null) | null)
/**
 * unique_clicks / unique_recipients
 */
raw_recipient_click_rate: ((number | null) | null)
/**
 * unsubscribed / delivered
 */
unsubscribe_rate: ((number | null) | null)
/**
 * complained / delivered
 */
complaint_rate: ((number | null) | null)
/**
 * converting_customers / unique_recipients
 */
conversion_rate: ((number | null) | null)
/**
 * attributed_revenue / unique_recipients
 */
revenue_per_recipient: ((string | null) | null)
/**
 * unsubscribed / touched_conversions
 */
unsubscribes_per_order: ((number | null) | null)
/**
 * complained / touched_conversions
 */
complaints_per_order: ((number | null) | null)
/**
 * 1000 * unsubscribed / delivered
 */
unsubscribes_per_thousand: ((number | null) | null)
/**
 * 1000 * complained / delivered
 */
complaints_per_thousand: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * Attributed revenue of all rows with recipients / the sum of their recipients; who is in several rows counts in each
 */
average_revenue_per_recipient: (string | null)
totals: {
/**
 * Null, as all engagement, if no email event, open or click of the campaign lies in the period
 */
sends: (number | null)
delivered: (number | null)
bounced: (number | null)
complained: (number | null)
unsubscribed: (number | null)
opens: (number | null)
unique_opens: (number | null)
human_opens: (number | null)
unique_human_opens: (number | null)
proxied_opens: (number | null)
machine_opens: (number | null)
clicks: (number | null)
unique_clicks: (number | null)
human_clicks: (number | null)
unique_human_clicks: (number | null)
suspect_clicks: (number | null)
machine_clicks: (number | null)
unique_recipients: (number | null)
/**
 * The sum of the shares of orders that touches of the group earned
 */
credited_conversions: number
attributed_revenue_micros: string
/**
 * The part of net revenue that touches of the group earned
 */
attributed_revenue: string
spend_micros: (string | null)
/**
 * What the campaign cost; null if no spend was sent
 */
spend: (string | null)
/**
 * spend / credited_conversions
 */
cost_per_conversion: (string | null)
/**
 * attributed_revenue / spend
 */
return_on_ad_spend: (number | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Null, as all engagement, if no email event, open or click of the campaign lies in the period
 */
sends: ((number | null) | null)
delivered: ((number | null) | null)
bounced: ((number | null) | null)
complained: ((number | null) | null)
unsubscribed: ((number | null) | null)
opens: ((number | null) | null)
unique_opens: ((number | null) | null)
human_opens: ((number | null) | null)
unique_human_opens: ((number | null) | null)
proxied_opens: ((number | null) | null)
machine_opens: ((number | null) | null)
clicks: ((number | null) | null)
unique_clicks: ((number | null) | null)
human_clicks: ((number | null) | null)
unique_human_clicks: ((number | null) | null)
suspect_clicks: ((number | null) | null)
machine_clicks: ((number | null) | null)
unique_recipients: ((number | null) | null)
/**
 * The sum of the shares of orders that touches of the group earned
 */
credited_conversions: (number | null)
attributed_revenue_micros: (string | null)
/**
 * The part of net revenue that touches of the group earned
 */
attributed_revenue: (string | null)
spend_micros: ((string | null) | null)
/**
 * What the campaign cost; null if no spend was sent
 */
spend: ((string | null) | null)
/**
 * spend / credited_conversions
 */
cost_per_conversion: ((string | null) | null)
/**
 * attributed_revenue / spend
 */
return_on_ad_spend: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
definitions: {
[k: string]: string
}
/**
 * With `consent_bounds=true`: what consent hides, in total and for each group where it changes something. `observed_revenue` is attributed revenue, `possible_revenue` what it would be if consent hid nothing. `not_stored_events` are the touchpoints of the days of the period that were only counted (`consent.denied`): they are in neither
 */
consent_bounds?: {
total: {
observed_revenue_micros: string
observed_revenue: string
possible_revenue_micros: string
possible_revenue: string
observed_conversions: number
possible_conversions: number
}
groups: {
brand_id?: (string | null)
channel?: (string | null)
campaign_id?: (string | null)
email_id?: (string | null)
/**
 * campaign, flow or transactional, as its emails and touches say; null if nothing says it, or if there are several
 */
campaign_kind?: (string | null)
touchpoint_type?: (string | null)
utm_source?: (string | null)
utm_medium?: (string | null)
utm_campaign?: (string | null)
utm_content?: (string | null)
utm_term?: (string | null)
utm_id?: (string | null)
device_type?: (string | null)
country?: (string | null)
conversion_type?: (string | null)
segment?: (string | null)
customer_kind?: (string | null)
day?: (string | null)
week?: (string | null)
month?: (string | null)
observed_revenue_micros: string
observed_revenue: string
possible_revenue_micros: string
possible_revenue: string
}[]
groups_left_out: number
not_stored_events: number
}
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsCampaignsOne {
report_period: {
start: string
end: string
}
artifacts?: {
[k: string]: string
}
pinned_models?: string[]
filters?: string[]
currency: string
as_of: string
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
campaign_id: string
attribution_model: string
basic_metrics: {
sends: number
delivered: number
bounced: number
complained: number
unsubscribed: number
opens: number
unique_opens: number
human_opens: number
unique_human_opens: number
proxied_opens: number
machine_opens: number
clicks: number
unique_clicks: number
human_clicks: number
unique_human_clicks: number
suspect_clicks: number
machine_clicks: number
unique_recipients: number
/**
 * delivered / sends
 */
delivery_rate: (number | null)
/**
 * bounced / sends
 */
bounce_rate: (number | null)
/**
 * unique_opens / delivered
 */
open_rate: (number | null)
/**
 * unique_human_opens / delivered
 */
human_open_rate: (number | null)
/**
 * unique_clicks / delivered
 */
click_through_rate: (number | null)
/**
 * unique_human_clicks / delivered
 */
human_click_through_rate: (number | null)
/**
 * unique_clicks / unique_opens
 */
click_to_open_rate: (number | null)
/**
 * unique_human_clicks / unique_human_opens
 */
human_click_to_open_rate: (number | null)
/**
 * unique_human_opens / unique_recipients
 */
recipient_open_rate: (number | null)
/**
 * unique_opens / unique_recipients
 */
raw_recipient_open_rate: (number | null)
/**
 * unique_human_clicks / unique_recipients
 */
recipient_click_rate: (number | null)
/**
 * unique_clicks / unique_recipients
 */
raw_recipient_click_rate: (number | null)
/**
 * unsubscribed / delivered
 */
unsubscribe_rate: (number | null)
/**
 * complained / delivered
 */
complaint_rate: (number | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
sends: (number | null)
delivered: (number | null)
bounced: (number | null)
complained: (number | null)
unsubscribed: (number | null)
opens: (number | null)
unique_opens: (number | null)
human_opens: (number | null)
unique_human_opens: (number | null)
proxied_opens: (number | null)
machine_opens: (number | null)
clicks: (number | null)
unique_clicks: (number | null)
human_clicks: (number | null)
unique_human_clicks: (number | null)
suspect_clicks: (number | null)
machine_clicks: (number | null)
unique_recipients: (number | null)
/**
 * delivered / sends
 */
delivery_rate: ((number | null) | null)
/**
 * bounced / sends
 */
bounce_rate: ((number | null) | null)
/**
 * unique_opens / delivered
 */
open_rate: ((number | null) | null)
/**
 * unique_human_opens / delivered
 */
human_open_rate: ((number | null) | null)
/**
 * unique_clicks / delivered
 */
click_through_rate: ((number | null) | null)
/**
 * unique_human_clicks / delivered
 */
human_click_through_rate: ((number | null) | null)
/**
 * unique_clicks / unique_opens
 */
click_to_open_rate: ((number | null) | null)
/**
 * unique_human_clicks / unique_human_opens
 */
human_click_to_open_rate: ((number | null) | null)
/**
 * unique_human_opens / unique_recipients
 */
recipient_open_rate: ((number | null) | null)
/**
 * unique_opens / unique_recipients
 */
raw_recipient_open_rate: ((number | null) | null)
/**
 * unique_human_clicks / unique_recipients
 */
recipient_click_rate: ((number | null) | null)
/**
 * unique_clicks / unique_recipients
 */
raw_recipient_click_rate: ((number | null) | null)
/**
 * unsubscribed / delivered
 */
unsubscribe_rate: ((number | null) | null)
/**
 * complained / delivered
 */
complaint_rate: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
conversion_metrics: {
touched_conversions: number
converting_customers: number
first_touch_conversions: number
last_touch_conversions: number
assisted_conversions: number
view_through_conversions: number
click_through_conversions: number
click_through_customers: number
credited_conversions: number
attributed_revenue_micros: string
attributed_revenue: string
/**
 * converting_customers / unique_recipients
 */
conversion_rate: (number | null)
/**
 * click_through_customers / unique_human_clicks
 */
click_conversion_rate: (number | null)
/**
 * click_through_customers / unique_clicks
 */
raw_click_conversion_rate: (number | null)
/**
 * net value of the touched conversions / touched_conversions
 */
average_conversion_value: (string | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
touched_conversions: (number | null)
converting_customers: (number | null)
first_touch_conversions: (number | null)
last_touch_conversions: (number | null)
assisted_conversions: (number | null)
view_through_conversions: (number | null)
click_through_conversions: (number | null)
click_through_customers: (number | null)
credited_conversions: (number | null)
attributed_revenue_micros: (string | null)
attributed_revenue: (string | null)
/**
 * converting_customers / unique_recipients
 */
conversion_rate: ((number | null) | null)
/**
 * click_through_customers / unique_human_clicks
 */
click_conversion_rate: ((number | null) | null)
/**
 * click_through_customers / unique_clicks
 */
raw_click_conversion_rate: ((number | null) | null)
/**
 * net value of the touched conversions / touched_conversions
 */
average_conversion_value: ((string | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
efficiency_metrics: {
spend_micros: (string | null)
spend: (string | null)
/**
 * spend / credited_conversions
 */
cost_per_conversion: (string | null)
/**
 * attributed_revenue / spend
 */
return_on_ad_spend: (number | null)
/**
 * attributed_revenue / unique_recipients
 */
revenue_per_recipient: (string | null)
/**
 * attributed_revenue / clicks
 */
revenue_per_click: (string | null)
/**
 * attributed_revenue / human_clicks
 */
revenue_per_human_click: (string | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
spend_micros: ((string | null) | null)
spend: ((string | null) | null)
/**
 * spend / credited_conversions
 */
cost_per_conversion: ((string | null) | null)
/**
 * attributed_revenue / spend
 */
return_on_ad_spend: ((number | null) | null)
/**
 * attributed_revenue / unique_recipients
 */
revenue_per_recipient: ((string | null) | null)
/**
 * attributed_revenue / clicks
 */
revenue_per_click: ((string | null) | null)
/**
 * attributed_revenue / human_clicks
 */
revenue_per_human_click: ((string | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
conversion_timing: {
conversions: number
median_hours: (number | null)
buckets: {
from_hours: number
until_hours: (number | null)
conversions: number
attributed_revenue: string
}[]
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
conversions: (number | null)
median_hours: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
by_email: {
email_id: (string | null)
sends: number
delivered: number
bounced: number
complained: number
unsubscribed: number
opens: number
unique_opens: number
human_opens: number
unique_human_opens: number
proxied_opens: number
machine_opens: number
clicks: number
unique_clicks: number
human_clicks: number
unique_human_clicks: number
suspect_clicks: number
machine_clicks: number
unique_recipients: number
/**
 * delivered / sends
 */
delivery_rate: (number | null)
/**
 * bounced / sends
 */
bounce_rate: (number | null)
/**
 * unique_opens / delivered
 */
open_rate: (number | null)
/**
 * unique_human_opens / delivered
 */
human_open_rate: (number | null)
/**
 * unique_clicks / delivered
 */
click_through_rate: (number | null)
/**
 * unique_human_clicks / delivered
 */
human_click_through_rate: (number | null)
/**
 * unique_clicks / unique_opens
 */
click_to_open_rate: (number | null)
/**
 * unique_human_clicks / unique_human_opens
 */
human_click_to_open_rate: (number | null)
/**
 * unique_human_opens / unique_recipients
 */
recipient_open_rate: (number | null)
/**
 * unique_opens / unique_recipients
 */
raw_recipient_open_rate: (number | null)
/**
 * unique_human_clicks / unique_recipients
 */
recipient_click_rate: (number | null)
/**
 * unique_clicks / unique_recipients
 */
raw_recipient_click_rate: (number | null)
/**
 * unsubscribed / delivered
 */
unsubscribe_rate: (number | null)
/**
 * complained / delivered
 */
complaint_rate: (number | null)
touched_conversions: number
converting_customers: number
first_touch_conversions: number
last_touch_conversions: number
assisted_conversions: number
view_through_conversions: number
click_through_conversions: number
click_through_customers: number
credited_conversions: number
attributed_revenue_micros: string
attributed_revenue: string
/**
 * converting_customers / unique_recipients
 */
conversion_rate: (number | null)
/**
 * click_through_customers / unique_human_clicks
 */
click_conversion_rate: (number | null)
/**
 * click_through_customers / unique_clicks
 */
raw_click_conversion_rate: (number | null)
/**
 * net value of the touched conversions / touched_conversions
 */
average_conversion_value: (string | null)
/**
 * attributed_revenue / unique_recipients
 */
revenue_per_recipient: (string | null)
/**
 * attributed_revenue / clicks
 */
revenue_per_click: (string | null)
/**
 * attributed_revenue / human_clicks
 */
revenue_per_human_click: (string | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
sends: (number | null)
delivered: (number | null)
bounced: (number | null)
complained: (number | null)
unsubscribed: (number | null)
opens: (number | null)
unique_opens: (number | null)
human_opens: (number | null)
unique_human_opens: (number | null)
proxied_opens: (number | null)
machine_opens: (number | null)
clicks: (number | null)
unique_clicks: (number | null)
human_clicks: (number | null)
unique_human_clicks: (number | null)
suspect_clicks: (number | null)
machine_clicks: (number | null)
unique_recipients: (number | null)
/**
 * delivered / sends
 */
delivery_rate: ((number | null) | null)
/**
 * bounced / sends
 */
bounce_rate: ((number | null) | null)
/**
 * unique_opens / delivered
 */
open_rate: ((number | null) | null)
/**
 * unique_human_opens / delivered
 */
human_open_rate: ((number | null) | null)
/**
 * unique_clicks / delivered
 */
click_through_rate: ((number | null) | null)
/**
 * unique_human_clicks / delivered
 */
human_click_through_rate: ((number | null) | null)
/**
 * unique_clicks / unique_opens
 */
click_to_open_rate: ((number | null) | null)
/**
 * unique_human_clicks / unique_human_opens
 */
human_click_to_open_rate: ((number | null) | null)
/**
 * unique_human_opens / unique_recipients
 */
recipient_open_rate: ((number | null) | null)
/**
 * unique_opens / unique_recipients
 */
raw_recipient_open_rate: ((number | null) | null)
/**
 * unique_human_clicks / unique_recipients
 */
recipient_click_rate: ((number | null) | null)
/**
 * unique_clicks / unique_recipients
 */
raw_recipient_click_rate: ((number | null) | null)
/**
 * unsubscribed / delivered
 */
unsubscribe_rate: ((number | null) | null)
/**
 * complained / delivered
 */
complaint_rate: ((number | null) | null)
touched_conversions: (number | null)
converting_customers: (number | null)
first_touch_conversions: (number | null)
last_touch_conversions: (number | null)
assisted_conversions: (number | null)
view_through_conversions: (number | null)
click_through_conversions: (number | null)
click_through_customers: (number | null)
credited_conversions: (number | null)
attributed_revenue_micros: (string | null)
attributed_revenue: (string | null)
/**
 * converting_customers / unique_recipients
 */
conversion_rate: ((number | null) | null)
/**
 * click_through_customers / unique_human_clicks
 */
click_conversion_rate: ((number | null) | null)
/**
 * click_through_customers / unique_clicks
 */
raw_click_conversion_rate: ((number | null) | null)
/**
 * net value of the touched conversions / touched_conversions
 */
average_conversion_value: ((string | null) | null)
/**
 * attributed_revenue / unique_recipients
 */
revenue_per_recipient: ((string | null) | null)
/**
 * attributed_revenue / clicks
 */
revenue_per_click: ((string | null) | null)
/**
 * attributed_revenue / human_clicks
 */
revenue_per_human_click: ((string | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
by_campaign_kind: {
campaign_kind: (string | null)
sends: number
delivered: number
bounced: number
complained: number
unsubscribed: number
opens: number
unique_opens: number
human_opens: number
unique_human_opens: number
proxied_opens: number
machine_opens: number
clicks: number
unique_clicks: number
human_clicks: number
unique_human_clicks: number
suspect_clicks: number
machine_clicks: number
unique_recipients: number
/**
 * delivered / sends
 */
delivery_rate: (number | null)
/**
 * bounced / sends
 */
bounce_rate: (number | null)
/**
 * unique_opens / delivered
 */
open_rate: (number | null)
/**
 * unique_human_opens / delivered
 */
human_open_rate: (number | null)
/**
 * unique_clicks / delivered
 */
click_through_rate: (number | null)
/**
 * unique_human_clicks / delivered
 */
human_click_through_rate: (number | null)
/**
 * unique_clicks / unique_opens
 */
click_to_open_rate: (number | null)
/**
 * unique_human_clicks / unique_human_opens
 */
human_click_to_open_rate: (number | null)
/**
 * unique_human_opens / unique_recipients
 */
recipient_open_rate: (number | null)
/**
 * unique_opens / unique_recipients
 */
raw_recipient_open_rate: (number | null)
/**
 * unique_human_clicks / unique_recipients
 */
recipient_click_rate: (number | null)
/**
 * unique_clicks / unique_recipients
 */
raw_recipient_click_rate: (number | null)
/**
 * unsubscribed / delivered
 */
unsubscribe_rate: (number | null)
/**
 * complained / delivered
 */
complaint_rate: (number | null)
touched_conversions: number
converting_customers: number
first_touch_conversions: number
last_touch_conversions: number
assisted_conversions: number
view_through_conversions: number
click_through_conversions: number
click_through_customers: number
credited_conversions: number
attributed_revenue_micros: string
attributed_revenue: string
/**
 * converting_customers / unique_recipients
 */
conversion_rate: (number | null)
/**
 * click_through_customers / unique_human_clicks
 */
click_conversion_rate: (number | null)
/**
 * click_through_customers / unique_clicks
 */
raw_click_conversion_rate: (number | null)
/**
 * net value of the touched conversions / touched_conversions
 */
average_conversion_value: (string | null)
/**
 * attributed_revenue / unique_recipients
 */
revenue_per_recipient: (string | null)
/**
 * attributed_revenue / clicks
 */
revenue_per_click: (string | null)
/**
 * attributed_revenue / human_clicks
 */
revenue_per_human_click: (string | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
sends: (number | null)
delivered: (number | null)
bounced: (number | null)
complained: (number | null)
unsubscribed: (number | null)
opens: (number | null)
unique_opens: (number | null)
human_opens: (number | null)
unique_human_opens: (number | null)
proxied_opens: (number | null)
machine_opens: (number | null)
clicks: (number | null)
unique_clicks: (number | null)
human_clicks: (number | null)
unique_human_clicks: (number | null)
suspect_clicks: (number | null)
machine_clicks: (number | null)
unique_recipients: (number | null)
/**
 * delivered / sends
 */
delivery_rate: ((number | null) | null)
/**
 * bounced / sends
 */
bounce_rate: ((number | null) | null)
/**
 * unique_opens / delivered
 */
open_rate: ((number | null) | null)
/**
 * unique_human_opens / delivered
 */
human_open_rate: ((number | null) | null)
/**
 * unique_clicks / delivered
 */
click_through_rate: ((number | null) | null)
/**
 * unique_human_clicks / delivered
 */
human_click_through_rate: ((number | null) | null)
/**
 * unique_clicks / unique_opens
 */
click_to_open_rate: ((number | null) | null)
/**
 * unique_human_clicks / unique_human_opens
 */
human_click_to_open_rate: ((number | null) | null)
/**
 * unique_human_opens / unique_recipients
 */
recipient_open_rate: ((number | null) | null)
/**
 * unique_opens / unique_recipients
 */
raw_recipient_open_rate: ((number | null) | null)
/**
 * unique_human_clicks / unique_recipients
 */
recipient_click_rate: ((number | null) | null)
/**
 * unique_clicks / unique_recipients
 */
raw_recipient_click_rate: ((number | null) | null)
/**
 * unsubscribed / delivered
 */
unsubscribe_rate: ((number | null) | null)
/**
 * complained / delivered
 */
complaint_rate: ((number | null) | null)
touched_conversions: (number | null)
converting_customers: (number | null)
first_touch_conversions: (number | null)
last_touch_conversions: (number | null)
assisted_conversions: (number | null)
view_through_conversions: (number | null)
click_through_conversions: (number | null)
click_through_customers: (number | null)
credited_conversions: (number | null)
attributed_revenue_micros: (string | null)
attributed_revenue: (string | null)
/**
 * converting_customers / unique_recipients
 */
conversion_rate: ((number | null) | null)
/**
 * click_through_customers / unique_human_clicks
 */
click_conversion_rate: ((number | null) | null)
/**
 * click_through_customers / unique_clicks
 */
raw_click_conversion_rate: ((number | null) | null)
/**
 * net value of the touched conversions / touched_conversions
 */
average_conversion_value: ((string | null) | null)
/**
 * attributed_revenue / unique_recipients
 */
revenue_per_recipient: ((string | null) | null)
/**
 * attributed_revenue / clicks
 */
revenue_per_click: ((string | null) | null)
/**
 * attributed_revenue / human_clicks
 */
revenue_per_human_click: ((string | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
definitions: {
[k: string]: string
}
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsListHealth {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
engaged_days: number
lapsing_days: number
dormant_days: number
/**
 * People with an email that was sent or delivered in the period, each in one state as of its end. Opens and clicks of machines do not count
 */
states: {
/**
 * unsubscribed: the last word was to leave, or a complaint; bounced: nothing was delivered after a bounce that was not soft; never_engaged: no human open or click ever; else by the last one
 */
state: string
people: number
share_of_people: (number | null)
sends: number
share_of_sends: (number | null)
delivered: number
share_of_delivered: (number | null)
/**
 * Orders of these people in the period, whatever led to them
 */
orders: number
share_of_orders: (number | null)
ordering_people: number
revenue_micros: string
/**
 * Net revenue of these orders. It is no credit: it says nothing about what led to them
 */
revenue: string
share_of_revenue: (number | null)
revenue_per_person: (string | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
people: (number | null)
share_of_people: ((number | null) | null)
sends: (number | null)
share_of_sends: ((number | null) | null)
delivered: (number | null)
share_of_delivered: ((number | null) | null)
/**
 * Orders of these people in the period, whatever led to them
 */
orders: (number | null)
share_of_orders: ((number | null) | null)
ordering_people: (number | null)
revenue_micros: (string | null)
/**
 * Net revenue of these orders. It is no credit: it says nothing about what led to them
 */
revenue: (string | null)
share_of_revenue: ((number | null) | null)
revenue_per_person: ((string | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
/**
 * Orders of people who got no email in the period. With those of the states they are all orders of the period
 */
not_mailed: {
/**
 * Orders of these people in the period, whatever led to them
 */
orders: number
share_of_orders: (number | null)
ordering_people: number
revenue_micros: string
/**
 * Net revenue of these orders. It is no credit: it says nothing about what led to them
 */
revenue: string
share_of_revenue: (number | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Orders of these people in the period, whatever led to them
 */
orders: (number | null)
share_of_orders: ((number | null) | null)
ordering_people: (number | null)
revenue_micros: (string | null)
/**
 * Net revenue of these orders. It is no credit: it says nothing about what led to them
 */
revenue: (string | null)
share_of_revenue: ((number | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
totals: {
people: number
sends: number
delivered: number
/**
 * Orders of these people in the period, whatever led to them
 */
orders: number
revenue_micros: string
/**
 * Net revenue of these orders. It is no credit: it says nothing about what led to them
 */
revenue: string
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
people: (number | null)
sends: (number | null)
delivered: (number | null)
/**
 * Orders of these people in the period, whatever led to them
 */
orders: (number | null)
revenue_micros: (string | null)
/**
 * Net revenue of these orders. It is no credit: it says nothing about what led to them
 */
revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsFatigue {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
campaign_kind: (string | null)
/**
 * The whole calendar weeks of the period, in the zone of the brand; other days do not count
 */
whole_weeks: number
/**
 * Weeks of people on the list, by the emails that were delivered to them in the week
 */
messages_per_week: {
messages: string
/**
 * The cases: weeks from the first delivery to a person in the period until they leave, or to its last whole week
 */
person_weeks: number
/**
 * People with such a week
 */
people: number
/**
 * Weeks with a human click
 */
clicked: {
/**
 * How many of the cases have it
 */
events: number
/**
 * events / cases; null if there are too few cases
 */
rate: (number | null)
/**
 * The middle 90 % of a bootstrap over people; null if it is withheld
 */
interval: ({
low: number
high: number
} | null)
/**
 * Why there is no rate or no interval
 */
withheld: (string | null)
}
/**
 * Weeks with an order, whatever led to it
 */
ordered: {
/**
 * How many of the cases have it
 */
events: number
/**
 * events / cases; null if there are too few cases
 */
rate: (number | null)
/**
 * The middle 90 % of a bootstrap over people; null if it is withheld
 */
interval: ({
low: number
high: number
} | null)
/**
 * Why there is no rate or no interval
 */
withheld: (string | null)
}
/**
 * Weeks with an unsubscription or a complaint
 */
lost: {
/**
 * How many of the cases have it
 */
events: number
/**
 * events / cases; null if there are too few cases
 */
rate: (number | null)
/**
 * The middle 90 % of a bootstrap over people; null if it is withheld
 */
interval: ({
low: number
high: number
} | null)
/**
 * Why there is no rate or no interval
 */
withheld: (string | null)
}
}[]
/**
 * Never: engaged people are often sent more, so the rows compare different people
 */
is_causal: false
}
export interface ReportsSendTimes {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
attribution_model: string
/**
 * Of emails: the kind that the parameter chose, or null; of times: the kind of the emails
 */
campaign_kind: (string | null)
/**
 * The zones of the brands. Hours and weekdays are those of the brand, because the zone of a recipient is not known
 */
time_zones: string[]
/**
 * The hour with the highest rate of emails that were clicked; null where the figures cannot tell it from others
 */
best_hour: {
best: (string | null)
reason: string
}
/**
 * The same for weekdays
 */
best_weekday: {
best: (string | null)
reason: string
}
by_hour: {
hour: number
delivered: number
/**
 * People with a delivery in the hour or on the weekday
 */
recipients: number
/**
 * People who opened one of these emails, without machines
 */
openers: number
/**
 * People who clicked in one of these emails, without machines
 */
clickers: number
/**
 * Emails with a human open, of the delivered. A rate of people would be higher where they got several emails
 */
opened: {
/**
 * How many of the cases have it
 */
events: number
/**
 * events / cases; null if there are too few cases
 */
rate: (number | null)
/**
 * The middle 90 % of a bootstrap over people; null if it is withheld
 */
interval: ({
low: number
high: number
} | null)
/**
 * Why there is no rate or no interval
 */
withheld: (string | null)
}
/**
 * Emails with a human click, of the delivered
 */
clicked: {
/**
 * How many of the cases have it
 */
events: number
/**
 * events / cases; null if there are too few cases
 */
rate: (number | null)
/**
 * The middle 90 % of a bootstrap over people; null if it is withheld
 */
interval: ({
low: number
high: number
} | null)
/**
 * Why there is no rate or no interval
 */
withheld: (string | null)
}
/**
 * Orders of the period with a touch of one of these emails in their path
 */
influenced_orders: number
attributed_revenue_micros: string
/**
 * Credit of the touches of these emails. Emails that were delivered before the period are in no row
 */
attributed_revenue: string
/**
 * attributed_revenue / recipients
 */
revenue_per_recipient: (string | null)
/**
 * The middle 90 % of a bootstrap over people; null if it is withheld
 */
revenue_per_recipient_interval: ({
low: string
high: string
} | null)
revenue_per_recipient_withheld: (string | null)
}[]
by_weekday: {
weekday: string
delivered: number
/**
 * People with a delivery in the hour or on the weekday
 */
recipients: number
/**
 * People who opened one of these emails, without machines
 */
openers: number
/**
 * People who clicked in one of these emails, without machines
 */
clickers: number
/**
 * Emails with a human open, of the delivered. A rate of people would be higher where they got several emails
 */
opened: {
/**
 * How many of the cases have it
 */
events: number
/**
 * events / cases; null if there are too few cases
 */
rate: (number | null)
/**
 * The middle 90 % of a bootstrap over people; null if it is withheld
 */
interval: ({
low: number
high: number
} | null)
/**
 * Why there is no rate or no interval
 */
withheld: (string | null)
}
/**
 * Emails with a human click, of the delivered
 */
clicked: {
/**
 * How many of the cases have it
 */
events: number
/**
 * events / cases; null if there are too few cases
 */
rate: (number | null)
/**
 * The middle 90 % of a bootstrap over people; null if it is withheld
 */
interval: ({
low: number
high: number
} | null)
/**
 * Why there is no rate or no interval
 */
withheld: (string | null)
}
/**
 * Orders of the period with a touch of one of these emails in their path
 */
influenced_orders: number
attributed_revenue_micros: string
/**
 * Credit of the touches of these emails. Emails that were delivered before the period are in no row
 */
attributed_revenue: string
/**
 * attributed_revenue / recipients
 */
revenue_per_recipient: (string | null)
/**
 * The middle 90 % of a bootstrap over people; null if it is withheld
 */
revenue_per_recipient_interval: ({
low: string
high: string
} | null)
revenue_per_recipient_withheld: (string | null)
}[]
/**
 * Hours from the delivery to the first human open or click, in the period
 */
answer_times: {
/**
 * Of emails: the kind that the parameter chose, or null; of times: the kind of the emails
 */
campaign_kind: (string | null)
answer: string
delivered: number
/**
 * Emails that were opened or clicked
 */
answered: number
p25_hours: (number | null)
/**
 * Half of the answers came within this time
 */
p50_hours: (number | null)
p75_hours: (number | null)
p90_hours: (number | null)
buckets: {
from_hours: number
until_hours: (number | null)
/**
 * Emails that were opened or clicked
 */
answered: number
/**
 * answered / all that were answered
 */
share: (number | null)
}[]
}[]
totals: {
delivered: number
/**
 * People with a delivery in the hour or on the weekday
 */
recipients: number
/**
 * Orders of the period with a touch of one of these emails in their path
 */
influenced_orders: number
attributed_revenue_micros: string
/**
 * Credit of the touches of these emails. Emails that were delivered before the period are in no row
 */
attributed_revenue: string
}
/**
 * Never: other emails are sent to other people at other times
 */
is_causal: false
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsSendEffects {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
campaign_id: (string | null)
/**
 * Orders count for so long from the start of a wave
 */
window_hours: number
/**
 * Eligible people were sent an email in so many days before the blast
 */
list_days: number
confidence: number
/**
 * How the figures are computed; the same version and as_of give the same figures
 */
analysis_version: string
blasts: {
brand_id: string
campaign_id: string
email_id: (string | null)
first_sent_at: string
last_sent_at: string
experiment_id: (string | null)
/**
 * People who were sent at about one time, or in one wave of a random order
 */
waves: number
/**
 * Waves whose window was over; the others are left out
 */
waves_over: number
/**
 * People with an email of the blast that was sent, delivered or bounced
 */
sent_people: number
/**
 * Who decided the order of sending
 */
basis: ("random_order" | "unlike_people")
/**
 * True only for a random order of sending
 */
is_causal: boolean
/**
 * People of the waves that are over: those who were sent and eligible; where chance decided, everyone whom it put there, sent or not
 */
compared_people: number
/**
 * People who were not sent before the end of the window, of the wave of each blast with the most of them
 */
compared_others: number
/**
 * Orders per person in the window, of those who were sent
 */
orders_sent: (number | null)
/**
 * Orders per person in the same window, of those who were not sent yet, in the same strata
 */
orders_not_sent: (number | null)
/**
 * Orders per person: sent less not sent
 */
orders_difference: (number | null)
/**
 * The lower bound of the interval of the difference
 */
orders_low: (number | null)
/**
 * The upper bound of the interval of the difference
 */
orders_high: (number | null)
/**
 * Net revenue per person in the window, of those who were sent, in units of the currency
 */
revenue_sent: (number | null)
/**
 * Net revenue per person in the same window, of those who were not sent yet
 */
revenue_not_sent: (number | null)
/**
 * Net revenue per person: sent less not sent
 */
revenue_difference: (number | null)
/**
 * The lower bound of the interval of the difference
 */
revenue_low: (number | null)
/**
 * The upper bound of the interval of the difference
 */
revenue_high: (number | null)
/**
 * What may be concluded
 */
conclusion: ("too_few" | "more_orders" | "fewer_orders" | "no_difference_seen" | "intent_leaks" | "controls_near_zero" | "not_proven")
sentence: string
controls: {
/**
 * A comparison that has to be near zero
 */
control: ("orders_before" | "bounced" | "machine_only")
/**
 * What it shows
 */
verdict: ("near_zero" | "leaks" | "unclear" | "too_few")
/**
 * The difference of the control as a part of the difference after the send; null if that is not above 0
 */
leaked_part: (number | null)
/**
 * People of the waves that are over: those who were sent and eligible; where chance decided, everyone whom it put there, sent or not
 */
compared_people: number
/**
 * People who were not sent before the end of the window, of the wave of each blast with the most of them
 */
compared_others: number
/**
 * Orders per person in the window, of those who were sent
 */
orders_sent: (number | null)
/**
 * Orders per person in the same window, of those who were not sent yet, in the same strata
 */
orders_not_sent: (number | null)
/**
 * Orders per person: sent less not sent
 */
orders_difference: (number | null)
/**
 * The lower bound of the interval of the difference
 */
orders_low: (number | null)
/**
 * The upper bound of the interval of the difference
 */
orders_high: (number | null)
/**
 * Net revenue per person in the window, of those who were sent, in units of the currency
 */
revenue_sent: (number | null)
/**
 * Net revenue per person in the same window, of those who were not sent yet
 */
revenue_not_sent: (number | null)
/**
 * Net revenue per person: sent less not sent
 */
revenue_difference: (number | null)
/**
 * The lower bound of the interval of the difference
 */
revenue_low: (number | null)
/**
 * The upper bound of the interval of the difference
 */
revenue_high: (number | null)
}[]
}[]
/**
 * All blasts with one basis together
 */
together: {
blasts: number
/**
 * Who decided the order of sending
 */
basis: ("random_order" | "unlike_people")
/**
 * True only for a random order of sending
 */
is_causal: boolean
/**
 * People of the waves that are over: those who were sent and eligible; where chance decided, everyone whom it put there, sent or not
 */
compared_people: number
/**
 * People who were not sent before the end of the window, of the wave of each blast with the most of them
 */
compared_others: number
/**
 * Orders per person in the window, of those who were sent
 */
orders_sent: (number | null)
/**
 * Orders per person in the same window, of those who were not sent yet, in the same strata
 */
orders_not_sent: (number | null)
/**
 * Orders per person: sent less not sent
 */
orders_difference: (number | null)
/**
 * The lower bound of the interval of the difference
 */
orders_low: (number | null)
/**
 * The upper bound of the interval of the difference
 */
orders_high: (number | null)
/**
 * Net revenue per person in the window, of those who were sent, in units of the currency
 */
revenue_sent: (number | null)
/**
 * Net revenue per person in the same window, of those who were not sent yet
 */
revenue_not_sent: (number | null)
/**
 * Net revenue per person: sent less not sent
 */
revenue_difference: (number | null)
/**
 * The lower bound of the interval of the difference
 */
revenue_low: (number | null)
/**
 * The upper bound of the interval of the difference
 */
revenue_high: (number | null)
/**
 * What may be concluded
 */
conclusion: ("too_few" | "more_orders" | "fewer_orders" | "no_difference_seen" | "intent_leaks" | "controls_near_zero" | "not_proven")
sentence: string
controls: {
/**
 * A comparison that has to be near zero
 */
control: ("orders_before" | "bounced" | "machine_only")
/**
 * What it shows
 */
verdict: ("near_zero" | "leaks" | "unclear" | "too_few")
/**
 * The difference of the control as a part of the difference after the send; null if that is not above 0
 */
leaked_part: (number | null)
/**
 * People of the waves that are over: those who were sent and eligible; where chance decided, everyone whom it put there, sent or not
 */
compared_people: number
/**
 * People who were not sent before the end of the window, of the wave of each blast with the most of them
 */
compared_others: number
/**
 * Orders per person in the window, of those who were sent
 */
orders_sent: (number | null)
/**
 * Orders per person in the same window, of those who were not sent yet, in the same strata
 */
orders_not_sent: (number | null)
/**
 * Orders per person: sent less not sent
 */
orders_difference: (number | null)
/**
 * The lower bound of the interval of the difference
 */
orders_low: (number | null)
/**
 * The upper bound of the interval of the difference
 */
orders_high: (number | null)
/**
 * Net revenue per person in the window, of those who were sent, in units of the currency
 */
revenue_sent: (number | null)
/**
 * Net revenue per person in the same window, of those who were not sent yet
 */
revenue_not_sent: (number | null)
/**
 * Net revenue per person: sent less not sent
 */
revenue_difference: (number | null)
/**
 * The lower bound of the interval of the difference
 */
revenue_low: (number | null)
/**
 * The upper bound of the interval of the difference
 */
revenue_high: (number | null)
}[]
}[]
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsClaims {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
attribution_models: string[]
group_by: string[]
/**
 * By claimant and the further keys of `group_by`, most claimed first. They add up to the claims of `totals`
 */
claims: {
claimant: string
campaign_id?: (string | null)
channel?: (string | null)
day?: string
/**
 * Conversions that the claimant says it earned
 */
claimed_conversions: number
claimed_revenue_micros: string
/**
 * Revenue that the claimant says it earned, at the rate of the day of the claim
 */
claimed_revenue: string
/**
 * By model: the credit of the same campaigns, else of the same channels, and the claim beside it. Null in a row that only the earlier period has
 */
models: ({
[k: string]: {
credited_conversions: number
attributed_revenue_micros: string
attributed_revenue: string
over_claim_micros: string
/**
 * Claimed revenue less attributed revenue; in `totals` and `days`, less net revenue
 */
over_claim: string
/**
 * Claimed revenue / attributed revenue; in `totals`, / net revenue
 */
over_claim_ratio: (number | null)
}
} | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
day?: string
/**
 * Conversions that the claimant says it earned
 */
claimed_conversions: (number | null)
claimed_revenue_micros: (string | null)
/**
 * Revenue that the claimant says it earned, at the rate of the day of the claim
 */
claimed_revenue: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}[]
totals: {
/**
 * Conversions that the claimant says it earned
 */
claimed_conversions: number
claimed_revenue_micros: string
/**
 * Revenue that the claimant says it earned, at the rate of the day of the claim
 */
claimed_revenue: string
/**
 * Orders of the shop, whoever claims them
 */
orders: number
net_revenue_micros: string
/**
 * What the shop sold, after refunds
 */
net_revenue: string
/**
 * Orders of the conversion type renewal; they are among the orders
 */
renewals: number
renewal_revenue_micros: string
renewal_revenue: string
over_claim_micros: string
/**
 * Claimed revenue less attributed revenue; in `totals` and `days`, less net revenue
 */
over_claim: string
/**
 * Claimed revenue / attributed revenue; in `totals`, / net revenue
 */
over_claim_ratio: (number | null)
double_counted_at_least_micros: string
/**
 * So much must be claimed by several claimants, if each claims real orders, and each order once
 */
double_counted_at_least: string
double_counted_at_most_micros: string
/**
 * More cannot be claimed by several claimants, if each claims an order once
 */
double_counted_at_most: string
/**
 * By model: the credit of the same campaigns, else of the same channels, and the claim beside it. Null in a row that only the earlier period has
 */
models: {
[k: string]: {
credited_conversions: number
attributed_revenue_micros: string
attributed_revenue: string
over_claim_micros: string
/**
 * Claimed revenue less attributed revenue; in `totals` and `days`, less net revenue
 */
over_claim: string
/**
 * Claimed revenue / attributed revenue; in `totals`, / net revenue
 */
over_claim_ratio: (number | null)
}
}
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * Conversions that the claimant says it earned
 */
claimed_conversions: (number | null)
claimed_revenue_micros: (string | null)
/**
 * Revenue that the claimant says it earned, at the rate of the day of the claim
 */
claimed_revenue: (string | null)
/**
 * Orders of the shop, whoever claims them
 */
orders: (number | null)
net_revenue_micros: (string | null)
/**
 * What the shop sold, after refunds
 */
net_revenue: (string | null)
/**
 * Orders of the conversion type renewal; they are among the orders
 */
renewals: (number | null)
renewal_revenue_micros: (string | null)
renewal_revenue: (string | null)
over_claim_micros: (string | null)
/**
 * Claimed revenue less attributed revenue; in `totals` and `days`, less net revenue
 */
over_claim: (string | null)
/**
 * Claimed revenue / attributed revenue; in `totals`, / net revenue
 */
over_claim_ratio: ((number | null) | null)
double_counted_at_least_micros: (string | null)
/**
 * So much must be claimed by several claimants, if each claims real orders, and each order once
 */
double_counted_at_least: (string | null)
double_counted_at_most_micros: (string | null)
/**
 * More cannot be claimed by several claimants, if each claims an order once
 */
double_counted_at_most: (string | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
claimants: {
claimant: string
attribution_windows: string[]
campaigns: number
unknown_campaigns: number
/**
 * Orders with a touch of the claimant within its own windows, by people or machines
 */
touched_orders: number
touched_revenue_micros: string
/**
 * Their value before refunds
 */
touched_revenue: string
touched_net_revenue_micros: string
touched_net_revenue: string
}[]
pairs: {
claimant: string
other_claimant: string
double_counted_at_least_micros: string
/**
 * So much must be claimed by several claimants, if each claims real orders, and each order once
 */
double_counted_at_least: string
double_counted_at_most_micros: string
/**
 * More cannot be claimed by several claimants, if each claims an order once
 */
double_counted_at_most: string
/**
 * Orders that the log shows with touches of both, each within its own windows
 */
touched_by_both_orders: number
touched_by_both_revenue_micros: string
/**
 * Their net value
 */
touched_by_both_revenue: string
}[]
days: {
day: string
claimants: number
claimed_revenue_micros: string
/**
 * Revenue that the claimant says it earned, at the rate of the day of the claim
 */
claimed_revenue: string
/**
 * Orders of the shop, whoever claims them
 */
orders: number
net_revenue_micros: string
/**
 * What the shop sold, after refunds
 */
net_revenue: string
over_claim_micros: string
/**
 * Claimed revenue less attributed revenue; in `totals` and `days`, less net revenue
 */
over_claim: string
double_counted_at_least_micros: string
/**
 * So much must be claimed by several claimants, if each claims real orders, and each order once
 */
double_counted_at_least: string
double_counted_at_most_micros: string
/**
 * More cannot be claimed by several claimants, if each claims an order once
 */
double_counted_at_most: string
}[]
/**
 * Why the claims differ, as far as the data shows it; `code` and `figures` are for programs
 */
reasons: {
code: ("claims_above_revenue" | "several_claimants" | "counts_opens" | "counts_views" | "longer_window" | "before_refunds" | "shared_orders" | "renewals" | "day_of_touch" | "other_time_zone" | "unknown_campaigns" | "not_in_log" | "window_not_named")
claimant: (string | null)
message: string
figures: {
[k: string]: number | string | string[]
}
}[]
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsCohorts {
report_period: {
start: string
end: string
}
artifacts?: {
[k: string]: string
}
pinned_models?: string[]
filters?: string[]
currency: string
as_of: string
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
/**
 * What the customers of a cohort have in common at their first order
 */
by: string
/**
 * The last order in the log; what came after it is not known
 */
observed_until: (string | null)
totals: {
/**
 * People whose first order lies in the period
 */
customers: number
/**
 * Customers with at least two orders
 */
repeat_customers: number
/**
 * Orders of these customers, also after the period; refunded ones are among them
 */
orders: number
net_revenue_micros: string
/**
 * Net value of these orders, after refunds
 */
net_revenue: string
/**
 * Net revenue of these customers / customers
 */
revenue_per_customer: (string | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * People whose first order lies in the period
 */
customers: (number | null)
/**
 * Customers with at least two orders
 */
repeat_customers: (number | null)
/**
 * Orders of these customers, also after the period; refunded ones are among them
 */
orders: (number | null)
net_revenue_micros: (string | null)
/**
 * Net value of these orders, after refunds
 */
net_revenue: (string | null)
/**
 * Net revenue of these customers / customers
 */
revenue_per_customer: ((string | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
cohorts: {
/**
 * Month, week, channel, campaign or segments of the first order; null where it has none
 */
cohort: (string | null)
/**
 * People whose first order lies in the period
 */
customers: number
/**
 * Customers with at least two orders
 */
repeat_customers: number
/**
 * Orders of these customers, also after the period; refunded ones are among them
 */
orders: number
net_revenue_micros: string
/**
 * Net value of these orders, after refunds
 */
net_revenue: string
/**
 * Net revenue of these customers / customers
 */
revenue_per_customer: (string | null)
/**
 * The middle 90 % of a bootstrap over customers; null below 30 customers
 */
revenue_per_customer_interval: {
low: (string | null)
high: (string | null)
}
/**
 * Why revenue_per_customer_interval is null
 */
revenue_per_customer_withheld: (string | null)
}[]
ages: {
/**
 * Month, week, channel, campaign or segments of the first order; null where it has none
 */
cohort: (string | null)
/**
 * Ages of 30 days since the day of the first order, from 0
 */
age: number
/**
 * The first day of the age, counted from the day of the first order
 */
from_day: number
/**
 * The day after its last day
 */
until_day: number
/**
 * True if all customers of the cohort were observed to the end of this age
 */
complete: boolean
/**
 * People whose first order lies in the period
 */
customers: number
/**
 * Customers who were observed that long
 */
observed_customers: number
/**
 * Those of them with an order in this age; in age 0 all, by their first order
 */
active_customers: number
/**
 * active_customers / observed_customers; null below 30 observed customers
 */
retention_rate: (number | null)
/**
 * 90 % score interval
 */
retention_rate_interval: {
low: (number | null)
high: (number | null)
}
/**
 * Why a rate is null
 */
reason: (string | null)
/**
 * Orders of these customers, also after the period; refunded ones are among them
 */
orders: number
net_revenue_micros: string
/**
 * Net value of these orders, after refunds
 */
net_revenue: string
cumulative_revenue_micros: string
/**
 * Net revenue of the cohort up to the end of this age
 */
cumulative_revenue: string
/**
 * Net revenue of these customers / customers
 */
revenue_per_customer: (string | null)
/**
 * The middle 90 % of a bootstrap over customers; null below 30 customers
 */
revenue_per_customer_interval: {
low: (string | null)
high: (string | null)
}
/**
 * Why revenue_per_customer_interval is null
 */
revenue_per_customer_withheld: (string | null)
}[]
repeat_orders: {
/**
 * Month, week, channel, campaign or segments of the first order; null where it has none
 */
cohort: (string | null)
/**
 * Days since the first order
 */
within_days: number
/**
 * Customers who were observed that long
 */
observed_customers: number
/**
 * Those of them with a second order within these days of the first
 */
customers_with_second_order: number
/**
 * customers_with_second_order / observed_customers; null below 30 observed customers
 */
repeat_rate: (number | null)
/**
 * 90 % score interval
 */
repeat_rate_interval: {
low: (number | null)
high: (number | null)
}
/**
 * Why a rate is null
 */
reason: (string | null)
}[]
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsLifetimeValue {
report_period: {
start: string
end: string
}
artifacts?: {
[k: string]: string
}
pinned_models?: string[]
filters?: string[]
currency: string
as_of: string
config_hash: string
generated_at: string
/**
 * The earlier period that `compare` set beside this one, at the same log position and settings
 */
comparison?: {
compare: string
report_period: {
start: string
end: string
}
config_hash: string
warnings?: {
code: string
count: number
message: string
}[]
}
attribution_model: string
/**
 * What the customers of a cohort have in common at their first order
 */
by: string
/**
 * The last order in the log; what came after it is not known
 */
observed_until: (string | null)
/**
 * The days of the forecast, from the day after the last order in the log
 */
horizon_days: number
totals: {
/**
 * People whose first order lies in the period
 */
customers: number
/**
 * Customers with at least two orders
 */
repeat_customers: number
/**
 * Orders of these customers, also after the period; refunded ones are among them
 */
orders: number
net_revenue_micros: string
/**
 * Net value of these orders, after refunds
 */
net_revenue: string
/**
 * Net revenue of these customers / customers
 */
revenue_per_customer: (string | null)
/**
 * The figures of the earlier period; a group that it lacks has zeros, and null where a figure has no value
 */
previous?: {
/**
 * People whose first order lies in the period
 */
customers: (number | null)
/**
 * Customers with at least two orders
 */
repeat_customers: (number | null)
/**
 * Orders of these customers, also after the period; refunded ones are among them
 */
orders: (number | null)
net_revenue_micros: (string | null)
/**
 * Net value of these orders, after refunds
 */
net_revenue: (string | null)
/**
 * Net revenue of these customers / customers
 */
revenue_per_customer: ((string | null) | null)
}
/**
 * The figure less that of the earlier period
 */
change?: {
[k: string]: number | string | null
}
/**
 * 100 * change / the size of the earlier figure; null if that is 0
 */
change_percent?: {
[k: string]: number | null
}
}
cohorts: {
/**
 * Month, week, channel, campaign or segments of the first order; null where it has none
 */
cohort: (string | null)
/**
 * People whose first order lies in the period
 */
customers: number
/**
 * Customers with at least two orders
 */
repeat_customers: number
/**
 * Orders of these customers, also after the period; refunded ones are among them
 */
orders: number
net_revenue_micros: string
/**
 * Net value of these orders, after refunds
 */
net_revenue: string
/**
 * Net revenue of these customers / customers
 */
revenue_per_customer: (string | null)
/**
 * The middle 90 % of a bootstrap over customers; null below 30 customers
 */
revenue_per_customer_interval: {
low: (string | null)
high: (string | null)
}
/**
 * Why revenue_per_customer_interval is null
 */
revenue_per_customer_withheld: (string | null)
/**
 * Customers who are expected to be active still
 */
predicted_active_customers: (number | null)
/**
 * Days with a purchase that these customers are expected to have within the horizon
 */
predicted_purchases: (number | null)
/**
 * What these purchases are expected to bring, in addition to net_revenue
 */
predicted_revenue: (string | null)
/**
 * 90 % interval: doubt of the parameters (delta method) and of the outcome (400 draws)
 */
predicted_revenue_interval: {
low: (string | null)
high: (string | null)
}
/**
 * predicted_revenue / customers
 */
predicted_revenue_per_customer: (string | null)
/**
 * predicted_revenue_interval / customers
 */
predicted_revenue_per_customer_interval: {
low: (string | null)
high: (string | null)
}
}[]
prediction: {
from: (string | null)
until: (string | null)
/**
 * Customers with a purchase whom the filters choose, of all periods
 */
known_customers: number
/**
 * Those of them with purchases on at least two days; at least 100 are needed
 */
known_repeat_customers: number
/**
 * Days since the first purchase of all; at least 90 are needed
 */
known_days: number
/**
 * Known customers that the fit took: all, or about 25,000 of them by a hash of the person
 */
fitted_customers: number
/**
 * Customers who are expected to be active still
 */
predicted_active_customers: (number | null)
/**
 * Days with a purchase that these customers are expected to have within the horizon
 */
predicted_purchases: (number | null)
/**
 * What these purchases are expected to bring, in addition to net_revenue
 */
predicted_revenue: (string | null)
/**
 * 90 % interval: doubt of the parameters (delta method) and of the outcome (400 draws)
 */
predicted_revenue_interval: {
low: (string | null)
high: (string | null)
}
/**
 * predicted_revenue / customers
 */
predicted_revenue_per_customer: (string | null)
/**
 * predicted_revenue_interval / customers
 */
predicted_revenue_per_customer_interval: {
low: (string | null)
high: (string | null)
}
/**
 * Parameters of BG/NBD (Fader, Hardie, Lee 2005), time in days
 */
bg_nbd: ({
r: number
alpha: number
a: number
b: number
log_likelihood: number
} | null)
/**
 * Parameters of Gamma-Gamma (Fader, Hardie 2013), amounts in the currency of the report
 */
gamma_gamma: ({
p: number
q: number
v: number
log_likelihood: number
} | null)
/**
 * What a forecast needs and what is there; null if there is one
 */
refused: (string | null)
}
/**
 * The same models fitted to what was known before the last days, and their forecast for these days
 */
holdout: ({
days: number
from: string
until: string
/**
 * People whose first order lies in the period
 */
customers: (number | null)
net_revenue_micros: (string | null)
/**
 * Net value of these orders, after refunds
 */
net_revenue: (string | null)
/**
 * What these purchases are expected to bring, in addition to net_revenue
 */
predicted_revenue: (string | null)
/**
 * 90 % interval: doubt of the parameters (delta method) and of the outcome (400 draws)
 */
predicted_revenue_interval: {
low: (string | null)
high: (string | null)
}
/**
 * (predicted_revenue - net_revenue) / net_revenue of the days held out
 */
predicted_error: (number | null)
/**
 * How far the forecasts of customers are from what they brought, on average
 */
predicted_error_per_customer: (string | null)
/**
 * The revenue per customer and day of the year before the days held out, carried on
 */
naive_revenue: (string | null)
/**
 * (naive_revenue - net_revenue) / net_revenue
 */
naive_error: (number | null)
/**
 * How far that average is from what customers brought, on average
 */
naive_error_per_customer: (string | null)
/**
 * What a forecast needs and what is there; null if there is one
 */
refused: (string | null)
} | null)
quantiles: {
/**
 * Segments of equally many customers; 1 has those who brought most
 */
quantile: number
/**
 * People whose first order lies in the period
 */
customers: number
net_revenue_micros: string
/**
 * Net value of these orders, after refunds
 */
net_revenue: string
/**
 * The part of the net revenue of all customers of the report
 */
share_of_revenue: (number | null)
/**
 * Net revenue of these customers / customers
 */
revenue_per_customer: (string | null)
highest_value_micros: string
/**
 * What the best customer of the segment brought
 */
highest_value: string
lowest_value_micros: string
/**
 * What the last customer of the segment brought
 */
lowest_value: string
/**
 * Customers at the end of the segment who brought as much as the first of the next one
 */
tied_customers: number
}[]
email: {
/**
 * What email touches earned by the model; part of the orders’ value
 */
by_credit: {
attribution_model: string
/**
 * Orders that the model credits to email, in fractions
 */
credited_orders: (number | null)
credited_revenue_micros: string
credited_revenue: string
/**
 * The part of the orders of all customers of the report
 */
share_of_orders: (number | null)
/**
 * The part of the net revenue of all customers of the report
 */
share_of_revenue: (number | null)
}
/**
 * Orders with an email before them among the touches that may earn, each once with its whole value
 */
by_influence: {
/**
 * Orders with an email in their path
 */
influenced_orders: number
/**
 * Customers with such an order
 */
influenced_customers: number
influenced_revenue_micros: string
/**
 * The net value of these orders, each once
 */
influenced_revenue: string
/**
 * The part of the orders of all customers of the report
 */
share_of_orders: (number | null)
/**
 * The part of the net revenue of all customers of the report
 */
share_of_revenue: (number | null)
}
}
warnings: {
code: string
count: number
message: string
}[]
}
export interface ConversionsOneReceipt {
artifacts?: {
[k: string]: string
}
pinned_models?: string[]
filters?: string[]
currency: string
as_of: string
config_hash: string
generated_at: string
conversion_id: string
asked_conversion_id: string
attribution_models: string[]
order: {
order_id: (string | null)
brand_id: string
conversion_type: string
occurred_at: string
/**
 * All conversions of the order; the first is its standing conversion
 */
conversion_ids: string[]
/**
 * How the senders joined the order to a click: the most trusted of its conversions; `campaign_id` is what a coupon or UTMs name
 */
match: ({
method: string
confidence: number
conversion_id: string
campaign_id: (string | null)
/**
 * The measure of the fitted artifact with the touch, and without it
 */
because: string
} | null)
currency: string
value_micros: string
value: string
adjustments: {
adjustment_id: string
/**
 * The rule that decided, in a sentence
 */
reason: (string | null)
occurred_at: string
amount_micros: string
amount: string
currency: string
/**
 * False for an adjustment in another currency than its order: no sum includes it
 */
applied: boolean
note?: string
net_after_micros: string
net_after: string
}[]
net_micros: string
net: string
exchange: ({
from: string
to: string
rate: (number | null)
numerator: string
denominator: string
rate_dates: string[]
} | null)
net_in: {
currency: string
net_micros: string
net: string
}
}
person: {
person_id: string
/**
 * Every id that is joined to this person
 */
ids: string[]
ids_truncated: boolean
/**
 * What joins the ids: statements, and records that have two ids
 */
links: ({
by: "statement"
link_id: string
left_id: string
right_id: string
kind: (string | null)
state: string
probability: (number | null)
occurred_at: string
/**
 * True if no later statement is about the same two ids
 */
holds: boolean
/**
 * True if this link joins ids of the person
 */
joins: boolean
} | {
by: "records"
left_id: string
right_id: string
records: number
first_at: string
last_at: string
/**
 * True if this link joins ids of the person
 */
joins: boolean
})[]
}
/**
 * The settings that decided which touchpoints count
 */
rules: {
windows: {
view_days: number
email_days: number
click_days: number
}
half_life_days: number
position: {
first: number
last: number
}
/**
 * What counts as one touch: interaction or none; interaction when left out
 */
collapse: ("interaction" | "none")
/**
 * Which touches count: all of the window, or only those after the previous conversion: full or since_previous_conversion; full when left out
 */
lookback: ("full" | "since_previous_conversion")
exclude_direct: boolean
include_machine: boolean
}
/**
 * Touches in the path
 */
path_length: number
/**
 * Touchpoints that were considered
 */
touchpoint_count: number
touchpoints_shown: number
/**
 * How many more there are that consent hides; left out where it hides none
 */
touchpoints_hidden_by_consent?: number
touchpoints: {
touchpoint_id: string
touchpoint_type: string
channel: string
campaign_id: (string | null)
email_id: (string | null)
message_id: (string | null)
session_id: (string | null)
verdict: (string | null)
occurred_at: string
age_days: (number | null)
/**
 * The decision on the touchpoint; `credited` means that it is in the path
 */
status: string
/**
 * The rule that decided, in a sentence
 */
reason: string
absorbed_into?: string
/**
 * The credit by model, for touches of the path
 */
credit?: {
[k: string]: {
/**
 * The measure of the fitted artifact with the touch, and without it
 */
because?: {
artifact_id: string
measure: string
with: number
without: number
/**
 * The weight of the touch before touches shared credit with those that brought them; left out where none did
 */
own_weight?: number
/**
 * Earlier touches that brought this one, and the weight that it gave each of them
 */
brought_by?: {
touchpoint_id: string
/**
 * The part of a touch that another touch brought, from 0 to 1: of so many touches like it, the others would have come anyway
 */
brought: number
/**
 * The weight that the formula of the model gives the touch
 */
weight: number
}[]
/**
 * Later touches that this one brought, and the weight that each of them gave it
 */
brings?: {
touchpoint_id: string
/**
 * The part of a touch that another touch brought, from 0 to 1: of so many touches like it, the others would have come anyway
 */
brought: number
/**
 * The weight that the formula of the model gives the touch
 */
weight: number
}[]
}
/**
 * The weight that the formula of the model gives the touch
 */
weight: number
/**
 * The part of the order that the touch earned
 */
share: (number | null)
attributed_revenue_micros: string
attributed_revenue: string
}
}
}[]
unattributed_reason: (string | null)
reconciliation: {
net_revenue_micros: string
net_revenue: string
attributed: {
[k: string]: {
attributed_revenue_micros: string
attributed_revenue: string
credited_conversions: (number | null)
organic_revenue_micros?: string
organic_revenue?: string
}
}
unattributed_micros: string
unattributed: string
}
}
export interface CustomersOne {
artifacts?: {
[k: string]: string
}
pinned_models?: string[]
filters?: string[]
currency: string
as_of: string
config_hash: string
generated_at: string
customer_id: string
brand_id: string
attribution_model: string
person: {
person_id: string
/**
 * Every id that is joined to this person
 */
ids: string[]
ids_truncated: boolean
/**
 * What joins the ids: statements, and records that have two ids
 */
links: ({
by: "statement"
link_id: string
left_id: string
right_id: string
kind: (string | null)
state: string
probability: (number | null)
occurred_at: string
/**
 * True if no later statement is about the same two ids
 */
holds: boolean
/**
 * True if this link joins ids of the person
 */
joins: boolean
} | {
by: "records"
left_id: string
right_id: string
records: number
first_at: string
last_at: string
/**
 * True if this link joins ids of the person
 */
joins: boolean
})[]
}
segments: {
segment_name: string
segment_criteria: (string | null)
segment_properties: unknown
assigned_at: string
expires_at: (string | null)
/**
 * True if it is the latest statement about this segment, and has not ended
 */
is_current: boolean
}[]
lifecycle: {
orders: number
first_order_at: (string | null)
last_order_at: (string | null)
net_revenue_micros: string
net_revenue: string
average_order_value: (string | null)
/**
 * Half of the times between two orders are at most so long
 */
median_days_between_orders: (number | null)
}
credit_summary: {
channels: {
channel: string
orders: number
attributed_revenue_micros: string
attributed_revenue: string
}[]
/**
 * Revenue that no touch earned, by reason; with the channels it is the net revenue
 */
unattributed: {
reason: string
revenue_micros: string
revenue: string
}[]
}
email_engagement: {
sends: number
/**
 * Emails that were delivered
 */
delivered: number
/**
 * Of the delivered emails those that a person opened; open_rate is their share
 */
opened: number
/**
 * Of the delivered emails those that a person clicked; click_rate is their share
 */
clicked: number
open_rate: (number | null)
click_rate: (number | null)
human_opens: number
human_clicks: number
/**
 * Opens of mail gateways and proxies; no other figure counts them
 */
machine_opens: number
machine_clicks: number
last_open_at: (string | null)
last_click_at: (string | null)
unsubscribed_at: (string | null)
resubscribed_at: (string | null)
complained_at: (string | null)
/**
 * The last bounce that was not soft
 */
bounced_at: (string | null)
/**
 * The hour of the day, in the zone of the brand, with most first answers to emails; null where answers are few or spread. People answer after they were mailed, so it also shows when that was
 */
preferred_hour: {
hour: (number | null)
answers: number
/**
 * Answers in the hour with most of them
 */
in_hour: (number | null)
p_value: (number | null)
/**
 * Why there is no result
 */
withheld: (string | null)
}
/**
 * Whether later emails are answered within three days more often than earlier ones (rank-sum test, 5 %); emails of the last three days do not count
 */
trend: {
/**
 * rising, falling or none_found; null where emails are few
 */
direction: (string | null)
emails: number
answered: number
p_value: (number | null)
/**
 * Why there is no result
 */
withheld: (string | null)
}
events_truncated: boolean
}
summary: {
journey_count: number
total_touchpoint_count: number
email_touchpoint_count: number
/**
 * Touchpoints of machines; no other figure counts them
 */
machine_touchpoint_count: number
conversion_count: number
total_conversion_value_micros: string
/**
 * Net value of the orders
 */
total_conversion_value: string
/**
 * True if lists hold the newest rows only; counts and sums cover all
 */
lists_truncated: boolean
}
journeys: {
journey_id: string
customer_id: string
first_touchpoint: (string | null)
last_touchpoint: (string | null)
/**
 * Calendar days from the first event of the journey to its last
 */
journey_duration_days: number
days_to_last_conversion: (number | null)
total_touchpoint_count: number
email_touchpoint_count: number
conversion_count: number
total_conversion_value_micros: string
/**
 * Net value of the orders
 */
total_conversion_value: string
/**
 * Touchpoints by channel
 */
channel_mix: {
[k: string]: number
}
touchpoints: {
touchpoint_id: string
touchpoint_type: string
channel: string
campaign_id: (string | null)
email_id: (string | null)
session_id: (string | null)
url: (string | null)
verdict: (string | null)
occurred_at: string
attributed_revenue_micros: string
attributed_revenue: string
}[]
conversions: {
conversion_id: string
order_id: (string | null)
conversion_type: string
occurred_at: string
net_value_micros: string
net_value: string
/**
 * Touches in the path of the order
 */
credited_touches: number
unattributed_reason: (string | null)
}[]
}[]
}
export interface ReportsDataQuality {
report_period: {
start: string
end: string
}
artifacts?: {
[k: string]: string
}
pinned_models?: string[]
filters?: string[]
currency: string
as_of: string
config_hash: string
generated_at: string
opens: {
touchpoints: number
/**
 * All others; opens through a proxy that loads images when the reader opens are among them
 */
by_people: number
/**
 * Touchpoints whose verdict is machine or bot; they earn no credit
 */
by_machines: number
/**
 * by_machines / touchpoints
 */
machine_share: (number | null)
}
clicks: {
touchpoints: number
/**
 * All others; opens through a proxy that loads images when the reader opens are among them
 */
by_people: number
/**
 * Touchpoints whose verdict is machine or bot; they earn no credit
 */
by_machines: number
/**
 * by_machines / touchpoints
 */
machine_share: (number | null)
}
/**
 * Touchpoints of the period by type, verdict and the reasons for it, most first; at most 1,000 rows
 */
verdicts: {
touchpoint_type: string
verdict: string
reasons: string[]
touchpoints: number
}[]
/**
 * Records that happened in the period, and how long after it they arrived. Imported files arrive late, too
 */
arrivals: {
record: string
records: number
/**
 * Records that arrived more than an hour after they happened
 */
over_an_hour_late: number
over_a_day_late: number
over_a_week_late: number
/**
 * Records that happened more than a minute after they arrived: the clock of their sender is fast
 */
ahead_of_clock: number
last_received_at: (string | null)
/**
 * Days of the period (UTC) on which such records happened
 */
days_with_records: number
/**
 * The most days in a row without such a record, between two days with one
 */
longest_silence_days: number
/**
 * Days without such a record from the last one to the last day with a record of any of these kinds
 */
silence_days: number
}[]
/**
 * Records that arrived in the period with a known id and other content; the first record of an id counts
 */
conflicts: {
record: string
/**
 * Records that arrived in the period with a known id and other content; the first record of an id counts
 */
conflicts: number
}[]
/**
 * Records that arrived in the period, could not be stored, and were not replayed since
 */
dead_letters: {
record: string
/**
 * Records that arrived in the period, could not be stored, and were not replayed since
 */
dead_letters: number
}[]
/**
 * Events of people who denied measurement with them, where the settings keep only a count: by day of receipt (UTC), record and channel. They are in no other figure. `as_of` does not change them; at most 1,000 rows
 */
denied: {
day: string
record: string
channel: string
events: number
}[]
orders: {
orders: number
/**
 * Orders of people without any touchpoint from 30 days before the period to its end
 */
without_touches: number
}
refunds: {
refunds: number
/**
 * Refunds and other adjustments that name an order that is not known
 */
of_unknown_orders: number
}
/**
 * Campaigns of opens and clicks that no email event of the last 90 days names, most touchpoints first, where the brand sends email events; at most 100
 */
unknown_campaigns: {
campaign_id: string
touchpoints: number
}[]
/**
 * Campaigns with spend that no touchpoint names from 30 days before the period to its end; at most 100
 */
spend_without_touches: {
channel: string
campaign_id: string
spend_lines: number
}[]
}
export interface ExperimentsOne {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
experiment_id: string
brand_id: string
name: string
scope: string
campaign_id: (string | null)
channel: (string | null)
/**
 * The measure
 */
metric: ("conversion_rate" | "orders" | "net_revenue" | "refunds" | "average_order_value" | "refund_rate")
control: string
/**
 * How the figures are computed; the same version and as_of give the same figures
 */
analysis_version: string
starts_at: string
ends_at: string
/**
 * When somebody stopped it before its end; orders count until then, and the always-valid interval decides
 */
stopped_at: (string | null)
/**
 * Why it was stopped
 */
stop_reason: (string | null)
/**
 * The last time at which the log received a record; the experiment is over once this is at its end
 */
known_until: string
is_over: boolean
planned_people: number
people: number
/**
 * How often intervals hold the true difference, such as 0.95
 */
confidence: number
/**
 * The chance of arms at least this far from their shares; below 0.001 the result must not be used
 */
sample_ratio_chance: number
arms: {
arm: string
share: number
people: number
expected_people: number
/**
 * People with an exposure of this experiment
 */
exposed_people: number
/**
 * People whose ids were put into several arms; they count in the arm of their first assignment
 */
crossed_people: number
converted_people: number
orders: number
gross_revenue_micros: (string | null)
/**
 * The value of the orders; null if one of them has no exchange rate, as refunds and net revenue then are
 */
gross_revenue: (string | null)
refunds_micros: (string | null)
refunds: (string | null)
net_revenue_micros: (string | null)
net_revenue: (string | null)
net_revenue_before_micros: (string | null)
/**
 * Net revenue of the days before each assignment; null if one of these orders has no exchange rate
 */
net_revenue_before: (string | null)
}[]
/**
 * By the metric of the plan: while it runs by the always-valid interval, at the planned end by the fixed one
 */
conclusions: {
arm: string
/**
 * What may be concluded
 */
conclusion: ("sample_ratio_alarm" | "too_early" | "too_few" | "rate_missing" | "running" | "better" | "worse" | "no_difference_seen")
stop_rule: string
sentence: string
}[]
effects: {
arm: string
/**
 * The measure
 */
metric: ("conversion_rate" | "orders" | "net_revenue" | "refunds" | "average_order_value" | "refund_rate")
control: number
treated: number
/**
 * The value of the arm minus that of the control, per person where it is a mean: in units of the currency for money
 */
difference: number
/**
 * The lower bound of the fixed interval, for one look at the planned end
 */
low: number
/**
 * The upper bound of the fixed interval
 */
high: number
/**
 * The chance of a difference at least this large if there is none (p-value), for one look at the planned end
 */
chance: number
/**
 * The lower bound of an interval that holds at every look together
 */
always_valid_low: number
/**
 * The upper bound of an interval that holds at every look together
 */
always_valid_high: number
/**
 * The difference as a part of the value of the control; null if that is not above 0
 */
lift: (number | null)
lift_low: (number | null)
lift_high: (number | null)
/**
 * The chance that the rate of the arm is higher, from a Beta(1, 1) before; null for other measures
 */
chance_higher: (number | null)
/**
 * The lower bound of the Bayesian interval of the difference
 */
credible_low: (number | null)
/**
 * The upper bound of the Bayesian interval of the difference
 */
credible_high: (number | null)
/**
 * The difference after revenue before the assignment explained a part (CUPED); null for ratios, and if that revenue has no exchange rate
 */
adjusted_difference: (number | null)
adjusted_low: (number | null)
adjusted_high: (number | null)
/**
 * The part of the variance that the revenue before explained
 */
variance_reduction: (number | null)
}[]
/**
 * All experiments of the pool together, weighted by people; null without a pool
 */
pooled: ({
pool: string
experiments: number
/**
 * Experiments of the pool whose arms do not have their shares; they take no part
 */
left_out: number
people: number
sentences: {
arm: string
sentence: string
}[]
effects: {
arm: string
/**
 * The measure
 */
metric: ("conversion_rate" | "orders" | "net_revenue" | "refunds" | "average_order_value" | "refund_rate")
/**
 * The value of the arm minus that of the control, per person where it is a mean: in units of the currency for money
 */
difference: number
/**
 * The lower bound of the fixed interval, for one look at the planned end
 */
low: number
/**
 * The upper bound of the fixed interval
 */
high: number
/**
 * The lower bound of an interval that holds at every look together
 */
always_valid_low: number
/**
 * The upper bound of an interval that holds at every look together
 */
always_valid_high: number
}[]
} | null)
warnings: {
code: string
count: number
message: string
}[]
}
export interface ExperimentsCalibration {
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
/**
 * The program
 */
for: ("robyn" | "meridian")
/**
 * How the figures of the experiments are computed
 */
analysis_version: string
/**
 * The rows for the program: one for each experiment that is over and has a result
 */
calibration: ({
channel: string
liftStartDate: string
liftEndDate: string
/**
 * What the treated people brought in all, beyond what they would have brought without the emails
 */
liftAbs: number
/**
 * Spend of the campaign in the days of the experiment, from the log
 */
spend: number
/**
 * 1 less the p-value of the difference
 */
confidence: number
/**
 * The name of the dependent variable of the model
 */
metric: string
/**
 * immediate or total, as Robyn takes it
 */
calibration_scope: string
} | {
channel_name: string
/**
 * What a unit of spend brought: incremental revenue / spend, or incremental orders / spend
 */
point_estimate: number
/**
 * The standard error of the point estimate
 */
standard_error: number
/**
 * revenue or non-revenue, as Meridian takes it
 */
experiment_kpi_type: string
/**
 * Spend of the campaign in the days of the experiment, from the log
 */
experiment_total_spend: number
experiment_start_date: string
experiment_end_date: string
/**
 * The location of the lognormal distribution with this mean and standard deviation; null if the estimate is not above 0
 */
roi_mu: (number | null)
/**
 * Its scale
 */
roi_sigma: (number | null)
})[]
/**
 * The experiments of these rows, in the same order
 */
experiments: {
experiment_id: string
brand_id: string
name: string
campaign_id: (string | null)
}[]
/**
 * Experiments without a row, with the reason
 */
left_out: {
experiment_id: string
brand_id: string
/**
 * Why it is left out
 */
reason: ("running" | "send_order" | "several_arms" | "no_holdout" | "other_channel" | "too_few" | "sample_ratio_alarm" | "one_day" | "no_spend" | "rate_missing" | "negative")
message: string
}[]
}
export interface ReportsIncrementality {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
attribution_models: string[]
by: string
/**
 * How the figures are computed; the same version and as_of give the same figures
 */
analysis_version: string
rows: {
/**
 * Where what was caused comes from
 */
basis: ("experiment" | "predicted" | "none")
campaign_id?: (string | null)
channel?: (string | null)
attribution_model: string
/**
 * The begin of the experiment, or of the period for what has none
 */
starts_at: string
ends_at: string
/**
 * Orders that the model credits: of treated people in the time of the experiment, or in the period
 */
attributed_orders: number
attributed_revenue_micros: string
attributed_revenue: string
spend_micros: (string | null)
spend: (string | null)
/**
 * Attributed revenue / spend
 */
attributed_return: (number | null)
experiment_id: (string | null)
scope: (("campaign" | "flow" | "channel" | "global") | null)
/**
 * People of all arms but the holdout
 */
treated_people: (number | null)
held_out_people: (number | null)
/**
 * Orders that would not have come: the lift per person x treated people
 */
incremental_orders: (number | null)
incremental_orders_low: (number | null)
incremental_orders_high: (number | null)
incremental_revenue_micros: (string | null)
/**
 * Net revenue that would not have come, after refunds
 */
incremental_revenue: (string | null)
incremental_revenue_low_micros: (string | null)
incremental_revenue_low: (string | null)
incremental_revenue_high_micros: (string | null)
incremental_revenue_high: (string | null)
/**
 * Incremental orders / attributed orders
 */
incremental_part: (number | null)
/**
 * Incremental revenue / spend
 */
incremental_return: (number | null)
incremental_return_low: (number | null)
incremental_return_high: (number | null)
sentence: string
}[]
/**
 * How well PIE predicts, by model
 */
predictions: {
attribution_model: string
experiments: number
refused: (string | null)
/**
 * The error of predictions for each experiment by the others, in orders per 1,000 people reached (root of the mean square)
 */
left_out_error: (number | null)
/**
 * The same error if attributed orders were taken for incremental ones
 */
credit_error: (number | null)
}[]
warnings: {
code: string
count: number
message: string
}[]
}
export interface ReportsClosestModels {
report_period: {
start: string
end: string
}
/**
 * Fitted artifacts that were used, by model
 */
artifacts?: {
[k: string]: string
}
/**
 * Models whose artifact an administrator pinned; others use the newest that passed its gate
 */
pinned_models?: string[]
/**
 * The filters of the request; the figures are of what they let pass
 */
filters?: string[]
currency: string
/**
 * The log position of the answer; ask with it to get the same answer again
 */
as_of: string
/**
 * A hash of all that the answer depends on besides the log: the question and the settings
 */
config_hash: string
generated_at: string
/**
 * How the figures are computed; the same version and as_of give the same figures
 */
analysis_version: string
/**
 * Finished experiments with a holdout that ended in the period
 */
experiments: number
/**
 * Why models are not ranked; null if they are
 */
refused: (string | null)
models: {
rank: number
attribution_model: string
/**
 * Mean over experiments of |attributed - incremental orders| per 1,000 treated people
 */
error: number
/**
 * The lower bound of the 90 % interval over experiments
 */
error_low: number
error_high: number
/**
 * Mean of attributed - incremental orders per 1,000 treated people: above 0 the model claims too much
 */
bias: number
/**
 * Experiments whose interval holds what the model credits
 */
within: number
/**
 * The part of draws of experiments in which this model is the closest
 */
chance_closest: number
}[]
compared: {
experiment_id: string
attribution_model: string
attributed_orders: number
attributed_revenue_micros: string
attributed_revenue: string
incremental_orders: number
incremental_orders_low: number
incremental_orders_high: number
incremental_revenue_micros: string
incremental_revenue: string
/**
 * True if the interval of the experiment holds what the model credits
 */
is_within: boolean
}[]
warnings: {
code: string
count: number
message: string
}[]
}
export interface Runs {
runs: {
run_id: string
brands: string[]
as_of: string
config_hash: string
created_at: string
start: string
end: string
models: string
/**
 * Ids of fitted artifacts to use for fitted models; the pinned one, else the newest that passed its gate when left out
 */
artifact?: string
currency: string
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
 * Stored rows: one per touch and value event, and one per value event that nothing earned
 */
rows: number
}[]
}
export interface RunsOneCompare {
run_id: string
report_period: {
start: string
end: string
}
attribution_model: string
currency: string
group_by: string
frozen_as_of: string
frozen_config_hash: string
as_of: string
generated_at: string
settings_changed: boolean
/**
 * True if the frozen inputs still give the frozen numbers; if not, the difference is under `other`
 */
reproducible: boolean
totals: {
net_revenue: {
frozen_micros: string
today_micros: string
difference_micros: string
/**
 * The difference by cause; the parts add up to it exactly
 */
causes_micros: {
settings: string
identity: string
conversions: string
refunds: string
touches: string
other: string
}
}
attributed: {
frozen_micros: string
today_micros: string
difference_micros: string
/**
 * The difference by cause; the parts add up to it exactly
 */
causes_micros: {
settings: string
identity: string
conversions: string
refunds: string
touches: string
other: string
}
}
unattributed: {
frozen_micros: string
today_micros: string
difference_micros: string
/**
 * The difference by cause; the parts add up to it exactly
 */
causes_micros: {
settings: string
identity: string
conversions: string
refunds: string
touches: string
other: string
}
}
}
groups: {
channel?: (string | null)
campaign_id?: (string | null)
email_id?: (string | null)
frozen_micros: string
today_micros: string
difference_micros: string
/**
 * The difference by cause; the parts add up to it exactly
 */
causes_micros: {
settings: string
identity: string
conversions: string
refunds: string
touches: string
other: string
}
}[]
unattributed: {
reason: string
frozen_micros: string
today_micros: string
difference_micros: string
/**
 * The difference by cause; the parts add up to it exactly
 */
causes_micros: {
settings: string
identity: string
conversions: string
refunds: string
touches: string
other: string
}
}[]
}
export interface Models {
models: {
artifact_id: string
attribution_model: string
family: string
brands: string[]
/**
 * The fit passed every check of its gate, so reports may use it
 */
passed: boolean
/**
 * Reports use this artifact: it is pinned, or the newest of its brands that passed
 */
in_use: boolean
/**
 * Only reports that name the artifact use it, until it is adopted
 */
trial: boolean
/**
 * The brands that an administrator pinned it for; * stands for all brands
 */
pinned_for: string[]
created_at: string
/**
 * Time that training took, in milliseconds
 */
training_ms: number
as_of: string
/**
 * The checks that did not pass
 */
lacks: string
}[]
}
export interface ModelsOne {
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
export interface ModelsOneCompareOne {
report_period: {
start: string
end: string
}
currency: string
as_of: string
generated_at: string
first: {
artifact_id: string
attribution_model: string
family: string
brands: string[]
/**
 * The log position up to which the fit learned
 */
learned_as_of: string
config_hash: string
attributed_revenue_micros: string
attributed_revenue: string
}
second: {
artifact_id: string
attribution_model: string
family: string
brands: string[]
/**
 * The log position up to which the fit learned
 */
learned_as_of: string
config_hash: string
attributed_revenue_micros: string
attributed_revenue: string
}
channels: {
channel: (string | null)
first_revenue_micros: string
/**
 * What the channel earns in the period with the first fit
 */
first_revenue: string
second_revenue_micros: string
/**
 * What the channel earns in the period with the second fit
 */
second_revenue: string
difference_revenue_micros: string
/**
 * The second less the first
 */
difference_revenue: string
/**
 * Its part of the credit of the period with the first fit
 */
first_share: (number | null)
/**
 * Its part of the credit of the period with the second fit
 */
second_share: (number | null)
/**
 * Its part of all credit in the data of the first fit, with a 90 % interval; null if the fit has none
 */
first_learned_share: (number | null)
first_learned_share_low: (number | null)
first_learned_share_high: (number | null)
/**
 * Its part of all credit in the data of the second fit, with a 90 % interval; null if the fit has none
 */
second_learned_share: (number | null)
second_learned_share_low: (number | null)
second_learned_share_high: (number | null)
}[]
/**
 * The channels that move most, in words
 */
movers: string[]
warnings: {
code: string
count: number
message: string
}[]
}
export interface ModelsPins {
pins: {
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
/**
 * Why reports that need it are refused; null if nothing is wrong
 */
problem: (string | null)
}[]
}
export interface ModelsFits {
fits: {
model: string
/**
 * running, passed, refused by its gate, failed, or stopped: the program ended meanwhile, and the fit is tried again
 */
outcome: string
began_at: string
ended_at: (string | null)
/**
 * Time from the begin of the run to its end, in milliseconds; null while it runs
 */
took_ms: (number | null)
/**
 * The brand that the schedule names; null for all brands
 */
brand_id: (string | null)
/**
 * The brands that it learned from; null where the fit gave no artifact
 */
brands: (string[] | null)
/**
 * The log position up to which it learned
 */
as_of: (string | null)
artifact_id: (string | null)
/**
 * Why it gave no artifact that reports may use; empty if it passed
 */
reason: string
/**
 * The checks of the gate that failed, each with its value and bound
 */
checks: {
check: string
value: (number | null)
required: string
message: string
}[]
}[]
}
export interface ProgressOne {
/**
 * waiting for a place; people: people are taken one by one; query: the engine works, and cannot tell how far it is
 */
step: ("waiting" | "people" | "query" | null)
/**
 * People who were taken; null in other steps
 */
done: (number | null)
/**
 * All people of the report; null in other steps
 */
total: (number | null)
}
export interface Lineage {
/**
 * The call, with its days and its log position: it has the same answer on every later day
 */
address: string
/**
 * SHA-256 of the answer as canonical JSON, without `generated_at`
 */
answer_sha256: string
/**
 * The log position of the answer
 */
as_of: string
/**
 * The hash of the question and the settings, as the answer has it
 */
config_hash: (string | null)
report_period: ({
start: string
end: string
} | null)
/**
 * The settings that decided, by brand; null for a report that uses none
 */
settings: ({
[k: string]: {
[k: string]: unknown
}
} | null)
models: string[]
/**
 * The call that lists the rows behind the sums of this question; null if there are none
 */
rows_address: (string | null)
/**
 * The fits that were used, each with the log position and the settings that it learned with
 */
artifacts: {
artifact_id: string
model: string
family: string
brands: string[]
as_of: string
settings: {
[k: string]: unknown
}
created_at: string
passed: boolean
}[]
/**
 * What the log holds of these brands at the position, by kind of record and by the collector that took it in
 */
log: {
record: string
collector_id: string
row_count: number
first_log_seq: number
last_log_seq: number
first_received_at: string
last_received_at: string
}[]
generated_at: string
}
export interface Annotations {
annotations: {
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
}[]
}
export interface ShareLinks {
links: {
link_id: string
/**
 * What it is for
 */
kind: ("page" | "csv" | "embed")
name: string
/**
 * The only brand that it shows; null for all
 */
brand_id: (string | null)
/**
 * What it shows
 */
address: string
/**
 * Days that move with the clock
 */
period: (string | null)
has_password: boolean
expires_at: string
created_at: string
/**
 * The name of the key that made it
 */
created_by: string
}[]
}
export interface SavedViews {
views: {
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
}[]
}
export interface Monitors {
enabled: boolean
last_run_at: (string | null)
/**
 * Brands beyond the 50 with most records
 */
brands_left_out: number
brands: {
brand_id: string
/**
 * The end of the newest hour that was judged
 */
judged_until: string
open_incidents: number
checks: {
/**
 * The check
 */
check: ("anomaly" | "freshness" | "schema_drift" | "duplicates" | "clock_skew" | "late_records" | "not_stored" | "unmatched_orders" | "refunds_without_orders" | "bot_share" | "unknown_campaigns" | "spend_without_touches" | "advice_rule" | "audit_chain")
/**
 * `waiting` until it has run
 */
status: ("ok" | "incident" | "waiting")
incidents: number
}[]
checked_at: (string | null)
series: {
metric: string
subject: (string | null)
/**
 * `usual`, `unusual` for one hour, `incident`, `learning` while less than two weeks are known, `idle` where nothing comes, `unknown` where nobody watched
 */
status: string
over: (string | null)
value: (number | null)
expected: (number | null)
low: (number | null)
high: (number | null)
}[]
/**
 * Channels beyond the 12 with most touches
 */
channels_left_out: number
money_problem: (string | null)
}[]
alerts: {
alert_id: string
kind: string
brand_id: (string | null)
repeat: string
/**
 * Alerts that wait for their next try
 */
waiting: number
sent: number
/**
 * Alerts that failed for three days
 */
given_up: number
last_sent_at: (string | null)
last_error: (string | null)
}[]
}
export interface Incidents {
incidents: {
incident_id: string
brand_id: (string | null)
/**
 * The check that found it
 */
check: ("anomaly" | "freshness" | "schema_drift" | "duplicates" | "clock_skew" | "late_records" | "not_stored" | "unmatched_orders" | "refunds_without_orders" | "bot_share" | "unknown_campaigns" | "spend_without_touches" | "advice_rule" | "audit_chain")
/**
 * What it is about
 */
subject: string
/**
 * Whether it goes on
 */
status: ("open" | "over")
/**
 * What is wrong, with the figures
 */
summary: string
/**
 * What a person does first
 */
next_step: string
/**
 * Since when
 */
since: string
/**
 * When it was found
 */
opened_at: string
updated_at: string
over_at: (string | null)
over_because: (string | null)
/**
 * Numbers, the range that was expected, and samples that are not personal
 */
evidence: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
}[]
}
export interface Erasures {
erasures: {
erasure_id: string
brand_id: string
/**
 * `waiting`, `working`, `cleaning` (the state is written anew), or `done`
 */
status: string
requested_at: string
last_error: (string | null)
certificate: (null | {
[k: string]: unknown
})
}[]
}
export interface ErasuresOne {
erasure_id: string
brand_id: string
/**
 * `waiting`, `working`, `cleaning` (the state is written anew), or `done`
 */
status: string
requested_at: string
last_error: (string | null)
certificate: (null | {
[k: string]: unknown
})
}
export interface Retention {
policies: {
brand_id: (string | null)
/**
 * A kind of data; `orders` are conversions with their adjustments
 */
record: string
days: (number | null)
removes_before: (string | null)
removed_before: (string | null)
}[]
would_remove: ({
record: string
/**
 * Empty for sources of all brands
 */
brand_id: string
before: string
rows: number
}[] | null)
running: boolean
last_error: (string | null)
last_run: ({
began_at: string
completed_at: string
removed: {
record: string
/**
 * Empty for sources of all brands
 */
brand_id: string
before: string
rows: number
}[]
} | null)
}
export interface Keys {
keys: {
key_id: string
name: string
scopes: string[]
brand_id: (string | null)
/**
 * The last characters of the key
 */
last4: string
created_at: string
/**
 * The epsilon that a key of scope partner may spend
 */
dp_epsilon_budget?: string
/**
 * When its budget is renewed
 */
dp_budget_per?: ("day" | "month" | "total")
/**
 * Where the key comes from: the store, or a variable of the environment
 */
origin: ("file" | "environment")
}[]
}
export interface IdentityProposals {
proposals: {
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
}[]
}
export interface PrivacyBudgets {
budgets: {
key_id: string
name: string
brand_id: string
/**
 * What the questions of one period may cost together
 */
epsilon_budget: string
per: ("day" | "month" | "total")
/**
 * The period in UTC: a day, a month, or total
 */
period: string
epsilon_spent: string
epsilon_left: string
/**
 * The sum of the deltas of the answers
 */
delta_spent: number
/**
 * Questions that were paid for
 */
questions: number
renews_at: (string | null)
}[]
}
export interface PrivacyAnswers {
answers: {
question_id: string
answered_at: string
report: string
report_period: {
start: string
end: string
}
brand_id: string
group_by: string[]
as_of: string
currency: string
epsilon: string
/**
 * People above a bound, and what was cut of their figures, exactly
 */
cut: {
persons: string
conversions: string
revenue_micros: string
}
}[]
}
export interface Brands {
brands: {
brand_id: string
/**
 * True if the configuration has settings of this brand
 */
configured: boolean
}[]
}
export interface Settings {
/**
 * Brands with orders or settings, and what holds for each
 */
brands: {
brand_id: string
/**
 * True if the configuration has settings of this brand
 */
configured: boolean
currency: string
time_zone: string
windows: {
view_days: number
email_days: number
click_days: number
}
half_life_days: number
position: {
first: number
last: number
}
journey_gap_days: number
identity_min_probability: number
/**
 * Names of models of your own
 */
custom_models: string[]
/**
 * Conversion types with other model settings
 */
by_conversion_type: string[]
page_conversions: boolean
customer_ids: string
/**
 * Which touchpoints need consent to count; left out where none does
 */
consent?: {
measurement: string
countries: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: string
}
after_withdrawal: string
sharing?: string
denied?: string
}
}[]
/**
 * Null for who is no admin of all brands
 */
installation: ({
setting: string
value: string
}[] | null)
}
export interface Sources {
sources: {
source_id: string
provider: string
/**
 * The brand of its events; with by_sender, of those whose sender no rule names
 */
brand_id: string
/**
 * True if `brand_rules` find the brand by the domain of the sender
 */
by_sender: boolean
/**
 * False if the provider does not sign: then the secret URL is the proof
 */
signed: boolean
deliveries: number
/**
 * Requests without proof
 */
refused_deliveries: number
accepted: number
ignored: number
unusable: number
last_delivery_at: (string | null)
last_refusal: (string | null)
/**
 * Events that are kept now and can be tried again
 */
letters: number
last_reason: (string | null)
}[]
}
export interface Destinations {
destinations: {
destination_id: string
kind: string
brand_id: string
/**
 * `sending`, `retrying` after a failure, or `stopped` until a person changes something
 */
status: string
/**
 * Messages that wait for their first try
 */
waiting: number
/**
 * Messages that wait for another try
 */
retrying: number
waiting_since: (string | null)
delivered: number
/**
 * Messages that were not meant for it, such as orders without email
 */
skipped: number
/**
 * Messages that it will never take
 */
refused: number
/**
 * Messages about people who did not consent; they are not sent later
 */
withheld: number
last_withheld: (string | null)
/**
 * Those that are kept and can be tried again
 */
dead_letters: number
next_try_at: (string | null)
last_delivered_at: (string | null)
last_error: (string | null)
}[]
}
export interface DestinationsOneDeadLetters {
dead_letters: {
number: number
message_id: string
kind: string
conversion_id: (string | null)
revision: number
reason: string
given_up_at: string
}[]
}
export interface DestinationsOneWithdrawn {
orders: {
conversion_id: string
/**
 * The last revision of the order that was meant for the destination
 */
revision: number
reason: string
}[]
total: number
}
export interface Pulls {
pulls: {
pull_id: string
kind: string
brand_id: string
/**
 * `waiting` for its first run, `reading` well, or `failing`
 */
status: string
first_date: (string | null)
last_date: (string | null)
/**
 * Its lines: one a day, campaign and ad set
 */
lines: number
/**
 * Lines that were stated in all: new, or with another amount than before
 */
stated: number
/**
 * Runs that failed since the last one that succeeded
 */
failures: number
last_run_at: (string | null)
last_success_at: (string | null)
next_run_at: (string | null)
last_error: (string | null)
/**
 * What to know of the account, such as days of another time zone
 */
notes: string[]
}[]
}
export interface ExperimentSize {
/**
 * In all arms together
 */
people: number
control_people: number
/**
 * Null without people_a_week
 */
weeks: (number | null)
/**
 * One sentence a line
 */
text: string
}
export interface Schedules {
schedules: {
schedule_id: string
/**
 * `report` or `export`
 */
kind: string
brand_id: string
/**
 * `daily`, `weekly` or `monthly`
 */
period: string
/**
 * The zone of the time of day at which it is sent
 */
time_zone: string
/**
 * `waiting` for its first time, `working`, `retrying` after a failure, `sent`, or `trouble` where a part of the last period did not surely arrive
 */
status: string
/**
 * When the next period is sent
 */
next_at: string
last_start: (string | null)
last_end: (string | null)
last_success_at: (string | null)
run_id: (string | null)
as_of: (string | null)
/**
 * Mail addresses
 */
recipients: number
/**
 * Those that want no mail any more
 */
unsubscribed: number
/**
 * Deliveries of the last period by where they stand: `waiting`, `handing_over`, `delivered`, `unknown`, `refused`, `given_up`, `unsubscribed`
 */
deliveries: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: number
}
next_try_at: (string | null)
last_error: (string | null)
}[]
}
export interface SchedulesOnePreview {
report_period: {
start: string
end: string
}
as_of: string
subject: string
html: string
text: string
slack: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: unknown
}
/**
 * PNG in base64, by file name
 */
pictures: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: string
}
}
export interface SchedulesOneExports {
exports: {
schedule_id: string
brand_id: string
view: string
start: string
end: string
as_of: string
/**
 * True if it has the columns that name persons and orders
 */
persons: boolean
/**
 * The file, as a path or as an address of a bucket
 */
place: string
rows: number
bytes: number
sha256: string
written_ms: number
}[]
}
export interface Audit {
entries: {
seq: number
at: string
/**
 * `outcome` is how the action of the number `of` ended
 */
kind: ("read" | "action" | "outcome" | "sign_in" | "pruned")
/**
 * The route
 */
call: string
actor: ({
key_id: string
name: string
origin: string
} | null)
brand_id: (string | null)
target: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.*$".
 */
[k: string]: string
}
/**
 * Marks of the ids that were named
 */
persons: string[]
/**
 * Names of the parameters that were given
 */
parameters: string[]
request_id: string
of?: number
/**
 * `done`, or the code of the failure
 */
result?: string
/**
 * The hash of the entry before
 */
before: string
/**
 * SHA-256 of the entry without this field, as JSON with sorted keys
 */
hash: string
}[]
next_before: (number | null)
}
export interface AuditVerification {
whole: boolean
entries: number
head: {
seq: number
hash: string
}
/**
 * The oldest entry; those before were removed by age
 */
first_seq: number
problem: (string | null)
}
