/** A difference between two levels of emails, with its interval, as an answer has it. */
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import { intervalOf, type StratifiedDifference } from '../../learning/stratified-difference.ts';
import { ALPHA, LEAST } from './asked.ts';

/** Per email, or in units of the currency per email. */
export interface Estimate {
  value: number;
  other: number;
  difference: number;
  low: number;
  high: number;
}

export type Found = StratifiedDifference & { treated_sum: number; other_sum: number };

/**
 * True with enough emails on either side, and enough events of both: by its share of the emails, the smaller side has to have
 * {@link LEAST}. Events that it really has must not decide, or a comparison would show where chance gave it more.
 */
export function isEnough(found: Found | null): found is Found {
  if (found === null) return false;
  const { treated_units, other_units, treated_sum, other_sum } = found;
  const smaller = Math.min(treated_units, other_units);
  return (
    smaller >= LEAST.emails && ((treated_sum + other_sum) * smaller) / (treated_units + other_units) >= LEAST.events
  );
}

/** @param alpha 1 - the level of the interval. */
export function estimateOf(found: StratifiedDifference, alpha: number): Estimate {
  const { low, high } = intervalOf(found, alpha);
  return { value: found.treated, other: found.other, difference: found.difference, low, high };
}

/** The same in units of the currency. */
export function inUnits({ value, other, difference, low, high }: Estimate): Estimate {
  const unit = (micros: number): number => micros / MICROS_PER_UNIT;
  return {
    value: unit(value),
    other: unit(other),
    difference: unit(difference),
    low: unit(low),
    high: unit(high),
  };
}

/** A control in which the emails cannot have done anything. */
export interface Control extends Estimate {
  /** True if the interval leaves out 0: the people differ by more than what is compared. */
  differs: boolean;
}

export function controlOf(found: Found | null): Control | null {
  if (!isEnough(found)) return null;
  const estimate = estimateOf(found, ALPHA);
  return { ...estimate, differs: estimate.low > 0 || estimate.high < 0 };
}
