/** The credit of one order's path under a fitted hazard: the part of the order that would be missing without its touches. */

import { bent } from '../../learning/likelihood.ts';
import { additiveScorer } from './additive.ts';
import { controlNames, type FeaturePlan } from './features.ts';
import type { HazardFit, LogLinearModel } from './fit.ts';
import { exposureOf } from './rows.ts';
import { groupOf, type HazardPath, type Scorer } from './scorer.ts';
import { shapleyOfBent } from './shapley.ts';
import { treesScorer } from './trees.ts';

export interface PathCredit {
  /** One per touch, not negative. They add up to 1, or are all 0 when no touch has an effect. */
  readonly weights: Float64Array;
  /** The same weights scaled to add up to `fraction`. The rest of the order is organic. */
  readonly incremental: Float64Array;
  /** The part of the hazard, in [0, 1], that would be missing without these touches. */
  readonly fraction: number;
  /** The hazard with the touches divided by the hazard without them. */
  readonly hazard_ratio: number;
}

/** Scorers by fit. A scorer is made once and scores every order. */
const scorers = new WeakMap<HazardFit, Scorer>();

export function scorerOf(fit: HazardFit): Scorer {
  let scorer = scorers.get(fit);
  if (!scorer) {
    scorer = makeScorer(fit);
    scorers.set(fit, scorer);
  }
  return scorer;
}

function makeScorer({ plan, model, options }: HazardFit): Scorer {
  if (model.kind === 'log_linear') return logLinearScorer(plan, model);
  if (model.kind === 'additive') return additiveScorer(plan, model);
  return treesScorer(plan, model, controlNames(plan).length, options.seed);
}

/**
 * The credit of each touch of a path. A group gets its Shapley value (see shapley.ts), at least 0. Its touches share that in
 * proportion to their decayed effects. The order's incremental part is 1 - exp(eta without any touch - eta).
 */
export function creditPath(fit: HazardFit, path: HazardPath): PathCredit {
  const { plan } = fit;
  const scorer = scorerOf(fit);
  const phi = new Float64Array(plan.groups.length);
  const log_ratio = scorer.score(path, phi);
  const touches = path.codes.length;
  const weights = new Float64Array(touches);
  const incremental = new Float64Array(touches);
  const fraction = Math.min(1, Math.max(0, -Math.expm1(-log_ratio)));
  const shares = new Float64Array(plan.groups.length);
  for (let i = 0; i < touches; i++) {
    const group = groupOf(plan, path.codes[i]!, path.ages_ms[i]!);
    if (group < 0 || phi[group]! <= 0) continue;
    weights[i] = scorer.share(group, path.ages_ms[i]!);
    shares[group]! += weights[i]!;
  }
  let total = 0;
  for (let i = 0; i < touches; i++) {
    if (weights[i] === 0) continue;
    const group = groupOf(plan, path.codes[i]!, path.ages_ms[i]!);
    weights[i] = (weights[i]! / shares[group]!) * phi[group]!;
    total += weights[i]!;
  }
  if (total > 0)
    for (let i = 0; i < touches; i++) {
      weights[i]! /= total;
      incremental[i] = weights[i]! * fraction;
    }
  return { weights, incremental, fraction: total > 0 ? fraction : 0, hazard_ratio: Math.exp(log_ratio) };
}

function logLinearScorer(plan: FeaturePlan, model: LogLinearModel): Scorer {
  const groups = plan.groups.length;
  const half_lives = plan.half_lives_days;
  const { curvature = 0, least_effect = Number.NEGATIVE_INFINITY } = model;
  const x = new Float64Array(groups);
  /** Effect of one touch on the log hazard. */
  const effect = (group: number, age_ms: number) => {
    let sum = 0;
    for (let h = 0; h < half_lives.length; h++)
      sum += model.exposures[h * groups + group]! * exposureOf(age_ms, half_lives[h]!);
    return sum;
  };
  /** Fills `x` with the effect of each group. */
  const logRatio = (path: HazardPath): number => {
    x.fill(0);
    for (let i = 0; i < path.codes.length; i++) {
      const group = groupOf(plan, path.codes[i]!, path.ages_ms[i]!);
      if (group >= 0) x[group]! += effect(group, path.ages_ms[i]!);
    }
    let sum = 0;
    for (let group = 0; group < groups; group++) sum += x[group] = Math.max(least_effect, x[group]!);
    return bent(sum, curvature);
  };
  return {
    logRatio,
    score(path, into) {
      const log_ratio = logRatio(path);
      shapleyOfBent(x, curvature, into);
      return log_ratio;
    },
    // Effects of opposite sign may cancel at this age. The group's credit must still go to some touch, so no touch has share 0.
    share: (group, age_ms) => Math.max(effect(group, age_ms), 1e-9 * exposureOf(age_ms, half_lives.at(-1)!)),
  };
}
