/** The answer of the report on times of sending. */
import { Type } from '../../domain/typebox.ts';
import { RATE, RATE_MEANINGS } from './fatigue.ts';
import {
  amount,
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

const SLOT = {
  delivered: count(),
  recipients: count(),
  openers: count(),
  clickers: count(),
  opened: RATE,
  clicked: RATE,
  influenced_orders: count(),
  ...money('attributed_revenue'),
  revenue_per_recipient: nullable(amount()),
  revenue_per_recipient_interval: nullable(closed({ low: amount(), high: amount() })),
  revenue_per_recipient_withheld: textOrNull(),
};
const BEST = closed({ best: textOrNull(), reason: text() });

export const SendTimesResult = closed({
  ...PERIOD_HEAD,
  attribution_model: text(),
  campaign_kind: textOrNull(),
  time_zones: texts(),
  best_hour: BEST,
  best_weekday: BEST,
  by_hour: rows({ hour: count(), ...SLOT }),
  by_weekday: rows({ weekday: text(), ...SLOT }),
  answer_times: rows({
    campaign_kind: textOrNull(),
    answer: text(),
    delivered: count(),
    answered: count(),
    p25_hours: ratio(),
    p50_hours: ratio(),
    p75_hours: ratio(),
    p90_hours: ratio(),
    buckets: rows({ from_hours: number(), until_hours: nullable(number()), answered: count(), share: ratio() }),
  }),
  totals: closed({
    delivered: count(),
    recipients: count(),
    influenced_orders: count(),
    ...money('attributed_revenue'),
  }),
  is_causal: Type.Literal(false),
  warnings: WARNINGS,
});

export const SEND_TIMES_MEANINGS = {
  ...HEAD_MEANINGS,
  ...RATE_MEANINGS,
  campaign_kind: 'Of emails: the kind that the parameter chose, or null; of times: the kind of the emails',
  time_zones:
    'The zones of the brands. Hours and weekdays are those of the brand, because the zone of a recipient is not known',
  best_hour:
    'The hour with the highest rate of emails that were clicked; null where the figures cannot tell it from others',
  best_weekday: 'The same for weekdays',
  recipients: 'People with a delivery in the hour or on the weekday',
  openers: 'People who opened one of these emails, without machines',
  clickers: 'People who clicked in one of these emails, without machines',
  opened: 'Emails with a human open, of the delivered. A rate of people would be higher where they got several emails',
  clicked: 'Emails with a human click, of the delivered',
  influenced_orders: 'Orders of the period with a touch of one of these emails in their path',
  attributed_revenue:
    'Credit of the touches of these emails. Emails that were delivered before the period are in no row',
  revenue_per_recipient: 'attributed_revenue / recipients',
  revenue_per_recipient_interval: 'The middle 90 % of a bootstrap over people; null if it is withheld',
  answer_times: 'Hours from the delivery to the first human open or click, in the period',
  answered: 'Emails that were opened or clicked',
  share: 'answered / all that were answered',
  p50_hours: 'Half of the answers came within this time',
  is_causal: 'Never: other emails are sent to other people at other times',
} as const;
