/** Money is whole micros: what was sent is what is counted, or it is refused with the reason. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currencyDecimals, currencyProblem } from '../../src/domain/currencies.ts';
import {
  formatMicros,
  MAX_MICROS,
  microsPer,
  parseMicros,
  parseScaledDecimal,
  ratio,
  ratioMillionths,
} from '../../src/domain/money.ts';
import { refusal } from '../support/read.ts';
import { GOOD } from './wire.ts';

const micros = (value: unknown, currency = 'USD', decimals?: number) =>
  parseMicros('amount', value, currency, decimals);
const reason = (value: unknown, currency = 'USD', decimals?: number): string => {
  const read = micros(value, currency, decimals);
  return typeof read === 'number' ? `read as ${read}` : read.reason;
};

describe('an amount', () => {
  test.each([
    ['149.99', 'USD', 149_990_000],
    [149.99, 'USD', 149_990_000],
    ['149.990', 'USD', 149_990_000],
    ['149.9900000000000000000000', 'USD', 149_990_000],
    ['149', 'USD', 149_000_000],
    ['0149.99', 'USD', 149_990_000],
    ['+149.99', 'USD', 149_990_000],
    [' 149.99 ', 'USD', 149_990_000],
    [0.1, 'USD', 100_000],
    [0.29, 'USD', 290_000],
    [1.005, 'KWD', 1_005_000],
    ['1.234', 'KWD', 1_234_000],
    [500, 'JPY', 500_000_000],
    ['500.00', 'JPY', 500_000_000],
    ['0.0001', 'CLF', 100],
    [-20, 'USD', -20_000_000],
    ['-0.01', 'USD', -10_000],
    [0, 'USD', 0],
    [1e9, 'USD', 1_000_000_000_000_000],
    ['9007199254.74', 'USD', 9_007_199_254_740_000],
    ['-9007199254.74', 'USD', -9_007_199_254_740_000],
    [0.01, 'USD', 10_000],
  ])('%j %s is %d micros', (value, currency, expected) => {
    expect(micros(value, currency)).toBe(expected);
  });

  test('of minus zero is zero', () => {
    for (const value of [-0, '-0', '-0.00']) expect(Object.is(micros(value), 0)).toBe(true);
  });

  test('up to 2^53 - 1 micros is exact, and one more is refused', () => {
    expect(micros('9007199254.740991', 'USD', 6)).toBe(MAX_MICROS);
    expect(micros('-9007199254.740991', 'USD', 6)).toBe(-MAX_MICROS);
    expect(reason('9007199254.740992', 'USD', 6)).toMatch(/too large; the limit is 9007199254\.74099/);
    expect(reason('-9007199254.740992', 'USD', 6)).toMatch(/too large/);
    expect(reason('9007199254.75')).toMatch(/too large/);
  });

  test.each([
    ['0.001', 'USD', /has 3 decimals, USD takes 2; round it/],
    [0.001, 'USD', /has 3 decimals/],
    [1e-7, 'USD', /"0\.0000001" has 7 decimals/],
    [1.5e-10, 'USD', /has 11 decimals/],
    [5e-324, 'USD', /has 324 decimals/],
    ['500.5', 'JPY', /has 1 decimals, JPY takes 0/],
    ['1.2345', 'KWD', /has 4 decimals, KWD takes 3/],
    [0.1 + 0.2, 'USD', /has 17 decimals/],
    [Number.NaN, 'USD', /NaN is not a number; send a decimal/],
    [Number.POSITIVE_INFINITY, 'USD', /Infinity is not a number/],
    [Number.NEGATIVE_INFINITY, 'USD', /-Infinity is not a number/],
    ['NaN', 'USD', /is not a decimal; send digits/],
    [1e21, 'USD', /too large/],
    [1e300, 'USD', /too large/],
    ['99999999999999999999999999999', 'USD', /too large/],
    ['1e5', 'USD', /is not a decimal/],
    ['1,000.00', 'USD', /is not a decimal/],
    ['1 000', 'USD', /is not a decimal/],
    ['$5', 'USD', /is not a decimal/],
    ['0x10', 'USD', /is not a decimal/],
    ['--5', 'USD', /is not a decimal/],
    ['.5', 'USD', /is not a decimal/],
    ['5.', 'USD', /is not a decimal/],
    ['', 'USD', /is not a decimal/],
    ['١٢', 'USD', /is not a decimal/],
    [null, 'USD', /must be a decimal string or a number/],
    [true, 'USD', /must be a decimal string or a number/],
    [{}, 'USD', /must be a decimal string or a number/],
    [10n, 'USD', /must be a decimal string or a number/],
  ])('%s %s is refused with the reason', (value, currency, expected) => {
    expect(reason(value, currency)).toMatch(expected);
  });

  test('that is refused is shown, but not at any length', () => {
    expect(reason('9'.repeat(5_000)).length).toBeLessThan(120);
    expect(reason('x'.repeat(5_000)).length).toBeLessThan(150);
  });

  test('written out and read again is the same, for every amount', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(parseScaledDecimal(formatMicros(value), 6, 6, 'USD')).toBe(value);
        expect(formatMicros(BigInt(value))).toBe(formatMicros(value));
      }),
    );
  });

  test('of cents is the same as a number and as a text', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -9e11, max: 9e11 }),
        (cents) => micros(cents / 100) === cents * 10_000 && micros((cents / 100).toFixed(2)) === cents * 10_000,
      ),
    );
  });

  test('is written with six decimals', () => {
    expect([74_995_000, 0, 1, -1, -1_500_000].map(formatMicros)).toEqual([
      '74.995000',
      '0.000000',
      '0.000001',
      '-0.000001',
      '-1.500000',
    ]);
    expect(formatMicros(10n ** 30n)).toBe(`1${'0'.repeat(24)}.000000`);
  });
});

describe('a rate or an average', () => {
  test('is rounded half-up to six decimals, away from zero', () => {
    expect(ratioMillionths(1, 3)).toBe(333_333n);
    expect(ratioMillionths(2, 3)).toBe(666_667n);
    expect(ratioMillionths(1, 2_000_000)).toBe(1n);
    expect(ratioMillionths(-1, 2_000_000)).toBe(-1n);
    expect(ratioMillionths(1, -2_000_000)).toBe(-1n);
    expect(ratioMillionths(1, 2_000_001)).toBe(0n);
    expect(ratio(1, 8)).toBe(0.125);
    expect(microsPer(10_000_000, 3)).toBe('3.333333');
    expect(microsPer(20_000_000n, 3n)).toBe('6.666667');
  });

  test('without a denominator is null, not zero', () => {
    expect([ratioMillionths(1, 0), ratio(0, 0), microsPer(5, 0)]).toEqual([null, null, null]);
  });

  test('is off by at most half a millionth, exactly', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
        fc.bigInt({ min: 1n, max: 10n ** 18n }),
        (n, d) => {
          const rounded = ratioMillionths(n, d)!;
          const twice_error = 2n * (rounded * d - n * 1_000_000n);
          return twice_error <= d && twice_error >= -d;
        },
      ),
    );
  });
});

describe('a currency', () => {
  test.each([
    ['USD', 2],
    ['EUR', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['KWD', 3],
    ['TND', 3],
    ['CLF', 4],
    ['CLP', 0],
    ['UYW', 4],
  ])('%s has %d decimals', (code, decimals) => {
    expect(currencyDecimals(code)).toBe(decimals);
    expect(currencyProblem(code)).toBeUndefined();
  });

  test('that is not one is refused with what was meant, if that can be told', () => {
    expect(currencyProblem('usd')).toBe('"usd" is not an ISO 4217 currency; did you mean USD?');
    expect(currencyProblem(' EUR')).toMatch(/did you mean EUR\?/);
    for (const code of ['DMK', 'XXX', 'BTC', '$', '', 'constructor'])
      expect(currencyProblem(code)).toMatch(/send an ISO 4217 code such as USD, EUR or JPY/);
    expect(currencyProblem('x'.repeat(500))!.length).toBeLessThan(120);
  });
});

describe('a withdrawn currency', () => {
  const problem = (currency: string, day: string) =>
    refusal('conversions', { ...GOOD.conversions, conversion_value: '10', currency, occurred_at: `${day}T12:00:00Z` });

  test.each([
    ['HRK', '2022-12-31', '2023-01-02', 'EUR'],
    ['ANG', '2025-06-30', '2025-07-02', 'XCG'],
    ['ZWL', '2024-08-31', '2024-09-02', 'ZWG'],
    ['BGN', '2025-12-31', '2026-01-02', 'EUR'],
    ['DEM', '2001-12-31', '2002-01-02', 'EUR'],
    ['LTL', '2014-12-31', '2015-01-02', 'EUR'],
    ['VEF', '2018-12-05', '2018-12-07', 'VES'],
    ['BYR', '2016-12-31', '2017-01-02', 'BYN'],
    ['SLL', '2023-12-31', '2024-01-02', 'SLE'],
    ['RUR', '2003-12-31', '2004-01-02', 'RUB'],
    ['CUC', '2021-06-30', '2021-07-02', 'CUP'],
  ])('%s is read up to its end, and then refused with what replaced it', (code, last_day, after, replaced_by) => {
    expect(currencyProblem(code)).toBeUndefined();
    expect(problem(code, last_day)).toMatch(/^accepted/);
    expect(problem(code, '1999-06-01')).toMatch(/^accepted/);
    expect(problem(code, after)).toBe(
      `currency ${code} was withdrawn after ${last_day} and replaced by ${replaced_by}; send ${replaced_by}, or a date up to that day`,
    );
  });

  test('stands in spend and rates of its days, and in refunds of its orders at any time', () => {
    const spend = { ...GOOD.spend, currency: 'HRK' };
    expect(refusal('spend', { ...spend, date: '2022-12-31' })).toMatch(/^accepted/);
    expect(refusal('spend', { ...spend, date: '2023-01-02' })).toMatch(/^currency HRK was withdrawn/);
    const rate = { ...GOOD.fx_rates, currency: 'HRK', base: 'EUR' };
    expect(refusal('fx_rates', { ...rate, date: '2022-12-31' })).toMatch(/^accepted/);
    expect(refusal('fx_rates', { ...rate, date: '2023-06-01' })).toMatch(/^currency HRK was withdrawn/);
    expect(refusal('adjustments', { ...GOOD.adjustments, currency: 'HRK' })).toMatch(/^accepted/);
  });

  test('of a brand is refused in records without a currency, and in lower case it is a typing error', () => {
    const { currency: _left_out, ...wire } = GOOD.conversions;
    expect(refusal('conversions', wire, { defaultCurrency: () => 'HRK' })).toMatch(
      /^currency HRK was withdrawn after 2022/,
    );
    expect(problem('hrk', '2022-12-31')).toMatch(/did you mean HRK\?/);
  });
});
