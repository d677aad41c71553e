/** The orders report: the orders that it lists are those that the paths report counts, with their paths. */
import { expect, test } from 'vitest';
import { ordersReport } from '../../src/reports/orders.ts';
import { pathsReport } from '../../src/reports/paths/report.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { nameOf, onWorlds } from '../support/path-worlds.ts';
import { type Json, withShop } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { at, MARCH } from '../support/time.ts';
import { untilShown } from '../support/until-shown.ts';

const RUNS = runsOf('TRIBUTARY_ORDER_RUNS', 6, 30);

test(
  'lists the orders of random worlds with the paths that an independent computation gives them',
  () =>
    untilShown(async () => {
      let compared = 0;
      await onWorlds(RUNS, async ({ context, parameters, by, paths }) => {
        if (paths === null) return;
        const asked = { ...parameters, by, limit: 1_000 };
        const report = (await ordersReport(context, asked, ALL_BRANDS)) as Json;
        const wanted = paths.filter(
          (path) =>
            path.order?.counted &&
            (path.touches.length === 0 ? !hasTouchFilter(parameters) : path.shown.includes(true)),
        );
        const lineOf = (names: ReadonlyArray<string | null>, micros: bigint | string): string =>
          JSON.stringify([names, String(micros)]);
        expect(report.orders.map((row: Json) => lineOf(row.path, row.net_revenue_micros)).sort()).toEqual(
          wanted
            .map(({ touches, order: own }) =>
              lineOf(
                touches.map((one) => nameOf(one, by)),
                own!.net_micros,
              ),
            )
            .sort(),
        );
        expect(report.found_orders).toBe(report.orders.length);
        compared += wanted.length;
        const [first] = report.orders.filter((row: Json) => row.touches > 0);
        if (first === undefined) return;
        const path = first.path.map((name: string | null) => name ?? '');
        const same = (await ordersReport(context, { ...asked, path }, ALL_BRANDS)) as Json;
        const alike = report.orders.filter((row: Json) => row.path_text === first.path_text);
        expect(same.orders).toEqual(alike);
        const { paths: rows } = (await pathsReport(context, { ...parameters, by, limit: 1_000 }, ALL_BRANDS)) as Json;
        expect(rows.find((row: Json) => row.path_text === first.path_text).orders).toBe(same.found_orders);
      });
      return compared;
    }),
  300_000,
);

const hasTouchFilter = ({ filter = [] }: { filter?: unknown }): boolean =>
  (filter as string[]).some((one) => /^!?(channel|campaign|email|touchpoint|utm|device|country)/.test(one));

test('the newest come first, the rest is counted, and nobody is named', async () => {
  await withShop({}, async (shop) => {
    await shop.send(
      'touchpoints',
      touch('t1', 'email_click', at(1), { campaign_id: 'spring' }),
      touch('t2', 'website_visit', at(2), { channel: 'direct' }),
    );
    await shop.send('conversions', order('c1', '10', at(3)), order('c2', '20', at(4)), order('c3', '30', at(5)));
    const report = (await ordersReport(shop.reports, { ...MARCH, limit: 2 }, ALL_BRANDS)) as Json;
    expect(report.orders.map((row: Json) => row.conversion_id)).toEqual(['c3', 'c2']);
    expect(report.found_orders).toBe(3);
    expect(report.orders[0]).toMatchObject({ path: ['email', 'direct'], days_to_order: 4, net_revenue: '30.000000' });
    expect(JSON.stringify(report)).not.toContain('"ann"');
    const other = (await ordersReport(shop.reports, { ...MARCH, path: ['direct', 'email'] }, ALL_BRANDS)) as Json;
    expect([other.found_orders, other.orders]).toEqual([0, []]);
  });
});
