/** The answer of the report with advice. */
import { Type } from '../../domain/typebox.ts';
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
    is_causal: Type.Literal(false),
  }),
  send_time: closed({
    advice: choiceOf(['send_at', 'leave_it']),
    best_hour: textOrNull(),
    best_weekday: textOrNull(),
    message: text(),
    delivered: count(),
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
  frequency: 'The most emails a week, from the report on fatigue',
  send_time: 'The time to send, from the report on times of sending',
  rules: 'The rules of the configuration; only for one brand',
  state: 'fires: the whole 90 % interval is below; holds: it is not below at all; unsure: `below` lies within it',
  is_causal: 'Never: who gets more emails, or at which time, is not random',
} as const;
