/** Instants of a generated world: an anchor, or an anchor moved by something that a rule looks at, give or take 1 ms. */
import fc from 'fast-check';

export const FIRST_MS = Date.UTC(2026, 0, 1);
/** The last millisecond of March. */
export const LAST_MS = Date.UTC(2026, 3, 1) - 1;

const MINUTE = 60_000;

export interface TimeDraft {
  anchor: number;
  shift: number;
  off: number;
}

/** Back by a window, a visit's half hour, a gap between journeys; a little on; or not at all. Minutes. */
const TOUCH_SHIFTS = [
  [0, 0, 0, -10, -10, -20, -30, -30, -40, -60, 10, 30],
  [-1, -1, -2, -5, -7, -7, -14, -29, -30, -31, -60, 1, 30].map((days) => days * 1_440),
  [-1_440 + 10, -7 * 1_440 + 30, -30 * 1_440 + 30],
].flat();

/** Orders stand at the anchors or soon after, so that there is something before them. */
const ORDER_SHIFTS = [0, 0, 0, 0, 10, 30, 1_440, 7 * 1_440, 30 * 1_440, -1_440];

/** Adjustments come weeks later, or at once, or by mistake before the order. */
const ADJUSTMENT_SHIFTS = [0, 0, 10, 1_440, 7 * 1_440, 14 * 1_440, 30 * 1_440, 45 * 1_440, -1_440];

const timesOf = (shifts: number[]): fc.Arbitrary<TimeDraft> =>
  fc.record({
    anchor: fc.nat(4),
    shift: fc.constantFrom(...shifts).map((minutes) => minutes * MINUTE),
    off: fc.constantFrom(0, 0, 0, 0, 1, -1),
  });

export const times = timesOf(TOUCH_SHIFTS);
export const orderTimes = timesOf(ORDER_SHIFTS);
export const adjustmentTimes = timesOf(ADJUSTMENT_SHIFTS);

/** The instant on the wire, kept within the three months. */
export function timeOf({ anchor, shift, off }: TimeDraft, bases: number[]): string {
  const instant_ms = bases[anchor % bases.length]! + shift + off;
  return new Date(Math.min(Math.max(instant_ms, FIRST_MS), LAST_MS)).toISOString();
}
