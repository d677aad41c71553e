/**
 * Weight expressions for a touch in memory. A number comes with a bound of its distance to the number that an engine computes:
 * `+ - * /`, comparisons, sqrt, floor and the like are the same everywhere, while pow, exp and ln differ by library in their last
 * bits. Whatever the bound does not decide is open, and then the engine has to compute the weight. docs/semantics.md 7.
 */

/** One touch, and the state of a computation about it. */
export interface TouchValues {
  k: number;
  n: number;
  age_days: number;
  texts: Readonly<Record<string, string | null>>;
  settings: Readonly<Record<string, number>>;
  /** How far the last number may be from that of an engine. */
  error: number;
  /** Set once the engine has to decide. Numbers mean nothing then. */
  is_open: boolean;
}

export type NumberOf = (touch: TouchValues) => number;
export type ConditionOf = (touch: TouchValues) => boolean;
export type TextOf = (touch: TouchValues) => string | null;

/** Sums of two rounded numbers round once more in each library. */
const ROUNDING = 2 ** -52;
/** Two libraries differ by less than this, relative to the number: four units in the last place. */
export const LIBRARY_ERROR = 2 ** -50;
/** Numbers below this lose digits, so a relative bound does not hold for them. */
const LEAST = 1e-280;
/** Numbers above this may be infinite in another library. */
const MOST = 1e300;
/** First-order bounds are doubled, and hold for arguments that are known this well. */
const MOST_ERROR = 2 ** -20;

/** A number with a bound. */
function within(touch: TouchValues, value: number, error: number): number {
  if (!Number.isFinite(value) || !Number.isFinite(error)) touch.is_open = true;
  if (error > 0) {
    if (Math.abs(value) < LEAST || Math.abs(value) > MOST) touch.is_open = true;
    touch.error = error + Math.abs(value) * ROUNDING;
  } else touch.error = 0;
  return value;
}

function open(touch: TouchValues): number {
  touch.is_open = true;
  touch.error = 0;
  return Number.NaN;
}

/** A number that every engine has exactly. */
export function exactly(of: (touch: TouchValues) => number): NumberOf {
  return (touch) => {
    touch.error = 0;
    return of(touch);
  };
}

/** The most digits, and digits after the point, with which engines make the same double of a decimal number as this program. */
const MOST_DIGITS = 15;
const MOST_DECIMALS = 22;

export function constant(text: string): NumberOf {
  const value = Number(text);
  const [whole, decimals = ''] = text.replace(/e.*/i, '').split('.') as [string, string?];
  const digits = `${whole}${decimals}`.replace(/^0+/, '').length;
  return digits > MOST_DIGITS || decimals.length > MOST_DECIMALS ? open : exactly(() => value);
}

type Pair = (touch: TouchValues, a: number, a_error: number, b: number, b_error: number) => number;

const pairs = {
  '+': (touch, a, a_error, b, b_error) => within(touch, a + b, a_error + b_error),
  '-': (touch, a, a_error, b, b_error) => within(touch, a - b, a_error + b_error),
  '*': (touch, a, a_error, b, b_error) =>
    within(touch, a * b, a_error * Math.abs(b) + b_error * Math.abs(a) + a_error * b_error),
  '/': (touch, a, a_error, b, b_error) => {
    if (b === 0 || Math.abs(b) <= 2 * b_error) return open(touch);
    const value = a / b;
    return within(touch, value, (2 * (a_error + Math.abs(value) * b_error)) / Math.abs(b));
  },
  least: (touch, a, a_error, b, b_error) => within(touch, Math.min(a, b), Math.max(a_error, b_error)),
  greatest: (touch, a, a_error, b, b_error) => within(touch, Math.max(a, b), Math.max(a_error, b_error)),
  pow: (touch, a, a_error, b, b_error) => {
    if (a_error > 0 && a <= 2 * a_error) return open(touch);
    const relative =
      (a_error === 0 ? 0 : (Math.abs(b) + b_error) * (a_error / a)) +
      (b_error === 0 ? 0 : Math.abs(Math.log(a)) * b_error);
    return fromLibrary(touch, a ** b, relative);
  },
} as const satisfies Record<string, Pair>;

/** A number of a library function, with the relative error that its arguments bring. */
function fromLibrary(touch: TouchValues, value: number, relative: number): number {
  if (!(relative <= MOST_ERROR) || value === 0) return open(touch);
  return within(touch, value, Math.abs(value) * (2 * relative + LIBRARY_ERROR));
}

export function ofPair(name: keyof typeof pairs, left: NumberOf, right: NumberOf): NumberOf {
  const pair: Pair = pairs[name];
  return (touch) => {
    const a = left(touch);
    const a_error = touch.error;
    const b = right(touch);
    return pair(touch, a, a_error, b, touch.error);
  };
}

const singles = {
  minus: (touch, a, error) => within(touch, -a, error),
  abs: (touch, a, error) => within(touch, Math.abs(a), error),
  floor: (touch, a, error) => {
    if (Math.floor(a - error) !== Math.floor(a + error)) return open(touch);
    return within(touch, Math.floor(a), 0);
  },
  sqrt: (touch, a, error) => {
    if (a < 0 || (error > 0 && a <= 2 * error)) return open(touch);
    const root = Math.sqrt(a);
    return within(touch, root, error === 0 ? 0 : error / root);
  },
  exp: (touch, a, error) => fromLibrary(touch, Math.exp(a), error),
  ln: (touch, a, error) => {
    if (a <= 0 || a <= 2 * error) return open(touch);
    const value = Math.log(a);
    return within(touch, value, Math.abs(value) * LIBRARY_ERROR + ROUNDING + (2 * error) / a);
  },
} as const satisfies Record<string, (touch: TouchValues, a: number, error: number) => number>;

export function ofOne(name: keyof typeof singles, operand: NumberOf): NumberOf {
  const single = singles[name];
  return (touch) => {
    const a = operand(touch);
    return single(touch, a, touch.error);
  };
}

/** The functions that an expression may call. */
export function called(name: string, args: readonly NumberOf[]): NumberOf {
  return args.length === 1
    ? ofOne(name as keyof typeof singles, args[0]!)
    : ofPair(name as keyof typeof pairs, args[0]!, args[1]!);
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** A comparison of numbers; it is open for numbers that may as well be equal. */
export function compared(operator: string, left: NumberOf, right: NumberOf): ConditionOf {
  const compare = comparisons[operator]!;
  return (touch) => {
    const a = left(touch);
    const error = touch.error;
    const b = right(touch);
    const both = error + touch.error;
    if (both > 0 && Math.abs(a - b) <= 2 * both) touch.is_open = true;
    return compare(a, b);
  };
}

/** The first value whose condition holds. */
export function chosen(cases: ReadonlyArray<readonly [ConditionOf, NumberOf]>, otherwise: NumberOf): NumberOf {
  return (touch) => {
    for (const [condition, value] of cases) {
      const holds = condition(touch);
      if (touch.is_open) return open(touch);
      if (holds) return value(touch);
    }
    return otherwise(touch);
  };
}
