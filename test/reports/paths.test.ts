/** The paths report: what it says of random worlds is what an independent computation says, from memory and by the query. */
import { describe, expect, test } from 'vitest';
import { showReport } from '../../src/present/tables.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { pathsReport } from '../../src/reports/paths/report.ts';
import type { RefPath } from '../reference/order-paths.ts';
import { askReportBoth, filled } from '../support/both-ways.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { nameOf, onWorlds } from '../support/path-worlds.ts';
import { type Json, withShop } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { at, MARCH } from '../support/time.ts';
import { reportNamed } from './schema.ts';

const RUNS = runsOf('TRIBUTARY_PATH_RUNS', 3, 20);

const shownText = (names: ReadonlyArray<string | null>): string => names.map((name) => name ?? '–').join(' > ');

interface Sums {
  orders: number;
  micros: bigint;
  people: number;
}

/** Sums of paths by what `keyOf` says of each; paths without a key are left out. */
function sumsBy(paths: readonly RefPath[], keysOf: (path: RefPath) => readonly string[]): Map<string, Sums> {
  const found = new Map<string, Sums>();
  for (const path of paths)
    for (const key of new Set(keysOf(path))) {
      const sums = found.get(key) ?? { orders: 0, micros: 0n, people: 0 };
      found.set(key, sums);
      if (path.order === null) sums.people += 1;
      else {
        sums.orders += Number(path.order.counted);
        sums.micros += path.order.net_micros;
      }
    }
  return found;
}

const shownSums = ({ orders, micros, people }: Sums): string => `${orders} ${micros} ${people}`;
const nothing: Sums = { orders: 0, micros: 0n, people: 0 };
const rowSums = (row: Json): string => `${row.orders} ${row.net_revenue_micros} ${row.people_without_order}`;

function expectPaths(report: Json, paths: readonly RefPath[], by: string, limit: number): void {
  const ofPath = ({ touches }: RefPath): string => shownText(touches.map((one) => nameOf(one, by)));
  const by_path = sumsBy(paths, (path) => [ofPath(path)]);
  for (const row of report.paths)
    expect([row.path_text, rowSums(row)]).toEqual([row.path_text, shownSums(by_path.get(row.path_text)!)]);
  expect(report.paths.length).toBe(Math.min(limit, by_path.size));
  const rows = [...report.paths, ...report.other_paths];
  const all = sumsBy(paths, () => ['all']).get('all') ?? nothing;
  const sum = (name: string): bigint => rows.reduce((total, row) => total + BigInt(row[name]), 0n);
  expect([sum('orders'), sum('net_revenue_micros'), sum('people_without_order')]).toEqual([
    BigInt(all.orders),
    all.micros,
    BigInt(all.people),
  ]);
  const lengths = sumsBy(paths, ({ touches }) => [touches.length > 10 ? '11+' : String(touches.length)]);
  for (const row of report.lengths)
    expect([row.touches, rowSums(row)]).toEqual([row.touches, shownSums(lengths.get(row.touches) ?? nothing)]);
}

/** The roles that touches which are shown play, by their definitions. */
function expectRoles(report: Json, paths: readonly RefPath[], by: string): void {
  const ordered = paths.filter((path) => path.order !== null);
  const names = ({ touches, shown }: RefPath): Array<string | null> =>
    touches.map((one, i) => (shown[i] ? JSON.stringify(nameOf(one, by)) : null));
  const some = (all: ReadonlyArray<string | null | undefined>): string[] =>
    all.filter((name) => typeof name === 'string');
  const roles: Record<string, (path: RefPath) => string[]> = {
    first: (path) => some([names(path)[0]]),
    last: (path) => some([names(path).at(-1)]),
    only: (path) => (new Set(names(path)).size === 1 ? some([names(path)[0]]) : []),
    assisted: (path) => some(names(path)).filter((name) => name !== names(path).at(-1)),
    influenced: (path) => some(names(path)),
  };
  for (const [role, keysOf] of Object.entries(roles)) {
    const sums = sumsBy(ordered, keysOf);
    for (const row of report.roles) {
      const own = sums.get(JSON.stringify(row[by])) ?? nothing;
      expect([role, row[by], row[`${role}_orders`], row[`${role}_revenue_micros`]]).toEqual([
        role,
        row[by],
        own.orders,
        String(own.micros),
      ]);
    }
    expect(report.roles.length).toBeGreaterThanOrEqual(sums.size);
  }
}

