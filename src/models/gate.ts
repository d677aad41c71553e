/** The gate: the checks that a fit must pass before reports use it. Every check is listed, also the ones that passed. */

export interface Check {
  check: string;
  /** Null where it could not be measured. */
  value: number | null;
  /** The bound as text: `at least 1000`. */
  required: string;
  passed: boolean;
  /** Names the value and the bound. */
  message: string;
}

export interface Gate {
  passed: boolean;
  checks: Check[];
}

/** The values that pass. A `below` of null means that there is nothing to compare with; then the check fails. */
export type Bound =
  | { readonly at_least: number }
  | { readonly at_most: number }
  | { readonly below: number | null }
  | { readonly between: readonly [low: number, high: number] };

/**
 * One check. A value that could not be measured does not pass.
 * @param say the message, given whether the value passed and what is required.
 */
export function check(
  name: string,
  value: number | null,
  bound: Bound,
  say: (passed: boolean, required: string) => string,
): Check {
  const passed = value !== null && Number.isFinite(value) && isWithin(value, bound);
  const required = inWords(bound);
  return { check: name, value, required, passed, message: say(passed, required) };
}

export function gateOf(checks: Check[]): Gate {
  return { passed: checks.every(({ passed }) => passed), checks };
}

/** The messages of the checks that did not pass, as one line; empty where all passed. */
export function lacksOf({ checks }: Gate): string {
  return checks
    .filter(({ passed }) => !passed)
    .map(({ message }) => message.replace(/\.$/, ''))
    .join('; ');
}

function isWithin(value: number, bound: Bound): boolean {
  if ('at_least' in bound) return value >= bound.at_least;
  if ('at_most' in bound) return value <= bound.at_most;
  if ('below' in bound) return bound.below !== null && value < bound.below;
  return value >= bound.between[0] && value <= bound.between[1];
}

function inWords(bound: Bound): string {
  if ('at_least' in bound) return `at least ${bound.at_least}`;
  if ('at_most' in bound) return `at most ${bound.at_most}`;
  if ('below' in bound) return bound.below === null ? '' : `below ${shown(bound.below)}`;
  return `${bound.between[0]} to ${bound.between[1]}`;
}

/** Four significant digits. */
export function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
