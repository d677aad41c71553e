/** Advice on the split of a budget, and what a given spend would change. docs/semantics.md 28. */
import { type Interval, middleOf } from '../bootstrap.ts';
import { type ElasticityDraws, elasticityDraws, type Way } from './net-revenue.ts';
import { type Bounds, bestSplit, changedPart, SATURATION } from './split.ts';
import { channelRefusal, type Refusal, type SpendWeeks, sumOf, usualNow, weeksRefusal } from './weeks.ts';

/** A channel moves by at most this part in one step. */
export const LARGEST_MOVE = 0.2;
const LEVEL = 0.9;

export interface KnownChannel {
  name: string;
  refused: Refusal | null;
  /** Spend of a usual week now. */
  now: number;
  /** Net revenue that one more unit of spend brings, and its interval over all ways; null if refused. */
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
  /** The split that raises revenue most within the bounds. */
  best: number[];
  /** Of `best` against `proportional`; null if refused. */
  gain: Change | null;
  /** True if the gain is above 0 in every way of the regression. Otherwise: leave it. */
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
  const usable = refusals.flatMap((refusal, c) => (refusal === null ? [c] : []));
  const refused = weeksRefusal(weeks) ?? fewChannels(usable.length);
  const channels = weeks.channels.map(
    ({ name }, c): KnownChannel => ({ name, refused: refusals[c]!, now: now[c]!, marginal_return: null }),
  );
  if (refused !== null) {
    const none = { channels, proportional, best: proportional, gain: null, is_sure: false };
    return { ...none, refused, changeAt: () => null };
  }
  const ways = drawsNow(weeks, usable, now, question.seed ?? 1);
  const revenue = usualNow(weeks.revenue);
  for (const c of usable) channels[c]!.marginal_return = changeOf(ways, (draw) => (draw[c]! * revenue) / now[c]!);
  const change = (from: readonly number[], to: readonly number[]): Change =>
    changeOf(ways, (draw) => revenue * changed(draw, from, to));
  const bounds = proportional.map((spend, c) => boundsOf(spend, refusals[c]!));
  const all = [...ways.values()].flat();
  const mean = now.map((_, c) => sumOf(all.map((draw) => draw[c]!)) / all.length);
  const full = bestSplit(mean, proportional, bounds, budget);
  const splits = [
    full,
    ...pairSplits(proportional, bounds, usable),
    ...oneAgainstOthers(proportional, bounds, usable),
  ].map((split) => ({
    ...{ split, gain: change(proportional, split) },
  }));
  // All channels at once if that is sure; else of the smaller moves that are sure the one of which most is expected.
  const sure = splits.filter(({ gain }) => gain.low > 0);
  const chosen = splits[0]!.gain.low > 0 ? splits[0]! : sure.toSorted((a, b) => b.gain.value - a.gain.value)[0];
  const { split: best, gain } = chosen ?? splits[0]!;
  return {
    ...{ channels, refused, proportional, best, gain, is_sure: chosen !== undefined },
    changeAt: (spend) => change(now, spend),
  };
}

/** Draws of the elasticities at what is spent now. A channel whose share has grown since brings a larger part of revenue, in proportion to its curve. */
function drawsNow(
  weeks: SpendWeeks,
  usable: readonly number[],
  now: readonly number[],
  seed: number,
): ReadonlyMap<Way, ElasticityDraws> {
  const spent = weeks.channels.map(({ spend }) => sumOf(spend));
  const [all_spent, all_now] = [sumOf(spent), sumOf(now)];
  const grown = usable.map((c) => (now[c]! / all_now / (spent[c]! / all_spent)) ** SATURATION);
  const drawn = elasticityDraws({ ...weeks, channels: usable.map((c) => weeks.channels[c]!) }, seed);
  const placed = (draw: Float64Array): Float64Array => {
    // Channels that are refused have no known elasticity and do not move.
    const full = new Float64Array(now.length);
    for (const [i, c] of usable.entries()) full[c] = draw[i]! * grown[i]!;
    return full;
  };
  return new Map([...drawn].map(([way, draws]) => [way, draws.map(placed)]));
}

/** Moves of one channel to an end of its bounds, which the others pay or share in proportion to their spend. */
function oneAgainstOthers(from: readonly number[], bounds: readonly Bounds[], usable: readonly number[]): number[][] {
  const others = (one: number): number => sumOf(usable.filter((c) => c !== one).map((c) => from[c]!));
  return usable.flatMap((one) =>
    [bounds[one]!.low, bounds[one]!.high].map((wanted) => {
      const rest = others(one);
      // The others stay within their bounds, too: all have the same largest move.
      const moved = Math.max(-LARGEST_MOVE * rest, Math.min(LARGEST_MOVE * rest, wanted - from[one]!));
      return from.map((spend, c) =>
        c === one ? spend + moved : usable.includes(c) ? spend * (1 - moved / rest) : spend,
      );
    }),
  );
}

/** Moves of as much as the bounds allow from one channel to another. */
function pairSplits(from: readonly number[], bounds: readonly Bounds[], usable: readonly number[]): number[][] {
  return usable.flatMap((giver) =>
    usable.flatMap((taker) => {
      if (giver === taker) return [];
      const moved = Math.min(from[giver]! - bounds[giver]!.low, bounds[taker]!.high - from[taker]!);
      return [from.map((spend, c) => (c === giver ? spend - moved : c === taker ? spend + moved : spend))];
    }),
  );
}

const fewChannels = (usable: number): Refusal | null =>
  usable >= 2 ? null : { code: 'too_few_channels', reason: `${usable} channels can be told apart; a split needs 2.` };

/** The part of revenue by which it changes. */
function changed(draw: Float64Array, from: readonly number[], to: readonly number[]): number {
  let sum = 0;
  for (let c = 0; c < draw.length; c++) if (draw[c]! > 0) sum += changedPart(draw[c]!, from[c]!, to[c]!);
  return sum;
}

/** The mean over all ways, and an interval that holds the intervals of all of them. */
function changeOf(ways: ReadonlyMap<Way, ElasticityDraws>, of: (draw: Float64Array) => number): Change {
  const values = [...ways.values()].map((draws) => draws.map(of));
  const intervals = values.map((own) => middleOf(own, LEVEL));
  const all = values.flat();
  return {
    value: sumOf(all) / all.length,
    low: Math.min(...intervals.map(({ low }) => low)),
    high: Math.max(...intervals.map(({ high }) => high)),
  };
}

/** How far each channel may move in one step. */
function boundsOf(spend: number, refusal: Refusal | null): Bounds {
  return refusal === null
    ? { low: spend * (1 - LARGEST_MOVE), high: spend * (1 + LARGEST_MOVE) }
    : { low: spend, high: spend };
}
