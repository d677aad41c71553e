/** The answer of the report with advice. */
import { type TSchema, Type } from '../../domain/typebox.ts';
import { RULE_NAMES } from '../advice/rule-settings.ts';
import { CODES } from '../today/findings.ts';
import {
  amount,
  byName,
  COMPARISON,
  closed,
  count,
  HEAD_MEANINGS,
  micros,
  nullable,
  number,
  PERIOD_HEAD,
  ratio,
  rows,
  text,
  textOrNull,
  WARNINGS,
} from './shapes.ts';

const AMOUNTS = closed({ value: amount(), low: amount(), high: amount() });
const NUMBERS = closed({ value: number(), low: number(), high: number() });
const REFUSED = nullable(closed({ code: text(), reason: text() }));
const choiceOf = <const V extends readonly string[]>(values: V) =>
  Type.Unsafe<V[number]>({ type: 'string', enum: [...values] });

/** A rate of emails, that of the others, and the difference with its interval. */
const compared = <S extends TSchema>(of: S) =>
  nullable(closed({ value: of, other: of, difference: of, low: of, high: of }));
const COMPARED_EMAILS = {
  emails: count(),
  other_emails: count(),
  orders: compared(number()),
  net_revenue: compared(amount()),
  orders_before: nullable(
    closed({
      differs: Type.Boolean(),
      value: number(),
      other: number(),
      difference: number(),
      low: number(),
      high: number(),
    }),
  ),
};
const OF_TIMES = closed({ block: number(), weekday: number() });

export const AdviceResult = closed({
  ...PERIOD_HEAD,
  comparison: COMPARISON['comparison']!,
  attribution_model: text(),
  measure: choiceOf(['incremental', 'attributed']),
  things: rows({
    code: choiceOf(CODES),
    keys: byName(text()),
    message: text(),
    figures: byName(nullable(Type.Union([Type.Number(), Type.String()]))),
    at_stake_micros: nullable(micros()),
    at_stake: nullable(amount()),
  }),
  further_things: count(),
  budget: closed({
    advice: choiceOf(['move', 'leave_it', 'refused']),
    message: text(),
    refused: REFUSED,
    weeks: count(),
    first_week: text(),
    end: text(),
    per_week: amount(),
    gain_per_week: nullable(AMOUNTS),
  }),
  channels: rows({
    channel: text(),
    spend_per_week: amount(),
    advised_per_week: amount(),
    most_per_week: amount(),
    return_on_spend: ratio(),
    marginal_return: nullable(NUMBERS),
    refused: REFUSED,
    curve: nullable(
      closed({
        saturation: NUMBERS,
        marginal_return: NUMBERS,
        points: rows({ spend: amount(), revenue: amount(), low: amount(), high: amount() }),
      }),
    ),
    curve_refused: REFUSED,
  }),
  what_if: nullable(closed({ spend_per_week: byName(amount()), change_per_week: nullable(AMOUNTS), message: text() })),
  frequency: closed({
    advice: choiceOf(['at_most', 'leave_it', 'refused']),
    at_most_per_week: textOrNull(),
    message: text(),
    person_weeks: count(),
    emails: count(),
    people_part: number(),
    confidence: number(),
    value_of_person: nullable(amount()),
    compared: rows({
      emails_before: text(),
      within_hours: count(),
      left: compared(number()),
      ...COMPARED_EMAILS,
    }),
    is_causal: Type.Literal(false),
  }),
  send_time: closed({
    advice: choiceOf(['send_at', 'leave_it']),
    best_hour: textOrNull(),
    best_weekday: textOrNull(),
    best_block_by_orders: textOrNull(),
    best_weekday_by_orders: textOrNull(),
    message: text(),
    delivered: count(),
    people_part: number(),
    confidence: OF_TIMES,
    within_hours: OF_TIMES,
    by_block: rows({ slot: text(), ...COMPARED_EMAILS }),
    by_weekday: rows({ slot: text(), ...COMPARED_EMAILS }),
    is_causal: Type.Literal(false),
  }),
  rules: rows({
    rule: choiceOf(RULE_NAMES),
    subject: text(),
    state: choiceOf(['fires', 'holds', 'unsure', 'too_few_cases']),
    below: number(),
    value: ratio(),
    interval: nullable(closed({ low: number(), high: number() })),
    cases: count(),
    least_cases: count(),
    message: text(),
  }),
  warnings: WARNINGS,
});

export const ADVICE_MEANINGS = {
  ...HEAD_MEANINGS,
  measure: 'What curves are of: incremental revenue where the model gives it, else attributed revenue',
  things: 'The report on today',
  budget: 'Advice on the split of the budget of a week',
  per_week: 'The budget of a week',
  gain_per_week:
    'Net revenue of a week with the advised split, less that with the split of now, with its 90 % interval',
  advised_per_week: 'The spend of a week that is advised; that of now in proportion to the budget if nothing is sure',
  most_per_week:
    'The largest spend of a week that `set` may name, one and a half times what was ever spent in one: what more brings is not known',
  return_on_spend:
    'Credited revenue of the last 4 weeks / the spend that it belongs to by the time from touch to order',
  marginal_return:
    'Revenue that one more unit of spend brings: of net revenue of the shop, and in `curve` of credited revenue',
  saturation: 'Per cent of credited revenue for a per cent of spend: near 0 the channel is saturated',
  what_if: 'What the spend of `set` would change',
  change_per_week: 'Net revenue of a week with this spend, less that of now',
  frequency:
    'The most emails in 7 days: what follows an email to like people who got one email more before it, or one less',
  at_most_per_week: 'The most emails in 7 days; `5+` is five',
  person_weeks: 'Weeks of people on the list, in the report on fatigue',
  emails: 'Emails that can be compared',
  people_part: 'The part of people that is compared; below 1 where there are very many emails',
  value_of_person: 'Net revenue of a person on the list in 28 days',
  compared: 'Emails by the number of emails to the same person in the 7 days before, beside those with one less',
  within_hours: 'How long after an email is seen',
  left: 'People who unsubscribed or complained, per email',
  orders: 'Orders per email',
  net_revenue: 'Net revenue per email',
  orders_before: 'Orders before what is compared; people are not alike where they differ',
  send_time:
    'The time to send: orders after emails to like people, and the click rates of the report on times of sending',
  best_hour: 'The hour with surely the highest click rate',
  best_weekday: 'The weekday with surely the highest click rate',
  best_block_by_orders:
    'The hours after which orders are surely more than at all other hours, in the zone of the brand',
  best_weekday_by_orders: 'The weekday after which orders are surely more than after all others',
  confidence: 'The level of the intervals, so that all of them hold together in 95 %',
  rules: 'The rules of the configuration; only for one brand',
  state: 'fires: the whole 90 % interval is below; holds: it is not below at all; unsure: `below` lies within it',
  is_causal: 'Never: who gets more emails, or at which time, is not random',
} as const;
