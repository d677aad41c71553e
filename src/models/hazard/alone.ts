/** What a fit says a holdout of each channel would measure: the orders that are lost without that channel alone. */
import { scorerOf } from './credit.ts';
import type { HazardFit } from './fit.ts';
import { type Flow, movesOf, SHARED } from './flow/flow.ts';
import type { Histories } from './histories.ts';
import type { HazardPath } from './scorer.ts';
import { ordersOf, pathReader, touchCredit } from './totals.ts';

/**
 * The part of all orders that is lost without each channel alone, at least 0. Without a channel, its own touches are missing and those
 * that it brought. Where effects add up and no channel brings another, this is its Shapley value.
 * @param channelOf the channel of a state.
 */
export function lostAlone(
  fit: HazardFit,
  histories: Histories,
  flow: Flow | undefined,
  channelOf: (state: string) => string,
): Map<string, number> {
  const channel_of = fit.plan.states.map(channelOf);
  const scorer = scorerOf(fit);
  const creditOf = touchCredit(fit);
  const pathOf = pathReader(fit, histories);
  const sums = new Map(channel_of.map((channel) => [channel, 0]));
  const add = (channel: string, part: number): void => {
    sums.set(channel, sums.get(channel)! + part);
  };
  let orders = 0;
  for (const { person, T } of ordersOf(histories)) {
    orders++;
    const path = pathOf(person, T);
    if (path.codes.length === 0) continue;
    const all = scorer.logRatio(path);
    for (const channel of new Set(Array.from(path.codes, (code) => channel_of[code]!)))
      add(channel, -Math.expm1(scorer.logRatio(without(path, channel, channel_of)) - all));
    if (flow !== undefined)
      for (const { to, lost } of lostWith(flow, creditOf, path)) add(channel_of[path.codes[to]!]!, lost);
  }
  return new Map([...sums].map(([channel, sum]) => [channel, orders > 0 ? Math.max(0, sum) / orders : 0]));
}

function without(path: HazardPath, channel: string, channel_of: readonly string[]): HazardPath {
  const kept = Array.from(path.codes, (_, i) => i).filter((i) => channel_of[path.codes[i]!] !== channel);
  return { ...path, codes: kept.map((i) => path.codes[i]!), ages_ms: kept.map((i) => path.ages_ms[i]!) };
}

/** What is lost without touch `to` because it brought another touch: the whole part, of which credit moves only half. */
function lostWith(
  flow: Flow,
  creditOf: (path: HazardPath) => Float64Array,
  path: HazardPath,
): { to: number; lost: number }[] {
  const moves = movesOf(flow, path);
  if (moves.length === 0) return [];
  const credit = creditOf(path);
  return moves.map(({ from, to, part }) => ({ to, lost: (part / SHARED) * credit[from]! }));
}
