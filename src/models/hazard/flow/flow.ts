/**
 * Credit that flows back: a touch that another channel brought shares its credit with it. Without the email there would be no
 * visit and no order; without the visit there would be no order either. Both are needed, so each gets half (the Shapley value of
 * two players who are worth something only together). The other touches of the path keep what they have.
 */
import { exposureOf } from '../rows.ts';
import type { HazardPath } from '../scorer.ts';

/** Which channels bring which, as it is saved in an artifact. {@link ./fit-flow.ts} learns it. */
export interface Flow {
  readonly version: 1;
  /** A touch brings another one that comes at least `guard_ms` and at most `most_age_ms` after it. */
  readonly guard_ms: number;
  readonly most_age_ms: number;
  readonly half_lives_days: readonly number[];
  readonly channels: readonly string[];
  /** The channel of each state of the fit. */
  readonly channel_of: readonly number[];
  readonly into: readonly FlowInto[];
}

/** What raises the rate of one channel's touches. */
export interface FlowInto {
  readonly channel: number;
  /** By half-life and state: the rise of the log of the rate after a touch, at age 0. */
  readonly effects: readonly (readonly number[])[];
  /** By channel: the part of the rise that is not explained by habits of the week; 0 where no flow from it is proven. */
  readonly proven: readonly number[];
}

/** A flow that was found, for the card. */
export interface FoundFlow {
  readonly from: string;
  readonly into: string;
  /** The share of the touches of `into` that touches of `from` brought, and two standard errors below and above it. */
  readonly share: number;
  readonly share_low: number;
  readonly share_high: number;
  /** The share that is also found when touches are moved by whole weeks. It is a habit and no flow, and it is taken off. */
  readonly habit_share: number;
}

/** The part of a touch's credit that goes to an earlier touch. Both are places in the path. */
export interface Move {
  readonly from: number;
  readonly to: number;
  readonly part: number;
}

/** The part of a brought touch's credit that goes to the touch that brought it. */
export const SHARED = 0.5;

/**
 * The moves of credit within a path, whose touches come oldest first. The part of touch i that earlier touches brought is
 * 1 - e^-x, where x is the sum of their effects on the log of the rate at which touches of its channel come. The earlier
 * touches share it by their effects. Half of each part moves, so a touch keeps at least half of its credit.
 */
export function movesOf(flow: Flow, { codes, ages_ms }: HazardPath): Move[] {
  const moves: Move[] = [];
  for (let i = 1; i < codes.length; i++) {
    const channel = flow.channel_of[codes[i]!];
    const into = channel === undefined ? undefined : flow.into.find((one) => one.channel === channel);
    if (into === undefined) continue;
    const first = moves.length;
    let sum = 0;
    for (let j = i - 1; j >= 0; j--) {
      const lag_ms = ages_ms[j]! - ages_ms[i]!;
      if (lag_ms > flow.most_age_ms) break;
      // Touches of one instant have no order, so neither brings the other.
      const effect = lag_ms <= 0 || lag_ms < flow.guard_ms ? 0 : effectOf(flow, into, codes[j]!, lag_ms);
      if (effect <= 0) continue;
      sum += effect;
      moves.push({ from: i, to: j, part: effect });
    }
    const brought = sum > 0 ? -Math.expm1(-sum) / sum : 0;
    for (let at = first; at < moves.length; at++) {
      const { from, to, part } = moves[at]!;
      moves[at] = { from, to, part: SHARED * brought * part * into.proven[flow.channel_of[codes[to]!]!]! };
    }
  }
  return moves.filter(({ part }) => part > 0);
}

/** The effect of a touch on the log of the rate of `into`, `lag_ms` later. 0 for a state that the flow does not know. */
function effectOf(flow: Flow, into: FlowInto, code: number, lag_ms: number): number {
  const from = flow.channel_of[code];
  if (from === undefined || from === into.channel || into.proven[from] === 0) return 0;
  let sum = 0;
  for (const [h, days] of flow.half_lives_days.entries()) sum += into.effects[h]![code]! * exposureOf(lag_ms, days);
  return sum;
}

/** Moves parts of the credit of touches. All moves are parts of the credit before any of them, so the sum stays. */
export function moveCredit(moves: readonly Move[], credit: Float64Array): void {
  const moved = moves.map(({ from, part }) => credit[from]! * part);
  for (const [at, { from, to }] of moves.entries()) {
    credit[from]! -= moved[at]!;
    credit[to]! += moved[at]!;
  }
}
