/** Brings the totals of holdouts to single touches, so that reports by touch add up to about these totals. */

import type { CalibratedTotal, HoldoutLift } from './calibration.ts';
import type { PathCredit } from './credit.ts';
import type { HazardFit } from './fit.ts';
import { type Histories, touchesSeen } from './histories.ts';
import { exposureOf } from './rows.ts';
import { groupOf, type HazardPath } from './scorer.ts';
import { ordersOf } from './totals.ts';

/** What holdouts change in the credit of touches, by state. */
export interface Calibration {
  /** Multiplies the incremental credit of a touch; at most {@link MOST_FACTOR}. */
  readonly factors: readonly number[];
  /** Added for each decayed touch, where holdouts say that the fit claims too little. */
  readonly added: readonly number[];
  /** The half-life by which added credit decays. */
  readonly half_life_days: number;
  readonly experiments: readonly HoldoutLift[];
}

/** More than this the fit does not say which touches count. */
const MOST_FACTOR = 2;

/**
 * The credit of each touch is multiplied, up to a bound. Where holdouts say more than that, the rest is shared among all touches of the channel
 * before orders by their decayed age, because a fit that claims next to nothing does not say which touches count.
 * @param claimed incremental orders of each channel by the fit.
 */
export function calibrationOf(
  fit: HazardFit,
  histories: Histories,
  channelOfState: (state: string) => string,
  claimed: ReadonlyMap<string, number>,
  { totals, experiments }: { totals: readonly CalibratedTotal[]; experiments: readonly HoldoutLift[] },
): Calibration {
  const half_life_days = Math.max(...fit.plan.half_lives_days);
  const exposures = exposuresByState(fit, histories, half_life_days);
  const names = fit.plan.states.map(channelOfState);
  const exposed = new Map<string, number>();
  for (const [code, name] of names.entries()) exposed.set(name, (exposed.get(name) ?? 0) + exposures[code]!);
  const orders = new Map(totals.map((one) => [one.channel, one.orders]));
  const factors = names.map((name) => {
    const [before, after] = [claimed.get(name) ?? 0, orders.get(name) ?? 0];
    return before > 0 ? Math.min(MOST_FACTOR, after / before) : 1;
  });
  return {
    factors,
    added: names.map((name, code) => {
      const more = (orders.get(name) ?? 0) - factors[code]! * (claimed.get(name) ?? 0);
      const all = exposed.get(name)!;
      return more > 0 && all > 0 ? more / all : 0;
    }),
    half_life_days,
    experiments,
  };
}

/** Decayed touches before the orders of the period, by state. */
function exposuresByState({ plan }: HazardFit, histories: Histories, half_life_days: number): Float64Array {
  const sums = new Float64Array(plan.states.length);
  for (const { person, T } of ordersOf(histories)) {
    const { from, to } = touchesSeen(plan, histories, person, T);
    for (let i = from; i < to; i++)
      sums[histories.touch_state[i]!]! += exposureOf(T - histories.touch_ms[i]!, half_life_days);
  }
  return sums;
}

/** The credit of a path with what holdouts change. Weights and fraction follow from the changed credit. */
export function calibrated(
  raw: PathCredit,
  { plan }: HazardFit,
  { factors, added, half_life_days }: Calibration,
  { codes, ages_ms }: HazardPath,
): PathCredit {
  const changed = raw.incremental.map((share, i) => {
    const [code, age_ms] = [codes[i]!, ages_ms[i]!];
    if (code < 0) return share;
    const more = groupOf(plan, code, age_ms) < 0 ? 0 : added[code]! * exposureOf(age_ms, half_life_days);
    return share * factors[code]! + more;
  });
  let sum = 0;
  for (const share of changed) sum += share;
  const scale = sum > 1 ? 1 / sum : 1;
  return {
    ...raw,
    weights: changed.map((share) => (sum > 0 ? share / sum : 0)),
    incremental: changed.map((share) => share * scale),
    fraction: Math.min(1, sum),
  };
}
