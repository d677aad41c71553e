/** Fits a model of the conversion hazard to histories: sample risk sets, measure their rows, fit. */
import { HAZARD_DEFAULTS, type HazardOptions } from '../settings.ts';
import { type AdditiveModel, fitAdditive } from './additive.ts';
import { type FeaturePlan, planFeatures } from './features.ts';
import type { Histories } from './histories.ts';
import { effectsOf, fitLogLinear, LEAST_EFFECT, type LogLinear } from './log-linear.ts';
import { type RiskSets, sampleRiskSets } from './risk-sets.ts';
import { type HazardRows, measureRows } from './rows.ts';
import { fitTrees, type TreesModel } from './trees.ts';

/** Effects on the log hazard of a touch at age 0: all groups at the first half-life, then all groups at the next one. */
export interface LogLinearModel {
  readonly kind: 'log_linear';
  /** See `Form`: 0 where effects multiply, 1 where they add up. Fits of version 1 have none: theirs multiply. */
  readonly curvature?: number;
  /** Above 0 where effects add to a person's hazard; they are saved as effects on an average one (see added-effects.ts). */
  readonly adds?: number;
  /** The least effect of a channel before an order (see `LEAST_EFFECT`). Older fits have none: theirs has no bound. */
  readonly least_effect?: number;
  readonly exposure_names: readonly string[];
  readonly exposures: readonly number[];
  readonly exposure_errors: readonly number[];
  readonly control_names: readonly string[];
  /** Per standard deviation of the control. */
  readonly controls: readonly number[];
  /** The posterior probability of each penalty. */
  readonly strengths: readonly { readonly strength: number; readonly weight: number }[];
}

export type HazardModel = LogLinearModel | AdditiveModel | TreesModel;

/** A fit as it is saved in an artifact. */
export interface HazardFit {
  /** 2 has the curvature of effects; 1 is read, too. */
  readonly version: 1 | 2;
  readonly options: HazardOptions;
  readonly plan: FeaturePlan;
  readonly model: HazardModel;
  readonly start_ms: number;
  readonly end_ms: number;
  /** Orders at risk in the period, and the sampled orders that the fit learns from. */
  readonly orders: number;
  readonly cases: number;
  readonly rows: number;
  readonly people_leave: boolean;
  /** The effective number of free coefficients, after shrinkage. */
  readonly effective_parameters: number;
  /** Channels that were fitted as part of `other`. */
  readonly merged: readonly string[];
}

/** The data that a fit was made from, for diagnostics and intervals. It is never saved. */
export interface HazardWork {
  readonly sampled: RiskSets;
  readonly rows: HazardRows;
  readonly linear: LogLinear;
}

/** Fits to all orders of the period of the histories. The same histories and options give the same fit, byte for byte. */
export function fitHazard(histories: Histories, options: Partial<HazardOptions> = {}): HazardFit {
  return workHazard(histories, options).fit;
}

export function workHazard(
  histories: Histories,
  options: Partial<HazardOptions> = {},
): { fit: HazardFit; work: HazardWork } {
  const chosen = comparing({ ...HAZARD_DEFAULTS, ...options });
  const sampled = sampleRiskSets(histories, chosen);
  const { plan, rows, linear } = likeliest(histories, sampled, chosen);
  const work = { sampled, rows, linear };
  const fit: HazardFit = {
    version: 2,
    options: chosen,
    plan,
    model: familyOf(histories, work, plan, chosen),
    start_ms: histories.start_ms,
    end_ms: histories.end_ms,
    orders: sampled.eligible_orders,
    cases: sampled.at_ms.length,
    rows: rows.design.rows,
    people_leave: sampled.people_leave,
    effective_parameters: linear.averaged.effective_parameters,
    merged: plan.states.filter((name, code) => plan.groups[plan.group_of[code]!] !== name),
  };
  return { fit, work };
}

/** The other families need no shape of effects: trees find one, and the additive hazard has its own. */
function comparing(options: HazardOptions): HazardOptions {
  if (options.family === 'logistic') return options;
  return {
    ...options,
    half_lives_days: options.half_lives_days.slice(0, 1),
    forms: options.forms.slice(0, 1),
  };
}

