/** The 90 % intervals of one combination, over random groups of people. */
import type { Interval } from '../../learning/bootstrap.ts';
import { NORMAL_95 } from '../../learning/normal.ts';
import { ratioVariance } from '../../learning/random-groups.ts';
import { scoreInterval } from '../../learning/score-interval.ts';
import { MIN_OF_EACH_OUTCOME } from './pair-effects.ts';
import type { PathFigures } from './set-sums.ts';

/** Sums of one row by random group. Revenue is in micros. */
export interface RowGroups {
  paths: Float64Array;
  orders: Float64Array;
  revenue: Float64Array;
}

/** Of the orders per path. */
export function rateInterval({ orders, paths }: PathFigures, people: number, groups: RowGroups): Interval {
  return scoreInterval(orders / paths, paths, people, ratioVariance(groups.orders, groups.paths));
}

/** Of the revenue per path, in micros; null with so few orders that their values say nothing about the spread. */
export function revenueInterval({ orders, paths, micros }: PathFigures, groups: RowGroups): Interval | null {
  if (orders < MIN_OF_EACH_OUTCOME) return null;
  const mean = Number(micros) / paths;
  const half = NORMAL_95 * Math.sqrt(ratioVariance(groups.revenue, groups.paths));
  return { low: mean - half, high: mean + half };
}
