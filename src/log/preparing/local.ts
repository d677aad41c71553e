/** Makes batches in this thread, for a process that nobody waits for. */
import type { PrivacyOptions } from '../../enrichment/private.ts';
import type { Warehouse } from '../../warehouse/port.ts';
import { type Enrich, type Item, prepareBatch } from '../batch.ts';
import type { SeenIds } from '../seen-ids.ts';
import type { Spool } from '../spool.ts';
import { SpoolReader } from '../spool-reader.ts';
import type { Suppressions } from '../suppressions.ts';
import type { Portion, Preparation, Prepared, Preparer, Range } from './preparer.ts';

export interface PreparerOptions {
  spool: Spool;
  warehouse: Warehouse;
  suppressions: Suppressions;
  collector_id: string;
  enrich: Enrich;
  privacy: PrivacyOptions;
}

export class LocalPreparer implements Preparer {
  readonly in_thread = false;
  private readonly reader: SpoolReader;
  private items: readonly Item[] = [];

  constructor(private readonly options: PreparerOptions) {
    this.reader = new SpoolReader(options.spool, options.privacy);
  }

  async read(after_log_seq: number, batch_records: number): Promise<Portion> {
    const items = await this.reader.read(after_log_seq, batch_records);
    this.items = await this.options.suppressions.without(items);
    return { records: items.length, last_log_seq: items.at(-1)?.log_seq ?? after_log_seq, wanted: this.items.length };
  }

  async prepare({ from, to }: Range, { seen, now_ms, beforeLookUp }: Preparation): Promise<Prepared> {
    const items = from === 0 && to === this.items.length ? this.items : this.items.slice(from, to);
    const { warehouse, enrich, collector_id } = this.options;
    const context = { warehouse, enrich, collector_id, seen, now_ms, beforeLookUp };
    return { ...(await prepareBatch(items, context)), written: [] };
  }

  async item(index: number): Promise<Item> {
    return this.items[index]!;
  }

  async setDamagedAside(): Promise<string[]> {
    const names: string[] = [];
    for (const name of this.reader.damagedSegments) {
      if (!(await this.options.spool.quarantine(name))) continue;
      this.reader.isSetAside(name);
      names.push(name);
    }
    return names;
  }

  save(seen: SeenIds, path: string, log_seq: number): Promise<void> {
    return seen.save(path, log_seq);
  }

  restart(): Promise<void> {
    this.items = [];
    return this.reader.close();
  }

  close(): Promise<void> {
    return this.restart();
  }
}
