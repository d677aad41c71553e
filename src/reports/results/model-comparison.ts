/** The answer of the comparison of models. The field that names a group is the one of `group_by`. */
import { Type } from '../../domain/typebox.ts';
import {
  byName,
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
  yesNo,
} from './shapes.ts';

const GROUP = { channel: Type.Optional(textOrNull()), campaign_id: Type.Optional(textOrNull()) };
const SHARE = { share: number(), share_low: number(), share_high: number() };
/** A group's shares are null where its model gave no revenue in sum. */
const SHARE_OR_NULL = { share: ratio(), share_low: ratio(), share_high: ratio() };
const EXTREME = closed({ model: text(), ...SHARE });

export const ModelComparisonResult = closed({
  ...PERIOD_HEAD,
  attribution_models: texts(),
  group_by: text(),
  intervals: closed({ level: number(), draws: count(), seed: count(), over: text() }),
  groups: rows({
    ...GROUP,
    models: byName(
      closed({
        ...money('attributed_revenue'),
        ...SHARE_OR_NULL,
        rank: count(),
        rank_low: count(),
        rank_high: count(),
      }),
    ),
  }),
  disagreements: rows({
    ...GROUP,
    difference: number(),
    highest: EXTREME,
    lowest: EXTREME,
    beyond_chance: yesNo(),
    because: text(),
  }),
  notes: texts(),
});

export const COMPARISON_MEANINGS = {
  share: 'attributed_revenue / the attributed revenue of all groups, also below 0; null if that is 0',
  share_low: 'Lower end of the interval of `share`, from a bootstrap over people',
  share_high: 'Upper end of the interval of `share`',
  difference: 'Largest share minus smallest share, among the models',
  beyond_chance: 'The intervals of the two models do not overlap',
} as const;
