/** The temporary tables of reports, declared once. Those of the attribution query are in attribution/relations.ts. */
import { defineRelation } from '../warehouse/relation.ts';

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

export const CAMPAIGN_EVENTS = defineRelation(
  'campaign_events',
  "an event of one of the campaign's emails, with its person",
  {
    key: [],
    columns: { email_id: 'text?', kind: 'text', person: 'text', is_human: 'int' },
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
