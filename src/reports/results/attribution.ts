/** The answer of the attribution report: for one model, or for several models by name. */

import { UNATTRIBUTED_REASONS } from '../../attribution/eligibility.ts';
import { Type } from '../../domain/typebox.ts';
import { GROUP_FIELDS } from '../groups.ts';
import { JOURNEY_LENGTHS, JOURNEY_MEANINGS } from './journeys.ts';
import {
  amount,
  byName,
  closed,
  count,
  fieldsOf,
  HEAD_MEANINGS,
  micros,
  money,
  nullable,
  PERIOD_HEAD,
  ratio,
  rows,
  text,
  textOrNull,
  texts,
} from './shapes.ts';

/** Value that no touch earned, by reason. Only models with absolute weights have `organic`. */
export const UNATTRIBUTED = closed({
  ...fieldsOf(UNATTRIBUTED_REASONS, micros),
  organic: Type.Optional(micros()),
});

const CREDIT = {
  touched_conversions: count(),
  credited_conversions: ratio(),
  ...money('attributed_revenue'),
};

const PART = {
  channel_attribution: rows({
    ...fieldsOf(GROUP_FIELDS, () => Type.Optional(textOrNull())),
    ...CREDIT,
    average_attribution_weight: ratio(),
    spend_micros: Type.Optional(nullable(micros())),
    spend: Type.Optional(nullable(amount())),
    cost_per_conversion: Type.Optional(nullable(amount())),
    return_on_ad_spend: Type.Optional(ratio()),
  }),
  email_attribution: rows({
    email_id: textOrNull(),
    campaign_id: textOrNull(),
    ...CREDIT,
    unique_customers: count(),
    revenue_per_customer: nullable(amount()),
  }),
  summary: closed({
    total_conversions: count(),
    attributed_conversions: count(),
    email_conversions: count(),
    ...money('total_revenue'),
    ...money('total_attributed_revenue'),
    ...money('email_attributed_revenue'),
    email_share_of_revenue: ratio(),
  }),
  reconciliation: closed({
    net_revenue_micros: micros(),
    attributed_micros: micros(),
    unattributed_micros: UNATTRIBUTED,
  }),
};

export const WARNINGS = rows({ code: text(), count: count(), message: text() });

const COMMON = {
  ...PERIOD_HEAD,
  journey_analysis: JOURNEY_LENGTHS,
  warnings: WARNINGS,
};

export const AttributionResult = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  anyOf: [
    closed({ ...COMMON, attribution_model: text(), ...PART }),
    closed({ ...COMMON, attribution_models: texts(), models: byName(closed(PART)) }),
  ],
});

export const ATTRIBUTION_MEANINGS = {
  ...HEAD_MEANINGS,
  ...JOURNEY_MEANINGS,
  channel_attribution: 'Revenue of each group, most revenue first; the fields of `group_by` name the group',
  touched_conversions: 'Orders with a touch of the group in their path, also if that touch earned nothing',
  credited_conversions: 'The sum of the shares of orders that touches of the group earned',
  attributed_revenue: 'The part of net revenue that touches of the group earned',
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
