/** What can be set about a fit of the conversion hazard, and why the defaults are what they are. */

export type HazardFamily = 'logistic' | 'boosted_trees' | 'random_forest' | 'additive';

export interface HazardOptions {
  readonly family: HazardFamily;
  readonly seed: number;
  /** People at risk drawn for each order. Beyond about 8 a control adds little: the variance falls as 1 + 1 / controls. */
  readonly controls: number;
  /** Orders to learn from, at most; more are sampled down to it. */
  readonly most_cases: number;
  /** Parts of the people, by person, for held-out figures. */
  readonly folds: number;
  /** A touch this close before an order is on the way to it (a coupon at the checkout) and not its cause. */
  readonly guard_ms: number;
  /** Nor is a touch older than this. */
  readonly most_age_ms: number;
  /** Candidate sets of half-lives of a touch's effect; the evidence chooses a set. Two spread ones span those between. */
  readonly half_lives_days: readonly (readonly number[])[];
  /** A channel that fewer sampled orders were exposed to is fitted as part of `other`. */
  readonly least_exposed_cases: number;
  /** `matched` compares only people at the same moment; `rows` pools all of them. */
  readonly likelihood: 'matched' | 'rows';
  /** Whether exposures may also change what an order is worth; else an order's value is credited as the order is. */
  readonly value_model: boolean;
}

const MINUTE_MS = 60_000;

export const HAZARD_DEFAULTS: HazardOptions = {
  family: 'logistic',
  seed: 1,
  controls: 8,
  most_cases: 20_000,
  folds: 5,
  guard_ms: 30 * MINUTE_MS,
  most_age_ms: 30 * 24 * 60 * MINUTE_MS,
  half_lives_days: [[1, 4]],
  least_exposed_cases: 100,
  likelihood: 'matched',
  value_model: false,
};
