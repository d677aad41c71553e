/** The answer of the report on claims. */
import { Type } from '../../domain/typebox.ts';
import { REASON_CODES } from '../claims/reasons.ts';
import type { ComparedParts } from '../compare.ts';
import { CHANGE_MEANINGS, type Compared, comparedRows, comparedShape } from './changes.ts';
import {
  byName,
  COMPARISON,
  closed,
  count,
  HEAD_MEANINGS,
  money,
  nullable,
  number,
  PERIOD_HEAD,
  ratio,
  rows,
  text,
  textOrNull,
  texts,
  WARNINGS,
} from './shapes.ts';

const CLAIMED = { claimed_conversions: number(), ...money('claimed_revenue') };
const MODELS = byName(
  closed({
    credited_conversions: number(),
    ...money('attributed_revenue'),
    ...money('over_claim'),
    over_claim_ratio: ratio(),
  }),
);
const BOUNDS = { ...money('double_counted_at_least'), ...money('double_counted_at_most') };

const PARTS = {
  claims: {
    keys: {
      claimant: text(),
      campaign_id: Type.Optional(textOrNull()),
      channel: Type.Optional(textOrNull()),
      day: Type.Optional(text()),
    },
    measures: CLAIMED,
    others: { models: nullable(MODELS) },
  },
  totals: {
    keys: {},
    measures: {
      ...CLAIMED,
      orders: count(),
      ...money('net_revenue'),
      renewals: count(),
      ...money('renewal_revenue'),
      ...money('over_claim'),
      over_claim_ratio: ratio(),
      ...BOUNDS,
    },
    others: { models: MODELS },
  },
} satisfies Record<string, Compared>;

export const CLAIMS_COMPARED: ComparedParts = { fields: PARTS };

export const ClaimsResult = closed({
  ...PERIOD_HEAD,
  ...COMPARISON,
  attribution_models: texts(),
  group_by: texts(),
  claims: comparedRows(PARTS.claims),
  totals: comparedShape(PARTS.totals),
  claimants: rows({
    claimant: text(),
    attribution_windows: texts(),
    campaigns: count(),
    unknown_campaigns: count(),
    touched_orders: count(),
    ...money('touched_revenue'),
    ...money('touched_net_revenue'),
  }),
  pairs: rows({
    claimant: text(),
    other_claimant: text(),
    ...BOUNDS,
    touched_by_both_orders: count(),
    ...money('touched_by_both_revenue'),
  }),
  days: rows({
    day: text(),
    claimants: count(),
    ...money('claimed_revenue'),
    orders: count(),
    ...money('net_revenue'),
    ...money('over_claim'),
    ...BOUNDS,
  }),
  reasons: rows({
    code: Type.Unsafe<string>({ type: 'string', enum: [...REASON_CODES] }),
    claimant: textOrNull(),
    message: text(),
    figures: byName(Type.Union([Type.Number(), Type.String(), texts()])),
  }),
  warnings: WARNINGS,
});

export const CLAIMS_MEANINGS = {
  ...HEAD_MEANINGS,
  ...CHANGE_MEANINGS,
  claims: 'By claimant and the further keys of `group_by`, most claimed first. They add up to the claims of `totals`',
  claimed_conversions: 'Conversions that the claimant says it earned',
  claimed_revenue: 'Revenue that the claimant says it earned, at the rate of the day of the claim',
  models:
    'By model: the credit of the same campaigns, else of the same channels, and the claim beside it. Null in a row that only the earlier period has',
  over_claim: 'Claimed revenue less attributed revenue; in `totals` and `days`, less net revenue',
  over_claim_ratio: 'Claimed revenue / attributed revenue; in `totals`, / net revenue',
  orders: 'Orders of the shop, whoever claims them',
  net_revenue: 'What the shop sold, after refunds',
  renewals: 'Orders of the conversion type renewal; they are among the orders',
  double_counted_at_least:
    'So much must be claimed by several claimants, if each claims real orders, and each order once',
  double_counted_at_most: 'More cannot be claimed by several claimants, if each claims an order once',
  touched_orders: 'Orders with a touch of the claimant within its own windows, by people or machines',
  touched_revenue: 'Their value before refunds',
  touched_by_both_orders: 'Orders that the log shows with touches of both, each within its own windows',
  touched_by_both_revenue: 'Their net value',
  reasons: 'Why the claims differ, as far as the data shows it; `code` and `figures` are for programs',
} as const;
