/** Amounts as other programs take them: decimal numbers of the currency's minor units, made of exact micros at the very end. */
import { currencyDecimals } from '../domain/currencies.ts';

const MICRO_DECIMALS = 6;

/** Micros in minor units of a currency, rounded half away from zero. A currency that is not known has two decimals. */
export function minorUnits(micros: string | bigint, currency: string): bigint {
  const value = BigInt(micros);
  const unit = 10n ** BigInt(MICRO_DECIMALS - decimalsOf(currency));
  const rounded = ((value < 0n ? -value : value) + unit / 2n) / unit;
  return value < 0n ? -rounded : rounded;
}

/** Micros as a number of the currency: "149990000" USD is 149.99, "500000000" JPY is 500. */
export function amount(micros: string | bigint, currency: string): number {
  return ofUnits(minorUnits(micros, currency), currency);
}

/**
 * By how much an amount changed, as a number of the currency. It is the difference of both rounded amounts, so an amount and all its
 * differences add up to the newest amount as it is sent.
 */
export function amountChange(before_micros: string, after_micros: string, currency: string): number {
  return ofUnits(minorUnits(after_micros, currency) - minorUnits(before_micros, currency), currency);
}

const decimalsOf = (currency: string): number => currencyDecimals(currency) ?? 2;

function ofUnits(units: bigint, currency: string): number {
  const decimals = decimalsOf(currency);
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  const number = Number(`${digits.slice(0, point)}.${digits.slice(point)}`);
  return units < 0n ? -number : number;
}
