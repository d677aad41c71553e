/** The answer of the report on changes. */
import { Type } from '../../domain/typebox.ts';
import { GROUP_FIELDS } from '../groups.ts';
import { CAUSES, TOTAL_CAUSES } from '../what-changed/causes.ts';
import { MOVER_CODES } from '../what-changed/words.ts';
import { CHANGE_MEANINGS, type Compared, comparedRows, comparedShape } from './changes.ts';
import {
  byName,
  COMPARISON,
  closed,
  count,
  fieldsOf,
  HEAD_MEANINGS,
  money,
  number,
  PERIOD_HEAD,
  rows,
  text,
  textOrNull,
  texts,
  WARNINGS,
} from './shapes.ts';

const amounts = (names: readonly string[]) => closed(Object.assign({}, ...names.map((name) => money(name))));

/** The figures of a group that are compared. */
export const GROUP_MEASURES = {
  touched_conversions: count(),
  credited_conversions: number(),
  ...money('attributed_revenue'),
};
export const REASON_MEASURES = money('unattributed_revenue');
/** Those of all groups. Only an answer with filters about touches has filtered revenue. */
export const TOTAL_MEASURES = {
  total_conversions: count(),
  credited_conversions: number(),
  ...money('net_revenue'),
  ...money('attributed_revenue'),
  ...money('unattributed_revenue'),
};
export const FILTERED_MEASURES = money('filtered_revenue');

const PARTS = {
  changes: {
    keys: fieldsOf(GROUP_FIELDS, () => Type.Optional(textOrNull())),
    measures: GROUP_MEASURES,
    others: { causes: amounts(CAUSES) },
  },
  unattributed: { keys: { reason: text() }, measures: REASON_MEASURES },
  totals: {
    keys: {},
    measures: TOTAL_MEASURES,
    sometimes: FILTERED_MEASURES,
    others: { causes: amounts(TOTAL_CAUSES) },
  },
} satisfies Record<string, Compared>;

export const WhatChangedResult = closed({
  ...PERIOD_HEAD,
  comparison: COMPARISON['comparison']!,
  attribution_model: text(),
  group_by: texts(),
  totals: comparedShape(PARTS.totals),
  movers: rows({
    code: Type.Unsafe<string>({ type: 'string', enum: [...MOVER_CODES] }),
    keys: byName(textOrNull()),
    message: text(),
    figures: byName(Type.String()),
  }),
  changes: comparedRows(PARTS.changes),
  unattributed: comparedRows(PARTS.unattributed),
  warnings: WARNINGS,
});

export const WHAT_CHANGED_MEANINGS = {
  ...HEAD_MEANINGS,
  ...CHANGE_MEANINGS,
  changes: 'Each group of either period, the largest change first. The fields of `group_by` name the group',
  unattributed: 'Revenue that no touch earned, by reason, beside that of the earlier period',
  totals: 'Changes of attributed, unattributed and filtered revenue add up to that of net revenue exactly',
  causes: 'The change of attributed_revenue by cause; the parts add up to it exactly',
  volume: 'More or fewer orders touched; in `totals`, orders of the period',
  rate: 'A larger or smaller part of each of these orders credited',
  mix: 'Conversions that moved between groups whose conversions are worth more or less',
  order_value: 'Each credited conversion worth more or less',
  entered: 'What groups without a touched order in the earlier period earned',
  left: 'What groups without a touched order in this period had earned, as a negative amount',
  adjustments: 'Adjustments in a period in which the group has no credited conversion; only with `adjustments=own_day`',
  movers: 'The groups that changed most, in words; `code` and `figures` are for programs',
  touched_conversions: 'Orders with a touch of the group in their path, also if that touch earned nothing',
  credited_conversions: 'The sum of the shares of orders that touches earned',
  attributed_revenue: 'The part of net revenue that touches earned',
  net_revenue: 'What the shop sold, after refunds',
  unattributed_revenue: 'Revenue that no touch earned',
  filtered_revenue: 'Revenue of touches that the filters leave out',
} as const;
