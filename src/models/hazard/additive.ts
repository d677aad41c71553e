/**
 * Additive hazard: lambda(t) = base + sum over touches of beta_c w_c e^(-w_c age). Each touch adds its own part to the
 * hazard, with a decay per channel that is learnt. The fit uses expectation and maximisation: p_i, the part of an order's
 * hazard that touch i adds, is that touch's credit, and the rest is organic. Sources: Zhang, Wei and Ren, Multi-touch
 * attribution in online advertising with survival theory, ICDM 2014; Ji, Wang and Zhang, CIKM 2016. Of a person's intent the
 * model knows only the segment, so it credits touches that follow intent.
 */

import { MS_PER_DAY } from '../../domain/time.ts';
import type { FeaturePlan } from './features.ts';
import { type Histories, peopleOf, touchesSeen } from './histories.ts';
import { groupOf, type HazardPath, type Scorer } from './scorer.ts';

export interface AdditiveModel {
  readonly kind: 'additive';
  /** Orders per day and person without touches, by segment. The last entry is for people in no segment. */
  readonly base: readonly number[];
  /** Orders that one touch brings over its whole decay, by group. */
  readonly orders_per_touch: readonly number[];
  /** Per day; the half-life is ln 2 over it. */
  readonly decay: readonly number[];
  readonly iterations: number;
}

const MOST_ITERATIONS = 300;

/** The fit stops when no effect changes by more than this part of itself. */
const SETTLED = 1e-4;

/** Bounds of the decay per day: half-lives from three hours to 30 days. */
const SLOWEST = Math.LN2 / 30;
const FASTEST = Math.LN2 / 0.125;

export function fitAdditive(plan: FeaturePlan, histories: Histories, people_leave: boolean): AdditiveModel {
  const data = collect(plan, histories, people_leave);
  const groups = plan.groups.length;
  const orders = data.order_stratum.length;
  const days = data.exposed_days.reduce((sum, value) => sum + value, 0);
  let base = Float64Array.from(data.exposed_days, () => orders / (2 * Math.max(1, days)));
  let beta = new Float64Array(groups).fill(orders / (2 * Math.max(1, data.window_group.length)));
  let decay = new Float64Array(groups).fill(Math.LN2 / 3);
  for (let iteration = 1; ; iteration++) {
    const step = improve(data, base, beta, decay);
    const settled = step.beta.every((value, g) => Math.abs(value - beta[g]!) <= SETTLED * (value + 1e-9));
    ({ base, beta, decay } = step);
    if (settled || iteration === MOST_ITERATIONS)
      return {
        kind: 'additive',
        base: Array.from(base),
        orders_per_touch: Array.from(beta),
        decay: Array.from(decay),
        iterations: iteration,
      };
  }
}

interface Data {
  /** By order: its stratum, and its touches `offsets[o]` to `offsets[o + 1]` with group and age in days. */
  readonly order_stratum: Uint16Array;
  readonly offsets: Uint32Array;
  readonly group: Uint16Array;
  readonly age: Float64Array;
  /** By touch of any person: its group, and the ages in days between which it could bring an order in the period. */
  readonly window_group: Uint16Array;
  readonly window_from: Float64Array;
  readonly window_to: Float64Array;
  /** Days at risk of all people, by stratum. */
  readonly exposed_days: Float64Array;
}

function collect(plan: FeaturePlan, histories: Histories, people_leave: boolean): Data {
  const orders = { stratum: [] as number[], offsets: [0], group: [] as number[], age: [] as number[] };
  const windows = { group: [] as number[], from: [] as number[], to: [] as number[] };
  const exposed_days = new Float64Array(plan.segments.length + 1);
  for (let p = 0; p < peopleOf(histories); p++) {
    const from = Math.max(histories.start_ms, histories.first_ms[p]!);
    let until = histories.end_ms;
    const stratum = stratumOf(histories, p, from);
    for (let o = histories.order_offsets[p]!; o < histories.order_offsets[p + 1]!; o++) {
      const T = histories.order_ms[o]!;
      if (people_leave && T < until) until = T;
      if (T < from || T >= histories.end_ms) continue;
      orders.stratum.push(stratum);
      const seen = touchesSeen(plan, histories, p, T);
      for (let i = seen.from; i < seen.to; i++) {
        orders.group.push(plan.group_of[histories.touch_state[i]!]!);
        orders.age.push((T - histories.touch_ms[i]!) / MS_PER_DAY);
      }
      orders.offsets.push(orders.group.length);
      if (people_leave) break;
    }
    exposed_days[stratum]! += Math.max(0, until - from) / MS_PER_DAY;
    for (let i = histories.touch_offsets[p]!; i < histories.touch_offsets[p + 1]!; i++) {
      const at = histories.touch_ms[i]!;
      const low = Math.max(plan.guard_ms, from - at);
      const high = Math.min(plan.most_age_ms, until - at);
      if (high <= low) continue;
      windows.group.push(plan.group_of[histories.touch_state[i]!]!);
      windows.from.push(low / MS_PER_DAY);
      windows.to.push(high / MS_PER_DAY);
    }
  }
  return {
    order_stratum: Uint16Array.from(orders.stratum),
    offsets: Uint32Array.from(orders.offsets),
    group: Uint16Array.from(orders.group),
    age: Float64Array.from(orders.age),
    window_group: Uint16Array.from(windows.group),
    window_from: Float64Array.from(windows.from),
    window_to: Float64Array.from(windows.to),
    exposed_days,
  };
}

