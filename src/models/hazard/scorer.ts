/** How every family of models answers for one order's path. */
import type { FeaturePlan } from './features.ts';

/** Touches before one order, in any order. */
export interface HazardPath {
  /** Index into the states of the fit; a touch that the fit does not know has any other number and gets no credit. */
  readonly codes: ArrayLike<number>;
  /** Order minus touch, in milliseconds. */
  readonly ages_ms: ArrayLike<number>;
  /** The person's controls at the order (see `controlNames`); only trees ask for them. Left out: missing. */
  readonly controls?: Float64Array;
}

/** Credit by group for one path. Arrays are reused: copy what is kept. */
export interface Scorer {
  /** Signed Shapley value of each group, adding up to 1 - 1 / hazard ratio; returns the log of that ratio. */
  score(path: HazardPath, into: Float64Array): number;
  /** How much of its group's credit a touch of this age gets, up to a factor. */
  share(group: number, age_ms: number): number;
}

/** The group of a touch that is seen, else -1: unknown, younger than the guard, or too old. */
export function groupOf(plan: FeaturePlan, code: number, age_ms: number): number {
  const seen = age_ms >= plan.guard_ms && age_ms <= plan.most_age_ms;
  return seen ? (plan.group_of[code] ?? -1) : -1;
}
