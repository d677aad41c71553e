/**
 * Signs of a passing intent to buy. Somebody who is in the market for a few days searches, visits and clicks more, and also
 * orders more. Their touches predict orders without causing them. Such a common cause brings touches of different channels
 * close together in both orders of time. A channel that sends people to another one brings the other one only later.
 */
import { MS_PER_DAY } from '../../domain/time.ts';
import { type Histories, peopleOf, upperBound } from './histories.ts';

/** Two touches within NEAR_MS may share a spell of intent. Two touches FAR_FROM_MS to FAR_TO_MS apart show the usual rate. */
const NEAR_MS = 2 * MS_PER_DAY;
const FAR_FROM_MS = 7 * MS_PER_DAY;
const FAR_TO_MS = 14 * MS_PER_DAY;

/** A touch within this time after a touch of a feeding group may have been brought by it. */
const FED_MS = 4 * MS_PER_DAY;

/** One touch is compared with at most this many touches after it. A person hardly has more within two weeks. */
const MOST_AHEAD = 300;

/** Input for counting pairs. Two touches closer than `guard_ms` count as one. */
interface Counted {
  readonly histories: Histories;
  readonly groups: number;
  readonly group_of: readonly number[];
  readonly guard_ms: number;
  readonly people_leave: boolean;
}

/**
 * How strongly a touch of each group shows a spell of intent: loadings r, such that r_c r_d is the rise of d's rate near c
 * over the same person's usual rate, in both directions of time. 0 for a group whose rate rises near no other group.
 *
 * If A brings both B and C, B and C co-occur without intent. So a touch that follows a touch of a feeding group within FED_MS
 * starts no pair.
 */
export function intentLoadings(counted: Counted): number[] {
  const { groups } = counted;
  const all = countPairs(counted);
  const feeds = (first: number, then: number) =>
    riseAfter(all, groups, first, then, -2) > Math.max(0, riseAfter(all, groups, then, first, 2));
  const feeders = Array.from({ length: groups }, (_, then) =>
    Array.from({ length: groups }, (_, first) => first !== then && feeds(first, then)),
  );
  const pairs = countPairs(counted, feeders);
  const rise = new Float64Array(groups * groups);
  const weight = new Float64Array(groups * groups);
  for (let c = 0; c < groups; c++)
    for (let d = 0; d < c; d++) {
      // Where one group feeds the other, a common cause looks the same as that effect.
      if (feeders[c]![d] || feeders[d]![c]) continue;
      // The weaker direction counts: a rise in one direction only is an effect of one group on the other.
      const both = Math.min(riseAfter(pairs, groups, c, d, -2), riseAfter(pairs, groups, d, c, -2));
      const seen = Math.min(pairs.far[c * groups + d]!, pairs.far[d * groups + c]!);
      for (const cell of [c * groups + d, d * groups + c]) {
        rise[cell] = Math.max(0, both);
        weight[cell] = seen;
      }
    }
  const loadings = oneFactor(rise, weight, groups);
  // If `first` shows intent and brings `then`, a touch of `then` shows that intent in the part of cases that `first` brought.
  return loadings.map((own, then) => {
    const inherited = loadings.map((loading, first) =>
      feeders[then]![first] ? loading * broughtPart(all, groups, first, then) : 0,
    );
    return Math.max(own, ...inherited);
  });
}

/** The part of the touches of `then` that come soon after `first`, beyond the usual rate. */
function broughtPart(pairs: Pairs, groups: number, first: number, then: number): number {
  const cell = first * groups + then;
  const usual = (pairs.far[cell]! / pairs.far_ms[first]!) * pairs.near_ms[first]!;
  return Math.min(1, Math.max(0, pairs.near[cell]! - usual) / pairs.touches[then]!);
}

interface Pairs {
  /** At [first * groups + then]: how often `then` follows near or far after `first`. */
  readonly near: Float64Array;
  readonly far: Float64Array;
  /** How long people were observed near and far after touches of `first`. */
  readonly near_ms: Float64Array;
  readonly far_ms: Float64Array;
  readonly touches: Float64Array;
}

