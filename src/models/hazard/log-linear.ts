/**
 * The default model: the logarithm of the hazard is linear in decayed exposures and controls. Effects multiply. A touch's
 * effect on the logarithm halves with each half-life.
 */
import { type Averaged, averageShrinkage, type ShrinkageOptions } from '../../learning/evidence.ts';
import { type Design, setLikelihood } from '../../learning/likelihood.ts';
import type { HazardRows } from './rows.ts';

/** Penalties of exposures to choose from: inverse variances of a touch's effect on the log hazard, from effects near 1 to none. */
const STRENGTHS = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000, 1_000_000];

/** The prior probability that no touch has an effect. A model that finds effects in noise is worse than a cautious one. */
const CHANCE_OF_NONE = 0.5;

/** The penalty of controls, in standard deviations. It matters only for controls that hardly vary. */
const CONTROL_PENALTY = 3;

/** A floor, so that loadings that are only noise do not matter. */
const LEAST_LOADING = 0.03;

const LIMITS = { iterations: 25, tolerance: 1e-4 };

export interface LogLinear {
  /** Rows with controls standardised. */
  readonly design: Design;
  readonly shrinkage: ShrinkageOptions;
  readonly averaged: Averaged;
}

/** Orders follow intent about as strongly as touches do, so the prior deviation of its coefficient is the largest loading. */
function intentPenalty(intent: readonly number[]): number {
  return 1 / Math.max(LEAST_LOADING, ...intent) ** 2;
}

export function fitLogLinear(rows: HazardRows, intent: readonly number[]): LogLinear {
  const design = standardised(rows);
  const intents_from = rows.names.length - rows.intents;
  const penalties = new Float64Array(design.columns);
  penalties.fill(CONTROL_PENALTY, rows.exposures, intents_from);
  penalties.fill(intentPenalty(intent), intents_from);
  const shrinkage: ShrinkageOptions = {
    shrunk: rows.exposures,
    penalties,
    strengths: STRENGTHS,
    chance_of_none: CHANCE_OF_NONE,
    limits: LIMITS,
  };
  const likelihood = setLikelihood(design, rows.sets);
  const averaged = averageShrinkage(likelihood, new Float64Array(design.columns), shrinkage);
  return { design, shrinkage, averaged };
}

/** Scales controls to mean 0 and deviation 1. Exposures and intent keep their unit (one touch at age 0), so effects compare. */
function standardised(rows: HazardRows): Design {
  const { columns, data: source, rows: n } = rows.design;
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns).fill(1);
  for (let j = rows.exposures; j < columns - rows.intents; j++) {
    let squares = 0;
    for (let i = 0; i < n; i++) mean[j]! += source[i * columns + j]! / n;
    for (let i = 0; i < n; i++) squares += (source[i * columns + j]! - mean[j]!) ** 2;
    if (squares > 0) deviation[j] = Math.sqrt(squares / n);
  }
  const data = source.map((value, at) => (value - mean[at % columns]!) / deviation[at % columns]!);
  return { rows: n, columns, data };
}
