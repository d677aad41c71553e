/** The parameters of a fit: one schema for HTTP, the command line and the schedule. */

import { choice, flag } from '../domain/parameter.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { ArtifactModel } from '../models/artifacts/artifact.ts';
import { GRAINS } from '../models/grain.ts';
import { FIT_DEFAULTS } from '../models/settings.ts';
import { FITTED_LOG_PARAMETERS } from './parameters.ts';

/**
 * A fit of `markov` or `shapley` serves the model `data_driven`. A fit of `data_driven` is one of `markov`. `algorithmic_calibrated` is a
 * fit of `algorithmic` that finished experiments correct.
 */
export const FIT_MODELS = ['markov', 'shapley', 'data_driven', 'algorithmic', 'algorithmic_calibrated'] as const;
export type FitModel = (typeof FIT_MODELS)[number];

/** The model of reports that a fit serves. */
export const artifactModelOf = (model: FitModel): ArtifactModel =>
  model === 'algorithmic' || model === 'algorithmic_calibrated' ? model : 'data_driven';

export const HAZARD_FAMILIES = ['logistic', 'boosted_trees', 'random_forest', 'additive'] as const;

/** Parameters of a fit. Without a period it covers all of the log. */
export const FitParameters = Type.Object(
  {
    model: choice(FIT_MODELS, 'The model to fit'),
    family: Type.Optional(
      choice(HAZARD_FAMILIES, `algorithmic: the family of the hazard model; ${FIT_DEFAULTS.family} when left out`, {
        'x-value': 'name',
      }),
    ),
    order: Type.Optional(
      choice(
        ['1', '2', '3', '4', 'auto'],
        'markov: the number of touches before it that a touch depends on; auto chooses by held-out journeys; 1 when left out',
        { 'x-value': 'k' },
      ),
    ),
    grain: Type.Optional(
      choice(GRAINS, 'The name that touches are grouped by; channel when left out', { 'x-value': 'name' }),
    ),
    transform: Type.Optional(
      Type.String({
        maxLength: 500,
        description:
          'markov, shapley: path transforms from left to right, such as exposure,trim_long_path(20); none when left out',
        'x-value': 'spec',
      }),
    ),
    seed: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 4_294_967_295,
        description: `Seed of all random draws; ${FIT_DEFAULTS.seed} when left out`,
      }),
    ),
    draws: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_000,
        description: `Bootstrap draws for the intervals; ${FIT_DEFAULTS.draws} when left out, 0 for none`,
      }),
    ),
    guard_minutes: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1_440,
        description: `algorithmic: touches less than this many minutes before the order have no effect; ${FIT_DEFAULTS.guard_minutes} when left out`,
      }),
    ),
    max_age_days: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 365,
        description: `algorithmic: touches older than this many days have no effect; ${FIT_DEFAULTS.max_age_days} when left out`,
      }),
    ),
    flow_back: Type.Optional(
      choice(
        ['on', 'off'],
        `algorithmic: whether a touch shares credit with a touch of another channel that brought it; ${FIT_DEFAULTS.flow_back} when left out`,
      ),
    ),
    ...FITTED_LOG_PARAMETERS,
    trial: Type.Optional(
      flag('Stores the fit as a trial: only reports that name its artifact use it, until it is adopted'),
    ),
  },
  { additionalProperties: false },
);
export type FitParameters = Static<typeof FitParameters>;

const HAZARD_MODELS: readonly FitModel[] = ['algorithmic', 'algorithmic_calibrated'];
/** Settings that only some models have. All models have every other parameter. */
const ONLY: Partial<Record<keyof FitParameters, readonly FitModel[]>> = {
  family: HAZARD_MODELS,
  guard_minutes: HAZARD_MODELS,
  max_age_days: HAZARD_MODELS,
  flow_back: HAZARD_MODELS,
  order: ['markov', 'data_driven'],
  transform: ['markov', 'data_driven', 'shapley'],
  collapse: ['markov', 'data_driven', 'shapley'],
  lookback: ['markov', 'data_driven', 'shapley'],
};

/** The models that have a setting. */
export function modelsWith(setting: keyof FitParameters): readonly FitModel[] {
  return ONLY[setting] ?? FIT_MODELS;
}
