/** Settings that a request tries answer as the same settings in the configuration do, and change nothing else. */
import { expect, test } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import { campaignsReport } from '../../src/reports/campaigns.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import { journeysReport } from '../../src/reports/journeys.ts';
import { modelComparison } from '../../src/reports/model-comparison.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, type Shop, withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';

async function fill(shop: Shop): Promise<void> {
  await shop.send(
    'touchpoints',
    touch('open', 'email_open', at(2)),
    touch('click', 'email_click', at(5), { campaign_id: 'spring' }),
    touch('ad', 'paid_ad_click', at(9), { channel: 'paid_search' }),
  );
  await shop.send('conversions', order('c1', '100', at(10)), order('c2', '40', at(20), { conversion_type: 'renewal' }));
}

const REPORTS = {
  attribution: (context: ReportContext, asked: object) =>
    attributionReport(context, { ...MARCH, models: 'linear,time_decay', group_by: 'channel', ...asked }, ALL_BRANDS),
  campaigns: (context: ReportContext, asked: object) =>
    campaignsReport(context, { ...MARCH, model: 'time_decay', ...asked }, ALL_BRANDS),
  journeys: (context: ReportContext, asked: object) => journeysReport(context, { ...MARCH, ...asked }, ALL_BRANDS),
  models: (context: ReportContext, asked: object) =>
    modelComparison(context, { ...MARCH, models: 'linear,time_decay', draws: 20, ...asked }, ALL_BRANDS),
};

const TRIES: ReadonlyArray<[asked: Record<string, string>, configured: object]> = [
  [{ half_life_days: '1.5' }, { half_life_days: 1.5 }],
  [{ view_days: '14', email_days: '0', click_days: '3' }, { windows: { view_days: 14, email_days: 0, click_days: 3 } }],
];

const without = ({ generated_at: _, ...answer }: Json): Json => answer;

test.each(Object.keys(REPORTS) as Array<keyof typeof REPORTS>)('the report %s', async (name) => {
  const defaults = { by_conversion_type: { renewal: { half_life_days: 30, windows: { email_days: 20 } } } };
  await withShop({ defaults }, async (shop) => {
    await fill(shop);
    const own = await REPORTS[name](shop.reports, {});
    for (const [asked, configured] of TRIES) {
      const given = { ...defaults.by_conversion_type.renewal, ...configured };
      const windows = { ...defaults.by_conversion_type.renewal.windows, ...(configured as Json).windows };
      const by_conversion_type = { renewal: { ...given, windows } };
      const wanted = await REPORTS[name](shop.configured({ defaults: { ...configured, by_conversion_type } }), {});
      const tried = await REPORTS[name](shop.reports, asked);
      expect(without(tried)).toEqual(without(wanted));
      expect(tried['config_hash']).not.toBe(own['config_hash']);
    }
    expect(without(await REPORTS[name](shop.reports, {}))).toEqual(without(own));
  });
});

test.each([
  ['half_life_days', '0', /above 0 to 3650/],
  ['half_life_days', 'seven', /"seven" is not a number of days/],
  ['view_days', '-1', /from 0 to 365/],
  ['email_days', '366', /from 0 to 365/],
  ['click_days', '1e2', /from 0 to 365/],
])('%s=%s is refused by its name', async (name, value, message) => {
  await withShop({}, async ({ reports }) => {
    const asked = REPORTS.attribution(reports, { [name]: value });
    await expect(asked).rejects.toMatchObject({ code: 'bad_request', field: name });
    await expect(asked).rejects.toThrow(message);
  });
});
