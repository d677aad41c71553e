/**
 * The models. A model is one SQL expression: the weight of a touch in its path. The expression may use:
 *
 *   k, n          position in the path (1 = oldest) and number of touches
 *   age_days      days from touch to order, continuous; newest_age_days is the age of the newest touch of the path
 *   channel, touchpoint_type
 *   columns of the settings of the conversion's brand and type (domain/settings.ts)
 *
 * A model lists in `columns` what its weight uses of the last two lines. All models share eligibility, normalising and exact
 * allocation. The weights of a fitted model are a table by touch (models/fitted.ts), and its expression is a column of that table.
 */
import { badRequest } from '../domain/errors.ts';
import { listed } from '../domain/text.ts';
import { explainAge, explainFirst, explainLast, explainShare } from './explain.ts';
import { compileExpression } from './expression.ts';
import type { Model } from './plan.ts';

/** position_based: the weight of a touch in the middle (MIDDLE), and the weights in a path of two touches (PAIR). */
const MIDDLE = '(case when n > 2 then (1.0 - first_share - last_share) / (n - 2) else 0.0 end)';
const PAIR =
  'case when first_share + last_share > 0.0 then (case when k = 1 then first_share else last_share end) else 1.0 end';

/** Rule models. They learn nothing. Their definitions are those of Google Analytics' classic multi-channel funnels. */
export const RULE_MODELS: readonly Model[] = [
  {
    name: 'first_touch',
    weight: 'case when k = 1 then 1.0 else 0.0 end',
    peak: '1.0',
    credit: (value) => `case when k = 1 then ${value} else 0 end`,
    explain: explainFirst,
  },
  {
    name: 'last_touch',
    weight: 'case when k = n then 1.0 else 0.0 end',
    peak: '1.0',
    credit: (value) => `case when k = n then ${value} else 0 end`,
    explain: explainLast,
  },
  {
    name: 'linear',
    weight: '1.0',
    peak: '1.0',
    credit: (_value, share) => `${share('k', 'n')} - ${share('k - 1', 'n')}`,
    explain: explainShare,
  },
  {
    name: 'time_decay',
    // Ages count from the newest touch. The common factor cancels, and old paths do not underflow to zero weights.
    weight: 'pow(2.0, -(age_days - newest_age_days) / half_life_days)',
    columns: ['half_life_days'],
    peak: '1.0',
    explain: explainAge,
  },
  {
    name: 'position_based',
    columns: ['first_share', 'last_share'],
    explain: (own, all) => `${explainFirst(own, all)}, ${explainLast(own, all)}`,
    weight: `case when n = 1 then 1.0 when n = 2 then (${PAIR}) when k = 1 then first_share when k = n then last_share else ${MIDDLE} end`,
    peak: `case when n = 1 then 1.0 when n = 2 then (case when first_share + last_share > 0.0 then greatest(first_share, last_share) else 1.0 end)
             else greatest(first_share, last_share, ${MIDDLE}) end`,
  },
];

export const RULE_MODEL_NAMES = RULE_MODELS.map((model) => model.name);
/**
 * Models that need a fitted artifact, each with the model that is fitted for it. `algorithmic_incremental` uses the fit of
 * `algorithmic`; that of `algorithmic_calibrated` is corrected by experiments.
 */
export const FITTED_MODELS = {
  data_driven: 'data_driven',
  algorithmic: 'algorithmic',
  algorithmic_incremental: 'algorithmic',
  algorithmic_calibrated: 'algorithmic_calibrated',
} as const;
export type FittedModelName = keyof typeof FITTED_MODELS;
export const FITTED_MODEL_NAMES = Object.keys(FITTED_MODELS) as FittedModelName[];
export const DEFAULT_MODEL = 'linear';
export const MAX_MODELS = 12;

export function isFitted(name: string): name is FittedModelName {
  return Object.hasOwn(FITTED_MODELS, name);
}

/**
 * Finds a model that needs no artifact: a rule, or a custom weight expression from the configuration.
 * @throws bad_request for an unknown name.
 */
export function resolveModel(name: string, custom_models: Record<string, string>): Model {
  const rule = RULE_MODELS.find((model) => model.name === name);
  if (rule) return rule;
  if (Object.hasOwn(custom_models, name)) {
    const { sql: weight, columns, of } = compileExpression(custom_models[name]!);
    return { name, weight, columns, of, checked: true, explain: () => 'by its own weight expression' };
  }
  const known = [...RULE_MODEL_NAMES, ...FITTED_MODEL_NAMES, ...Object.keys(custom_models)];
  throw badRequest('model', `${JSON.stringify(name.slice(0, 60))} is unknown; known models are ${listed(known)}`);
}
