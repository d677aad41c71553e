/**
 * The default model: the logarithm of the hazard is linear in decayed exposures and controls. Effects multiply. A touch's
 * effect on the logarithm halves with each half-life.
 */
import { type Averaged, averageShrinkage, type ShrinkageOptions } from '../../learning/evidence.ts';
import { type Bend, type Design, type Form, setLikelihood } from '../../learning/likelihood.ts';
import { effectsBeforeOrders, factorsOfAdded } from './added-effects.ts';
import { CHANNEL_RATE, type FeaturePlan, isMultiplier } from './features.ts';
import type { HazardRows } from './rows.ts';

/**
 * Penalties of exposures to choose from: inverse variances of effects on the log hazard per standard deviation of
 * the exposure, from effects near 1 to none.
 */
const STRENGTHS = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000, 1_000_000];

/** The prior probability that no touch has an effect. A model that finds effects in noise is worse than a cautious one. */
const CHANCE_OF_NONE = 0.5;

/**
 * Touches rather bring orders than prevent them, so effects have something in common: the variance of a common effect, as a part of the
 * variance of an own one. Without it, claims were 3 points too low on average (docs/decisions/0058).
 */
const IN_COMMON = 0.1;

/** The penalty of controls, in standard deviations. It matters only for controls that hardly vary. */
const CONTROL_PENALTY = 3;

/**
 * How often a person is touched by one channel says little about orders that the rate of all touches does not say. A free coefficient
 * would take the effects of the channel that last for weeks.
 */
const CHANNEL_RATE_PENALTY = 100;

/** A floor, so that loadings that are only noise do not matter. */
const LEAST_LOADING = 0.03;

/**
 * The least sum of the effects of a channel before an order, on the log hazard. Touches hardly prevent orders, so a sum below it is noise.
 * Without a bound, few orders with a large negative sum decide the claim, since each of them counts as many orders that were prevented.
 */
export const LEAST_EFFECT = -Math.LN2;

/** A column that varies less than this is a constant. */
const LEAST_VARIANCE = 1e-9;

const LIMITS = { iterations: 25, tolerance: 1e-4 };

export interface LogLinear {
  /** Rows with exposures and controls in standard deviations. */
  readonly design: Design;
  /** The standard deviation of each exposure. */
  readonly scale: Float64Array;
  readonly bend: Bend;
  readonly shrinkage: ShrinkageOptions;
  readonly averaged: Averaged;
  /** Factors on the effects of exposures, by which they are saved and add up credit: 1 but where they add (see added-effects.ts). */
  readonly factors: Float64Array;
}

/** Orders follow intent about as strongly as touches do, so the prior deviation of its coefficient is the largest loading. */
function intentPenalty(intent: readonly number[]): number {
  return 1 / Math.max(LEAST_LOADING, ...intent) ** 2;
}

/** How exposures act, and how strongly their effects are shrunk. */
export interface LogLinearOptions {
  readonly form: Form;
  /** Left out: the evidence weighs all strengths. Given: this strength alone, so that effects cannot be shrunk away. */
  readonly strength?: number;
  /** Coefficients of a fit to the same columns, to start from. */
  readonly start?: Float64Array;
}

export function fitLogLinear(rows: HazardRows, { intent, groups }: FeaturePlan, options: LogLinearOptions): LogLinear {
  const { strength, form, start = new Float64Array(rows.names.length) } = options;
  const { design, scale } = standardised(rows, form);
  const intents_from = rows.names.length - rows.intents;
  const penalties = new Float64Array(design.columns);
  penalties.fill(CONTROL_PENALTY, rows.exposures, intents_from);
  penalties.fill(intentPenalty(intent), intents_from);
  for (const [j, name] of rows.names.entries()) if (name.startsWith(CHANNEL_RATE)) penalties[j] = CHANNEL_RATE_PENALTY;
  const shrinkage: ShrinkageOptions = {
    shrunk: rows.exposures,
    in_common: IN_COMMON,
    penalties,
    strengths: strength === undefined ? STRENGTHS : [strength, STRENGTHS.at(-1)!],
    chance_of_none: strength === undefined ? CHANCE_OF_NONE : 0,
    limits: LIMITS,
  };
  const multipliers = rows.names.flatMap((name, j) => (isMultiplier(name) ? [j] : []));
  const bend: Bend = { ...form, columns: rows.exposures, multipliers };
  const likelihood = setLikelihood(design, rows.sets, undefined, bend);
  const averaged = averageShrinkage(likelihood, start, shrinkage);
  const by_group = form.adds
    ? factorsOfAdded(effectsBeforeOrders(design, rows.sets, averaged.theta, bend, groups.length), LEAST_EFFECT)
    : null;
  const factors = scale.map((_, j) => by_group?.[j % groups.length] ?? 1);
  return { design, scale, bend, shrinkage, averaged, factors };
}

/** Effects of one touch at age 0, by exposure, from coefficients per standard deviation. */
export function effectsOf({ scale, factors }: Pick<LogLinear, 'scale' | 'factors'>, theta: Float64Array): Float64Array {
  return scale.map((deviation, j) => (theta[j]! / deviation) * factors[j]!);
}

/**
 * Scales exposures and controls to deviation 1, so that rare and frequent channels, and short and long effects, have the same prior.
 * Intent keeps its unit (one touch at age 0). Where effects add, controls are centred, so that effects add to the hazard of an average
 * person. Else a constant cancels within a set, and rows with many zeros are faster.
 */
function standardised(rows: HazardRows, { adds = 0 }: Form): { design: Design; scale: Float64Array } {
  const { columns, data: source, rows: n } = rows.design;
  const deviation = new Float64Array(columns).fill(1);
  const centre = new Float64Array(columns);
  for (let j = 0; j < columns; j++) {
    let mean = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) mean += source[i * columns + j]! / n;
    for (let i = 0; i < n; i++) squares += (source[i * columns + j]! - mean) ** 2;
    // What is left of a constant is rounding, such as a segment that everybody is in.
    if (squares > LEAST_VARIANCE * n && j < columns - rows.intents) deviation[j] = Math.sqrt(squares / n);
    if (adds > 0 && j >= rows.exposures) centre[j] = mean;
  }
  const data = source.map((value, at) => {
    const j = at % columns;
    return value === centre[j] ? 0 : (value - centre[j]!) / deviation[j]!;
  });
  return { design: { rows: n, columns, data }, scale: deviation.slice(0, rows.exposures) };
}
