/** A loader that nobody waits for puts many batches into one transaction. What is loaded is the same. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Collector } from '../../src/log/collector.ts';
import type { Load, Warehouse } from '../../src/warehouse/port.ts';
import { sent } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runsOf } from '../support/tier.ts';
import { accept, type CollectorSetup, loaded, openCollector, openWarehouse } from './setup.ts';

const BATCH = 5;
const FULL = 33;

const open = (folder: string, warehouse: Warehouse, setup: CollectorSetup = {}): Promise<Collector> =>
  openCollector(folder, warehouse, { serves_nobody: true, limits: { batch_records: BATCH }, ...setup });

/** A warehouse whose loads fail where `faults` says so, and that counts them. */
function counted(inner: Warehouse): Warehouse & { loads: number; fails: 'add' | 'commit' | undefined } {
  return Object.assign(Object.create(inner) as Warehouse, {
    loads: 0,
    fails: undefined as 'add' | 'commit' | undefined,
    async beginLoad(this: { loads: number; fails: string | undefined }): Promise<Load> {
      const load = await inner.beginLoad!();
      this.loads += 1;
      const doing =
        <A extends unknown[]>(name: 'add' | 'commit', work: (...args: A) => Promise<void>) =>
        async (...args: A): Promise<void> => {
          if (this.fails === name) throw new Error(`the disk is full: ${name}`);
          await work(...args);
        };
      return {
        // Full after few rows, and in the middle of batches.
        room: (table) => load.room(table) - 122_880 + FULL,
        add: doing('add', (batch) => load.add(batch)),
        commit: doing('commit', () => load.commit()),
        abandon: () => load.abandon(),
      };
    },
  }) as never;
}

const many = (from: number, n: number): object[] => Array.from({ length: n }, (_, i) => sent(`e${1_000 + from + i}`));

test('many records are one load, a flush commits it, and its segments are dropped', async () => {
  const [folder, warehouse] = [temporaryFolder(), counted(await openWarehouse())];
  if (warehouse.beginLoad === undefined || warehouse.engine !== 'duckdb') return warehouse.close();
  const collector = await open(folder, warehouse);
  for (let i = 0; i < 20; i++) await accept(collector, many(i * 10, 10));
  await collector.flush();
  expect(await loaded(warehouse)).toHaveLength(200);
  expect(warehouse.loads).toBeGreaterThan(0);
  expect(warehouse.loads).toBeLessThan(40);
  expect(collector.health()).toMatchObject({ lag_records: 0, unread_records: 0 });
  // A repeat, a conflict and a new one within a load that is open.
  await accept(collector, [...many(300, 40), sent('e1300'), { ...sent('e1301'), customer_id: 'other' }, sent('new')]);
  await collector.flush();
  expect(await loaded(warehouse)).toHaveLength(241);
  expect(collector.health().loader).toMatchObject({ duplicates: 1, conflicts: 1, committed_log_seq: 243 });
  await collector.close();
  expect(readdirSync(join(folder, 'spool')).filter((name) => name.endsWith('.seg'))).toHaveLength(1);
  await warehouse.close();
});

test.each(['add', 'commit'] as const)('a load that fails at %s loses nothing and doubles nothing', async (fails) => {
  const [folder, warehouse] = [temporaryFolder(), counted(await openWarehouse())];
  if (warehouse.engine !== 'duckdb') return warehouse.close();
  const errors: string[] = [];
  const collector = await open(folder, warehouse, { onError: (_, what) => errors.push(what) });
  await accept(collector, many(0, 30));
  await collector.flush();
  warehouse.fails = fails;
  await accept(collector, many(30, 50));
  while (!errors.includes('load')) await collector.flush(20).catch(() => undefined);
  warehouse.fails = undefined;
  await collector.flush();
  expect(await loaded(warehouse)).toEqual(many(0, 80).map((event) => (event as { event_id: string }).event_id));
  expect(collector.health().loader).toMatchObject({ duplicates: 0, conflicts: 0, last_error: '' });
  await collector.close();
  await warehouse.close();
});

test('an id is loaded once for any order of repeats, stops and restarts', async () => {
  const warehouse = await openWarehouse();
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 25 }) },
    { weight: 2, arbitrary: fc.constant('flush' as const) },
    { weight: 1, arbitrary: fc.constant('restart' as const) },
    { weight: 1, arbitrary: fc.constant('stop' as const) },
  );
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      round += 1;
      const [folder, name] = [temporaryFolder(), `c${round}`];
      let collector = await open(folder, warehouse, { collector_id: name });
      const wanted = new Set<string>();
      for (const one of steps) {
        if (one === 'flush') await collector.flush();
        else if (typeof one === 'string') {
          await collector.close(one === 'restart');
          collector = await open(folder, warehouse, { collector_id: name });
        } else {
          const ids = one.map((i) => `r${round}-${i}`);
          await accept(
            collector,
            ids.map((id) => sent(id)),
          );
          for (const id of ids) wanted.add(id);
        }
      }
      await collector.flush();
      await collector.close();
      const found = (await loaded(warehouse)).filter((id) => id.startsWith(`r${round}-`));
      expect(found).toHaveLength(wanted.size);
      expect(new Set(found)).toEqual(wanted);
    }),
    { numRuns: runsOf('TRIBUTARY_LOAD_RUNS', 12, 200), seed: 9 },
  );
  await warehouse.close();
});
