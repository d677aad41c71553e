/** Several brands together: an order that they share counts once, and every figure reconciles with the reports of the brands. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { brandGroups } from '../../src/domain/brand-groups.ts';
import { toCsv } from '../../src/present/csv.ts';
import type { ReportContext, ReportJson } from '../../src/reports/context.ts';
import { askReportBoth } from '../support/both-ways.ts';
import { ALL_BRANDS, type Fields, order, touch } from '../support/events.ts';
import { type Json, withShop } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { at, MARCH } from '../support/time.ts';
import { expectToFit, reportNamed } from './schema.ts';

const consolidated = reportNamed('consolidated');
const attribution = reportNamed('attribution');
const BRANDS = ['a', 'b', 'c'] as const;

const ask = async (context: ReportContext, asked: ReportJson): Promise<Json> =>
  JSON.parse((await askReportBoth(consolidated.run, context, asked)).text);

const groupsOf = (counts_for: 'first' | 'brand_order', people: string[][] = []) =>
  brandGroups([{ brands: ['b', 'a'], counts_for }], people);

interface Bought {
  brand: (typeof BRANDS)[number];
  order: number | null;
  customer: number;
  day: number;
  euros: number;
  refund: number;
  seen: 'email' | 'visit' | 'both' | 'nothing';
}

const bought = fc.record<Bought>({
  brand: fc.constantFrom(...BRANDS),
  order: fc.option(fc.integer({ min: 0, max: 5 }), { freq: 8 }),
  customer: fc.integer({ min: 0, max: 4 }),
  day: fc.integer({ min: 2, max: 28 }),
  euros: fc.integer({ min: 1, max: 900 }),
  refund: fc.integer({ min: 0, max: 1 }),
  seen: fc.constantFrom('email', 'visit', 'both', 'nothing'),
});

/** At most one order of an id in a brand: what repeats within a brand is another rule. */
const world = fc.uniqueArray(bought, {
  minLength: 1,
  maxLength: 14,
  selector: ({ brand, order: id }) => (id === null ? Symbol('own') : `${brand} ${id}`),
});

const timeOf = (i: number, day: number): string => at(day, `10:${String(i).padStart(2, '0')}`);

function recordsOf(all: readonly Bought[]): { touchpoints: Fields[]; conversions: Fields[]; adjustments: Fields[] } {
  const touchpoints = all.flatMap(({ brand, customer, day, seen }, i): Fields[] => {
    const who = { brand_id: brand, customer_id: `p${customer}` };
    const email = touch(`e${i}`, 'email_click', timeOf(i, day - 1), { ...who, campaign_id: 'spring' });
    const visit = touch(`v${i}`, 'website_visit', timeOf(i, day - 1), { ...who, channel: 'paid_search' });
    return { email: [email], visit: [visit], both: [email, visit], nothing: [] }[seen];
  });
  const conversions = all.map(({ brand, order: id, customer, day, euros }, i) =>
    order(`c${i}`, String(euros), timeOf(i, day), {
      brand_id: brand,
      customer_id: `p${customer}`,
      ...(id === null ? {} : { order_id: `o${id}` }),
    }),
  );
  const adjustments = all.flatMap(({ brand, day, refund }, i) =>
    refund === 0
      ? []
      : [{ brand_id: brand, conversion_id: `c${i}`, amount: '-0.5', currency: 'USD', occurred_at: timeOf(i, day + 1) }],
  );
  return { touchpoints, conversions, adjustments };
}

/** The purchases that count: of one order in a and b only one. It is the rule again, in other words. */
function countedOnce(all: readonly Bought[], counts_for: 'first' | 'brand_order'): number[] {
  const beats = (x: number, y: number): boolean => {
    const [mine, theirs] = [all[x]!, all[y]!];
    if (counts_for === 'brand_order') return mine.brand === 'b';
    return timeOf(x, mine.day) < timeOf(y, theirs.day);
  };
  return all.flatMap(({ brand, order: id }, i) => {
    const partner = all.findIndex(
      (other) => id !== null && other.order === id && other.brand !== brand && other.brand !== 'c' && brand !== 'c',
    );
    return partner < 0 || beats(i, partner) ? [i] : [];
  });
}

/** @param touchpoints those to send; all of the world when left out. */
async function sendWorld(
  shop: Json,
  all: readonly Bought[],
  only: readonly number[],
  touchpoints = recordsOf(all).touchpoints,
): Promise<void> {
  const { conversions, adjustments } = recordsOf(all);
  if (touchpoints.length > 0) await shop.send('touchpoints', ...touchpoints);
  await shop.send('conversions', ...conversions.filter((_, i) => only.includes(i)));
  const kept = adjustments.filter(({ conversion_id }) => only.includes(Number(String(conversion_id).slice(1))));
  if (kept.length > 0) await shop.send('adjustments', ...kept);
}

