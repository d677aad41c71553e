/** Plans what the model sees of a person: the channels that are fitted alone or together, and the names of all columns. */
import type { HazardOptions } from '../settings.ts';
import { type Histories, touchesSeen } from './histories.ts';
import { intentLoadings } from './intent.ts';
import type { RiskSets } from './risk-sets.ts';
import { type UsualRate, usualRates } from './usual-rates.ts';

/**
 * Half-lives of being new. Of people whom an import brings, earlier touches are not known, and a sign-up is often followed by an order; one
 * control that is linear in the logarithm of time is too stiff for that.
 */
const NEW_HALF_LIVES_DAYS = [1, 4, 14];

/** The group of all channels that few orders were exposed to. */
const OTHER = 'other';

/** The plan by which the fit measured people, so that others are measured in the same way. It is saved with the fit. */
export interface FeaturePlan {
  /** Names of touches; index = code in a path. */
  readonly states: readonly string[];
  /** One group per channel, and the group `other` for all rare channels together. */
  readonly groups: readonly string[];
  /** Group of each code. */
  readonly group_of: readonly number[];
  /** Sampled orders with a touch of the group that has an effect (not too young, not too old). */
  readonly exposed_cases: readonly number[];
  readonly half_lives_days: readonly number[];
  readonly guard_ms: number;
  readonly most_age_ms: number;
  readonly segments: readonly string[];
  /** One per group, then one for all touches, then one for orders. */
  readonly usual_rates: readonly UsualRate[];
  /** People who are new order more, or less, for a while: half-lives of being new. Older fits have none. */
  readonly new_half_lives_days?: readonly number[];
  /** How strongly a touch of each group shows a passing intent (see intent.ts). */
  readonly intent: readonly number[];
}

/** Decides, from the sampled orders, which channels are fitted together and which rates are usual. */
export function planFeatures(
  histories: Histories,
  sets: RiskSets,
  options: HazardOptions,
  half_lives_days: readonly number[],
): FeaturePlan {
  const states = histories.states;
  const exposed = exposedCases(histories, sets, options, states.length);
  const rare = states.map((_, code) => exposed[code]! < options.least_exposed_cases);
  const groups = states.filter((_, code) => !rare[code]);
  if (rare.includes(true)) groups.push(OTHER);
  let next = 0;
  const group_of = states.map((_, code) => (rare[code] ? groups.length - 1 : next++));
  const by_group = groups.map((_, group) => Math.max(0, ...exposed.filter((_, code) => group_of[code] === group)));
  return {
    states: [...states],
    groups,
    group_of,
    exposed_cases: by_group,
    half_lives_days: [...half_lives_days],
    guard_ms: options.guard_ms,
    most_age_ms: options.most_age_ms,
    segments: [...histories.segments],
    usual_rates: usualRates(histories, groups.length, group_of),
    new_half_lives_days: NEW_HALF_LIVES_DAYS,
    intent: intentLoadings({
      histories,
      groups: groups.length,
      group_of,
      guard_ms: options.guard_ms,
      people_leave: sets.people_leave,
    }),
  };
}

function exposedCases(histories: Histories, sets: RiskSets, options: HazardOptions, states: number): number[] {
  const counts = new Array<number>(states).fill(0);
  const last = new Int32Array(states).fill(-1);
  sets.at_ms.forEach((T, set) => {
    const { from, to } = touchesSeen(options, histories, sets.person[sets.sets[set]!]!, T);
    for (let i = from; i < to; i++) {
      const code = histories.touch_state[i]!;
      if (last[code] !== set) counts[code]!++;
      last[code] = set;
    }
  });
  return counts;
}

/** The names of the controls of each channel's usual rate start with this. */
export const CHANNEL_RATE = 'rate ';

export function exposureNames(plan: FeaturePlan): string[] {
  return plan.half_lives_days.flatMap((days) => plan.groups.map((group) => `exposure ${group} ${days} d`));
}

/** Names of the controls. The controls of intent come last: they keep their unit and have their own penalty. */
export function controlNames(plan: FeaturePlan): string[] {
  return [
    ...plan.segments.map((name) => `segment ${name}`),
    'tenure',
    ...(plan.new_half_lives_days ?? []).map((days) => `new ${days} d`),
    ...plan.groups.map((group) => `${CHANNEL_RATE}${group}`),
    'rate',
    ...plan.groups.map((group) => `fresh ${group}`),
    'order rate',
    'recent order',
    ...intentNames(plan),
  ];
}

/**
 * Controls that change the whole hazard of a person, also what touches add to it: a visit that is going on, and the rest after an order.
 * The other controls say how often a person orders anyway.
 */
export function isMultiplier(control: string): boolean {
  return control.startsWith('fresh ') || control === 'recent order';
}

export function intentNames(plan: FeaturePlan): string[] {
  return plan.half_lives_days.flatMap((days) => [
    `intent ${days} d`,
    ...showingIntent(plan).map((group) => `intent ${plan.groups[group]} ${days} d`),
  ]);
}

/** The groups whose touches show intent. */
export function showingIntent(plan: FeaturePlan): number[] {
  return [...plan.groups.keys()].filter((group) => plan.intent[group]! > 0);
}
