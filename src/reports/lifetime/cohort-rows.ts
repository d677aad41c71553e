/** The rows about cohorts in an answer. */
import { formatMicros, microsPer, money, ratio } from '../../domain/money.ts';
import type { Interval } from '../../learning/bootstrap.ts';
import { wilson } from '../../learning/score-interval.ts';
import type { ReportJson } from '../context.ts';
import { AGE_DAYS, type AgeFigures, type CohortFigures } from './cohort-ages.ts';

/** A rate of fewer customers is not shown, and neither is the interval of their revenue. */
export const LEAST_CUSTOMERS = 30;

const NO_INTERVAL = { low: null, high: null };

/** An interval of micros as amounts. */
export function amounts(interval: Interval | null): ReportJson {
  if (interval === null || Number.isNaN(interval.low)) return NO_INTERVAL;
  return { low: amount(interval.low), high: amount(interval.high) };
}

/** The interval of the revenue per customer; without one, the reason. */
export function perCustomerInterval(interval: Interval | null, customers: number): ReportJson {
  const enough = customers >= LEAST_CUSTOMERS;
  return {
    revenue_per_customer_interval: amounts(enough ? interval : null),
    revenue_per_customer_withheld: enough ? null : `needs ${LEAST_CUSTOMERS} customers, has ${customers}`,
  };
}

/** Micros in a double as an amount. */
export const amount = (micros: number): string => formatMicros(BigInt(Math.round(micros)));

/** What a cohort, or all of them, sold. */
export function soldFields({
  customers,
  repeat_customers,
  orders,
  micros,
}: Omit<CohortFigures, 'interval' | 'ages' | 'repeats' | 'ages_cut'>): ReportJson {
  return {
    customers,
    repeat_customers,
    orders,
    ...money('net_revenue', micros),
    revenue_per_customer: microsPer(micros, customers),
  };
}

/** A rate with its interval; null below the least number of customers, with the reason. */
function rateFields(name: string, successes: number, trials: number, what: string): ReportJson {
  const enough = trials >= LEAST_CUSTOMERS;
  const interval = enough ? wilson(successes, trials) : null;
  return {
    [name]: enough ? ratio(successes, trials) : null,
    [`${name}_interval`]:
      interval === null ? NO_INTERVAL : { low: rounded(interval.low), high: rounded(interval.high) },
    reason: enough ? null : `needs ${LEAST_CUSTOMERS} customers who were observed ${what}, has ${trials}`,
  };
}

/** A double with at most six decimals. */
export const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

export function ageRow(cohort: string | null, age: number, customers: number, figures: AgeFigures): ReportJson {
  const { complete, observed, active, orders, micros, cumulative_micros } = figures;
  return {
    cohort,
    age,
    from_day: age * AGE_DAYS,
    until_day: (age + 1) * AGE_DAYS,
    complete,
    customers,
    observed_customers: observed,
    active_customers: active,
    ...rateFields('retention_rate', active, observed, `to day ${(age + 1) * AGE_DAYS}`),
    orders,
    ...money('net_revenue', micros),
    ...money('cumulative_revenue', cumulative_micros),
    revenue_per_customer: complete ? microsPer(cumulative_micros, customers) : null,
    ...(complete
      ? perCustomerInterval(figures.interval, customers)
      : {
          revenue_per_customer_interval: NO_INTERVAL,
          revenue_per_customer_withheld: `needs all ${customers} customers observed to day ${(age + 1) * AGE_DAYS}, has ${observed}`,
        }),
  };
}

export function repeatRow(
  cohort: string | null,
  { within_days, observed, repeated }: CohortFigures['repeats'][number],
): ReportJson {
  return {
    cohort,
    within_days,
    observed_customers: observed,
    customers_with_second_order: repeated,
    ...rateFields('repeat_rate', repeated, observed, `for ${within_days} days`),
  };
}
