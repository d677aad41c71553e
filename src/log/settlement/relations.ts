/** The temporary tables of settling. `message` names a message within its brand, `message_no` within one page. */
import { defineRelation } from '../../warehouse/relation.ts';

export const SETTLE_TRIGGERS = defineRelation(
  'settle_triggers',
  'a fresh event that may change verdicts of a message',
  {
    key: [],
    columns: { brand_id: 'text', message: 'text', at_ms: 'int' },
  },
);

export const SETTLE_MESSAGES = defineRelation('settle_messages', 'a message with its first and last fresh event', {
  key: ['message_no'],
  columns: { message_no: 'int', brand_id: 'text', message: 'text', first_ms: 'int', last_ms: 'int' },
});

const EVENT = {
  message_no: 'int',
  is_due: 'int',
  brand_id: 'text',
  touchpoint_id: 'text',
  subject_key: 'int',
  touchpoint_type: 'text',
  at_ms: 'int',
  url: 'text?',
  user_agent: 'text?',
  ip_address: 'text?',
  click_ids: 'text?',
  click_id: 'text?',
  evidence: 'text?',
  channel: 'text',
  channel_reason: 'text',
  verdict: 'text',
  verdict_reasons: 'text',
  rules_version: 'int',
  traits: 'int',
  collector_id: 'text',
  log_seq: 'int',
} as const;

export const SETTLE_FOUND = defineRelation(
  'settle_found',
  'an open or click near the fresh events of its message; is_due is 1 if they may change its verdict',
  { key: ['collector_id', 'log_seq'], columns: EVENT },
);

export const SETTLE_EVENTS = defineRelation(
  'settle_events',
  'the same, classified by its own evidence, with what was settled before (null if nothing was)',
  {
    key: ['collector_id', 'log_seq'],
    columns: {
      ...EVENT,
      settled_channel: 'text?',
      settled_channel_reason: 'text?',
      settled_verdict: 'text?',
      settled_verdict_reasons: 'text?',
      settled_rules_version: 'int?',
      settled_traits: 'int?',
    },
  },
);

export const SETTLE_DELIVERIES = defineRelation('settle_deliveries', 'a delivery or sending near the fresh events', {
  key: [],
  columns: { message_no: 'int', event_type: 'text', at_ms: 'int' },
});

export const SETTLE_LANDINGS = defineRelation(
  'settle_landings',
  'a page that was opened with the click id of a click',
  {
    key: [],
    columns: { message_no: 'int', click_id: 'text', at_ms: 'int' },
  },
);
