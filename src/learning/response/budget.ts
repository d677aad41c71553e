/** Advice on the split of a budget, and what a given spend would change. docs/semantics.md 28. */
import { type Interval, middleOf } from '../bootstrap.ts';
import { type Elasticities, elasticityDraws } from './net-revenue.ts';
import { type Bounds, bestSplit, powered, SATURATION } from './split.ts';
import { channelRefusal, type Refusal, type SpendWeeks, sumOf, usualNow, weeksRefusal } from './weeks.ts';

/** A channel moves by at most this part in one step. */
export const LARGEST_MOVE = 0.2;
/** A step leads to at most this many times the usual share of a channel in the weeks, and to at least its inverse. */
export const FARTHEST = 2;
/** A gain must be above this many of its standard deviations. */
const LEAST_DEVIATIONS = 2.5;
const LEVEL = 0.9;

export interface KnownChannel {
  name: string;
  refused: Refusal | null;
  /** Spend of a usual week now. */
  now: number;
  /** Net revenue that one more unit of spend brings, and its interval; null if refused. */
  marginal_return: (Interval & { value: number }) | null;
}

/** A change of net revenue a week. */
export interface Change extends Interval {
  value: number;
}

export interface BudgetAdvice {
  channels: KnownChannel[];
  /** Why there is no advice at all. */
  refused: Refusal | null;
  /** The split of the budget in proportion to what is spent now. */
  proportional: number[];
  /** The split with the highest sure gain within the bounds; where none is sure, the one with the highest gain. */
  best: number[];
  /** Of `best` against `proportional`; null if refused. */
  gain: Change | null;
  /** True if the gain is above {@link LEAST_DEVIATIONS} of its standard deviations, and its interval above 0. Otherwise: leave it. */
  is_sure: boolean;
  /** What other spend of channels would change against now; null if refused. */
  changeAt(spend: readonly number[]): Change | null;
}

export interface BudgetQuestion {
  /** Of a week; what is spent now when left out. */
  budget?: number;
  /** What is spent now, where it is known better than by the last weeks. */
  now?: readonly number[];
  seed?: number;
}

/** Advice from weeks. Deterministic. */
export function adviseBudget(weeks: SpendWeeks, question: BudgetQuestion = {}): BudgetAdvice {
  const now = weeks.channels.map(({ spend }, c) => question.now?.[c] ?? usualNow(spend));
  const all_now = sumOf(now);
  const budget = question.budget ?? all_now;
  const proportional = now.map((spend) => (all_now === 0 ? 0 : (spend * budget) / all_now));
  const refusals = weeks.channels.map(channelRefusal);
  const usable = refusals.flatMap((refusal, c) => (refusal === null && now[c]! > 0 ? [c] : []));
  const refused = weeksRefusal(weeks) ?? fewChannels(usable.length);
  const channels = weeks.channels.map(
    ({ name }, c): KnownChannel => ({ name, refused: refusals[c]!, now: now[c]!, marginal_return: null }),
  );
  if (refused !== null) {
    const none = { channels, proportional, best: proportional, gain: null, is_sure: false };
    return { ...none, refused, changeAt: () => null };
  }
  const { draws, usual } = drawsNow(weeks, usable, now, question.seed ?? 1);
  const revenue = usualNow(weeks.revenue);
  for (const [i, c] of usable.entries())
    channels[c]!.marginal_return = changeOf(draws.map((draw) => (draw[i]! * revenue) / now[c]!));
  /** By how much each channel changes revenue for an elasticity of 1, in parts of revenue. */
  const moves = (from: readonly number[], to: readonly number[]): number[] =>
    usable.map((c) => powered(Math.log(to[c]! / now[c]!)) - powered(Math.log(from[c]! / now[c]!)));
  const change = (from: readonly number[], to: readonly number[]): Change => {
    const moved = moves(from, to);
    return changeOf(draws.map((draw) => revenue * sumOf(moved.map((part, i) => part * draw[i]!))));
  };
  const bounds = boundsOf(proportional, usable, usual);
  const moments = momentsOf(draws);
  const splitFor = (deviations: number): number[] =>
    bestSplit((to) => lowOf(moments, moves(proportional, to), deviations), proportional, bounds);
  const sure = splitFor(LEAST_DEVIATIONS);
  const sure_gain = change(proportional, sure);
  // The search begins at the split of now, whose gain is 0.
  const is_sure = sure_gain.value > 0 && sure_gain.low > 0;
  const best = is_sure ? sure : splitFor(0);
  return {
    ...{ channels, refused, proportional, best, is_sure },
    gain: is_sure ? sure_gain : change(proportional, best),
    changeAt: (spend) => change(now, spend),
  };
}

/** Draws of the elasticities of usable channels at what is spent now. */
function drawsNow(weeks: SpendWeeks, usable: readonly number[], now: readonly number[], seed: number): Elasticities {
  const { draws, usual } = elasticityDraws({ ...weeks, channels: usable.map((c) => weeks.channels[c]!) }, seed);
  const grown = usable.map((c, i) => (now[c]! / usual[i]!) ** SATURATION);
  return { draws: draws.map((draw) => draw.map((elasticity, i) => elasticity * grown[i]!)), usual };
}

const fewChannels = (usable: number): Refusal | null =>
  usable >= 2 ? null : { code: 'too_few_channels', reason: `${usable} channels can be told apart; a split needs 2.` };

/** The mean of draws and their middle. */
const changeOf = (values: readonly number[]): Change => ({
  value: sumOf(values) / values.length,
  ...middleOf(values, LEVEL),
});

interface Moments {
  mean: Float64Array;
  /** n * n, row by row. */
  covariance: Float64Array;
}

function momentsOf(draws: readonly Float64Array[]): Moments {
  const n = draws[0]!.length;
  const mean = new Float64Array(n).map((_, c) => sumOf(draws.map((draw) => draw[c]!)) / draws.length);
  const covariance = new Float64Array(n * n).map((_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return sumOf(draws.map((draw) => (draw[i]! - mean[i]!) * (draw[j]! - mean[j]!))) / (draws.length - 1);
  });
  return { mean, covariance };
}

/** The mean gain of moves, less so many of its standard deviations. */
function lowOf({ mean, covariance }: Moments, moved: readonly number[], deviations: number): number {
  let [gain, variance] = [0, 0];
  for (const [i, part] of moved.entries()) {
    gain += mean[i]! * part;
    for (const [j, other] of moved.entries()) variance += covariance[i * moved.length + j]! * part * other;
  }
  return gain - deviations * Math.sqrt(Math.max(0, variance));
}

/** How far each channel may move in one step. One that is already farther from what is usual than a step may lead stays, or comes back. */
function boundsOf(from: readonly number[], usable: readonly number[], usual: readonly number[]): Bounds[] {
  const bounds = from.map((spend): Bounds => ({ low: spend, high: spend }));
  const times = sumOf(usable.map((c) => from[c]!)) / sumOf(usual);
  for (const [i, c] of usable.entries()) {
    const spend = from[c]!;
    bounds[c] = {
      low: Math.min(spend, Math.max(spend * (1 - LARGEST_MOVE), (usual[i]! * times) / FARTHEST)),
      high: Math.max(spend, Math.min(spend * (1 + LARGEST_MOVE), usual[i]! * times * FARTHEST)),
    };
  }
  return bounds;
}
