/** The answer of the attribution report: for one model, or for several models by name. */

import { UNATTRIBUTED_REASONS } from '../../attribution/eligibility.ts';
import { Type } from '../../domain/typebox.ts';
import type { ComparedParts } from '../compare.ts';
import { GROUP_FIELDS, ORDER_FIELDS } from '../groups.ts';
import { CHANGE_MEANINGS, type Compared, comparedRows, comparedShape } from './changes.ts';
import { JOURNEY_LENGTHS, JOURNEY_MEANINGS } from './journeys.ts';
import {
  amount,
  byName,
  COMPARISON,
  closed,
  count,
  described,
  fieldsOf,
  HEAD_MEANINGS,
  micros,
  money,
  nullable,
  number,
  PERIOD_HEAD,
  ratio,
  SPENT,
  text,
  textOrNull,
  texts,
  WARNINGS,
} from './shapes.ts';

/** Value that no touch earned, by reason. Only models with absolute weights have `organic`. */
export const UNATTRIBUTED = closed({
  ...fieldsOf(UNATTRIBUTED_REASONS, micros),
  organic: Type.Optional(micros()),
});

const CREDIT = {
  touched_conversions: count(),
  credited_conversions: number(),
  ...money('attributed_revenue'),
};
/** The middle 90 % of a bootstrap over people; null if it is withheld. */
export const INTERVAL = nullable(closed({ low: amount(), high: amount() }));
const orderKeys = () => fieldsOf(ORDER_FIELDS, () => Type.Optional(textOrNull()));

/** What `compare` sets beside an earlier period. */
const PARTS = {
  channel_attribution: {
    keys: fieldsOf(GROUP_FIELDS, () => Type.Optional(textOrNull())),
    measures: { ...CREDIT, average_attribution_weight: ratio() },
    sometimes: SPENT,
    others: {
      attributed_revenue_interval: Type.Optional(INTERVAL),
      attributed_revenue_support: Type.Optional(count()),
    },
  },
  email_attribution: {
    keys: { email_id: textOrNull(), campaign_id: textOrNull() },
    measures: { ...CREDIT, unique_customers: count(), revenue_per_customer: nullable(amount()) },
  },
  unattributed: { keys: { ...orderKeys(), reason: text() }, measures: money('unattributed_revenue') },
  filtered: { keys: orderKeys(), measures: money('filtered_revenue') },
  summary: {
    keys: {},
    measures: {
      total_conversions: count(),
      attributed_conversions: count(),
      email_conversions: count(),
      ...money('total_revenue'),
      total_revenue: described(
        amount(),
        'Net revenue of the shop: orders of the period less refunds, whether a touch earned it or not',
      ),
      ...money('total_attributed_revenue'),
      ...money('email_attributed_revenue'),
      email_share_of_revenue: ratio(),
    },
  },
} satisfies Record<string, Compared>;

export const ATTRIBUTION_COMPARED: ComparedParts = {
  fields: { ...PARTS, journey_analysis: JOURNEY_LENGTHS },
  parts: 'models',
};

const PART = {
  channel_attribution: comparedRows(PARTS.channel_attribution),
  email_attribution: comparedRows(PARTS.email_attribution),
  unattributed: comparedRows(PARTS.unattributed),
  filtered: Type.Optional(comparedRows(PARTS.filtered)),
  summary: comparedShape(PARTS.summary),
  reconciliation: closed({
    net_revenue_micros: micros(),
    attributed_micros: micros(),
    unattributed_micros: UNATTRIBUTED,
    filtered_micros: Type.Optional(micros()),
  }),
};

const COMMON = {
  ...PERIOD_HEAD,
  ...COMPARISON,
  journey_analysis: comparedRows(JOURNEY_LENGTHS),
  identity_difference: Type.Optional(
    closed({
      identity: text(),
      beside: text(),
      by_model: Type.Array(
        closed({
          attribution_model: text(),
          attributed_conversions: number(),
          email_conversions: number(),
          total_attributed_revenue_micros: micros(),
          email_attributed_revenue_micros: micros(),
        }),
      ),
    }),
  ),
  warnings: WARNINGS,
};

const BOUNDS = { ...money('observed_revenue'), ...money('possible_revenue') };
/** What consent hides. */
export const CONSENT_BOUNDS = closed({
  total: closed({ ...BOUNDS, observed_conversions: count(), possible_conversions: count() }),
  groups: Type.Array(closed({ ...fieldsOf(GROUP_FIELDS, () => Type.Optional(textOrNull())), ...BOUNDS })),
  groups_left_out: count(),
  not_stored_events: count(),
});

export const AttributionResult = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  anyOf: [
    closed({ ...COMMON, attribution_model: text(), ...PART, consent_bounds: Type.Optional(CONSENT_BOUNDS) }),
    closed({ ...COMMON, attribution_models: texts(), models: byName(closed(PART)) }),
  ],
});

