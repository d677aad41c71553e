/** The entry of the thread that makes batches. It answers one question after the other; {@link Operations} lists them. */
import { type MessagePort, parentPort, type Transferable, workerData } from 'node:worker_threads';
import { type EnrichSettings, enrichOptionsOf } from '../../enrichment/enrich-options.ts';
import { enrichRecord } from '../../enrichment/enrich-record.ts';
import type { PrivacyOptions } from '../../enrichment/private.ts';
import { yieldToProcess } from '../../files/thread-priority.ts';
import { RowFault, type RowsTarget, type WrittenRows } from '../../warehouse/port.ts';
import { writeRows } from '../../warehouse/row-lines.ts';
import { type BatchCounts, type Item, makeBatch, type RowContext, sortOut } from '../batch.ts';
import { refuseOwnFault } from '../dead-letters.ts';
import type { KnownRecord, Wanted } from '../look-up.ts';
import { type Layer, SeenIds } from '../seen-ids.ts';
import type { SpoolSegment } from '../spool.ts';
import { SpoolReader } from '../spool-reader.ts';
import { isSuppressed, type SuppressionLimits, suppressionKeys } from '../suppressions.ts';
import type { Range } from './preparer.ts';

/** What the thread is started with. */
export interface ThreadData {
  enrich: EnrichSettings;
  collector_id: string;
}

type KnownRecords = Map<string, KnownRecord> | 'all_new';

/** The fault of a row, without its class, which is lost between threads. */
export type Fault = Pick<RowFault, 'table' | 'column' | 'reason'>;

/** The rows of a batch, or the fault for which none was written. */
export type Written = { written: WrittenRows[]; counts: BatchCounts } | { fault: Fault };

/** Wanted records of the portion with a number. */
export interface PortionRange extends Range {
  portion: number;
}

export interface Making {
  range: PortionRange;
  known: KnownRecords;
  target: RowsTarget;
  now_ms: number;
}

class Work {
  private readonly segments = new Map<string, SpoolSegment>();
  private readonly reader: SpoolReader;
  private seen = new SeenIds();
  /** The wanted items of the last two portions by their numbers: the one that is loaded, and the one that is read ahead. */
  private readonly portions = new Map<number, readonly Item[]>();

  constructor(private readonly context: Omit<RowContext, 'now_ms'> & { privacy: PrivacyOptions }) {
    this.reader = new SpoolReader(this, context.privacy);
  }

  get durableSegments(): readonly SpoolSegment[] {
    return [...this.segments.values()];
  }

  /** Gives the filter of known ids. */
  begin(layers: readonly Layer[]): void {
    this.seen.take(layers);
  }

  async read(
    portion: number,
    segments: readonly SpoolSegment[],
    after_log_seq: number,
    batch_records: number,
  ): Promise<Reading> {
    for (const number of this.portions.keys()) if (number < portion - 1) this.portions.delete(number);
    this.hold(segments);
    const bytes_before = this.reader.bytes;
    const items = await this.reader.read(after_log_seq, batch_records);
    this.portions.set(portion, items);
    const last_log_seq = items.at(-1)?.log_seq ?? after_log_seq;
    const bytes = this.reader.bytes - bytes_before;
    return { records: items.length, bytes, last_log_seq, damaged: this.reader.damagedSegments };
  }

  suppressionKeys(portion: number): string[] {
    return this.itemsOf(portion).flatMap(suppressionKeys);
  }

  /** Drops the suppressed items. @returns how many are left. */
  drop(portion: number, limits: SuppressionLimits): number {
    const wanted = this.itemsOf(portion).filter((item) => !isSuppressed(limits, item));
    this.portions.set(portion, wanted);
    return wanted.length;
  }

  /** Adds the ids of items to the filter, and makes their rows if all are new. @returns else those that may be known. */
  async sortOut(
    range: PortionRange,
    target: RowsTarget,
    now_ms: number,
  ): Promise<{ layers: readonly Layer[] } & (Written | { maybe: Wanted[] })> {
    const { maybe, all_new } = await sortOut(this.rangeOf(range), this.seen);
    const layers = this.seen.share();
    if (maybe.length > 0) return { layers, maybe };
    const known: KnownRecords = all_new ? 'all_new' : new Map();
    return { layers, ...(await this.make({ range, known, target, now_ms })) };
  }

  async make({ range, known, target, now_ms }: Making): Promise<Written> {
    const items = this.rangeOf(range);
    const { batch, counts } = await makeBatch(items, known, { ...this.context, now_ms });
    try {
      return { written: await writeRows(target, batch), counts };
    } catch (fault) {
      if (!(fault instanceof RowFault)) throw fault;
      if (items.length === this.itemsOf(range.portion).length) refuseOwnFault(batch, fault);
      const { table, column, reason } = fault;
      return { fault: { table, column, reason } };
    }
  }

  item(portion: number, index: number): Item {
    return this.itemsOf(portion)[index]!;
  }

  isSetAside(name: string): void {
    this.reader.isSetAside(name);
  }

  save(path: string, log_seq: number): Promise<void> {
    return this.seen.save(path, log_seq);
  }

  restart(): Promise<void> {
    this.portions.clear();
    return this.reader.close();
  }

  private itemsOf(portion: number): readonly Item[] {
    const items = this.portions.get(portion);
    // A thread that was started again does not have what the one before has read.
    if (items === undefined) throw new Error('the thread that prepares batches was started again');
    return items;
  }

  private rangeOf({ portion, from, to }: PortionRange): readonly Item[] {
    return this.itemsOf(portion).slice(from, to);
  }

  /** The same segments keep their objects, because the reader knows its place by them. */
  private hold(segments: readonly SpoolSegment[]): void {
    const before = new Map(this.segments);
    this.segments.clear();
    for (const segment of segments)
      this.segments.set(segment.name, Object.assign(before.get(segment.name) ?? {}, segment));
  }
}

interface Reading {
  records: number;
  /** The bytes of their lines. */
  bytes: number;
  last_log_seq: number;
  /** The names of segments with damaged lines that are read to their end. */
  damaged: string[];
}

export type Operations = Pick<
  Work,
  'begin' | 'read' | 'suppressionKeys' | 'drop' | 'sortOut' | 'make' | 'item' | 'isSetAside' | 'save' | 'restart'
>;
export type Operation = keyof Operations;
export interface Question<K extends Operation = Operation> {
  operation: K;
  input: Parameters<Operations[K]>;
}

/** How much lower the priority of the thread is. Requests and reports go first. */
const NICE = 5;

async function serve(port: MessagePort, { enrich: settings, collector_id }: ThreadData): Promise<void> {
  yieldToProcess(NICE);
  const options = await enrichOptionsOf(settings);
  const work = new Work({
    collector_id,
    privacy: options,
    enrich: (record, item) => enrichRecord(record, item, options),
  });
  port.on('message', async ({ number, operation, input }: Question & { number: number }) => {
    try {
      const run = work[operation] as (...given: unknown[]) => unknown;
      const result = await run.apply(work, input);
      port.postMessage({ number, result }, textsIn(result));
    } catch (failure) {
      port.postMessage({ number, failure });
    }
  });
}

/** The texts of a result, which move to the other thread. */
function textsIn(result: unknown): Transferable[] {
  const { written = [] } = (result ?? {}) as Partial<Extract<Written, { written: unknown }>>;
  return written.flatMap((rows) => ('lines' in rows ? [rows.lines.buffer as ArrayBuffer] : []));
}

if (parentPort) await serve(parentPort, workerData as ThreadData);
