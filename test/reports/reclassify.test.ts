import { describe, expect, it } from 'vitest';
import { reclassifyAll } from '../../src/log/reclassify.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { compareRun } from '../../src/reports/run-comparison.ts';
import { freezeRun } from '../../src/reports/runs.ts';
import type { CollectingTributary } from '../../src/tributary.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, pick, type Shop, withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';

/** Three visits without a channel of their own, one whose sender said which. */
async function sendVisits(shop: Shop): Promise<void> {
  const { channel: _a, ...own_page } = touch('own', 'website_visit', at(5), { referrer: 'https://shop.example/cart' });
  const { channel: _b, ...search } = touch('search', 'website_visit', at(6), { referrer: 'https://www.google.com/' });
  await shop.send(
    'touchpoints',
    own_page,
    search,
    touch('sent', 'website_visit', at(7), { channel: 'podcast', referrer: 'https://shop.example/' }),
  );
  await shop.send('conversions', order('o', '90', at(8)));
}

/** The same Tributary with a rule that knows the shop's own domain. */
const knowing = (tributary: CollectingTributary) => ({
  ...tributary,
  enrich_options: { ...tributary.enrich_options, own_domains: ['shop.example'] },
});

const channels = (report: unknown) =>
  Object.fromEntries(pick(report, 'channel_attribution').map((row: Json) => [row.channel, row.attributed_revenue]));

describe('judging stored touchpoints again', () => {
  it('changes nothing while the rules are the same', () =>
    withShop({}, async (shop) => {
      await sendVisits(shop);
      expect(await reclassifyAll(shop.tributary)).toEqual({ examined: 3, changed: 0 });
    }));

  it('lets a page that was opened from a domain of the brand continue the visit before it', () =>
    withShop({}, async (shop) => {
      const { channel: _channel, ...cart } = touch('cart', 'page_view', '2026-03-05T10:02:00Z', {
        referrer: 'https://shop.example/jackets',
      });
      const click = touch('click', 'email_click', '2026-03-05T10:00:00Z', { campaign_id: 'spring' });
      await shop.send('touchpoints', click, { ...cart, channel: 'direct' });
      await shop.send('conversions', order('o', '90', '2026-03-05T10:05:00Z'));
      const report = () =>
        attributionReport(shop.reports, { ...MARCH, group_by: 'channel', model: 'linear' }, ALL_BRANDS);
      expect(channels(await report())).toEqual({ email: '45.000000', direct: '45.000000' });
      // Its channel was sent and stays. What changes is that the page is no arrival.
      expect(await reclassifyAll(knowing(shop.tributary))).toEqual({ examined: 2, changed: 1 });
      expect(channels(await report())).toEqual({ email: '90.000000' });
      expect(await reclassifyAll(knowing(shop.tributary))).toEqual({ examined: 2, changed: 0 });
    }));

  it('changes the next report, and no report of an earlier log position', () =>
    withShop({}, async (shop) => {
      await sendVisits(shop);
      const before: Json = await attributionReport(shop.reports, { ...MARCH, group_by: 'channel' }, ALL_BRANDS);
      expect(channels(before)).toEqual({ referral: '30.000000', organic_search: '30.000000', podcast: '30.000000' });
      const seen: unknown[] = [];
      const done = await reclassifyAll(knowing(shop.tributary), { onProgress: (progress) => seen.push(progress) });
      expect(done).toEqual({ examined: 3, changed: 1 });
      expect(seen).toEqual([{ examined: 3, changed: 1, total: 3 }]);

      const after: Json = await attributionReport(shop.reports, { ...MARCH, group_by: 'channel' }, ALL_BRANDS);
      expect(channels(after)).toEqual({ direct: '30.000000', organic_search: '30.000000', podcast: '30.000000' });
      expect(after.as_of).not.toBe(before.as_of);
      const again: Json = await attributionReport(
        shop.reports,
        { ...MARCH, group_by: 'channel', as_of: before.as_of },
        ALL_BRANDS,
      );
      expect({ ...again, generated_at: '' }).toEqual({ ...before, generated_at: '' });

      expect(
        channels(
          await attributionReport(shop.reports, { ...MARCH, group_by: 'channel', exclude_direct: 'true' }, ALL_BRANDS),
        ),
      ).toEqual({
        organic_search: '45.000000',
        podcast: '45.000000',
      });
    }));

  it('stores each change once, and changes it back when the rule is removed', () =>
    withShop({}, async (shop) => {
      await sendVisits(shop);
      const both = await Promise.all([reclassifyAll(knowing(shop.tributary)), reclassifyAll(knowing(shop.tributary))]);
      expect(both.map(({ changed }) => changed)).toEqual([1, 0]);
      expect(await reclassifyAll(shop.tributary)).toEqual({ examined: 3, changed: 1 });
      expect(
        channels(await attributionReport(shop.reports, { ...MARCH, group_by: 'channel' }, ALL_BRANDS)),
      ).toHaveProperty('referral');
    }));

  it('leaves events in the spool and later events as they are', () =>
    withShop({}, async (shop) => {
      await sendVisits(shop);
      const input = order('o2', '10', at(9));
      await shop.tributary.collector.accept({ source: 'test', drafts: [{ record: 'conversions', input }] }, ALL_BRANDS);
      await reclassifyAll(knowing(shop.tributary));
      await shop.send('conversions', order('o3', '5', at(9)));
      const report = await attributionReport(shop.reports, MARCH, ALL_BRANDS);
      expect(pick(report, 'summary', 'total_conversions')).toBe(3);
      expect(pick(report, 'reconciliation', 'net_revenue_micros')).toBe('105000000');
    }));

  it('is a cause of its own in a frozen run: touches', () =>
    withShop({}, async (shop) => {
      await sendVisits(shop);
      await freezeRun(shop.reports, { ...MARCH, run_id: 'r' }, ALL_BRANDS);
      await reclassifyAll(knowing(shop.tributary));
      const comparison: Json = await compareRun(shop.reports, 'r', {}, ALL_BRANDS);
      const direct = comparison.groups.find((line: Json) => line.channel === 'direct');
      expect(comparison.reproducible).toBe(true);
      expect(direct).toMatchObject({
        frozen_micros: '0',
        today_micros: '30000000',
        causes_micros: { touches: '30000000', settings: '0' },
      });
    }));
});
