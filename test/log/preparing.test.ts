/** Batches that a thread prepares: the same rows, counts and dead letters as without it, and nothing is lost when it ends. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import type { RecordName } from '../../src/domain/index.ts';
import type { EnrichSettings } from '../../src/enrichment/enrich-options.ts';
import { privacyRules } from '../../src/enrichment/private.ts';
import type { Collector } from '../../src/log/collector.ts';
import { draftsOf } from '../../src/log/envelope.ts';
import { keepRecord } from '../../src/log/kept-record.ts';
import { ThreadPreparer } from '../../src/log/preparing/thread.ts';
import { suppressRecords } from '../../src/log/suppressions.ts';
import type { State } from '../../src/state/port.ts';
import { DuckDBWarehouse } from '../../src/warehouse/duckdb/warehouse.ts';
import type { Warehouse } from '../../src/warehouse/port.ts';
import { TABLE_NAMES } from '../../src/warehouse/schema.ts';
import { enrich } from '../support/engine.ts';
import { ALL_BRANDS, PRIVACY, sent } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openTestState } from '../support/state.ts';
import { runsOf } from '../support/tier.ts';
import { NOW_MS } from '../support/time.ts';
import { accept, type CollectorSetup, loaded, openCollector, openWarehouse } from './setup.ts';

const SETTINGS: EnrichSettings = {
  strict_ga4_channels: false,
  ip_storage: 'truncated',
  own_domains: [],
  hosts: new Map(),
  default_hosts: { own_domains: [], payment_hosts: [] },
  geoip_db: null,
};
const BATCH = 7;

afterEach(() => vi.restoreAllMocks());

const open = (folder: string, warehouse: Warehouse, setup: CollectorSetup = {}): Promise<Collector> =>
  openCollector(folder, warehouse, { enriches_in_thread: SETTINGS, limits: { batch_records: BATCH }, ...setup });

/** Ends the thread of a collector as a crash does. */
const kill = (collector: Collector): Promise<number> | undefined =>
  (
    collector as never as { loader: { preparer: { calls?: { worker: { terminate(): Promise<number> } } } } }
  ).loader.preparer.calls?.worker.terminate();

interface Sending {
  record: RecordName;
  item: object;
  from_page: boolean;
}

/** Few ids, so that repeats, conflicts and claims are many. */
const sending: fc.Arbitrary<Sending> = fc
  .record({
    record: fc.constantFrom<RecordName>('touchpoints', 'conversions', 'email_events', 'spend', 'identity_links'),
    id: fc.integer({ min: 0, max: 12 }),
    content: fc.integer({ min: 0, max: 2 }),
    from_page: fc.boolean(),
  })
  .map(({ record, id, content, from_page }) => {
    const who = { customer_id: `c${content}`, occurred_at: '2026-05-01T00:00:00Z' };
    const items: Partial<Record<RecordName, object>> = {
      touchpoints: {
        ...who,
        touchpoint_id: `t${id}`,
        touchpoint_type: 'website_visit',
        url: `https://shop.example/?utm_source=News&gclid=${content}`,
        ip_address: '203.0.113.77',
        custom_attributes: { text: 'Grüße 😀\0', n: id / 8 },
      },
      conversions: { ...who, conversion_id: `o${id}`, conversion_type: 'purchase', conversion_value: content },
      email_events: sent(`e${id}`, { customer_id: `c${content}` }),
      spend: { date: '2026-05-01', channel: `c${id}`, amount: content },
      identity_links: { customer_id: `c${id}`, anonymous_id: `a${content}`, occurred_at: '2026-05-01T00:00:00Z' },
    };
    return { record, item: items[record]!, from_page: from_page && record === 'conversions' };
  });

/** Writes a record that no request could bring. Its instant does not fit its column. */
async function spoolUnfit(collector: Collector, event_id: string): Promise<void> {
  const kept = keepRecord('email_events', { brand_id: 'default', event_id, occurred_at: 'never' }, PRIVACY);
  const head = { source: 'test', privacy: privacyRules(PRIVACY), received_at: NOW_MS };
  await (collector as never as { spool: { append(...given: unknown[]): Promise<void> } }).spool.append([kept], head);
}

/** All that is kept and counted of envelopes that are sent to a collector. */
async function keptOf(collector: Collector, warehouse: Warehouse): Promise<unknown> {
  const tables: Record<string, unknown> = {};
  for (const table of TABLE_NAMES)
    if (table !== 'commits')
      tables[table] = await warehouse.read((s) => s.query(`select * from ${table} order by all`));
  const { last_error: _, ...stats } = collector.health().loader;
  return { tables, stats };
}

async function send(collector: Collector, state: State, parts: readonly Sending[][]): Promise<void> {
  await suppressRecords(state, [{ record: 'email_events', brand_id: 'default', id: 'e1' }]);
  for (const [i, part] of parts.entries()) {
    for (const { record, item, from_page } of part)
      await collector.accept({ source: 'test', drafts: draftsOf(record, item) }, { ...ALL_BRANDS, from_page });
    if (i % 2 === 0) await spoolUnfit(collector, `unfit${i}`);
    if (i % 3 === 0) await collector.flush();
  }
  await collector.flush();
}

