/** The work for time zones grows with the zones, not with the brands that are in them. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import { campaignReport } from '../../src/reports/campaign.ts';
import { journeysReport } from '../../src/reports/journeys.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';

const BRANDS = Array.from({ length: 1_000 }, (_, i) => `brand-${i}`);
const CONFIG = { defaults: { time_zone: 'Europe/Berlin' }, brands: Object.fromEntries(BRANDS.map((id) => [id, {}])) };
const SINCE_1970 = { start: '1970-01-02', end: '2026-04-01', group_by: 'day' } as const;
/** A search steps by a week, and halves the week of each of about a hundred changes 30 times. */
const ONE_SEARCH = 10_000;

test('the offsets of a zone are searched once for all of its brands, and their days are too', () =>
  withShop(CONFIG, async ({ reports, send }) => {
    const looked = vi.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts');
    onTestFinished(() => looked.mockRestore());
    const looksOf = async (report: Promise<unknown>): Promise<number> => {
      looked.mockClear();
      await report;
      return looked.mock.calls.length;
    };
    await send('touchpoints', ...BRANDS.map((brand_id) => touch(`t ${brand_id}`, 'email_click', at(2), { brand_id })));
    await send('conversions', order('first', '10.00', '1970-01-02T12:00:00Z', { brand_id: 'brand-0' }));
    await send('conversions', ...BRANDS.map((brand_id) => order(`o ${brand_id}`, '10.00', at(3), { brand_id })));
    const spend = { date: '2026-03-05', channel: 'email', campaign_id: 'spring', amount: '1', currency: 'USD' };
    await send('spend', ...BRANDS.map((brand_id) => ({ ...spend, brand_id })));

    const first = await looksOf(attributionReport(reports, SINCE_1970, ALL_BRANDS));
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(ONE_SEARCH);
    for (const ask of [
      (brand: object) => attributionReport(reports, { ...SINCE_1970, ...brand, model: 'linear' }, ALL_BRANDS),
      (brand: object) => journeysReport(reports, { ...MARCH, ...brand }, ALL_BRANDS),
      (brand: object) => campaignReport(reports, 'spring', { ...MARCH, ...brand }, ALL_BRANDS),
    ]) {
      await ask({ brand_id: 'brand-0' });
      const of_one = await looksOf(ask({ brand_id: 'brand-1' }));
      expect(await looksOf(ask({}))).toBeLessThanOrEqual(of_one);
    }
  }));
