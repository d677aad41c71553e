/** What training gives: the content of an artifact, and the card that says how far to trust it. */
import type { Card, Check, Content, Gate } from '../artifacts/artifact.ts';

/** What every card says, since no fit on what happened can know what would have happened otherwise. */
export const NOT_CAUSAL = 'model-based, not causal: nothing here was checked against holdouts';

export interface Trained {
  family: string;
  content: Content;
  card: Card;
}

/** A condition with its bound. A value that could not be measured does not pass. */
export function check(
  name: string,
  value: number | null,
  bound: { at_least?: number; at_most?: number; more_than?: number },
  message: string,
): Check {
  const { at_least, at_most, more_than } = bound;
  const passed =
    value !== null &&
    Number.isFinite(value) &&
    (at_least === undefined || value >= at_least) &&
    (at_most === undefined || value <= at_most) &&
    (more_than === undefined || value > more_than);
  const required = [
    ...(at_least === undefined ? [] : [`at least ${at_least}`]),
    ...(more_than === undefined ? [] : [`more than ${more_than}`]),
    ...(at_most === undefined ? [] : [`at most ${at_most}`]),
  ].join(', ');
  return { check: name, value, required, passed, message: `${message}; required: ${required}` };
}

export function gateOf(checks: Check[]): Gate {
  return { passed: checks.every(({ passed }) => passed), checks };
}
