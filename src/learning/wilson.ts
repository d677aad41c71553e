/** The interval of a rate of independent yes-or-no outcomes. */
import type { Interval } from './bootstrap.ts';

/** The standard normal distribution has 5 % above this. */
const NORMAL_95 = 1.6448536269514722;

/** The 90 % score interval. Source: Wilson, Journal of the American Statistical Association 22, 1927. */
export function wilson(successes: number, trials: number): Interval {
  const rate = successes / trials;
  const z2 = NORMAL_95 ** 2;
  const middle = (rate + z2 / (2 * trials)) / (1 + z2 / trials);
  const half = (NORMAL_95 * Math.sqrt((rate * (1 - rate)) / trials + z2 / (4 * trials ** 2))) / (1 + z2 / trials);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
