/** The metrics of a campaign or an email: every count, and every rate with its formula. Each is defined here only. */
import { MICRO_CONVERSIONS } from '../attribution/plan.ts';
import { formatMicros, microsPer, money, ratio, ratioMillionths } from '../domain/money.ts';
import type { Row } from '../warehouse/schema.ts';
import type { ReportJson } from './context.ts';

/** SQL over `campaign_events`: kind, verdict, is_human (the verdict is neither machine nor bot), person (unique counts are of persons). */
const kind = (name: string): string => `count_where(kind = '${name}')`;
const people = (condition: string): string => `count(distinct case when ${condition} then person end)`;

export const ENGAGEMENT_COUNTS = {
  sends: kind('sent'),
  delivered: kind('delivered'),
  bounced: kind('bounced'),
  complained: kind('complained'),
  unsubscribed: kind('unsubscribed'),
  opens: kind('email_open'),
  unique_opens: people(`kind = 'email_open'`),
  human_opens: `count_where(kind = 'email_open' and is_human = 1)`,
  unique_human_opens: people(`kind = 'email_open' and is_human = 1`),
  // Opens through a proxy are human ones: the proxy loads the images when the reader opens the email.
  proxied_opens: `count_where(kind = 'email_open' and verdict = 'proxied')`,
  machine_opens: `count_where(kind = 'email_open' and is_human = 0)`,
  clicks: kind('email_click'),
  unique_clicks: people(`kind = 'email_click'`),
  human_clicks: `count_where(kind = 'email_click' and is_human = 1)`,
  unique_human_clicks: people(`kind = 'email_click' and is_human = 1`),
  // Suspect clicks are human ones, because the evidence is not enough.
  suspect_clicks: `count_where(kind = 'email_click' and verdict = 'suspect')`,
  machine_clicks: `count_where(kind = 'email_click' and is_human = 0)`,
  // Persons with a delivery that the provider reported. Openers are no substitute: most recipients never open.
  unique_recipients: people(`kind = 'delivered'`),
} as const;
type EngagementCount = keyof typeof ENGAGEMENT_COUNTS;

/**
 * SQL over one row per order that the campaign touched: counted (the order lies in the period), is_first and is_last (the
 * campaign has the first or last touch of the path), only_views (all its touches in the path are opens or impressions),
 * credited micros and millionths, and net_micros of the order.
 */
export const CONVERSION_COUNTS = {
  /** Orders with a touch of the campaign in their path, also if it earned nothing. */
  touched_conversions: 'count_where(counted = 1)',
  /** People who placed them. */
  converting_customers: 'count(distinct case when counted = 1 then person_key end)',
  first_touch_conversions: 'count_where(counted = 1 and is_first = 1)',
  last_touch_conversions: 'count_where(counted = 1 and is_last = 1)',
  /** Touched orders whose last touch is of another campaign or channel: touched = last touch + assisted. */
  assisted_conversions: 'count_where(counted = 1 and is_last = 0)',
  /** Touched orders with only views of the campaign in their path: touched = view-through + click-through. */
  view_through_conversions: 'count_where(counted = 1 and only_views = 1)',
  /** Touched orders with at least one touch of the campaign that is not a view. */
  click_through_conversions: 'count_where(counted = 1 and only_views = 0)',
  /** People who placed click-through conversions. */
  click_through_customers: 'count(distinct case when counted = 1 and only_views = 0 then person_key end)',
} as const;
type ConversionCount = keyof typeof CONVERSION_COUNTS;

type Rate = readonly [numerator: EngagementCount, denominator: EngagementCount];

/** Rates of engagement, each numerator / denominator. Rates by recipient count people on both sides. */
export const ENGAGEMENT_RATES: Record<string, Rate> = {
  delivery_rate: ['delivered', 'sends'],
  bounce_rate: ['bounced', 'sends'],
  open_rate: ['unique_opens', 'delivered'],
  human_open_rate: ['unique_human_opens', 'delivered'],
  click_through_rate: ['unique_clicks', 'delivered'],
  human_click_through_rate: ['unique_human_clicks', 'delivered'],
  click_to_open_rate: ['unique_clicks', 'unique_opens'],
  human_click_to_open_rate: ['unique_human_clicks', 'unique_human_opens'],
  recipient_open_rate: ['unique_human_opens', 'unique_recipients'],
  raw_recipient_open_rate: ['unique_opens', 'unique_recipients'],
  recipient_click_rate: ['unique_human_clicks', 'unique_recipients'],
  raw_recipient_click_rate: ['unique_clicks', 'unique_recipients'],
  unsubscribe_rate: ['unsubscribed', 'delivered'],
  complaint_rate: ['complained', 'delivered'],
};

