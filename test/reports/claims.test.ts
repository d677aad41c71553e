/** What providers claim, beside what was sold and credited. The numbers are added up by hand. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toCsv } from '../../src/present/csv.ts';
import { showReport } from '../../src/present/tables.ts';
import type { ReportJson } from '../../src/reports/context.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, openShop, type Shop, withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { expectToFit, reportNamed } from './schema.ts';

const CLAIMS = reportNamed('claims');

async function ask({ reports }: Pick<Shop, 'reports'>, asked: ReportJson = {}): Promise<Json> {
  const answer = await CLAIMS.run(reports, { ...MARCH, ...asked }, ALL_BRANDS);
  expectToFit(CLAIMS, answer, asked);
  return answer;
}

const claim = (claimant: string, day: number, revenue: string, rest: object = {}) => ({
  ...{ claimant, date: at(day).slice(0, 10), conversions: 1, revenue, currency: 'USD' },
  ...rest,
});
const SPRING = { campaign_id: 'Spring', channel: 'email', attribution_window: '14-day click, 1-day open' };
const META = { campaign_id: 'prospecting', channel: 'paid_social' };

/**
 * Ann clicks an email and an ad before c1. Bob opens an email before c2. A machine opens Cat's email before c3. Dan clicks an
 * email 11 days before c4. Eve's c5 has no touch.
 */
async function fill(shop: Shop): Promise<void> {
  const of = (customer_id: string) => ({ campaign_id: 'spring', customer_id });
  await shop.send(
    'touchpoints',
    touch('t1', 'email_click', at(3), of('ann')),
    touch('t2', 'paid_ad_click', at(3, '13:00'), META),
    touch('t3', 'email_open', at(5, '10:00'), of('bob')),
    touch('t4', 'email_open', at(6, '10:00'), { ...of('cat'), verdict: 'machine' }),
    touch('t5', 'email_click', at(1, '20:00'), of('dan')),
  );
  await shop.send(
    'conversions',
    order('c1', '90', at(4), { order_id: 'o1' }),
    order('c2', '40', at(5, '20:00'), { customer_id: 'bob' }),
    order('c3', '60', at(6, '20:00'), { customer_id: 'cat' }),
    order('c4', '30', at(12, '20:00'), { customer_id: 'dan' }),
    order('c5', '100', at(8), { customer_id: 'eve' }),
  );
  await shop.send('adjustments', {
    order_id: 'o1',
    amount: '-10',
    currency: 'USD',
    reason: 'refund',
    occurred_at: at(9),
  });
  await shop.send('fx_rates', { date: '2026-03-07', currency: 'EUR', base: 'USD', rate: '2' });
  await shop.send(
    'claims',
    claim('klaviyo', 4, '90', SPRING),
    claim('klaviyo', 5, '40', SPRING),
    claim('klaviyo', 6, '60', SPRING),
    claim('klaviyo', 12, '30', SPRING),
    claim('meta_ads', 4, '90', META),
    claim('meta_ads', 7, '12.5', { ...META, campaign_id: 'ghost', currency: 'EUR', conversions: 0.5 }),
    claim('klaviyo', 4, '999', { date: '2026-02-28' }),
  );
}

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await fill(shop);
});
afterAll(() => shop.close());

/** The rows as their keys, the claimed revenue, and by model: credit, over-claim and its ratio. */
const rowsOf = ({ claims, group_by }: Json) =>
  claims.map((row: Json) => [
    ...group_by.map((key: string) => row[key]),
    row.claimed_conversions,
    row.claimed_revenue,
    ...Object.values(row.models).flatMap((model: Json) => [
      model.credited_conversions,
      model.attributed_revenue,
      model.over_claim,
      model.over_claim_ratio,
    ]),
  ]);

