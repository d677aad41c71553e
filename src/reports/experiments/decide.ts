/** What may be concluded of an experiment, and whether it may stop. */
import type { Design } from '../../domain/experiment.ts';
import type { Interval } from '../../learning/bootstrap.ts';
import { type Effect, moreIsBetter } from './effects.ts';
import type { ArmFacts } from './read-arms.ts';

/** Below this chance the arms do not have their shares, so something else than chance made them. */
export const SAMPLE_RATIO_ALARM = 0.001;

/**
 * The least people of each arm, and the least people with an order in both together, for a conclusion. The intervals of means rest on the
 * central limit theorem, and with fewer people they may be too narrow. Source of the size: `tributary experiments simulate`, whose
 * first look has so many.
 */
export const LEAST = { people: 50, converted: 10 };

export const CONCLUSIONS = [
  'sample_ratio_alarm',
  'too_early',
  'running',
  'better',
  'worse',
  'no_difference_seen',
] as const;
export type Conclusion = (typeof CONCLUSIONS)[number];

export interface Facts {
  design: Design;
  sample_ratio_chance: number;
  /** True if the log holds what happened until the end. */
  is_over: boolean;
  /** The arm and the control have enough people for a conclusion. */
  has_enough: boolean;
  /** The effect of an arm by the metric that decides. */
  effect: Effect | null;
}

export function hasEnough(control: ArmFacts, arm: ArmFacts): boolean {
  const converted = Number(control.sums.converted + arm.sums.converted);
  return Math.min(control.people, arm.people) >= LEAST.people && converted >= LEAST.converted;
}

/**
 * The conclusion for one arm. While the experiment runs, only the always-valid interval decides, because it holds at every look. At the
 * end, which was planned before, the fixed interval decides.
 */
export function concludes({ design, sample_ratio_chance, is_over, has_enough, effect }: Facts): Conclusion {
  if (sample_ratio_chance < SAMPLE_RATIO_ALARM) return 'sample_ratio_alarm';
  if (effect === null || !has_enough) return 'too_early';
  const side = sideOf(is_over ? effect.fixed.interval : effect.always_valid);
  if (side === 0) return is_over ? 'no_difference_seen' : 'running';
  return side > 0 === moreIsBetter(design.metric) ? 'better' : 'worse';
}

/** 1 if an interval lies above 0, -1 below, 0 if it holds 0. */
const sideOf = ({ low, high }: Interval): -1 | 0 | 1 => (low > 0 ? 1 : high < 0 ? -1 : 0);

const STOPS: Record<Conclusion, string> = {
  sample_ratio_alarm:
    'Do not use the result. The arms do not have the shares of the plan, and chance makes that less than once in a thousand times. Look for people who left one arm only: bounced, suppressed or filtered after the assignment',
  too_early: `Wait. A conclusion needs ${LEAST.people} people in each arm and ${LEAST.converted} who ordered`,
  running: 'Go on to the planned end, or look again. No difference is certain so far',
  better: 'You may stop. The arm is better than the control',
  worse: 'Stop. The arm is worse than the control',
  no_difference_seen:
    'It is over. A difference as small as the interval shows may be there or not; a larger one is not',
};

/** The rule for stopping, in a sentence. */
export const stopRule = (conclusion: Conclusion): string => `${STOPS[conclusion]}.`;
