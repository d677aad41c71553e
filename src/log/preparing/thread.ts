/**
 * Makes batches in a thread of their own, so that reading, enriching and writing rows hold up no request. What the thread does not
 * have is asked here: suppressions and known records. While a batch is written, the thread prepares the next one. A thread that ends is started again by the next read. It reads from the last
 * committed position, so nothing is lost.
 */
import type { EnrichSettings } from '../../enrichment/enrich-options.ts';
import { ThreadCalls } from '../../files/thread-calls.ts';
import { threadFile } from '../../files/thread-file.ts';
import { RowFault, type RowsTarget, type Warehouse } from '../../warehouse/port.ts';
import { discardRows } from '../../warehouse/row-lines.ts';
import type { Item } from '../batch.ts';
import { lookUp, type Wanted } from '../look-up.ts';
import type { SeenIds } from '../seen-ids.ts';
import type { Spool, SpoolSegment } from '../spool.ts';
import type { Suppressions } from '../suppressions.ts';
import type { Portion, Preparation, Prepared, Preparer, Range } from './preparer.ts';
import type { Operation, Operations, PortionRange, Question, ThreadData, Written } from './worker.ts';

/** A batch of the largest records and its text need less, also beside one of {@link MAX_BYTES_BESIDE}. */
const MAX_MEMORY_MIB = 1_024;
/** With more bytes in its lines, a batch is alone in the memory of the thread: none is read ahead while it is written. */
const MAX_BYTES_BESIDE = 64_000_000;
/** Most objects live as long as their batch. In a larger space fewer of them are copied. */
const YOUNG_MIB = 96;

interface ThreadPreparerOptions {
  spool: Spool;
  warehouse: Warehouse;
  suppressions: Suppressions;
  collector_id: string;
  enrich: EnrichSettings;
  clock?: () => number;
}

/** A portion as it was read. */
interface Reading extends Portion {
  number: number;
  /** The bytes of its lines. */
  bytes: number;
  batch_records: number;
  /** Segments with damaged lines that were read to their end, and their lengths then. */
  damaged: SegmentEnd[];
}

type SegmentEnd = Pick<SpoolSegment, 'name' | 'durable_bytes'>;

/** Records that are sorted out, with their rows if none of them may be known. */
interface Sorting {
  target: RowsTarget;
  now_ms: number;
  sorted: Promise<Written | { maybe: Wanted[] }>;
}

/** A portion that is read and sorted out while the one before is written. */
interface Ahead extends Sorting {
  after_log_seq: number;
  reading: Promise<Reading>;
}

export class ThreadPreparer implements Preparer {
  readonly in_thread = true;
  private calls: ThreadCalls | undefined;
  /** The filter that the thread has. */
  private given: SeenIds | undefined;
  private portions = 0;
  private current: Reading | undefined;
  private ahead: Ahead | undefined;

  constructor(private readonly options: ThreadPreparerOptions) {}

  async read(after_log_seq: number, batch_records: number): Promise<Portion> {
    // Reading an empty spool needs no thread.
    if (this.options.spool.durable_log_seq <= after_log_seq && this.calls === undefined)
      return { records: 0, last_log_seq: after_log_seq, wanted: 0 };
    const { ahead } = this;
    if (ahead?.after_log_seq === after_log_seq) {
      this.current = await ahead.reading;
      if (this.current.records > 0) return this.current;
      await this.forgetAhead();
    } else if (ahead !== undefined) await this.restart();
    this.current = await this.readPortion(after_log_seq, batch_records);
    return this.current;
  }

  async prepare(range: Range, { seen, now_ms, beforeLookUp }: Preparation): Promise<Prepared> {
    const portion = this.current!;
    const is_whole = range.to - range.from === portion.wanted;
    const sorting = is_whole ? await this.takeAhead(portion) : undefined;
    const {
      target,
      sorted,
      now_ms: loaded_ms,
    } = sorting ?? this.beginSorting(now_ms, this.rangeOf(portion, range), seen);
    try {
      let result = await sorted;
      if ('maybe' in result) {
        await beforeLookUp();
        const known = await lookUp(result.maybe, this.options.warehouse);
        result = await this.ask('make', { range: this.rangeOf(portion, range), known, target, now_ms: loaded_ms });
      }
      const prepared = preparedOf(result);
      if (is_whole) this.readAhead(portion, seen);
      return prepared;
    } catch (error) {
      await discardRows(target);
      throw error;
    }
  }

  item(index: number): Promise<Item> {
    return this.ask('item', this.current!.number, index);
  }

  /** Those of the current portion: what is read ahead is not committed yet. */
  async setDamagedAside(): Promise<string[]> {
    const { current, options } = this;
    const names: string[] = [];
    for (const { name, durable_bytes } of current?.damaged ?? []) {
      const segment = options.spool.durableSegments.find((one) => one.name === name);
      // A segment that has grown has records that are not loaded. The read that finds its new end names it again.
      if (segment?.durable_bytes !== durable_bytes || !(await options.spool.quarantine(name))) continue;
      if (this.calls?.lost === false) await this.ask('isSetAside', name);
      names.push(name);
    }
    return names;
  }

