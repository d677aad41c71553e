/** Segments by behaviour, as statements in the log: who joins, stays and leaves, and what reports make of it. */
import { describe, expect, it } from 'vitest';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import { assignOnce, LEAST_CUSTOMERS } from '../../src/profiles/assign.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { customerReport } from '../../src/reports/customer.ts';
import { ALL_BRANDS, mail, order } from '../support/events.ts';
import { type Json, type Shop, withShop } from '../support/shop.ts';
import { at, LAST_DAY_OF_MARCH_MS } from '../support/time.ts';

const CONFIG = {
  behavioural_segments: {
    default: { rules: { repeat: { orders_at_least: 2 }, dear: { revenue_at_least: '100' } }, expire_days: 20 },
  },
};

const BEGIN_MS = LAST_DAY_OF_MARCH_MS - 25 * MS_PER_DAY;

/** A run some days after 6 March. */
function runAfter({ tributary }: Shop, days: number) {
  const [settings] = tributary.config.behavioural_segments;
  const reports = { ...tributary.reports, clock: () => BEGIN_MS + days * MS_PER_DAY };
  return assignOnce(settings!, { reports, collector: tributary.collector }, new AbortController().signal);
}

async function heldBy({ tributary }: Shop, customer_id: string, days: number): Promise<string[]> {
  await tributary.collector.flush();
  const reports = { ...tributary.reports, clock: () => BEGIN_MS + days * MS_PER_DAY };
  const { segments }: Json = await customerReport(reports, customer_id, {}, ALL_BRANDS);
  return segments.filter((row: Json) => row.is_current).map((row: Json) => row.segment_name);
}

describe('segments by behaviour', () => {
  it('are stated once, renewed before they end, and end for who leaves', () =>
    withShop(CONFIG, async (shop) => {
      await shop.send(
        'conversions',
        order('o1', '60', at(1)),
        order('o2', '60', at(2)),
        order('b1', '150', at(3), { customer_id: 'bob' }),
      );
      expect(await runAfter(shop, 0)).toMatchObject({ people: 2, joined: 3, renewed: 0, left: 0 });
      expect(await runAfter(shop, 1)).toMatchObject({ people: 2, joined: 0, renewed: 0, left: 0 });
      expect(await heldBy(shop, 'ann', 1)).toEqual(['dear', 'repeat']);
      expect(await heldBy(shop, 'bob', 1)).toEqual(['dear']);
      await shop.send('adjustments', {
        conversion_id: 'o1',
        adjustment_id: 'r',
        amount: '-60',
        currency: 'USD',
        occurred_at: at(5),
      });
      expect(await runAfter(shop, 2)).toMatchObject({ joined: 0, renewed: 0, left: 1 });
      expect(await heldBy(shop, 'ann', 2.5)).toEqual(['repeat']);
      expect(await runAfter(shop, 11)).toMatchObject({ joined: 0, renewed: 2, left: 0 });
      expect(await heldBy(shop, 'bob', 30)).toEqual(['dear']);
      expect(await heldBy(shop, 'bob', 32)).toEqual([]);
    }));

  it('are assigned whatever the name of the brand is', () =>
    withShop({ behavioural_segments: { 'Shop-EU.2': CONFIG.behavioural_segments.default } }, async (shop) => {
      const brand_id = 'Shop-EU.2';
      await shop.send('conversions', order('o1', '60', at(1), { brand_id }), order('o2', '60', at(2), { brand_id }));
      expect(await runAfter(shop, 0)).toMatchObject({ people: 1, joined: 2 });
    }));

  it('group and filter reports by what held at the time of each order', () =>
    withShop(CONFIG, async (shop) => {
      await shop.send('conversions', order('o1', '60', at(1)), order('o2', '60', at(2)));
      await runAfter(shop, 5);
      await shop.send('conversions', order('o3', '10', at(20)), order('c1', '5', at(20), { customer_id: 'cleo' }));
      const report: Json = await attributionReport(
        { ...shop.reports },
        { start: '2026-03-01', end: '2026-04-01', group_by: 'segment' },
        ALL_BRANDS,
      );
      const by = Object.fromEntries(
        report.unattributed.map((row: Json) => [row.segment ?? '', row.unattributed_revenue]),
      );
      expect(by).toEqual({ 'dear + repeat': '10.000000', '': '125.000000' });
    }));

  it('follow the person over joined ids, and leave statements of others alone', () =>
    withShop(CONFIG, async (shop) => {
      await shop.send('conversions', order('o1', '60', at(1)), order('d1', '60', at(2), { customer_id: 'device' }));
      await shop.send('customer_segments', {
        customer_id: 'ann',
        segment_name: 'repeat',
        assigned_at: at(1),
        segment_properties: { by: 'me' },
      });
      expect(await runAfter(shop, 0)).toMatchObject({ joined: 0, left: 0 });
      await shop.send('identity_links', { left_id: 'ann', right_id: 'device', kind: 'login', occurred_at: at(3) });
      expect(await runAfter(shop, 1)).toMatchObject({ people: 1, joined: 2 });
      expect(await heldBy(shop, 'device', 1)).toEqual(['dear', 'repeat']);
      await shop.send('identity_links', { left_id: 'ann', right_id: 'device', state: 'unlinked', occurred_at: at(4) });
      expect(await runAfter(shop, 2)).toMatchObject({ people: 2, left: 2 });
    }));

  it('give customers classes by fifths from enough of them on, and people of the list their state', () =>
    withShop({ behavioural_segments: { default: {} } }, async (shop) => {
      const id = (i: number): string => `c${String(i).padStart(3, '0')}`;
      const some = (count: number) =>
        Array.from({ length: count }, (_, i) =>
          Array.from({ length: 1 + Math.floor(i / 10) }, (_none, n) =>
            order(`o${i}-${n}`, String(10 + i), at(1 + Math.floor(i / 2), '10:00'), { customer_id: id(i) }),
          ),
        ).flat();
      await shop.send('conversions', ...some(LEAST_CUSTOMERS - 1));
      expect(await runAfter(shop, 24)).toMatchObject({ people: LEAST_CUSTOMERS - 1, joined: 0 });
      await shop.send('conversions', ...some(LEAST_CUSTOMERS).slice(-5));
      await shop.send('email_events', mail('delivered', id(0)), mail('delivered', 'zoe'));
      expect(await runAfter(shop, 25)).toMatchObject({ people: LEAST_CUSTOMERS + 1, joined: LEAST_CUSTOMERS + 2 });
      expect(await heldBy(shop, id(LEAST_CUSTOMERS - 1), 25)).toEqual(['rfm_champions']);
      expect(await heldBy(shop, id(0), 25)).toEqual(['email_never_engaged', 'rfm_lost']);
      expect(await heldBy(shop, 'zoe', 25)).toEqual(['email_never_engaged']);
    }));

  it('are assigned by the server itself when they are due', () =>
    withShop(CONFIG, async (shop) => {
      await shop.send('conversions', order('o1', '160', at(1)));
      const { followers } = shop.tributary;
      followers.start();
      await expect
        .poll(() => shop.tributary.state.get('behavioural_segments', 'default'), { timeout: 60_000 })
        .toMatchObject({ joined: 1 });
      expect(followers.status().find(({ name }) => name === 'behavioural_segments')).toMatchObject({ last_error: '' });
    }));
});
