/** Conversions that a page claims: what counts when a server sends the same id or the same order. docs/semantics.md 1 and 2. */
import { afterEach, describe, expect, test } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import { journeysReport } from '../../src/reports/journeys.ts';
import { receiptReport } from '../../src/reports/receipt.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, type Fields, order, touch } from '../support/events.ts';

const PERIOD = { start: '2026-03-01', end: '2026-04-01' };
const at = (day: number): string => `2026-03-0${day}T12:00:00Z`;
const page = (...sent: Parameters<typeof order>): WireEvent => ({ ...server(...sent), from_page: true });
const server = (...sent: Parameters<typeof order>): WireEvent => ({ record: 'conversions', event: order(...sent) });
const refund = (adjustment_id: string, amount: string, of: Fields): WireEvent => ({
  record: 'adjustments',
  event: { adjustment_id, amount, currency: 'USD', occurred_at: at(9), ...of },
});

const engines: Engine[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

async function loaded(...events: WireEvent[]): Promise<Engine> {
  const engine = await Engine.open();
  engines.push(engine);
  await engine.load([{ record: 'touchpoints', event: touch('t', 'paid_ad_click', at(1)) }]);
  // One at a time: claim and conversion are not in the same batch.
  for (const event of events) await engine.load([event]);
  return engine;
}

/** Orders, revenue and conflicts. */
async function told(engine: Engine, as_of: object = {}) {
  const { summary } = (await attributionReport(engine.reports, { ...PERIOD, ...as_of }, ALL_BRANDS)) as never as {
    summary: { total_revenue: string; total_conversions: number };
  };
  const conflicts = await engine.warehouse.read((s) => s.query('select id, payload from conflicts'));
  return [summary.total_conversions, summary.total_revenue, conflicts.length];
}

describe('a conversion of a page', () => {
  test('counts while no server has sent one with its id, and its refund counts with it', async () => {
    const engine = await loaded(page('o', '10.00', at(4)), refund('r', '-4.00', { conversion_id: 'o' }));
    expect(await told(engine)).toEqual([1, '6.000000', 0]);
    const receipt = await receiptReport(engine.reports, 'o', {}, ALL_BRANDS);
    expect(receipt).toMatchObject({ conversion_id: 'o', order: { conversion_ids: ['o'] } });
  });

  test('gives way to the one of a server that comes later, and earlier reports stay as they were', async () => {
    const engine = await loaded(page('o', '0.00', at(4)));
    const before = engine.as_of('main');
    await engine.load([server('o', '50.00', at(4), { order_id: 'w' }), refund('r', '-5.00', { conversion_id: 'o' })]);
    expect(await told(engine)).toEqual([1, '45.000000', 1]);
    expect((await told(engine, { as_of: before })).slice(0, 2)).toEqual([1, '0.000000']);
    const [conflict] = await engine.warehouse.read((s) => s.query('select record, id, payload from conflicts'));
    expect(conflict).toMatchObject({ record: 'conversions', id: 'o' });
    expect(JSON.parse(conflict!['payload'] as string)).toMatchObject({
      conversion_id: 'o',
      conversion_value_micros: 0,
      sent_by: 'page',
    });
    const receipt = await receiptReport(engine.reports, 'o', {}, ALL_BRANDS);
    expect(receipt).toMatchObject({ order: { order_id: 'w', conversion_ids: ['o'] } });
    expect(await journeysReport(engine.reports, PERIOD, ALL_BRANDS)).toMatchObject({ summary: { conversions: 1 } });
  });

  test('that comes after the one of a server is a repeat, or a conflict', async () => {
    const engine = await loaded(server('o', '50.00', at(4)), page('o', '50.00', at(4)), page('o', '1.00', at(4)));
    expect(await told(engine)).toEqual([1, '50.000000', 1]);
  });

  test.each([1, 500])('is judged by its position, also within a batch (of %i)', async (batch_size) => {
    for (const [events, conflicts] of [
      [[page('o', '0.00', at(4)), server('o', '50.00', at(4)), page('o', '2.00', at(4))], 2],
      [[server('o', '50.00', at(4)), page('o', '0.00', at(4)), server('o', '50.00', at(4))], 1],
      [[page('o', '50.00', at(4)), server('o', '50.00', at(4)), server('o', '7.00', at(4))], 1],
    ] as const) {
      const engine = await loaded();
      await engine.load(events, batch_size);
      expect(await told(engine)).toEqual([1, '50.000000', conflicts]);
    }
  });

  test('never stands for an order that a server knows by its order_id', async () => {
    const engine = await loaded(
      page('early', '0.00', at(2), { order_id: 'w', customer_id: 'eve' }),
      server('o', '50.00', at(4), { order_id: 'w' }),
      refund('r', '-1.00', { conversion_id: 'early' }),
    );
    expect(await told(engine)).toEqual([1, '49.000000', 0]);
    const receipt = await receiptReport(engine.reports, 'early', {}, ALL_BRANDS);
    expect(receipt).toMatchObject({ conversion_id: 'o', order: { conversion_ids: ['o', 'early'] } });
  });

  test('does not hide one of another brand', async () => {
    const engine = await loaded(page('o', '3.00', at(4), { brand_id: 'b2' }), server('o', '50.00', at(4)));
    expect(await told(engine)).toEqual([2, '53.000000', 0]);
  });
});
