/** The relations of journeys across brands. `person_key`: the person of an order; `other_key`: the same customer in another brand. */
import { CANDIDATE_COLUMNS } from '../../attribution/relations.ts';
import { defineRelation, type RelationType } from '../../warehouse/relation.ts';

export const JOURNEY_BRANDS = defineRelation('journey_brands', 'a brand of a list whose people may be joined', {
  key: ['brand_id'],
  columns: { brand_id: 'text', list_no: 'int', policy_no: 'int' },
});

export const BRAND_CUSTOMERS = defineRelation('brand_customers', 'a customer id that a record of a brand names', {
  key: ['brand_id', 'customer_id'],
  columns: { list_no: 'int', policy_no: 'int', brand_id: 'text', customer_id: 'text', person_key: 'int' },
});

export const JOINED_PEOPLE = defineRelation(
  'joined_people',
  'a person with orders, and a person of another brand of the list with the same customer id',
  {
    key: ['person_key', 'other_key'],
    columns: { person_key: 'int', order_policy_no: 'int', other_key: 'int', other_brand_id: 'text', policy_no: 'int' },
  },
);

/** The instants from which on consent covers touchpoints in a brand, by what the brand asks about measurement. */
const SINCE = { not_needed_ms: 'int', opt_out_ms: 'int', opt_in_ms: 'int' } as const;
export const SHARED_SINCE = defineRelation(
  'shared_since',
  'a person who has granted sharing and not withdrawn it, and from when on that covers touchpoints',
  { key: ['person_key'], columns: { person_key: 'int', ...SINCE } },
);

export const JOINED_SUBJECTS = defineRelation(
  'joined_subjects',
  'an id of the person of another brand, with what covers its touchpoints in the brand of the order and in its own',
  {
    key: ['person_key', 'subject_key'],
    columns: {
      person_key: 'int',
      subject_key: 'int',
      other_key: 'int',
      order_policy_no: 'int',
      policy_no: 'int',
      order_not_needed_ms: 'int',
      order_opt_out_ms: 'int',
      order_opt_in_ms: 'int',
      ...SINCE,
    },
  },
);

export const OTHER_MEMBERS = defineRelation('other_members', 'an id of a person who is joined with one who ordered', {
  key: ['subject_key'],
  columns: { subject_key: 'int', person_key: 'int' },
});

export const UNJOINED_PEOPLE = defineRelation(
  'unjoined_people',
  'a person with so many pairs of an order and a touchpoint of another brand that nobody is joined',
  { key: ['person_key'], columns: { person_key: 'int' } },
);

const TOUCH = {
  order_no: 'int',
  touch_no: 'int',
  brand_id: 'text',
  touchpoint_id: 'text',
  age_ms: 'int',
  at_ms: 'int',
  tie_no: 'int',
  is_email: 'int',
  ...CANDIDATE_COLUMNS,
} as const satisfies Record<string, RelationType>;
const COLLAPSED_BY = { message_id: 'text?', session_id: 'text?', sent_campaign_id: 'text?' } as const;

export const OTHER_CANDIDATES = defineRelation(
  'other_candidates',
  'a touchpoint of another brand that may earn credit of an order as far as consent covers it',
  { key: ['order_no', 'touch_no'], columns: { ...TOUCH, ...COLLAPSED_BY, is_covered: 'int' } },
);

export const COVERED_CANDIDATES = defineRelation(
  'covered_candidates',
  'a candidate of another brand that consent covers; order_no numbers the pairs of an order and a brand',
  { key: ['order_no', 'touch_no'], columns: { ...TOUCH, ...COLLAPSED_BY, helped_order_no: 'int' } },
);

export const HELPED_ORDERS = defineRelation('helped_orders', 'an order with a touch of another brand', {
  key: ['order_no'],
  columns: { order_no: 'int' },
});

export const JOURNEY_TOUCHES = defineRelation('journey_touches', 'a touch of any brand of an order that is helped', {
  key: ['order_no', 'touch_no'],
  columns: TOUCH,
});