const CURRENCY = { ...MARCH, currency: 'USD', model: 'linear' };

test('brands together are what a log with every shared order once would give', async () => {
  await fc.assert(
    fc.asyncProperty(world, fc.constantFrom('first' as const, 'brand_order' as const), async (all, counts_for) => {
      await withShop({}, async (shop) => {
        await sendWorld(shop, all, [...all.keys()]);
        const report = await ask({ ...shop.reports, brand_groups: groupsOf(counts_for) }, CURRENCY);
        expectToFit(consolidated, { ...report, generated_at: '2026-03-01T00:00:00.000Z' });
        for (const row of report.brands) {
          const own: Json = await attribution.run(shop.reports, { ...CURRENCY, brand_id: row.brand_id }, ALL_BRANDS);
          expect(row).toMatchObject({
            conversions: own.summary.total_conversions,
            net_revenue_micros: own.summary.total_revenue_micros,
            attributed_revenue_micros: own.summary.total_attributed_revenue_micros,
            email_attributed_revenue_micros: own.summary.email_attributed_revenue_micros,
          });
        }
        expect(trendOf(report)).toEqual(expectedTrend(all));
        await withShop({}, async (once) => {
          await sendWorld(once, all, countedOnce(all, counts_for));
          const expected: Json = await attribution.run(once.reports, { ...CURRENCY, group_by: 'channel' }, ALL_BRANDS);
          const { totals } = report;
          expect({
            conversions: totals.counted_conversions,
            net: totals.counted_revenue_micros,
            attributed: totals.counted_attributed_revenue_micros,
            email: totals.counted_email_revenue_micros,
          }).toEqual({
            conversions: expected.summary.total_conversions,
            net: expected.summary.total_revenue_micros,
            attributed: expected.summary.total_attributed_revenue_micros,
            email: expected.summary.email_attributed_revenue_micros,
          });
          const earned = (rows: Json): Record<string, string> =>
            Object.fromEntries(
              rows
                .filter((row: Json) => row.attributed_revenue_micros !== '0')
                .map((row: Json) => [row.channel, row.attributed_revenue_micros]),
            );
          expect(earned(report.channels)).toEqual(earned(expected.channel_attribution));
        });
      });
    }),
    { numRuns: runsOf('TRIBUTARY_CONSOLIDATED_RUNS', 3, 12) },
  );
}, 300_000);

/** Net revenue by brand and day of March, of what was bought. */
function expectedTrend(all: readonly Bought[]): Record<string, string[]> {
  const trend: Record<string, bigint[]> = {};
  for (const { brand, day, euros, refund } of all) {
    trend[brand] ??= new Array<bigint>(31).fill(0n);
    trend[brand][day - 1]! += BigInt(euros) * 1_000_000n - BigInt(refund) * 500_000n;
  }
  return Object.fromEntries(Object.entries(trend).map(([brand, days]) => [brand, days.map(String)]));
}

const trendOf = ({ trend }: Json): Record<string, string[]> =>
  Object.fromEntries(trend.brands.map(({ brand_id, net_revenue_micros }: Json) => [brand_id, net_revenue_micros]));

test('who may see some brands gets what a log of these brands alone would give, the hash of the settings too', async () => {
  const groups = brandGroups([{ brands: ['c', 'b', 'a'], counts_for: 'brand_order' }], [['a', 'b', 'c']]);
  await fc.assert(
    fc.asyncProperty(world, async (all) => {
      const own = all.flatMap(({ brand }, i) => (brand === 'c' ? [] : [i]));
      const brand_ids = ['a', 'b'].filter((brand_id) => own.some((i) => all[i]!.brand === brand_id));
      if (brand_ids.length < 2) return;
      await withShop({}, async (shop) => {
        await sendWorld(shop, all, [...all.keys()]);
        const asker = { key_brand_id: brand_ids[0]!, brand_ids };
        const { as_of: _, ...seen } = await consolidated.run(
          { ...shop.reports, brand_groups: groups },
          { ...CURRENCY, compare: 'previous_period' },
          asker,
        );
        await withShop({}, async (alone) => {
          const of_own = ({ brand_id }: Fields): boolean => brand_id !== 'c';
          await sendWorld(alone, all, own, recordsOf(all).touchpoints.filter(of_own));
          const { as_of: __, ...expected } = await consolidated.run(
            {
              ...alone.reports,
              brand_groups: brandGroups([{ brands: ['b', 'a'], counts_for: 'brand_order' }], [['a', 'b']]),
            },
            { ...CURRENCY, compare: 'previous_period' },
            ALL_BRANDS,
          );
          expect({ ...seen, generated_at: '' }).toEqual({ ...expected, generated_at: '' });
        });
        // One brand alone is what its key gets, whatever else the person may see.
        const named = await consolidated.run(shop.reports, { ...CURRENCY, brand_id: 'a' }, { key_brand_id: 'a' });
        expect(named['brands']).toHaveLength(1);
      });
    }),
    { numRuns: runsOf('TRIBUTARY_CONSOLIDATED_RUNS', 2, 12) },
  );
}, 300_000);

