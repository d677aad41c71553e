/** Instants of a generated world: an anchor, or an anchor moved by something that a rule looks at, give or take 1 ms. */
import fc from 'fast-check';

export const FIRST_MS = Date.UTC(2026, 0, 1);
/** The last millisecond of March. */
export const LAST_MS = Date.UTC(2026, 3, 1) - 1;

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

export interface TimeDraft {
  anchor: number;
  shift: number;
  off: number;
}

/** Back by a window, a visit's half hour, a gap between journeys; a little on; or not at all. */
const SHIFTS = [
  0, 0, 0, -10 * MINUTE, -20 * MINUTE, -30 * MINUTE, -60 * MINUTE, -DAY, -DAY + 10 * MINUTE, -2 * DAY, -5 * DAY, -7 * DAY,
  -7 * DAY + 30 * MINUTE, -14 * DAY, -30 * DAY, -31 * DAY, 10 * MINUTE, 30 * MINUTE, DAY, 3 * DAY, 30 * DAY,
];

export const times: fc.Arbitrary<TimeDraft> = fc.record({
  anchor: fc.nat(4),
  shift: fc.constantFrom(...SHIFTS),
  off: fc.constantFrom(0, 0, 0, 0, 1, -1),
});

/** The instant on the wire, kept within the three months. */
export function timeOf({ anchor, shift, off }: TimeDraft, bases: number[]): string {
  const instant_ms = bases[anchor % bases.length]! + shift + off;
  return new Date(Math.min(Math.max(instant_ms, FIRST_MS), LAST_MS)).toISOString();
}
