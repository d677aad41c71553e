/** Lifetime value: what customers brought, what they are expected to bring, and what email contributed. docs/semantics.md 18. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { ExactSums } from '../../src/histories/exact.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { lifetimeValueReport } from '../../src/reports/lifetime/lifetime-value.ts';
import type { Lifetimes } from '../../src/reports/lifetime/lifetimes.ts';
import { quantileRows } from '../../src/reports/lifetime/quantiles.ts';
import { askReportBoth, filled } from '../support/both-ways.ts';
import { ALL_BRANDS, type Fields, order, touch } from '../support/events.ts';
import { type Json, type Shop, withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { expectToFit, reportNamed } from './schema.ts';

const lifetimeValue = (shop: Shop, question: object = MARCH): Promise<Json> =>
  lifetimeValueReport(shop.reports, question as never, ALL_BRANDS);

describe('what email contributed', () => {
  test('three emails before one order of 150 influence 150, not 450', () =>
    withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        ...[1, 2, 3].map((n) => touch(`t${n}`, 'email_click', at(n), { campaign_id: `c${n}`, email_id: `e${n}` })),
      );
      await shop.send('conversions', order('c1', '150', at(4)));
      const { email, totals } = await lifetimeValue(shop);
      expect(email.by_influence).toMatchObject({ influenced_orders: 1, influenced_revenue: '150.000000' });
      expect(email.by_credit).toMatchObject({ credited_revenue: '150.000000', credited_orders: 1 });
      expect(totals.net_revenue).toBe('150.000000');
    }));

  test('an email after the purchase influences nothing', () =>
    withShop({}, async (shop) => {
      await shop.send('conversions', order('c1', '150', at(4)));
      await shop.send('touchpoints', touch('t1', 'email_click', at(5), { campaign_id: 'thanks', email_id: 'e' }));
      const { email } = await lifetimeValue(shop);
      expect(email.by_influence).toMatchObject({ influenced_orders: 0, influenced_revenue: '0.000000' });
      expect(email.by_credit).toMatchObject({ credited_revenue: '0.000000' });
    }));

  test('credit is that of the attribution report by the same model; influence does not depend on the model', () =>
    withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('t1', 'email_click', at(1), { campaign_id: 'a', email_id: '1' }),
        touch('t2', 'website_visit', at(2)),
        touch('t3', 'website_visit', at(9)),
      );
      await shop.send('conversions', order('c1', '100', at(3)), order('c2', '50', at(20), { customer_id: 'bob' }));
      for (const model of ['first_touch', 'last_touch', 'linear']) {
        const { email } = await lifetimeValue(shop, { ...MARCH, model });
        const report = (await attributionReport(
          shop.reports,
          { ...MARCH, model, group_by: 'channel' },
          ALL_BRANDS,
        )) as Json;
        const row = report.channel_attribution.find(({ channel }: Json) => channel === 'email');
        expect(email.by_credit.credited_revenue_micros).toBe(row?.attributed_revenue_micros ?? '0');
        expect(email.by_influence.influenced_revenue).toBe('100.000000');
      }
    }));

  test('credit is of the customers of the period alone, and of all their orders', () =>
    withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('t1', 'email_click', '2026-02-09T12:00:00Z', { campaign_id: 'a', email_id: '1' }),
        touch('t2', 'email_click', at(3), { campaign_id: 'a', email_id: '1', customer_id: 'bob' }),
      );
      await shop.send(
        'conversions',
        order('c1', '100', '2026-02-10T12:00:00Z'),
        order('c2', '10', at(4), { customer_id: 'bob' }),
        order('c3', '20', at(6), { customer_id: 'bob' }),
      );
      const { email, totals } = await lifetimeValue(shop);
      expect(totals).toMatchObject({ customers: 1, orders: 2, net_revenue: '30.000000' });
      expect(email.by_credit).toMatchObject({ credited_revenue: '30.000000', share_of_revenue: 1 });
    }));
});

describe('segments by value', () => {
  test('are the same whether values are numbers or whole numbers of any size', async () => {
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(values, fc.constantFrom('deciles' as const, 'quartiles' as const), async (micros, quantiles) => {
        const lifetimes = { chosen: new Uint8Array(micros.length).fill(1) } as Lifetimes;
        const sums = (is_large: boolean): ExactSums => {
          const made = new ExactSums();
          made.reserve(micros.length);
          for (const [person, value] of micros.entries())
            if (is_large) made.addLarge(person, BigInt(value));
            else made.add(person, value);
          return made;
        };
        const rows = await quantileRows(lifetimes, sums(false), quantiles);
        expect(await quantileRows(lifetimes, sums(true), quantiles)).toEqual(rows);
        expect(rows.reduce((sum, row) => sum + (row as Json).customers, 0)).toBe(micros.length);
      }),
      { numRuns: 50 },
    );
  });

  test('hold equally many customers, the best first, and say who is tied at a bound', () =>
    withShop({}, async (shop) => {
      const values = [900, 50, 40, 40, 40, 30, 20, 10];
      await shop.send(
        'conversions',
        ...values.map((value, i) => order(`c${i}`, `${value}`, at(2), { customer_id: `p${i}` })),
      );
      const { quantiles } = await lifetimeValue(shop, { ...MARCH, quantiles: 'quartiles' });
      expect(
        quantiles.map((row: Json) => [
          row.quantile,
          row.customers,
          row.net_revenue,
          row.lowest_value,
          row.tied_customers,
        ]),
      ).toEqual([
        [1, 2, '950.000000', '50.000000', 0],
        [2, 2, '80.000000', '40.000000', 2],
        [3, 2, '70.000000', '30.000000', 0],
        [4, 2, '30.000000', '10.000000', 0],
      ]);
      expect(quantiles[0].share_of_revenue).toBeCloseTo(950 / 1130, 6);
    }));
});

const DAYS = 300;

/** A shop of a year whose customers buy at different rates and may leave after each purchase. */
function orders(customers: number): Fields[] {
  const random = new Random(4, 'lifetime value test');
  const start_ms = Date.parse('2025-05-20T00:00:00Z');
  return Array.from({ length: customers }, (_, customer) => {
    const mean_days = 200 / random.gamma(1);
    const own: Fields[] = [];
    let day = random.between(0, 200);
    while (day < DAYS) {
      const value = (20 + 60 * random.gamma(2)).toFixed(2);
      const occurred_at = new Date(start_ms + day * 86_400_000).toISOString();
      own.push(order(`c${customer}-${own.length}`, value, occurred_at, { customer_id: `p${customer}` }));
      if (random.chance(0.2)) break;
      day += random.exponential(mean_days);
    }
    return own;
  }).flat();
}

