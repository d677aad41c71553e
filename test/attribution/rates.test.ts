/** Which rate an order is converted with: docs/semantics.md section 8. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RateBook } from '../../src/attribution/rates.ts';
import { parseDate } from '../../src/domain/time.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, order } from '../support/events.ts';

const day = (date: string): number => parseDate(date) as number;
const quote = (date: string, currency: string, base: string, rate: number, brand_id = 'default') => ({
  brand_id,
  day: day(date),
  currency,
  base,
  rate_nanos: BigInt(Math.round(rate * 1e9)),
});

/** What one unit is worth, and the days of the quotes behind it. */
function find(
  quotes: ReturnType<typeof quote>[],
  date: string,
  from: string,
  to: string,
  brand_id = 'default',
): string {
  const answers = [quotes, [...quotes].reverse()].map((order) => {
    const rate = new RateBook(order).find(brand_id, day(date), from, to);
    return rate === undefined
      ? 'none'
      : `${(Number(rate.num) / Number(rate.den)).toFixed(6)} of ${rate.dates.join(' and ')}`;
  });
  expect(answers[1]).toBe(answers[0]);
  return answers[0]!;
}

describe('a rate', () => {
  const euro = quote('2026-05-10', 'EUR', 'USD', 1.25);

  test('is one between a currency and itself', () => {
    expect(new RateBook([]).find('default', 0, 'USD', 'USD')).toEqual({ num: 1n, den: 1n, dates: [] });
  });

  test('holds on its day and the six after it, not before and not later', () => {
    const on = (date: string) => find([euro], date, 'EUR', 'USD');
    expect([on('2026-05-09'), on('2026-05-10'), on('2026-05-16'), on('2026-05-17')]).toEqual([
      'none',
      '1.250000 of 2026-05-10',
      '1.250000 of 2026-05-10',
      'none',
    ]);
  });

  test('is the latest of those days', () => {
    expect(
      find(
        [euro, quote('2026-05-12', 'EUR', 'USD', 1.5), quote('2026-05-14', 'EUR', 'USD', 9)],
        '2026-05-13',
        'EUR',
        'USD',
      ),
    ).toBe('1.500000 of 2026-05-12');
  });

  test('serves both directions', () => {
    expect(find([euro], '2026-05-11', 'USD', 'EUR')).toBe('0.800000 of 2026-05-10');
  });

  test('goes through a base that both are quoted in, and names both days', () => {
    const quotes = [euro, quote('2026-05-08', 'GBP', 'USD', 2)];
    expect(find(quotes, '2026-05-11', 'EUR', 'GBP')).toBe('0.625000 of 2026-05-08 and 2026-05-10');
    expect(find(quotes, '2026-05-15', 'EUR', 'GBP')).toBe('none');
    expect(find([...quotes, quote('2026-05-11', 'EUR', 'GBP', 0.6)], '2026-05-11', 'EUR', 'GBP')).toBe(
      '0.600000 of 2026-05-11',
    );
  });

  test('of the brand comes before the shared one of the same day; no brand sees those of another', () => {
    const own = quote('2026-05-10', 'EUR', 'USD', 3, 'shop');
    expect(find([euro, own], '2026-05-11', 'EUR', 'USD', 'shop')).toBe('3.000000 of 2026-05-10');
    expect(find([euro, own], '2026-05-11', 'EUR', 'USD', 'other')).toBe('1.250000 of 2026-05-10');
    expect(find([own], '2026-05-11', 'EUR', 'USD')).toBe('none');
  });
});

describe('a report in one currency', () => {
  let engine: Engine;
  const sale = (id: string, value: string, currency: string, date: string): WireEvent => ({
    record: 'conversions',
    event: order(id, value, `${date}T12:00:00Z`, { currency }),
  });
  const rate = (date: string, currency: string, base: string, value: string): WireEvent => ({
    record: 'fx_rates',
    event: { date, currency, base, rate: value },
  });
  beforeAll(async () => {
    engine = await Engine.open();
    await engine.load([
      sale('o1', '100.00', 'EUR', '2026-05-10'),
      sale('o2', '1', 'EUR', '2026-05-12'),
      sale('o3', '500', 'JPY', '2026-05-13'),
      rate('2026-05-10', 'EUR', 'USD', '1.0843'),
      rate('2026-05-11', 'EUR', 'USD', '1.5'),
    ]);
  });
  afterAll(() => engine.close());

  const revenue = async (start: string, end: string, currency = 'USD'): Promise<unknown> => {
    const report = (await attributionReport(engine.reports, { start, end, model: 'linear', currency }, ALL_BRANDS)) as {
      summary: { total_revenue_micros: string };
    };
    return report.summary.total_revenue_micros;
  };

  test('converts each order by the rate of its own day, to the micro', async () => {
    expect(await revenue('2026-05-10', '2026-05-11')).toBe('108430000');
    expect(await revenue('2026-05-10', '2026-05-13')).toBe('109930000');
    expect(await revenue('2026-05-10', '2026-05-13', 'EUR')).toBe('101000000');
  });

  test('never answers with an invented rate: it names the currency and the day that is missing', async () => {
    await expect(revenue('2026-05-10', '2026-05-14')).rejects.toMatchObject({
      code: 'missing_fx_rate',
      status: 422,
      message: expect.stringMatching(
        /no rate from JPY to USD on 2026-05-13 or the 6 days before; send it to \/v1\/fx_rates/,
      ),
    });
    expect(await revenue('2026-05-13', '2026-05-14', 'JPY')).toBe('500000000');
  });

  test('refuses a rate that cannot be right, and an order that is too large to divide, by name', async () => {
    const world = await Engine.open();
    const asked = (currency: string, models: string) =>
      attributionReport(world.reports, { start: '2026-05-01', end: '2026-06-01', models, currency }, ALL_BRANDS);
    const models = 'linear,time_decay,position_based';
    await world.load([
      sale('o1', '10.00', 'EUR', '2026-05-10'),
      rate('2026-05-10', 'EUR', 'GBP', '9007199.25'),
      rate('2026-05-10', 'USD', 'GBP', '0.000000001'),
    ]);
    await expect(asked('USD', models)).rejects.toMatchObject({
      code: 'unprocessable',
      field: 'currency',
      message: expect.stringMatching(/the rate from EUR to USD on 2026-05-10.*at most 1000000000/),
    });
    // At a rate that is allowed, the values are still exact.
    expect(await asked('GBP', models)).toMatchObject({ currency: 'GBP' });
    await world.load([sale('o2', '9007199254', 'JPY', '2026-05-11'), rate('2026-05-11', 'JPY', 'GBP', '9007199.25')]);
    await expect(asked('GBP', models)).rejects.toMatchObject({
      code: 'unprocessable',
      message: expect.stringMatching(/an order is worth .* GBP, more than reports can divide exactly/),
    });
    await world.close();
  });
});
