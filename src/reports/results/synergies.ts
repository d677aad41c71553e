/** The answer of the synergies report. */
import { Type } from '../../domain/typebox.ts';
import type { ComparedParts } from '../compare.ts';
import { CHANGE_MEANINGS, comparedShape } from './changes.ts';
import {
  amount,
  COMPARISON,
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
} from './shapes.ts';

const channel = textOrNull;
const channels = () => Type.Array(channel());
const interval = <S extends ReturnType<typeof number> | ReturnType<typeof amount>>(bound: () => S) =>
  nullable(closed({ low: bound(), high: bound() }));

const FIGURES = {
  paths: count(),
  people: count(),
  orders: count(),
  conversion_rate: ratio(),
  ...money('net_revenue'),
  revenue_per_path: nullable(amount()),
};

const SUMMARY = {
  keys: {},
  measures: {
    ...FIGURES,
    average_touches: ratio(),
    multichannel_paths: count(),
    multichannel_people: count(),
    multichannel_orders: count(),
    multichannel_conversion_rate: ratio(),
    ...money('multichannel_net_revenue'),
    multichannel_revenue_per_path: nullable(amount()),
    share_of_paths_multichannel: ratio(),
    total_orders: count(),
    ...money('total_net_revenue'),
  },
};

export const SYNERGIES_COMPARED: ComparedParts = { fields: { summary: SUMMARY } };

const COMBINATION = {
  ...FIGURES,
  conversion_rate_interval: interval(number),
  revenue_per_path_interval: interval(amount),
  average_touches: ratio(),
  rank: nullable(count()),
  reason: textOrNull(),
};

const effect = <S extends ReturnType<typeof number> | ReturnType<typeof amount>>(figure: () => S) =>
  closed({
    interaction: nullable(figure()),
    interval: interval(figure),
    p_value: nullable(number()),
    adjusted_p_value: nullable(number()),
    finding: text(),
    reason: textOrNull(),
  });

const TOP = nullable(closed({ channels: channels(), ...FIGURES, interval: Type.Unknown() }));

export const SynergiesResult = closed({
  ...PERIOD_HEAD,
  ...COMPARISON,
  by: text(),
  minimum: closed({ paths: count(), people: count(), orders: count() }),
  intervals: closed({ level: number(), draws: count(), seed: count(), over: text() }),
  correction: closed({ method: text(), false_discovery_rate: number(), compared_pairs: count() }),
  summary: comparedShape(SUMMARY),
  top: closed({ conversion_rate: TOP, revenue_per_path: TOP, reason: textOrNull() }),
  combinations: rows({ channels: channels(), ...COMBINATION }),
  other_combinations: rows({ combinations: count(), ...COMBINATION }),
  apart: rows({ part: text(), paths: count(), orders: count(), ...money('net_revenue') }),
  pairs: rows({
    a: channel(),
    b: channel(),
    ...Object.fromEntries(['neither', 'only_a', 'only_b', 'both'].map((cell) => [cell, closed(FIGURES)])),
    conversion_rate: effect(number),
    revenue_per_path: effect(amount),
    conversion_rate_by_length: effect(number),
    revenue_per_path_by_length: effect(amount),
  }),
  channels_without_pairs: count(),
  overlap: closed({
    people: count(),
    channels: rows({
      channel: channel(),
      people: count(),
      people_only_here: count(),
      share_of_people: ratio(),
      share_only_here: ratio(),
    }),
    channels_left_out: count(),
    pairs: rows({ a: channel(), b: channel(), people: count(), share_of_a: ratio(), share_of_b: ratio() }),
  }),
});

export const SYNERGIES_MEANINGS = {
  ...HEAD_MEANINGS,
  ...CHANGE_MEANINGS,
  paths: 'Paths of orders, and one path of each person who touched in the period and did not order in it',
  people: 'People with such a path',
  orders: 'Orders with such a path',
  conversion_rate: 'orders / paths',
  revenue_per_path: 'net_revenue / paths',
  average_touches: 'Touches / paths',
  share_of_paths_multichannel: 'multichannel_paths / paths; a path is multichannel if it has two channels or more',
  apart:
    'What is in no combination: orders without a touch that may earn (orders_without_path), paths without a touch that the filters let pass (filtered), refunds that count of orders that do not (refunds_of_other_orders)',
  total_orders: 'orders and those of `apart`: the orders of the attribution report',
  total_net_revenue: 'net_revenue and that of `apart`: the net revenue of the attribution report',
  conversion_rate_interval: 'The 90 % interval over people; null below the minimum',
  revenue_per_path_interval: 'The 90 % interval over people; null below the minimum',
  rank: 'The place among the listed combinations of two channels or more with enough paths and people, by the low end of the interval of the conversion rate; else null',
  reason: 'Why a figure is null, in numbers',
  other_combinations: 'The combinations beyond `limit` together; empty if there are none',
  top: 'The listed combination of two channels or more whose interval has the highest low end; null if none has enough paths and people',
  neither: 'Paths with neither channel; other channels may be on them, as in the other cells',
  interaction:
    'both - only_a - only_b + neither: how far paths with both channels are from what the channels add up to apart. It describes these paths. It does not say that one channel caused anything',
  p_value: 'The chance of an interaction at least as far from 0 if it were 0',
  adjusted_p_value: 'The p value corrected for the number of pairs (Benjamini and Hochberg)',
  finding: 'more together, less together, no difference shown, or too little data',
  conversion_rate_by_length:
    'The interaction among paths with like numbers of touches, averaged with weights like those of Mantel and Haenszel',
  revenue_per_path_by_length:
    'The interaction among paths with like numbers of touches, averaged with weights like those of Mantel and Haenszel',
  channels_without_pairs: 'Channels that are in no pair because 30 others have more paths',
  people_only_here: 'People on whose paths is no other channel',
  share_of_people: 'people of the channel / all people with a path',
  share_only_here: 'people_only_here / people of the channel',
  share_of_a: 'people with both channels / people with a',
  share_of_b: 'people with both channels / people with b',
} as const;
