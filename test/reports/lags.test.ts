/** The lags report: exact quantiles and sums, as an independent computation makes them, from memory and by the query. */
import { describe, expect, test } from 'vitest';
import { lagsReport } from '../../src/reports/lags/report.ts';
import type { RefPath } from '../reference/order-paths.ts';
import { askReportBoth, filled } from '../support/both-ways.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { nameOf, onWorlds } from '../support/path-worlds.ts';
import { type Json, withShop } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { at, MARCH } from '../support/time.ts';

const RUNS = runsOf('TRIBUTARY_LAG_RUNS', 2, 20);
const DAY_MS = 86_400_000;

interface Lag {
  ms: number;
  micros: bigint;
  counted: boolean;
}

/** The first value that at least this part of all values does not exceed, by counting. */
function quantile(values: readonly number[], percent: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return (
    sorted.find((value) => values.filter((other) => other <= value).length * 100 >= percent * values.length) ?? null
  );
}

const BOUNDS = [1 / 24, 6 / 24, 1, 2, 3, 4, 8, 15, 31, Number.POSITIVE_INFINITY];

function expectLags(figures: Json, distribution: readonly Json[], lags: readonly Lag[]): void {
  const counted = lags.filter((lag) => lag.counted).map(({ ms }) => ms);
  expect(figures.orders).toBe(counted.length);
  for (const percent of [10, 25, 50, 75, 90]) {
    const expected = quantile(counted, percent);
    const shown = figures[`p${percent}_days`];
    if (expected === null) expect(shown).toBeNull();
    else expect(Math.abs(shown * DAY_MS - expected)).toBeLessThan(1e-6 * DAY_MS);
  }
  const inBucket = (i: number): Lag[] =>
    lags.filter(({ ms }) => ms < BOUNDS[i]! * DAY_MS && (i === 0 || ms >= BOUNDS[i - 1]! * DAY_MS));
  expect(distribution.map((row) => `${row.orders} ${row.net_revenue_micros}`)).toEqual(
    BOUNDS.map((_, i) => {
      const own = inBucket(i);
      return `${own.filter((lag) => lag.counted).length} ${own.reduce((sum, { micros }) => sum + micros, 0n)}`;
    }),
  );
}

const lagOf = ({ order: own }: RefPath, touched_at: number): Lag => ({
  ms: own!.occurred_at - touched_at,
  micros: own!.net_micros,
  counted: own!.counted,
});

describe('the lags report', () => {
  test('says of random worlds what an independent computation says, both ways', async () => {
    await onWorlds(RUNS, async ({ context, parameters, by, paths }) => {
      const { text, in_sql } = await askReportBoth(lagsReport, context, { ...parameters, by }, await filled(context));
      expect(in_sql).toBe(false);
      if (paths === null) return;
      const report = JSON.parse(text) as Json;
      const chosen = paths.filter((path) => path.order !== null && path.shown.includes(true));
      const ends = { first_touch: 0, last_touch: -1 };
      for (const [measure, place] of Object.entries(ends))
        expectLags(
          report.lags.find((row: Json) => row.measure === measure),
          report.distribution.filter((row: Json) => row.measure === measure),
          chosen.map((path) => lagOf(path, path.touches.at(place)!.occurred_at)),
        );
      for (const group of report.groups) {
        const own = chosen.flatMap((path) => {
          const first = path.touches.find((one, i) => path.shown[i] && nameOf(one, by) === group[by]);
          return first === undefined ? [] : [lagOf(path, first.occurred_at)];
        });
        expectLags(group, group.distribution, own);
      }
      const touches = chosen.filter((path) => path.order!.counted).map((path) => path.touches.length);
      for (const percent of [10, 25, 50, 75, 90])
        expect(report.touches[`p${percent}_touches`]).toBe(quantile(touches, percent));
    });
  });

  test('an order of 150 with three touches stays 150 in every distribution, and what comes after it counts nowhere', async () => {
    await withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('a', 'paid_ad_click', at(1), { channel: 'paid_search' }),
        touch('b', 'website_visit', at(3), { channel: 'referral' }),
        touch('c', 'website_visit', at(4, '09:00'), { channel: 'referral' }),
        touch('d', 'email_click', at(5), { campaign_id: 'thanks' }),
      );
      await shop.send('conversions', order('c1', '150', at(4, '10:00')));
      const report = (await lagsReport(shop.reports, MARCH, ALL_BRANDS)) as Json;
      for (const measure of ['first_touch', 'last_touch']) {
        const rows = report.distribution.filter((row: Json) => row.measure === measure && row.orders > 0);
        expect(rows).toMatchObject([{ net_revenue: '150.000000', share_of_orders: 1 }]);
      }
      expect(report.lags.map((row: Json) => row.p50_days)).toEqual([2.916667, 0.041667]);
      expect(report.groups.map((row: Json) => [row.channel, row.orders])).toEqual([
        ['paid_search', 1],
        ['referral', 1],
      ]);
      expect(report.touches).toMatchObject({ average_touches: 3, p90_touches: 3 });
    });
  });
});
