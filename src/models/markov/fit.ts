/** Fits a Markov model to paths: the removal effect and the credit of each channel. */
import { assert } from '../../domain/errors.ts';
import type { Paths, Totals } from '../paths/paths.ts';
import { buildChain, MAX_ORDER, statesOf } from './chain.ts';
import { chooseOrder, type OrderLoss } from './order-choice.ts';
import { removalEffects } from './removal.ts';

export interface MarkovOptions {
  /** Touches that a state remembers, 1 to 4. `auto` takes the order that predicts held-out paths best. */
  order: number | 'auto';
  /** The seed of the folds, for `auto`. */
  seed: number;
}

export interface MarkovFit {
  order: number;
  /** The loss of every order on held-out paths. Only with `auto`. */
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
  /** Touch totals: each conversion shared by its own touches in proportion to effects. They differ from channel totals. */
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

/** The conversions that `fitMarkov` credits to each channel, without the rest of the fit. */
export function channelCredit(paths: Paths, order: number): Float64Array {
  const chain = buildChain(paths, order);
  return scaled(removalEffects(chain, paths.states.length).conversions, chain.totals.conversions);
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
      'no path ended without a conversion, so a removal effect is only the share of conversions whose path has the channel',
    );
  if (paths.value.some((value) => value < 0))
    warnings.push('some paths have a negative value: effects on value may leave 0 to 1');
  if (totals.conversions === 0) warnings.push('no path converted: there is nothing to credit');
  if (totals.value !== 0 && fit.value.every((credit) => credit === 0))
    warnings.push('no channel has an effect on value, so no channel is credited with value');
  const predictor = fit.orders?.reduce((best, next) =>
    next.conversion_loss < best.conversion_loss ? next : best,
  ).order;
  if (predictor !== undefined && predictor !== fit.order)
    warnings.push(
      `order ${predictor} predicts best whether a path converts, and order ${fit.order} predicts whole paths best`,
    );
  if (fit.residual > 1e-9)
    warnings.push(`the solution is not exact: a share of ${fit.residual} of the paths is not accounted for`);
  return warnings;
}

interface TouchTotals {
  conversions: Float64Array;
  value: Float64Array;
}

/**
 * Within a path a channel gets its effect's share of the effects of the path's channels. Each channel counts once, whatever
 * the number of its touches: each touch gets `effect / occurrences / sum`. Every conversion is shared out in full, so these
 * totals differ from the shares of the effects: a channel keeps every conversion of the paths in which it is alone.
 */
function touchTotals(paths: Paths, on_conversions: Float64Array, on_value: Float64Array): TouchTotals {
  const channels = paths.states.length;
  const totals: TouchTotals = {
    conversions: new Float64Array(channels),
    value: new Float64Array(channels),
  };
  const seen = new Uint32Array(channels);
  const own = new Uint16Array(channels);
  for (let p = 0; p < paths.conversions.length; p++) {
    const conversions = paths.conversions[p]!;
    const value = paths.value[p]!;
    if (conversions === 0 && value === 0) continue;
    const start = paths.offsets[p]!;
    const end = paths.offsets[p + 1]!;
    let unique = 0;
    let conversions_sum = 0;
    let value_sum = 0;
    for (let i = start; i < end; i++) {
      const code = paths.codes[i]!;
      if (seen[code] === p + 1) continue;
      seen[code] = p + 1;
      own[unique++] = code;
      conversions_sum += on_conversions[code]!;
      value_sum += on_value[code]!;
    }
    // The sum is never 0: without the channels of its last state, a path that converted would not convert.
    const per_conversion = conversions / conversions_sum;
    const per_value = value_sum > 0 ? value / value_sum : 0;
    for (let u = 0; u < unique; u++) {
      const code = own[u]!;
      totals.conversions[code]! += per_conversion * on_conversions[code]!;
      totals.value[code]! += per_value * on_value[code]!;
    }
    // Where negative values cancel the others, no channel may have an effect on value.
    if (value_sum <= 0) spread(paths, start, end, value, totals.value);
  }
  return totals;
}

function spread({ codes }: Paths, start: number, end: number, amount: number, totals: Float64Array): void {
  for (let i = start; i < end; i++) totals[codes[i]!]! += amount / (end - start);
}