test('a thread keeps and counts the same, row by row', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(sending, { maxLength: 20 }), { minLength: 1, maxLength: 4 }), async (parts) => {
      const kept: unknown[] = [];
      for (const setup of [{ enrich }, { enriches_in_thread: SETTINGS }]) {
        const [warehouse, state] = [await openWarehouse(), await openTestState()];
        const collector = await openCollector(temporaryFolder(), warehouse, {
          ...setup,
          state,
          takesPageConversions: () => true,
          limits: { batch_records: BATCH },
        });
        await send(collector, state, parts);
        kept.push(await keptOf(collector, warehouse));
        await collector.close();
        await warehouse.close();
      }
      expect(kept[1]).toEqual(kept[0]);
    }),
    { numRuns: runsOf('TRIBUTARY_LOAD_RUNS', 2, 8), seed: 4 },
  );
});

test('a thread that ends between reading and preparing loses nothing, and another one is started', async () => {
  const warehouse = await openWarehouse();
  const errors: string[] = [];
  const collector = await open(temporaryFolder(), warehouse, { onError: (error) => errors.push(String(error)) });
  const read = ThreadPreparer.prototype.read;
  let kills = 0;
  vi.spyOn(ThreadPreparer.prototype, 'read').mockImplementation(async function (this: ThreadPreparer, ...given) {
    const portion = await read.apply(this, given);
    if (portion.records > 0 && kills < 2) {
      kills += 1;
      await kill(collector);
    }
    return portion;
  });
  const events = Array.from({ length: 30 }, (_, i) => sent(`e${10 + i}`));
  await accept(collector, events);
  await collector.flush();
  expect(kills).toBe(2);
  expect(errors.filter((error) => error.includes('the thread that prepares batches'))).toHaveLength(2);
  expect(await loaded(warehouse)).toEqual(events.map(({ event_id }) => event_id));
  expect(collector.health().loader).toMatchObject({ duplicates: 0, conflicts: 0, last_error: '' });
  await collector.close();
  await warehouse.close();
});

test('a thread that ends at any moment loses nothing, doubles nothing and leaves no file', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'warehouse.duckdb');
  const warehouse = await DuckDBWarehouse.open({ path });
  const collector = await open(folder, warehouse);
  const ids: string[] = [];
  for (let round = 0; round < 12; round++) {
    const part = Array.from({ length: 20 }, (_, i) => `e${100 + round * 20 + i}`);
    ids.push(...part);
    await accept(
      collector,
      [...part, part[0]!].map((id) => sent(id)),
    );
    await new Promise((resolve) => setTimeout(resolve, round));
    await kill(collector);
  }
  await collector.flush();
  expect(await loaded(warehouse)).toEqual(ids);
  await collector.close();
  if (existsSync(`${path}.rows`)) expect(readdirSync(`${path}.rows`)).toEqual([]);
  await warehouse.close();
  // What the filter of known ids holds was saved.
  const again = await DuckDBWarehouse.open({ path });
  const next = await open(folder, again);
  await accept(
    next,
    ids.map((id) => sent(id)),
  );
  await next.flush();
  expect(next.health().loader).toMatchObject({ duplicates: ids.length, conflicts: 0, loaded: {} });
  await next.close();
  await again.close();
});

test('a thread sets a segment with damaged lines aside once its other lines are loaded', async () => {
  const warehouse = await openWarehouse();
  const folder = temporaryFolder();
  const told: string[] = [];
  const collector = await open(folder, warehouse, {
    limits: { segment_bytes: 1, batch_records: 2 },
    onError: (_, what) => told.push(what),
  });
  const spool = (collector as never as { spool: { writeGroup(group: Array<{ line: string }>): Promise<void> } }).spool;
  const writeGroup = spool.writeGroup.bind(spool);
  spool.writeGroup = async (group) => {
    // The checksum is of the line as it is written, so the damage is in what it says.
    for (const one of group) one.line = one.line.replace('"i":[{"brand_id":"default","event_id":"bad"', '"i":[7');
    await writeGroup(group);
  };
  for (const id of ['a', 'bad', 'b', 'c']) await accept(collector, sent(id));
  await collector.flush();
  await accept(collector, sent('after'));
  await collector.flush();
  await expect.poll(() => collector.health().loader.quarantined_segments).toBe(1);
  expect(await loaded(warehouse)).toEqual(['a', 'b', 'c', 'after']);
  expect(readdirSync(join(folder, 'spool', 'quarantine'))).toHaveLength(1);
  expect(told).toEqual(['quarantine']);
  await collector.close();
  await warehouse.close();
});

/** How many portions the thread was asked for. */
const portionsOf = (collector: Collector): number =>
  (collector as never as { loader: { preparer: { portions: number } } }).loader.preparer.portions;