describe('the forecast', () => {
  test('is refused with figures where there is too little to learn from', () =>
    withShop({}, async (shop) => {
      await shop.send('conversions', order('c1', '10', at(2)), order('c2', '10', at(12)));
      const { prediction, holdout, cohorts } = await lifetimeValue(shop);
      expect(prediction).toMatchObject({
        refused: 'needs 100 customers with a repeat purchase, has 1; needs 90 days since the first purchase, has 11',
        predicted_revenue: null,
        bg_nbd: null,
      });
      expect(holdout).toBeNull();
      expect(cohorts[0]).toMatchObject({ predicted_revenue: null, net_revenue: '20.000000' });
    }));

  test('adds up over cohorts, is tested on earlier days, and is the same bytes from both sources', () =>
    withShop({}, async (shop) => {
      const sent = orders(700);
      for (let i = 0; i < sent.length; i += 1_000) await shop.send('conversions', ...sent.slice(i, i + 1_000));
      const question = { start: '2025-05-01', end: '2026-04-01', horizon_days: 60 };
      const histories = await filled(shop.reports);
      const { text } = await askReportBoth(lifetimeValueReport, shop.reports, question, histories);
      const answer = JSON.parse(text);
      expectToFit(reportNamed('lifetime_value'), { ...answer, generated_at: '2026-01-01T00:00:00.000Z' });
      const { prediction, cohorts, holdout } = answer;
      expect(prediction.refused).toBeNull();
      const sum = cohorts.reduce((all: number, row: Json) => all + Number(row.predicted_revenue), 0);
      expect(sum).toBeCloseTo(Number(prediction.predicted_revenue), 3);
      for (const { predicted_revenue: own, predicted_revenue_interval: interval } of [prediction, ...cohorts])
        expect(Number(interval.low) <= Number(own) && Number(own) <= Number(interval.high)).toBe(true);
      expect(holdout).toMatchObject({ days: 60, refused: null });
      expect(Math.abs(holdout.predicted_error)).toBeLessThan(Math.abs(holdout.naive_error));
      expect(Number(holdout.predicted_error_per_customer)).toBeLessThan(Number(holdout.naive_error_per_customer));
    }));

  test('is not made over several brands, whose customers differ', () =>
    withShop({}, async (shop) => {
      await shop.send('conversions', order('c1', '10', at(2)), order('c2', '10', at(3), { brand_id: 'b2' }));
      const { prediction } = await lifetimeValue(shop);
      expect(prediction.refused).toMatch(/covers 2 brands.*brand_id/);
    }));
});
