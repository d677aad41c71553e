import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attributionReport } from '../../../src/reports/attribution.ts';
import type { ReportJson } from '../../../src/reports/context.ts';
import { attribute } from '../../reference/reference.ts';
import { optionsArbitrary, toReference, type WireWorld, worlds } from '../../reference/worlds.ts';
import { askReportBoth, filled } from '../../support/both-ways.ts';
import { Engine } from '../../support/engine.ts';
import { ALL_BRANDS, type Fields, order, touch } from '../../support/events.ts';
import { type Json, type Shop, withShop } from '../../support/shop.ts';
import { runsOf, SMALL_BATCH } from '../../support/tier.ts';
import { at, MARCH } from '../../support/time.ts';
import { untilShown } from '../../support/until-shown.ts';
import { eventsOf, parametersOf, settingsOf } from '../../support/worlds.ts';
import { reportNamed } from '../schema.ts';

const { run } = reportNamed('synergies');
const RUNS = runsOf('TRIBUTARY_SYNERGY_WORLDS', 3, 30);

async function withWorld(world: WireWorld, work: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await Engine.open();
  try {
    await engine.load(eventsOf(world), SMALL_BATCH);
    await work(engine);
  } finally {
    await engine.close();
  }
}

describe('on random worlds, with fan-out, refunds, several orders of a person and time zones,', () => {
  test(
    'synergies are the same from histories and from the query, add up to the attribution report, and have the combinations of the reference',
    () =>
      untilShown(async () => {
        let answered = 0;
        await fc.assert(
          fc.asyncProperty(worlds(), optionsArbitrary, async (world, options) => {
            await withWorld(world, async (engine) => {
              for (const [brand_id, own] of Object.entries(options.settings ?? {}))
                engine.settings.set(brand_id, settingsOf(own));
              const { models: _models, week_start: _week_start, ...asked } = parametersOf(options, ['linear']);
              const { text } = await askReportBoth<Fields>(
                run,
                engine.reports,
                { ...asked, limit: 1_000 },
                await filled(engine.reports),
              );
              const credited = (await attributionReport(engine.reports, asked, ALL_BRANDS).catch(() => null)) as Json;
              expect(text.startsWith('{')).toBe(credited !== null);
              if (credited === null) return;
              const answer = JSON.parse(text) as Json;
              answered += 1;
              expect([answer.summary.total_orders, answer.summary.total_net_revenue_micros]).toEqual([
                credited.summary.total_conversions,
                credited.reconciliation.net_revenue_micros,
              ]);
              expect(addedUp(answer)).toBe(BigInt(credited.reconciliation.net_revenue_micros));
              expect(answer.summary.orders).toBe(credited.summary.attributed_conversions);
              if (asked.filter.length === 0) expect(ordersBy(answer)).toEqual(referenceBy(world, options));
            });
          }),
          { numRuns: RUNS },
        );
        return answered;
      }),
    300_000,
  );
});

/** The net revenue of all rows. */
function addedUp(answer: Json): bigint {
  const rows = [...answer.combinations, ...answer.other_combinations, ...answer.apart];
  return rows.reduce((sum: bigint, row: Json) => sum + BigInt(row.net_revenue_micros), 0n);
}

type ByChannels = Record<string, [orders: number, micros: string]>;

/** Combinations that have an order. */
function ordersBy({ combinations }: Json): ByChannels {
  const ordered = combinations.filter(({ orders }: Json) => orders > 0);
  return Object.fromEntries(
    ordered.map((row: Json) => [row.channels.join(' + '), [row.orders, row.net_revenue_micros]]),
  );
}

function referenceBy(world: WireWorld, options: Parameters<typeof attribute>[1]): ByChannels {
  const reference = toReference(world);
  const channel = new Map(reference.touchpoints.map((row) => [row.touchpoint_id, row.channel?.toLowerCase() ?? null]));
  const sums = new Map<string, [number, bigint]>();
  for (const { path, counted, net_micros } of attribute(reference, options).orders) {
    if (!counted || path.length === 0) continue;
    const name = [...new Set(path.map(({ touchpoint_id }) => channel.get(touchpoint_id)!))].sort().join(' + ');
    const [orders, micros] = sums.get(name) ?? [0, 0n];
    sums.set(name, [orders + 1, micros + net_micros]);
  }
  return Object.fromEntries([...sums].map(([name, [orders, micros]]) => [name, [orders, String(micros)]]));
}

const ask = async (shop: Shop, parameters: Fields = {}): Promise<Json> =>
  JSON.parse(JSON.stringify(await run(shop.reports, { ...MARCH, ...parameters }, ALL_BRANDS))) as Json;

const visit = (id: string, customer_id: string, channel: string, when: string): Fields =>
  touch(id, 'website_visit', when, { customer_id, channel });

const combinationOf = ({ combinations }: Json, ...channels: string[]): Json =>
  combinations.find((row: Json) => row.channels.join() === channels.join());

const apartOf = ({ apart }: Json, part: string): Json => apart.find((row: Json) => row.part === part);

