/** The keeper gives a report the histories that it needs, or none. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { emailBytes } from '../../src/histories/emails/email-rows.ts';
import { fillHistories } from '../../src/histories/fill.ts';
import { type Histories, touchCount } from '../../src/histories/histories.ts';
import { HistoriesKeeper } from '../../src/histories/keeper.ts';
import { storeHistories } from '../../src/histories/stored.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { currentPosition } from '../../src/warehouse/position.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, mail, order, touch } from '../support/events.ts';
import { at, MARCH } from '../support/time.ts';
import { counting } from '../support/watched.ts';

const MEMORY = 100_000_000;
const click = (id: string, days: number): WireEvent => ({
  record: 'touchpoints',
  event: touch(id, 'email_click', at(days), { campaign_id: id }),
});
const SALE: WireEvent = { record: 'conversions', event: order('o1', '100.00', at(9)) };

let engine: Engine;
beforeEach(async () => {
  engine = await Engine.open();
  await engine.load([click('first', 5), click('second', 6), SALE]);
});
afterEach(() => engine.close());

const look = (keeper: HistoriesKeeper) =>
  engine.warehouse.read(async (snapshot) => keeper.at(snapshot, await currentPosition(snapshot)));

/** The campaigns of March with credit, and whether the engine had to find them. */
async function ask(keeper: HistoriesKeeper): Promise<{ campaigns: unknown[]; in_sql: boolean }> {
  const { warehouse, counted } = counting(engine.warehouse);
  const histories: HistoriesKeeper['at'] = (snapshot, position) => keeper.at(snapshot, position);
  const asked = { ...MARCH, group_by: 'campaign_id', model: 'linear' };
  const report = await attributionReport({ ...engine.reports, warehouse, histories }, asked, ALL_BRANDS);
  const rows = report['channel_attribution'] as Array<{ campaign_id: string; attributed_revenue: string }>;
  return {
    campaigns: rows.map(({ campaign_id, attributed_revenue }) => `${campaign_id} ${attributed_revenue}`).sort(),
    in_sql: counted.tables.has('credits'),
  };
}

