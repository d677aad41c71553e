/** The score interval of a rate, at 90 % where no other level is given. Source: Wilson, Journal of the American Statistical Association 22, 1927. */
import type { Interval } from './bootstrap.ts';
import { NORMAL_95 } from './normal.ts';

/**
 * The interval of a rate of independent yes-or-no outcomes.
 * @param z how many standard errors the bounds are away: {@link NORMAL_95} gives a 90 % interval.
 */
export function wilson(successes: number, trials: number, z = NORMAL_95): Interval {
  return intervalOf(successes / trials, trials, z);
}

/**
 * The interval of a rate whose outcomes depend on each other within people, with the effective number of units in place of their
 * number: units of one person resemble each other, so they tell less. The effective number is rate (1 - rate) / variance, at most
 * the number of units; a rate of 0 or 1 has no such variance and takes `people`. Source: Korn and Graubard, Survey Methodology 24,
 * 1998 (effective numbers).
 * @param variance of the rate, over people.
 */
export function scoreInterval(rate: number, units: number, people: number, variance: number): Interval {
  const spread = rate * (1 - rate);
  const effective = spread === 0 || variance === 0 ? Math.min(people, units) : Math.min(units, spread / variance);
  return intervalOf(rate, effective);
}

function intervalOf(rate: number, trials: number, z = NORMAL_95): Interval {
  const z2 = z ** 2;
  const middle = (rate + z2 / (2 * trials)) / (1 + z2 / trials);
  const half = (z * Math.sqrt((rate * (1 - rate)) / trials + z2 / (4 * trials ** 2))) / (1 + z2 / trials);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