describe('claims of the month', () => {
  test('stand beside the credit of the same campaigns, under each model', async () => {
    const report = await ask(shop, { models: 'linear,last_touch' });
    expect(rowsOf(report)).toEqual([
      ['klaviyo', 4, '220.000000', 1.5, '80.000000', '140.000000', 2.75, 1, '40.000000', '180.000000', 5.5],
      ['meta_ads', 1.5, '115.000000', 0.5, '40.000000', '75.000000', 2.875, 1, '80.000000', '35.000000', 1.4375],
    ]);
    expect(report.totals).toEqual({
      claimed_conversions: 5.5,
      claimed_revenue_micros: '335000000',
      claimed_revenue: '335.000000',
      orders: 5,
      net_revenue_micros: '310000000',
      net_revenue: '310.000000',
      renewals: 0,
      renewal_revenue_micros: '0',
      renewal_revenue: '0.000000',
      over_claim_micros: '25000000',
      over_claim: '25.000000',
      over_claim_ratio: 1.080645,
      double_counted_at_least_micros: '25000000',
      double_counted_at_least: '25.000000',
      double_counted_at_most_micros: '115000000',
      double_counted_at_most: '115.000000',
      models: {
        linear: expect.objectContaining({ attributed_revenue: '120.000000', over_claim: '215.000000' }),
        last_touch: expect.objectContaining({ attributed_revenue: '120.000000', over_claim: '215.000000' }),
      },
    });
  });

  test('come by campaign and day, also days with credit and no claim', async () => {
    const report = await ask(shop, { group_by: 'campaign_id,day', model: 'first_touch' });
    expect(report.group_by).toEqual(['claimant', 'campaign_id', 'day']);
    expect(rowsOf(report)).toEqual([
      ['klaviyo', 'spring', '2026-03-04', 1, '90.000000', 1, '80.000000', '10.000000', 1.125],
      ['meta_ads', 'prospecting', '2026-03-04', 1, '90.000000', 0, '0.000000', '90.000000', null],
      ['klaviyo', 'spring', '2026-03-05', 1, '40.000000', 1, '40.000000', '0.000000', 1],
      ['klaviyo', 'spring', '2026-03-06', 1, '60.000000', 0, '0.000000', '60.000000', null],
      ['meta_ads', 'ghost', '2026-03-07', 0.5, '25.000000', 0, '0.000000', '25.000000', null],
      ['klaviyo', 'spring', '2026-03-12', 1, '30.000000', 0, '0.000000', '30.000000', null],
    ]);
    expect(toCsv(report, CLAIMS.main_table)).toContain('models.first_touch.attributed_revenue');
  });

  test('have bounds of what is counted twice, by day and for two claimants', async () => {
    const { days, pairs } = await ask(shop);
    const bounds = (row: Json) => [row.double_counted_at_least, row.double_counted_at_most];
    // On the 4th both claim 90 of an order of 80 after its refund: what they cover together is one order.
    expect(days.map((row: Json) => [row.day, row.claimed_revenue, row.net_revenue, ...bounds(row)])).toEqual([
      ['2026-03-04', '180.000000', '80.000000', '90.000000', '90.000000'],
      ['2026-03-05', '40.000000', '40.000000', '0.000000', '0.000000'],
      ['2026-03-06', '60.000000', '60.000000', '0.000000', '0.000000'],
      ['2026-03-07', '25.000000', '0.000000', '0.000000', '0.000000'],
      ['2026-03-08', '0.000000', '100.000000', '0.000000', '0.000000'],
      ['2026-03-12', '30.000000', '30.000000', '0.000000', '0.000000'],
    ]);
    expect(pairs).toEqual([
      {
        claimant: 'klaviyo',
        other_claimant: 'meta_ads',
        double_counted_at_least_micros: '25000000',
        double_counted_at_least: '25.000000',
        double_counted_at_most_micros: '115000000',
        double_counted_at_most: '115.000000',
        touched_by_both_orders: 1,
        touched_by_both_revenue_micros: '80000000',
        touched_by_both_revenue: '80.000000',
      },
    ]);
  });

  test('say what each claimant touched, and why the sums differ', async () => {
    const { claimants, reasons } = await ask(shop);
    expect(claimants.map((row: Json) => [row.claimant, row.touched_orders, row.touched_revenue])).toEqual([
      ['klaviyo', 4, '220.000000'],
      ['meta_ads', 1, '90.000000'],
    ]);
    expect(
      reasons.map(({ code, claimant, figures }: Json) => [code, claimant, figures.orders, figures.revenue]),
    ).toEqual([
      ['claims_above_revenue', null, undefined, undefined],
      ['several_claimants', null, 1, '80.000000'],
      ['counts_opens', 'klaviyo', 1, '40.000000'],
      ['longer_window', 'klaviyo', 1, '30.000000'],
      ['before_refunds', 'klaviyo', 1, '10.000000'],
      ['shared_orders', 'klaviyo', 1, '90.000000'],
      ['before_refunds', 'meta_ads', 1, '10.000000'],
      ['shared_orders', 'meta_ads', 1, '90.000000'],
      ['unknown_campaigns', 'meta_ads', undefined, undefined],
      ['not_in_log', 'meta_ads', 1, '90.000000'],
      ['window_not_named', 'meta_ads', undefined, undefined],
    ]);
    const said = Object.fromEntries(reasons.map((one: Json) => [`${one.code} ${one.claimant}`, one]));
    expect(said['counts_opens klaviyo']).toMatchObject({
      message:
        'klaviyo counts opens up to 1 day before an order: 1 order worth 40.00 USD had such a touch and no click, and 1 order worth 60.00 USD had touches of machines only',
      figures: { view_days: 1, machine_orders: 1, machine_revenue: '60.000000' },
    });
    expect(said['longer_window klaviyo'].figures).toMatchObject({ claimed_days: 14, email_days: 7, click_days: 30 });
    expect(said['unknown_campaigns meta_ads'].figures).toMatchObject({
      campaign_ids: ['ghost'],
      claimed_revenue: '25.000000',
    });
    expect(said['not_in_log meta_ads'].figures.beyond).toBe('25.000000');
  });

  test('are a table on the terminal, with the reasons below', async () => {
    const shown = showReport(CLAIMS, await ask(shop, { models: 'linear,last_touch' }), 20);
    expect(shown).toMatch(/klaviyo +4\.00 +220\.00 +80\.00 +40\.00/);
    expect(shown).toMatch(/all claims +5\.50 +335\.00 +120\.00/);
    expect(shown).toMatch(/net revenue of the shop, 5 orders +310\.00/);
    expect(shown).toContain('Why they differ');
    expect(shown).toContain('- klaviyo counts opens up to 1 day');
  });

  test('are set beside the month before', async () => {
    const { claims, totals } = await ask(shop, { compare: 'previous_period' });
    expect(claims[0]).toMatchObject({
      previous: { claimed_revenue: '999.000000' },
      change: { claimed_revenue: '-779.000000' },
    });
    expect(totals).toMatchObject({ previous: { net_revenue: '0.000000' }, change: { net_revenue: '310.000000' } });
  });
});

