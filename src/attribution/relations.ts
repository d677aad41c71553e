/** The temporary tables of the attribution query. `order_no`, `touch_no`: rows of the log (warehouse/position.ts). `at_ms`: epoch ms. */

import { SETTING_COLUMNS } from '../domain/settings.ts';
import { defineRelation, type Relation, type RelationType } from '../warehouse/relation.ts';
import { TABLES } from '../warehouse/schema.ts';
import type { TouchVerdicts } from './verdict-relations.ts';

const SETTINGS: Record<string, RelationType> = Object.fromEntries(
  SETTING_COLUMNS.map(({ column, whole }) => [column, whole ? 'int' : 'float']),
);
/** Further columns, which a plan may ask for: any column of the touchpoint, and the campaign without those of its link. */
const OF_TOUCHPOINTS = new RegExp(
  `^(sent_campaign_id|${TABLES.touchpoints.columns.map(({ name }) => name).join('|')})$`,
);

export const POLICIES = defineRelation('policies', 'the settings and the period of a brand and conversion type', {
  key: ['brand_id', 'conversion_type'],
  columns: {
    brand_id: 'text',
    conversion_type: 'text',
    policy_no: 'int',
    start_ms: 'int',
    end_ms: 'int',
    gap_ms: 'int',
    zone_no: 'int',
    ...SETTINGS,
  },
});

export const BRAND_PERIODS = defineRelation('brand_periods', 'a brand of the plan with its period', {
  key: ['brand_id'],
  columns: { brand_id: 'text', start_ms: 'int', end_ms: 'int' },
});

export const PERSONS = defineRelation('persons', 'an id of a person who is named by another id', {
  key: ['brand_id', 'id'],
  columns: { brand_id: 'text', id: 'text', subject_key: 'int', person_id: 'text', person_key: 'int' },
});

export const ZONE_OFFSETS = defineRelation('zone_offsets', 'the offset of a time zone in a part of time', {
  key: ['zone_no', 'from_ms'],
  columns: { zone_no: 'int', from_ms: 'int', until_ms: 'int', offset_ms: 'int' },
});

export const REPEATS = defineRelation(
  'repeats',
  'a stored conversion that is not the standing conversion of its order, or a page conversion that a server overruled (then without names)',
  {
    key: ['brand_id', 'conversion_id'],
    columns: { brand_id: 'text', conversion_id: 'text', named_id: 'text?', standing_id: 'text?' },
  },
);

const ORDER = {
  order_no: 'int',
  brand_id: 'text',
  conversion_id: 'text',
  order_id: 'text?',
  conversion_type: 'text',
  currency: 'text',
  value_micros: 'int',
  at_ms: 'int',
  person_key: 'int',
  person_id: 'text',
  start_ms: 'int',
  end_ms: 'int',
  zone_no: 'int',
  ...SETTINGS,
  previous_ms: 'int?',
} as const satisfies Record<string, RelationType>;

export const STANDING_ORDERS = defineRelation(
  'standing_orders',
  'an order that may have a value event in the period, or that lookback needs',
  { key: ['order_no'], columns: ORDER },
);
export const ORDERS = defineRelation('orders', 'an order with a value event in the period', {
  key: ['order_no'],
  columns: ORDER,
});
export const ORDERS_AND_SILENT = defineRelation(
  'orders_and_silent',
  'an order, or a person with touchpoints and no order: order_no is below zero, at_ms is the last touchpoint',
  { key: ['order_no'], columns: ORDER },
);

export const ORDER_ADJUSTMENTS = defineRelation('order_adjustments', 'an adjustment of an order, in any currency', {
  key: ['order_no', 'adjustment_id'],
  columns: {
    order_no: 'int',
    order_currency: 'text',
    currency: 'text',
    adjustment_id: 'text',
    amount_micros: 'int',
    at_ms: 'int',
  },
});

