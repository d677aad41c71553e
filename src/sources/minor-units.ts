/** Amounts that a provider sends as whole numbers of the smallest unit, and signs of amounts: by digits, never by binary fractions. */
import { currencyDecimals } from '../domain/currencies.ts';
import { text } from './fields.ts';
import { Unusable } from './source.ts';

/** Decimals of currencies where a provider departs from ISO 4217. */
export type Decimals = Readonly<Record<string, number>>;

/** The code of a currency in upper case. @throws Unusable naming the field. */
export function currencyOf(value: unknown, field: string): string {
  const code = text(value)?.toUpperCase();
  if (code === undefined || !/^[A-Z]{3}$/.test(code)) throw new Unusable(`${field}: is no currency of three letters`);
  return code;
}

/** A whole number of smallest units. @throws Unusable naming the field. */
export function wholeUnits(value: unknown, field: string): bigint {
  const digits = text(value);
  if (digits === undefined || !/^-?\d{1,18}$/.test(digits)) throw new Unusable(`${field}: is no whole number`);
  return BigInt(digits);
}

/** 12345 smallest units of a currency as a decimal: "123.45" in USD, "12345" in JPY, "12.345" in KWD. */
export function majorUnits(units: bigint, currency: string, own: Decimals = {}): string {
  const decimals = own[currency] ?? currencyDecimals(currency) ?? 2;
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  const amount = decimals === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return units < 0n ? `-${amount}` : amount;
}

const SCALE = 6;
const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d{1,6})0*)?$/;

/** A decimal in millionths. @throws Unusable naming the field. */
export function millionths(value: unknown, field: string): bigint {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text(value) ?? '') ?? [];
  if (whole === undefined) throw new Unusable(`${field}: is no decimal amount`);
  const size = BigInt(whole + fraction.padEnd(SCALE, '0'));
  return sign === '-' ? -size : size;
}

/** Millionths as a decimal without needless zeros: 12500000 is "12.5". */
export function decimalOf(size: bigint): string {
  const digits = (size < 0n ? -size : size).toString().padStart(SCALE + 1, '0');
  const fraction = digits.slice(-SCALE).replace(/0+$/, '');
  return `${size < 0n ? '-' : ''}${digits.slice(0, -SCALE)}${fraction === '' ? '' : `.${fraction}`}`;
}
