/** Every SQL view. */
import { CONVERSION_TYPES } from '../domain/conversion.ts';
import { DEFINITIONS, ENGAGEMENT_COUNTS, ENGAGEMENT_RATES, LOSSES } from '../reports/campaign-metrics.ts';
import { TOUCH_KEY_NAMES } from '../reports/groups.ts';
import { CAMPAIGNS_MEANINGS } from '../reports/results/campaigns.ts';
import type { View, ViewColumn, ViewType } from './declare.ts';

const column = (type: ViewType, meaning: string): ViewColumn => ({ type, meaning });
const person = (meaning: string): ViewColumn => ({ type: 'text', meaning, persons: true });

const MODEL = column(
  'text',
  'The attribution model. Choose one before you add up: each model shares out the same revenue',
);
const BRAND = column('text', 'The brand');
const ORDER_NO = column('whole', 'The number of the order, the same in every view and at every time');
const PERSON = person('The id that stands for the person');

const TOUCH_KEYS = Object.fromEntries(
  TOUCH_KEY_NAMES.map((name) => [name, column('text', `${name} of the touch, as \`group_by=${name}\` shows it`)]),
);

const CREDITS: View = {
  name: 'credits',
  row: 'The credit of one touch from one order, under one model',
  equals: '`attributed_revenue` and `credited_conversions` of `GET /v1/reports/attribution`, by every key of touches',
  columns: {
    model: MODEL,
    brand_id: BRAND,
    day: column('day', 'The day on which the value counts'),
    order_no: ORDER_NO,
    touch_no: column('whole', 'The number of the touch'),
    place: column('whole', 'The place of the touch in the path; 1 is the oldest'),
    places: column('whole', 'The number of touches in the path'),
    hours_before_order: column('number', 'Hours from the touch to the order'),
    ...TOUCH_KEYS,
    credited_conversions: column('share', 'The part of the order that the touch is credited with'),
    attributed_revenue: column('amount', 'The part of the net value that the touch is credited with'),
    person_id: PERSON,
  },
};

const UNATTRIBUTED: View = {
  name: 'unattributed',
  row: 'The net value of one order that no touch earned, under one model',
  equals: '`unattributed` of `GET /v1/reports/attribution`',
  columns: {
    model: MODEL,
    brand_id: BRAND,
    day: column('day', 'The day on which the value counts'),
    order_no: ORDER_NO,
    reason: column('text', 'Why no touch earned it'),
    unattributed_revenue: column('amount', 'The value'),
  },
};

const ORDERS: View = {
  name: 'orders',
  row: 'One order of the period. With `adjustments=own_day` a refund on a day of its own is a row too',
  equals: '`total_conversions` and `total_revenue` of the summary of `GET /v1/reports/attribution`',
  columns: {
    order_no: ORDER_NO,
    brand_id: BRAND,
    conversion_type: column('text', `${CONVERSION_TYPES.join(', ')}`),
    event: column('text', '`order`, or `adjustment` for a refund on a day of its own'),
    day: column('day', 'The day on which the value counts'),
    ordered_at: column('instant', 'When the order was placed'),
    customer_kind: column('text', '`new` if it is the first order of its person, else `returning`'),
    conversions: column('whole', '1 for an order, 0 for a refund on a day of its own'),
    net_revenue: column('amount', 'Net value in the currency of the request'),
    conversion_id: person('The id of the conversion'),
    order_id: person('The id of the order in the shop'),
    person_id: PERSON,
  },
};

const JOURNEYS: View = {
  name: 'journeys',
  row: 'One journey: the events of a person without a long gap, with an order of the period',
  equals: 'the summary of `GET /v1/reports/journeys`',
  columns: {
    brand_id: BRAND,
    first_at: column('instant', 'The first event of the journey'),
    last_order_at: column('instant', 'The last order of the journey'),
    days: column('whole', 'Calendar days from the first event to the last order'),
    orders: column('whole', 'Orders of the period in the journey'),
    touchpoints: column('whole', 'Touchpoints up to the last order'),
    email_touchpoints: column('whole', 'Email touchpoints among them'),
    net_revenue: column('amount', 'Net value of the orders'),
    person_id: PERSON,
  },
};

const SPEND: View = {
  name: 'spend',
  row: 'One line of spend that counts',
  equals: '`spend` of `GET /v1/reports/attribution`',
  columns: {
    brand_id: BRAND,
    day: column('day', 'The day of the spend'),
    channel: column('text', 'The channel'),
    campaign_id: column('text', 'The campaign that the report shows the spend beside; null without one'),
    spend: column('amount', 'The amount in the currency of the request; null if the rate of its day is missing'),
  },
};

const CAMPAIGN_FIGURES: Readonly<Record<string, ViewType>> = {
  touched_conversions: 'whole',
  credited_conversions: 'share',
  attributed_revenue: 'amount',
  influenced_revenue: 'amount',
  converting_customers: 'whole',
  spend: 'amount',
  cost_per_conversion: 'amount',
  return_on_ad_spend: 'number',
  ...Object.fromEntries(Object.keys(ENGAGEMENT_COUNTS).map((name) => [name, 'whole' as const])),
  ...Object.fromEntries(Object.keys(ENGAGEMENT_RATES).map((name) => [name, 'number' as const])),
  conversion_rate: 'number',
  revenue_per_recipient: 'amount',
  ...Object.fromEntries(LOSSES.map((name) => [name, 'number' as const])),
};

const MEANINGS: Readonly<Record<string, string>> = {
  ...CAMPAIGNS_MEANINGS,
  ...DEFINITIONS,
  credited_conversions: 'The parts of orders that the row is credited with',
  attributed_revenue: 'The net value that the row is credited with',
};

/** The words of a name of a count, such as `unique human opens`. */
const inWords = (name: string): string => `Number of ${name.replaceAll('_', ' ')}`;

const FIGURES = Object.fromEntries(
  Object.entries(CAMPAIGN_FIGURES).map(([name, type]) => [name, column(type, MEANINGS[name] ?? inWords(name))]),
);

const KIND = column('text', 'campaign, flow or transactional; null if nothing says it, or if there are several');

const CAMPAIGNS: View = {
  name: 'campaigns',
  row: 'One campaign or flow, under one model. The row without a campaign has what belongs to none',
  equals: '`GET /v1/reports/campaigns`, field by field',
  columns: {
    model: MODEL,
    campaign_id: column('text', 'The campaign; null for what belongs to none'),
    campaign_kind: KIND,
    ...FIGURES,
  },
};

const EMAILS: View = {
  name: 'emails',
  row: 'One email of a campaign or flow, under one model',
  equals: '`GET /v1/reports/campaigns?by=email_id`, field by field',
  columns: {
    model: MODEL,
    campaign_id: column('text', 'The campaign; null for what belongs to none'),
    email_id: column('text', 'The email within the campaign; null for what belongs to none'),
    campaign_kind: KIND,
    ...FIGURES,
  },
};

export const VIEWS: readonly View[] = [CREDITS, UNATTRIBUTED, ORDERS, JOURNEYS, SPEND, CAMPAIGNS, EMAILS];

/** The views whose name a statement holds as a word, anywhere. */
export function viewsIn(sql: string): View[] {
  const words = new Set(sql.toLowerCase().match(/[a-z_][a-z0-9_]*/g) ?? []);
  return VIEWS.filter(({ name }) => words.has(name));
}
