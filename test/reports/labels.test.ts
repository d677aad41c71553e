/** One campaign or channel is one row, in whatever way it is written, and its spend meets its touches. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import { campaignReport } from '../../src/reports/campaign.ts';
import { campaignsReport } from '../../src/reports/campaigns.ts';
import { ALL_BRANDS, type Fields, order } from '../support/events.ts';
import { type Json, openShop, type Shop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  const visits: Array<[customer_id: string, fields: Fields]> = [
    ['a', { utm_source: 'LinkedIn', utm_medium: 'CPC', utm_campaign: 'Summer Push' }],
    ['b', { url: 'https://shop.example/?utm_source=linkedin&utm_medium=cpc&utm_campaign=Summer%20Push' }],
    ['c', { url: 'https://shop.example/#utm_source=LINKEDIN&utm_medium=cpc&utm_campaign=summer+push' }],
    ['d', { url: 'https://shop.example/?utm_campaign=Summer_Sale' }],
    ['e', { url: 'https://shop.example/?utm_campaign=x&utm_id=C-77' }],
    ['f', { url: 'https://shop.example/?utm_campaign=x&utm_id=C-77', campaign_id: 'own' }],
    ['g', { channel: 'Email' }],
    ['h', { channel: 'email' }],
  ];
  for (const [customer_id, fields] of visits) {
    const touch = {
      touchpoint_id: `t-${customer_id}`,
      customer_id,
      touchpoint_type: 'website_visit',
      occurred_at: at(5),
    };
    await shop.send('touchpoints', { ...touch, ...fields });
    await shop.send('conversions', order(`o-${customer_id}`, '10', at(6), { customer_id }));
  }
  await shop.send('touchpoints', {
    ...{ touchpoint_id: 't-silent', customer_id: 'silent', touchpoint_type: 'website_visit', occurred_at: at(5) },
    utm_campaign: 'Autumn',
  });
  const spent = { date: '2026-03-05', channel: 'paid_social', currency: 'USD' };
  await shop.send(
    'spend',
    { ...spent, campaign_id: 'Summer Push', amount: '3' },
    { ...spent, campaign_id: 'SUMMER PUSH', amount: '4' },
    { ...spent, campaign_id: 'C-77', amount: '5' },
    { ...spent, campaign_id: 'Own', amount: '6' },
    { ...spent, campaign_id: 'Winter', amount: '8' },
    { ...spent, campaign_id: 'AUTUMN', amount: '9' },
  );
});
afterAll(() => shop.close());

const rows = async (group_by: string, more: Fields = {}): Promise<Record<string, number>> => {
  const report: Json = await attributionReport(shop.reports, { ...MARCH, group_by, ...more }, ALL_BRANDS);
  return Object.fromEntries(
    report.channel_attribution.map((row: Json) => [row[group_by] ?? 'none', Number(row.attributed_revenue)]),
  );
};

test('a label is one row, whether it came in a field or in a URL', async () => {
  expect(await rows('utm_source')).toEqual({ linkedin: 30, none: 50 });
});

test('the campaign of a touch is its campaign_id, else utm_id, else utm_campaign', async () => {
  expect(await rows('campaign_id')).toEqual({
    'summer push': 30,
    summer_sale: 10,
    'C-77': 10,
    own: 10,
    none: 20,
    Winter: 0,
    AUTUMN: 0,
  });
  expect(await rows('utm_id')).toEqual({ 'C-77': 20, none: 60 });
});

test('a filter by campaign finds what a group by campaign shows, with its spend', async () => {
  const report: Json = await attributionReport(
    shop.reports,
    { ...MARCH, group_by: 'campaign_id', filter: ['campaign_id:summer push', 'campaign_id:C-77'] },
    ALL_BRANDS,
  );
  expect(
    report.channel_attribution.map((row: Json) => [row.campaign_id, Number(row.attributed_revenue), row.spend]),
  ).toEqual([
    ['summer push', 30, '7.000000'],
    ['C-77', 10, '5.000000'],
  ]);
});

test('a campaign without source and medium is not direct', async () => {
  const channels = { paid_social: 30, unassigned: 30, Email: 10, email: 10 };
  expect(await rows('channel', { exclude_direct: 'true' })).toEqual(channels);
});

test('a channel that was sent as Email is email in the share of email', async () => {
  const report: Json = await attributionReport(shop.reports, { ...MARCH, group_by: 'channel' }, ALL_BRANDS);
  expect(report.summary.email_attributed_revenue).toBe('20.000000');
});

test.each([
  ['summer push', 30, '7.000000'],
  ['Summer Push', 30, '7.000000'],
  ['C-77', 10, '5.000000'],
  ['own', 10, '6.000000'],
  ['summer_sale', 10, null],
  ['Winter', 0, '8.000000'],
  ['autumn', 0, '9.000000'],
])('the report of the campaign %s has its revenue and its spend', async (campaign_id, revenue, spend) => {
  const report: Json = await campaignReport(shop.reports, campaign_id, MARCH, ALL_BRANDS);
  expect(Number(report.conversion_metrics.attributed_revenue)).toBe(revenue);
  expect(report.efficiency_metrics.spend ?? null).toBe(spend);
});

test('the table of campaigns sets spend beside the campaign of its name or label, else in a row of its own', async () => {
  const report: Json = await campaignsReport(shop.reports, MARCH, ALL_BRANDS);
  const spend = report.campaigns.map((row: Json) => [row.campaign_id, row.attributed_revenue, row.spend]);
  expect(
    Object.fromEntries(spend.map(([id, revenue, amount]: Json) => [id ?? 'none', [Number(revenue), amount]])),
  ).toEqual({
    'summer push': [30, '7.000000'],
    none: [20, null],
    'C-77': [10, '5.000000'],
    own: [10, '6.000000'],
    summer_sale: [10, null],
    Winter: [0, '8.000000'],
    AUTUMN: [0, '9.000000'],
  });
  expect(report.totals.spend).toBe('35.000000');
});
