/** How far a fit can be trusted: how much data it had, and how well it predicts data that it has not seen. */
import { chancesWithin, setLikelihood, softmax } from '../../learning/likelihood.ts';
import { type Quality, qualityOf } from '../../learning/metrics.ts';
import { maximise } from '../../learning/newton.ts';
import type { HazardOptions } from '../settings.ts';
import { fitHazard, type HazardFit, type HazardWork } from './fit.ts';
import { type Histories, halvesOf, historiesOf, withTouchesShuffled } from './histories.ts';
import { mirroredClaim } from './mirror.ts';
import { channelTotals } from './totals.ts';
import { fitTrees, logOddsOf, outcomes } from './trees.ts';

export interface HazardDiagnostics {
  /** Orders of the period, and the sampled orders that the fit learns from. */
  readonly orders: number;
  readonly cases: number;
  readonly cases_per_parameter: number;
  /** Sampled orders with a touch of the channel, for channels that are fitted by themselves. */
  readonly exposed_cases: readonly { readonly channel: string; readonly cases: number }[];
  /**
   * On people and times that the model has not seen. It learns from the first two thirds of the orders without one fold of
   * people. Then it predicts, for each later set of that fold, which person ordered. Null where no set is left to predict.
   */
  readonly held_out: Quality | null;
  /** The part of orders that the same fit claims when people get the touches of other people. Mean over draws. */
  readonly placebo_incremental_fraction: number;
  /**
   * The part of orders that the same model claims for touches after them, and the low end of its 90 % interval (see mirror.ts). Null
   * where it cannot be measured.
   */
  readonly mirrored_incremental_fraction: number | null;
  readonly mirrored_incremental_low: number | null;
  /** The part of orders that the fit itself claims. */
  readonly incremental_fraction: number;
  /** The posterior chance that touches have an effect at all. */
  readonly chance_of_effects: number;
  /** Mean over channels of the difference in share between fits to two halves of the people. */
  readonly share_difference_of_halves: number;
}

const PLACEBO_DRAWS = 2;

/** The part of the orders, oldest first, that the held-out check learns from. It judges the rest. */
const LEARNT_PART = 2 / 3;

/** Makes more fits: one per fold, one per placebo draw, one per half of the people. Deterministic. */
export function diagnoseHazard(fit: HazardFit, work: HazardWork, histories: Histories): HazardDiagnostics {
  const { plan } = fit;
  // The half-lives and the form of the fit, so that the other fits do not choose again.
  const chosen = {
    ...fit.options,
    half_lives_days: [plan.half_lives_days],
    forms: [work.linear.bend],
  };
  const mirror = mirroredClaim(fit, work, histories);
  const placebo = Array.from({ length: PLACEBO_DRAWS }, (_, draw) => {
    const shuffled = withTouchesShuffled(histories, chosen.seed + draw);
    return channelTotals(fitHazard(shuffled, chosen), shuffled).incremental_fraction;
  });
  return {
    orders: fit.orders,
    cases: fit.cases,
    cases_per_parameter: fit.cases / Math.max(1, fit.effective_parameters),
    exposed_cases: plan.groups.flatMap((channel, group) =>
      plan.states.includes(channel) ? [{ channel, cases: plan.exposed_cases[group]! }] : [],
    ),
    held_out: heldOut(fit, work),
    placebo_incremental_fraction: placebo.reduce((sum, value) => sum + value, 0) / placebo.length,
    mirrored_incremental_fraction: mirror?.fraction ?? null,
    mirrored_incremental_low: mirror?.low ?? null,
    incremental_fraction: channelTotals(fit, histories).incremental_fraction,
    chance_of_effects: 1 - work.linear.averaged.weighed.at(-1)!.weight,
    share_difference_of_halves: differenceOfHalves(chosen, histories),
  };
}

function differenceOfHalves(options: HazardOptions, histories: Histories): number {
  const least_exposed_cases = options.least_exposed_cases / 2;
  const [left, right] = halvesOf(histories, options.seed).map((people) => {
    const half = fitHazard(historiesOf(histories, people), { ...options, least_exposed_cases });
    return channelTotals(half, histories).channels;
  }) as [ReturnType<typeof channelTotals>['channels'], ReturnType<typeof channelTotals>['channels']];
  const differences = left.map(({ share }, i) => Math.abs(share - right[i]!.share));
  return differences.reduce((sum, value) => sum + value, 0) / Math.max(1, differences.length);
}

/** Predicts chances within sets for every family, so that all families answer the same question. */
function heldOut(fit: HazardFit, work: HazardWork): Quality | null {
  const { rows } = work;
  const sorted = Float64Array.from(rows.at_ms).sort();
  const cut = sorted[Math.floor(sorted.length * LEARNT_PART)];
  if (cut === undefined) return null;
  const predicted: number[] = [];
  const outcome: number[] = [];
  const events = outcomes(rows);
  for (let fold = 0; fold < fit.options.folds; fold++) {
    const chances = chancesWithout(fit, work, (set) => rows.fold[set] !== fold && rows.at_ms[set]! < cut);
    rows.at_ms.forEach((at, set) => {
      if (rows.fold[set] !== fold || at < cut) return;
      predicted.push(...chances(set));
      for (let row = rows.sets[set]!; row < rows.sets[set + 1]!; row++) outcome.push(events[row]!);
    });
  }
  return predicted.length > 0 ? qualityOf(Float64Array.from(predicted), outcome) : null;
}

/** Fits to those sets only. The result gives, for a set, the chance of each row to be the one that ordered. */
function chancesWithout(fit: HazardFit, work: HazardWork, learnt: (set: number) => boolean) {
  const { rows, linear: fitted } = work;
  if (fit.model.kind === 'trees') {
    const log_odds = logOddsOf(fitTrees(rows, fit.options, learnt));
    const { data, columns } = rows.design;
    return (set: number) => {
      const from = rows.sets[set]!;
      const row = (i: number) => data.subarray((from + i) * columns, (from + i + 1) * columns);
      return softmax(Float64Array.from({ length: rows.sets[set + 1]! - from }, (_, i) => log_odds(row(i))));
    };
  }
  // The additive hazard does not use rows. The log-linear model with the same exposures is judged in its place.
  const weights = Float64Array.from(rows.at_ms, (_, set) => (learnt(set) ? 1 : 0));
  const likelihood = setLikelihood(fitted.design, rows.sets, weights, fitted.bend);
  const { penalties, optimum } = fitted.averaged;
  const { theta } = maximise(likelihood, penalties, optimum.theta, fitted.shrinkage.limits);
  return (set: number) => chancesWithin(fitted.design, rows.sets[set]!, rows.sets[set + 1]!, theta, fitted.bend);
}