/** What flows into a group at a step flows out of it at the next one. */
function expectBalance(report: Json, steps: number, paths: number): void {
  const figures = ['paths', 'orders', 'people_without_order', 'net_revenue_micros'];
  const flows = (links: Json[]): string =>
    figures.map((name) => links.reduce((sum, link) => sum + BigInt(link[name]), 0n)).join(' ');
  const isNode = (kind: string): boolean => kind === 'group' || kind === 'other_groups';
  const links = report.flow as Json[];
  for (let step = 2; step <= steps; step++) {
    const nodes = new Set(
      links.filter((link) => link.step === step).map((link) => JSON.stringify([link.source_kind, link.source])),
    );
    const reached = links.filter((link) => link.step === step - 1 && isNode(link.target_kind));
    expect(new Set(reached.map((link) => JSON.stringify([link.target_kind, link.target])))).toEqual(nodes);
    for (const node of nodes) {
      const into = reached.filter((link) => JSON.stringify([link.target_kind, link.target]) === node);
      const out = links.filter(
        (link) => link.step === step && JSON.stringify([link.source_kind, link.source]) === node,
      );
      expect([step, node, flows(out)]).toEqual([step, node, flows(into)]);
    }
  }
  const ends = links.filter((link) => !isNode(link.target_kind));
  expect(flows(ends)).toBe(flows(links.filter((link) => link.step === 1)));
  expect(ends.reduce((sum, link) => sum + link.paths, 0)).toBe(paths);
}

