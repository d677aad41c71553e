/** The answer about one customer. */
import { Type } from '../../domain/typebox.ts';
import { PERSON, PERSON_MEANINGS } from './person.ts';
import {
  byName,
  closed,
  count,
  HEAD,
  instant,
  money,
  nullable,
  number,
  rows,
  text,
  textOrNull,
  yesNo,
} from './shapes.ts';

const TOUCHPOINT = {
  touchpoint_id: text(),
  touchpoint_type: text(),
  channel: text(),
  campaign_id: textOrNull(),
  email_id: textOrNull(),
  session_id: textOrNull(),
  url: textOrNull(),
  verdict: textOrNull(),
  occurred_at: instant(),
  ...money('attributed_revenue'),
};

const CONVERSION = {
  conversion_id: text(),
  order_id: textOrNull(),
  conversion_type: text(),
  occurred_at: instant(),
  ...money('net_value'),
  credited_touches: count(),
  unattributed_reason: textOrNull(),
};

export const CustomerResult = closed({
  ...HEAD,
  customer_id: text(),
  brand_id: text(),
  attribution_model: text(),
  person: PERSON,
  segments: rows({
    segment_name: text(),
    segment_criteria: textOrNull(),
    segment_properties: Type.Unknown(),
    assigned_at: instant(),
    expires_at: nullable(instant()),
  }),
  summary: closed({
    journey_count: count(),
    total_touchpoint_count: count(),
    email_touchpoint_count: count(),
    machine_touchpoint_count: count(),
    conversion_count: count(),
    ...money('total_conversion_value'),
    lists_truncated: yesNo(),
  }),
  journeys: rows({
    journey_id: text(),
    customer_id: text(),
    first_touchpoint: nullable(instant()),
    last_touchpoint: nullable(instant()),
    journey_duration_days: number(),
    days_to_last_conversion: nullable(number()),
    total_touchpoint_count: count(),
    email_touchpoint_count: count(),
    conversion_count: count(),
    ...money('total_conversion_value'),
    channel_mix: byName(count()),
    touchpoints: rows(TOUCHPOINT),
    conversions: rows(CONVERSION),
  }),
});

export const CUSTOMER_MEANINGS = {
  ...PERSON_MEANINGS,
  machine_touchpoint_count: 'Touchpoints of machines; no other figure counts them',
  lists_truncated: 'True if lists hold the newest rows only; counts and sums cover all',
  journey_duration_days: 'Calendar days from the first event of the journey to its last',
  channel_mix: 'Touchpoints by channel',
  credited_touches: 'Touches in the path of the order',
  total_conversion_value: 'Net value of the orders',
} as const;
