/** Spend beside credit: by channel, by campaign and by time, with rows for what only cost or only earned. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { showReport } from '../../src/present/tables.ts';
import type { ReportJson } from '../../src/reports/context.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, openShop, type Shop, withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { expectToFit, reportNamed } from './schema.ts';

const CAMPAIGNS = reportNamed('campaigns');
const ATTRIBUTION = reportNamed('attribution');

const ask = ({ reports }: Shop, name: string, asked: ReportJson): Promise<Json> =>
  reportNamed(name).run(reports, { ...MARCH, ...asked }, ALL_BRANDS);

const cost = (date: string, channel: string, amount: string, rest: object = {}) => ({
  ...{ date, channel, amount, currency: 'USD', campaign_id: 'spring' },
  ...rest,
});

async function fill(shop: Shop): Promise<void> {
  await shop.send(
    'touchpoints',
    touch('t1', 'email_click', at(3), { campaign_id: 'spring' }),
    touch('t2', 'paid_ad_click', at(3, '01:00'), { campaign_id: 'brand', channel: 'paid_search' }),
    touch('t3', 'website_visit', at(3, '02:00'), { channel: 'direct' }),
  );
  await shop.send('conversions', order('c1', '90', at(4)));
  await shop.send('fx_rates', { date: '2026-03-08', currency: 'EUR', base: 'USD', rate: '2' });
  await shop.send(
    'spend',
    cost('2026-03-02', 'email', '10'),
    cost('2026-03-09', 'email', '2.5', { currency: 'EUR' }),
    cost('2026-03-09', 'display', '40', { campaign_id: 'banners' }),
    cost('2026-03-10', 'display', '-40', { campaign_id: 'credited' }),
    cost('2026-02-28', 'email', '999'),
    cost('2026-04-01', 'email', '999'),
  );
}

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await fill(shop);
});
afterAll(() => shop.close());

const rows = (list: Json[], ...keys: string[]) =>
  list.map((row) => [
    ...keys.map((key) => row[key]),
    row.attributed_revenue,
    row.spend,
    row.cost_per_conversion,
    row.return_on_ad_spend,
  ]);

describe('the attribution report', () => {
  test('has spend by channel and campaign, also of groups that no order touched', async () => {
    const { channel_attribution } = await ask(shop, 'attribution', { group_by: 'channel,campaign_id' });
    expect(rows(channel_attribution, 'channel', 'campaign_id')).toEqual([
      ['direct', null, '30.000000', null, null, null],
      ['email', 'spring', '30.000000', '15.000000', '44.999910', 2],
      ['paid_search', 'brand', '30.000000', null, null, null],
      ['display', 'banners', '0.000000', '40.000000', null, 0],
      ['display', 'credited', '0.000000', '-40.000000', null, null],
    ]);
  });

  test('has it by day, week and month, in the row of the day that it was spent', async () => {
    const by = async (group_by: string) =>
      rows((await ask(shop, 'attribution', { group_by })).channel_attribution, group_by).map(
        ([key, revenue, spend]) => [key, revenue, spend],
      );
    const days = await by('day');
    expect(days).toHaveLength(31);
    expect(days.filter(([, revenue, spend]) => revenue !== '0.000000' || spend !== null)).toEqual([
      ['2026-03-02', '0.000000', '10.000000'],
      ['2026-03-04', '90.000000', null],
      ['2026-03-09', '0.000000', '45.000000'],
      ['2026-03-10', '0.000000', '-40.000000'],
    ]);
    expect((await by('week')).slice(0, 3)).toEqual([
      ['2026-02-23', '0.000000', null],
      ['2026-03-02', '90.000000', '10.000000'],
      ['2026-03-09', '0.000000', '5.000000'],
    ]);
    expect(await by('month')).toEqual([['2026-03', '90.000000', '15.000000']]);
  });

  test('has a row for each day of what only cost something', async () => {
    const { channel_attribution } = await ask(shop, 'attribution', { group_by: 'channel,day', start: '2026-03-09' });
    const display = channel_attribution.filter(({ channel }: Json) => channel === 'display');
    expect(display).toHaveLength(23);
    expect(display.slice(0, 3).map(({ day, spend }: Json) => [day, spend])).toEqual([
      ['2026-03-09', '40.000000'],
      ['2026-03-10', '-40.000000'],
      ['2026-03-11', null],
    ]);
  });

  test('begins the weeks of spend on Sunday, if asked so', async () => {
    const asked = { group_by: 'week', week_start: 'sunday' };
    const { channel_attribution } = await ask(shop, 'attribution', asked);
    expect(channel_attribution.slice(0, 2).map(({ week, spend }: Json) => [week, spend])).toEqual([
      ['2026-03-01', '10.000000'],
      ['2026-03-08', '5.000000'],
    ]);
  });

  test.each<[filter: string[], spend: Record<string, string | null>]>([
    [['channel:email'], { email: '15.000000' }],
    [['!channel:email', 'campaign_id:banners'], { display: '40.000000' }],
    [['campaign_id:Spring', 'campaign_id:spring'], { email: '15.000000' }],
    [['day:2026-03-09'], { email: '5.000000', display: '40.000000' }],
    [
      ['day:!2026-03-09', 'brand_id:default'],
      { email: '10.000000', display: '-40.000000', direct: null, paid_search: null },
    ],
    [['brand_id:other'], {}],
  ])('has the spend that the filters %s let pass', async (filter, spend) => {
    const { channel_attribution } = await ask(shop, 'attribution', { group_by: 'channel', filter });
    const own = Object.fromEntries(channel_attribution.map((row: Json) => [row.channel, row.spend]));
    expect(own).toEqual(spend);
  });

  test('has no spend with a filter by what spend does not have, and says so', async () => {
    const asked = { group_by: 'channel', filter: ['conversion_type:purchase', 'country:'] };
    const { channel_attribution, warnings } = await ask(shop, 'attribution', asked);
    for (const row of channel_attribution) expect(row).not.toHaveProperty('spend');
    expect(warnings).toContainEqual({
      code: 'spend_not_filtered',
      count: 2,
      message: expect.stringContaining('country, conversion_type'),
    });
    const table = await ask(shop, 'campaigns', { filter: ['conversion_type:purchase'] });
    expectToFit(CAMPAIGNS, table);
    expect(table.campaigns[0]).toMatchObject({ spend: null, return_on_ad_spend: null });
    expect(table.totals).toMatchObject({ attributed_revenue: '90.000000', spend: null });
  });

  test('has no spend where a key is not one of spend', async () => {
    for (const group_by of ['channel,email_id', 'country', 'utm_source,day']) {
      const { channel_attribution } = await ask(shop, 'attribution', { group_by });
      for (const row of channel_attribution) expect(row).not.toHaveProperty('spend');
      expect(channel_attribution.reduce((sum: number, row: Json) => sum + Number(row.attributed_revenue), 0)).toBe(90);
    }
  });

  test('shows spend, cost and return on a terminal, where there is any', async () => {
    const shown = showReport(ATTRIBUTION, await ask(shop, 'attribution', { group_by: 'channel' }), 10);
    expect(shown).toMatch(/spend\s+cost each\s+return/);
    expect(shown).toMatch(/email.*15\.00\s+45\.00\s+2\.00/);
    const without = showReport(
      ATTRIBUTION,
      await ask(shop, 'attribution', { group_by: 'channel', end: '2026-03-02' }),
      10,
    );
    expect(without).not.toContain('spend');
  });
});

describe('the table of campaigns', () => {
  test('is filtered and compared, and shows it on a terminal', async () => {
    const asked = { filter: ['channel:email', 'channel:display'], compare: 'previous_period', start: '2026-03-04' };
    const report = await ask(shop, 'campaigns', asked);
    expectToFit(CAMPAIGNS, report);
    const [spring, banners] = report.campaigns;
    expect(spring).toMatchObject({
      campaign_id: 'spring',
      spend: '5.000000',
      previous: { spend: '1009.000000', attributed_revenue: '0.000000', return_on_ad_spend: 0 },
      change: { spend: '-1004.000000', attributed_revenue: '30.000000' },
    });
    expect(banners).toMatchObject({
      campaign_id: 'banners',
      spend: '40.000000',
      previous: { spend: null },
      change: { spend: null },
    });
    expect(report.totals).toMatchObject({ spend: '5.000000', previous: { spend: '1009.000000' } });
    const shown = showReport(CAMPAIGNS, report, 10);
    expect(shown).toMatch(
      /campaign +kind .+ touched +credited +revenue USD .+ spend +cost each +return +before +change +change %/,
    );
    expect(shown).toMatch(/spring .+ 1 +0\.33 +30\.00 .+ 5\.00 +15\.00 +6\.00 +0\.00 +30\.00/);
  });

  test('has what each cost and earned, and totals', async () => {
    const report = await ask(shop, 'campaigns', { model: 'last_touch' });
    expectToFit(CAMPAIGNS, report);
    expect(rows(report.campaigns, 'campaign_id')).toEqual([
      ['spring', '90.000000', '15.000000', '15.000000', 6],
      [null, '0.000000', null, null, null],
      ['banners', '0.000000', '40.000000', null, 0],
      ['brand', '0.000000', null, null, null],
      ['credited', '0.000000', '-40.000000', null, null],
    ]);
    expect(report.totals).toMatchObject({
      credited_conversions: 1,
      attributed_revenue_micros: '90000000',
      attributed_revenue: '90.000000',
      spend_micros: '15000000',
      spend: '15.000000',
      cost_per_conversion: '15.000000',
      return_on_ad_spend: 6,
    });
    const one = await ask(shop, 'campaign', { campaign_id: 'spring', model: 'linear' });
    expect(one.efficiency_metrics).toMatchObject({ spend: '15.000000', return_on_ad_spend: 2 });
  });

  test('says which days of spend have no rate, and shows no part of a sum', () =>
    withShop({}, async (own) => {
      await fill(own);
      await own.send('spend', cost('2026-03-20', 'email', '1', { currency: 'CHF' }));
      const report = await ask(own, 'campaigns', {});
      expect(report.warnings).toEqual([
        {
          code: 'spend_without_rate',
          count: 1,
          message: expect.stringMatching(/^days of spend have no rate to USD, the first one from CHF on 2026-03-20/),
        },
      ]);
      expect(report.campaigns.find((row: Json) => row.campaign_id === 'spring').spend).toBe(null);
      expect(report.campaigns.find((row: Json) => row.campaign_id === 'banners').spend).toBe('40.000000');
      expect(report.totals.spend).toBe(null);
    }));
});

test('days of spend are days of the zone of the brand', () =>
  withShop({ defaults: { time_zone: 'Pacific/Auckland' } }, async (own) => {
    await own.send(
      'spend',
      cost('2026-03-01', 'email', '1'),
      cost('2026-03-31', 'email', '2'),
      cost('2026-04-01', 'email', '4'),
    );
    const spend = async (asked: ReportJson) => (await ask(own, 'campaigns', asked)).totals.spend;
    expect(await spend({})).toBe('3.000000');
    // A day belongs to a period in which it begins: that of April began on the 31st at 11:00 UTC.
    expect(await spend({ start: '2026-03-30T11:00:00Z', end: '2026-03-31T11:00:00.001Z' })).toBe('6.000000');
    expect(await spend({ start: '2026-03-30T11:00:00.001Z', end: '2026-03-31T11:00:00Z' })).toBe(null);
  }));

describe('refunds', () => {
  const refund = (id: object, amount: string, day: number, currency = 'USD') => ({
    ...{ amount, currency, occurred_at: at(day) },
    ...id,
  });
  const warned = async (own: Shop, asked: ReportJson = {}) =>
    (await ask(own, 'attribution', asked)).warnings.map(({ code, count }: Json) => [code, count]);

  test('of unknown orders, and beyond the order, are told with their number', () =>
    withShop({}, async (own) => {
      await own.send(
        'conversions',
        order('c1', '100', at(4), { order_id: 'o1' }),
        order('c2', '50', '2026-02-01T00:00:00Z', { order_id: 'o2' }),
      );
      await own.send(
        'conversions',
        order('c3', '9', at(5), { conversion_type: 'lead_generation' }),
        order('c4', '10', at(5)),
      );
      await own.send(
        'adjustments',
        refund({ order_id: 'o1' }, '-60', 5),
        refund({ conversion_id: 'c2' }, '-50.01', 6),
        refund({ conversion_id: 'c3' }, '-1', 6),
        refund({ conversion_id: 'c4' }, '-10', 6),
      );
      expect(await warned(own)).toEqual([]);
      await own.send(
        'adjustments',
        refund({ order_id: 'o1' }, '-40.01', 6),
        refund({ order_id: 'o1' }, '-500', 6, 'EUR'),
        refund({ order_id: 'c1' }, '-1', 7),
        refund({ conversion_id: 'o1' }, '-1', 7),
        refund({ conversion_id: 'nothing', order_id: 'o1' }, '-1', 7),
        refund({ order_id: 'o9', brand_id: 'b2' }, '-1', 7),
        refund({ order_id: 'o9' }, '-1', 29),
      );
      const found = [
        ['adjustment_currency', 1],
        ['refunds_beyond_order', 1],
        ['refunds_of_unknown_orders', 4],
      ];
      expect(await warned(own, { brand_id: 'default' })).toEqual(found);
      for (const report of ['models', 'journeys', 'campaigns'] as const)
        expect([report, (await ask(own, report, { brand_id: 'default' })).warnings]).toMatchObject([
          report,
          found.map(([code, count]) => ({ code, count })),
        ]);
      expect(await warned(own, { brand_id: 'default', conversion_type: 'lead_generation' })).toEqual([found[2]]);
      expect(await warned(own, { brand_id: 'default', end: '2026-03-08', adjustments: 'own_day' })).toEqual([
        found[0],
        ['refunds_beyond_order', 2],
        ['refunds_of_unknown_orders', 3],
      ]);
      // A later order makes them known.
      await own.send('conversions', order('nothing', '5', at(8)));
      expect(await warned(own, { brand_id: 'default' })).toEqual([
        found[0],
        found[1],
        ['refunds_of_unknown_orders', 3],
      ]);
    }));
});
