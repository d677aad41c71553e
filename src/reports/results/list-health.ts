/** The answer of the report on the health of the list. */
import type { ComparedParts } from '../compare.ts';
import { CHANGE_MEANINGS, type Compared, comparedRows, comparedShape } from './changes.ts';
import {
  amount,
  COMPARISON,
  closed,
  count,
  HEAD_MEANINGS,
  money,
  nullable,
  PERIOD_HEAD,
  ratio,
  text,
  WARNINGS,
} from './shapes.ts';

/** The states of people on the list. Each is in the first that holds, in the order of the query; this is the order of the answer. */
export const LIST_STATES = [
  'engaged',
  'lapsing',
  'dormant',
  'inactive',
  'never_engaged',
  'unsubscribed',
  'bounced',
] as const;
/** People who ordered and were not mailed. */
export const NOT_MAILED = 'not_mailed';

const BOUGHT = {
  orders: count(),
  share_of_orders: ratio(),
  ordering_people: count(),
  ...money('revenue'),
  share_of_revenue: ratio(),
};

const PARTS = {
  states: {
    keys: { state: text() },
    measures: {
      people: count(),
      share_of_people: ratio(),
      sends: count(),
      share_of_sends: ratio(),
      delivered: count(),
      share_of_delivered: ratio(),
      ...BOUGHT,
      revenue_per_person: nullable(amount()),
    },
  },
  not_mailed: { keys: {}, measures: BOUGHT },
  totals: {
    keys: {},
    measures: { people: count(), sends: count(), delivered: count(), orders: count(), ...money('revenue') },
  },
} satisfies Record<string, Compared>;

export const LIST_HEALTH_COMPARED: ComparedParts = { fields: PARTS };

export const ListHealthResult = closed({
  ...PERIOD_HEAD,
  ...COMPARISON,
  engaged_days: count(),
  lapsing_days: count(),
  dormant_days: count(),
  states: comparedRows(PARTS.states),
  not_mailed: comparedShape(PARTS.not_mailed),
  totals: comparedShape(PARTS.totals),
  warnings: WARNINGS,
});

export const LIST_HEALTH_MEANINGS = {
  ...HEAD_MEANINGS,
  ...CHANGE_MEANINGS,
  states:
    'People with an email that was sent or delivered in the period, each in one state as of its end. Opens and clicks of machines do not count',
  state:
    'unsubscribed: the last word was to leave, or a complaint; bounced: nothing was delivered after a bounce that was not soft; never_engaged: no human open or click ever; else by the last one',
  not_mailed:
    'Orders of people who got no email in the period. With those of the states they are all orders of the period',
  orders: 'Orders of these people in the period, whatever led to them',
  revenue: 'Net revenue of these orders. It is no credit: it says nothing about what led to them',
} as const;
