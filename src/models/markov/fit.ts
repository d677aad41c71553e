/** Fits a Markov model to paths: what each channel is credited with, and the effect that says why. */
import { assert } from '../../domain/errors.ts';
import type { Paths } from '../paths/paths.ts';
import type { Totals } from '../paths/totals.ts';
import { buildChain, MAX_ORDER, statesOf } from './chain.ts';
import { chooseOrder, type OrderLoss } from './order-choice.ts';
import { removalEffects } from './removal.ts';
import { type TouchTotals, touchTotals } from './touch-totals.ts';

export interface MarkovOptions {
  /** Touches that a state remembers, 1 to 4; `auto` takes the order that predicts held-out journeys best. */
  order: number | 'auto';
  /** Of the folds, for `auto`. */
  seed: number;
}

export interface MarkovFit {
  order: number;
  /** What every order lost on journeys it had not seen; only when the order was chosen. */
  orders?: OrderLoss[];
  totals: Totals;
  states: number;
  transitions: number;
  /** By code, in [0, 1]: the share of conversions (of value) that is lost without the channel. */
  removal_effect_conversions: Float64Array;
  removal_effect_value: Float64Array;
  /** Channel totals: effects scaled to the total. Zero where no channel has an effect. */
  conversions: Float64Array;
  value: Float64Array;
  /** Touch totals: each conversion given to its own touches in proportion to effects. Another answer, on purpose. */
  touch_totals: TouchTotals;
  iterations: number;
  residual: number;
  warnings: string[];
}

export function fitMarkov(paths: Paths, options: MarkovOptions): MarkovFit {
  const orders = options.order === 'auto' ? chooseOrder(paths, options.seed) : undefined;
  const order = options.order === 'auto' ? bestOf(orders!) : options.order;
  assert(Number.isInteger(order) && order >= 1 && order <= MAX_ORDER, `order ${order}`);
  const chain = buildChain(paths, order);
  const effects = removalEffects(chain, paths.states.length);
  const totals = touchTotals(paths, effects.conversions, effects.value);
  const fit: MarkovFit = {
    order,
    ...(orders ? { orders } : {}),
    totals: chain.totals,
    states: statesOf(chain),
    transitions: chain.from.length,
    removal_effect_conversions: effects.conversions,
    removal_effect_value: effects.value,
    conversions: scaled(effects.conversions, chain.totals.conversions),
    value: scaled(effects.value, chain.totals.value),
    touch_totals: totals,
    iterations: effects.iterations,
    residual: effects.residual,
    warnings: [],
  };
  fit.warnings.push(...warningsOf(paths, fit));
  return fit;
}

/** The smaller order where two predict equally well. */
function bestOf(orders: readonly OrderLoss[]): number {
  return orders.reduce((best, next) => (next.journey_loss < best.journey_loss ? next : best)).order;
}

function scaled(effects: Float64Array, total: number): Float64Array {
  const sum = effects.reduce((all, effect) => all + effect, 0);
  return effects.map((effect) => (sum > 0 ? (effect / sum) * total : 0));
}

function warningsOf(paths: Paths, { totals, ...fit }: MarkovFit): string[] {
  const warnings: string[] = [];
  if (totals.conversions > 0 && totals.nulls === 0)
    warnings.push(
      'no journey ended without a conversion: a removal effect is then only the share of journeys that pass through a channel',
    );
  if (paths.value.some((value) => value < 0))
    warnings.push('some paths have a negative value: effects on value may leave 0 to 1');
  if (totals.conversions === 0) warnings.push('no journey converted: there is nothing to credit');
  if (totals.value !== 0 && fit.value.every((credit) => credit === 0))
    warnings.push('no channel has an effect on value: none is credited');
  const predictor = fit.orders?.reduce((best, next) =>
    next.conversion_loss < best.conversion_loss ? next : best,
  ).order;
  if (predictor !== undefined && predictor !== fit.order)
    warnings.push(
      `whether journeys convert is predicted best by order ${predictor}, what they do next by order ${fit.order}`,
    );
  if (fit.residual > 1e-9)
    warnings.push(`the solution is not exact: ${fit.residual} of the journeys are unaccounted for`);
  return warnings;
}
