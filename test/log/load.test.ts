/** A loader that nobody waits for puts many batches into one transaction. What is loaded is the same. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Collector } from '../../src/log/collector.ts';
import type { Load, Warehouse } from '../../src/warehouse/port.ts';
import { TABLE_NAMES } from '../../src/warehouse/schema.ts';
import { enrich } from '../support/engine.ts';
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

/** Touchpoints of many shapes: labels from the URL or sent, long texts, other scripts, an address, ids that are made. */
function touchpoint(i: number): object {
  const at = new Date(Date.UTC(2026, 4, 1, 0, 0, i)).toISOString();
  const known = i % 7 === 0 ? {} : { touchpoint_id: `touch ${i % 90}` };
  const texts = ['plain', 'Grüße und ein langer Text 😀', 'x'.repeat(600), 'a "quoted" \\ text', 'twelve chars'];
  return {
    ...known,
    ...(i % 3 === 0 ? { customer_id: `customer ${i % 11}` } : { anonymous_id: `anonymous ${i}` }),
    touchpoint_type: i % 2 === 0 ? 'email_click' : 'website_visit',
    occurred_at: i < 90 ? at : at.replace('.000Z', '+02:00'),
    url: `https://shop.example/p/${i}?utm_source=News&email=a%40b.example&fbclid=${'f'.repeat(i % 40)}`,
    ...(i % 4 === 0 ? { channel: i % 8 === 0 ? 'Direct' : 'email', verdict: 'human', device_type: 'mobile' } : {}),
    ...(i % 5 === 0 ? { ip_address: '203.0.113.77', user_agent: 'Mozilla/5.0 (iPad) Safari/604.1' } : {}),
    custom_attributes: { text: texts[i % texts.length], n: i / 8 },
  };
}

/** All that is told and kept about touchpoints, links and orders that are sent in parts, some of them twice. */
async function keptBy(serves_nobody: boolean): Promise<unknown> {
  const [folder, warehouse] = [temporaryFolder(), await openWarehouse()];
  const collector = await open(folder, warehouse, { serves_nobody, enrich, limits: {} });
  const answers: unknown[] = [];
  for (let from = 0; from < 180; from += 20) {
    const part = Array.from({ length: 20 }, (_, i) => touchpoint(from + i));
    answers.push(await accept(collector, [...part, { touchpoint_type: 'none' }], 'touchpoints'));
    const person = { customer_id: `c${from % 60}`, occurred_at: '2026-05-01T00:00:00Z' };
    const order = { ...person, conversion_id: `o${from % 40}`, value: from % 80 };
    answers.push(await accept(collector, order, 'conversions'));
  }
  const name = readdirSync(join(folder, 'spool')).filter((one) => one.endsWith('.seg'))[0]!;
  const spool = readFileSync(join(folder, 'spool', name), 'utf8');
  await collector.flush();
  const tables: Record<string, unknown> = {};
  for (const table of TABLE_NAMES)
    if (table !== 'commits')
      tables[table] = await warehouse.read((s) => s.query(`select * from ${table} order by all`));
  const { loaded: counts, duplicates, conflicts } = collector.health().loader;
  await collector.close();
  await warehouse.close();
  return { answers, spool, tables, counts, duplicates, conflicts };
}

test('a loader that nobody waits for tells, spools and stores the same, byte for byte', async () => {
  const usual = (await keptBy(false)) as { conflicts: number; duplicates: number; counts: Record<string, number> };
  expect(usual.conflicts).toBeGreaterThan(0);
  expect(usual.counts['touchpoints']).toBeGreaterThan(90);
  expect(await keptBy(true)).toEqual(usual);
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
    { numRuns: runsOf('TRIBUTARY_LOAD_RUNS', 8, 100), seed: 9 },
  );
  await warehouse.close();
});
