/** The moves of credit of a flow between groups of channels, order by order, for intervals. */
import type { Random } from '../../../domain/random.ts';
import { scorerOf } from '../credit.ts';
import type { HazardFit } from '../fit.ts';
import { type Histories, touchesSeen } from '../histories.ts';
import { type Flow, type FoundFlow, movesOf } from './flow.ts';

export interface UncertainFlow {
  readonly flow: Flow;
  readonly found: readonly FoundFlow[];
}

/** By order: the part of a group's credit that moves to another group. `pair` is the place of the flow in `found`. */
export type FlowOfOrders = readonly (readonly {
  readonly from: number;
  readonly to: number;
  readonly part: number;
  readonly pair: number;
}[])[];

/** Within a group, credit is shared among touches as the fit itself shares it, in every draw. */
export function flowOfOrders(
  fit: HazardFit,
  { flow, found }: UncertainFlow,
  histories: Histories,
  orders: readonly { readonly person: number; readonly T: number }[],
): FlowOfOrders {
  const { plan } = fit;
  const scorer = scorerOf(fit);
  const groupOf = (code: number): number => plan.group_of[code]!;
  const channelOf = (code: number): string => flow.channels[flow.channel_of[code]!]!;
  const shares = new Float64Array(plan.groups.length);
  return orders.map(({ person, T }) => {
    const { from: first, to: end } = touchesSeen(plan, histories, person, T);
    const codes = histories.touch_state.subarray(first, end);
    const ages_ms = histories.touch_ms.subarray(first, end).map((at) => T - at);
    const moves = movesOf(flow, { codes, ages_ms });
    if (moves.length === 0) return [];
    const own = ages_ms.map((age_ms, i) => scorer.share(groupOf(codes[i]!), age_ms));
    shares.fill(0);
    for (let i = 0; i < codes.length; i++) shares[groupOf(codes[i]!)]! += own[i]!;
    return moves.map(({ from, to, part }) => ({
      from: groupOf(codes[from]!),
      to: groupOf(codes[to]!),
      part: (part * own[from]!) / shares[groupOf(codes[from]!)]!,
      pair: found.findIndex((one) => one.from === channelOf(codes[to]!) && one.into === channelOf(codes[from]!)),
    }));
  });
}

/** By found flow: a factor near 1 that varies as the estimate of the flow does. */
export function drawnFlows({ found }: UncertainFlow, random: Random): number[] {
  return found.map(({ share, share_low, share_high }) =>
    // The bounds are two standard errors below and above.
    Math.max(0, random.normal(1, (share_high - share_low) / (4 * share))),
  );
}
