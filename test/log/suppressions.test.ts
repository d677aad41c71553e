/** What was deleted does not come back when its sender tries again. */

import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import type { FlatRecord } from '../../src/domain/record.ts';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import type { Collector } from '../../src/log/collector.ts';
import { Suppressions, suppressRecords, suppressSubject, unsuppress } from '../../src/log/suppressions.ts';
import type { ListOptions, State } from '../../src/state/port.ts';
import { DuckDBWarehouse } from '../../src/warehouse/duckdb/warehouse.ts';
import type { Warehouse } from '../../src/warehouse/port.ts';
import { TEST_ENGINE } from '../support/engine.ts';
import { sent } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openTestState } from '../support/state.ts';
import { accept, loaded, openCollector, openWarehouse } from './setup.ts';

const record = (id: string, brand_id = 'default') => ({ record: 'email_events' as const, brand_id, id });

async function withCollector(
  work: (given: {
    warehouse: Warehouse;
    collector: Collector;
    state: State;
    load: (...events: object[]) => Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const warehouse = await openWarehouse();
  const state = await openTestState();
  const collector = await openCollector(temporaryFolder(), warehouse, { state });
  const load = async (...events: object[]): Promise<void> => {
    expect(await accept(collector, events)).toMatchObject({ accepted: events.length });
    await collector.flush();
  };
  await work({ warehouse, collector, state, load });
  await collector.close();
  await warehouse.close();
}

describe('a suppressed record', () => {
  if (TEST_ENGINE === 'duckdb')
    test('is acknowledged and not loaded, also after a restart; the same id of another brand is', async () => {
      const folder = temporaryFolder();
      const path = join(folder, 'warehouse.duckdb');
      const state = await openTestState();
      let warehouse = await DuckDBWarehouse.open({ path });
      const first = await openCollector(folder, warehouse, { state });
      await accept(first, [sent('gone'), sent('stays')]);
      await first.flush();
      await suppressRecords(state, [record('gone')]);
      await first.close();
      await warehouse.close();
      const instance = await DuckDBInstance.create(path);
      const connection = await instance.connect();
      await connection.run("delete from email_events where event_id = 'gone'");
      connection.closeSync();
      instance.closeSync();

      warehouse = await DuckDBWarehouse.open({ path });
      const second = await openCollector(folder, warehouse, { state });
      const repeat = [sent('gone'), sent('gone', { event_type: 'bounced' }), sent('gone', { brand_id: 'other' })];
      expect(await accept(second, repeat)).toMatchObject({ accepted: 3, rejected: [] });
      const position = await second.flush();
      const rows = await warehouse.read((s) => s.query('select brand_id, event_id from email_events order by log_seq'));
      expect(rows).toEqual([
        { brand_id: 'default', event_id: 'stays' },
        { brand_id: 'other', event_id: 'gone' },
      ]);
      expect(second.health().loader).toMatchObject({ suppressed: 2, conflicts: 0, committed_log_seq: position });
      await second.close();
      await warehouse.close();
    });

  test('is loaded again once it is not suppressed any more', () =>
    withCollector(async ({ warehouse, state, load }) => {
      await suppressRecords(state, [record('a'), record('b')]);
      await load(sent('a'), sent('b'));
      expect(await loaded(warehouse)).toEqual([]);
      expect(await unsuppress(state, record('a'))).toBe(true);
      expect(await unsuppress(state, record('a'))).toBe(false);
      await load(sent('a'), sent('b'));
      expect(await loaded(warehouse)).toEqual(['a']);
    }));

  test('does not come back from the dead letters', async () => {
    const warehouse = await openWarehouse();
    const state = await openTestState();
    let broken = true;
    const enrich = () => (broken ? { customer_id: 7 } : {});
    const collector = await openCollector(temporaryFolder(), warehouse, { state, enrich });
    await accept(collector, [sent('a'), sent('b')]);
    await collector.flush();
    broken = false;
    await suppressRecords(state, [record('a')]);
    expect(await collector.replayDeadLetters()).toBe(1);
    await collector.flush();
    expect(await loaded(warehouse)).toEqual(['b']);
    expect(collector.health().loader.open_dead_letters).toBe(0);
    expect(await collector.replayDeadLetters()).toBe(0);
    await collector.close();
    await warehouse.close();
  });
});

describe('a suppressed subject', () => {
  const at = (id: string, occurred_at: string, more: object = {}) => sent(id, { occurred_at, ...more });
  const MAY = Date.parse('2026-05-10T00:00:00Z');

  test('loses what happened at or before the instant, and nothing later, of others, or of other brands', () =>
    withCollector(async ({ warehouse, collector, state, load }) => {
      await suppressSubject(state, { brand_id: 'default', id: 'c' }, MAY);
      await load(
        at('before', '2026-05-09T23:59:59Z'),
        at('at', '2026-05-10T00:00:00Z'),
        at('after', '2026-05-10T00:00:00.001Z'),
        at('else', '2026-05-01T00:00:00Z', { customer_id: 'd' }),
        at('brand', '2026-05-01T00:00:00Z', { brand_id: 'other' }),
      );
      expect(await loaded(warehouse)).toEqual(['after', 'else', 'brand']);
      expect(collector.health().loader.suppressed).toBe(2);
    }));

  test('is found in every field that names one, and keeps the latest instant', () =>
    withCollector(async ({ warehouse, collector, state, load }) => {
      await suppressSubject(state, { brand_id: 'default', id: 'c' }, MAY);
      await suppressSubject(state, { brand_id: 'default', id: 'c' }, MAY - MS_PER_DAY);
      await load(at('held', '2026-05-10T00:00:00Z'));
      await suppressSubject(state, { brand_id: 'default', id: 'c' }, null);
      await suppressSubject(state, { brand_id: 'default', id: 'c' }, MAY);
      await load(at('always', '2026-05-31T00:00:00Z'));
      expect(await loaded(warehouse)).toEqual([]);
      const occurred_at = '2026-05-01T00:00:00Z';
      await accept(collector, { link_id: 'l', left_id: 'x', right_id: 'c', occurred_at }, 'identity_links');
      const touch = { touchpoint_id: 't', anonymous_id: 'c', touchpoint_type: 'page_view', occurred_at };
      await accept(collector, touch, 'touchpoints');
      const segment = { segment_id: 's', customer_id: 'c', segment_name: 'x', assigned_at: occurred_at };
      await accept(collector, segment, 'customer_segments');
      await collector.flush();
      expect(collector.health().loader).toMatchObject({ suppressed: 5, loaded: {} });
    }));
});

describe('the list', () => {
  const item = (id: string): { record: 'email_events'; item: FlatRecord } => ({
    record: 'email_events',
    item: { brand_id: 'default', event_id: id, customer_id: 'c', occurred_at: 1 },
  });

  test('holds hashes and no id', async () => {
    const state = await openTestState();
    await suppressRecords(state, [record('order-of-jane')]);
    await suppressSubject(state, { brand_id: 'default', id: 'jane@example.com' }, null);
    expect(JSON.stringify(await state.list('suppressions'))).not.toMatch(/jane|default/);
  });

  test('is asked record by record when it is too long to be held', async () => {
    const state = await openTestState();
    await suppressRecords(
      state,
      Array.from({ length: 2_500 }, (_, i) => record(`e${i}`)),
    );
    for (const max_cached of [100_000, 1_000]) {
      const list = new Suppressions(state, max_cached);
      const kept = await list.without([item('e0'), item('e2499'), item('other')]);
      expect(kept.map((one) => one.item['event_id'])).toEqual(['other']);
    }
  });

  test('is whole for every reader while two of them read it again', async () => {
    const state = await openTestState();
    const ids = Array.from({ length: 2_500 }, (_, i) => `e${i}`);
    await suppressRecords(
      state,
      ids.map((id) => record(id)),
    );
    // The first reader has one page when the second one begins, and the second one waits until the first is done.
    let pages = 0;
    let first: Promise<readonly unknown[]> | undefined;
    const slow = Object.assign(Object.create(state) as State, {
      list: async (collection: string, options: ListOptions) => {
        pages += 1;
        if (pages === 2) await expect.poll(() => pages).toBe(3);
        else if (pages === 3) await first;
        return state.list(collection, options);
      },
    });
    const list = new Suppressions(slow);
    const items = ids.map(item);
    first = list.without(items);
    await expect.poll(() => pages).toBe(2);
    const second = list.without(items);
    expect(await first).toEqual([]);
    expect(await second).toEqual([]);
  });

  test('that cannot be read stops loading: what may be suppressed is not loaded', async () => {
    const warehouse = await openWarehouse();
    const state = await openTestState();
    await suppressRecords(state, [record('a')]);
    let away = true;
    const wayward = Object.assign(Object.create(state) as State, {
      revision: (collection: string) =>
        away ? Promise.reject(new Error('state is away')) : state.revision(collection),
    });
    const collector = await openCollector(temporaryFolder(), warehouse, { state: wayward });
    await accept(collector, [sent('a'), sent('b')]);
    await expect(collector.flush(200)).rejects.toMatchObject({ code: 'timeout' });
    await expect.poll(() => collector.health().loader.last_error).toBe('state is away');
    expect(await loaded(warehouse)).toEqual([]);
    away = false;
    await collector.flush();
    expect(await loaded(warehouse)).toEqual(['b']);
    await collector.close();
    await warehouse.close();
  });
});