test('the trend of a long period has at most 60 points, and their sums are the net revenue', async () => {
  await withShop({}, async (shop) => {
    await shop.send(
      'conversions',
      order('c1', '100', '2025-04-01T10:00:00Z', { brand_id: 'a' }),
      order('c2', '30', '2026-03-24T10:00:00Z', { brand_id: 'a' }),
      order('c3', '7', '2026-03-31T10:00:00Z', { brand_id: 'a' }),
    );
    const { trend } = await ask(shop.reports, { start: '2025-04-01', end: '2026-04-01' });
    expect([trend.days_a_point, trend.starts.length]).toEqual([7, 53]);
    expect([trend.starts[0], trend.starts[1], trend.starts[52]]).toEqual(['2025-04-01', '2025-04-02', '2026-03-25']);
    const [points] = Object.values(trendOf({ trend }));
    expect([points![0], points![51], points![52]]).toEqual(['100000000', '30000000', '7000000']);
  });
});

test('without a rule nothing is shared; people count once only where the configuration joins brands', async () => {
  await withShop({}, async (shop) => {
    const in_brand = (brand_id: string, rest: Fields = {}): Fields => ({ brand_id, order_id: 'o1', ...rest });
    await shop.send(
      'conversions',
      order('c1', '100', at(5), in_brand('a')),
      order('c2', '90', at(4), in_brand('b')),
      order('c3', '5', at(6), in_brand('b', { order_id: 'o2', customer_id: 'bob' })),
      order('c4', '7', at(6), in_brand('c')),
    );
    const apart = await ask(shop.reports, MARCH);
    expect(apart.totals).toMatchObject({ counted_revenue: '202.000000', customers: 4, shared_customers: 0 });
    const joined = await ask({ ...shop.reports, brand_groups: groupsOf('first', [['a', 'b']]) }, MARCH);
    expect(joined.totals).toMatchObject({ counted_revenue: '102.000000', customers: 3, shared_customers: 1 });
    expect(joined.shared_orders).toEqual([
      {
        brand_id: 'a',
        counted_in: 'b',
        conversions: 1,
        shared_revenue_micros: '100000000',
        shared_revenue: '100.000000',
      },
    ]);
    const asked = { ...MARCH, brand_id: 'a' };
    const alone = await ask({ ...shop.reports, brand_groups: groupsOf('first', [['a', 'b']]) }, asked);
    expect(alone.totals).toMatchObject({ counted_revenue: '100.000000', shared_conversions: 0, customers: 1 });
    expect(toCsv(joined, consolidated.main_table).split('\r\n')).toHaveLength(5);
  });
});

test('a shared order counts in the period of the brand for which it counts', async () => {
  await withShop({}, async (shop) => {
    await shop.send(
      'conversions',
      order('c1', '100', '2026-02-27T10:00:00Z', { brand_id: 'a', order_id: 'o1' }),
      order('c2', '90', at(2), { brand_id: 'b', order_id: 'o1' }),
    );
    const context = { ...shop.reports, brand_groups: groupsOf('first') };
    const march = await ask(context, MARCH);
    expect(march.totals).toMatchObject({ conversions: 1, counted_conversions: 0, counted_revenue: '0.000000' });
    const both = await ask(context, { start: '2026-02-01', end: '2026-04-01' });
    expect(both.totals).toMatchObject({ conversions: 2, counted_conversions: 1, counted_revenue: '100.000000' });
  });
});

test('a key for one brand learns nothing of another one, nor that they share an order or a customer', async () => {
  await withShop({}, async (shop) => {
    const run = async (context: ReportContext): Promise<ReportJson> => {
      const {
        as_of: _as_of,
        config_hash: _hash,
        ...answer
      } = await consolidated.run(context, MARCH, {
        key_brand_id: 'a',
      });
      return answer;
    };
    const context = { ...shop.reports, brand_groups: groupsOf('brand_order', [['a', 'b']]) };
    await shop.send('conversions', order('c1', '100', at(5), { brand_id: 'a', order_id: 'o1' }));
    const before = await run(context);
    await shop.send('conversions', order('c2', '90', at(4), { brand_id: 'b', order_id: 'o1' }));
    expect(await run(context)).toEqual(before);
    expect(JSON.stringify(before)).not.toContain('"b"');
    const foreign = consolidated.run(context, { ...MARCH, brand_id: 'b' }, { key_brand_id: 'a' });
    await expect(foreign).rejects.toMatchObject({ code: 'forbidden', field: 'brand_id' });
  });
});
