/** The table of campaigns and flows says of each what the campaign report says of it, and adds up to the attribution report. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import { campaignReport } from '../../src/reports/campaign.ts';
import { ENGAGEMENT_COUNTS, ENGAGEMENT_RATES } from '../../src/reports/campaign-metrics.ts';
import { averageRevenue } from '../../src/reports/campaigns/revenue-interval.ts';
import { campaignsReport } from '../../src/reports/campaigns.ts';
import { type EmailWorld, emailWorlds, engagementOf, happenedTo, withRecipients } from '../reference/emails.ts';
import { attribute, fullOptions } from '../reference/reference.ts';
import { campaignOf } from '../reference/touches.ts';
import { optionsArbitrary } from '../reference/worlds.ts';
import { askReportBoth, filled } from '../support/both-ways.ts';
import { withEmails } from '../support/emails.ts';
import { ALL_BRANDS, mail, order, touch } from '../support/events.ts';
import { type Json, pick, withShop } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { at, MARCH } from '../support/time.ts';
import { parametersOf, settingsOf } from '../support/worlds.ts';

const RUNS = runsOf('TRIBUTARY_EMAIL_WORLDS', 3, 25);
const FIGURES = [...Object.keys(ENGAGEMENT_COUNTS), ...Object.keys(ENGAGEMENT_RATES)];

describe('on random worlds', () => {
  test('each row is the campaign report of its campaign, and all rows add up to the attribution report', async () => {
    await fc.assert(
      fc.asyncProperty(emailWorlds(), optionsArbitrary, async (emails, options) => {
        await withEmails(emails, async (engine) => {
          for (const [brand_id, own] of Object.entries(options.settings ?? {}))
            engine.settings.set(brand_id, settingsOf(own));
          const { models: _models, week_start: _week, filter: _filter, ...rest } = parametersOf(options, []);
          const asked = { ...rest, model: 'linear' };
          const histories = await filled(engine.reports);
          const { text } = await askReportBoth(campaignsReport, engine.reports, asked, histories);
          if (!text.startsWith('{')) return;
          const report = JSON.parse(text) as Json;
          const all = (await attributionReport(
            engine.reports,
            { ...asked, group_by: 'campaign_id' },
            ALL_BRANDS,
          )) as Json;
          expect(report.totals.attributed_revenue_micros).toBe(all.summary.total_attributed_revenue_micros);
          expectReference(report, emails, { ...options, filters: [] });
          for (const row of report.campaigns) {
            if (row.campaign_id === null || (row.sends === null && row.touched_conversions === 0)) continue;
            const own = (await campaignReport(engine.reports, row.campaign_id, asked, ALL_BRANDS)) as Json;
            if (row.sends !== null)
              for (const name of FIGURES) expect([name, row[name]]).toEqual([name, own.basic_metrics[name]]);
            // Credit of links that name a campaign by its label is in the row of that label, so that rows add up.
            if (row.campaign_id !== row.campaign_id.toLowerCase()) continue;
            for (const name of [
              'touched_conversions',
              'converting_customers',
              'credited_conversions',
              'attributed_revenue_micros',
            ])
              expect([name, row[name]]).toEqual([name, own.conversion_metrics[name]]);
            if (row.sends === null) continue;
            expect(row.conversion_rate).toBe(own.conversion_metrics.conversion_rate);
            expect(row.revenue_per_recipient).toBe(own.efficiency_metrics.revenue_per_recipient);
          }
        });
      }),
      { numRuns: RUNS, endOnFailure: process.env['FC_SHRINK'] === undefined },
    );
  }, 300_000);

  test('an email and a kind of campaign have the figures of the campaign report, under filters both ways agree', async () => {
    await fc.assert(
      fc.asyncProperty(emailWorlds({ touchpoints: 20 }), optionsArbitrary, async (emails, options) => {
        await withEmails(emails, async (engine) => {
          const { models: _models, week_start: _week, ...asked } = parametersOf(options, []);
          const histories = await filled(engine.reports);
          for (const by of ['email_id', 'campaign_kind'] as const) {
            const { text } = await askReportBoth(campaignsReport, engine.reports, { ...asked, by }, histories);
            if (!text.startsWith('{')) return;
            const report = JSON.parse(text) as Json;
            if (by !== 'email_id' || options.filters!.length > 0) continue;
            const { filter: _filter, ...bare } = asked;
            const own = (await campaignReport(engine.reports, 'spring', bare, ALL_BRANDS).catch(() => null)) as Json;
            for (const row of own?.by_email ?? []) {
              const found = report.campaigns.find(
                (one: Json) => one.campaign_id === 'spring' && one.email_id === row.email_id,
              );
              if (found.sends !== null)
                expect(FIGURES.map((name) => found[name])).toEqual(FIGURES.map((name) => row[name]));
              for (const name of ['touched_conversions', 'attributed_revenue_micros'])
                expect(found[name]).toBe(row[name]);
            }
          }
        });
      }),
      { numRuns: RUNS, endOnFailure: process.env['FC_SHRINK'] === undefined },
    );
  }, 300_000);
});

/** What the reference says of each campaign, without looking at the queries. */
function expectReference(report: Json, emails: EmailWorld, options: Parameters<typeof attribute>[1]): void {
  const full = fullOptions(options);
  const happened = happenedTo(emails, full).filter(({ at_ms }) => at_ms >= full.start_ms && at_ms < full.end_ms);
  const world = withRecipients(emails);
  const touchpoints = new Map(
    [...world.touchpoints].reverse().map((row) => [JSON.stringify([row.brand_id, row.touchpoint_id]), row]),
  );
  const { orders } = attribute(world, options);
  for (const row of report.campaigns) {
    const touched = orders.filter(({ brand_id, path }) =>
      path.some(
        ({ touchpoint_id }) =>
          campaignOf(touchpoints.get(JSON.stringify([brand_id, touchpoint_id]))!) === row.campaign_id,
      ),
    );
    const counted = touched.filter(({ counted: one }) => one);
    expect(row.touched_conversions).toBe(counted.length);
    expect(row.influenced_revenue_micros).toBe(String(counted.reduce((sum, { net_micros }) => sum + net_micros, 0n)));
    const label = (row.campaign_id as string | null)?.toLowerCase();
    const own = happened.filter(
      ({ campaign_id, is_label }) => campaign_id === row.campaign_id || (is_label && campaign_id === label),
    );
    const engagement = engagementOf(own);
    for (const [name, value] of Object.entries(engagement))
      expect([row.campaign_id, name, row[name]]).toEqual([row.campaign_id, name, own.length === 0 ? null : value]);
  }
}

