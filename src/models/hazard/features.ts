/** What the model sees of one person at one moment: decayed exposures, which may earn credit, and controls, which never do. */
import { MS_PER_DAY } from '../../domain/time.ts';
import type { Histories } from './histories.ts';
import { intentLoadings } from './intent.ts';
import type { HazardOptions } from './options.ts';
import { type RiskSets, upperBound } from './risk-sets.ts';
import { logRate, type UsualRate, usualRates } from './usual-rates.ts';

/** A touch younger than this many guards may still be one on the way to the order: a control takes up what is special about it. */
const FRESH_GUARDS = 4;

/** A channel that few orders were exposed to is fitted as part of this. */
const OTHER = 'other';

/** Everything needed to measure a person again as they were measured for the fit; saved with the fit. */
export interface FeaturePlan {
  /** Names of touches; index = code in a path. */
  readonly states: readonly string[];
  /** What is fitted together: a channel by itself, or the rare ones as `other`. */
  readonly groups: readonly string[];
  /** Group of each code. */
  readonly group_of: readonly number[];
  /** Sampled orders with a touch of the group that was seen. */
  readonly exposed_cases: readonly number[];
  readonly half_lives_days: readonly number[];
  readonly guard_ms: number;
  readonly most_age_ms: number;
  readonly segments: readonly string[];
  /** By group; then all touches, then orders. */
  readonly usual_rates: readonly UsualRate[];
  /** How much a touch says about a passing intent, by group (see intent.ts). */
  readonly intent: readonly number[];
}

/** The touches of a person that are seen at T: `from` to `to`, and `first` to `to` with those that are too old for an effect. */
export interface Seen {
  readonly first: number;
  readonly from: number;
  readonly to: number;
}

export function touchesSeen(
  limits: Pick<FeaturePlan, 'guard_ms' | 'most_age_ms'>,
  histories: Histories,
  person: number,
  T: number,
): Seen {
  const first = histories.touch_offsets[person]!;
  const to = upperBound(histories.touch_ms, T - limits.guard_ms, first, histories.touch_offsets[person + 1]!);
  let from = to;
  while (from > first && histories.touch_ms[from - 1]! >= T - limits.most_age_ms) from--;
  return { first, from, to };
}

/** Decides what is fitted together and what is usual, from the sampled orders. */
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

export function exposureNames(plan: FeaturePlan): string[] {
  return plan.half_lives_days.flatMap((days) => plan.groups.map((group) => `exposure ${group} ${days} d`));
}

/** Controls; those of intent, which keep their unit and have a penalty of their own, come last. */
export function controlNames(plan: FeaturePlan): string[] {
  return [
    ...plan.segments.map((name) => `segment ${name}`),
    'tenure',
    ...plan.groups.map((group) => `rate ${group}`),
    'rate',
    ...plan.groups.map((group) => `fresh ${group}`),
    'order rate',
    'recent order',
    ...intentNames(plan),
  ];
}

export function intentNames(plan: FeaturePlan): string[] {
  return plan.half_lives_days.flatMap((days) => [
    `intent ${days} d`,
    ...showingIntent(plan).map((group) => `intent ${plan.groups[group]} ${days} d`),
  ]);
}

/** The decayed exposure of one touch: 2^(-age / half-life). */
export function exposureOf(age_ms: number, half_life_days: number): number {
  return 2 ** (-age_ms / (half_life_days * MS_PER_DAY));
}

/** Adds the exposures of a person at T to `row` from `at` on: all groups at the first half-life, then at the next. */
export function addExposures(
  plan: FeaturePlan,
  histories: Histories,
  person: number,
  T: number,
  row: Float64Array,
  at = 0,
): void {
  const { from, to } = touchesSeen(plan, histories, person, T);
  const groups = plan.groups.length;
  for (let i = from; i < to; i++) {
    const group = plan.group_of[histories.touch_state[i]!]!;
    for (let h = 0; h < plan.half_lives_days.length; h++)
      row[at + h * groups + group]! += exposureOf(T - histories.touch_ms[i]!, plan.half_lives_days[h]!);
  }
}

/**
 * Writes the controls of a person at T to `row` from `at` on, in the order of `controlNames`. Whoever is keen is touched more
 * and orders more: how often a person is touched in the long run stands for that, so that an exposure has to be more than
 * usual for this person to count. A rate is the logarithm of what is expected of the person given their count in the time
 * since they were first seen, over the mean: log((count + k) / (mean days + k)), Gamma and Poisson.
 */
export function writeControls(
  plan: FeaturePlan,
  histories: Histories,
  person: number,
  T: number,
  row: Float64Array,
  at = 0,
): void {
  const groups = plan.groups.length;
  const segments = at;
  const tenure = segments + plan.segments.length;
  const rates = tenure + 1;
  const fresh = rates + groups + 1;
  const orders = fresh + groups;
  for (let i = histories.segment_offsets[person]!; i < histories.segment_offsets[person + 1]!; i++)
    if (histories.segment_from_ms[i]! <= T && T < histories.segment_until_ms[i]!)
      row[segments + histories.segment_code[i]!] = 1;
  const days = Math.max(0, (T - histories.first_ms[person]!) / MS_PER_DAY);
  row[tenure] = Math.log1p(days);
  const showing = showingIntent(plan);
  const { first, from, to } = touchesSeen(plan, histories, person, T);
  for (let i = first; i < to; i++) {
    const group = plan.group_of[histories.touch_state[i]!]!;
    if (i >= from && plan.intent[group]! > 0)
      addIntent(plan, showing, group, T - histories.touch_ms[i]!, row, orders + 2);
    row[rates + group]!++;
    if (T - histories.touch_ms[i]! < FRESH_GUARDS * plan.guard_ms) row[fresh + group]!++;
  }
  row[rates + groups] = to - first;
  for (let g = 0; g <= groups; g++) row[rates + g] = logRate(row[rates + g]!, days, plan.usual_rates[g]!);
  const oldest = histories.order_offsets[person]!;
  const past = upperBound(histories.order_ms, T - plan.guard_ms, oldest, histories.order_offsets[person + 1]!);
  row[orders] = logRate(past - oldest, days, plan.usual_rates[groups + 1]!);
  row[orders + 1] = past > oldest ? exposureOf(T - histories.order_ms[past - 1]!, 7) : 0;
}

/** Adds what a touch says about a passing intent: to the sum over groups, and to its own group's, which may differ from it. */
function addIntent(
  plan: FeaturePlan,
  showing: readonly number[],
  group: number,
  age_ms: number,
  row: Float64Array,
  at: number,
): void {
  for (let h = 0; h < plan.half_lives_days.length; h++) {
    const sign = plan.intent[group]! * exposureOf(age_ms, plan.half_lives_days[h]!);
    row[at + h * (showing.length + 1)]! += sign;
    row[at + h * (showing.length + 1) + 1 + showing.indexOf(group)]! += sign;
  }
}

/** The groups whose touches say anything about intent. */
function showingIntent(plan: FeaturePlan): number[] {
  return [...plan.groups.keys()].filter((group) => plan.intent[group]! > 0);
}
