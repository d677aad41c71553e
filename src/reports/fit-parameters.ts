/** What a fit may be asked for: one schema for HTTP, the command line and the schedule. */
import Type, { type Static } from 'typebox';
import { GRAINS } from '../models/grain.ts';
import { AttributionParameters } from './parameters.ts';

/** `data_driven` is the Markov chain; `markov` and `shapley` say which of the two is to answer for it. */
export const FIT_MODELS = ['markov', 'shapley', 'data_driven', 'algorithmic'] as const;
export const HAZARD_FAMILIES = ['logistic', 'boosted_trees', 'random_forest', 'additive'] as const;
export const MARKOV_ORDERS = ['1', '2', '3', '4', 'auto'] as const;

const choice = <const V extends readonly string[]>(values: V, description: string) =>
  Type.Unsafe<V[number]>({ type: 'string', enum: [...values], description });

// A fit learns from orders at their net value; the day of a refund means nothing to it.
const {
  artifact: _artifact,
  model: _model,
  models: _models,
  adjustments: _adjustments,
  ...shared
} = AttributionParameters.properties;

/** Parameters of a fit. The period is all of the log when left out. */
export const FitParameters = Type.Object(
  {
    model: choice(FIT_MODELS, 'What to fit'),
    family: Type.Optional(choice(HAZARD_FAMILIES, 'algorithmic: the form of the hazard; logistic when left out')),
    order: Type.Optional(choice(MARKOV_ORDERS, 'markov: touches that the next one depends on; 1 when left out')),
    grain: Type.Optional(choice(GRAINS, 'What a touch is called; channel when left out')),
    transform: Type.Optional(
      Type.String({
        maxLength: 500,
        description: 'markov, shapley: path transforms from left to right; none when left out',
      }),
    ),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295, description: '1 when left out' })),
    draws: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_000,
        description: 'Bootstrap draws for the intervals; 100 when left out, 0 for none',
      }),
    ),
    guard_minutes: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1_440,
        description: 'algorithmic: touches nearer to the order have no effect; 30 when left out',
      }),
    ),
    max_age_days: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 365,
        description: 'algorithmic: older touches have no effect; 30 when left out',
      }),
    ),
    ...shared,
  },
  { additionalProperties: false },
);
export type FitParameters = Static<typeof FitParameters>;
