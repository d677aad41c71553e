/** The answer of the comparison of models. The field that names a group is the one of `group_by`. */
import { Type } from '../../domain/typebox.ts';
import type { ComparedParts } from '../compare.ts';
import { CHANGE_MEANINGS, type Compared, comparedRows } from './changes.ts';
import {
  COMPARISON,
  closed,
  count,
  money,
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

const GROUP = { channel: Type.Optional(textOrNull()), campaign_id: Type.Optional(textOrNull()) };
const SHARE = { share: number(), share_low: number(), share_high: number() };
const EXTREME = closed({ model: text(), ...SHARE });

/** Shares are null where their model gave no revenue in sum. */
const GROUPS: Compared = {
  keys: GROUP,
  measures: {},
  by_name: {
    field: 'models',
    measures: { ...money('attributed_revenue'), share: ratio() },
    others: { share_low: ratio(), share_high: ratio(), rank: count(), rank_low: count(), rank_high: count() },
  },
  parts_of_whole: ['share'],
};

export const MODELS_COMPARED: ComparedParts = { fields: { groups: GROUPS } };

export const ModelComparisonResult = closed({
  ...PERIOD_HEAD,
  ...COMPARISON,
  attribution_models: texts(),
  group_by: text(),
  intervals: closed({ level: number(), draws: count(), seed: count(), over: text() }),
  groups: comparedRows(GROUPS),
  disagreements: rows({
    ...GROUP,
    difference: number(),
    highest: EXTREME,
    lowest: EXTREME,
    beyond_chance: yesNo(),
    because: text(),
  }),
  notes: texts(),
  warnings: WARNINGS,
});

export const COMPARISON_MEANINGS = {
  ...CHANGE_MEANINGS,
  share: 'attributed_revenue / the attributed revenue of all groups, also below 0; null if that is 0',
  share_low: 'Lower end of the interval of `share`, from a bootstrap over people',
  share_high: 'Upper end of the interval of `share`',
  difference: 'Largest share minus smallest share, among the models',
  beyond_chance: 'The intervals of the two models do not overlap',
} as const;