const EVENT = {
  order_no: 'int',
  brand_id: 'text',
  event: 'text',
  at_ms: 'int',
  day_number: 'int',
  order_day_number: 'int',
  before_micros: 'int128',
  after_micros: 'int128',
} as const satisfies Record<string, RelationType>;
export const VALUE_EVENTS = defineRelation('value_events', "a value event in its order's currency", {
  key: ['order_no', 'event'],
  columns: { ...EVENT, currency: 'text' },
});
export const EVENTS = defineRelation(
  'events',
  "a value event of the period in the report's currency: an order, or with own_day an adjustment",
  { key: ['order_no', 'event'], columns: EVENT },
);

export const RATES = defineRelation('rates', "the rate for a day's amounts of a currency, as a fraction: num / den", {
  key: ['brand_id', 'currency', 'day_number'],
  columns: { brand_id: 'text', currency: 'text', day_number: 'int', num: 'int', den: 'int' },
});
export const ORDERS_WITHOUT_RATE = defineRelation(
  'orders_without_rate',
  "an order whose currency has no rate on its day; its value events are 0 in the report's currency",
  { key: ['order_no'], columns: { order_no: 'int', currency: 'text', day_number: 'int' } },
);

const MEMBER = { brand_id: 'text', id: 'text', subject_key: 'int', person_key: 'int' } as const;
export const MEMBERS = defineRelation('members', 'an id of a person who ordered', {
  key: ['brand_id', 'id'],
  columns: MEMBER,
});
export const PERSON_MEMBERS = defineRelation('person_members', 'an id of the one person that a report is about', {
  key: ['brand_id', 'id'],
  columns: MEMBER,
});

export const CONTINUATIONS = defineRelation('continuations', 'a touchpoint that continues the visit before it', {
  key: ['touch_no'],
  columns: { touch_no: 'int' },
});

/** Columns of the touchpoint that every candidate has: collapsing and most reports need them. */
export const CANDIDATE_COLUMNS = {
  touchpoint_type: 'text',
  channel: 'text',
  campaign_id: 'text?',
  email_id: 'text?',
} as const satisfies Record<string, RelationType>;
const CANDIDATE = {
  order_no: 'int',
  touch_no: 'int',
  age_ms: 'int',
  at_ms: 'int',
  tie_no: 'int',
  is_email: 'int',
  ...CANDIDATE_COLUMNS,
} as const satisfies Record<string, RelationType>;
export const UNTIED_CANDIDATES = defineRelation(
  'untied_candidates',
  'a touchpoint that may earn credit of an order; tie_no is 0',
  { key: ['order_no', 'touch_no'], columns: CANDIDATE, more: OF_TOUCHPOINTS },
);
export const CANDIDATES = defineRelation(
  'candidates',
  'a touchpoint that may earn credit of an order; at_ms, then tie_no give their order in time',
  { key: ['order_no', 'touch_no'], columns: CANDIDATE, more: OF_TOUCHPOINTS },
);
export const TIES = defineRelation('ties', 'the place of a candidate among those of the same order and instant', {
  key: ['order_no', 'touch_no'],
  columns: { order_no: 'int', touch_no: 'int', tie_no: 'int' },
});
export const NEWEST_CANDIDATES = defineRelation(
  'newest_candidates',
  'a candidate that its order keeps; made only if some order has too many',
  { key: ['order_no', 'touch_no'], columns: CANDIDATE, more: OF_TOUCHPOINTS },
);
export const CROWDED_ORDERS = defineRelation('crowded_orders', 'an order with more candidates than it keeps', {
  key: ['order_no'],
  columns: { order_no: 'int', kept: 'int' },
});

export const BUSY_PEOPLE = defineRelation('busy_people', 'a person with very many pairs of an order and a touchpoint', {
  key: ['person_key'],
  columns: { person_key: 'int', kept: 'int' },
});
export const BUSY_TOUCHES = defineRelation('busy_touches', 'the place of a touchpoint among those of its window', {
  key: ['person_key', 'touch_no'],
  columns: { person_key: 'int', kept: 'int', window_no: 'int', touch_no: 'int', at_ms: 'int', place: 'int' },
});
export const BUSY_PAIRS = defineRelation('busy_pairs', 'an order and a touchpoint of a busy person that may earn', {
  key: ['order_no', 'touch_no'],
  columns: { order_no: 'int', touch_no: 'int' },
});

