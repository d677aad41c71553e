/** An id that many people share: an order keeps its newest candidates, and the work does not grow with all pairs. */
import { describe, expect, test } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import { receiptReport } from '../../src/reports/receipt.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS } from '../support/events.ts';

const DAY = 86_400_000;
const ORDER_MS = Date.UTC(2026, 1, 10, 12);
const iso = (ms: number): string => new Date(ms).toISOString();

/** Clicks of `counter`, a second apart, the last one a second before the first order. Each has its own campaign. */
const clicks = (count: number): WireEvent[] =>
  Array.from({ length: count }, (_, i) => ({
    record: 'touchpoints',
    event: {
      touchpoint_id: `t${i}`,
      customer_id: 'counter',
      touchpoint_type: 'paid_ad_click',
      channel: 'paid_search',
      campaign_id: `c${i}`,
      occurred_at: iso(ORDER_MS - (count - i) * 1_000),
    },
  }));

const orders = (count: number): WireEvent[] =>
  Array.from({ length: count }, (_, i) => ({
    record: 'conversions',
    event: {
      conversion_id: `o${i}`,
      customer_id: 'counter',
      conversion_type: 'purchase',
      conversion_value: '10.00',
      currency: 'USD',
      occurred_at: iso(ORDER_MS + i),
    },
  }));

const asked = { start: iso(ORDER_MS - DAY), end: iso(ORDER_MS + DAY), model: 'first_touch', group_by: 'campaign_id' };

async function firstCampaigns(engine: Engine) {
  const report = (await attributionReport(engine.reports, asked, ALL_BRANDS)) as {
    warnings: Array<{ code: string; count: number }>;
    channel_attribution: Array<{ campaign_id: string; credited_conversions: number }>;
  };
  return {
    campaigns: report.channel_attribution
      .filter(({ credited_conversions }) => credited_conversions > 0)
      .map(({ campaign_id }) => campaign_id),
    cut: report.warnings.find(({ code }) => code === 'candidates_cut')?.count ?? 0,
  };
}

describe('an order with very many touchpoints', () => {
  test('keeps its newest 2,000 candidates, its path the newest 1,000, and the report says so', async () => {
    const engine = await Engine.open();
    await engine.load([...clicks(2_100), ...orders(1)]);
    expect(await firstCampaigns(engine)).toEqual({ campaigns: ['c1100'], cut: 1 });
    await engine.close();
  });

  test('keeps fewer if its person has more than 500 conversions', async () => {
    const engine = await Engine.open();
    await engine.load([...clicks(600), ...orders(2_000)]);
    // 1,000,000 / 2,000 = 500 candidates of 600.
    expect(await firstCampaigns(engine)).toEqual({ campaigns: ['c100'], cut: 2_000 });
    const receipt = (await receiptReport(engine.reports, 'o1999', MODEL, ALL_BRANDS)) as {
      touchpoints: Array<{ campaign_id: string; status: string }>;
    };
    const credited = receipt.touchpoints.filter(({ status }) => status === 'credited');
    expect(credited[0]).toMatchObject({ campaign_id: 'c100' });
    await engine.close();
  });

  test('is not found by making all pairs of orders and touchpoints', async () => {
    const engine = await Engine.open();
    engine.reports.candidate_limits = { most: 20, least: 10, of_person: 10_000, pairs: 1_000 };
    await engine.load([...clicks(300), ...orders(300)]);
    expect(await mostRows(engine)).toBeLessThan((300 * 300) / 5);
    await engine.close();
  });
});

const MODEL = { model: 'first_touch' };

/** The most rows that a temporary table of the report has. */
async function mostRows(engine: Engine): Promise<number> {
  let most = 0;
  const { warehouse } = engine;
  const counting = new Proxy(warehouse, {
    get: (target, name) =>
      name === 'read'
        ? (work: (snapshot: unknown) => Promise<unknown>, options: never) =>
            target.read((snapshot) => {
              const materialise = snapshot.materialise.bind(snapshot);
              snapshot.materialise = async (table, sql, parameters) => {
                await materialise(table, sql, parameters);
                const [row] = await snapshot.query(`select count(*) as n from ${table}`);
                most = Math.max(most, Number(row!['n']));
              };
              return work(snapshot);
            }, options)
        : Reflect.get(target, name).bind?.(target),
  });
  await attributionReport({ ...engine.reports, warehouse: counting }, asked, ALL_BRANDS);
  return most;
}
