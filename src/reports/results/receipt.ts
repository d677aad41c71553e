/** The answer of a receipt: one order, its value, and the decision on every touchpoint that was considered. */

import { optionValues } from '../../attribution/query-options.ts';
import { MODEL_SETTING_VALUES } from '../../domain/settings.ts';
import { Type } from '../../domain/typebox.ts';
import { PERSON, PERSON_MEANINGS } from './person.ts';
import {
  amount,
  byName,
  closed,
  count,
  HEAD,
  instant,
  micros,
  money,
  nullable,
  number,
  ratio,
  rows,
  text,
  textOrNull,
  texts,
  yesNo,
} from './shapes.ts';

const ORDER = closed({
  order_id: textOrNull(),
  brand_id: text(),
  conversion_type: text(),
  occurred_at: instant(),
  conversion_ids: texts(),
  match: nullable(
    closed({
      method: text(),
      confidence: number(),
      conversion_id: text(),
      campaign_id: textOrNull(),
      because: text(),
    }),
  ),
  currency: text(),
  ...money('value'),
  adjustments: rows({
    adjustment_id: text(),
    reason: textOrNull(),
    occurred_at: instant(),
    ...money('amount'),
    currency: text(),
    applied: yesNo(),
    note: Type.Optional(text()),
    ...money('net_after'),
  }),
  ...money('net'),
  exchange: nullable(
    closed({
      from: text(),
      to: text(),
      rate: ratio(),
      numerator: text(),
      denominator: text(),
      rate_dates: texts(),
    }),
  ),
  net_in: closed({ currency: text(), ...money('net') }),
});

const RULES = closed({ ...MODEL_SETTING_VALUES, ...optionValues('touches') });

const SHARED = rows({ touchpoint_id: text(), brought: number(), weight: number() });

const CREDIT = closed({
  because: Type.Optional(
    closed({
      artifact_id: text(),
      measure: text(),
      with: number(),
      without: number(),
      own_weight: Type.Optional(number()),
      brought_by: Type.Optional(SHARED),
      brings: Type.Optional(SHARED),
    }),
  ),
  weight: number(),
  share: ratio(),
  ...money('attributed_revenue'),
});

const TOUCHPOINT = {
  touchpoint_id: text(),
  touchpoint_type: text(),
  channel: text(),
  campaign_id: textOrNull(),
  email_id: textOrNull(),
  message_id: textOrNull(),
  session_id: textOrNull(),
  verdict: textOrNull(),
  occurred_at: instant(),
  age_days: ratio(),
  status: text(),
  reason: text(),
  absorbed_into: Type.Optional(text()),
  credit: Type.Optional(byName(CREDIT)),
};

export const ReceiptResult = closed({
  ...HEAD,
  conversion_id: text(),
  asked_conversion_id: text(),
  attribution_models: texts(),
  order: ORDER,
  person: PERSON,
  rules: RULES,
  path_length: count(),
  touchpoint_count: count(),
  touchpoints_shown: count(),
  touchpoints_hidden_by_consent: Type.Optional(count()),
  touchpoints: rows(TOUCHPOINT),
  unattributed_reason: textOrNull(),
  reconciliation: closed({
    ...money('net_revenue'),
    attributed: byName(
      closed({
        ...money('attributed_revenue'),
        credited_conversions: ratio(),
        organic_revenue_micros: Type.Optional(micros()),
        organic_revenue: Type.Optional(amount()),
      }),
    ),
    ...money('unattributed'),
  }),
});

export const RECEIPT_MEANINGS = {
  ...PERSON_MEANINGS,
  conversion_ids: 'All conversions of the order; the first is its standing conversion',
  match:
    'How the senders joined the order to a click: the most trusted of its conversions; `campaign_id` is what a coupon or UTMs name',
  applied: 'False for an adjustment in another currency than its order: no sum includes it',
  rules: 'The settings that decided which touchpoints count',
  status: 'The decision on the touchpoint; `credited` means that it is in the path',
  reason: 'The rule that decided, in a sentence',
  credit: 'The credit by model, for touches of the path',
  because: 'The measure of the fitted artifact with the touch, and without it',
  own_weight:
    'The weight of the touch before touches shared credit with those that brought them; left out where none did',
  brought_by: 'Earlier touches that brought this one, and the weight that it gave each of them',
  brings: 'Later touches that this one brought, and the weight that each of them gave it',
  brought:
    'The part of a touch that another touch brought, from 0 to 1: of so many touches like it, the others would have come anyway',
  weight: 'The weight that the formula of the model gives the touch',
  share: 'The part of the order that the touch earned',
  path_length: 'Touches in the path',
  touchpoint_count: 'Touchpoints that were considered',
  touchpoints_hidden_by_consent: 'How many more there are that consent hides; left out where it hides none',
} as const;
