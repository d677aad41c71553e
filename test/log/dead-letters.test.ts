/** A record is set aside only when its own value does not fit. A fault of the program or the warehouse stops loading instead. */
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Enrich } from '../../src/log/batch.ts';
import type { Collector } from '../../src/log/collector.ts';
import { deadLetter } from '../../src/log/dead-letters.ts';
import { Spool } from '../../src/log/spool.ts';
import { DuckDBWarehouse } from '../../src/warehouse/duckdb/warehouse.ts';
import type { Batch, Warehouse } from '../../src/warehouse/port.ts';
import { RowFault } from '../../src/warehouse/port.ts';
import { TEST_ENGINE } from '../support/engine.ts';
import { sent } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { NOW_MS } from '../support/time.ts';
import { accept, fileHandleMethods, loaded, openCollector, openWarehouse, records } from './setup.ts';

afterEach(() => vi.restoreAllMocks());

const range = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => sent(`${prefix}${i}`));

/** Gives the records that `is_bad` names a number where their customer's id belongs. */
const breaking =
  (is_bad: (event_id: string) => boolean): Enrich =>
  (_record, item) =>
    is_bad(item['event_id'] as string) ? { customer_id: 7 } : {};

const FAULT = 'email_events.customer_id: 7 is not text';

const letters = (warehouse: Warehouse) =>
  warehouse.read((s) =>
    s.query(
      "select record, reason, state, json_text(payload, 'event_id') as event_id from dead_letters order by log_seq, state",
    ),
  );

async function failed(collector: Collector): Promise<string> {
  await expect.poll(() => collector.health().loader.last_error).not.toBe('');
  return collector.health().loader.last_error;
}

describe('a record whose value does not fit its column', () => {
  test('is set aside with its reason, the others load, and it is loaded once the cause is gone', async () => {
    const warehouse = await openWarehouse();
    let broken = true;
    const collector = await openCollector(temporaryFolder(), warehouse, {
      enrich: breaking((id) => broken && id === 'e37'),
    });
    await accept(collector, range('e', 100));
    await collector.flush();
    expect(await loaded(warehouse)).toHaveLength(99);
    expect(collector.health()).toMatchObject({
      lag_records: 0,
      loader: { dead_letters: 1, open_dead_letters: 1, last_error: '', loaded: { email_events: 99 }, duplicates: 0 },
    });
    expect(await letters(warehouse)).toEqual([
      { record: 'email_events', reason: FAULT, state: 'open', event_id: 'e37' },
    ]);

    // Too early: it fails again, as a new letter.
    expect(await collector.replayDeadLetters()).toBe(1);
    await collector.flush();
    expect(collector.health().loader).toMatchObject({ dead_letters: 2, open_dead_letters: 1 });
    broken = false;
    expect(await collector.replayDeadLetters()).toBe(1);
    await collector.flush();
    expect((await loaded(warehouse)).filter((id) => id === 'e37')).toHaveLength(1);
    expect(await collector.replayDeadLetters()).toBe(0);
    expect(collector.health().loader.open_dead_letters).toBe(0);
    await collector.close();
    await warehouse.close();
  });

  test('stays open when the spool cannot take it back, and is counted by the next process', async () => {
    const warehouse = await openWarehouse();
    let broken = true;
    const folder = temporaryFolder();
    const collector = await openCollector(folder, warehouse, { enrich: breaking(() => broken) });
    await accept(collector, range('e', 2));
    await collector.flush();
    await collector.close();
    const next = await openCollector(folder, warehouse);
    expect(next.health().loader).toMatchObject({ dead_letters: 0, open_dead_letters: 2 });
    broken = false;
    vi.spyOn(await fileHandleMethods(), 'datasync').mockRejectedValueOnce(new Error('no space left'));
    await expect(next.replayDeadLetters()).rejects.toMatchObject({ code: 'spool_unwritable' });
    expect(await next.replayDeadLetters()).toBe(2);
    await next.flush();
    expect((await loaded(warehouse)).sort()).toEqual(['e0', 'e1']);
    expect(next.health().loader.open_dead_letters).toBe(0);
    await next.close();
    await warehouse.close();
  });

  test('is a repeat, and no conflict, when it is sent again after it was replayed', async () => {
    const warehouse = await openWarehouse();
    let broken = true;
    const collector = await openCollector(temporaryFolder(), warehouse, {
      enrich: (_record, item) =>
        broken && item['touchpoint_id'] === 'bad'
          ? { customer_id: 7 }
          : { channel: 'x', channel_reason: 'x', verdict: 'human', verdict_reasons: '[]', rules_version: 1, traits: 0 },
    });
    const touch = {
      touchpoint_id: 'bad',
      customer_id: 'c',
      touchpoint_type: 'website_visit',
      ip_address: '203.0.113.77',
      occurred_at: '2026-05-01T00:00:00Z',
    };
    await accept(collector, touch, 'touchpoints');
    await collector.flush();
    broken = false;
    expect(await collector.replayDeadLetters()).toBe(1);
    await accept(collector, touch, 'touchpoints');
    await collector.flush();
    expect(collector.health().loader).toMatchObject({ loaded: { touchpoints: 1 }, duplicates: 1, conflicts: 0 });
    await collector.close();
    await warehouse.close();
  });

  test('is put back together with others: one write to the spool and one to the warehouse for 500 of them', async () => {
    const inner = await openWarehouse();
    const closed: number[] = [];
    const warehouse = Object.assign(Object.create(inner) as Warehouse, {
      append: (batch: Batch) => {
        if (batch.dead_letters) closed.push(batch.dead_letters.length);
        return inner.append(batch);
      },
    });
    const fault = new RowFault('email_events', 'customer_id', '7 is not text');
    const place = { collector_id: 'main', loaded_at: NOW_MS };
    const dead_letters = records(...Array.from({ length: 1_001 }, (_, i) => `e${i}`)).map((kept, i) =>
      deadLetter({ ...kept, log_seq: i, received_at: NOW_MS }, fault, place),
    );
    await inner.append({ dead_letters, commits: [{ collector_id: 'main', log_seq: 1_000, committed_at: NOW_MS }] });
    const collector = await openCollector(temporaryFolder(), warehouse);
    const appended = vi.spyOn(Spool.prototype, 'append');
    expect(await collector.replayDeadLetters()).toBe(1_001);
    expect(appended.mock.calls.map(([kept]) => kept.length)).toEqual([500, 500, 1]);
    expect(closed).toEqual([500, 500, 1]);
    expect(await collector.replayDeadLetters()).toBe(0);
    expect(collector.health().loader.open_dead_letters).toBe(0);
    await collector.close();
    await inner.close();
  });

  test('is found also where only the engine knows of it', async () => {
    const inner = await openWarehouse();
    const warehouse = Object.assign(Object.create(inner) as Warehouse, {
      append: (batch: Batch) =>
        batch.email_events?.some((row) => row['event_id'] === 'e7')
          ? Promise.reject(new RowFault('email_events', 'event_id', 'the engine says no'))
          : inner.append(batch),
    });
    const collector = await openCollector(temporaryFolder(), warehouse);
    await accept(collector, range('e', 50));
    await collector.flush();
    expect(await loaded(warehouse)).toHaveLength(49);
    expect(await letters(warehouse)).toMatchObject([{ event_id: 'e7' }]);
    await collector.close();
    await inner.close();
  });
});

