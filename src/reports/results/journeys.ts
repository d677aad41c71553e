/** The answer of the journeys report, and the table of lengths, which the attribution report has, too. */
import type { ComparedParts } from '../compare.ts';
import { CHANGE_MEANINGS, type Compared, comparedRows, comparedShape } from './changes.ts';
import { amount, COMPARISON, closed, count, money, nullable, PERIOD_HEAD, ratio, text, WARNINGS } from './shapes.ts';

export const JOURNEY_LENGTHS: Compared = {
  keys: { journey_length: text() },
  measures: {
    journey_count: count(),
    conversions: count(),
    ...money('total_revenue'),
    average_touchpoints: ratio(),
    average_email_touchpoints: ratio(),
    revenue_per_journey: nullable(amount()),
  },
};

const PARTS = {
  summary: {
    keys: {},
    measures: {
      journey_count: count(),
      conversions: count(),
      ...money('total_revenue'),
      journeys_with_email: count(),
      average_touchpoints: ratio(),
      average_email_touchpoints: ratio(),
      average_length_days: ratio(),
      revenue_per_journey: nullable(amount()),
    },
  },
  journey_lengths: JOURNEY_LENGTHS,
  touchpoints_per_journey: {
    keys: { touchpoints: text() },
    measures: { journey_count: count(), ...money('total_revenue') },
  },
  channel_mix: {
    keys: { channel: text() },
    measures: { touchpoints: count(), journeys: count(), share_of_touchpoints: ratio() },
    parts_of_whole: ['share_of_touchpoints'],
  },
} satisfies Record<string, Compared>;

export const JOURNEYS_COMPARED: ComparedParts = { fields: PARTS };

export const JourneysResult = closed({
  ...PERIOD_HEAD,
  ...COMPARISON,
  summary: comparedShape(PARTS.summary),
  journey_lengths: comparedRows(PARTS.journey_lengths),
  touchpoints_per_journey: comparedRows(PARTS.touchpoints_per_journey),
  channel_mix: comparedRows(PARTS.channel_mix),
  warnings: WARNINGS,
});

export const JOURNEY_MEANINGS = {
  ...CHANGE_MEANINGS,
  journey_length: 'Calendar days from the first event of a journey to its last order',
  total_revenue: 'Net value of the orders in these journeys; every order is in exactly one journey',
  average_touchpoints: 'Touchpoints up to the last order of a journey / journeys',
  average_email_touchpoints: 'Email touchpoints up to the last order of a journey / journeys',
  revenue_per_journey: 'total_revenue / journey_count',
  average_length_days: 'Days from the first event of a journey to its last order, on average',
  touchpoints: 'Touchpoints up to the last order of a journey',
  share_of_touchpoints: 'touchpoints of the channel / all touchpoints of these journeys',
} as const;
