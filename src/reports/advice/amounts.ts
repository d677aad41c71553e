/** Estimates as an answer shows them. They come from a fit, so they are rounded to cents and to four decimals. */
import type { ReportJson } from '../context.ts';

interface Estimate {
  value: number;
  low: number;
  high: number;
}

const CENTS = 100;

/** An amount with two decimals in the six of all answers. */
export const amountOf = (units: number): string => (Math.round(units * CENTS) / CENTS + 0).toFixed(6);
const rounded = (value: number): number => Number(value.toFixed(4));

export const amounts = ({ value, low, high }: Estimate): ReportJson => ({
  value: amountOf(value),
  low: amountOf(low),
  high: amountOf(high),
});

export const numbers = ({ value, low, high }: Estimate): ReportJson => ({
  value: rounded(value),
  low: rounded(low),
  high: rounded(high),
});
