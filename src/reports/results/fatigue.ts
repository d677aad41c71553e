/** The answer of the report on fatigue. */
import { Type } from '../../domain/typebox.ts';
import {
  closed,
  count,
  HEAD_MEANINGS,
  nullable,
  number,
  PERIOD_HEAD,
  ratio,
  rows,
  text,
  textOrNull,
} from './shapes.ts';

/** A rate with its interval. */
export const RATE = closed({
  events: count(),
  rate: ratio(),
  interval: nullable(closed({ low: number(), high: number() })),
  withheld: textOrNull(),
});

/** The meaning of the fields of {@link RATE}. */
export const RATE_MEANINGS = {
  events: 'How many of the cases have it',
  rate: 'events / cases; null if there are too few cases',
  interval: 'The middle 90 % of a bootstrap over people; null if it is withheld',
  withheld: 'Why there is no rate or no interval',
} as const;

const { currency: _currency, ...HEAD } = PERIOD_HEAD;

export const FatigueResult = closed({
  ...HEAD,
  campaign_kind: textOrNull(),
  whole_weeks: count(),
  messages_per_week: rows({
    messages: text(),
    person_weeks: count(),
    people: count(),
    clicked: RATE,
    ordered: RATE,
    lost: RATE,
  }),
  is_causal: Type.Literal(false),
});

export const FATIGUE_MEANINGS = {
  ...HEAD_MEANINGS,
  ...RATE_MEANINGS,
  whole_weeks: 'The whole calendar weeks of the period, in the zone of the brand; other days do not count',
  messages_per_week: 'Weeks of people on the list, by the emails that were delivered to them in the week',
  person_weeks:
    'The cases: weeks from the first delivery to a person in the period until they leave, or to its last whole week',
  people: 'People with such a week',
  clicked: 'Weeks with a human click',
  ordered: 'Weeks with an order, whatever led to it',
  lost: 'Weeks with an unsubscription or a complaint',
  is_causal: 'Never: engaged people are often sent more, so the rows compare different people',
} as const;