function countPairs(counted: Counted, feeders?: readonly (readonly boolean[])[]): Pairs {
  const { histories, groups, group_of, guard_ms } = counted;
  const near = new Float64Array(groups * groups);
  const far = new Float64Array(groups * groups);
  const near_ms = new Float64Array(groups);
  const far_ms = new Float64Array(groups);
  const touches = new Float64Array(groups);
  const { touch_ms, touch_state, touch_offsets } = histories;
  for (let p = 0; p < peopleOf(histories); p++) {
    const end = endOf(counted, p);
    const to = touch_offsets[p + 1]!;
    for (let i = touch_offsets[p]!; i < to && touch_ms[i]! < end; i++) {
      const c = group_of[touch_state[i]!]!;
      if (onTheWay(counted, p, touch_ms[i]!)) continue;
      if (feeders && isFed(counted, i, touch_offsets[p]!, feeders[c]!)) continue;
      touches[c]!++;
      const left = end - touch_ms[i]!;
      near_ms[c]! += Math.max(0, Math.min(left, NEAR_MS) - guard_ms);
      far_ms[c]! += Math.max(0, Math.min(left, FAR_TO_MS) - FAR_FROM_MS);
      for (let j = i + 1; j < Math.min(to, i + MOST_AHEAD); j++) {
        const lag = touch_ms[j]! - touch_ms[i]!;
        if (lag > FAR_TO_MS || touch_ms[j]! >= end) break;
        if (onTheWay(counted, p, touch_ms[j]!)) continue;
        const cell = c * groups + group_of[touch_state[j]!]!;
        if (lag > guard_ms && lag <= NEAR_MS) near[cell]!++;
        else if (lag > FAR_FROM_MS) far[cell]!++;
      }
    }
  }
  return { near, far, near_ms, far_ms, touches };
}

/**
 * True if an order follows within the guard. Such a touch belongs to the buying visit and has the same cause as the order, so
 * it shows no intent.
 */
function onTheWay({ histories, guard_ms }: Counted, person: number, at_ms: number): boolean {
  const to = histories.order_offsets[person + 1]!;
  const next = upperBound(histories.order_ms, at_ms - 1, histories.order_offsets[person]!, to);
  return next < to && histories.order_ms[next]! - at_ms <= guard_ms;
}

/** The end of the time in which a person could be touched. */
function endOf({ histories, people_leave }: Counted, person: number): number {
  const order = histories.order_offsets[person]!;
  if (!people_leave || order === histories.order_offsets[person + 1]!) return histories.end_ms;
  return Math.min(histories.order_ms[order]!, histories.end_ms);
}

/** True if a touch comes soon after a touch of a group that feeds its own group. */
function isFed({ histories, group_of }: Counted, touch: number, first: number, feeders: readonly boolean[]): boolean {
  const since = histories.touch_ms[touch]! - FED_MS;
  for (let i = touch - 1; i >= first && histories.touch_ms[i]! >= since; i--)
    if (feeders[group_of[histories.touch_state[i]!]!]) return true;
  return false;
}

/** The rise of the rate of `then` soon after `first`, as a part of its usual rate, plus that number of standard errors. */
function riseAfter(pairs: Pairs, groups: number, first: number, then: number, errors: number): number {
  const cell = first * groups + then;
  const near_ms = pairs.near_ms[first]!;
  const far_ms = pairs.far_ms[first]!;
  if (near_ms <= 0 || far_ms <= 0) return 0;
  const usual = (pairs.far[cell]! / far_ms) * near_ms;
  const error = Math.sqrt(pairs.near[cell]! + usual * (near_ms / far_ms) + 1);
  return (pairs.near[cell]! - usual + errors * error) / (usual + 1);
}

/** Loadings r >= 0 with r_c r_d close to the rise of (c, d), c != d, by alternating weighted least squares. */
function oneFactor(rise: Float64Array, weight: Float64Array, groups: number): number[] {
  // With two groups only the product of the loadings is known. Equal starting values keep the two loadings equal.
  let r = Array.from({ length: groups }, (_, c) =>
    Math.sqrt(Math.max(0, ...rise.subarray(c * groups, (c + 1) * groups))),
  );
  for (let turn = 0; turn < 100; turn++)
    r = r.map((old, c) => {
      let top = 0;
      let bottom = 1e-9;
      for (let d = 0; d < groups; d++) {
        if (d === c) continue;
        top += weight[c * groups + d]! * rise[c * groups + d]! * r[d]!;
        bottom += weight[c * groups + d]! * r[d]! ** 2;
      }
      // Half steps, because full steps oscillate where there are two groups.
      return (old + top / bottom) / 2;
    });
  return r;
}