describe('the paths report', () => {
  test('says of random worlds what an independent computation says, both ways, with the totals of the attribution report', async () => {
    let compared = 0;
    await onWorlds(RUNS, async ({ context, parameters, by, paths }) => {
      const steps = 3;
      const { text, in_sql } = await askReportBoth(
        pathsReport,
        context,
        { ...parameters, by, limit: 4, steps },
        await filled(context),
      );
      expect(in_sql).toBe(false);
      if (paths === null) {
        expect(text).toMatch(/no rate/);
        return;
      }
      compared += 1;
      const report = JSON.parse(text) as Json;
      const chosen = paths.filter(({ shown }) => shown.includes(true));
      const counted = chosen.reduce((sum, path) => sum + Number(path.order === null || path.order.counted), 0);
      expectPaths(report, chosen, by, 4);
      expectRoles(report, chosen, by);
      expectBalance(report, steps, counted);
      const { summary, channel_attribution } = (await attributionReport(
        context,
        { ...parameters, model: 'linear', group_by: by },
        ALL_BRANDS,
      )) as Json;
      expect([report.summary.orders, report.summary.orders_with_path, report.summary.net_revenue]).toEqual([
        summary.total_conversions,
        summary.attributed_conversions,
        summary.total_revenue,
      ]);
      const credit = (row: Json, touched: string): Json[] => [
        row[by],
        row[touched],
        row.credited_conversions,
        row.attributed_revenue,
      ];
      const credited = channel_attribution.filter(
        (row: Json) => row.touched_conversions > 0 || row.attributed_revenue_micros !== '0',
      );
      expect(report.roles.map((row: Json) => JSON.stringify(credit(row, 'influenced_orders'))).sort()).toEqual(
        expect.arrayContaining(credited.map((row: Json) => JSON.stringify(credit(row, 'touched_conversions')))),
      );
    });
    expect(compared).toBeGreaterThanOrEqual(RUNS >= 20 ? 5 : 0);
  });

  test('an order of 150 with three touches stays 150', async () => {
    await withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('a', 'paid_ad_click', at(1), { channel: 'paid_search' }),
        touch('b', 'email_click', at(2), { campaign_id: 'spring' }),
        touch('c', 'website_visit', at(3), { channel: 'direct' }),
      );
      await shop.send('conversions', order('c1', '150', at(4)));
      const report = (await pathsReport(shop.reports, MARCH, ALL_BRANDS)) as Json;
      expect(report.summary).toMatchObject({ orders: 1, net_revenue: '150.000000', path_revenue: '150.000000' });
      expect(report.paths).toMatchObject([
        { path: ['paid_search', 'email', 'direct'], orders: 1, net_revenue: '150.000000', conversion_rate: 1 },
      ]);
      const sum = (name: string): number =>
        report.roles.reduce((total: number, row: Json) => total + Number(row[name]), 0);
      expect(['first_revenue', 'last_revenue', 'attributed_revenue'].map(sum)).toEqual([150, 150, 150]);
      // Three channels influenced the same order: 450 is no revenue, and the report says so.
      expect(sum('influenced_revenue')).toBe(450);
      expect(showReport(reportNamed('paths'), report, 25)).toMatch(/add up to more than all orders/);
    });
  });

  test('a touch after the order is on no path and influences nothing', async () => {
    await withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('before', 'paid_ad_click', at(1), { channel: 'paid_search' }),
        touch('after', 'email_click', at(5), { campaign_id: 'thanks' }),
      );
      await shop.send('conversions', order('c1', '150', at(4)));
      const report = (await pathsReport(shop.reports, MARCH, ALL_BRANDS)) as Json;
      expect(report.paths.map((row: Json) => row.path_text)).toEqual(['paid_search']);
      expect(report.roles.map((row: Json) => row.channel)).toEqual(['paid_search']);
    });
  });

  test('a top path of one order stands beside the people who took it and did not order', async () => {
    await withShop({}, async (shop) => {
      const visit = (id: string, customer_id: string) =>
        touch(id, 'website_visit', at(3), { channel: 'referral', customer_id });
      await shop.send('touchpoints', visit('a', 'ann'), visit('b', 'bob'), visit('c', 'cleo'), visit('d', 'dan'));
      await shop.send('conversions', order('c1', '150', at(4)), order('c2', '10', at(4), { customer_id: 'eve' }));
      const report = (await pathsReport(shop.reports, MARCH, ALL_BRANDS)) as Json;
      expect(report.summary).toMatchObject({ orders: 2, orders_with_path: 1, orders_without_path: 1 });
      expect(report.paths).toMatchObject([
        { path_text: 'referral', orders: 1, people_without_order: 3, conversion_rate: 0.25, average_days_to_order: 1 },
      ]);
      expect(report.flow).toMatchObject([
        { step: 1, source: 'referral', target_kind: 'order', paths: 1, orders: 1 },
        { step: 1, source: 'referral', target_kind: 'drop_off', paths: 3, orders: 0 },
      ]);
    });
  });

  test('transforms change paths, and neither totals nor roles; a mistyped name is told', async () => {
    await withShop({}, async (shop) => {
      const click = (id: string, day: number, channel: string) => touch(id, 'website_visit', at(day), { channel });
      await shop.send('touchpoints', click('a', 1, 'referral'), click('b', 2, 'referral'), click('c', 3, 'direct'));
      await shop.send('conversions', order('c1', '150', at(4)));
      const ask = async (transform: string): Promise<Json> =>
        pathsReport(shop.reports, { ...MARCH, transform }, ALL_BRANDS);
      const whole = await ask('none');
      const texts: Record<string, string> = {
        none: 'referral > referral > direct',
        exposure: 'referral > direct',
        frequency: 'referral(2) > direct(1)',
        'remove_if_last_and_not_all(direct)': 'referral > referral',
        'exposure,trim_long_path(1)': 'direct',
      };
      for (const [transform, text] of Object.entries(texts)) {
        const report = await ask(transform);
        expect(report.paths.map((row: Json) => row.path_text)).toEqual([text]);
        expect({ ...report.summary, roles: report.roles }).toEqual({ ...whole.summary, roles: whole.roles });
      }
      expect((await ask('remove_if_not_all(refferal)')).warnings).toMatchObject([
        { code: 'transform_without_touches', count: 1 },
      ]);
      await expect(ask('shorter')).rejects.toThrow(/transform: "shorter" is not one of/);
    });
  });
});