test('the latest claim of a claimant, day, campaign and channel counts, and an earlier position reads the earlier one', () =>
  withShop({}, async (own) => {
    const claimed = async (asked: ReportJson = {}) => (await ask(own, asked)).totals.claimed_revenue;
    await own.send('claims', claim('klaviyo', 4, '90', SPRING), claim('klaviyo', 4, '5', { channel: 'sms' }));
    const { as_of } = await ask(own);
    expect(await claimed()).toBe('95.000000');
    await own.send('claims', claim('klaviyo', 4, '70', { ...SPRING, attribution_window: '5-day click' }));
    await own.send('claims', claim('klaviyo', 4, '70', { ...SPRING, attribution_window: '5-day click' }));
    expect(await claimed()).toBe('75.000000');
    expect(await claimed({ as_of })).toBe('95.000000');
    await own.send('claims', claim('klaviyo', 4, '0', SPRING), claim('klaviyo', 4, '-1.5', { claim_id: 'mine' }));
    expect(await claimed()).toBe('3.500000');
  }));

test('claims of a channel have the credit of the channel that no claimed campaign of the claimant has', () =>
  withShop({}, async (own) => {
    await fill(own);
    await own.send('touchpoints', touch('x', 'email_click', at(13), { campaign_id: 'fall', customer_id: 'eve' }));
    await own.send('conversions', order('c6', '8', at(14), { customer_id: 'eve' }));
    await own.send('claims', claim('klaviyo', 14, '8', { channel: 'email' }));
    const report = await ask(own, { group_by: 'campaign_id,channel', model: 'linear' });
    expect(rowsOf(report).slice(0, 2)).toEqual([
      ['klaviyo', 'spring', 'email', 4, '220.000000', 1.5, '80.000000', '140.000000', 2.75],
      ['meta_ads', 'prospecting', 'paid_social', 1, '90.000000', 0.5, '40.000000', '50.000000', 2.25],
    ]);
    expect(rowsOf(report).at(-1)).toEqual(['klaviyo', null, 'email', 1, '8.000000', 1, '8.000000', '0.000000', 1]);
  }));

