/** The answer of the comparison of two fits. */
import {
  closed,
  instant,
  money,
  nullable,
  number,
  PERIOD,
  ratio,
  rows,
  text,
  textOrNull,
  texts,
  WARNINGS,
} from './shapes.ts';

const SIDE = closed({
  artifact_id: text(),
  attribution_model: text(),
  family: text(),
  brands: texts(),
  learned_as_of: text(),
  config_hash: text(),
  ...money('attributed_revenue'),
});

const learned = (name: 'first' | 'second') => ({
  [`${name}_learned_share`]: nullable(number()),
  [`${name}_learned_share_low`]: nullable(number()),
  [`${name}_learned_share_high`]: nullable(number()),
});

export const ArtifactComparisonResult = closed({
  report_period: PERIOD,
  currency: text(),
  as_of: text(),
  generated_at: instant(),
  first: SIDE,
  second: SIDE,
  channels: rows({
    channel: textOrNull(),
    ...money('first_revenue'),
    ...money('second_revenue'),
    ...money('difference_revenue'),
    first_share: ratio(),
    second_share: ratio(),
    ...learned('first'),
    ...learned('second'),
  }),
  movers: texts(),
  warnings: WARNINGS,
});

export const COMPARISON_MEANINGS = {
  first_revenue: 'What the channel earns in the period with the first fit',
  second_revenue: 'What the channel earns in the period with the second fit',
  difference_revenue: 'The second less the first',
  first_share: 'Its part of the credit of the period with the first fit',
  second_share: 'Its part of the credit of the period with the second fit',
  first_learned_share:
    'Its part of all credit in the data of the first fit, with a 90 % interval; null if the fit has none',
  second_learned_share:
    'Its part of all credit in the data of the second fit, with a 90 % interval; null if the fit has none',
  learned_as_of: 'The log position up to which the fit learned',
  movers: 'The channels that move most, in words',
} as const;
