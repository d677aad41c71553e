/** The budget of a key that gets answers with noise only: how much epsilon it may spend, and when it is renewed. */
import { formatInstant } from '../../domain/time.ts';

export const BUDGET_PERIODS = ['day', 'month', 'total'] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

export interface DpBudget {
  /** Thousandths of epsilon that the key may spend in one period. */
  epsilon_millis: number;
  per: BudgetPeriod;
}

/** The name of the period, in UTC, that an instant is in. */
export function windowOf(per: BudgetPeriod, at_ms: number): string {
  if (per === 'total') return 'total';
  return formatInstant(at_ms).slice(0, per === 'day' ? 10 : 7);
}

/** When the next period begins; null if there is none. */
export function renewalOf(per: BudgetPeriod, at_ms: number): number | null {
  const at = new Date(at_ms);
  if (per === 'total') return null;
  return per === 'day'
    ? Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + 1)
    : Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1);
}
