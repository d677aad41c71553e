/** The answer of the report on an experiment. */
import { METRICS } from '../../domain/experiment.ts';
import { choice } from '../../domain/parameter.ts';
import { CONCLUSIONS } from '../experiments/decide.ts';
import {
  closed,
  count,
  HEAD_MEANINGS,
  instant,
  moneyOrNull,
  nullable,
  number,
  PERIOD_HEAD,
  ratio,
  rows,
  text,
  textOrNull,
  WARNINGS,
  yesNo,
} from './shapes.ts';

const INTERVAL = { low: number(), high: number() };
const metric = () => choice(METRICS, 'The measure');
const EFFECT = {
  arm: text(),
  metric: metric(),
  control: number(),
  treated: number(),
  difference: number(),
  ...INTERVAL,
  chance: number(),
  always_valid_low: number(),
  always_valid_high: number(),
  lift: nullable(number()),
  lift_low: nullable(number()),
  lift_high: nullable(number()),
  chance_higher: nullable(number()),
  credible_low: nullable(number()),
  credible_high: nullable(number()),
  adjusted_difference: nullable(number()),
  adjusted_low: nullable(number()),
  adjusted_high: nullable(number()),
  variance_reduction: ratio(),
};

export const ExperimentResult = closed({
  ...PERIOD_HEAD,
  experiment_id: text(),
  brand_id: text(),
  name: text(),
  scope: text(),
  campaign_id: textOrNull(),
  channel: textOrNull(),
  metric: metric(),
  control: text(),
  analysis_version: text(),
  starts_at: instant(),
  ends_at: instant(),
  stopped_at: nullable(instant()),
  stop_reason: textOrNull(),
  known_until: instant(),
  is_over: yesNo(),
  planned_people: count(),
  people: count(),
  confidence: number(),
  sample_ratio_chance: number(),
  arms: rows({
    arm: text(),
    share: number(),
    people: count(),
    expected_people: number(),
    exposed_people: count(),
    crossed_people: count(),
    converted_people: count(),
    orders: count(),
    ...moneyOrNull('gross_revenue'),
    ...moneyOrNull('refunds'),
    ...moneyOrNull('net_revenue'),
    ...moneyOrNull('net_revenue_before'),
  }),
  conclusions: rows({
    arm: text(),
    conclusion: choice(CONCLUSIONS, 'What may be concluded'),
    stop_rule: text(),
    sentence: text(),
  }),
  effects: rows(EFFECT),
  pooled: nullable(
    closed({
      pool: text(),
      experiments: count(),
      left_out: count(),
      people: count(),
      sentences: rows({ arm: text(), sentence: text() }),
      effects: rows({
        arm: text(),
        metric: metric(),
        difference: number(),
        ...INTERVAL,
        always_valid_low: number(),
        always_valid_high: number(),
      }),
    }),
  ),
  warnings: WARNINGS,
});

export const EXPERIMENT_MEANINGS = {
  ...HEAD_MEANINGS,
  analysis_version: 'How the figures are computed; the same version and as_of give the same figures',
  stopped_at: 'When somebody stopped it before its end; orders count until then, and the always-valid interval decides',
  stop_reason: 'Why it was stopped',
  known_until: 'The last time at which the log received a record; the experiment is over once this is at its end',
  confidence: 'How often intervals hold the true difference, such as 0.95',
  sample_ratio_chance:
    'The chance of arms at least this far from their shares; below 0.001 the result must not be used',
  exposed_people: 'People with an exposure of this experiment',
  crossed_people: 'People whose ids were put into several arms; they count in the arm of their first assignment',
  gross_revenue:
    'The value of the orders; null if one of them has no exchange rate, as refunds and net revenue then are',
  net_revenue_before:
    'Net revenue of the days before each assignment; null if one of these orders has no exchange rate',
  difference:
    'The value of the arm minus that of the control, per person where it is a mean: in units of the currency for money',
  low: 'The lower bound of the fixed interval, for one look at the planned end',
  high: 'The upper bound of the fixed interval',
  chance: 'The chance of a difference at least this large if there is none (p-value), for one look at the planned end',
  always_valid_low: 'The lower bound of an interval that holds at every look together',
  always_valid_high: 'The upper bound of an interval that holds at every look together',
  lift: 'The difference as a part of the value of the control; null if that is not above 0',
  chance_higher: 'The chance that the rate of the arm is higher, from a Beta(1, 1) before; null for other measures',
  credible_low: 'The lower bound of the Bayesian interval of the difference',
  credible_high: 'The upper bound of the Bayesian interval of the difference',
  adjusted_difference:
    'The difference after revenue before the assignment explained a part (CUPED); null for ratios, and if that revenue has no exchange rate',
  variance_reduction: 'The part of the variance that the revenue before explained',
  conclusions:
    'By the metric of the plan: while it runs by the always-valid interval, at the planned end by the fixed one',
  left_out: 'Experiments of the pool whose arms do not have their shares; they take no part',
  pooled: 'All experiments of the pool together, weighted by people; null without a pool',
} as const;
