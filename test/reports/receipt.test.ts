import { describe, expect, it } from 'vitest';
import { receiptReport } from '../../src/reports/receipt.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, pick, withShop } from '../support/shop.ts';
import { at } from '../support/time.ts';

const SPRING = { campaign_id: 'spring', email_id: 'e1' };

const statuses = (receipt: Json) =>
  Object.fromEntries(receipt.touchpoints.map((t: Json) => [t.touchpoint_id, t.status]));
const shown = (receipt: Json, id: string) => receipt.touchpoints.find((t: Json) => t.touchpoint_id === id);

describe('a receipt', () => {
  it('splits an order of 149.99 after an email open and a direct visit to the half cent', () =>
    withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('open', 'email_open', at(10, '10:00'), SPRING),
        touch('visit', 'direct_visit', at(10, '11:00')),
      );
      await shop.send('conversions', order('o', '149.99', at(10, '12:00')));
      const receipt = await receiptReport(shop.reports, 'o', {}, ALL_BRANDS);
      expect(receipt['attribution_models']).toEqual([
        'first_touch',
        'last_touch',
        'linear',
        'time_decay',
        'position_based',
      ]);
      for (const id of ['open', 'visit']) {
        expect(shown(receipt, id)).toMatchObject({
          status: 'credited',
          credit: {
            linear: { weight: 1, share: 0.5, attributed_revenue_micros: '74995000', attributed_revenue: '74.995000' },
          },
        });
      }
      expect(shown(receipt, 'open').credit.last_touch).toMatchObject({
        weight: 0,
        share: 0,
        attributed_revenue: '0.000000',
      });
      expect(shown(receipt, 'visit').age_days).toBe(0.041667);
      expect(receipt['reconciliation']).toMatchObject({
        net_revenue_micros: '149990000',
        unattributed_micros: '0',
        attributed: { linear: { attributed_revenue_micros: '149990000', credited_conversions: 1 } },
      });
      expect(receipt['unattributed_reason']).toBe(null);
    }));

  it('gives every touchpoint that did not count its reason', () =>
    withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('old-open', 'email_open', at(8, '11:59'), SPRING),
        touch('old-click', 'email_click', at(2), SPRING),
        touch('click', 'email_click', at(9, '09:00'), SPRING),
        touch('open', 'email_open', at(10, '09:00'), SPRING),
        touch('landing', 'website_visit', at(9, '09:05'), { channel: 'email', ...SPRING }),
        touch('page-1', 'page_view', at(9, '20:00'), { channel: 'paid_search', session_id: 's' }),
        touch('page-2', 'page_view', at(9, '20:01'), { channel: 'paid_search', session_id: 's' }),
        touch('page-3', 'page_view', at(9, '20:02'), { channel: 'paid_search', session_id: 's' }),
        touch('scanner', 'email_click', at(9, '09:00'), { verdict: 'bot', email_id: 'e9' }),
        touch('outcome', 'purchase', at(10, '11:00')),
        touch('typed', 'direct_visit', at(10, '11:00')),
        touch('after', 'website_visit', at(10, '12:01')),
      );
      await shop.send('conversions', order('o', '90', at(10)));
      const receipt = await receiptReport(shop.reports, 'o', { exclude_direct: 'true' }, ALL_BRANDS);
      expect(statuses(receipt)).toEqual({
        'old-open': 'outside_window',
        'old-click': 'outside_window',
        click: 'credited',
        open: 'absorbed',
        landing: 'absorbed',
        'page-1': 'credited',
        'page-2': 'absorbed',
        'page-3': 'absorbed',
        scanner: 'machine',
        outcome: 'ineligible_type',
        typed: 'excluded_channel',
        after: 'after_conversion',
      });
      expect(shown(receipt, 'landing')).toMatchObject({
        absorbed_into: 'click',
        reason: 'is the landing visit of click and counts there',
      });
      expect(shown(receipt, 'open').absorbed_into).toBe('click');
      expect(shown(receipt, 'page-3').absorbed_into).toBe('page-1');
      expect(shown(receipt, 'old-open').reason).toBe('2.000694 days before the order; the window of views is 1 days');
      expect(shown(receipt, 'scanner').reason).toContain('include_machine=true');
      const loose = await receiptReport(shop.reports, 'o', { collapse: 'none', include_machine: 'true' }, ALL_BRANDS);
      expect(statuses(loose)).toMatchObject({
        landing: 'credited',
        'page-3': 'credited',
        scanner: 'credited',
        typed: 'credited',
      });
    }));

  it('says what an order is worth after each refund, and at which rate', () =>
    withShop({}, async (shop) => {
      await shop.send('touchpoints', ...['a', 'b', 'c'].map((id, i) => touch(id, 'paid_ad_click', at(5 + i))));
      await shop.send(
        'conversions',
        order('second', '55.00', at(10, '13:00'), { order_id: 'n1', currency: 'EUR' }),
        order('first', '50.00', at(10), { order_id: 'n1', currency: 'EUR' }),
      );
      await shop.send(
        'adjustments',
        {
          adjustment_id: 'r2',
          order_id: 'n1',
          amount: '-3.33',
          currency: 'EUR',
          occurred_at: at(12),
          reason: 'refund',
        },
        { adjustment_id: 'r1', conversion_id: 'second', amount: '-10', currency: 'EUR', occurred_at: at(11) },
        { adjustment_id: 'r3', order_id: 'n1', amount: '-1', currency: 'USD', occurred_at: at(13) },
      );
      await shop.send('fx_rates', { date: '2026-03-07', currency: 'EUR', base: 'USD', rate: '1.0843' });
      const receipt = await receiptReport(shop.reports, 'second', {}, ALL_BRANDS);
      expect(receipt).toMatchObject({ conversion_id: 'first', asked_conversion_id: 'second' });
      expect(receipt['order']).toMatchObject({
        conversion_ids: ['first', 'second'],
        value: '50.000000',
        adjustments: [
          { adjustment_id: 'r1', net_after: '40.000000', applied: true },
          { adjustment_id: 'r2', net_after: '36.670000', applied: true, reason: 'refund' },
          { adjustment_id: 'r3', net_after: '36.670000', applied: false },
        ],
        net: '36.670000',
        exchange: { from: 'EUR', to: 'USD', rate: 1.0843, rate_dates: ['2026-03-07'] },
        // 36.67 * 1.0843
        net_in: { currency: 'USD', net: '39.761281' },
      });
      for (const model of receipt['attribution_models'] as string[]) {
        const micros = (receipt['touchpoints'] as Json[]).map((t) => BigInt(t.credit[model].attributed_revenue_micros));
        expect(micros.reduce((a, b) => a + b)).toBe(39_761_281n);
      }
      const euros = await receiptReport(shop.reports, 'first', { currency: 'EUR', model: 'linear' }, ALL_BRANDS);
      expect(pick(euros, 'order', 'exchange')).toBe(null);
      expect(pick(euros, 'reconciliation', 'net_revenue')).toBe('36.670000');
    }));

  it('names the ids of the person and what joins them', () =>
    withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('laptop', 'paid_ad_click', at(1), { customer_id: 'ann', anonymous_id: 'x' }),
      );
      await shop.send(
        'touchpoints',
        touch('phone', 'paid_ad_click', at(2), { anonymous_id: 'y' }),
        touch('tablet', 'paid_ad_click', at(3), { anonymous_id: 'z' }),
      );
      await shop.send('conversions', order('o', '10', at(10)));
      const before = await receiptReport(shop.reports, 'o', {}, ALL_BRANDS);
      expect(pick(before, 'person', 'ids')).toEqual(['ann', 'x']);
      await shop.send(
        'identity_links',
        { link_id: 'l1', left_id: 'y', right_id: 'ann', kind: 'login', occurred_at: at(11) },
        { link_id: 'l2', left_id: 'z', right_id: 'ann', occurred_at: at(11), probability: 0.2 },
      );
      const receipt = await receiptReport(shop.reports, 'o', {}, ALL_BRANDS);
      expect(receipt['person']).toMatchObject({ person_id: 'ann', ids: ['ann', 'x', 'y'] });
      expect(pick(receipt, 'person', 'links')).toMatchObject([
        { by: 'statement', link_id: 'l2', holds: false, joins: false, probability: 0.2 },
        { by: 'statement', link_id: 'l1', kind: 'login', joins: true },
        { by: 'records', left_id: 'x', right_id: 'ann', records: 1, joins: true },
      ]);
      expect(statuses(receipt)).toEqual({ laptop: 'credited', phone: 'credited' });
      await shop.send('identity_links', {
        link_id: 'l3',
        left_id: 'ann',
        right_id: 'y',
        state: 'unlinked',
        occurred_at: at(12),
      });
      const undone = await receiptReport(shop.reports, 'o', {}, ALL_BRANDS);
      expect(pick(undone, 'person', 'ids')).toEqual(['ann', 'x']);
      expect(undone['reconciliation']).toEqual(before['reconciliation']);
    }));

  it('says why nothing earned the order, and what the previous order cut off', () =>
    withShop({}, async (shop) => {
      await shop.send('touchpoints', touch('t', 'paid_ad_click', at(1)));
      await shop.send(
        'conversions',
        order('o1', '10', at(2)),
        order('o2', '20', at(3)),
        order('bare', '5', at(3), { customer_id: 'zoe' }),
      );
      const cut = await receiptReport(shop.reports, 'o2', { lookback: 'since_previous_conversion' }, ALL_BRANDS);
      expect(shown(cut, 't')).toMatchObject({
        status: 'before_previous_conversion',
        reason: "not after the person's previous order of 2026-03-02T12:00:00.000Z",
      });
      expect(cut).toMatchObject({
        unattributed_reason: 'outside_window',
        reconciliation: { unattributed_micros: '20000000' },
      });
      const bare = await receiptReport(shop.reports, 'bare', {}, ALL_BRANDS);
      expect(bare).toMatchObject({
        unattributed_reason: 'no_touch',
        touchpoint_count: 0,
        path_length: 0,
        reconciliation: { unattributed: '5.000000' },
      });
    }));

  it('shows the path and the newest of the rest of a busy person', () =>
    withShop({}, async (shop) => {
      const busy = Array.from({ length: 990 }, (_, i) =>
        touch(`n${i}`, 'website_visit', new Date(Date.UTC(2026, 2, 20, 0, 0, i)).toISOString()),
      );
      await shop.send('touchpoints', ...busy);
      await shop.send(
        'touchpoints',
        ...Array.from({ length: 20 }, (_, i) => touch(`t${i}`, 'paid_ad_click', at(1, `10:${10 + i}`))),
      );
      await shop.send('conversions', order('o', '10', at(2)));
      const receipt = await receiptReport(shop.reports, 'o', {}, ALL_BRANDS);
      expect(receipt).toMatchObject({ touchpoint_count: 1010, touchpoints_shown: 1000, path_length: 20 });
      expect((receipt['touchpoints'] as Json[]).filter((t) => t.status === 'credited')).toHaveLength(20);
    }));

  it('cuts a path of more than 1,000 touches, and says so', () =>
    withShop({}, async (shop) => {
      const clicks = Array.from({ length: 1003 }, (_, i) =>
        touch(`t${i}`, 'paid_ad_click', new Date(Date.UTC(2026, 2, 1, 0, 0, i)).toISOString()),
      );
      await shop.send('touchpoints', ...clicks.slice(0, 1000));
      await shop.send('touchpoints', ...clicks.slice(1000));
      await shop.send('conversions', order('o', '10', at(2)));
      const receipt = await receiptReport(shop.reports, 'o', { model: 'linear' }, ALL_BRANDS);
      expect(receipt).toMatchObject({ touchpoint_count: 1003, touchpoints_shown: 1000, path_length: 1000 });
    }));

  it('is of one brand and of what the key may read', () =>
    withShop({}, async (shop) => {
      await shop.send(
        'conversions',
        order('o', '10', at(2), { brand_id: 'a' }),
        order('o', '20', at(2), { brand_id: 'b' }),
      );
      await expect(receiptReport(shop.reports, 'o', {}, ALL_BRANDS)).rejects.toThrow(
        'is an id in brands a, b; name one of them',
      );
      const mine = await receiptReport(shop.reports, 'o', {}, { key_brand_id: 'b' });
      expect(pick(mine, 'order', 'value')).toBe('20.000000');
      await expect(receiptReport(shop.reports, 'nope', {}, ALL_BRANDS)).rejects.toMatchObject({ code: 'not_found' });
      await expect(receiptReport(shop.reports, 'o', {}, { key_brand_id: 'c' })).rejects.toMatchObject({
        code: 'not_found',
      });
      await expect(receiptReport(shop.reports, 'o', { as_of: 'main:1' }, { key_brand_id: 'b' })).rejects.toMatchObject({
        code: 'not_found',
      });
    }));
});
