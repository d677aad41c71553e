/** The settings of a fit and their defaults. Fits, reports and the command line read each default from here. */
import { MS_PER_DAY, MS_PER_MINUTE } from '../domain/time.ts';
import type { Form } from '../learning/likelihood.ts';

export type HazardFamily = 'logistic' | 'boosted_trees' | 'random_forest' | 'additive';

export interface HazardOptions {
  readonly family: HazardFamily;
  readonly seed: number;
  /** People at risk drawn for each order. Beyond about 8 a control adds little: the variance falls as 1 + 1 / controls. */
  readonly controls: number;
  /** A fit learns from at most this many orders. They are a sample where there are more. */
  readonly most_cases: number;
  /** Folds of people, for held-out figures. */
  readonly folds: number;
  /** A touch this close before an order belongs to the buying visit (a coupon at the checkout) and is not its cause. */
  readonly guard_ms: number;
  /** A touch older than this has no effect. */
  readonly most_age_ms: number;
  /**
   * Sets of half-lives of a touch's effect. The evidence chooses one set. Two half-lives together also fit those between them. The
   * families other than `logistic` use the first set.
   */
  readonly half_lives_days: readonly (readonly number[])[];
  /** How exposures act on the hazard. The evidence chooses one; the second is the one with which half-lives are compared. */
  readonly forms: readonly Form[];
  /** A channel with fewer exposed orders in the sample is fitted as part of `other`. */
  readonly least_exposed_cases: number;
}

/** The values of parameters that a request leaves out. Only the algorithmic model uses the guard and the greatest age. */
export const FIT_DEFAULTS = {
  seed: 1,
  /** Bootstrap draws for the intervals of a fit. */
  draws: 100,
  /** The middle part of the draws that an interval holds. */
  level: 0.9,
  family: 'logistic',
  guard_minutes: 30,
  max_age_days: 60,
  flow_back: 'on',
} as const;

export const HAZARD_DEFAULTS: HazardOptions = {
  family: FIT_DEFAULTS.family,
  seed: FIT_DEFAULTS.seed,
  controls: 8,
  most_cases: 20_000,
  folds: 5,
  guard_ms: FIT_DEFAULTS.guard_minutes * MS_PER_MINUTE,
  most_age_ms: FIT_DEFAULTS.max_age_days * MS_PER_DAY,
  half_lives_days: [
    [1, 4],
    [0.25, 1, 4],
    [1, 4, 14],
  ],
  forms: [{ curvature: 0 }, { curvature: 0.5 }, { curvature: 1 }, { curvature: 1, adds: 0.5 }],
  least_exposed_cases: 100,
};

/** One bootstrap draw of the algorithmic model adds up at most this many orders. They are a sample where there are more. */
export const MOST_INTERVAL_ORDERS = 3_000;
