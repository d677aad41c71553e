/** What may be concluded of an experiment, and whether it may stop. */
import type { Design } from '../../domain/experiment.ts';
import type { Interval } from '../../learning/bootstrap.ts';
import { type Effect, moreIsBetter } from './effects.ts';
import type { ArmFacts } from './read-arms.ts';

/** Below this chance the arms do not have their shares, so something else than chance made them. */
export const SAMPLE_RATIO_ALARM = 0.001;

/**
 * The least people of each arm, and the least people with an order in both together, for a conclusion. The numbers are chosen, and then
 * measured: the intervals rest on the central limit theorem, and at this size they still give no more false alarms than they should.
 * `tributary experiments simulate --people 220 --looks 1` has 10 orders on average and finds 3.7 % or fewer for every measure;
 * `--people 500 --holdout 10% --looks 1` has 50 people in the control and finds 4.8 % or fewer.
 */
export const LEAST = { people: 50, converted: 10 };

export const CONCLUSIONS = [
  'sample_ratio_alarm',
  'too_early',
  'too_few',
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
  /** The effect of an arm by the metric that decides. */
  effect: Effect | null;
}

export function hasEnough(control: ArmFacts, arm: ArmFacts): boolean {
  const converted = Number(control.sums.converted + arm.sums.converted);
  return Math.min(control.people, arm.people) >= LEAST.people && converted >= LEAST.converted;
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
  const { design, sample_ratio_chance, is_over, has_enough, effect } = facts;
  if (sample_ratio_chance < SAMPLE_RATIO_ALARM) return 'sample_ratio_alarm';
  if (effect === null || !has_enough) return is_over ? 'too_few' : 'too_early';
  const side = sideOf(decidingInterval(effect, facts));
  if (side === 0) return is_over ? 'no_difference_seen' : 'running';
  return side > 0 === moreIsBetter(design.metric) ? 'better' : 'worse';
}

/** 1 if an interval lies above 0, -1 below, 0 if it holds 0. */
const sideOf = ({ low, high }: Interval): -1 | 0 | 1 => (low > 0 ? 1 : high < 0 ? -1 : 0);

const STOPS: Record<Conclusion, string> = {
  sample_ratio_alarm:
    'Do not use the result. The arms do not have the shares of the plan, and at one look chance makes that less than once in a thousand times. Look for people who left one arm only: bounced, suppressed or filtered after the assignment',
  too_early: `Wait. A conclusion needs ${LEAST.people} people in each arm and ${LEAST.converted} who ordered`,
  too_few: `It is over without a result: a conclusion needs ${LEAST.people} people in each arm and ${LEAST.converted} who ordered. Plan a larger one, or several of one pool`,
  running: 'Go on to the planned end, or look again. No difference is certain so far',
  better: 'You may stop. The arm is better than the control',
  worse: 'Stop. The arm is worse than the control',
  no_difference_seen:
    'It is over. A difference as small as the interval shows may be there or not; a larger one is not',
};

/** The rule for stopping, in a sentence. */
export const stopRule = (conclusion: Conclusion): string => `${STOPS[conclusion]}.`;