describe('a fault that is not the records', () => {
  test('(all of a large batch fail at the same column) stops loading and says so; nothing is set aside', async () => {
    const warehouse = await openWarehouse();
    let broken = true;
    const collector = await openCollector(temporaryFolder(), warehouse, { enrich: breaking(() => broken) });
    await accept(collector, range('e', 50));
    expect(await failed(collector)).toMatch(
      /^loading stopped: all 50 records of a batch have the same fault \(email_events\.customer_id/,
    );
    expect(await letters(warehouse)).toEqual([]);
    expect(collector.health()).toMatchObject({ lag_records: 50, loader: { dead_letters: 0 } });
    broken = false;
    await collector.flush();
    expect(await loaded(warehouse)).toHaveLength(50);
    expect(collector.health().loader).toMatchObject({ last_error: '', duplicates: 0, conflicts: 0 });
    await collector.close();
    await warehouse.close();
  });

  test('(enrichment throws) stops loading and says so; nothing is set aside', async () => {
    const warehouse = await openWarehouse();
    let broken = true;
    const collector = await openCollector(temporaryFolder(), warehouse, {
      enrich: () => {
        if (broken) throw new Error('a bug');
        return {};
      },
    });
    await accept(collector, range('e', 3));
    expect(await failed(collector)).toBe('a bug');
    expect(await letters(warehouse)).toEqual([]);
    broken = false;
    await collector.flush();
    expect(await loaded(warehouse)).toHaveLength(3);
    await collector.close();
    await warehouse.close();
  });

  if (TEST_ENGINE === 'duckdb')
    test('(a table lacks a column that the program writes) stops loading, and all load once the column is back', async () => {
      const folder = temporaryFolder();
      const path = join(folder, 'warehouse.duckdb');
      const alter = async (...statements: string[]): Promise<void> => {
        const instance = await DuckDBInstance.create(path);
        const connection = await instance.connect();
        for (const statement of statements) await connection.run(statement);
        connection.closeSync();
        instance.closeSync();
      };
      const first = await DuckDBWarehouse.open({ path });
      await first.migrate();
      await first.close();
      await alter(
        'alter table email_events rename to whole',
        'create table email_events as select * exclude (campaign_id) from whole',
      );
      const narrow = await DuckDBWarehouse.open({ path });
      const collector = await openCollector(folder, narrow);
      await accept(collector, range('e', 50));
      expect(await failed(collector)).toMatch(/column/);
      expect(collector.health()).toMatchObject({ lag_records: 50, loader: { dead_letters: 0, open_dead_letters: 0 } });
      expect(await letters(narrow)).toEqual([]);
      await collector.close(false);
      await narrow.close();

      await alter('drop table email_events', 'alter table whole rename to email_events');
      const warehouse = await DuckDBWarehouse.open({ path });
      const next = await openCollector(folder, warehouse);
      await next.flush();
      expect(await loaded(warehouse)).toHaveLength(50);
      expect(next.health().loader).toMatchObject({ last_error: '', duplicates: 0, conflicts: 0 });
      await next.close();
      await warehouse.close();
    });
});