/**
 * Fits with each set of half-lives, then with each form at the likeliest set, and keeps the fit with the most evidence. A set and a form
 * that are given alone are not compared.
 */
function likeliest(histories: Histories, sampled: RiskSets, options: HazardOptions) {
  const [first_half_lives] = options.half_lives_days;
  const first = planFeatures(histories, sampled, options, first_half_lives!);
  const typical = options.forms[Math.min(1, options.forms.length - 1)]!;
  const measured = options.half_lives_days.map((half_lives_days) => {
    const plan = { ...first, half_lives_days: [...half_lives_days] };
    return { plan, rows: measureRows(plan, histories, sampled) };
  });
  const fits: { plan: FeaturePlan; rows: HazardRows; linear: LogLinear }[] = [];
  for (const { plan, rows } of measured) {
    const start = fits[0] && startFrom(fits[0], rows);
    fits.push({ plan, rows, linear: fitLogLinear(rows, plan, { form: typical, ...(start && { start }) }) });
  }
  const best = mostEvidence(fits);
  const others = options.forms.filter((form) => form !== typical);
  return mostEvidence([
    best,
    ...others.map((form) => {
      const start = best.linear.averaged.optimum.theta;
      return { ...best, linear: fitLogLinear(best.rows, best.plan, { form, start }) };
    }),
  ]);
}

/** The coefficients of a fit, for the columns of other rows by name. Columns that it does not have start at 0. */
function startFrom({ rows, linear }: { rows: HazardRows; linear: LogLinear }, other: HazardRows): Float64Array {
  const at = new Map(rows.names.map((name, j) => [name, linear.averaged.optimum.theta[j]!]));
  return Float64Array.from(other.names, (name) => at.get(name) ?? 0);
}

function mostEvidence<T extends { readonly linear: LogLinear }>(fits: readonly T[]): T {
  return fits.reduce((best, fit) =>
    fit.linear.averaged.log_evidence > best.linear.averaged.log_evidence ? fit : best,
  );
}

function familyOf(
  histories: Histories,
  { rows, linear, sampled }: HazardWork,
  plan: FeaturePlan,
  options: HazardOptions,
): HazardModel {
  if (options.family === 'logistic') return savedModel(rows, linear);
  if (options.family === 'additive') return fitAdditive(plan, histories, sampled.people_leave);
  return fitTrees(rows, options);
}

export function savedModel(rows: HazardRows, linear: LogLinear): LogLinearModel {
  const { averaged } = linear;
  return {
    kind: 'log_linear',
    curvature: linear.bend.curvature,
    ...(linear.bend.adds !== undefined && { adds: linear.bend.adds }),
    least_effect: LEAST_EFFECT,
    exposure_names: rows.names.slice(0, rows.exposures),
    exposures: Array.from(effectsOf(linear, averaged.theta)),
    exposure_errors: posteriorErrors(linear),
    control_names: rows.names.slice(rows.exposures),
    controls: Array.from(averaged.theta.slice(rows.exposures)),
    strengths: averaged.weighed.map(({ strength, weight }) => ({ strength, weight })),
  };
}

/** Posterior standard deviations over coefficients and strengths: variance within strengths and between them. */
function posteriorErrors({ averaged, scale, factors }: LogLinear): number[] {
  const { theta, weighed } = averaged;
  const variance = new Float64Array(scale.length);
  for (const { weight, theta: at, lower } of weighed)
    for (let j = 0; j < scale.length; j++)
      variance[j]! += weight * (inverseDiagonal(lower, j) + (at[j]! - theta[j]!) ** 2);
  return Array.from(variance, (value, j) => (Math.sqrt(value) / scale[j]!) * factors[j]!);
}

/** Entry (j, j) of (L L')^-1: the squared length of L^-1 e_j. */
function inverseDiagonal(lower: Float64Array, j: number): number {
  const n = Math.sqrt(lower.length);
  const x = new Float64Array(n);
  let sum = 0;
  for (let i = j; i < n; i++) {
    let value = i === j ? 1 : 0;
    for (let k = j; k < i; k++) value -= lower[i * n + k]! * x[k]!;
    x[i] = value / lower[i * n + i]!;
    sum += x[i]! ** 2;
  }
  return sum;
}
