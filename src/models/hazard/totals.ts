/** Totals of each channel over all orders of a period, by conversions and by value. */

import { scorerOf } from './credit.ts';
import { controlNames } from './features.ts';
import type { HazardFit } from './fit.ts';
import { type Flow, moveCredit, movesOf } from './flow/flow.ts';
import { type Histories, peopleOf, touchesSeen } from './histories.ts';
import { controlWriter } from './rows.ts';
import type { HazardPath } from './scorer.ts';

export interface ChannelTotal {
  readonly channel: string;
  /** Part of all credit, in [0, 1]. All channels add up to 1, or are all 0 when nothing has an effect. */
  readonly share: number;
  /** Part of all orders, in [0, 1], that would be missing without the channel (its Shapley value). */
  readonly incremental: number;
  /** The orders of the period, split by share. They add up to all orders. */
  /** Part of all orders that had a touch of the channel old enough and young enough to have an effect. */
  readonly exposed_fraction: number;
  readonly conversions: number;
  readonly value: number;
  readonly incremental_conversions: number;
  readonly incremental_value: number;
}

export interface HazardTotals {
  readonly orders: number;
  readonly value: number;
  readonly incremental_fraction: number;
  readonly incremental_value_fraction: number;
  /** Part of all orders that had any such touch. */
  readonly exposed_fraction: number;
  readonly channels: readonly ChannelTotal[];
}

/** Signed sums over orders, by state: of Shapley values, and of Shapley values times the order's value. */
interface SignedTotals {
  readonly orders: number;
  readonly value: number;
  readonly by_state: Float64Array;
  readonly value_by_state: Float64Array;
  /** Orders with a touch, in total and by state. */
  readonly touched: number;
  readonly exposed: Float64Array;
}

/**
 * Totals over all orders of the period, also those that the fit did not learn from. The sums stay signed until the end, so
 * that noise around no effect cancels and does not add up. With a flow, touches share credit with those that brought them.
 */
export function channelTotals(fit: HazardFit, histories: Histories, flow?: Flow): HazardTotals {
  const signed = signedTotals(fit, histories, flow);
  const { orders, value } = signed;
  const shares = sharesOf(signed.by_state);
  const value_shares = sharesOf(signed.value_by_state);
  const incremental = partsOf(signed.by_state, orders);
  const incremental_value = partsOf(signed.value_by_state, value);
  return {
    orders,
    value,
    incremental_fraction: sumOf(incremental),
    incremental_value_fraction: sumOf(incremental_value),
    exposed_fraction: orders > 0 ? signed.touched / orders : 0,
    channels: fit.plan.states.map((channel, code) => ({
      channel,
      share: shares[code]!,
      incremental: incremental[code]!,
      exposed_fraction: orders > 0 ? signed.exposed[code]! / orders : 0,
      conversions: shares[code]! * orders,
      value: value_shares[code]! * value,
      incremental_conversions: incremental[code]! * orders,
      incremental_value: incremental_value[code]! * value,
    })),
  };
}

/** Sets negative sums to 0 and scales the rest to sum 1. All 0 where no sum is positive. */
export function sharesOf(signed: Float64Array): Float64Array {
  const positive = signed.map((value) => Math.max(0, value));
  const sum = sumOf(positive);
  return sum > 0 ? positive.map((value) => value / sum) : positive;
}

/** The overall part comes from the signed sums and is at least 0. Channels share it as they share credit. */
export function partsOf(signed: Float64Array, of: number): Float64Array {
  const overall = of > 0 ? Math.min(1, Math.max(0, sumOf(signed) / of)) : 0;
  return sharesOf(signed).map((share) => share * overall);
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function signedTotals(fit: HazardFit, histories: Histories, flow: Flow | undefined): SignedTotals {
  const { plan } = fit;
  const creditOf = touchCredit(fit);
  const pathOf = pathReader(fit, histories);
  const by_state = new Float64Array(plan.states.length);
  const value_by_state = new Float64Array(plan.states.length);
  const exposed = new Float64Array(plan.states.length);
  let orders = 0;
  let touched = 0;
  let total = 0;
  for (const { person, T, value } of ordersOf(histories)) {
    orders++;
    total += value;
    const path = pathOf(person, T);
    const { codes } = path;
    if (codes.length === 0) continue;
    touched++;
    for (const code of new Set(codes as Uint16Array)) exposed[code]!++;
    const credit = creditOf(path);
    if (flow !== undefined) moveCredit(movesOf(flow, path), credit);
    for (let i = 0; i < codes.length; i++) {
      by_state[codes[i]!]! += credit[i]!;
      value_by_state[codes[i]!]! += credit[i]! * value;
    }
  }
  return { orders, value: total, by_state, value_by_state, touched, exposed };
}

/**
 * A function that gives the signed credit of each touch of a path: the Shapley value of its group, which the touches of the group share by
 * their decayed effects. All touches are of the fit, and of an age that may have an effect.
 */
export function touchCredit(fit: HazardFit): (path: HazardPath) => Float64Array {
  const { group_of, groups } = fit.plan;
  const scorer = scorerOf(fit);
  const phi = new Float64Array(groups.length);
  const share = new Float64Array(groups.length);
  return (path) => {
    const { codes, ages_ms } = path;
    scorer.score(path, phi);
    const own = Float64Array.from(codes, (code, i) => scorer.share(group_of[code]!, ages_ms[i]!));
    share.fill(0);
    for (let i = 0; i < codes.length; i++) share[group_of[codes[i]!]!]! += own[i]!;
    return own.map((part, i) => {
      const group = group_of[codes[i]!]!;
      return phi[group]! * (part / share[group]!);
    });
  };
}

export function* ordersOf(histories: Histories): Generator<{ person: number; T: number; value: number }> {
  for (let person = 0; person < peopleOf(histories); person++)
    for (let o = histories.order_offsets[person]!; o < histories.order_offsets[person + 1]!; o++) {
      const T = histories.order_ms[o]!;
      if (T >= histories.start_ms && T < histories.end_ms) yield { person, T, value: histories.order_value[o]! };
    }
}

/** A function that gives the path of an order for the fit: the touches that may have an effect. */
export function pathReader(
  { plan, model }: HazardFit,
  histories: Histories,
): (person: number, T: number) => HazardPath {
  const width = controlNames(plan).length;
  const writeControls = controlWriter(plan, histories);
  const controlsOf = (person: number, T: number): Float64Array => {
    const controls = new Float64Array(width);
    writeControls(person, T, controls);
    return controls;
  };
  return (person, T) => {
    const { from, to } = touchesSeen(plan, histories, person, T);
    return {
      codes: histories.touch_state.subarray(from, to),
      ages_ms: histories.touch_ms.subarray(from, to).map((at) => T - at),
      // The log-linear family does not use controls, and they cost more than all the rest.
      ...(model.kind !== 'log_linear' && { controls: controlsOf(person, T) }),
    };
  };
}