describe('in a shop', () => {
  test('a flow has its kind, an interval needs people, and a channel without emails has no engagement', () =>
    withShop({}, async (shop) => {
      const spring = { campaign_id: 'spring', campaign_kind: 'flow' };
      const ids = Array.from({ length: 60 }, (_, i) => `p${i}`);
      await shop.send('email_events', ...ids.map((id) => mail('delivered', id, { ...spring })));
      await shop.send(
        'email_events',
        mail('unsubscribed', 'p59', spring),
        mail('delivered', 'p0', { campaign_id: 'fall' }),
      );
      await shop.send(
        'touchpoints',
        ...ids.slice(0, 40).map((id) => touch(`c-${id}`, 'email_click', at(2), { ...spring, customer_id: id })),
      );
      await shop.send(
        'touchpoints',
        touch('ad', 'paid_ad_click', at(3), { channel: 'paid', campaign_id: 'ads', customer_id: 'p0' }),
      );
      await shop.send(
        'conversions',
        ...ids.slice(0, 40).map((id, i) => order(`o-${id}`, String(10 + i), at(4), { customer_id: id })),
      );
      const report = (await campaignsReport(shop.reports, MARCH, ALL_BRANDS)) as Json;
      const of = (id: string): Json => report.campaigns.find((row: Json) => row.campaign_id === id);
      expect(of('spring')).toMatchObject({
        campaign_kind: 'flow',
        delivered: 60,
        unique_recipients: 60,
        unique_human_clicks: 40,
        recipient_click_rate: 0.666667,
        touched_conversions: 40,
        influenced_revenue: '1180.000000',
        attributed_revenue: '1175.000000',
        revenue_per_recipient: '19.583333',
        revenue_per_recipient_withheld: null,
        revenue_per_recipient_support: 40,
        unsubscribes_per_order: 0.025,
        unsubscribes_per_thousand: 16.666667,
      });
      const { low, high } = of('spring').revenue_per_recipient_interval;
      expect(Number(low)).toBeGreaterThan(14);
      expect(Number(low)).toBeLessThan(19.5);
      expect(Number(high)).toBeGreaterThan(19.6);
      expect(Number(high)).toBeLessThan(26);
      const dots = of('spring').revenue_per_recipient_quantiles.map(Number);
      expect(dots).toEqual([...dots].sort((a: number, b: number) => a - b));
      expect(dots.filter((dot: number) => dot >= Number(low) && dot <= Number(high)).length).toBe(18);
      // Together they earned 1175 of 60 + 1 recipients, of which fall, with nothing, has one. So spring is always above.
      expect(report.average_revenue_per_recipient).toBe('19.262295');
      expect(of('spring').revenue_per_recipient_above_average).toBe(1);
      expect(of('fall').revenue_per_recipient_above_average).toBe(null);
      expect(of('fall')).toMatchObject({
        campaign_kind: null,
        touched_conversions: 0,
        revenue_per_recipient: '0.000000',
        revenue_per_recipient_interval: null,
        revenue_per_recipient_withheld: 'needs 30 people with a touched order, has 0',
      });
      expect(of('ads')).toMatchObject({ sends: null, recipient_click_rate: null, influenced_revenue: '10.000000' });
      expect(report.totals).toMatchObject({ delivered: 61, unique_recipients: 60, attributed_revenue: '1180.000000' });
    }));

  test('a filter about orders leaves no engagement to show, and says so', () =>
    withShop({}, async (shop) => {
      await shop.send('email_events', mail('delivered', 'ann'));
      await shop.send('touchpoints', touch('t', 'email_click', at(2), { campaign_id: 'spring' }));
      await shop.send('conversions', order('c', '10', at(3)));
      const asked = { ...MARCH, filter: ['conversion_type:purchase'] };
      const report = await campaignsReport(shop.reports, asked, ALL_BRANDS);
      expect(pick(report, 'campaigns', 0)).toMatchObject({
        campaign_id: 'spring',
        delivered: null,
        attributed_revenue: '10.000000',
      });
      expect((report['warnings'] as Json[]).map(({ code }) => code)).toContain('engagement_not_filtered');
      const of_email = await campaignsReport(shop.reports, { ...MARCH, filter: ['channel:email'] }, ALL_BRANDS);
      expect(pick(of_email, 'campaigns', 0)).toMatchObject({ delivered: 1 });
    }));

  test('two campaigns that earn alike are above their average about as often as not, one that earns twice as much nearly always', () =>
    withShop({}, async (shop) => {
      const shares = async (values: readonly [string, string]): Promise<number[]> => {
        const name = values.join('-');
        const ids = Array.from({ length: 160 }, (_, i) => `${name}-p${i}`);
        const campaign_id = (i: number): string => `${name}-${i % 2}`;
        await shop.send(
          'email_events',
          ...ids.map((id, i) => mail('delivered', id, { campaign_id: campaign_id(i), email_id: 'e' })),
        );
        await shop.send(
          'touchpoints',
          ...ids.map((id, i) =>
            touch(`c-${id}`, 'email_click', at(2), { campaign_id: campaign_id(i), customer_id: id }),
          ),
        );
        await shop.send(
          'conversions',
          ...ids.map((id, i) =>
            order(`o-${id}`, String(Number(values[i % 2]) * (1 + (i % 14))), at(4), { customer_id: id }),
          ),
        );
        const filter = [`campaign_id:${name}-0`, `campaign_id:${name}-1`];
        const report = (await campaignsReport(shop.reports, { ...MARCH, filter }, ALL_BRANDS)) as Json;
        const of = (one: string): Json => report.campaigns.find((row: Json) => row.campaign_id === one);
        return [0, 1].map((i) => of(`${name}-${i}`).revenue_per_recipient_above_average);
      };
      // Of the two, one is above the average exactly where the other is below.
      const alike = await shares(['10', '10']);
      expect(alike[0]! + alike[1]!).toBeCloseTo(1, 2);
      expect(Math.max(...alike)).toBeLessThan(0.95);
      const apart = await shares(['10', '20']);
      expect(apart[0]).toBeLessThan(0.02);
      expect(apart[1]).toBeGreaterThan(0.98);
    }));
});

test('the average of all campaigns is exact, however large their revenue is and in whatever order they come', () => {
  const rows = [
    { recipients: 2, credited: new Map([[3, 1_097_616_971_145_414_566n]]) },
    { recipients: 6, credited: new Map([[7, -675_074_337_000n]]) },
    { recipients: 1, credited: new Map([[3, -855_683_921_700_666_666n]]) },
  ];
  // 241,932,374,370,410,900 micros for 9 recipients.
  expect(averageRevenue(rows)!.revenue).toBe('26881374930.045656');
  expect(averageRevenue(rows)).toEqual(averageRevenue([...rows].reverse()));
});
