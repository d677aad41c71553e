/** The answer of the report on the effects of sends. */
import { choice } from '../../domain/parameter.ts';
import { CONTROLS } from '../sends/compare.ts';
import { BASES, CONCLUSIONS, VERDICTS } from '../sends/effects.ts';
import {
  closed,
  count,
  fieldsOf,
  HEAD_MEANINGS,
  instant,
  nullable,
  number,
  PERIOD_HEAD,
  rows,
  text,
  textOrNull,
  WARNINGS,
  yesNo,
} from './shapes.ts';

const figure = () => nullable(number());
const ESTIMATES = fieldsOf(
  ['orders', 'revenue'].flatMap((measure) =>
    ['sent', 'not_sent', 'difference', 'low', 'high'].map((part) => `${measure}_${part}`),
  ),
  figure,
);
const COMPARED = { compared_people: count(), compared_others: count(), ...ESTIMATES };
const CARD = {
  basis: choice(BASES, 'Who decided the order of sending'),
  is_causal: yesNo(),
  ...COMPARED,
  conclusion: choice(CONCLUSIONS, 'What may be concluded'),
  sentence: text(),
  controls: rows({
    control: choice(CONTROLS, 'A comparison that has to be near zero'),
    verdict: choice(VERDICTS, 'What it shows'),
    leaked_part: figure(),
    ...COMPARED,
  }),
};

export const SendEffectsResult = closed({
  ...PERIOD_HEAD,
  campaign_id: textOrNull(),
  window_hours: count(),
  list_days: count(),
  confidence: number(),
  analysis_version: text(),
  blasts: rows({
    brand_id: text(),
    campaign_id: text(),
    email_id: textOrNull(),
    first_sent_at: instant(),
    last_sent_at: instant(),
    experiment_id: textOrNull(),
    waves: count(),
    waves_over: count(),
    sent_people: count(),
    ...CARD,
  }),
  together: rows({ blasts: count(), ...CARD }),
  warnings: WARNINGS,
});

export const SEND_EFFECTS_MEANINGS = {
  ...HEAD_MEANINGS,
  analysis_version: 'How the figures are computed; the same version and as_of give the same figures',
  basis:
    'random_order: chance put people into waves, or into a holdout, before the first email; unlike_people: whoever sent chose them, so a difference is no effect by itself',
  is_causal: 'True only for a random order of sending',
  window_hours: 'Orders count for so long from the start of a wave',
  list_days: 'Eligible people were sent an email in so many days before the blast',
  waves: 'People who were sent at about one time, or in one wave of a random order',
  waves_over: 'Waves whose window was over; the others are left out',
  sent_people: 'People with an email of the blast that was sent, delivered or bounced',
  compared_people:
    'People of the waves that are over: those who were sent and eligible; where chance decided, everyone whom it put there, sent or not',
  compared_others:
    'People who were not sent before the end of the window, of the wave of each blast with the most of them',
  orders_sent: 'Orders per person in the window, of those who were sent',
  orders_not_sent: 'Orders per person in the same window, of those who were not sent yet, in the same strata',
  orders_difference: 'Orders per person: sent less not sent',
  orders_low: 'The lower bound of the interval of the difference',
  orders_high: 'The upper bound of the interval of the difference',
  revenue_sent: 'Net revenue per person in the window, of those who were sent, in units of the currency',
  revenue_not_sent: 'Net revenue per person in the same window, of those who were not sent yet',
  revenue_difference: 'Net revenue per person: sent less not sent',
  revenue_low: 'The lower bound of the interval of the difference',
  revenue_high: 'The upper bound of the interval of the difference',
  control:
    'orders_before: the equally long time before the send; bounced: emails that reached nobody; machine_only: emails that only machines opened or clicked',
  verdict:
    'By orders. near_zero: the 90 % interval lies within 20 % of what people do who were not sent; leaks: the interval leaves out 0; unclear: neither; too_few: fewer than 50 people on one side, or so few orders of both that by the people fewer than 5 would be of the smaller side',
  leaked_part: 'The difference of the control as a part of the difference after the send; null if that is not above 0',
  together: 'All blasts with one basis together',
} as const;