describe('a keeper', () => {
  test('has nothing before the first filling; then it answers, and adds rows that a report needs', async () => {
    const keeper = new HistoriesKeeper({ memory_bytes: MEMORY });
    expect(await ask(keeper)).toEqual({ campaigns: ['first 50.000000', 'second 50.000000'], in_sql: true });
    await keeper.follow(engine.warehouse);
    expect(await ask(keeper)).toEqual({ campaigns: ['first 50.000000', 'second 50.000000'], in_sql: false });
    await engine.load([click('third', 7), click('fourth', 8)]);
    expect(await ask(keeper)).toEqual({
      campaigns: ['first 25.000000', 'fourth 25.000000', 'second 25.000000', 'third 25.000000'],
      in_sql: false,
    });
    expect(keeper.status()).toMatchObject({ touchpoints: 4, lag_records: 0 });
  });

  test('reads email events after the file, and gives them up first when memory is short', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'histories-'));
    const file = join(folder, 'histories');
    const sent = (id: string): WireEvent => ({
      record: 'email_events',
      event: mail('sent', 'ann', { event_id: id, occurred_at: at(5) }),
    });
    try {
      await engine.load([sent('a'), sent('b')]);
      await engine.warehouse.read(async (snapshot) => storeHistories(file, (await fillHistories(snapshot))!, snapshot));
      await engine.load([sent('c')]);
      const keeper = new HistoriesKeeper({ memory_bytes: MEMORY, file });
      await keeper.follow(engine.warehouse);
      const { emails, position } = (await look(keeper))!;
      expect(emails).toMatchObject({ length: 3, position });
      const without = keeper.status().bytes - emailBytes(emails!);
      const small = new HistoriesKeeper({ memory_bytes: without, file });
      await small.follow(engine.warehouse);
      expect(await look(small)).toMatchObject({ emails: null, length: 2 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('knows people who came after the filling', async () => {
    const keeper = new HistoriesKeeper({ memory_bytes: MEMORY });
    await keeper.follow(engine.warehouse);
    for (const [n, customer_id] of ['bob', 'cem', 'dan'].entries())
      await engine.load([
        {
          record: 'touchpoints',
          event: touch(customer_id, 'email_click', at(8), { customer_id, campaign_id: customer_id }),
        },
        { record: 'conversions', event: order(`of ${customer_id}`, `${n + 1}.00`, at(9), { customer_id }) },
      ]);
    const campaigns = ['bob 1.000000', 'cem 2.000000', 'dan 3.000000', 'first 50.000000', 'second 50.000000'];
    expect(await ask(keeper)).toEqual({ campaigns, in_sql: false });
  });

  test('adds rows once, however many reports need them at the same time', async () => {
    const keeper = new HistoriesKeeper({ memory_bytes: MEMORY });
    await keeper.follow(engine.warehouse);
    await engine.load([click('third', 7)]);
    const found = await Promise.all(Array.from({ length: 6 }, () => look(keeper)));
    expect(found.map((histories) => histories?.length)).toEqual(Array(6).fill(3));
  });

  test('gives a view that stays as it is', async () => {
    const keeper = new HistoriesKeeper({ memory_bytes: MEMORY });
    await keeper.follow(engine.warehouse);
    const before = (await look(keeper))!;
    await engine.load([click('third', 7)]);
    const after = (await look(keeper))!;
    expect([before.length, before.labels.length]).toEqual([2, 2]);
    expect([after.length, after.labels.length]).toEqual([3, 3]);
  });

  test('makes room for more rows than there was room for; a view goes on with its own arrays', async () => {
    const keeper = new HistoriesKeeper({ memory_bytes: MEMORY });
    await keeper.follow(engine.warehouse);
    await engine.load([click('third', 7)]);
    const before = (await look(keeper))!;
    const of_ann = (histories: Histories): number => touchCount(histories, 0);
    expect(of_ann(before)).toBe(3);
    const many = Array.from({ length: 5_000 }, (_, i): WireEvent => {
      const who = i % 2 === 0 ? { customer_id: 'ann' } : { customer_id: `c${i}` };
      return { record: 'touchpoints', event: touch(`t${i}`, 'email_open', at(8), { ...who, campaign_id: 'many' }) };
    });
    await engine.load(many, 5_000);
    const after = (await look(keeper))!;
    expect([of_ann(before), of_ann(after), after.length]).toEqual([3, 2_503, 5_003]);
    expect(after.at_ms.length).toBeGreaterThan(before.at_ms.length);
    await keeper.follow(engine.warehouse);
    expect(await ask(keeper)).toMatchObject({ in_sql: false });
  });

  test('keeps none above its memory, and none if it may have none', async () => {
    for (const memory of [0, 50]) {
      const keeper = new HistoriesKeeper({ memory_bytes: memory });
      await keeper.follow(engine.warehouse);
      expect(await ask(keeper)).toMatchObject({ in_sql: true });
      expect(keeper.status()).toMatchObject({ touchpoints: 0, bytes: 0 });
    }
  });

  test('looks again after a while whether they fit now', async () => {
    let now_ms = 0;
    const keeper = new HistoriesKeeper({ memory_bytes: 50, clock: () => now_ms });
    let reads = 0;
    const warehouse = new Proxy(engine.warehouse, {
      get(target, name) {
        if (name === 'read') reads += 1;
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    for (let i = 0; i < 3; i++) await keeper.follow(warehouse);
    expect(reads).toBe(1);
    now_ms += 600_000;
    await keeper.follow(warehouse);
    expect(reads).toBe(2);
  });

  test('fills again after it was told to forget', async () => {
    const keeper = new HistoriesKeeper({ memory_bytes: MEMORY });
    await keeper.follow(engine.warehouse);
    keeper.drop();
    expect(await ask(keeper)).toMatchObject({ in_sql: true });
    await keeper.follow(engine.warehouse);
    expect(await ask(keeper)).toMatchObject({ in_sql: false });
  });

  test('goes on after a read that was stopped while it added rows', async () => {
    const keeper = new HistoriesKeeper({ memory_bytes: MEMORY });
    await keeper.follow(engine.warehouse);
    await engine.load([click('third', 7)]);
    const stopped = engine.warehouse.read(async (snapshot) => {
      const position = await currentPosition(snapshot);
      const columns = () => Promise.reject(new Error('stopped'));
      return keeper.at(Object.assign(Object.create(snapshot), { columns }), position);
    });
    await expect(stopped).rejects.toThrow('stopped');
    expect(await ask(keeper)).toEqual({
      campaigns: ['first 33.333333', 'second 33.333333', 'third 33.333334'],
      in_sql: false,
    });
  });
});
