/** Temporary tables of fits and of fitted models, declared once. */
import { CANDIDATE_COLUMNS } from '../attribution/relations.ts';
import { defineRelation, type RelationType } from '../warehouse/relation.ts';

export const SPLIT_VIEWS = defineRelation('split_views', 'a channel whose views and actions have different names', {
  key: ['channel'],
  columns: { channel: 'text' },
});
export const STATES = defineRelation('states', 'the name of a touch in paths, with its code', {
  key: ['state'],
  columns: { state: 'text', code: 'int' },
});

export const EFFECTS = defineRelation('effects', 'the effect of a state, from an artifact', {
  key: ['state'],
  columns: { state: 'text', effect: 'float' },
});
export const STATE_CODES = defineRelation('state_codes', 'the code of a state in an artifact', {
  key: ['state'],
  columns: { state: 'text', code: 'int' },
});
const SCORED: Record<string, RelationType> = {
  order_no: 'int',
  touch_no: 'int',
  at_ms: 'int',
  tie_no: 'int',
  age_ms: 'int',
  state: 'text',
};
export const SCORED_EFFECTS = defineRelation(
  'scored_effects',
  'a touch with the effect of its state; null for a state that the artifact does not know',
  {
    key: ['order_no', 'touch_no'],
    columns: { ...SCORED, effect: 'float?' },
  },
);
export const SCORED_CODES = defineRelation(
  'scored_codes',
  'a touch with the code of its state; null for a state that the artifact does not know',
  {
    key: ['order_no', 'touch_no'],
    columns: { ...SCORED, code: 'int?' },
  },
);
export const TOUCHES_TO_SCORE = defineRelation(
  'touches_to_score',
  'a touch in the order of reading; code -1 is a state that the artifact does not know',
  {
    key: ['row_no'],
    columns: { order_no: 'int', touch_no: 'int', age_ms: 'int', code: 'int', row_no: 'int' },
  },
);

export const SILENT_PEOPLE = defineRelation(
  'silent_people',
  'a person who touched in the period, with the last touch',
  {
    key: ['brand_id', 'person_key'],
    columns: { brand_id: 'text', person_key: 'int', person_id: 'text', at_ms: 'int', first_no: 'int' },
  },
);
export const PATH_TOUCHES = defineRelation(
  'path_touches',
  'a touch of a path, by the name of its state; shown is 1 if the filters about touches let it pass',
  {
    key: ['order_no', 'at_ms', 'tie_no'],
    columns: { order_no: 'int', at_ms: 'int', tie_no: 'int', state: 'text', shown: 'int' },
  },
);
export const ORDER_PATHS = defineRelation(
  'order_paths',
  'an order, or a person with touches and no order (order_no is below zero), numbered by its content',
  {
    key: ['path_no'],
    columns: {
      order_no: 'int',
      person_key: 'int',
      policy_no: 'int',
      at_ms: 'int',
      micros: 'int128',
      counted: 'int',
      path_no: 'int',
    },
  },
);
export const NUMBERED_TOUCHES = defineRelation('numbered_touches', 'a touch of a path, in the order of reading', {
  key: ['path_no', 'at_ms', 'tie_no'],
  columns: { path_no: 'int', at_ms: 'int', tie_no: 'int', code: 'int', shown: 'int' },
});

export const MAILED = defineRelation('mailed', 'a customer who was sent an email or is in a segment', {
  key: ['brand_id', 'id'],
  columns: { brand_id: 'text', id: 'text', subject_key: 'int', at_ms: 'int' },
});
export const FIT_IDS = defineRelation(
  'fit_ids',
  'an id with a record before the end of the period, and the key of its person',
  {
    key: ['brand_id', 'subject_key'],
    columns: { brand_id: 'text', subject_key: 'int', person_key: 'int', person_id: 'text', first_ms: 'int' },
  },
);
export const FIT_PEOPLE = defineRelation(
  'fit_people',
  'a person with a record before the end of the period, numbered by name',
  {
    key: ['person_no'],
    columns: { brand_id: 'text', person_key: 'int', first_ms: 'int', person_no: 'int' },
  },
);
const { email_id: _email_id, ...KIND_COLUMNS } = CANDIDATE_COLUMNS;
export const TOUCH_KINDS = defineRelation(
  'touch_kinds',
  'what the touchpoints of a fit have in common, with its number',
  {
    key: ['kind_no'],
    columns: { ...KIND_COLUMNS, sent_campaign_id: 'text?', traits: 'int', kind_no: 'int' },
  },
);
const PERSON_TOUCH = {
  person_no: 'int',
  touch_no: 'int',
  at_ms: 'int',
  session_id: 'text?',
} as const satisfies Record<string, RelationType>;
export const PERSON_TOUCHES = defineRelation('person_touches', 'a touchpoint of a person that may earn credit', {
  key: ['touch_no'],
  columns: { ...PERSON_TOUCH, kind_no: 'int' },
});
export const PERSON_TIES = defineRelation(
  'person_ties',
  'the place of a touchpoint, in order of ids, among those of the same person and instant',
  { key: ['touch_no'], columns: { touch_no: 'int', tie_no: 'int' } },
);
