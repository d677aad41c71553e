/** The answer of the report on today. */
import { Type } from '../../domain/typebox.ts';
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
  PERIOD_HEAD,
  rows,
  text,
  WARNINGS,
} from './shapes.ts';

export const TodayResult = closed({
  ...PERIOD_HEAD,
  comparison: COMPARISON['comparison']!,
  attribution_model: text(),
  things: rows({
    code: Type.Unsafe<string>({ type: 'string', enum: [...CODES] }),
    keys: byName(text()),
    message: text(),
    figures: byName(nullable(Type.Union([Type.Number(), Type.String()]))),
    at_stake_micros: nullable(micros()),
    at_stake: nullable(amount()),
  }),
  further_things: count(),
  warnings: WARNINGS,
});

export const TODAY_MEANINGS = {
  ...HEAD_MEANINGS,
  comparison: 'The earlier period that channels are set beside',
  things:
    'Most money at stake first; those without an amount follow. Empty if the data is sure about nothing. Of the findings of one kind, a tenth is false on average',
  code: 'spend_above_revenue: a campaign whose spend lies above its credited revenue; above_others: a campaign that earns more per recipient than the others of its kind together; moved: a channel that changed by more than chance; complaints_high: more than 1 complaint in 1,000 delivered emails; records_silent: records that came for no day for longer than ever in the period; opens_by_machines: more than half of the opens',
  keys: 'What it is about: a campaign, a channel or a kind of record',
  figures: 'The figures that show it, for programs',
  at_stake:
    'Spend less revenue; revenue above what the recipients bring at the rate of the others; the size of the change; what all emails earned, for complaints; what as many average days bring. Null if it is not about an amount',
  further_things: 'What is as sure and not listed',
} as const;
