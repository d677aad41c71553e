/**
 * Reads JSON without rounding numbers. `JSON.parse` makes a double of each number, so two ids of 18 digits can become one. A number
 * that a double cannot hold is kept as {@link InexactNumber}, and the record that it stands in decides what to do with it.
 */
import { randomUUID } from 'node:crypto';
import { MAX_JSON_DEPTH } from './fields.ts';

/** A number as it was written, because a double would change it. */
export class InexactNumber {
  constructor(readonly literal: string) {}

  /** The number for a message: at most 40 characters. */
  get shown(): string {
    return this.literal.length > 40 ? `${this.literal.slice(0, 40)}…` : this.literal;
  }
}

/** Every number that a double may not hold has 16 characters of digits and point in a row, or a large exponent. */
const MAY_BE_INEXACT = /[\d.]{16}|\d[eE][-+]?\d{3}/;
const NUMBER = /[-+\d.eE]+/y;
/** Numbers are marked as texts while a text is parsed. No sender can guess the mark. */
const MARK = `number ${randomUUID()} `;

/**
 * The value of a JSON text. Numbers that a double would change are {@link InexactNumber}, down to the depth that records may have.
 * The work grows with the length of the text.
 * @throws SyntaxError as JSON.parse does.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!hasInexact(text)) return value;
  const marked = withTexts(text, MARK);
  return marked === undefined ? value : withoutMarks(JSON.parse(marked), 0);
}

/**
 * The value of a JSON text, in which each number that a double would change is a text of its digits. For files, whose fields are
 * turned into the types of a record later.
 * @throws SyntaxError as JSON.parse does.
 */
export function parseWithDigits(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!hasInexact(text)) return value;
  const quoted = withTexts(text, '');
  return quoted === undefined ? value : JSON.parse(quoted);
}

/** The value of {@link parseJson} with its inexact numbers as texts of their digits. */
export function withDigits(value: unknown): unknown {
  if (value instanceof InexactNumber) return value.literal;
  if (Array.isArray(value)) return value.map(withDigits);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withDigits(part)]));
}

/** True if a number of a valid JSON text may be one that a double changes. It looks at numbers only, which are a small part of most texts. */
function hasInexact(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code >= ZERO && code <= NINE) {
      let end = at + 1;
      let has_exponent = false;
      for (let next = text.charCodeAt(end); isOfNumber(next); next = text.charCodeAt(end)) {
        if (next === 101 || next === 69) has_exponent = true;
        end += 1;
      }
      // Shorter ones the pattern cannot find.
      if ((has_exponent || end - at >= 16) && MAY_BE_INEXACT.test(text.slice(at, end))) return true;
      at = end;
    }
  }
  return false;
}

/** True for digits, `.`, `e`, `E`, `-` and `+`. */
function isOfNumber(code: number): boolean {
  return (code >= ZERO && code <= NINE) || code === 46 || code === 101 || code === 69 || code === MINUS || code === 43;
}

/** A valid JSON text with its inexact numbers as texts behind a mark; undefined when it has none. */
function withTexts(text: string, mark: string): string | undefined {
  let marked = '';
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      NUMBER.lastIndex = at;
      const literal = NUMBER.exec(text)![0];
      if (isInexact(literal)) {
        marked += `${text.slice(copied, at)}"${mark}${literal}"`;
        copied = at + literal.length;
      }
      at += literal.length - 1;
    }
  }
  return copied === 0 ? undefined : marked + text.slice(copied);
}

function withoutMarks(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? new InexactNumber(value.slice(MARK.length)) : value;
  // A value that is nested deeper is refused as a whole.
  if (typeof value !== 'object' || value === null || depth > MAX_JSON_DEPTH + 2) return value;
  const parts = value as Record<string, unknown>;
  for (const key of Object.keys(parts)) {
    const [before, after] = [parts[key], withoutMarks(parts[key], depth + 1)];
    if (after !== before) parts[key] = after;
  }
  return value;
}

/** The most digits for which `toPrecision` prints a double. */
const MAX_PRECISION = 100;
/** A longer number is refused without a look. */
const MAX_LITERAL = 400;

/**
 * True if a double changes the number. Whole numbers must stay exactly as they are, because they may be ids. A number with a point
 * or an exponent may also have all the digits that programs print for a double, as in 49.990000000000002 for 49.99.
 */
function isInexact(literal: string): boolean {
  if (!MAY_BE_INEXACT.test(literal)) return false;
  if (literal.length > MAX_LITERAL) return true;
  const value = Number(literal);
  if (!Number.isFinite(value)) return true;
  const written = scientific(literal);
  if (isSame(written, scientific(String(value)))) return false;
  if (value === 0 || /^-?\d+$/.test(literal) || written.digits.length > MAX_PRECISION) return true;
  return !isSame(written, scientific(value.toPrecision(written.digits.length)));
}

interface Scientific {
  digits: string;
  exponent: number;
}

function isSame(one: Scientific, other: Scientific): boolean {
  return one.digits === other.digits && one.exponent === other.exponent;
}

/** The significant digits of a decimal, and the power of ten of the first one. Zero has no digits. */
function scientific(literal: string): Scientific {
  const [mantissa = '', power = '0'] = literal.replace(/^-/, '').split(/e/i);
  const [whole = '', fraction = ''] = mantissa.split('.');
  const all = whole + fraction;
  const leading = /^0*/.exec(all)![0].length;
  const digits = all.slice(leading).replace(/0+$/, '');
  return { digits, exponent: digits === '' ? 0 : Number(power) + whole.length - leading };
}

const [QUOTE, BACKSLASH, MINUS, ZERO, NINE] = [34, 92, 45, 48, 57];

/** The place of the quote that closes the string at `start`, or the end of the text. */
export function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}
