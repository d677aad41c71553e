/** A report beside an earlier period: which period that is, and how rows are joined. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dayOf, formatDate, parseBound } from '../../src/domain/time.ts';
import { toCsv } from '../../src/present/csv.ts';
import { showReport } from '../../src/present/tables.ts';
import { earlierPeriod } from '../../src/reports/earlier-period.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, openShop, type Shop } from '../support/shop.ts';
import { expectToFit, reportNamed } from './schema.ts';

describe('the earlier period', () => {
  const of = (start: string, end: string, compare: 'previous_period' | 'previous_year', zone = 'UTC') =>
    Object.values(earlierPeriod({ start, end }, compare, zone)).join(' ');

  test('of equal length has as many days and ends where the period starts', () => {
    expect(of('2026-03-01', '2026-04-01', 'previous_period')).toBe('2026-01-29 2026-03-01');
    const day = fc.integer({ min: 0, max: 40_000 });
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 800 }), (from, days) => {
        const bound = of(formatDate(from + 1_000), formatDate(from + 1_000 + days), 'previous_period');
        expect(bound).toBe(`${formatDate(from + 1_000 - days)} ${formatDate(from + 1_000)}`);
      }),
      { numRuns: 50 },
    );
  });

  test('of the year before has the same calendar dates; 29 February is 28 February', () => {
    expect(of('2026-03-01', '2026-04-01', 'previous_year')).toBe('2025-03-01 2025-04-01');
    expect(of('2024-02-29', '2024-03-01', 'previous_year')).toBe('2023-02-28 2023-03-01');
    expect(of('2024-02-28', '2024-02-29', 'previous_year')).toBe('2023-02-28 2023-03-01');
    expect(of('2024-02-01', '2024-03-01', 'previous_year')).toBe('2023-02-01 2023-03-01');
    expect(of('2025-02-01', '2025-03-01', 'previous_year')).toBe('2024-02-01 2024-02-29');
    expect(of('2025-01-01', '2026-01-01', 'previous_year')).toBe('2024-01-01 2025-01-01');
  });

  test('moves instants on the clock of the zone, also over a change to summer time', () => {
    const zone = 'Europe/Berlin';
    // Midnight in Berlin is 23:00 in winter and 22:00 in summer.
    const moved = of('2026-03-28T23:00:00Z', '2026-03-30T22:00:00Z', 'previous_period', zone).split(' ');
    expect(moved).toEqual(['2026-03-26T23:00:00.000Z', '2026-03-28T23:00:00.000Z']);
    const days = moved.map((bound) => dayOf(zone, parseBound('start', bound, zone)));
    expect(days[1]! - days[0]!).toBe(2);
  });
});

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.send(
    'touchpoints',
    touch('t1', 'email_click', '2026-02-20T12:00:00Z', { campaign_id: 'spring' }),
    touch('t2', 'paid_ad_click', '2026-03-03T12:00:00Z', { channel: 'paid_search', customer_id: 'bob' }),
    touch('t3', 'email_click', '2026-03-03T12:00:00Z', { campaign_id: 'spring', customer_id: 'cy' }),
    touch('t4', 'email_click', '2024-02-29T10:00:00Z', { customer_id: 'leap' }),
    touch('t5', 'email_click', '2025-02-28T10:00:00Z', { customer_id: 'eve' }),
  );
  await shop.send(
    'conversions',
    order('c1', '80', '2026-02-21T12:00:00Z'),
    order('c2', '30', '2026-03-04T12:00:00Z', { customer_id: 'bob' }),
    order('c3', '100', '2026-03-04T12:00:00Z', { customer_id: 'cy' }),
    order('c4', '3', '2026-02-25T12:00:00Z', { customer_id: 'dan' }),
    order('leap', '5', '2024-02-29T12:00:00Z', { customer_id: 'leap' }),
    order('eve', '7', '2025-02-28T12:00:00Z', { customer_id: 'eve' }),
  );
});
afterAll(() => shop.close());

const MARCH_BEGINS = { start: '2026-03-01', end: '2026-03-15', compare: 'previous_period' };
const ask = async (name: string, question: object): Promise<Json> => {
  const answer = await reportNamed(name).run(shop.reports, { ...question }, ALL_BRANDS);
  expectToFit(reportNamed(name), answer, question);
  return answer;
};

describe('a compared report', () => {
  test('joins the same groups; a group that one period lacks has zeros, and null where a figure has no value', async () => {
    const answer = await ask('attribution', { ...MARCH_BEGINS, group_by: 'channel' });
    expect(answer.comparison).toMatchObject({
      compare: 'previous_period',
      report_period: { start: '2026-02-15', end: '2026-03-01' },
    });
    const [email, paid] = answer.channel_attribution;
    expect(email).toMatchObject({
      channel: 'email',
      attributed_revenue: '100.000000',
      previous: { attributed_revenue_micros: '80000000', touched_conversions: 1 },
      change: { attributed_revenue_micros: '20000000', attributed_revenue: '20.000000', touched_conversions: 0 },
      change_percent: { attributed_revenue: 25, touched_conversions: 0 },
    });
    expect(paid).toMatchObject({
      channel: 'paid_search',
      previous: { attributed_revenue: '0.000000', credited_conversions: 0, average_attribution_weight: null },
      change: { attributed_revenue: '30.000000', average_attribution_weight: null },
      change_percent: { attributed_revenue: null },
    });
    expect(answer.unattributed).toEqual([
      {
        reason: 'no_touch',
        unattributed_revenue_micros: '0',
        unattributed_revenue: '0.000000',
        previous: { unattributed_revenue_micros: '3000000', unattributed_revenue: '3.000000' },
        change: { unattributed_revenue_micros: '-3000000', unattributed_revenue: '-3.000000' },
        change_percent: { unattributed_revenue: -100 },
      },
    ]);
    expect(answer.summary.change).toMatchObject({ total_revenue: '47.000000', total_conversions: 0 });
  });

  test('is the two reports: each figure less the one of the other answer', async () => {
    const { compare: _compare, ...period } = MARCH_BEGINS;
    const joined = await ask('attribution', { ...MARCH_BEGINS, models: 'linear,last_touch', group_by: 'channel' });
    const now = await ask('attribution', { ...period, models: 'linear,last_touch', group_by: 'channel' });
    const before = await ask('attribution', {
      start: '2026-02-15',
      end: '2026-03-01',
      models: 'linear,last_touch',
      group_by: 'channel',
    });
    for (const model of ['linear', 'last_touch']) {
      const { previous, change, change_percent: _percent, ...own } = joined.models[model].summary;
      expect(own).toEqual(now.models[model].summary);
      expect(previous).toEqual(before.models[model].summary);
      expect(BigInt(change.total_revenue_micros)).toBe(
        BigInt(own.total_revenue_micros) - BigInt(previous.total_revenue_micros),
      );
    }
    expect(joined.config_hash).toBe(now.config_hash);
    expect(joined.comparison.config_hash).toBe(before.config_hash);
  });

  test('sets the first day beside the first, and with previous_year the same date', async () => {
    const days = await ask('attribution', { ...MARCH_BEGINS, group_by: 'day' });
    expect(days.channel_attribution).toHaveLength(14);
    expect(days.channel_attribution[6]).toMatchObject({
      day: '2026-03-07',
      previous: { day: '2026-02-21', attributed_revenue: '80.000000' },
    });
    const year = await ask('attribution', {
      start: '2025-02-27',
      end: '2025-03-02',
      compare: 'previous_year',
      group_by: 'day',
    });
    // 29 February has no partner in the year after and stays as it is.
    expect(
      year.channel_attribution.map((row: Json) => [row.day, row.previous.day, row.change.attributed_revenue]),
    ).toEqual([
      ['2024-02-29', '2024-02-29', '-5.000000'],
      ['2025-02-27', '2024-02-27', '0.000000'],
      ['2025-02-28', '2024-02-28', '7.000000'],
      ['2025-03-01', '2024-03-01', '0.000000'],
    ]);
  });

  test('loses no time where the earlier period has more days, weeks or months: the last has the last', async () => {
    const MARCH = { start: '2026-03-01', end: '2026-04-01', compare: 'previous_period' };
    // The first day of a period that starts in the middle of a day is the last one of the earlier period, too.
    const ASKED: Array<[period: typeof MARCH, ...groups: string[]]> = [
      [{ ...MARCH, start: '2026-03-01T05:30:00Z', end: '2026-03-05' }, 'day', 'month,channel'],
      [{ ...MARCH, start: '2026-02-22T05:30:00Z', end: '2026-03-05' }, 'week'],
      [MARCH, 'month'],
      [{ start: '2025-01-01', end: '2026-12-31', compare: 'previous_year' }, 'week'],
    ];
    for (const [period, ...groups] of ASKED)
      for (const group_by of groups) {
        const { channel_attribution, comparison } = await ask('attribution', { ...period, group_by });
        const before = await ask('attribution', { ...comparison.report_period, group_by });
        const sum = (rows: Json[]): number => rows.reduce((all, row) => all + Number(row.attributed_revenue_micros), 0);
        expect([period, group_by, sum(channel_attribution.map((row: Json) => row.previous))]).toEqual([
          period,
          group_by,
          sum(before.channel_attribution),
        ]);
        const keys = channel_attribution.map((row: Json) =>
          group_by
            .split(',')
            .map((key) => row[key])
            .join(),
        );
        expect(new Set(keys).size).toBe(keys.length);
      }
    const months = await ask('attribution', { ...MARCH, group_by: 'month' });
    expect(months.channel_attribution.map((row: Json) => [row.month, row.previous.month])).toEqual([
      ['2026-01', '2026-01'],
      ['2026-03', '2026-02'],
    ]);
  });

  test('is there for journeys and models, on the terminal and as CSV', async () => {
    const journeys = await ask('journeys', MARCH_BEGINS);
    expect(journeys.summary).toMatchObject({
      journey_count: 2,
      previous: { journey_count: 2 },
      change: { total_revenue: '47.000000' },
    });
    expect(showReport(reportNamed('journeys'), journeys, 9)).toMatch(/net revenue USD +130\.00 \(\+56\.6 %\)/);
    const models = await ask('models', { ...MARCH_BEGINS, draws: 20, models: 'linear,first_touch' });
    expect(models.groups[0].models.linear.change).toMatchObject({ attributed_revenue: '20.000000' });
    const answer = await ask('attribution', { ...MARCH_BEGINS, group_by: 'channel' });
    expect(showReport(reportNamed('attribution'), answer, 9)).toMatch(
      /email +1 +1\.00 +100\.00 +76\.9 % +80\.00 +20\.00 +\+25\.0 %/,
    );
    const csv = toCsv(answer, reportNamed('attribution').main_table);
    expect(csv).toContain('previous.attributed_revenue');
    expect(csv).toContain('change_percent.attributed_revenue');
  });

  test('gives a group that a period lacks 0 of the whole, or null where there is no whole', async () => {
    const models = await ask('models', { ...MARCH_BEGINS, draws: 20, models: 'linear' });
    const paid = models.groups.find(({ channel }: Json) => channel === 'paid_search');
    expect(paid.models.linear).toMatchObject({ previous: { share: 0 }, change_percent: { share: null } });
    expect(paid.models.linear.change.share).toBe(paid.models.linear.share);
    const journeys = await ask('journeys', MARCH_BEGINS);
    const mix = journeys.channel_mix.find(({ channel }: Json) => channel === 'paid_search');
    expect(mix).toMatchObject({ previous: { touchpoints: 0, share_of_touchpoints: 0 } });
    const alone = await ask('models', { ...MARCH_BEGINS, start: '2026-03-04', end: '2026-03-05', draws: 20 });
    expect(alone.groups[0].models.linear).toMatchObject({ previous: { attributed_revenue: '0.000000', share: null } });
  });

  test('has no figures of spend where the report has none', async () => {
    const answer = await ask('attribution', { ...MARCH_BEGINS, group_by: 'country' });
    expect(answer.channel_attribution[0].previous).not.toHaveProperty('spend');
  });

  test('is there for one campaign', async () => {
    const answer = await ask('campaign', { ...MARCH_BEGINS, campaign_id: 'spring' });
    expect(answer.conversion_metrics).toMatchObject({
      attributed_revenue: '100.000000',
      previous: { attributed_revenue: '80.000000', touched_conversions: 1 },
      change_percent: { attributed_revenue: 25 },
    });
    expect(answer.by_email[0].change).toMatchObject({ attributed_revenue: '20.000000' });
    expect(showReport(reportNamed('campaign'), answer, 9)).toMatch(/attributed revenue +100\.00 \(\+25\.0 %\)/);
  });

  test('with a filter by time is refused: the earlier period has other days', async () => {
    await expect(ask('attribution', { ...MARCH_BEGINS, filter: ['day:2026-03-04'] })).rejects.toThrow(
      /compare: cannot be used with a filter by day, week or month/,
    );
  });
});
