/** The temporary tables of reports, declared once. Those of the attribution query are in attribution/relations.ts. */
import { JOURNEY } from '../attribution/relations.ts';
import { defineRelation } from '../warehouse/relation.ts';
import { ENGAGEMENT_COUNTS } from './campaign-metrics.ts';

export const MONTHS = defineRelation('months', 'a calendar month as day numbers', {
  key: ['month_number'],
  columns: { month_number: 'int', from_day: 'int', until_day: 'int' },
});

export const SPEND_PERIODS = defineRelation('spend_periods', 'the days of the period in the zone of a brand', {
  key: ['brand_id'],
  columns: { brand_id: 'text', from_date: 'text', until_date: 'text' },
});
export const SPEND_LINES = defineRelation('spend_lines', 'a line of spend of the period that counts', {
  key: ['brand_id', 'id'],
  columns: {
    brand_id: 'text',
    id: 'text',
    date: 'text',
    channel: 'text',
    campaign_id: 'text?',
    currency: 'text',
    amount_micros: 'int',
  },
});
export const SPEND_CAMPAIGNS = defineRelation(
  'spend_campaigns',
  'a campaign as spend names it, and the campaign of the report to which this spend belongs',
  { key: ['campaign_id'], columns: { campaign_id: 'text', credited_id: 'text' } },
);
export const SPEND_RATES = defineRelation(
  'spend_rates',
  "the rate num / den for a day's spend in a currency; is_known is 0 if there is none",
  {
    key: ['brand_id', 'date', 'currency'],
    columns: {
      brand_id: 'text',
      date: 'text',
      currency: 'text',
      day_number: 'int',
      num: 'int',
      den: 'int',
      is_known: 'int',
    },
  },
);
export const SPEND_AMOUNTS = defineRelation(
  'spend_amounts',
  "a line of spend in the report's currency; 0 and not known if a rate is missing",
  {
    key: ['brand_id', 'id'],
    columns: {
      brand_id: 'text',
      id: 'text',
      day_number: 'int',
      channel: 'text',
      campaign_id: 'text?',
      micros: 'int128',
      is_known: 'int',
    },
  },
);

export const NAMED_ORDERS = defineRelation(
  'named_orders',
  'a known order that an adjustment of the period names: by conversion_id or by order_id, the other is empty',
  { key: [], columns: { brand_id: 'text', conversion_id: 'text', order_id: 'text' } },
);

export const LISTED_ORDERS = defineRelation('listed_orders', 'an order that the report on orders lists', {
  key: ['order_no'],
  columns: { order_no: 'int' },
});
export const ORDER_SEGMENTS = defineRelation('order_segments', 'a segment of the person of an order at its time', {
  key: ['order_no', 'segment_name'],
  columns: { order_no: 'int', segment_name: 'text' },
});
export const SEGMENT_SETS = defineRelation('segment_sets', 'all segments of an order as one text', {
  key: ['order_no'],
  columns: { order_no: 'int', segment: 'text' },
});
export const FILTERED_SEGMENTS = defineRelation(
  'filtered_segments',
  'all segments of an order as one text, and 1 if the filters let them pass',
  { key: ['order_no'], columns: { order_no: 'int', segment: 'text', passes: 'int' } },
);

export const ORDER_CUSTOMER_KINDS = defineRelation(
  'order_customer_kinds',
  "whether an order is its person's first: `new` or `returning`",
  { key: ['order_no'], columns: { order_no: 'int', customer_kind: 'text' } },
);

export const FILTERED_JOURNEYS = defineRelation(
  'filtered_journeys',
  'a journey with a touchpoint that the filters let pass',
  { key: ['person_key', 'journey_no'], columns: { ...JOURNEY, days: 'int' } },
);