export const CONVERSION_RATES: Record<string, readonly [ConversionCount, EngagementCount]> = {
  // Both sides count people, so a person who buys twice counts once.
  conversion_rate: ['converting_customers', 'unique_recipients'],
  click_conversion_rate: ['click_through_customers', 'unique_human_clicks'],
  raw_click_conversion_rate: ['click_through_customers', 'unique_clicks'],
};

/** Formulas of the other derived numbers. {@link conversionMetrics} and {@link efficiency} compute them. */
const DERIVED = {
  average_conversion_value: 'net value of the touched conversions / touched_conversions',
  revenue_per_recipient: 'attributed_revenue / unique_recipients',
  revenue_per_click: 'attributed_revenue / clicks',
  revenue_per_human_click: 'attributed_revenue / human_clicks',
  cost_per_conversion: 'spend / credited_conversions',
  return_on_ad_spend: 'attributed_revenue / spend',
} as const;

/** The formulas of all metrics, as the report prints them. */
export const DEFINITIONS: Record<string, string> = {
  ...Object.fromEntries(
    [...Object.entries(ENGAGEMENT_RATES), ...Object.entries(CONVERSION_RATES)].map(([name, [over, under]]) => [
      name,
      `${over} / ${under}`,
    ]),
  ),
  ...DERIVED,
};

type Engagement = Record<EngagementCount, number>;

/** The sums that a campaign or an email earned. */
interface Earned {
  counts: Record<ConversionCount, number>;
  credited_millionths: bigint;
  revenue_micros: bigint;
  touched_net_micros: bigint;
}

export function readEngagement(row: Row | undefined): Engagement {
  const names = Object.keys(ENGAGEMENT_COUNTS) as EngagementCount[];
  return Object.fromEntries(names.map((name) => [name, Number(row?.[name] ?? 0)])) as Engagement;
}

export function readEarned(row: Row | undefined): Earned {
  const names = Object.keys(CONVERSION_COUNTS) as ConversionCount[];
  return {
    counts: Object.fromEntries(names.map((name) => [name, Number(row?.[name] ?? 0)])) as Earned['counts'],
    credited_millionths: BigInt(row?.['millionths'] ?? 0),
    revenue_micros: BigInt(row?.['micros'] ?? 0),
    touched_net_micros: BigInt(row?.['net_micros'] ?? 0),
  };
}

export function engagementMetrics(engagement: Engagement): ReportJson {
  const rates = Object.entries(ENGAGEMENT_RATES).map(([name, [over, under]]) => [
    name,
    ratio(engagement[over], engagement[under]),
  ]);
  return { ...engagement, ...Object.fromEntries(rates) };
}

export function conversionMetrics(earned: Earned, engagement: Engagement): ReportJson {
  const { counts, credited_millionths, revenue_micros, touched_net_micros } = earned;
  const rates = Object.entries(CONVERSION_RATES).map(([name, [over, under]]) => [
    name,
    ratio(counts[over], engagement[under]),
  ]);
  return {
    ...counts,
    credited_conversions: ratio(credited_millionths, MICRO_CONVERSIONS),
    ...money('attributed_revenue', revenue_micros),
    ...Object.fromEntries(rates),
    average_conversion_value: microsPer(touched_net_micros, counts.touched_conversions),
  };
}

/** Revenue per recipient and per click. Campaigns and emails have them; only campaigns have a cost. */
export function revenuePer(earned: Earned, engagement: Engagement): ReportJson {
  return {
    revenue_per_recipient: microsPer(earned.revenue_micros, engagement.unique_recipients),
    revenue_per_click: microsPer(earned.revenue_micros, engagement.clicks),
    revenue_per_human_click: microsPer(earned.revenue_micros, engagement.human_clicks),
  };
}

/** Cost and return. All are null if no spend was sent; they are not 0. */
export function efficiency(earned: Earned, engagement: Engagement, spend_micros: bigint | null): ReportJson {
  return {
    ...spendMoney(spend_micros),
    ...revenuePer(earned, engagement),
    ...costAndReturn(earned, spend_micros),
  };
}

/** Spend as an amount; null if it is not known. */
export function spendMoney(spend_micros: bigint | null): ReportJson {
  return spend_micros === null ? { spend_micros, spend: null } : money('spend', spend_micros);
}

/** Cost per conversion and return on spend. Nothing returns on a spend that credits brought to 0 or below. */
export function costAndReturn(
  { revenue_micros, credited_millionths }: Pick<Earned, 'revenue_micros' | 'credited_millionths'>,
  spend_micros: bigint | null,
): ReportJson {
  // Both sides are in millionths, of a conversion and of a currency unit. So the quotient is in currency units.
  const cost = spend_micros === null ? null : ratioMillionths(spend_micros, credited_millionths);
  return {
    cost_per_conversion: cost === null ? null : formatMicros(cost),
    return_on_ad_spend: spend_micros === null || spend_micros <= 0n ? null : ratio(revenue_micros, spend_micros),
  };
}
