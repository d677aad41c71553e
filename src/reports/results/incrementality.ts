/** The answers of the reports that set experiments beside the credit of models. */
import { SCOPES } from '../../domain/experiment.ts';
import { choice } from '../../domain/parameter.ts';
import { Type } from '../../domain/typebox.ts';
import { BASES } from '../incrementality/rows.ts';
import {
  closed,
  count,
  HEAD_MEANINGS,
  instant,
  money,
  moneyOrNull,
  nullable,
  number,
  PERIOD_HEAD,
  ratio,
  rows,
  text,
  textOrNull,
  texts,
  WARNINGS,
  yesNo,
} from './shapes.ts';

const numberOrNull = () => nullable(number());

export const IncrementalityResult = closed({
  ...PERIOD_HEAD,
  attribution_models: texts(),
  by: text(),
  analysis_version: text(),
  rows: rows({
    basis: choice(BASES, 'Where what was caused comes from'),
    campaign_id: Type.Optional(textOrNull()),
    channel: Type.Optional(textOrNull()),
    attribution_model: text(),
    starts_at: instant(),
    ends_at: instant(),
    attributed_orders: number(),
    ...money('attributed_revenue'),
    ...moneyOrNull('spend'),
    attributed_return: ratio(),
    experiment_id: textOrNull(),
    scope: nullable(choice(SCOPES, 'What the experiment is about')),
    treated_people: nullable(count()),
    held_out_people: nullable(count()),
    incremental_orders: numberOrNull(),
    incremental_orders_low: numberOrNull(),
    incremental_orders_high: numberOrNull(),
    ...moneyOrNull('incremental_revenue'),
    ...moneyOrNull('incremental_revenue_low'),
    ...moneyOrNull('incremental_revenue_high'),
    incremental_part: ratio(),
    incremental_return: ratio(),
    incremental_return_low: ratio(),
    incremental_return_high: ratio(),
    sentence: text(),
  }),
  predictions: rows({
    attribution_model: text(),
    experiments: count(),
    refused: textOrNull(),
    left_out_error: numberOrNull(),
    credit_error: numberOrNull(),
  }),
  warnings: WARNINGS,
});

export const INCREMENTALITY_MEANINGS = {
  ...HEAD_MEANINGS,
  analysis_version: 'How the figures are computed; the same version and as_of give the same figures',
  basis: 'experiment: measured by a holdout; predicted: by PIE from other experiments; none: not known',
  starts_at: 'The begin of the experiment, or of the period for what has none',
  attributed_orders: 'Orders that the model credits: of treated people in the time of the experiment, or in the period',
  attributed_return: 'Attributed revenue / spend',
  treated_people: 'People of all arms but the holdout',
  incremental_orders: 'Orders that would not have come: the lift per person x treated people',
  incremental_revenue: 'Net revenue that would not have come, after refunds',
  incremental_part: 'Incremental orders / attributed orders',
  incremental_return: 'Incremental revenue / spend',
  left_out_error:
    'The error of predictions for each experiment by the others, in orders per 1,000 people reached (root of the mean square)',
  credit_error: 'The same error if attributed orders were taken for incremental ones',
  predictions: 'How well PIE predicts, by model',
} as const;

export const ClosestModelsResult = closed({
  ...PERIOD_HEAD,
  analysis_version: text(),
  experiments: count(),
  refused: textOrNull(),
  models: rows({
    rank: count(),
    attribution_model: text(),
    error: number(),
    error_low: number(),
    error_high: number(),
    bias: number(),
    within: count(),
    chance_closest: number(),
  }),
  compared: rows({
    experiment_id: text(),
    attribution_model: text(),
    attributed_orders: number(),
    ...money('attributed_revenue'),
    incremental_orders: number(),
    incremental_orders_low: number(),
    incremental_orders_high: number(),
    ...money('incremental_revenue'),
    is_within: yesNo(),
  }),
  warnings: WARNINGS,
});

export const CLOSEST_MEANINGS = {
  ...HEAD_MEANINGS,
  analysis_version: 'How the figures are computed; the same version and as_of give the same figures',
  experiments: 'Finished experiments with a holdout that ended in the period',
  refused: 'Why models are not ranked; null if they are',
  error: 'Mean over experiments of |attributed - incremental orders| per 1,000 treated people',
  error_low: 'The lower bound of the 90 % interval over experiments',
  bias: 'Mean of attributed - incremental orders per 1,000 treated people: above 0 the model claims too much',
  within: 'Experiments whose interval holds what the model credits',
  chance_closest: 'The part of draws of experiments in which this model is the closest',
  is_within: 'True if the interval of the experiment holds what the model credits',
} as const;
