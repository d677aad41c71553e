/** Holdouts of a causal world as experiments, and what they correct: the calibrated fit, and PIE. */

import { momentsOf } from '../../learning/moments.ts';
import { type Claimed, calibrateTotals, type HoldoutLift } from '../../models/hazard/calibration.ts';
import { type ArmFacts, MEASURES, type Measure } from '../../reports/experiments/read-arms.ts';
import { liftOf } from '../../reports/incrementality/lift.ts';
import { learnPie, type Taught } from '../../reports/incrementality/pie.ts';
import type { Person } from '../../simulation/causal/person.ts';
import type { CausalOptions } from '../../simulation/causal/setup.ts';
import { type CausalWorld, setupOf } from '../../simulation/causal/world.ts';
import type { Claim } from '../../simulation/scoring.ts';

/** The same world with an own random part of its people held out of each channel. */
export function withHoldouts(world: CausalOptions, share: number): CausalOptions {
  if (share === 0) return world;
  return { ...world, holdouts: Object.fromEntries(setupOf(world).channels.map(({ name }) => [name, share])) };
}

/** What the experiment on each channel measured, with whom it reached. `credited_orders` is what a fit claims. */
export interface Measured extends Taught {
  channel: string;
}

export function measuredIn({ setup, people }: CausalWorld, claims: readonly Claimed[], orders: number): Measured[] {
  return setup.channels.map(({ name: channel }, bit) => {
    const is_out = (person: Person): boolean => ((person.held_out >> bit) & 1) === 1;
    const treated = people.filter((person) => !is_out(person));
    const touches = treated.map((person) => person.touches.filter((touch) => touch.channel === bit).length);
    // The interval is not used.
    const { orders: total } = liftOf({ alpha: 0.05 }, [
      armOf('holdout', people.filter(is_out)),
      armOf('treated', treated),
    ]);
    return {
      channel,
      touches: touches.reduce((sum, own) => sum + own, 0),
      reached: touches.filter((own) => own > 0).length,
      returned: 0,
      is_flow: false,
      credited_orders: orders * (claims.find((claim) => claim.channel === channel)?.incremental ?? 0),
      orders: total.total,
      variance: total.variance,
    };
  });
}

function armOf(arm: string, people: readonly Person[]): ArmFacts {
  const orders = people.map((person) => person.orders.length);
  const net = people.map((person) => person.orders.reduce((sum, { cents }) => sum + cents * 10_000, 0));
  const nothing = new Float64Array(people.length);
  const of: Record<Measure, ArrayLike<number>> = {
    converted: orders.map((count) => Number(count > 0)),
    orders,
    gross: net,
    refunds: nothing,
    net,
    before: nothing,
  };
  const moments = momentsOf(MEASURES.map((measure) => of[measure]));
  const sums = Object.fromEntries(
    MEASURES.map((measure, i) => [measure, BigInt(moments.sums[i]!)]),
  ) as ArmFacts['sums'];
  return {
    arm,
    people: people.length,
    exposed: 0,
    crossed: 0,
    refunded: 0,
    observed_ms: 0,
    unpriced: 0,
    unpriced_before: 0,
    sums,
    moments,
  };
}

/** The claim of a fit after its holdouts. */
export function calibratedClaim(
  claims: readonly Claimed[],
  measured: readonly Measured[],
  { orders, level, seed }: { orders: number; level: number; seed: number },
): Claim {
  const holdouts = measured.map(
    ({ channel, orders: caused, variance }): HoldoutLift => ({
      ...{ experiment_id: `holdout_${channel}`, analysis_version: '', as_of: '', channel },
      ...{ orders: caused, standard_error: Math.sqrt(variance) },
    }),
  );
  const { totals, fraction } = calibrateTotals(claims, holdouts, { orders, level, seed });
  return {
    channels: Object.fromEntries(totals.map(({ channel, share }) => [channel, share])),
    incremental_fraction: fraction,
    intervals: Object.fromEntries(totals.map(({ channel, share_interval }) => [channel, share_interval])),
  };
}

/**
 * The claim of PIE for a world, learned on the experiments of other worlds. Null with too few of them. A channel outside of what they had
 * has the claim of the fit times what all experiments found of each claimed order.
 */
export function pieClaim(own: readonly Measured[], others: readonly Measured[], orders: number): Claim | null {
  const pie = learnPie(others);
  if (pie.refused !== null) return null;
  const predicted = own.map((known): [string, number] => {
    const guess = pie.predict(known);
    return [known.channel, Math.max(0, typeof guess === 'string' ? pie.factor * known.credited_orders : guess.total)];
  });
  const caused = predicted.reduce((sum, [, value]) => sum + value, 0);
  return { channels: Object.fromEntries(predicted), incremental_fraction: Math.min(1, caused / orders) };
}
