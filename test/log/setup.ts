/** Spools and collectors in folders of their own, and events to put into them. */
import { type FileHandle, open } from 'node:fs/promises';
import { TributaryError } from '../../src/domain/errors.ts';
import type { RecordName } from '../../src/domain/index.ts';
import type { Enrich } from '../../src/log/batch.ts';
import { Collector, type CollectorOptions } from '../../src/log/collector.ts';
import { draftsOf } from '../../src/log/envelope.ts';
import { type KeptRecord, keepRecord } from '../../src/log/kept-record.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/log/limits.ts';
import { decodeEntry, readLines } from '../../src/log/segment.ts';
import { Spool } from '../../src/log/spool.ts';
import type { Batch, Warehouse } from '../../src/warehouse/port.ts';
import { openEmptyWarehouse } from '../support/engine.ts';
import { ALL_BRANDS, PRIVACY } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { closeAfterFile } from '../support/left-open.ts';
import { openTestState } from '../support/state.ts';
import { NOW_MS } from '../support/time.ts';

export async function openSpool(folder: string, limits: Partial<Limits> = {}, committed_log_seq = 0): Promise<Spool> {
  const spool = await Spool.open({ folder, limits: { ...DEFAULT_LIMITS, ...limits }, committed_log_seq });
  closeAfterFile(() => spool.close());
  return spool;
}

export const records = (...ids: string[]): KeptRecord[] =>
  ids.map((id) => keepRecord('email_events', { brand_id: 'default', event_id: id }, PRIVACY));

/** The methods that every file handle shares, to count their calls or make them fail. */
export async function fileHandleMethods(): Promise<FileHandle> {
  const handle = await open(temporaryFolder(), 'r');
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

/** What a loader would read: ids by log position, in order. */
export async function spooled(spool: Spool, id_field = 'event_id'): Promise<Array<[number, unknown]>> {
  const found: Array<[number, unknown]> = [];
  for (const segment of spool.durableSegments) {
    const handle = await open(segment.path, 'r');
    for await (const { line } of readLines(handle, 0, segment.durable_bytes)) {
      const entry = decodeEntry(line);
      entry?.items.forEach(({ item }, i) => {
        found.push([entry.log_seq + i, item[id_field]]);
      });
    }
    await handle.close();
  }
  return found;
}

export const openWarehouse = (): Promise<Warehouse> => openEmptyWarehouse();

export interface CollectorSetup extends Partial<Omit<CollectorOptions, 'limits'>> {
  limits?: Partial<Limits>;
}

export const openCollector = async (
  folder: string,
  warehouse: Warehouse,
  setup: CollectorSetup = {},
): Promise<Collector> =>
  Collector.open({
    folder,
    warehouse,
    enrich: noEnrichment,
    privacy: PRIVACY,
    collector_id: 'main',
    defaultCurrency: () => 'USD',
    clock: () => NOW_MS,
    interval_ms: 2,
    ...setup,
    state: setup.state ?? (await openTestState()),
    limits: { ...DEFAULT_LIMITS, ...setup.limits },
  });

export const noEnrichment: Enrich = () => ({});

export const accept = async (collector: Collector, body: unknown, record: RecordName = 'email_events') =>
  collector.accept({ source: 'test', drafts: draftsOf(record, body) }, ALL_BRANDS);

/** The ids of a table in log order. */
export async function loaded(warehouse: Warehouse, table = 'email_events', id = 'event_id'): Promise<string[]> {
  const rows = await warehouse.read((s) => s.query(`select ${id} as id from ${table} order by log_seq, id`));
  return rows.map((row) => row['id'] as string);
}

/** A warehouse that is away while `away` says so. */
export function wayward(inner: Warehouse): Warehouse & { away: boolean; appended: number } {
  const check = (w: { away: boolean }): void => {
    if (w.away) throw new TributaryError('warehouse_unavailable', 'the warehouse is away');
  };
  return Object.assign(Object.create(inner) as Warehouse, {
    away: false,
    appended: 0,
    async append(this: { away: boolean; appended: number }, batch: Batch) {
      check(this);
      await inner.append(batch);
      this.appended += 1;
    },
    async read(this: { away: boolean }, ...args: Parameters<Warehouse['read']>) {
      check(this);
      return inner.read(...args);
    },
  }) as never;
}