export const CAMPAIGN_EVENTS = defineRelation(
  'campaign_events',
  "an event of one of the campaign's emails, with its person",
  {
    key: [],
    columns: {
      email_id: 'text?',
      campaign_kind: 'text?',
      kind: 'text',
      verdict: 'text',
      person: 'text',
      is_human: 'int',
    },
  },
);
export const ENGAGED_PEOPLE = defineRelation(
  'engaged_people',
  'what happened to the emails of a campaign or email that one person got; is_label is 1 for events whose link alone names the campaign',
  {
    key: [],
    columns: {
      campaign_id: 'text?',
      is_label: 'int',
      campaign_kind: 'text?',
      person: 'text',
      ...Object.fromEntries(Object.keys(ENGAGEMENT_COUNTS).map((name) => [name, 'int' as const])),
    },
    more: /^email_id$/,
  },
);
export const CAMPAIGN_ALIASES = defineRelation(
  'campaign_aliases',
  'a campaign, and the label by which links without an id name it, where that is spelled differently',
  { key: ['campaign_id'], columns: { campaign_id: 'text', label: 'text' } },
);
export const MAILED_PEOPLE = defineRelation(
  'mailed_people',
  'a person who was sent an email in the period, with the state at its end',
  { key: ['person'], columns: { person: 'text', state: 'text', sends: 'int', delivered: 'int' } },
);
export const BEHAVIOUR = defineRelation(
  'behaviour',
  'a person of a brand with orders, state on the email list, and segments by behaviour that hold now',
  {
    key: ['person_id'],
    columns: {
      person_id: 'text',
      orders: 'int',
      first_ms: 'int?',
      last_ms: 'int?',
      micros: 'int128',
      state: 'text?',
      held: 'text?',
      denies_profiling: 'int',
    },
  },
);
export const BRAND_WEEKS = defineRelation(
  'brand_weeks',
  'the offset of the zone of a brand in a part of time, and the first and the last whole week of its period',
  {
    key: ['brand_id', 'from_ms'],
    columns: {
      brand_id: 'text',
      from_ms: 'int',
      until_ms: 'int',
      offset_ms: 'int',
      first_week: 'int',
      last_week: 'int',
    },
  },
);
export const PERSON_WEEKS = defineRelation(
  'person_weeks',
  'a week of a person on the list in which an email was delivered or something else happened',
  {
    key: ['person', 'week_no'],
    columns: {
      person: 'text',
      week_no: 'int',
      last_week: 'int',
      messages: 'int',
      is_clicked: 'int',
      is_lost: 'int',
      is_ordered: 'int',
    },
  },
);
export const MESSAGES = defineRelation(
  'messages',
  'an email that was delivered in the period, with its first human open and click; without an id, series names its person, campaign and email',
  {
    key: ['message'],
    columns: {
      message: 'text',
      series: 'text?',
      brand_id: 'text',
      person: 'text',
      campaign_kind: 'text?',
      delivered_ms: 'int',
      hour: 'int',
      weekday: 'int',
      opened_ms: 'int?',
      clicked_ms: 'int?',
    },
  },
);
export const SPLIT_EMAILS = defineRelation('split_emails', 'the hash of an email that several people share', {
  key: ['hash'],
  columns: { hash: 'int' },
});

export const MESSAGE_CREDITS = defineRelation(
  'message_credits',
  'what an order gives an email of the period, from the touches that belong to it',
  {
    key: ['order_no', 'message'],
    columns: {
      order_no: 'int',
      message: 'text',
      person: 'text',
      counted: 'int',
      micros: 'int128',
      hour: 'int',
      weekday: 'int',
    },
  },
);
export const CAMPAIGN_TOUCHES = defineRelation(
  'campaign_touches',
  'a touch of the campaign in a path, with its credit',
  {
    key: [],
    columns: {
      order_no: 'int',
      person_key: 'int',
      email_id: 'text?',
      campaign_kind: 'text?',
      counted: 'int',
      micros: 'int',
      millionths: 'int',
      age_ms: 'int',
      is_first: 'int',
      is_last: 'int',
      is_view: 'int',
    },
  },
);
export const ORDER_NETS = defineRelation('order_nets', 'the net value of an order of the period', {
  key: ['order_no'],
  columns: { order_no: 'int', net_micros: 'int128' },
});

export const COMPARED_PEOPLE = defineRelation('compared_people', 'a person with credited orders, numbered by name', {
  key: ['person_no'],
  columns: { person_key: 'int', person_no: 'int' },
});

export const HISTORY = defineRelation(
  'history',
  "an event of one person's journeys; place numbers them in order of time",
  {
    key: ['place'],
    columns: {
      journey_no: 'int',
      at_ms: 'int',
      is_order: 'int',
      event_no: 'int',
      is_email: 'int',
      id: 'text',
      place: 'int',
      touchpoint_id: 'text?',
      touchpoint_type: 'text?',
      channel: 'text?',
      campaign_id: 'text?',
      email_id: 'text?',
      session_id: 'text?',
      url: 'text?',
      verdict: 'text?',
    },
  },
);