test('days of another zone, and of clicks, are told with the orders that lie on other days', () =>
  withShop({}, async (own) => {
    const people = [1, 2, 3, 4];
    await own.send(
      'touchpoints',
      ...people.map((n) =>
        touch(`t${n}`, 'email_click', at(2 * n, '23:30'), { campaign_id: 'spring', customer_id: `p${n}` }),
      ),
    );
    await own.send(
      'conversions',
      ...people.map((n) => order(`c${n}`, '10', at(2 * n + 1, '02:00'), { customer_id: `p${n}` })),
    );
    const rest = { ...SPRING, time_zone: 'America/New_York' };
    await own.send('claims', ...people.map((n) => claim('klaviyo', 2 * n, '10', rest)));
    const { reasons } = await ask(own);
    expect(reasons.map(({ code }: Json) => code)).toEqual(['day_of_touch', 'other_time_zone']);
    expect(reasons[0].figures).toEqual({ beside_orders: 1, beside_touches: 0 });
    // 02:00 UTC is 21:00 of the day before in New York, and 22:00 from the 8th on.
    expect(reasons[1].figures).toEqual({
      time_zone: 'America/New_York',
      hours_apart: -5,
      orders: 4,
      revenue_micros: '40000000',
      revenue: '40.000000',
    });
  }));

test('a currency without a rate is named with the day; unknown keys are refused', () =>
  withShop({}, async (own) => {
    await own.send('claims', claim('klaviyo', 4, '90', { currency: 'CHF' }));
    await expect(ask(own)).rejects.toThrow(/^claims: no rate from CHF to USD on 2026-03-04/);
    await expect(ask(own, { group_by: 'email_id' })).rejects.toThrow(
      'group_by: "email_id" is unknown; known keys are claimant, campaign_id, channel, day',
    );
  }));

test('a key of one brand sees the claims of that brand', () =>
  withShop({}, async (own) => {
    await own.send('claims', claim('klaviyo', 4, '90'), claim('klaviyo', 4, '7', { brand_id: 'b2' }));
    const seen = (await CLAIMS.run(own.reports, MARCH, { key_brand_id: 'b2' })) as Json;
    expect(seen.totals.claimed_revenue).toBe('7.000000');
    await expect(CLAIMS.run(own.reports, { ...MARCH, brand_id: 'default' }, { key_brand_id: 'b2' })).rejects.toThrow(
      'brand_id',
    );
  }));

test('without claims the report has the shop alone', () =>
  withShop({}, async (own) => {
    await own.send('conversions', order('c1', '90', at(4)));
    const { claims, totals, reasons, pairs, days } = await ask(own);
    expect([claims, reasons, pairs, days.length]).toEqual([[], [], [], 1]);
    expect(totals).toMatchObject({ net_revenue: '90.000000', over_claim: '-90.000000', over_claim_ratio: 0 });
  }));
