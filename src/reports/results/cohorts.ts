/** The answer of the report on cohorts, and the parts that lifetime value has, too. */
import type { ComparedParts } from '../compare.ts';
import { CHANGE_MEANINGS, type Compared, comparedShape } from './changes.ts';
import {
  amount,
  COMPARISON,
  closed,
  count,
  instant,
  money,
  nullable,
  PERIOD_HEAD,
  ratio,
  rows,
  text,
  textOrNull,
  WARNINGS,
  yesNo,
} from './shapes.ts';

export const amountInterval = () => closed({ low: nullable(amount()), high: nullable(amount()) });
export const rateInterval = () => closed({ low: ratio(), high: ratio() });

export const PER_CUSTOMER_INTERVAL = {
  revenue_per_customer_interval: amountInterval(),
  revenue_per_customer_withheld: textOrNull(),
};
export const SOLD = {
  customers: count(),
  repeat_customers: count(),
  orders: count(),
  ...money('net_revenue'),
  revenue_per_customer: nullable(amount()),
};
export const SOLD_TOTALS: Compared = { keys: {}, measures: SOLD };
export const COHORTS_COMPARED: ComparedParts = { fields: { totals: SOLD_TOTALS } };

export const CohortsResult = closed({
  ...PERIOD_HEAD,
  ...COMPARISON,
  by: text(),
  observed_until: nullable(instant()),
  totals: comparedShape(SOLD_TOTALS),
  cohorts: rows({ cohort: textOrNull(), ...SOLD, ...PER_CUSTOMER_INTERVAL }),
  ages: rows({
    cohort: textOrNull(),
    age: count(),
    from_day: count(),
    until_day: count(),
    complete: yesNo(),
    customers: count(),
    observed_customers: count(),
    active_customers: count(),
    retention_rate: ratio(),
    retention_rate_interval: rateInterval(),
    reason: textOrNull(),
    orders: count(),
    ...money('net_revenue'),
    ...money('cumulative_revenue'),
    revenue_per_customer: nullable(amount()),
    ...PER_CUSTOMER_INTERVAL,
  }),
  repeat_orders: rows({
    cohort: textOrNull(),
    within_days: count(),
    observed_customers: count(),
    customers_with_second_order: count(),
    repeat_rate: ratio(),
    repeat_rate_interval: rateInterval(),
    reason: textOrNull(),
  }),
  warnings: WARNINGS,
});

export const SOLD_MEANINGS = {
  by: 'What the customers of a cohort have in common at their first order',
  observed_until: 'The last order in the log; what came after it is not known',
  cohort: 'Month, week, channel, campaign or segments of the first order; null where it has none',
  customers: 'People whose first order lies in the period',
  repeat_customers: 'Customers with at least two orders',
  orders: 'Orders of these customers, also after the period; refunded ones are among them',
  net_revenue: 'Net value of these orders, after refunds',
  revenue_per_customer: 'Net revenue of these customers / customers',
  revenue_per_customer_interval: 'The middle 90 % of a bootstrap over customers; null below 30 customers',
  revenue_per_customer_withheld: 'Why revenue_per_customer_interval is null',
} as const;

export const COHORTS_MEANINGS = {
  ...CHANGE_MEANINGS,
  ...SOLD_MEANINGS,
  age: 'Ages of 30 days since the day of the first order, from 0',
  from_day: 'The first day of the age, counted from the day of the first order',
  until_day: 'The day after its last day',
  complete: 'True if all customers of the cohort were observed to the end of this age',
  observed_customers: 'Customers who were observed that long',
  active_customers: 'Those of them with an order in this age; in age 0 all, by their first order',
  retention_rate: 'active_customers / observed_customers; null below 30 observed customers',
  retention_rate_interval: '90 % score interval',
  reason: 'Why a rate is null',
  cumulative_revenue: 'Net revenue of the cohort up to the end of this age',
  within_days: 'Days since the first order',
  customers_with_second_order: 'Those of them with a second order within these days of the first',
  repeat_rate: 'customers_with_second_order / observed_customers; null below 30 observed customers',
  repeat_rate_interval: '90 % score interval',
} as const;