/** The first segment that a person is in at that moment. For a person in none: the number of segments. */
function stratumOf(histories: Histories, person: number, at_ms: number): number {
  for (let i = histories.segment_offsets[person]!; i < histories.segment_offsets[person + 1]!; i++)
    if (histories.segment_from_ms[i]! <= at_ms && at_ms < histories.segment_until_ms[i]!)
      return histories.segment_code[i]!;
  return histories.segments.length;
}

/** One step: credits the orders by the current hazard, then sets each rate from its credit. */
function improve(data: Data, base: Float64Array, beta: Float64Array, decay: Float64Array) {
  const groups = beta.length;
  const credit = new Float64Array(groups);
  const credit_age = new Float64Array(groups);
  const organic = new Float64Array(base.length);
  const added = new Float64Array(data.group.length);
  for (let o = 0; o < data.order_stratum.length; o++) {
    const stratum = data.order_stratum[o]!;
    let hazard = base[stratum]!;
    for (let i = data.offsets[o]!; i < data.offsets[o + 1]!; i++) {
      const g = data.group[i]!;
      added[i] = beta[g]! * decay[g]! * Math.exp(-decay[g]! * data.age[i]!);
      hazard += added[i]!;
    }
    if (hazard <= 0) continue;
    organic[stratum]! += base[stratum]! / hazard;
    for (let i = data.offsets[o]!; i < data.offsets[o + 1]!; i++) {
      credit[data.group[i]!]! += added[i]! / hazard;
      credit_age[data.group[i]!]! += (added[i]! / hazard) * data.age[i]!;
    }
  }
  const reach = new Float64Array(groups);
  const slope = new Float64Array(groups);
  for (let i = 0; i < data.window_group.length; i++) {
    const g = data.window_group[i]!;
    const low = Math.exp(-decay[g]! * data.window_from[i]!);
    const high = Math.exp(-decay[g]! * data.window_to[i]!);
    reach[g]! += low - high;
    slope[g]! += data.window_to[i]! * high - data.window_from[i]! * low;
  }
  const next = credit.map((value, g) => (reach[g]! > 0 ? value / reach[g]! : 0));
  return {
    base: organic.map((value, s) => (data.exposed_days[s]! > 0 ? value / data.exposed_days[s]! : 0)),
    beta: next,
    decay: decay.map((old, g) => {
      const bottom = credit_age[g]! + next[g]! * slope[g]!;
      return bottom > 0 && credit[g]! > 0 ? Math.min(FASTEST, Math.max(SLOWEST, credit[g]! / bottom)) : old;
    }),
  };
}

export function additiveScorer(plan: FeaturePlan, model: AdditiveModel): Scorer {
  const added = (group: number, age_ms: number) =>
    model.orders_per_touch[group]! * model.decay[group]! * Math.exp((-model.decay[group]! * age_ms) / MS_PER_DAY);
  const parts = new Float64Array(plan.groups.length);
  /** Fills `parts` with what each group adds. Returns the hazard without the touches, and with them. */
  const hazards = (path: HazardPath): { base: number; hazard: number } => {
    const segment = path.controls ? path.controls.subarray(0, plan.segments.length).indexOf(1) : -1;
    const base = model.base[segment < 0 ? plan.segments.length : segment]! || Math.max(...model.base, 1e-12);
    parts.fill(0);
    let hazard = base;
    for (let i = 0; i < path.codes.length; i++) {
      const group = groupOf(plan, path.codes[i]!, path.ages_ms[i]!);
      if (group < 0) continue;
      const part = added(group, path.ages_ms[i]!);
      parts[group]! += part;
      hazard += part;
    }
    return { base, hazard };
  };
  return {
    logRatio(path) {
      const { base, hazard } = hazards(path);
      return Math.log(hazard / base);
    },
    score(path, into) {
      const { base, hazard } = hazards(path);
      for (let g = 0; g < into.length; g++) into[g] = parts[g]! / hazard;
      return Math.log(hazard / base);
    },
    share: (group, age_ms) => added(group, age_ms) + Number.MIN_VALUE,
  };
}
