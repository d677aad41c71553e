/** An interval of a rate whose outcomes depend on each other within people. */
import type { Interval } from './bootstrap.ts';
import { NORMAL_95 } from './normal.ts';

/**
 * The 90 % score interval of Wilson, with the effective number of units in place of their number: units of one person resemble
 * each other, so they tell less. The effective number is rate (1 - rate) / variance, at most the number of units; a rate of 0 or
 * 1 has no such variance and takes `people`. Sources: Wilson, Journal of the American Statistical Association 22, 1927; Korn and
 * Graubard, Survey Methodology 24, 1998 (effective numbers).
 * @param variance of the rate, over people.
 */
export function scoreInterval(rate: number, units: number, people: number, variance: number): Interval {
  const spread = rate * (1 - rate);
  const effective = spread === 0 || variance === 0 ? Math.min(people, units) : Math.min(units, spread / variance);
  const z2 = NORMAL_95 ** 2;
  const middle = (rate + z2 / (2 * effective)) / (1 + z2 / effective);
  const half = (NORMAL_95 * Math.sqrt(spread / effective + z2 / (4 * effective ** 2))) / (1 + z2 / effective);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
