/** The answer of the report on lifetime value. */
import type { ComparedParts } from '../compare.ts';
import { CHANGE_MEANINGS, comparedShape } from './changes.ts';
import { amountInterval, PER_CUSTOMER_INTERVAL, SOLD, SOLD_MEANINGS, SOLD_TOTALS } from './cohorts.ts';
import {
  amount,
  COMPARISON,
  closed,
  count,
  instant,
  money,
  nullable,
  number,
  PERIOD_HEAD,
  ratio,
  rows,
  text,
  textOrNull,
  WARNINGS,
} from './shapes.ts';

export const LIFETIME_VALUE_COMPARED: ComparedParts = { fields: { totals: SOLD_TOTALS } };

const PREDICTED = {
  predicted_active_customers: nullable(number()),
  predicted_purchases: nullable(number()),
  predicted_revenue: nullable(amount()),
  predicted_revenue_interval: amountInterval(),
  predicted_revenue_per_customer: nullable(amount()),
  predicted_revenue_per_customer_interval: amountInterval(),
};

const modelOf = (names: readonly string[]) =>
  nullable(closed(Object.fromEntries([...names, 'log_likelihood'].map((name) => [name, number()]))));

export const LifetimeValueResult = closed({
  ...PERIOD_HEAD,
  ...COMPARISON,
  attribution_model: text(),
  by: text(),
  observed_until: nullable(instant()),
  horizon_days: count(),
  totals: comparedShape(SOLD_TOTALS),
  cohorts: rows({
    cohort: textOrNull(),
    ...SOLD,
    ...PER_CUSTOMER_INTERVAL,
    ...PREDICTED,
  }),
  prediction: closed({
    from: textOrNull(),
    until: textOrNull(),
    known_customers: count(),
    known_repeat_customers: count(),
    known_days: count(),
    fitted_customers: count(),
    ...PREDICTED,
    bg_nbd: modelOf(['r', 'alpha', 'a', 'b']),
    gamma_gamma: modelOf(['p', 'q', 'v']),
    refused: textOrNull(),
  }),
  holdout: nullable(
    closed({
      days: count(),
      from: text(),
      until: text(),
      customers: nullable(count()),
      net_revenue_micros: nullable(money('net_revenue')['net_revenue_micros']!),
      net_revenue: nullable(amount()),
      predicted_revenue: nullable(amount()),
      predicted_revenue_interval: amountInterval(),
      predicted_error: ratio(),
      predicted_error_per_customer: nullable(amount()),
      naive_revenue: nullable(amount()),
      naive_error: ratio(),
      naive_error_per_customer: nullable(amount()),
      refused: textOrNull(),
    }),
  ),
  quantiles: rows({
    quantile: count(),
    customers: count(),
    ...money('net_revenue'),
    share_of_revenue: ratio(),
    revenue_per_customer: nullable(amount()),
    ...money('highest_value'),
    ...money('lowest_value'),
    tied_customers: count(),
  }),
  email: closed({
    by_credit: closed({
      attribution_model: text(),
      credited_orders: ratio(),
      ...money('credited_revenue'),
      share_of_orders: ratio(),
      share_of_revenue: ratio(),
    }),
    by_influence: closed({
      influenced_orders: count(),
      influenced_customers: count(),
      ...money('influenced_revenue'),
      share_of_orders: ratio(),
      share_of_revenue: ratio(),
    }),
  }),
  warnings: WARNINGS,
});

export const LIFETIME_VALUE_MEANINGS = {
  ...CHANGE_MEANINGS,
  ...SOLD_MEANINGS,
  horizon_days: 'The days of the forecast, from the day after the last order in the log',
  predicted_active_customers: 'Customers who are expected to be active still',
  predicted_purchases: 'Days with a purchase that these customers are expected to have within the horizon',
  predicted_revenue: 'What these purchases are expected to bring, in addition to net_revenue',
  predicted_revenue_interval: '90 % interval: doubt of the parameters (delta method) and of the outcome (400 draws)',
  predicted_revenue_per_customer: 'predicted_revenue / customers',
  predicted_revenue_per_customer_interval: 'predicted_revenue_interval / customers',
  known_customers: 'Customers with a purchase whom the filters choose, of all periods',
  known_repeat_customers: 'Those of them with purchases on at least two days; at least 100 are needed',
  known_days: 'Days since the first purchase of all; at least 90 are needed',
  fitted_customers: 'Known customers that the fit took: all, or about 25,000 of them by a hash of the person',
  bg_nbd: 'Parameters of BG/NBD (Fader, Hardie, Lee 2005), time in days',
  gamma_gamma: 'Parameters of Gamma-Gamma (Fader, Hardie 2013), amounts in the currency of the report',
  refused: 'What a forecast needs and what is there; null if there is one',
  holdout: 'The same models fitted to what was known before the last days, and their forecast for these days',
  predicted_error: '(predicted_revenue - net_revenue) / net_revenue of the days held out',
  predicted_error_per_customer: 'How far the forecasts of customers are from what they brought, on average',
  naive_revenue: 'The revenue per customer and day of the year before the days held out, carried on',
  naive_error: '(naive_revenue - net_revenue) / net_revenue',
  naive_error_per_customer: 'How far that average is from what customers brought, on average',
  quantile: 'Segments of equally many customers; 1 has those who brought most',
  share_of_revenue: 'The part of the net revenue of all customers of the report',
  share_of_orders: 'The part of the orders of all customers of the report',
  highest_value: 'What the best customer of the segment brought',
  lowest_value: 'What the last customer of the segment brought',
  tied_customers: 'Customers at the end of the segment who brought as much as the first of the next one',
  by_credit: 'What email touches earned by the model; part of the orders’ value',
  by_influence: 'Orders with an email before them among the touches that may earn, each once with its whole value',
  credited_orders: 'Orders that the model credits to email, in fractions',
  influenced_orders: 'Orders with an email in their path',
  influenced_customers: 'Customers with such an order',
  influenced_revenue: 'The net value of these orders, each once',
} as const;