export const ATTRIBUTION_MEANINGS = {
  ...HEAD_MEANINGS,
  ...JOURNEY_MEANINGS,
  ...CHANGE_MEANINGS,
  channel_attribution:
    'Revenue of each group, most revenue first; with a key about the time in order of time and without holes. The fields of `group_by` name the group',
  identity_difference:
    'With `identity`: the sums of this answer less those with the other links (`beside`), at the same log position',
  unattributed: 'Revenue that no touch earned, by reason and by the keys that it has: those about orders and times',
  filtered: 'Revenue of touches that the filters leave out, by the keys about orders and times',
  touched_conversions: 'Orders with a touch of the group in their path, also if that touch earned nothing',
  credited_conversions: 'The sum of the shares of orders that touches of the group earned',
  attributed_revenue: 'The part of net revenue that touches of the group earned',
  attributed_revenue_interval:
    'With `intervals=true`: the middle 90 % of a bootstrap over people of attributed_revenue; null if fewer than 30 people placed the touched orders',
  consent_bounds:
    'With `consent_bounds=true`: what consent hides, in total and for each group where it changes something. `observed_revenue` is attributed revenue, `possible_revenue` what it would be if consent hid nothing. `not_stored_events` are the touchpoints of the days of the period that were only counted (`consent.denied`): they are in neither',
  attributed_revenue_support: 'People with a touched order',
  spend:
    'What the group cost; null if that is not known. Rows have spend, cost_per_conversion and return_on_ad_spend where all keys are among brand, channel, campaign_id, day, week and month',
  cost_per_conversion: 'spend / credited_conversions',
  return_on_ad_spend: 'attributed_revenue / spend; null if that is not above 0',
  average_attribution_weight: 'credited_conversions / touches of the group',
  unique_customers: 'People whose orders an email touched',
  revenue_per_customer: 'attributed_revenue / unique_customers',
  total_conversions: 'Orders of the period',
  attributed_conversions: 'Orders with a touch that could earn credit',
  email_conversions: 'Orders with an email in their path',
  email_attributed_revenue: 'The part of total_revenue that touches of email earned',
  total_attributed_revenue: 'Revenue that touches earned; with the unattributed revenue it is total_revenue exactly',
  email_share_of_revenue: 'email_attributed_revenue / total_revenue',
  unattributed_micros: 'Revenue that no touch earned, by reason: the first filter that left no touch',
} as const;

/** The answer of `linear` for the example records of /openapi.json: an open and a visit share one order. */
export const ATTRIBUTION_EXAMPLE = {
  report_period: { start: '2026-03-01', end: '2026-03-02' },
  currency: 'USD',
  as_of: 'main:4',
  config_hash: '5f0c1d2e3a4b5c6d',
  generated_at: '2026-03-02T08:00:00.000Z',
  attribution_model: 'linear',
  journey_analysis: [
    {
      journey_length: 'Same Day',
      journey_count: 1,
      conversions: 1,
      total_revenue_micros: '149990000',
      total_revenue: '149.990000',
      average_touchpoints: 2,
      average_email_touchpoints: 1,
      revenue_per_journey: '149.990000',
    },
  ],
  warnings: [],
  channel_attribution: [
    {
      channel: 'direct',
      campaign_id: null,
      email_id: null,
      touched_conversions: 1,
      credited_conversions: 0.5,
      attributed_revenue_micros: '74995000',
      attributed_revenue: '74.995000',
      average_attribution_weight: 0.5,
    },
    {
      channel: 'email',
      campaign_id: 'spring-sale',
      email_id: 'teaser',
      touched_conversions: 1,
      credited_conversions: 0.5,
      attributed_revenue_micros: '74995000',
      attributed_revenue: '74.995000',
      average_attribution_weight: 0.5,
    },
  ],
  email_attribution: [
    {
      email_id: 'teaser',
      campaign_id: 'spring-sale',
      touched_conversions: 1,
      credited_conversions: 0.5,
      attributed_revenue_micros: '74995000',
      attributed_revenue: '74.995000',
      unique_customers: 1,
      revenue_per_customer: '74.995000',
    },
  ],
  unattributed: [],
  summary: {
    total_conversions: 1,
    attributed_conversions: 1,
    email_conversions: 1,
    total_revenue_micros: '149990000',
    total_revenue: '149.990000',
    total_attributed_revenue_micros: '149990000',
    total_attributed_revenue: '149.990000',
    email_attributed_revenue_micros: '74995000',
    email_attributed_revenue: '74.995000',
    email_share_of_revenue: 0.5,
  },
  reconciliation: {
    net_revenue_micros: '149990000',
    attributed_micros: '149990000',
    unattributed_micros: {
      no_touch: '0',
      ineligible_type: '0',
      no_consent: '0',
      machine_only: '0',
      excluded_channel: '0',
      outside_window: '0',
    },
  },
};
