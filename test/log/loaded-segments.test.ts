/** What is loaded leaves the spool: at a clean stop, and after a while without events. The next position is never lost. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MS_PER_HOUR } from '../../src/domain/time.ts';
import { DEFAULT_LIMITS } from '../../src/log/limits.ts';
import { segmentName } from '../../src/log/segment.ts';
import { Spool } from '../../src/log/spool.ts';
import { sent } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { accept, loaded, openCollector, openSpool, openWarehouse, records, spooled, wayward } from './setup.ts';

const HEAD = { source: 'test', privacy: 'truncated/1', received_at: 1 };
const send = (spool: Spool, ...ids: string[]): Promise<void> => spool.append(records(...ids), HEAD);
const files = (folder: string): Array<[string, number]> =>
  readdirSync(folder)
    .sort()
    .map((name) => [name, statSync(join(folder, name)).size]);

describe('after a clean stop', () => {
  test('the spool holds one empty segment, named after the next position', async () => {
    const folder = temporaryFolder();
    const warehouse = await openWarehouse();
    const collector = await openCollector(folder, warehouse);
    await accept(collector, [sent('a'), sent('b')]);
    await collector.close();
    expect(files(join(folder, 'spool'))).toEqual([[segmentName(3), 0]]);
    await warehouse.close();
  });

  test('positions go on without a gap, however often it is stopped', async () => {
    const folder = temporaryFolder();
    const warehouse = await openWarehouse();
    for (const id of ['a', 'b', 'c']) {
      const collector = await openCollector(folder, warehouse);
      await accept(collector, sent(id));
      await collector.close();
      await (await openCollector(folder, warehouse)).close();
    }
    const rows = await warehouse.read((s) => s.query('select event_id, log_seq from email_events order by log_seq'));
    expect(rows).toEqual(['a', 'b', 'c'].map((event_id, i) => ({ event_id, log_seq: BigInt(i + 1) })));
    expect(files(join(folder, 'spool'))).toEqual([[segmentName(4), 0]]);
    await warehouse.close();
  });

  test('a start while the warehouse is away goes on after what is loaded', async () => {
    const folder = temporaryFolder();
    const warehouse = wayward(await openWarehouse());
    const first = await openCollector(folder, warehouse);
    await accept(first, [sent('a'), sent('b')]);
    await first.close();
    warehouse.away = true;
    const second = await openCollector(folder, warehouse);
    await accept(second, sent('c'));
    expect(second.health().durable_log_seq).toBe(3);
    warehouse.away = false;
    expect(await second.flush()).toBe(3);
    expect(await loaded(warehouse)).toEqual(['a', 'b', 'c']);
    await second.close();
    await warehouse.close();
  });

  test('an event that is not loaded stays in the spool', async () => {
    const folder = temporaryFolder();
    const warehouse = wayward(await openWarehouse());
    const collector = await openCollector(folder, warehouse);
    await accept(collector, sent('a'));
    await collector.flush();
    warehouse.away = true;
    await accept(collector, sent('b'));
    await collector.close(false);
    expect(files(join(folder, 'spool'))[0]![1]).toBeGreaterThan(0);
    warehouse.away = false;
    const next = await openCollector(folder, warehouse);
    await next.flush();
    expect(await loaded(warehouse)).toEqual(['a', 'b']);
    await next.close();
    await warehouse.close();
  });

  test('a damaged segment is kept for a person to look at, and the position is kept too', async () => {
    const folder = temporaryFolder();
    const warehouse = wayward(await openWarehouse());
    const first = await openCollector(folder, warehouse);
    warehouse.away = true;
    for (const id of ['a', 'b', 'c']) await accept(first, sent(id));
    await first.close(false);
    const path = join(folder, 'spool', segmentName(1));
    writeFileSync(path, readFileSync(path, 'utf8').replace('"event_id":"b"', '"event_id":"X"'));
    warehouse.away = false;
    await (await openCollector(folder, warehouse)).close();
    expect(await loaded(warehouse)).toEqual(['a', 'c']);
    expect(readdirSync(join(folder, 'spool')).sort()).toEqual([segmentName(4), 'quarantine']);
    warehouse.away = true;
    const next = await openCollector(folder, warehouse);
    await accept(next, sent('d'));
    warehouse.away = false;
    expect(await next.flush()).toBe(4);
    await next.close();
    await warehouse.close();
  });
});

describe('a spool at rest', () => {
  const idle = (folder: string, idle_ms: number): Promise<Spool> =>
    Spool.open({ folder, limits: DEFAULT_LIMITS, committed_log_seq: 0, idle_ms });

  test('drops its loaded segment, goes on in the next one, and is recovered at the same position', async () => {
    const folder = temporaryFolder();
    const spool = await idle(folder, 0);
    await send(spool, 'a', 'b');
    await spool.drop(1);
    expect(files(folder)).toHaveLength(1);
    expect(await spooled(spool)).toHaveLength(2);
    await spool.drop(2);
    await spool.drop(2);
    expect(files(folder)).toEqual([[segmentName(3), 0]]);
    expect(spool.bytes).toBe(0);
    await send(spool, 'c');
    expect(files(folder).map(([name]) => name)).toEqual([segmentName(3)]);
    expect(await spooled(spool)).toEqual([[3, 'c']]);
    await spool.close();
    const again = await openSpool(folder);
    expect(again.durable_log_seq).toBe(3);
    expect(await spooled(again)).toEqual([[3, 'c']]);
  });

  test('keeps it while events come in', async () => {
    const folder = temporaryFolder();
    const spool = await idle(folder, MS_PER_HOUR);
    await send(spool, 'a');
    await spool.drop(1);
    await spool.drop(1);
    expect(await spooled(spool)).toEqual([[1, 'a']]);
    await spool.close();
  });

  test('loses nothing that is sent while it drops', async () => {
    const folder = temporaryFolder();
    const spool = await idle(folder, 0);
    for (let i = 1; i <= 50; i++) {
      await Promise.all([send(spool, `e${i}`), spool.drop(i - 1), spool.drop(i - 1)]);
      const found = await spooled(spool);
      expect(found.at(-1)).toEqual([i, `e${i}`]);
      await Promise.all([spool.drop(i), i % 2 === 0 ? spool.drop(i) : undefined]);
    }
    await spool.close();
    const again = await openSpool(folder);
    expect(again.durable_log_seq).toBe(50);
  });

  test('is emptied by a running collector', async () => {
    const folder = temporaryFolder();
    const warehouse = await openWarehouse();
    const collector = await openCollector(folder, warehouse, { idle_ms: 50 });
    await accept(collector, sent('a'));
    await collector.flush();
    await expect.poll(() => files(join(folder, 'spool'))).toEqual([[segmentName(2), 0]]);
    await accept(collector, sent('b'));
    expect(await collector.flush()).toBe(2);
    expect(await loaded(warehouse)).toEqual(['a', 'b']);
    await collector.close();
    await warehouse.close();
  });
});
