/** The answer of the journeys report, and the table of lengths, which the attribution report has, too. */
import { amount, closed, count, money, nullable, PERIOD_HEAD, ratio, rows, text } from './shapes.ts';

export const JOURNEY_LENGTHS = rows({
  journey_length: text(),
  journey_count: count(),
  conversions: count(),
  ...money('total_revenue'),
  average_touchpoints: ratio(),
  average_email_touchpoints: ratio(),
  revenue_per_journey: nullable(amount()),
});

export const JourneysResult = closed({
  ...PERIOD_HEAD,
  summary: closed({
    journey_count: count(),
    conversions: count(),
    ...money('total_revenue'),
    journeys_with_email: count(),
    average_touchpoints: ratio(),
    average_email_touchpoints: ratio(),
    average_length_days: ratio(),
    revenue_per_journey: nullable(amount()),
  }),
  journey_lengths: JOURNEY_LENGTHS,
  touchpoints_per_journey: rows({ touchpoints: text(), journey_count: count(), ...money('total_revenue') }),
  channel_mix: rows({ channel: text(), touchpoints: count(), journeys: count(), share_of_touchpoints: ratio() }),
});

export const JOURNEY_MEANINGS = {
  journey_length: 'Calendar days from the first event of a journey to its last order',
  total_revenue: 'Net value of the orders in these journeys; every order is in exactly one journey',
  average_touchpoints: 'Touchpoints up to the last order of a journey / journeys',
  average_email_touchpoints: 'Email touchpoints up to the last order of a journey / journeys',
  revenue_per_journey: 'total_revenue / journey_count',
  average_length_days: 'Days from the first event of a journey to its last order, on average',
  touchpoints: 'Touchpoints up to the last order of a journey',
  share_of_touchpoints: 'touchpoints of the channel / all touchpoints of these journeys',
} as const;
