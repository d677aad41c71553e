/** How sure the revenue of channels and days is: intervals over people, the same from memory and from the query. */
import { expect, test } from 'vitest';
import { askBoth } from '../support/both-ways.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, type Shop, withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { reportNamed } from './schema.ts';

const PEOPLE = 60;
/** What person i pays, so that some pay much more than others. */
const paidBy = (i: number): number => 10 + ((7 * i) % 40);

/** Half of the people order on the 5th, half on the 6th, all after an email; ten of the latter get their money back on the 8th. */
async function fill(shop: Shop): Promise<void> {
  const people = Array.from({ length: PEOPLE }, (_, i) => ({ customer_id: `p${i}`, i }));
  await shop.send(
    'touchpoints',
    ...people.map(({ customer_id, i }) => touch(`t${i}`, 'email_click', at(4), { customer_id })),
  );
  await shop.send(
    'conversions',
    ...people.map(({ customer_id, i }) => order(`o${i}`, String(paidBy(i)), at(i < 30 ? 5 : 6), { customer_id })),
    order('late', '500', at(7), { customer_id: 'p0' }),
  );
  await shop.send(
    'adjustments',
    ...people.slice(50).map(({ i }) => ({
      conversion_id: `o${i}`,
      amount: `-${paidBy(i)}`,
      currency: 'USD',
      occurred_at: at(8),
    })),
  );
}

test('a day has the interval of its people, and none if they are few', () =>
  withShop({}, async (shop) => {
    await fill(shop);
    const asked = { ...MARCH, group_by: 'day', intervals: 'true', adjustments: 'own_day' } as const;
    const { channel_attribution: rows } = (await reportNamed('attribution').run(
      shop.reports,
      asked,
      ALL_BRANDS,
    )) as Json;
    const of = (day: string): Json => rows.find((row: Json) => row.day === day);
    for (const [day, from] of [
      ['2026-03-05', 0],
      ['2026-03-06', 30],
    ] as const) {
      const values = Array.from({ length: 30 }, (_, i) => paidBy(from + i));
      const sum = values.reduce((all, value) => all + value, 0);
      // Of a sum over people that are drawn anew, the variance is about that of the sum of squares.
      const half = 1.645 * Math.sqrt(values.reduce((all, value) => all + value ** 2, 0));
      const { low, high } = of(day).attributed_revenue_interval;
      expect(of(day).attributed_revenue_support).toBe(30);
      expect(Math.abs(Number(low) - (sum - half))).toBeLessThan(0.25 * half);
      expect(Math.abs(Number(high) - (sum + half))).toBeLessThan(0.25 * half);
    }
    expect(of('2026-03-07')).toMatchObject({ attributed_revenue_interval: null, attributed_revenue_support: 1 });
    expect(of('2026-03-08')).toMatchObject({ attributed_revenue_interval: null, attributed_revenue_support: 0 });
    expect(of('2026-03-20')).toMatchObject({ attributed_revenue_interval: null, attributed_revenue_support: 0 });
  }));

test('memory and the query give the same intervals, to the byte', () =>
  withShop({}, async (shop) => {
    await fill(shop);
    for (const group_by of ['day', 'channel', 'campaign_kind', 'brand', 'week'])
      for (const adjustments of ['own_day', 'order_day'] as const) {
        const { in_sql, text } = await askBoth(shop.reports, { ...MARCH, group_by, adjustments, intervals: 'true' });
        expect(in_sql).toBe(false);
        expect(text).toMatch(/"attributed_revenue_interval":\{"low":"\d/);
      }
  }));

test('an interval is of one model and one key', () =>
  withShop({}, async ({ reports }) => {
    const ask = (asked: Record<string, string>) =>
      reportNamed('attribution').run(reports, { ...MARCH, ...asked }, ALL_BRANDS);
    await expect(ask({ intervals: 'true', models: 'linear' })).rejects.toThrow(/intervals: is for one model/);
    await expect(ask({ intervals: 'true', group_by: 'day,channel' })).rejects.toThrow(/intervals: is for one key/);
    // Without the parameter, rows are as they were.
    expect(JSON.stringify(await ask({ group_by: 'day', compare: 'previous_period' }))).not.toContain('interval');
  }));
