/** What an analyst asks of the groups of a report: time series, segments, filters, and columns that add up. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toCsv } from '../../src/present/csv.ts';
import { showReport } from '../../src/present/tables.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, openShop, type Shop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { expectToFit, reportNamed } from './schema.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.send(
    'touchpoints',
    touch('t1', 'email_click', at(2), { campaign_id: 'spring' }),
    touch('t2', 'paid_ad_click', at(3), { channel: 'paid_search' }),
    touch('t3', 'email_click', at(9), { customer_id: 'bob' }),
  );
  await shop.send(
    'conversions',
    order('c1', '100', at(4)),
    order('c2', '30', at(10), { customer_id: 'bob', conversion_type: 'subscription' }),
    order('c3', '7', at(4), { customer_id: 'cy' }),
    order('c4', '5', at(20), { customer_id: 'dan' }),
  );
  const member = (customer_id: string, segment_name: string, from: number, until?: number) => ({
    customer_id,
    segment_name,
    assigned_at: at(from, '00:00'),
    ...(until === undefined ? {} : { expires_at: at(until, '00:00') }),
  });
  await shop.send(
    'customer_segments',
    member('ann', 'vip', 1),
    member('ann', 'loyal', 1),
    member('ann', 'old', 1, 3),
    member('bob', 'loyal', 1),
    // A second statement about the same stay says that it ended.
    member('bob', 'loyal', 1, 5),
    member('cy', 'late', 6),
  );
});
afterAll(() => shop.close());

const ask = async (name: string, question: object): Promise<Json> => {
  const answer = await reportNamed(name).run(shop.reports, { ...MARCH, ...question }, ALL_BRANDS);
  expectToFit(reportNamed(name), answer, question);
  return answer;
};
const rowsBy = ({ channel_attribution }: Json, key: string): [unknown, string][] =>
  channel_attribution.map((row: Json) => [row[key], row.attributed_revenue]);
const micros = (rows: Json[], name: string): bigint =>
  (rows ?? []).reduce((sum: bigint, row: Json) => sum + BigInt(row[`${name}_micros`]), 0n);

describe('a time series', () => {
  test('is in order of time and has a row for each day, week or month of the period', async () => {
    const days = rowsBy(await ask('attribution', { group_by: 'day' }), 'day');
    expect(days.map(([day]) => day)).toEqual(Array.from({ length: 31 }, (_, i) => at(i + 1).slice(0, 10)));
    expect(days.filter(([, revenue]) => revenue !== '0.000000')).toEqual([
      ['2026-03-04', '100.000000'],
      ['2026-03-10', '30.000000'],
    ]);
    const weeks = await ask('attribution', { group_by: 'week' });
    expect(weeks.channel_attribution[0].week).toBe('2026-02-23');
    expect(weeks.channel_attribution).toHaveLength(6);
    const months = await ask('attribution', { group_by: 'month', start: '2025-12-15' });
    expect(months.channel_attribution.map((row: Json) => row.month)).toEqual([
      '2025-12',
      '2026-01',
      '2026-02',
      '2026-03',
    ]);
  });

  test('has a row for each time and each group that occurs, and is there without any order', async () => {
    const { channel_attribution } = await ask('attribution', { group_by: 'channel,week' });
    expect(channel_attribution.map((row: Json) => `${row.week} ${row.channel}`).slice(0, 4)).toEqual([
      '2026-02-23 email',
      '2026-02-23 paid_search',
      '2026-03-02 email',
      '2026-03-02 paid_search',
    ]);
    const empty = await ask('attribution', { group_by: 'day', start: '2020-02-28', end: '2020-03-02' });
    expect(rowsBy(empty, 'day').map(([day]) => day)).toEqual(['2020-02-28', '2020-02-29', '2020-03-01']);
  });

  test('has weeks that start on Sunday where that is asked', async () => {
    const sundays = await ask('attribution', { group_by: 'week', week_start: 'sunday' });
    expect(sundays.channel_attribution.map((row: Json) => row.week)).toEqual([
      '2026-03-01',
      '2026-03-08',
      '2026-03-15',
      '2026-03-22',
      '2026-03-29',
    ]);
  });

  test('that would be over the limit of rows keeps its holes and says so', async () => {
    const long = await ask('attribution', { group_by: 'day', start: '1000-01-01' });
    expect(long.channel_attribution).toHaveLength(2);
    expect(long.warnings.map(({ code }: Json) => code)).toEqual(['holes_not_filled']);
  });
});

describe('value that no touch earned', () => {
  test('is there by every key about orders and times, and the columns of the CSV add up to net revenue', async () => {
    const answer = await ask('attribution', { group_by: 'channel,day,conversion_type' });
    expect(answer.unattributed).toEqual([
      {
        day: '2026-03-04',
        conversion_type: 'purchase',
        reason: 'no_touch',
        unattributed_revenue_micros: '7000000',
        unattributed_revenue: '7.000000',
      },
      {
        day: '2026-03-20',
        conversion_type: 'purchase',
        reason: 'no_touch',
        unattributed_revenue_micros: '5000000',
        unattributed_revenue: '5.000000',
      },
    ]);
    const [head, ...lines] = toCsv(answer, reportNamed('attribution').main_table).trim().split('\r\n');
    const columns = head!.split(',');
    const sum = (name: string): number =>
      lines.reduce((all, line) => all + Number(line.split(',')[columns.indexOf(name)] ?? 0), 0);
    expect(sum('attributed_revenue') + sum('unattributed_revenue')).toBe(142);
  });

  test('stands beside each day on the terminal, also of a type that no touch earned', async () => {
    const days = showReport(reportNamed('attribution'), await ask('attribution', { group_by: 'day' }), 40);
    expect(days).toMatch(/2026-03-04 +1 +1\.00 +100\.00 +76\.9 % +7\.00\n/);
    expect(days).toMatch(/attributed +2 +2\.00 +130\.00 +12\.00\n/);
    const segments = showReport(
      reportNamed('attribution'),
      await ask('attribution', { group_by: 'conversion_type' }),
      40,
    );
    expect(segments).toMatch(/purchase .* 12\.00\n/);
  });
});

describe('segments and conversion types', () => {
  test('are keys: all segments that the person was in at the time of the order', async () => {
    const answer = await ask('attribution', { group_by: 'segment' });
    expect(rowsBy(answer, 'segment')).toEqual([
      ['loyal + vip', '100.000000'],
      [null, '30.000000'],
    ]);
    expect(answer.unattributed.map((row: Json) => row.segment)).toEqual([null]);
    expect(rowsBy(await ask('attribution', { group_by: 'conversion_type' }), 'conversion_type')).toEqual([
      ['purchase', '100.000000'],
      ['subscription', '30.000000'],
    ]);
  });
});

describe('a filter', () => {
  test('of a touch shows credit as it was, and the reconciliation names what is left out', async () => {
    const all = await ask('attribution', { group_by: 'channel' });
    const email = await ask('attribution', { group_by: 'channel', filter: ['channel:email'] });
    expect(email.channel_attribution).toEqual(all.channel_attribution.filter((row: Json) => row.channel === 'email'));
    expect(email.filters).toEqual(['channel:email']);
    expect(email.reconciliation).toMatchObject({
      net_revenue_micros: '142000000',
      attributed_micros: '80000000',
      filtered_micros: '50000000',
    });
    expect(showReport(reportNamed('attribution'), email, 5)).toMatch(
      /channel:email[\s\S]*left out by the filters +50\.00\n/,
    );
    expect(email.config_hash).not.toBe(all.config_hash);
  });

  test('of an order or a time chooses orders and their unattributed value', async () => {
    for (const [filter, net, left] of [
      [['segment:loyal'], '100000000', 0n],
      [['segment:'], '42000000', 12_000_000n],
      [['conversion_type:!purchase'], '30000000', 0n],
      [['!conversion_type:purchase'], '30000000', 0n],
      [['day:2026-03-04'], '107000000', 7_000_000n],
      [['day:2026-03-04', 'day:2026-03-20'], '112000000', 12_000_000n],
      [['week:2026-03-16'], '5000000', 5_000_000n],
      [['month:2026-02'], '0', 0n],
    ] as const) {
      const { reconciliation, unattributed, journey_analysis } = await ask('attribution', { filter: [...filter] });
      expect([filter, reconciliation.net_revenue_micros]).toEqual([filter, net]);
      expect(micros(unattributed, 'unattributed_revenue')).toBe(left);
      expect(micros(journey_analysis, 'total_revenue').toString()).toBe(net);
    }
  });

  test('of several fields asks for all of them; values of one field for any; ! leaves out; nothing is a missing value', async () => {
    const channels = async (...filter: string[]) =>
      rowsBy(await ask('attribution', { group_by: 'channel', filter }), 'channel');
    expect(await channels('channel:email', 'channel:paid_search')).toHaveLength(2);
    expect(await channels('channel:email', 'campaign_id:spring')).toEqual([['email', '50.000000']]);
    expect(await channels('campaign_id:')).toEqual([
      ['paid_search', '50.000000'],
      ['email', '30.000000'],
    ]);
    expect(await channels('campaign_id:!spring')).toHaveLength(2);
    expect(await channels('campaign_id:"!spring"')).toEqual([]);
    expect(await channels("channel:x' or '1'='1")).toEqual([]);
  });

  test('is there for journeys and models, too', async () => {
    const journeys = async (...filter: string[]) => (await ask('journeys', { filter })).summary.journey_count;
    expect([await journeys(), await journeys('channel:paid_search'), await journeys('segment:loyal')]).toEqual([
      4, 1, 1,
    ]);
    expect(await journeys('day:2026-03-04')).toBe(2);
    const { groups } = await ask('models', { draws: 20, models: 'linear', filter: ['channel:!email'] });
    expect(groups.map((row: Json) => row.channel)).toEqual(['paid_search']);
  });

  test('that cannot be read is refused with the fix', async () => {
    for (const [filter, message] of [
      ['channel', /filter: "channel" has no colon; send FIELD:VALUE/],
      ['chanel:email', /filter: "chanel" is unknown; known keys are brand, .*segment/],
      ['conversion_type:buy', /filter: conversion_type:"buy" is not one of purchase/],
      ['week:2026-03-03', /filter: week:"2026-03-03" is in the week of 2026-03-02/],
      ['day:yesterday', /filter: day:"yesterday" is not a calendar date/],
      ['month:2026-13', /filter: month:"2026-13" is not a month; send YYYY-MM/],
    ] as const)
      await expect(ask('attribution', { filter: [filter] })).rejects.toThrow(message);
  });
});
