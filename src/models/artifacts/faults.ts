/**
 * Finds the fault of a damaged artifact that was read from storage. It checks what reports rely on: the form and its version,
 * the lengths of arrays, and finite numbers. A damaged artifact is refused, so it never gives a wrong number.
 */
import { faultOfFittedTrees } from '../../learning/fitted-trees.ts';
import { GRAINS, type Naming } from '../grain.ts';
import type { Calibration } from '../hazard/calibrated-credit.ts';
import { controlNames, exposureNames, type FeaturePlan } from '../hazard/features.ts';
import type { HazardFit } from '../hazard/fit.ts';
import type { Flow } from '../hazard/flow/flow.ts';
import type { ArtifactModel, Card, Content, EffectsContent, HazardContent } from './artifact.ts';

const FORM_OF: Record<ArtifactModel, Content['form']> = {
  data_driven: 'effects',
  algorithmic: 'hazard',
  algorithmic_calibrated: 'hazard',
};

/** Undefined for a card that can be shown. */
export function faultOfCard(card: unknown): string | undefined {
  if (!isRecord(card)) return 'its card is not an object';
  const { data, metrics, channels, limits, warnings, gate } = card as Partial<Card>;
  if (!isRecord(data) || !isRecord(metrics)) return 'its card has no data or no metrics';
  for (const [name, list] of Object.entries({ channels, limits, warnings }))
    if (!Array.isArray(list)) return `its card has no list of ${name}`;
  if (!isRecord(gate) || typeof gate.passed !== 'boolean' || !Array.isArray(gate.checks))
    return 'its card does not say whether it passed its gate';
  if (!gate.checks.every((check) => isRecord(check) && typeof check.passed === 'boolean' && isText(check.message)))
    return 'a check of its gate is not complete';
  return gate.passed === gate.checks.every(({ passed }) => passed)
    ? undefined
    : '`passed` is not the result of the checks in its gate';
}

/** The reason why reports cannot use the content of a model; undefined if it is valid. */
export function faultOfContent(model: ArtifactModel, content: unknown): string | undefined {
  if (!isRecord(content)) return 'its content is not an object';
  const { form, naming } = content as unknown as Content;
  if (form !== FORM_OF[model])
    return `its form is ${JSON.stringify(form)} where ${JSON.stringify(FORM_OF[model])} is expected`;
  return (
    faultOfNaming(naming) ??
    (form === 'effects'
      ? faultOfEffects(content as unknown as EffectsContent)
      : (faultOfHazard((content as unknown as { fit: unknown }).fit) ??
        faultOfFlow((content as unknown as { fit: HazardFit }).fit.plan.states.length, content['flow']) ??
        faultOfCalibration(model, content as unknown as HazardContent)))
  );
}

function faultOfNaming(naming: unknown): string | undefined {
  if (!isRecord(naming)) return 'it does not say how touches are named';
  const { grain, split_views } = naming as unknown as Naming;
  if (!GRAINS.includes(grain)) return `its grain ${JSON.stringify(grain)} is unknown`;
  return isTexts(split_views) ? undefined : 'its split_views are not a list of channels';
}

function faultOfEffects({ states, effects, conversion_probability }: EffectsContent): string | undefined {
  if (!isTexts(states)) return 'its states are not a list of names';
  if (!areNumbers(effects, states.length)) return 'its effects are not one number per state';
  return Number.isFinite(conversion_probability) ? undefined : 'its conversion_probability is not a number';
}

function faultOfHazard(saved: unknown): string | undefined {
  if (!isRecord(saved)) return 'it has no fit';
  const fit = saved as unknown as HazardFit;
  if (fit.version !== 1 && fit.version !== 2)
    return `the version of its fit is ${JSON.stringify(fit.version)}, and this program reads versions 1 and 2; fit the model again`;
  if (!Number.isFinite(fit.options?.seed)) return 'its seed is not a number';
  return faultOfPlan(fit.plan) ?? faultOfHazardModel(fit);
}

