/** The temporary tables of reports, declared once. Those of the attribution query are in attribution/relations.ts. */
import { JOURNEY } from '../attribution/relations.ts';
import { defineRelation } from '../warehouse/relation.ts';

export const MONTHS = defineRelation('months', 'a calendar month as day numbers', {
  key: ['month_number'],
  columns: { month_number: 'int', from_day: 'int', until_day: 'int' },
});

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
