/**
 * Numbers for each person of each risk set: exposures first, which may earn credit, and then controls, which never do.
 */
import { MS_PER_DAY } from '../../domain/time.ts';
import type { Design } from '../../learning/likelihood.ts';
import { controlNames, exposureNames, type FeaturePlan, intentNames, showingIntent } from './features.ts';
import { type Histories, touchesSeen, upperBound } from './histories.ts';
import type { RiskSets } from './risk-sets.ts';
import { logRate } from './usual-rates.ts';

/** Touches younger than this many guards often belong to the buying visit. The `fresh` control absorbs that. */
const FRESH_GUARDS = 4;

export interface HazardRows {
  readonly design: Design;
  /** Columns of exposures come first, columns of intent last. The controls between them may have any unit. */
  readonly exposures: number;
  readonly intents: number;
  readonly names: readonly string[];
  readonly sets: Uint32Array;
  readonly fold: Uint8Array;
  readonly at_ms: Float64Array;
  /** The person who ordered, one per set. */
  readonly case_person: Uint32Array;
}

export function measureRows(plan: FeaturePlan, histories: Histories, sampled: RiskSets): HazardRows {
  const exposures = exposureNames(plan);
  const names = [...exposures, ...controlNames(plan)];
  const rows = sampled.person.length;
  const data = new Float64Array(rows * names.length);
  const writeControls = controlWriter(plan, histories);
  sampled.at_ms.forEach((T, set) => {
    for (let row = sampled.sets[set]!; row < sampled.sets[set + 1]!; row++) {
      const at = row * names.length;
      addExposures(plan, histories, sampled.person[row]!, T, data, at);
      writeControls(sampled.person[row]!, T, data, at + exposures.length);
    }
  });
  return {
    design: { rows, columns: names.length, data },
    exposures: exposures.length,
    intents: intentNames(plan).length,
    names,
    sets: sampled.sets,
    fold: sampled.fold,
    at_ms: sampled.at_ms,
    case_person: Uint32Array.from(sampled.at_ms, (_, set) => sampled.person[sampled.sets[set]!]!),
  };
}

/** The decayed exposure of one touch: 2^(-age / half-life). */
export function exposureOf(age_ms: number, half_life_days: number): number {
  return 2 ** (-age_ms / (half_life_days * MS_PER_DAY));
}

/** Adds the exposures of a person at T to `row` from `at` on: all groups at the first half-life, then at the next one. */
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

/** Writes the controls of a person at T to `row` from `at` on, in the order of `controlNames`. */
type WriteControls = (person: number, T: number, row: Float64Array, at?: number) => void;

/**
 * A function that writes the controls of people. Keen people are touched more and order more. A person's long-run rate of
 * touches controls for that, so an exposure counts only as far as it is above the usual of this person. A rate is the logarithm
 * of the person's expected rate, given their count since they were first seen, divided by the mean rate:
 * log((count + k) / (mean days + k)), from the Gamma-Poisson model.
 */
export function controlWriter(plan: FeaturePlan, histories: Histories): WriteControls {
  const groups = plan.groups.length;
  const tenure = plan.segments.length;
  const being_new = plan.new_half_lives_days ?? [];
  const rates = tenure + 1 + being_new.length;
  const fresh = rates + groups + 1;
  const orders = fresh + groups;
  const intent = orders + 2;
  const addIntent = intentAdder(plan);
  return (person, T, row, at = 0) => {
    for (let i = histories.segment_offsets[person]!; i < histories.segment_offsets[person + 1]!; i++)
      if (histories.segment_from_ms[i]! <= T && T < histories.segment_until_ms[i]!)
        row[at + histories.segment_code[i]!] = 1;
    const days = Math.max(0, (T - histories.first_ms[person]!) / MS_PER_DAY);
    row[at + tenure] = Math.log1p(days);
    being_new.forEach((half_life_days, i) => {
      row[at + tenure + 1 + i] = 2 ** (-days / half_life_days);
    });
    const { first, from, to } = touchesSeen(plan, histories, person, T);
    for (let i = first; i < to; i++) {
      const group = plan.group_of[histories.touch_state[i]!]!;
      const age_ms = T - histories.touch_ms[i]!;
      if (i >= from && plan.intent[group]! > 0) addIntent(group, age_ms, row, at + intent);
      row[at + rates + group]!++;
      if (age_ms < FRESH_GUARDS * plan.guard_ms) row[at + fresh + group]!++;
    }
    row[at + rates + groups] = to - first;
    for (let g = 0; g <= groups; g++) row[at + rates + g] = logRate(row[at + rates + g]!, days, plan.usual_rates[g]!);
    const oldest = histories.order_offsets[person]!;
    const past = upperBound(histories.order_ms, T - plan.guard_ms, oldest, histories.order_offsets[person + 1]!);
    row[at + orders] = logRate(past - oldest, days, plan.usual_rates[groups + 1]!);
    row[at + orders + 1] = past > oldest ? exposureOf(T - histories.order_ms[past - 1]!, 7) : 0;
  };
}

/** A function that adds the sign of intent that a touch gives: to the sum over all groups, and to the sum of its own group. */
function intentAdder(plan: FeaturePlan) {
  const showing = showingIntent(plan);
  return (group: number, age_ms: number, row: Float64Array, at: number): void => {
    for (let h = 0; h < plan.half_lives_days.length; h++) {
      const sign = plan.intent[group]! * exposureOf(age_ms, plan.half_lives_days[h]!);
      row[at + h * (showing.length + 1)]! += sign;
      row[at + h * (showing.length + 1) + 1 + showing.indexOf(group)]! += sign;
    }
  };
}
