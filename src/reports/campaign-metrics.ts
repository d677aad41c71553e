/** The metrics of a campaign or an email: every count, and every rate with its formula. Each is defined here only. */
import { MICRO_CONVERSIONS } from '../attribution/plan.ts';
import { formatMicros, microsPer, money, ratio, ratioMillionths } from '../domain/money.ts';
import type { Row } from '../warehouse/schema.ts';
import { textWord } from '../warehouse/sql-text.ts';
import type { ReportJson } from './context.ts';

/** What an event of an email is, as far as counts ask. The verdict of `is_human` is neither machine nor bot. */
interface CountedEvent {
  kind: string;
  is_human: 0 | 1;
  verdict: string | null;
}
/** A count of events, or of the people who have such events. */
interface Counted {
  of: 'events' | 'people';
  where: Partial<CountedEvent>;
}
const events = (where: Counted['where']): Counted => ({ of: 'events', where });
const people = (where: Counted['where']): Counted => ({ of: 'people', where });

export const ENGAGEMENT_COUNTS = {
  sends: events({ kind: 'sent' }),
  delivered: events({ kind: 'delivered' }),
  bounced: events({ kind: 'bounced' }),
  complained: events({ kind: 'complained' }),
  unsubscribed: events({ kind: 'unsubscribed' }),
  opens: events({ kind: 'email_open' }),
  unique_opens: people({ kind: 'email_open' }),
  human_opens: events({ kind: 'email_open', is_human: 1 }),
  unique_human_opens: people({ kind: 'email_open', is_human: 1 }),
  // Opens through a proxy are human ones: the proxy loads the images when the reader opens the email.
  proxied_opens: events({ kind: 'email_open', verdict: 'proxied' }),
  machine_opens: events({ kind: 'email_open', is_human: 0 }),
  clicks: events({ kind: 'email_click' }),
  unique_clicks: people({ kind: 'email_click' }),
  human_clicks: events({ kind: 'email_click', is_human: 1 }),
  unique_human_clicks: people({ kind: 'email_click', is_human: 1 }),
  // Suspect clicks are human ones, because the evidence is not enough.
  suspect_clicks: events({ kind: 'email_click', verdict: 'suspect' }),
  machine_clicks: events({ kind: 'email_click', is_human: 0 }),
  // Persons with a delivery that the provider reported. Openers are no substitute: most recipients never open.
  unique_recipients: people({ kind: 'delivered' }),
} as const satisfies Record<string, Counted>;

const COUNTED: ReadonlyArray<[string, Counted]> = Object.entries(ENGAGEMENT_COUNTS);

/** SQL over the columns of `campaign_events`. */
const whereSql = (where: Counted['where']): string =>
  Object.entries(where)
    .map(([name, value]) => `${name} = ${typeof value === 'string' ? textWord(value) : value}`)
    .join(' and ');

/** The counts of engagement to which an event adds. */
export function countsOf(event: CountedEvent, of: Counted['of']): EngagementCount[] {
  return COUNTED.filter(
    ([, counted]) =>
      counted.of === of &&
      Object.entries(counted.where).every(([name, value]) => event[name as keyof CountedEvent] === value),
  ).map(([name]) => name as EngagementCount);
}

/** SQL for the counts of engagement of each person: columns of an aggregate over events. */
export const ENGAGEMENT_OF_PERSON = COUNTED.map(
  ([name, { where }]) => `count_where(${whereSql(where)}) as ${name}`,
).join(', ');

/**
 * SQL for the counts of engagement by columns of `from`, which has them and the counts of {@link ENGAGEMENT_OF_PERSON} for each person.
 * @param rows_are_people true if a person has one row in each group. It spares the engine to bring the rows of each together.
 */
export function engagementOfPeople(from: string, by: readonly string[], rows_are_people: boolean): string {
  const listed = by.map((name) => `${name}, `).join('');
  const sums = COUNTED.map(([name]) => `int64(sum(p.${name})) as ${name}`).join(', ');
  const people = rows_are_people ? from : `(select ${listed}person, ${sums} from ${from} p group by ${listed}person)`;
  const all = COUNTED.map(
    ([name, { of }]) => `${of === 'events' ? `sum(w.${name})` : `count_where(w.${name} > 0)`} as ${name}`,
  );
  return `select ${listed}${all.join(', ')} from ${people} w ${by.length === 0 ? '' : `group by ${by.join(', ')}`}`;
}

/** The same over events. */
export function engagementOfEvents(from: string, by: readonly string[]): string {
  const listed = [...by, 'person'].join(', ');
  return engagementOfPeople(`(select ${listed}, ${ENGAGEMENT_OF_PERSON} from ${from} group by ${listed})`, by, true);
}

export type EngagementCount = keyof typeof ENGAGEMENT_COUNTS;

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
  unsubscribes_per_order: 'unsubscribed / touched_conversions',
  complaints_per_order: 'complained / touched_conversions',
  unsubscribes_per_thousand: '1000 * unsubscribed / delivered',
  complaints_per_thousand: '1000 * complained / delivered',
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

export type Engagement = Record<EngagementCount, number>;

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

/** How many left or complained, per order that the campaign touched and per 1,000 delivered emails; {@link lossesPer} computes them. */
export const LOSSES = [
  'unsubscribes_per_order',
  'complaints_per_order',
  'unsubscribes_per_thousand',
  'complaints_per_thousand',
] as const;

export function lossesPer(
  engagement: Engagement,
  touched_conversions: number,
): Record<(typeof LOSSES)[number], number | null> {
  const { unsubscribed, complained, delivered } = engagement;
  return {
    unsubscribes_per_order: ratio(unsubscribed, touched_conversions),
    complaints_per_order: ratio(complained, touched_conversions),
    unsubscribes_per_thousand: ratio(1_000 * unsubscribed, delivered),
    complaints_per_thousand: ratio(1_000 * complained, delivered),
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