test('while a batch is written the next one is prepared, and it is dropped if the write fails', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'warehouse.duckdb');
  const warehouse = await DuckDBWarehouse.open({ path });
  const told: string[] = [];
  const collector = await open(folder, warehouse, { onError: (error) => told.push(String(error)) });
  const engine = warehouse as never as { transaction(work: () => Promise<void>): Promise<void> };
  const transaction = engine.transaction.bind(engine);
  /** How many batches had been asked for when a write ended, beside those that were written or failed. */
  const ahead: number[] = [];
  let [writes, taken] = [0, 0];
  vi.spyOn(engine, 'transaction').mockImplementation(async (work) => {
    writes += 1;
    // The first write waits until the whole spool is filled. After a failure all is read again.
    await new Promise((resolve) => setTimeout(resolve, writes === 1 ? 300 : 20));
    const fails = writes === 1 || writes === 4;
    ahead.push(portionsOf(collector) - taken - 1);
    taken = fails ? portionsOf(collector) : taken + 1;
    if (fails) throw new Error('the engine failed');
    await transaction(work);
  });
  const ids = Array.from({ length: 8 * BATCH }, (_, i) => `r${100 + i}`);
  for (let at = 0; at < ids.length; at += BATCH) {
    const part = ids.slice(at, at + BATCH);
    await accept(
      collector,
      part.map((id) => sent(id)),
    );
    // Each batch comes again as the next one. Of each the first record is another one then.
    await accept(
      collector,
      part.map((id, i) => sent(id, i === 0 ? { customer_id: 'other' } : {})),
    );
  }
  await collector.flush();
  expect(told).toEqual(['Error: the engine failed', 'Error: the engine failed']);
  // Never more than one, and none only where no whole batch is left.
  expect(Math.max(...ahead)).toBe(1);
  expect(ahead.slice(1, -1)).toEqual(ahead.slice(1, -1).map(() => 1));
  expect(await loaded(warehouse)).toEqual(ids);
  expect(collector.health().loader).toMatchObject({
    committed_log_seq: 2 * ids.length,
    loaded: { email_events: ids.length },
    duplicates: ids.length - 8,
    conflicts: 8,
  });
  await collector.close();
  if (existsSync(`${path}.rows`)) expect(readdirSync(`${path}.rows`)).toEqual([]);
  await warehouse.close();
});

test.each([0, 3, 20])(
  'a thread that ends %d ms into a write loses nothing of what it has read ahead',
  async (after_ms) => {
    const folder = temporaryFolder();
    const path = join(folder, 'warehouse.duckdb');
    const warehouse = await DuckDBWarehouse.open({ path });
    const collector = await open(folder, warehouse);
    const append = warehouse.append.bind(warehouse);
    let writes = 0;
    vi.spyOn(warehouse, 'append').mockImplementation(async (...given) => {
      writes += 1;
      if (writes === 1) await new Promise((resolve) => setTimeout(resolve, 200));
      if (writes % 3 === 0) {
        await new Promise((resolve) => setTimeout(resolve, after_ms));
        await kill(collector);
      }
      await append(...given);
    });
    const ids = Array.from({ length: 10 * BATCH }, (_, i) => `k${100 + i}`);
    for (let at = 0; at < ids.length; at += BATCH)
      await accept(
        collector,
        ids.slice(at, at + BATCH).map((id) => sent(id)),
      );
    await collector.flush();
    expect(writes).toBe(10);
    expect(await loaded(warehouse)).toEqual(ids);
    expect(collector.health().loader).toMatchObject({
      duplicates: 0,
      conflicts: 0,
      loaded: { email_events: ids.length },
    });
    await collector.close();
    if (existsSync(`${path}.rows`)) expect(readdirSync(`${path}.rows`)).toEqual([]);
    await warehouse.close();
  },
);

test('a damaged segment that has grown since it was read is not set aside before its new records are loaded', async () => {
  const warehouse = await openWarehouse();
  const folder = temporaryFolder();
  const collector = await open(folder, warehouse, { limits: { segment_bytes: 1_000_000, batch_records: 2 } });
  const { spool } = collector as never as {
    spool: { writeGroup(group: Array<{ line: string }>): Promise<void>; closeFile(): Promise<void> };
  };
  const writeGroup = spool.writeGroup.bind(spool);
  spool.writeGroup = async (group) => {
    for (const one of group) one.line = one.line.replace('"i":[{"brand_id":"default","event_id":"bad"', '"i":[7');
    await writeGroup(group);
  };
  const append = warehouse.append.bind(warehouse);
  let grown = false;
  vi.spyOn(warehouse, 'append').mockImplementation(async (...given) => {
    if (!grown) {
      grown = true;
      // The segment gets one more record and is closed while what was read of it is written.
      await accept(collector, sent('late'));
      await spool.closeFile();
    }
    await append(...given);
  });
  await Promise.all(['a', 'bad'].map((id) => accept(collector, sent(id))));
  await collector.flush();
  await collector.flush();
  await expect.poll(() => collector.health().loader.quarantined_segments).toBe(1);
  expect(await loaded(warehouse)).toEqual(['a', 'late']);
  await collector.close();
  await warehouse.close();
});