describe('a marketer', () => {
  test('sees an order of 150 with three touches as 150, and a refund of it taken off', async () => {
    await withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('t1', 'email_click', at(1)),
        visit('t2', 'ann', 'paid_search', at(2)),
        touch('t3', 'email_click', at(3)),
      );
      await shop.send('conversions', order('c1', '150', at(4), { order_id: 'o1' }));
      await shop.send('adjustments', { order_id: 'o1', amount: '-30', currency: 'USD', occurred_at: at(6) });
      const answer = await ask(shop);
      expect(combinationOf(answer, 'email', 'paid_search')).toMatchObject({
        paths: 1,
        orders: 1,
        net_revenue: '120.000000',
      });
      expect(answer.summary).toMatchObject({ total_orders: 1, total_net_revenue: '120.000000', multichannel_paths: 1 });
    });
  });

  test('does not see an email after the purchase on its path', async () => {
    await withShop({}, async (shop) => {
      await shop.send('touchpoints', visit('t1', 'ann', 'paid_search', at(2)), touch('t2', 'email_click', at(5)));
      await shop.send('conversions', order('c1', '150', at(4)));
      const answer = await ask(shop);
      expect(answer.combinations.map(({ channels }: Json) => channels)).toEqual([['paid_search']]);
    });
  });

  test('sees people who touched and did not order, too', async () => {
    await withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('t1', 'email_click', at(1)),
        visit('t2', 'ann', 'paid_search', at(2)),
        touch('t3', 'email_click', at(1), { customer_id: 'bob' }),
        visit('t4', 'bob', 'paid_search', at(2)),
      );
      await shop.send('conversions', order('c1', '150', at(4)), order('c2', '20', at(4), { customer_id: 'eve' }));
      const answer = await ask(shop);
      expect(combinationOf(answer, 'email', 'paid_search')).toMatchObject({
        paths: 2,
        people: 2,
        orders: 1,
        conversion_rate: 0.5,
      });
      expect(apartOf(answer, 'orders_without_path')).toMatchObject({ orders: 1, net_revenue: '20.000000' });
      expect(answer.summary).toMatchObject({ paths: 2, orders: 1, total_orders: 2, total_net_revenue: '170.000000' });
    });
  });

  test('sees Email and email as one channel, and emails alone as no multichannel path', async () => {
    await withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('t1', 'email_click', at(1), { channel: 'Email' }),
        touch('t2', 'email_click', at(2), { channel: 'email' }),
        touch('t3', 'email_click', at(3), { channel: 'EMAIL ' }),
      );
      await shop.send('conversions', order('c1', '150', at(4)));
      const answer = await ask(shop);
      expect(answer.combinations).toHaveLength(1);
      expect(combinationOf(answer, 'email')).toMatchObject({ paths: 1, orders: 1 });
      expect(answer.summary).toMatchObject({ multichannel_paths: 0 });
      expect(answer.top).toMatchObject({ conversion_rate: null, reason: 'no path has two channels' });
    });
  });

  test('asks by another key about the touch, and for a part of the paths', async () => {
    await withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        touch('t1', 'email_click', at(1), { campaign_id: 'Spring' }),
        touch('t2', 'email_click', at(1, '01:00'), { campaign_id: 'spring' }),
        visit('t3', 'bob', 'paid_search', at(2)),
      );
      await shop.send('conversions', order('c1', '150', at(4)), order('c2', '20', at(4), { customer_id: 'bob' }));
      const by_campaign = await ask(shop, { by: 'campaign_id', collapse: 'none' });
      expect(by_campaign.combinations.map(({ channels }: Json) => channels)).toEqual([[null], ['Spring', 'spring']]);
      const filtered = await ask(shop, { filter: ['channel:email'] });
      expect(filtered.combinations.map(({ channels }: Json) => channels)).toEqual([['email']]);
      expect(apartOf(filtered, 'filtered')).toMatchObject({ paths: 1, orders: 1, net_revenue: '20.000000' });
      expect(filtered.summary).toMatchObject({ total_orders: 2, total_net_revenue: '170.000000' });
    });
  });

  test('asks for one brand of several, and gets its people without an order, too', async () => {
    await withShop({}, async (shop) => {
      const of_b: Fields = { brand_id: 'b' };
      await shop.send('touchpoints', touch('t1', 'email_click', at(1)), touch('t2', 'email_click', at(1), of_b));
      await shop.send('conversions', order('c1', '150', at(4), { customer_id: 'eve', ...of_b }));
      const { summary } = await ask(shop, { filter: ['brand_id:b'] });
      expect(summary).toMatchObject({ paths: 1, orders: 0, total_orders: 1 });
    });
  });

  test('learns what is wrong with a parameter', async () => {
    await withShop({}, async (shop) => {
      const refused = (parameters: ReportJson) => run(shop.reports, { ...MARCH, ...parameters }, ALL_BRANDS);
      await expect(refused({ filter: ['colour:red'] })).rejects.toThrow(/filter: "colour" is unknown/);
    });
  });
});
