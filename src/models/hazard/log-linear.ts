/**
 * The default model: the logarithm of the hazard is linear in decayed exposures and controls. Effects multiply. A touch's
 * effect on the logarithm halves with each half-life.
 */
import { type Averaged, averageShrinkage, type ShrinkageOptions } from '../../learning/evidence.ts';
import { type Bend, type Design, setLikelihood } from '../../learning/likelihood.ts';
import { CHANNEL_RATE, type FeaturePlan } from './features.ts';
import type { HazardRows } from './rows.ts';

/**
 * Penalties of exposures to choose from: inverse variances of effects on the log hazard per standard deviation of
 * the exposure, from effects near 1 to none.
 */
const STRENGTHS = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000, 1_000_000];

/** The prior probability that no touch has an effect. A model that finds effects in noise is worse than a cautious one. */
const CHANCE_OF_NONE = 0.5;

/** The penalty of controls, in standard deviations. It matters only for controls that hardly vary. */
const CONTROL_PENALTY = 3;

/**
 * How often a person is touched by one channel says little about orders that the rate of all touches does not say. A free coefficient
 * would take the effects of the channel that last for weeks.
 */
const CHANNEL_RATE_PENALTY = 100;

/** A floor, so that loadings that are only noise do not matter. */
const LEAST_LOADING = 0.03;

const LIMITS = { iterations: 25, tolerance: 1e-4 };

export interface LogLinear {
  /** Rows with exposures and controls in standard deviations. */
  readonly design: Design;
  /** The standard deviation of each exposure. */
  readonly scale: Float64Array;
  readonly bend: Bend;
  readonly shrinkage: ShrinkageOptions;
  readonly averaged: Averaged;
}

/** Orders follow intent about as strongly as touches do, so the prior deviation of its coefficient is the largest loading. */
function intentPenalty(intent: readonly number[]): number {
  return 1 / Math.max(LEAST_LOADING, ...intent) ** 2;
}

/** How exposures act, and how strongly their effects are shrunk. */
export interface LogLinearOptions {
  readonly curvature: number;
  /** Left out: the evidence weighs all strengths. Given: this strength alone, so that effects cannot be shrunk away. */
  readonly strength?: number;
  /** Coefficients of a fit to the same columns, to start from. */
  readonly start?: Float64Array;
}

export function fitLogLinear(rows: HazardRows, { intent }: FeaturePlan, options: LogLinearOptions): LogLinear {
  const { design, scale } = standardised(rows);
  const intents_from = rows.names.length - rows.intents;
  const penalties = new Float64Array(design.columns);
  penalties.fill(CONTROL_PENALTY, rows.exposures, intents_from);
  penalties.fill(intentPenalty(intent), intents_from);
  for (const [j, name] of rows.names.entries()) if (name.startsWith(CHANNEL_RATE)) penalties[j] = CHANNEL_RATE_PENALTY;
  const { strength, curvature, start = new Float64Array(design.columns) } = options;
  const shrinkage: ShrinkageOptions = {
    shrunk: rows.exposures,
    penalties,
    strengths: strength === undefined ? STRENGTHS : [strength, STRENGTHS.at(-1)!],
    chance_of_none: strength === undefined ? CHANCE_OF_NONE : 0,
    limits: LIMITS,
  };
  const bend: Bend = { columns: rows.exposures, curvature };
  const likelihood = setLikelihood(design, rows.sets, undefined, bend);
  const averaged = averageShrinkage(likelihood, start, shrinkage);
  return { design, scale, bend, shrinkage, averaged };
}

/** Effects of one touch at age 0, by exposure, from coefficients per standard deviation. */
export function effectsOf({ scale }: Pick<LogLinear, 'scale'>, theta: Float64Array): Float64Array {
  return scale.map((deviation, j) => theta[j]! / deviation);
}

/**
 * Scales exposures and controls to deviation 1, so that rare and frequent channels, and short and long effects, have the same prior.
 * Nothing is centred: a constant cancels within a set. Intent keeps its unit (one touch at age 0).
 */
function standardised(rows: HazardRows): { design: Design; scale: Float64Array } {
  const { columns, data: source, rows: n } = rows.design;
  const deviation = new Float64Array(columns).fill(1);
  for (let j = 0; j < columns - rows.intents; j++) {
    let mean = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) mean += source[i * columns + j]! / n;
    for (let i = 0; i < n; i++) squares += (source[i * columns + j]! - mean) ** 2;
    if (squares > 0) deviation[j] = Math.sqrt(squares / n);
  }
  const data = source.map((value, at) => (value === 0 ? 0 : value / deviation[at % columns]!));
  return { design: { rows: n, columns, data }, scale: deviation.slice(0, rows.exposures) };
}
