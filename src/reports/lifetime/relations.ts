/** The temporary tables of the reports on cohorts and lifetime value, declared once. */
import { EVENTS, ORDERS } from '../../attribution/relations.ts';
import { defineRelation } from '../../warehouse/relation.ts';

export const FIRST_ORDERS = defineRelation('first_orders', 'the first order of a person', {
  key: ['order_no'],
  columns: ORDERS.columns,
});
export const FIRST_ORDER_EVENTS = defineRelation('first_order_events', 'the value event that a first order is itself', {
  key: ['order_no'],
  columns: EVENTS.columns,
});
export const ASKED_PEOPLE = defineRelation('asked_people', 'a person whose first order the report chooses', {
  key: ['person_key'],
  columns: { person_key: 'int' },
});
export const PATH_FACTS = defineRelation(
  'path_facts',
  'an order with touches: the channel and campaign of the first touch, and 1 if some touch is of an email',
  {
    key: ['order_no'],
    columns: { order_no: 'int', channel: 'text?', campaign_id: 'text?', has_email: 'int' },
  },
);