function faultOfPlan(plan: FeaturePlan): string | undefined {
  if (!isRecord(plan)) return 'its list of features is missing';
  if (!isTexts(plan.states) || !isTexts(plan.groups) || !isTexts(plan.segments))
    return 'its states, groups or segments are not lists of names';
  const groups = plan.groups.length;
  const isGroup = (group: number): boolean => Number.isInteger(group) && group >= 0 && group < groups;
  if (!areNumbers(plan.group_of, plan.states.length) || !plan.group_of.every(isGroup))
    return 'its group_of is not one group per state';
  if (!areNumbers(plan.half_lives_days) || !plan.half_lives_days.every((days) => days > 0))
    return 'its half-lives are not numbers above 0';
  if (!Number.isFinite(plan.guard_ms) || !Number.isFinite(plan.most_age_ms))
    return 'its guard or greatest age is missing';
  return areNumbers(plan.intent, groups) ? undefined : 'its intent is not one number per group';
}

function faultOfHazardModel({ version, plan, model }: HazardFit): string | undefined {
  const groups = plan.groups.length;
  switch (model?.kind) {
    case 'log_linear':
      if (version === 2 && !(Number.isFinite(model.curvature) && model.curvature! >= 0))
        return 'its curvature is not a number of at least 0';
      if (model.least_effect !== undefined && !(Number.isFinite(model.least_effect) && model.least_effect <= 0))
        return 'its least_effect is not a number of at most 0';
      return areNumbers(model.exposures, exposureNames(plan).length)
        ? undefined
        : 'its exposures are not one number per group and half-life';
    case 'additive':
      if (!areNumbers(model.base, plan.segments.length + 1)) return 'its base is not one number per segment';
      return areNumbers(model.orders_per_touch, groups) && areNumbers(model.decay, groups)
        ? undefined
        : 'its effects and decays are not one number per group';
    case 'trees': {
      const fault = faultOfFittedTrees(model.model, [...exposureNames(plan), ...controlNames(plan)]);
      return fault && `its trees are damaged: ${fault}`;
    }
    default:
      return `the kind of its hazard ${JSON.stringify((model as { kind?: unknown } | null)?.kind)} is unknown`;
  }
}

function faultOfCalibration(model: ArtifactModel, { fit, calibration }: HazardContent): string | undefined {
  if (model !== 'algorithmic_calibrated') return undefined;
  if (!isRecord(calibration)) return 'it does not say what holdouts changed';
  const { factors, added, half_life_days, experiments } = calibration as unknown as Calibration;
  const states = fit.plan.states.length;
  if (!areNumbers(factors, states) || !areNumbers(added, states)) return 'its calibration is not two numbers per state';
  if (![...factors, ...added].every((value) => value >= 0)) return 'its calibration has a number below 0';
  if (!Number.isFinite(half_life_days) || half_life_days <= 0) return 'the half-life of its calibration is not above 0';
  return Array.isArray(experiments) ? undefined : 'its calibration names no experiments';
}

/** A content without a flow is valid: older artifacts have none. */
function faultOfFlow(states: number, saved: unknown): string | undefined {
  if (saved === undefined) return undefined;
  if (!isRecord(saved)) return 'its flow is not an object';
  const flow = saved as unknown as Flow;
  if (flow.version !== 1)
    return `the version of its flow is ${JSON.stringify(flow.version)}, and this program reads version 1`;
  if (!Number.isFinite(flow.guard_ms) || !Number.isFinite(flow.most_age_ms))
    return 'the guard or the greatest age of its flow is missing';
  const { half_lives_days, channels, channel_of, into } = flow;
  if (!areNumbers(half_lives_days) || !half_lives_days.every((days) => days > 0))
    return 'the half-lives of its flow are not numbers above 0';
  if (!isTexts(channels)) return 'the channels of its flow are not a list of names';
  const isChannel = (at: unknown): boolean => Number.isInteger(at) && (at as number) in channels;
  if (!areNumbers(channel_of, states) || !channel_of.every(isChannel))
    return 'its flow does not have one channel per state';
  const isWhole = (one: Flow['into'][number]): boolean =>
    isRecord(one) &&
    isChannel(one.channel) &&
    Array.isArray(one.effects) &&
    one.effects.length === half_lives_days.length &&
    one.effects.every((effects) => areNumbers(effects, states)) &&
    areNumbers(one.proven, channels.length) &&
    one.proven.every((part) => part >= 0 && part <= 1);
  return Array.isArray(into) && into.every(isWhole) ? undefined : 'a flow into a channel is not complete';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

/** Finite numbers, `length` of them where it is given. */
function areNumbers(value: unknown, length?: number): boolean {
  return Array.isArray(value) && (length === undefined || value.length === length) && value.every(Number.isFinite);
}
