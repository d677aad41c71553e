import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import { campaignReport } from '../../src/reports/campaign.ts';
import { ALL_BRANDS, mail, order, touch } from '../support/events.ts';
import { type Json, openShop, pick, type Shop, withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';

const SPRING = { campaign_id: 'spring', email_id: 'e1' };
const SECOND = { campaign_id: 'spring', email_id: 'e2' };

/** Four recipients; ann opens, clicks twice and orders; bob orders after an open; cas's scanner clicks; dan bounces. */
async function sendSpring(shop: Shop): Promise<void> {
  const people = ['ann', 'bob', 'cas', 'dan'];
  await shop.send(
    'email_events',
    ...people.map((id) => mail('sent', id)),
    ...['ann', 'bob', 'cas'].map((id) => mail('delivered', id, { occurred_at: at(1, '12:01') })),
  );
  await shop.send(
    'email_events',
    mail('bounced', 'dan', { occurred_at: at(1, '12:02') }),
    mail('unsubscribed', 'cas', { occurred_at: at(3) }),
  );
  await shop.send(
    'touchpoints',
    touch('a-open', 'email_open', at(2, '09:00'), SPRING),
    touch('a-click', 'email_click', at(2, '09:01'), SPRING),
    touch('a-click-2', 'email_click', at(2, '10:00'), SPRING),
    touch('a-visit', 'direct_visit', at(3, '09:00')),
    touch('b-open', 'email_open', at(2, '11:00'), { ...SPRING, customer_id: 'bob' }),
    touch('b-open-2', 'email_open', at(2, '11:30'), { ...SECOND, customer_id: 'bob' }),
    touch('c-click', 'email_click', at(1, '12:01'), { ...SPRING, customer_id: 'cas', verdict: 'machine' }),
    touch('late', 'email_click', '2026-04-01T00:00:00Z', SPRING),
  );
  await shop.send(
    'conversions',
    order('a-1', '100.00', at(4, '09:01')),
    order('b-1', '60.00', at(2, '12:30'), { customer_id: 'bob' }),
    order('x-1', '10.00', at(2), { customer_id: 'eve' }),
  );
  await shop.send('adjustments', {
    adjustment_id: 'r',
    conversion_id: 'a-1',
    amount: '-20.00',
    currency: 'USD',
    occurred_at: at(6),
  });
}

describe('what a campaign did', () => {
  let shop: Shop;
  let report: Json;
  beforeAll(async () => {
    shop = await openShop();
    await sendSpring(shop);
    await shop.send('spend', {
      date: '2026-03-01',
      channel: 'email',
      campaign_id: 'spring',
      amount: '20',
      currency: 'USD',
    });
    report = await campaignReport(shop.reports, 'spring', MARCH, ALL_BRANDS);
  });
  afterAll(() => shop.close());

  it('counts sends, opens and clicks of the period, of people and of machines apart', () => {
    expect(report.basic_metrics).toMatchObject({ sends: 4, delivered: 3, bounced: 1, complained: 0, unsubscribed: 1 });
    expect(report.basic_metrics).toMatchObject({ opens: 3, unique_opens: 2, human_opens: 3, unique_human_opens: 2 });
    expect(report.basic_metrics).toMatchObject({
      clicks: 3,
      unique_clicks: 2,
      human_clicks: 2,
      unique_human_clicks: 1,
    });
    expect(report.basic_metrics.unique_recipients).toBe(3);
  });

  it('divides by what was delivered, not by what was opened', () => {
    expect(report.basic_metrics).toMatchObject({
      delivery_rate: 0.75,
      bounce_rate: 0.25,
      open_rate: 0.666667,
      click_through_rate: 0.666667,
      human_click_through_rate: 0.333333,
      click_to_open_rate: 1,
      human_click_to_open_rate: 0.5,
      unsubscribe_rate: 0.333333,
      complaint_rate: 0,
    });
    expect(report.definitions.click_through_rate).toBe('unique_clicks / delivered');
  });

  it('tells touched conversions from credited ones, and net of refunds', () => {
    expect(report.conversion_metrics).toMatchObject({
      touched_conversions: 2,
      credited_conversions: 1.5,
      attributed_revenue_micros: '100000000',
      attributed_revenue: '100.000000',
      converting_customers: 2,
      average_conversion_value: '70.000000',
    });
  });

  it('splits the touched by position and by kind of touch', () => {
    expect(report.conversion_metrics).toMatchObject({
      first_touch_conversions: 2,
      last_touch_conversions: 1,
      assisted_conversions: 1,
      view_through_conversions: 1,
      click_through_conversions: 1,
      conversion_rate: 0.666667,
      click_conversion_rate: 1,
    });
  });

  it('has cost and return once spend is known', () => {
    expect(report.efficiency_metrics).toEqual({
      spend_micros: '20000000',
      spend: '20.000000',
      revenue_per_recipient: '33.333333',
      revenue_per_click: '33.333333',
      revenue_per_human_click: '50.000000',
      cost_per_conversion: '13.333333',
      return_on_ad_spend: 5,
    });
  });

  it('times conversions, each once, from the latest touch of the campaign', () => {
    const filled = report.conversion_timing.buckets.filter((bucket: Json) => bucket.conversions > 0);
    expect(report.conversion_timing.conversions).toBe(2);
    // ann: 48 h after her first click (the second is the same email); bob: 1 h after the second open.
    expect(filled).toEqual([
      { from_hours: 1, until_hours: 6, conversions: 1, attributed_revenue: '60.000000' },
      { from_hours: 24, until_hours: 72, conversions: 1, attributed_revenue: '40.000000' },
    ]);
    expect(report.conversion_timing.median_hours).toBe(24.5);
  });

  it('has one row per email, which add up to the revenue', () => {
    expect(report.by_email.map((row: Json) => [row.email_id, row.opens, row.attributed_revenue])).toEqual([
      ['e1', 2, '70.000000'],
      ['e2', 1, '30.000000'],
    ]);
  });

  it('has one row per kind of campaign, which add up to the revenue', async () => {
    await withShop({}, async (shop) => {
      await shop.send(
        'email_events',
        mail('delivered', 'ann', { campaign_kind: 'campaign' }),
        mail('delivered', 'bob', { campaign_kind: 'flow' }),
        mail('delivered', 'cas', { campaign_kind: 'flow' }),
        mail('bounced', 'dan'),
      );
      await shop.send(
        'touchpoints',
        touch('a-click', 'email_click', at(2), { ...SPRING, campaign_kind: 'campaign' }),
        touch('b-click', 'email_click', at(2), { ...SPRING, campaign_kind: 'flow', customer_id: 'bob' }),
        touch('b-more', 'email_click', at(3), { ...SECOND, campaign_kind: 'campaign', customer_id: 'bob' }),
      );
      await shop.send(
        'conversions',
        order('a-1', '10.00', at(4)),
        order('b-1', '60.00', at(4), { customer_id: 'bob' }),
      );
      const asked = { ...MARCH, model: 'linear' };
      const { by_campaign_kind } = (await campaignReport(shop.reports, 'spring', asked, ALL_BRANDS)) as Json;
      const told = [
        'campaign_kind',
        'delivered',
        'bounced',
        'unique_clicks',
        'click_through_rate',
        'attributed_revenue',
      ];
      expect(by_campaign_kind.map((row: Json) => told.map((name) => row[name]))).toEqual([
        ['campaign', 1, 0, 2, 2, '40.000000'],
        ['flow', 2, 0, 1, 0.5, '30.000000'],
        [null, 0, 1, 0, null, '0.000000'],
      ]);
      const all = await attributionReport(shop.reports, { ...asked, group_by: 'campaign_kind' }, ALL_BRANDS);
      expect(
        (all['channel_attribution'] as Json[]).map((row: Json) => [row.campaign_kind, row.attributed_revenue]),
      ).toEqual([
        ['campaign', '40.000000'],
        ['flow', '30.000000'],
      ]);
    });
  });

  it('says the same of the campaign as the attribution report', async () => {
    for (const model of ['first_touch', 'last_touch', 'time_decay', 'position_based']) {
      const own = await campaignReport(shop.reports, 'spring', { ...MARCH, model }, ALL_BRANDS);
      const all = await attributionReport(shop.reports, { ...MARCH, model, group_by: 'campaign_id' }, ALL_BRANDS);
      const row = (all['channel_attribution'] as Json[]).find((group) => group.campaign_id === 'spring');
      for (const name of ['touched_conversions', 'credited_conversions', 'attributed_revenue_micros']) {
        expect(pick(own, 'conversion_metrics', name)).toBe(row[name]);
      }
    }
  });

  it('counts a person once, whatever id opened', async () => {
    await shop.send(
      'touchpoints',
      touch('a-phone', 'email_open', at(2, '20:00'), { ...SPRING, anonymous_id: 'phone' }),
    );
    await shop.send('identity_links', { left_id: 'phone', right_id: 'ann', occurred_at: at(5) });
    const joined = await campaignReport(shop.reports, 'spring', MARCH, ALL_BRANDS);
    expect(joined['basic_metrics']).toMatchObject({ opens: 4, unique_opens: 2 });
  });

  it('answers as before at an earlier log position', async () => {
    const { generated_at: _before, ...before } = report;
    const { generated_at: _again, ...again } = await campaignReport(
      shop.reports,
      'spring',
      { ...MARCH, as_of: report.as_of },
      ALL_BRANDS,
    );
    expect(again).toEqual(before);
  });
});

describe('what is not known', () => {
  it('is null, not 0', () =>
    withShop({}, async (shop) => {
      await shop.send('touchpoints', touch('t', 'email_open', at(2), SPRING));
      const report = await campaignReport(shop.reports, 'spring', MARCH, ALL_BRANDS);
      expect(report['basic_metrics']).toMatchObject({
        sends: 0,
        delivery_rate: null,
        click_through_rate: null,
        click_to_open_rate: 0,
      });
      expect(report['conversion_metrics']).toMatchObject({
        conversion_rate: null,
        average_conversion_value: null,
        credited_conversions: 0,
      });
      expect(report['efficiency_metrics']).toMatchObject({
        spend: null,
        cost_per_conversion: null,
        return_on_ad_spend: null,
        revenue_per_click: null,
      });
      expect(pick(report, 'conversion_timing', 'median_hours')).toBe(null);
    }));

  it('is an error that names the campaign, or the currency and the day', () =>
    withShop({}, async (shop) => {
      await expect(campaignReport(shop.reports, 'sprnig', MARCH, ALL_BRANDS)).rejects.toThrow('no record has "sprnig"');
      await shop.send('spend', {
        date: '2026-03-05',
        channel: 'email',
        campaign_id: 'spring',
        amount: '10',
        currency: 'EUR',
      });
      await expect(campaignReport(shop.reports, 'spring', MARCH, ALL_BRANDS)).rejects.toThrow(
        'no rate from EUR to USD on 2026-03-05',
      );
      await shop.send('fx_rates', { date: '2026-03-04', currency: 'EUR', base: 'USD', rate: '1.25' });
      const report = await campaignReport(shop.reports, 'spring', MARCH, ALL_BRANDS);
      expect(pick(report, 'efficiency_metrics', 'spend')).toBe('12.500000');
      const april = await campaignReport(
        shop.reports,
        'spring',
        { start: '2026-04-01', end: '2026-05-01' },
        ALL_BRANDS,
      );
      expect(pick(april, 'efficiency_metrics', 'spend')).toBe(null);
    }));

  it('stays within the brand of the key', () =>
    withShop({}, async (shop) => {
      await shop.send('touchpoints', touch('t', 'email_open', at(2), { ...SPRING, brand_id: 'a' }));
      const mine = await campaignReport(shop.reports, 'spring', MARCH, { key_brand_id: 'a' });
      expect(pick(mine, 'basic_metrics', 'opens')).toBe(1);
      expect(pick(await campaignReport(shop.reports, 'spring', MARCH, ALL_BRANDS), 'basic_metrics', 'opens')).toBe(1);
      await expect(campaignReport(shop.reports, 'spring', MARCH, { key_brand_id: 'b' })).rejects.toThrow(
        'no record has',
      );
      await expect(
        campaignReport(shop.reports, 'spring', { ...MARCH, brand_id: 'a' }, { key_brand_id: 'b' }),
      ).rejects.toThrow('this key is for brand b only');
    }));
});
