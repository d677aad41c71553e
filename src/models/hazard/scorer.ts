/** How every family of hazards scores the path of one order. */
import type { FeaturePlan } from './features.ts';

/** Touches before one order, in any order. */
export interface HazardPath {
  /** Index into the states of the fit. A touch with any other number is unknown to the fit and gets no credit. */
  readonly codes: ArrayLike<number>;
  /** Instant of the order minus instant of the touch, in milliseconds. */
  readonly ages_ms: ArrayLike<number>;
  /** The person's controls at the order (see `controlNames`). The log-linear family does not use them. Left out: missing. */
  readonly controls?: Float64Array;
}

/** Credit by group for one path. Arrays are reused, so copy what you keep. */
export interface Scorer {
  /** Writes the signed Shapley value of each group; they add up to 1 - 1 / hazard ratio. Returns the log of that ratio. */
  score(path: HazardPath, into: Float64Array): number;
  /** The log of the hazard with these touches divided by the hazard without them: what `score` returns, without its split. */
  logRatio(path: HazardPath): number;
  /** The share of a touch of this age in its group's credit, up to a common factor. */
  share(group: number, age_ms: number): number;
}

/** The group of a touch, or -1 if the touch has no effect: unknown, younger than the guard, or too old. */
export function groupOf(plan: FeaturePlan, code: number, age_ms: number): number {
  const seen = age_ms >= plan.guard_ms && age_ms <= plan.most_age_ms;
  return seen ? (plan.group_of[code] ?? -1) : -1;
}