  async save(seen: SeenIds, path: string, log_seq: number): Promise<void> {
    await this.give(seen);
    await this.ask('save', path, log_seq);
  }

  async restart(): Promise<void> {
    await this.forgetAhead();
    this.current = undefined;
    if (this.calls?.lost === false) await this.ask('restart').catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.forgetAhead();
    const { calls } = this;
    this.calls = undefined;
    await calls?.close(new Error('the thread that prepares batches was stopped'));
  }

  private async readPortion(after_log_seq: number, batch_records: number): Promise<Reading> {
    const { spool, suppressions } = this.options;
    this.portions += 1;
    const number = this.portions;
    const segments = spool.durableSegments.map((segment) => ({ ...segment }));
    const { damaged, ...read } = await this.ask('read', number, segments, after_log_seq, batch_records);
    // The list is read after the records: what was put on it before a record was accepted counts.
    const limits =
      read.records === 0 ? undefined : await suppressions.limitsOf(() => this.ask('suppressionKeys', number));
    const wanted = limits === undefined ? read.records : await this.ask('drop', number, limits);
    const ends = segments.filter(({ name }) => damaged.includes(name));
    return { ...read, number, wanted, batch_records, damaged: ends };
  }

  private rangeOf({ number }: Reading, { from, to }: Range): PortionRange {
    return { portion: number, from, to };
  }

  private beginSorting(now_ms: number, range: PortionRange | Promise<PortionRange>, seen: SeenIds): Sorting {
    const target = this.options.warehouse.rowsTarget();
    const sort = async () => {
      const of_portion = await range;
      await this.give(seen);
      const { layers, ...sorted } = await this.ask('sortOut', of_portion, target, now_ms);
      seen.take(layers);
      return sorted;
    };
    return { target, now_ms, sorted: sort() };
  }

  /**
   * Begins to read and sort out the portion after one that will be written now, if a whole batch waits for it. The ids of the one before
   * are in the filter, so a repeat of one of them is looked up, and that is done when they are committed.
   */
  private readAhead({ last_log_seq: after_log_seq, batch_records, bytes }: Reading, seen: SeenIds): void {
    const { spool, clock = Date.now } = this.options;
    if (spool.durable_log_seq - after_log_seq < batch_records || bytes > MAX_BYTES_BESIDE) return;
    const reading = this.readPortion(after_log_seq, batch_records);
    const range = reading.then((portion) => this.rangeOf(portion, { from: 0, to: portion.wanted }));
    const sorting = this.beginSorting(clock(), range, seen);
    // Who takes the portion gets the failure.
    sorting.sorted.catch(() => undefined);
    this.ahead = { after_log_seq, reading, ...sorting };
  }

  /** What was sorted out ahead, if that is this portion. */
  private async takeAhead(portion: Reading): Promise<Sorting | undefined> {
    const { ahead } = this;
    if (ahead === undefined || (await ahead.reading) !== portion) return undefined;
    this.ahead = undefined;
    return ahead;
  }

  /** Drops what was read ahead: its records are read again. */
  private async forgetAhead(): Promise<void> {
    const { ahead } = this;
    this.ahead = undefined;
    if (ahead === undefined) return;
    await ahead.sorted.catch(() => undefined);
    await discardRows(ahead.target);
  }

  private async give(seen: SeenIds): Promise<void> {
    if (this.given === seen && this.calls?.lost === false) return;
    await this.ask('begin', seen.share());
    this.given = seen;
  }

  /** Asks the thread, which is started if there is none. */
  private ask<K extends Operation>(
    operation: K,
    ...input: Parameters<Operations[K]>
  ): Promise<Awaited<ReturnType<Operations[K]>>> {
    if (this.calls === undefined || this.calls.lost) {
      const { enrich, collector_id } = this.options;
      this.given = undefined;
      this.calls = new ThreadCalls(threadFile(import.meta.url, 'worker'), {
        max_memory_mib: MAX_MEMORY_MIB,
        young_mib: YOUNG_MIB,
        data: { enrich, collector_id } satisfies ThreadData,
        ended: (cause) =>
          new Error(`the thread that prepares batches failed (${cause.message}); it is started again`, { cause }),
      });
    }
    return this.calls.ask({ operation, input } satisfies Question<K>) as Promise<Awaited<ReturnType<Operations[K]>>>;
  }
}

/** @throws RowFault for a row that does not fit. */
function preparedOf(written: Written): Prepared {
  if (!('fault' in written)) return { batch: {}, ...written };
  const { table, column, reason } = written.fault;
  throw new RowFault(table, column, reason);
}
