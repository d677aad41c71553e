/** A warehouse with a world in it, and reports over it: the engine under test, without a server around it. */

import { afterAll } from 'vitest';
import { EqualLines } from '../../src/domain/equal-lines.ts';
import type { RecordName } from '../../src/domain/index.ts';
import { type BrandSettings, DEFAULT_BRAND_SETTINGS } from '../../src/domain/settings.ts';
import { enrichRecord } from '../../src/enrichment/enrich-record.ts';
import { PassThreads } from '../../src/histories/threads/pass-threads.ts';
import { PersonDirectory } from '../../src/identity/directory.ts';
import { type Enrich, type Item, prepareBatch } from '../../src/log/batch.ts';
import { keepRecord } from '../../src/log/kept-record.ts';
import { SeenIds } from '../../src/log/seen-ids.ts';
import { TrainingPool } from '../../src/models/training/pool.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import { DuckDBWarehouse } from '../../src/warehouse/duckdb/warehouse.ts';
import type { Batch, Warehouse } from '../../src/warehouse/port.ts';
import type { TableName } from '../../src/warehouse/schema.ts';
import { clickHouseUrl, openClickHouse } from './clickhouse.ts';
import { ENRICHMENT, PRIVACY } from './events.ts';
import { good } from './read.ts';
import { ENGINE_THREADS } from './tier.ts';
import { NOW_MS } from './time.ts';

export interface WireEvent {
  record: RecordName;
  event: unknown;
  /** True if a page sends it. */
  from_page?: boolean;
  /** Events of a collector with the same number are sent in one request. */
  request?: number;
}

export const enrich: Enrich = (record, item) => enrichRecord(record, item, ENRICHMENT);

export type EngineName = 'duckdb' | 'clickhouse';

/** The engine that the tests run on: `TRIBUTARY_TEST_ENGINE=clickhouse` or, when left out, `duckdb`. */
export const TEST_ENGINE = (process.env['TRIBUTARY_TEST_ENGINE'] ?? 'duckdb') as EngineName;

/** The setting that puts the data of a folder on the engine of the tests: the same folder finds the same data. */
export function warehouseSetting(folder: string): { warehouse?: string; collector_id?: string } {
  return TEST_ENGINE === 'clickhouse' ? { warehouse: clickHouseUrl(folder), collector_id: 'main' } : {};
}

/** An empty warehouse of an engine. */
export async function openEmptyWarehouse(
  engine: EngineName = TEST_ENGINE,
  threads = ENGINE_THREADS,
): Promise<Warehouse> {
  const warehouse: Warehouse =
    engine === 'clickhouse'
      ? await openClickHouse({ threads })
      : await DuckDBWarehouse.open({ path: ':memory:', threads });
  await warehouse.migrate();
  return warehouse;
}

let training: TrainingPool | undefined;
let threads: PassThreads | undefined;
afterAll(async () => {
  await training?.close();
  await threads?.close();
  training = undefined;
  threads = undefined;
});

/** One pool for all engines of a test file: starting a thread from TypeScript takes seconds. */
function sharedTraining(): TrainingPool {
  training ??= new TrainingPool();
  return training;
}

/** Threads that also make small passes. */
export function sharedThreads(): PassThreads {
  threads ??= new PassThreads({ least_orders: 0, threads: 2 });
  return threads;
}

export class Engine {
  private readonly log_seqs = new Map<string, number>();
  private readonly seen = new SeenIds();
  private readonly requests = new Map<string, EqualLines>();
  readonly settings = new Map<string, BrandSettings>();
  readonly reports: ReportContext;

  private constructor(readonly warehouse: Warehouse) {
    this.reports = {
      warehouse,
      directory: new PersonDirectory(),
      settings: (brand_id) => this.settings.get(brand_id) ?? DEFAULT_BRAND_SETTINGS,
      configured_brands: [],
      clock: () => NOW_MS,
      timeout_ms: 60_000,
      training: sharedTraining(),
      threads: sharedThreads(),
    };
  }

  static async open(engine?: EngineName, threads?: number): Promise<Engine> {
    return new Engine(await openEmptyWarehouse(engine, threads));
  }

  /** Loads events in the given order, in batches of the given size. @returns the as_of of their collector after them. */
  async load(events: readonly WireEvent[], batch_size = 500, collector_id = 'main'): Promise<string> {
    await this.loadAll(new Map([[collector_id, events]]), batch_size);
    return this.as_of(collector_id);
  }

  /** Loads the events of several collectors, a batch of each at a time. They must have no ids in common. */
  async loadAll(collectors: ReadonlyMap<string, readonly WireEvent[]>, batch_size: number): Promise<void> {
    const most = Math.max(...[...collectors.values()].map((events) => events.length));
    for (let from = 0; from < most; from += batch_size) {
      const together: Batch = {};
      for (const [collector_id, events] of collectors) {
        const part = events.slice(from, from + batch_size);
        if (part.length === 0) continue;
        for (const [name, rows] of Object.entries(await this.prepared(part, collector_id)))
          together[name as TableName] = [...(together[name as TableName] ?? []), ...rows];
      }
      await this.warehouse.append(together);
    }
  }

  /** Everything that a collector has loaded. */
  as_of(collector_id: string): string {
    return `${collector_id}:${this.log_seqs.get(collector_id) ?? 0}`;
  }

  /** The next rows of a collector, with their commit. */
  private async prepared(events: readonly WireEvent[], collector_id: string): Promise<Batch> {
    let log_seq = this.log_seqs.get(collector_id) ?? 0;
    const items: Item[] = events.map(({ record, event, from_page, request }) => {
      log_seq += 1;
      const context = request === undefined ? {} : { equal_lines: this.linesOf(collector_id, request) };
      const { item, content_hash } = keepRecord(record, good(record, event, context), PRIVACY, from_page);
      return { record, item, content_hash, log_seq, received_at: NOW_MS };
    });
    this.log_seqs.set(collector_id, log_seq);
    const { batch } = await prepareBatch(items, {
      warehouse: this.warehouse,
      seen: this.seen,
      enrich,
      collector_id,
      now_ms: NOW_MS,
    });
    return { ...batch, commits: [{ collector_id, log_seq, committed_at: NOW_MS }] };
  }

  private linesOf(collector_id: string, request: number): EqualLines {
    const name = `${collector_id} ${request}`;
    const lines = this.requests.get(name) ?? new EqualLines();
    this.requests.set(name, lines);
    return lines;
  }

  async close(): Promise<void> {
    await this.reports.directory.close();
    await this.warehouse.close();
  }
}
