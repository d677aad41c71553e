/** The profile of one person: what they bought, whom their revenue is credited to, and how they answer emails. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialTail, modeOf, trendOf } from '../../src/learning/trend.ts';

import { attributionReport } from '../../src/reports/attribution.ts';
import { customerReport } from '../../src/reports/customer.ts';
import { ALL_BRANDS, mail, order, touch } from '../support/events.ts';
import { type Json, withShop } from '../support/shop.ts';
import { at } from '../support/time.ts';

/** The number of ways to choose k of n, by Pascal's rule. */
const choose = (n: number, k: number): number => (k === 0 || k === n ? 1 : choose(n - 1, k - 1) + choose(n - 1, k));

describe('the tests behind a profile', () => {
  it('find a trend as often as chance allows, and one that is there', () => {
    expect(trendOf([...Array(10).fill(false), ...Array(10).fill(true)])).toMatchObject({ direction: 'rising' });
    expect(trendOf([...Array(10).fill(true), ...Array(10).fill(false)])).toMatchObject({ direction: 'falling' });
    expect(trendOf(Array(30).fill(true))).toBeNull();
    expect(trendOf([true, true, true, false, false, false])).toBeNull();
    // All 252 orders of five yes and five no: at most the promised part of them looks like a trend.
    let found = 0;
    let all = 0;
    for (let bits = 0; bits < 1 << 10; bits++) {
      const outcomes = Array.from({ length: 10 }, (_, i) => ((bits >> i) & 1) === 1);
      if (outcomes.filter(Boolean).length !== 5) continue;
      all += 1;
      if (trendOf(outcomes)!.direction !== 'none_found') found += 1;
    }
    expect(all).toBe(252);
    expect(found / all).toBeLessThanOrEqual(0.05);
    expect(found / all).toBeGreaterThan(0.02);
  });

  it('are the same for the outcomes turned round, with the other direction', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 10, maxLength: 60 }), (outcomes) => {
        const [one, other] = [trendOf(outcomes), trendOf(outcomes.toReversed())];
        expect(other === null).toBe(one === null);
        if (one === null || other === null) return;
        expect(other.p_value).toBeCloseTo(one.p_value, 12);
        const turned = { rising: 'falling', falling: 'rising', none_found: 'none_found' };
        expect(other.direction).toBe(turned[one.direction]);
      }),
    );
  });

  it('know the chance of at least k of n', () => {
    for (const [k, n, p] of [
      [0, 5, 0.3],
      [3, 5, 0.3],
      [5, 5, 0.5],
      [4, 12, 1 / 24],
    ] as const) {
      let sum = 0;
      for (let i = k; i <= n; i++) sum += choose(n, i) * p ** i * (1 - p) ** (n - i);
      expect(binomialTail(k, n, p)).toBeCloseTo(sum, 10);
    }
    expect(modeOf([1, 4, 4])).toMatchObject({ category: 1, count: 4 });
  });
});

const at_hour = (day: number, hour: number): string =>
  `2026-01-01T00:00:00Z`.replace(
    '01-01T00',
    `${String(1 + Math.floor((day - 1) / 28)).padStart(2, '0')}-${String(((day - 1) % 28) + 1).padStart(2, '0')}T${String(hour).padStart(2, '0')}`,
  );

