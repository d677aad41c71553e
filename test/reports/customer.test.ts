import { describe, expect, it } from 'vitest';
import { customerReport } from '../../src/reports/customer.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, pick, withShop } from '../support/shop.ts';
import { at } from '../support/time.ts';

describe("a customer's history", () => {
  it('lists touchpoints, order, duration, channels and value of a journey, with what each touchpoint earned', () =>
    withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('open', 'email_open', at(10, '10:00'), { campaign_id: 'spring', email_id: 'e1' }),
        touch('visit', 'direct_visit', at(10, '11:00')),
        touch('scan', 'email_click', at(10, '10:00'), { verdict: 'machine' }),
        touch('other', 'direct_visit', at(10, '11:00'), { customer_id: 'bob' }),
      );
      await shop.send(
        'conversions',
        order('o', '149.99', at(10, '12:00')),
        order('b', '20', at(10), { customer_id: 'bob' }),
      );
      await shop.send('customer_segments', {
        customer_id: 'ann',
        segment_name: 'vip',
        assigned_at: at(1),
        segment_properties: { tier: 1 },
      });
      const report: Json = await customerReport(shop.reports, 'ann', {}, ALL_BRANDS);
      expect(report).toMatchObject({
        customer_id: 'ann',
        person: { person_id: 'ann', ids: ['ann'], links: [] },
        segments: [{ segment_name: 'vip', segment_properties: { tier: 1 }, expires_at: null }],
        summary: {
          journey_count: 1,
          total_touchpoint_count: 2,
          machine_touchpoint_count: 1,
          conversion_count: 1,
          total_conversion_value: '149.990000',
          lists_truncated: false,
        },
      });
      expect(report.journeys).toMatchObject([
        {
          customer_id: 'ann',
          first_touchpoint: '2026-03-10T10:00:00.000Z',
          last_touchpoint: '2026-03-10T11:00:00.000Z',
          journey_duration_days: 0,
          total_touchpoint_count: 2,
          email_touchpoint_count: 1,
          channel_mix: { email: 1, direct: 1 },
          total_conversion_value_micros: '149990000',
          touchpoints: [
            { touchpoint_id: 'open', attributed_revenue: '74.995000' },
            { touchpoint_id: 'visit', attributed_revenue: '74.995000' },
          ],
          conversions: [
            { conversion_id: 'o', net_value: '149.990000', credited_touches: 2, unattributed_reason: null },
          ],
        },
      ]);
    }));

  it('begins a new journey after a long silence, never after an order, and keeps their names', () =>
    withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('t1', 'website_visit', '2026-01-01T10:00:00Z'),
        touch('t2', 'website_visit', '2026-01-31T10:00:00Z'),
        touch('t3', 'website_visit', at(10)),
      );
      await shop.send('conversions', order('o1', '10', '2026-01-05T23:59:59Z'), order('o2', '20', at(12)));
      const report: Json = await customerReport(shop.reports, 'ann', {}, ALL_BRANDS);
      expect(
        report.journeys.map((journey: Json) => [
          journey.journey_duration_days,
          journey.days_to_last_conversion,
          journey.total_conversion_value,
        ]),
      ).toEqual([
        [2, 2, '20.000000'],
        [30, 4, '10.000000'],
      ]);
      await shop.send('touchpoints', touch('t4', 'website_visit', at(13)));
      await shop.send('adjustments', { conversion_id: 'o2', amount: '-5', currency: 'USD', occurred_at: at(13) });
      const later: Json = await customerReport(shop.reports, 'ann', {}, ALL_BRANDS);
      const names = (history: Json) => history.journeys.map((journey: Json) => journey.journey_id);
      expect(names(later)).toEqual(names(report));
      expect(pick(later, 'summary', 'total_conversion_value')).toBe('25.000000');
    }));

  it('is of the whole person, by any of the ids, and of the log position', () =>
    withShop({}, async (shop) => {
      await shop.send('touchpoints', touch('phone', 'sms_click', at(2), { anonymous_id: 'p', channel: 'sms' }));
      await shop.send('conversions', order('o', '10', at(3)));
      const before: Json = await customerReport(shop.reports, 'ann', {}, ALL_BRANDS);
      expect(before.summary).toMatchObject({ total_touchpoint_count: 0, total_conversion_value: '10.000000' });
      expect(before.journeys[0].conversions[0].unattributed_reason).toBe('no_touch');
      await shop.send('identity_links', { left_id: 'p', right_id: 'ann', occurred_at: at(4) });
      const {
        generated_at: _a,
        customer_id: _b,
        ...by_phone
      }: Json = await customerReport(shop.reports, 'p', { model: 'last_touch' }, ALL_BRANDS);
      const {
        generated_at: _c,
        customer_id: _d,
        ...by_name
      }: Json = await customerReport(shop.reports, 'ann', { model: 'last_touch' }, ALL_BRANDS);
      expect(by_phone).toEqual(by_name);
      expect(by_name.journeys[0].touchpoints).toMatchObject([
        { touchpoint_id: 'phone', attributed_revenue: '10.000000' },
      ]);
      const { generated_at: _e, ...again }: Json = await customerReport(
        shop.reports,
        'ann',
        { as_of: before.as_of },
        ALL_BRANDS,
      );
      const { generated_at: _f, ...first } = before;
      expect(again).toEqual(first);
    }));

  it('converts to one currency, and knows people without any order', () =>
    withShop({ defaults: { currency: 'EUR', time_zone: 'Europe/Berlin' } }, async (shop) => {
      await shop.send('fx_rates', { date: '2026-03-01', currency: 'EUR', base: 'USD', rate: '1.25' });
      await shop.send('conversions', order('o', '10', at(3)));
      await shop.send('email_events', { event_type: 'sent', customer_id: 'bob', occurred_at: at(1) });
      expect(pick(await customerReport(shop.reports, 'ann', {}, ALL_BRANDS), 'summary', 'total_conversion_value')).toBe(
        '8.000000',
      );
      expect(pick(await customerReport(shop.reports, 'bob', {}, ALL_BRANDS), 'summary', 'journey_count')).toBe(0);
      await expect(customerReport(shop.reports, 'eve', {}, ALL_BRANDS)).rejects.toMatchObject({ code: 'not_found' });
    }));
});