export const ABSORBED_VISITS = defineRelation('absorbed_visits', 'a landing visit that belongs to its email click', {
  key: ['order_no', 'touch_no'],
  columns: { order_no: 'int', touch_no: 'int', into_touch_no: 'int' },
});
export const ABSORBED = defineRelation(
  'absorbed',
  'a candidate that belongs to another touch, and the collapsing step that decided it',
  {
    key: ['order_no', 'touch_no'],
    columns: { order_no: 'int', touch_no: 'int', into_touch_no: 'int', step: 'int' },
  },
);

export const SCORES = defineRelation('scores', 'the weight and the measures that a fitted model gives a touch', {
  key: ['order_no', 'touch_no'],
  columns: { order_no: 'int', touch_no: 'int', weight: 'float', share: 'float', with_it: 'float', without_it: 'float' },
});

export const CREDITS = defineRelation(
  'credits',
  'the credit of a touch from a value event: per model i weight w, micros c, millionths of a conversion m',
  {
    key: ['order_no', 'touch_no', 'event'],
    columns: {
      order_no: 'int',
      touch_no: 'int',
      age_ms: 'int',
      k: 'int',
      n: 'int',
      places: 'int',
      brand_id: 'text',
      event: 'text',
      day_number: 'int',
      counted: 'int',
    },
    more: /^[wcm]\d+$/,
  },
);

export const UNATTRIBUTED = defineRelation('unattributed', 'a value event that no touch earned, and the reason', {
  key: ['order_no', 'event'],
  columns: { order_no: 'int', brand_id: 'text', event: 'text', day_number: 'int', micros: 'int128', reason: 'text' },
});

export const JOURNEY_EVENTS = defineRelation(
  'journey_events',
  'a touchpoint (is_order 0), an order (1) or a conversion outside of the report (2), with the number of its journey',
  {
    key: ['person_key', 'is_order', 'event_no'],
    columns: {
      person_key: 'int',
      brand_id: 'text',
      at_ms: 'int',
      is_order: 'int',
      event_no: 'int',
      is_email: 'int',
      journey_no: 'int',
    },
    more: OF_TOUCHPOINTS,
  },
);
export const JOURNEY = {
  person_key: 'int',
  journey_no: 'int',
  brand_id: 'text',
  first_ms: 'int',
  last_order_ms: 'int',
  orders: 'int',
  micros: 'int128',
  touchpoints: 'int',
  email_touchpoints: 'int',
} as const satisfies Record<string, RelationType>;
export const JOURNEY_SPANS = defineRelation('journey_spans', 'a journey that holds a value event of the period', {
  key: ['person_key', 'journey_no'],
  columns: JOURNEY,
});
export const JOURNEYS = defineRelation('journeys', 'a journey, with its length in calendar days', {
  key: ['person_key', 'journey_no'],
  columns: { ...JOURNEY, days: 'int' },
});

/** The relations that the steps for orders make. */
export interface OrderRelations {
  orders: Relation;
  repeats: Relation;
  adjustments: Relation;
  events: Relation;
  /** The orders that no rate converts. Null if there is none, or if the report is refused because of one. */
  without_rate: Relation | null;
}

/** The relations that the steps for touches make. */
export interface TouchRelations {
  members: Relation;
  /** Null if the log holds no reclassification at this position, and consent hides nothing. */
  verdicts: TouchVerdicts;
  /** Null if the log holds no touchpoint that came from its own site. */
  continuations: Relation | null;
  candidates: Relation;
  /** The orders that keep only their newest candidates. Null if there are none. */
  crowded: Relation | null;
  /** Null if every candidate is a touch. */
  absorbed: Relation | null;
}
