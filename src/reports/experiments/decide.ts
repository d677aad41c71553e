/** What may be concluded of an experiment, and whether it may stop. */
import type { Design, Metric } from '../../domain/experiment.ts';
import type { Interval } from '../../learning/bootstrap.ts';
import { type Effect, moreIsBetter } from './effects.ts';
import { neededFor } from './enough.ts';

/** Below this chance the arms do not have their shares, so something else than chance made them. */
export const SAMPLE_RATIO_ALARM = 0.001;

export const CONCLUSIONS = [
  'sample_ratio_alarm',
  'too_early',
  'too_few',
  'rate_missing',
  'running',
  'better',
  'worse',
  'no_difference_seen',
] as const;
export type Conclusion = (typeof CONCLUSIONS)[number];

export interface Facts {
  design: Design;
  sample_ratio_chance: number;
  /** True if the log holds what happened until the end, or it was stopped. */
  is_over: boolean;
  /** True if it was stopped before its planned end. */
  was_stopped: boolean;
  /** The arm and the control have enough people for a conclusion. */
  has_enough: boolean;
  /** False if the metric is about money and an order of the arm or the control has no exchange rate. */
  is_priced: boolean;
  /** The effect of an arm by the metric that decides. */
  effect: Effect | null;
}

/**
 * The interval that decides. While the experiment runs, only the always-valid one does, because it holds at every look. So it does after a
 * stop, whose time somebody chose who could see the result. At the end, which was planned before, the fixed one decides.
 */
export function decidingInterval(
  effect: Effect,
  { is_over, was_stopped }: Pick<Facts, 'is_over' | 'was_stopped'>,
): Interval {
  return is_over && !was_stopped ? effect.fixed.interval : effect.always_valid;
}

/** The conclusion for one arm. */
export function concludes(facts: Facts): Conclusion {
  const { design, sample_ratio_chance, is_over, has_enough, is_priced, effect } = facts;
  if (sample_ratio_chance < SAMPLE_RATIO_ALARM) return 'sample_ratio_alarm';
  if (has_enough && !is_priced) return 'rate_missing';
  if (effect === null || !has_enough) return is_over ? 'too_few' : 'too_early';
  const side = sideOf(decidingInterval(effect, facts));
  if (side === 0) return is_over ? 'no_difference_seen' : 'running';
  return side > 0 === moreIsBetter(design.metric) ? 'better' : 'worse';
}

/** 1 if an interval lies above 0, -1 below, 0 if it holds 0. */
const sideOf = ({ low, high }: Interval): -1 | 0 | 1 => (low > 0 ? 1 : high < 0 ? -1 : 0);

const STOPS: Record<Conclusion, (needed: string) => string> = {
  sample_ratio_alarm: () =>
    'Do not use the result. The arms do not have the shares of the plan, and at one look chance makes that less than once in a thousand times. Look for people who left one arm only: bounced, suppressed or filtered after the assignment',
  too_early: (needed) => `Wait. A conclusion needs ${needed}`,
  too_few: (needed) =>
    `It is over without a result: a conclusion needs ${needed}. Plan a larger one, or several of one pool`,
  rate_missing: () =>
    'Send the exchange rate that the warning names, then ask again. The plan decides by money, and orders have no rate',
  running: () => 'Go on to the planned end, or look again. No difference is certain so far',
  better: () => 'You may stop. The arm is better than the control',
  worse: () => 'Stop. The arm is worse than the control',
  no_difference_seen: () =>
    'It is over. A difference as small as the interval shows may be there or not; a larger one is not',
};

/** The rule for stopping, in a sentence. */
export const stopRule = (conclusion: Conclusion, metric: Metric): string => `${STOPS[conclusion](neededFor(metric))}.`;
