/** The part of an answer about one person: their ids, and what joins them. */
import { Type } from '../../domain/typebox.ts';
import { closed, count, instant, nullable, number, text, textOrNull, texts, yesNo } from './shapes.ts';

const STATEMENT = closed({
  by: Type.Literal('statement'),
  link_id: text(),
  left_id: text(),
  right_id: text(),
  kind: textOrNull(),
  state: text(),
  probability: nullable(number()),
  occurred_at: instant(),
  holds: yesNo(),
  joins: yesNo(),
});

const RECORDS = closed({
  by: Type.Literal('records'),
  left_id: text(),
  right_id: text(),
  records: count(),
  first_at: instant(),
  last_at: instant(),
  joins: yesNo(),
});

export const PERSON = closed({
  person_id: text(),
  ids: texts(),
  ids_truncated: yesNo(),
  links: Type.Array(Type.Union([STATEMENT, RECORDS])),
});

export const PERSON_MEANINGS = {
  ids: 'Every id that is joined to this person',
  links: 'What joins the ids: statements, and records that have two ids',
  holds: 'True if no later statement is about the same two ids',
  joins: 'True if this link joins ids of the person',
} as const;
