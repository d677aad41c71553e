/** Two rates of yes-or-no outcomes, such as the share of people who ordered in two groups. */
import type { Random } from '../domain/random.ts';
import { type Interval, middleOf } from './bootstrap.ts';
import { twoSidedChance } from './normal.ts';
import { wilson } from './score-interval.ts';

export interface Rate {
  successes: number;
  trials: number;
}

/**
 * The interval of the second rate minus the first: Newcombe's hybrid of two score intervals. Source: Newcombe, Statistics in
 * Medicine 17, 1998, method 10.
 * @param z how many standard errors the bounds of each rate are away, such as 1.96 for 95 %.
 */
export function newcombe(first: Rate, second: Rate, z: number): Interval {
  const [a, b] = [first, second].map(({ successes, trials }) => ({
    rate: successes / trials,
    ...wilson(successes, trials, z),
  })) as [Interval & { rate: number }, Interval & { rate: number }];
  const difference = b.rate - a.rate;
  return {
    low: difference - Math.hypot(b.rate - b.low, a.high - a.rate),
    high: difference + Math.hypot(b.high - b.rate, a.rate - a.low),
  };
}

/** The chance of rates at least this far apart if they are equal, by the pooled z test. 1 where all outcomes are the same. */
export function pooledChance(first: Rate, second: Rate): number {
  const both = (first.successes + second.successes) / (first.trials + second.trials);
  const error = Math.sqrt(both * (1 - both) * (1 / first.trials + 1 / second.trials));
  if (error === 0) return 1;
  return twoSidedChance((second.successes / second.trials - first.successes / first.trials) / error);
}

export interface Posterior {
  /** The chance that the second rate is higher. */
  higher: number;
  /** The middle part of the second rate minus the first. */
  interval: Interval;
}

/**
 * What is believed of two rates after their outcomes, from a Beta(1, 1) for each before them: the Beta-Binomial model. Source: Gelman
 * et al., Bayesian Data Analysis, 2.1.
 */
export function posteriorDifference(
  first: Rate,
  second: Rate,
  alpha: number,
  draws: number,
  random: Random,
): Posterior {
  const differences: number[] = [];
  let higher = 0;
  for (let draw = 0; draw < draws; draw++) {
    const difference = beta(second, random) - beta(first, random);
    if (difference > 0) higher += 1;
    differences.push(difference);
  }
  return { higher: higher / draws, interval: middleOf(differences, 1 - alpha) };
}

function beta({ successes, trials }: Rate, random: Random): number {
  const yes = random.gamma(successes + 1);
  return yes / (yes + random.gamma(trials - successes + 1));
}
