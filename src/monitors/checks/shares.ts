/** Whether a share is higher than it used to be, beyond chance. Pure. */
import { wilson } from '../../learning/score-interval.ts';

export interface Share {
  count: number;
  of: number;
}

/** With fewer units before, nothing is known to be usual. */
const LEAST_BEFORE = 100;
/** A share must grow by this factor, whatever chance says: days differ. */
const LEAST_FACTOR = 1.5;
const LEAST_GROWTH = 0.02;

export const rateOf = ({ count, of }: Share): number => (of === 0 ? 0 : count / of);

/**
 * True if the share is surely above what it was. Up to the share `least`, and below so many `cases`, it is always fine.
 * The growth must be above its 90 % interval, and above what days differ by.
 */
export function rose(now: Share, before: Share, { least, cases }: { least: number; cases: number }): boolean {
  if (now.count < cases || now.of === 0 || before.of < LEAST_BEFORE) return false;
  const { low } = wilson(now.count, now.of);
  const { high } = wilson(before.count, before.of);
  return low > Math.max(least, high + LEAST_GROWTH, rateOf(before) * LEAST_FACTOR);
}

export const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
