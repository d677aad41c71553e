/**
 * Money is an integer number of micros of the currency unit: 149.99 USD is 149_990_000, 500 JPY is 500_000_000.
 * On the wire it is a decimal in major units, as a string or a number. It is parsed digit by digit, so that no amount is
 * rounded by a binary fraction.
 */

import { currencyDecimals } from './currencies.ts';
import type { Problem } from './errors.ts';

export const MICROS_PER_UNIT = 1_000_000;
const MICRO_DECIMALS = 6;
/** 2^53 - 1: the largest integer that a double, JSON and the engines all hold exactly. */
export const MAX_MICROS = Number.MAX_SAFE_INTEGER;

/** Takes more digits than any double prints, so that a number is refused for its size or its decimals, not for its form. */
const DECIMAL = /^([+-]?)(\d{1,400})(?:\.(\d{1,400}))?$/;

/**
 * Parses a decimal into an integer scaled by 10^`scale`.
 * @param max_decimals the most decimals that are accepted; trailing zeros do not count.
 * @returns the integer, or the reason for the refusal, without the field's name.
 */
export function parseScaledDecimal(value: unknown, scale: number, max_decimals: number, unit: string): number | string {
  if (typeof value === 'number' && !Number.isFinite(value))
    return `${value} is not a number; send a decimal such as "149.99"`;
  if (typeof value !== 'number' && typeof value !== 'string')
    return 'must be a decimal string or a number, such as "149.99"';
  const text = typeof value === 'number' ? plainDecimal(value) : value.trim();
  const match = DECIMAL.exec(text);
  if (!match) return `${quote(text)} is not a decimal; send digits with an optional point, such as "149.99"`;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > max_decimals) {
    return `${quote(text)} has ${fraction.length} decimals, ${unit} takes ${max_decimals}; round it before sending`;
  }
  const scaled = BigInt(match[2] + fraction.padEnd(scale, '0'));
  if (scaled > BigInt(MAX_MICROS)) return `${quote(text)} is too large; the limit is ${MAX_MICROS / 10 ** scale}`;
  const number = Number(scaled);
  return match[1] === '-' && number !== 0 ? -number : number;
}

/** Parses an amount of `currency` into micros. It refuses more decimals than ISO 4217 gives the currency. */
export function parseMicros(field: string, value: unknown, currency: string, max_decimals?: number): number | Problem {
  const decimals = max_decimals ?? currencyDecimals(currency) ?? 2;
  const micros = parseScaledDecimal(
    value,
    MICRO_DECIMALS,
    decimals,
    max_decimals === undefined ? currency : 'this field',
  );
  return typeof micros === 'number' ? micros : { field, reason: micros };
}

/** Micros as a decimal string with six decimals: 74995000 -> "74.995000". */
export function formatMicros(micros: bigint | number): string {
  const value = BigInt(micros);
  const digits = (value < 0n ? -value : value).toString().padStart(MICRO_DECIMALS + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -MICRO_DECIMALS)}.${digits.slice(-MICRO_DECIMALS)}`;
}

const CENT = 10_000n;

/** An amount in a sentence, such as "1,204.50": two decimals, rounded half away from zero. */
export function amountInWords(micros: bigint): string {
  const cents = (micros + (micros < 0n ? -CENT : CENT) / 2n) / CENT;
  const [whole, decimals] = formatMicros(cents * CENT)
    .slice(0, -4)
    .split('.');
  return `${grouped(whole!)}.${decimals}`;
}

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',');

/** A count in a sentence, such as "1,204". */
export const countInWords = (count: number): string => grouped(String(count));

/** {@link amountInWords} with its currency, such as "1,204.50 EUR". */
export const moneyInWords = (micros: bigint, currency: string): string => `${amountInWords(micros)} ${currency}`;

/** An amount in an answer: `NAME_micros`, and `NAME` as a decimal. */
export function money(name: string, micros: bigint): Record<string, string> {
  return { [`${name}_micros`]: micros.toString(), [name]: formatMicros(micros) };
}

/** The same of an amount that may be unknown. */
export const moneyOrNull = (name: string, micros: bigint | null): Record<string, string | null> =>
  micros === null ? { [`${name}_micros`]: null, [name]: null } : money(name, micros);

/**
 * numerator / denominator, rounded half away from zero to six decimals, as an integer of millionths. Every rate and average is
 * made by this function. Null when the denominator is zero.
 */
export function ratioMillionths(numerator: bigint | number, denominator: bigint | number): bigint | null {
  const d = BigInt(denominator);
  if (d === 0n) return null;
  const n = BigInt(numerator) * 1_000_000n * (d < 0n ? -1n : 1n);
  const abs_d = d < 0n ? -d : d;
  const abs = n < 0n ? -n : n;
  const rounded = (2n * abs + abs_d) / (2n * abs_d);
  return n < 0n ? -rounded : rounded;
}

/** {@link ratioMillionths} as a JSON number with at most six decimals. */
export function ratio(numerator: bigint | number, denominator: bigint | number): number | null {
  const millionths = ratioMillionths(numerator, denominator);
  return millionths === null ? null : Number(formatMicros(millionths));
}

/** Micros divided by a count, as a decimal string of major units; null when the count is zero. */
export function microsPer(micros: bigint | number, count: bigint | number): string | null {
  const value = ratioMillionths(micros, BigInt(count) * 1_000_000n);
  return value === null ? null : formatMicros(value);
}

/** The shortest decimal that a double prints as, without an exponent. */
function plainDecimal(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  const [mantissa = '', exponent = '0'] = text.split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const shift = Number(exponent);
  if (shift >= 0) return sign + whole + fraction.padEnd(shift, '0');
  return `${sign}0.${'0'.repeat(-shift - 1)}${whole}${fraction}`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