describe('the profile of a person', () => {
  it('adds up: channels and unattributed are the net revenue, as the attribution report has it', () =>
    withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('click', 'email_click', at(1, '10:00'), { campaign_id: 'spring' }),
        touch('visit', 'organic_search', at(2, '10:00')),
        touch('later', 'website_visit', at(9, '10:00')),
      );
      await shop.send(
        'conversions',
        order('o1', '100.01', at(3)),
        order('o2', '50', at(5)),
        order('o3', '7', '2026-01-01T00:00:00Z'),
      );
      await shop.send('adjustments', {
        conversion_id: 'o1',
        adjustment_id: 'r',
        amount: '-30',
        currency: 'USD',
        occurred_at: at(6),
      });
      const report: Json = await customerReport(shop.reports, 'ann', {}, ALL_BRANDS);
      expect(report.lifecycle).toMatchObject({
        orders: 3,
        first_order_at: '2026-01-01T00:00:00.000Z',
        net_revenue: '127.010000',
        average_order_value: '42.336667',
        median_days_between_orders: 2,
      });
      const whole: Json = await attributionReport(
        shop.reports,
        { start: '2026-01-01', end: '2027-01-01', group_by: 'channel' },
        ALL_BRANDS,
      );
      const of = (rows: Json[], name: string) => Object.fromEntries(rows.map((row) => [row.channel, row[name]]));
      expect(of(report.credit_summary.channels, 'attributed_revenue')).toEqual(
        of(whole.channel_attribution, 'attributed_revenue'),
      );
      const sum = [
        ...report.credit_summary.channels.map((row: Json) => row.attributed_revenue_micros),
        ...report.credit_summary.unattributed.map((row: Json) => row.revenue_micros),
      ].reduce((total, micros) => total + BigInt(micros), 0n);
      expect(String(sum)).toBe(report.lifecycle.net_revenue_micros);
    }));

  it('counts emails and their answers by people once, in the zone of the brand, and says where it has too little', () =>
    withShop({ defaults: { time_zone: 'Europe/Berlin' } }, async (shop) => {
      for (let day = 1; day <= 24; day++) {
        const message_id = `m${day}`;
        await shop.send(
          'email_events',
          mail('sent', 'ann', { message_id, occurred_at: at_hour(day, 6) }),
          mail('delivered', 'ann', { message_id, occurred_at: at_hour(day, 6) }),
        );
        if (day > 12)
          await shop.send(
            'touchpoints',
            touch(`o${day}`, 'email_open', at_hour(day, 18), { message_id }),
            touch(`p${day}`, 'email_open', at_hour(day, 20), { message_id }),
          );
        await shop.send(
          'touchpoints',
          touch(`s${day}`, 'email_open', at_hour(day, 6), { message_id, verdict: 'machine' }),
        );
      }
      await shop.send(
        'touchpoints',
        touch('c', 'email_click', at_hour(24, 19), { message_id: 'm24' }),
        touch('v', 'website_visit', at_hour(40, 1)),
      );
      await shop.send(
        'email_events',
        mail('unsubscribed', 'ann', { occurred_at: at_hour(41, 1) }),
        mail('sent', 'bob', { message_id: 'b', occurred_at: at_hour(3, 1) }),
      );
      const { email_engagement }: Json = await customerReport(shop.reports, 'ann', {}, ALL_BRANDS);
      expect(email_engagement).toMatchObject({
        sends: 24,
        delivered: 24,
        opened: 12,
        clicked: 1,
        open_rate: 0.5,
        human_opens: 24,
        machine_opens: 24,
        unsubscribed_at: '2026-02-13T01:00:00.000Z',
        preferred_hour: { hour: 19, answers: 12, in_hour: 12, withheld: null },
        trend: { direction: 'rising', emails: 24, answered: 12 },
      });
      const { email_engagement: of_bob }: Json = await customerReport(shop.reports, 'bob', {}, ALL_BRANDS);
      expect(of_bob).toMatchObject({
        sends: 1,
        delivered: 0,
        open_rate: null,
        preferred_hour: { hour: null, withheld: '0 of 10 answers' },
        trend: { direction: null },
      });
    }));

  it('says which segments hold now', () =>
    withShop({}, async (shop) => {
      const said = (segment_name: string, assigned_at: string, rest: Json = {}) => ({
        customer_id: 'ann',
        segment_name,
        assigned_at,
        ...rest,
      });
      await shop.send(
        'customer_segments',
        said('vip', at(1)),
        said('trial', at(1), { expires_at: at(2) }),
        said('left', at(1)),
        said('left', at(3), { expires_at: at(4) }),
      );
      const { segments }: Json = await customerReport(shop.reports, 'ann', {}, ALL_BRANDS);
      expect(segments.filter((row: Json) => row.is_current).map((row: Json) => row.segment_name)).toEqual(['vip']);
    }));
});
