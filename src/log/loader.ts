/**
 * The loader: reads records from the spool, makes rows, and writes them to the warehouse in one transaction with the spool
 * position. While the warehouse does not answer, records wait in the spool. When the process is busy, accepting goes
 * first and the loader rests: a record in the spool cannot be lost, and a request that waits can.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { TributaryError } from '../domain/errors.ts';
import type { RecordName } from '../domain/index.ts';
import { type Batch, RowFault } from '../warehouse/port.ts';
import type { Row } from '../warehouse/schema.ts';
import { type BatchCounts, type Item, prepareBatch } from './batch.ts';
import { ConflictCounts } from './conflict-counts.ts';
import { deadLetter, refuseOwnFault } from './dead-letters.ts';
import type { LoaderOptions, LoaderStats, Recalled } from './loader-options.ts';
import { OpenLoad } from './open-load.ts';
import { RequestLoad, restAfter } from './request-load.ts';
import { Rests } from './rests.ts';
import { SpoolReader } from './spool-reader.ts';

const DEFAULT_INTERVAL_MS = 250;
const MAX_BACKOFF_MS = 10_000;
/** How long a stop may load the rest of the spool. */
const DRAIN_MS = 30_000;
/** The size of a batch while requests go first. */
const BUSY_BATCH_RECORDS = 500;
/** Unread records for which a loader that nobody waits for ends its rest. So few are read from memory, and do not grow old there. */
const WAKING_RECORDS = 500;

export class Loader {
  readonly stats: LoaderStats;
  readonly conflicts = new ConflictCounts();
  private stopping = false;
  private running: Promise<void> | undefined;
  private waiting = 0;
  private readonly load_of_requests: RequestLoad;
  private readonly rests = new Rests();
  private readonly reader: SpoolReader;
  private failures = 0;
  private readonly open_load: OpenLoad;
  /** True if the last read found many records, so that many more may follow. */
  private is_bulk = false;
  recalled: Recalled | undefined;

  constructor(private readonly options: LoaderOptions) {
    this.recalled = options.recalled;
    this.load_of_requests = new RequestLoad(options.spool);
    this.reader = new SpoolReader(options.spool, options.privacy);
    this.open_load = new OpenLoad({
      warehouse: options.warehouse,
      commitRow: (log_seq) => this.commitRow(log_seq, this.now()),
      onCommit: (log_seq, counts) => this.committed(log_seq, counts),
    });
    this.stats = {
      committed_log_seq: options.recalled?.committed_log_seq ?? 0,
      loaded: {},
      duplicates: 0,
      conflicts: 0,
      suppressed: 0,
      dead_letters: 0,
      open_dead_letters: options.recalled?.open_dead_letters ?? 0,
      quarantined_segments: 0,
      last_error: '',
    };
  }

  start(): void {
    if (this.options.serves_nobody && this.options.warehouse.beginLoad !== undefined)
      this.options.spool.onDurable = () => {
        if (this.unread_records >= Math.min(WAKING_RECORDS, this.options.batch_records)) this.rests.cut();
      };
    this.running ??= this.loop();
  }

  /** Durable records that the loader has not read. */
  get unread_records(): number {
    return Math.max(0, this.options.spool.durable_log_seq - this.position);
  }

  /** The position of the last record that was given to the warehouse, committed or not. */
  private get position(): number {
    return this.open_load.position ?? this.stats.committed_log_seq;
  }

  /** Waits until everything that is on disk now is committed. @throws timeout after `timeout_ms`. */
  async flush(timeout_ms: number): Promise<number> {
    const target = this.options.spool.durable_log_seq;
    const deadline = performance.now() + timeout_ms;
    this.waiting += 1;
    try {
      while (this.stats.committed_log_seq < target) {
        if (performance.now() > deadline) {
          throw new TributaryError(
            'timeout',
            `loading is behind: position ${this.stats.committed_log_seq} of ${target} is committed; try again in a few seconds`,
            { retry_after_s: 5 },
          );
        }
        this.rests.cut();
        await sleep(5);
      }
      return target;
    } finally {
      this.waiting -= 1;
    }
  }

  /** Finishes the current batch, loads the rest of the spool if `drain`, and drops loaded segments from the spool. */
  async stop(drain: boolean): Promise<void> {
    const deadline = performance.now() + DRAIN_MS;
    this.stopping = true;
    this.rests.endAll();
    await this.running;
    if (drain && this.running) await this.drain(deadline);
    try {
      await this.open_load.commit();
      await this.setDamagedAside();
      await this.options.spool.drop(this.stats.committed_log_seq, true);
    } catch (error) {
      // Loaded records stay in the spool. The next start skips them.
      this.options.onError?.(error, 'drop loaded segments from the spool');
      await this.open_load.abandon();
    }
    await this.reader.close();
  }

  /** Loads the rest of the spool in one try. What it does not load is safe in the spool. */
  private async drain(deadline: number): Promise<void> {
    const target = this.options.spool.durable_log_seq;
    if (this.stats.committed_log_seq >= target) return;
    await this.tryToLoad(() => performance.now() < deadline);
    const { committed_log_seq } = this.stats;
    if (committed_log_seq >= target) return;
    const message = `position ${committed_log_seq} of ${target} is committed; the next start loads the rest of the spool`;
    this.options.onError?.(new Error(message), 'drain');
  }

  private async loop(): Promise<void> {
    const interval_ms = this.options.interval_ms ?? DEFAULT_INTERVAL_MS;
    while (!this.stopping) {
      if (this.waiting === 0) await this.rests.take(interval_ms);
      // Reading an empty spool does no I/O. Without this turn of the event loop, a waiting flush would never wake up.
      else await nextTurn();
      if (this.stopping || (await this.tryToLoad(() => !this.stopping))) continue;
      // If a flush ended this rest, a failing loader would try many times a second while somebody waits.
      await this.rests.take(Math.min(interval_ms * 2 ** this.failures, MAX_BACKOFF_MS), false);
    }
  }

  /** Loads what is in the spool while `goesOn` says so. @returns false if that failed. */
  private async tryToLoad(goesOn: () => boolean): Promise<boolean> {
    try {
      await this.loadAvailable(await this.recall(), goesOn);
      this.failures = 0;
      this.stats.last_error = '';
      return true;
    } catch (error) {
      this.failures += 1;
      this.stats.last_error = error instanceof Error ? error.message : String(error);
      this.options.onError?.(error, 'load');
      await this.open_load.abandon();
      await this.reader.close();
      return false;
    }
  }

  private async recall(): Promise<Recalled> {
    if (this.recalled === undefined) {
      this.recalled = await this.options.recall();
      this.stats.committed_log_seq = this.recalled.committed_log_seq;
      this.stats.open_dead_letters = this.recalled.open_dead_letters;
    }
    return this.recalled;
  }

  private restsForRequests(): boolean {
    const is_high = this.load_of_requests.isHigh();
    return is_high && this.waiting === 0 && !this.stopping && !this.options.serves_nobody;
  }

  /** Loads batches until the spool is read to its end, or `goesOn` says no. */
  private async loadAvailable(recalled: Recalled, goesOn: () => boolean): Promise<void> {
    const { spool, batch_records } = this.options;
    while (goesOn()) {
      const yields = this.restsForRequests();
      const started = performance.now();
      const items = await this.reader.read(
        this.position,
        yields ? Math.min(BUSY_BATCH_RECORDS, batch_records) : batch_records,
      );
      this.is_bulk = items.length >= Math.min(WAKING_RECORDS, batch_records);
      if (items.length > 0) await this.loadWanted(items, recalled);
      else if (this.waiting > 0 || this.stopping) await this.open_load.commit();
      if (this.open_load.position === undefined) {
        await this.setDamagedAside();
        await spool.drop(this.stats.committed_log_seq);
      }
      if (items.length === 0) return;
      if (yields) await this.rests.take(restAfter(performance.now() - started));
    }
  }

  /** Loads the items that are not suppressed. The position of the last item is committed in any case. */
  private async loadWanted(items: readonly Item[], recalled: Recalled): Promise<void> {
    const wanted = await this.options.suppressions.without(items);
    await this.load(wanted, items[items.length - 1]!.log_seq, recalled, true);
    this.stats.suppressed += items.length - wanted.length;
  }

  /**
   * Loads items and commits `last_log_seq`. A record with a value that does not fit its column becomes a dead letter: the batch
   * is halved until the record is alone. Any other failure is not the fault of a record. It stops loading, and the same items are
   * tried again.
   */
  private async load(
    items: readonly Item[],
    last_log_seq: number,
    recalled: Recalled,
    is_whole: boolean,
  ): Promise<void> {
    const now_ms = this.now();
    // What is not committed cannot be looked up.
    const beforeLookUp = (): Promise<void> => this.open_load.commit();
    const context = { ...this.options, seen: recalled.seen, now_ms, beforeLookUp };
    const { batch, counts } = await prepareBatch(items, context);
    try {
      await this.append(batch, last_log_seq, now_ms, counts);
    } catch (fault) {
      if (!(fault instanceof RowFault)) throw fault;
      if (is_whole) refuseOwnFault(batch, fault);
      if (items.length === 1) return this.setAside(items[0]!, last_log_seq, fault);
      const middle = Math.ceil(items.length / 2);
      const left = items.slice(0, middle);
      await this.load(left, left[left.length - 1]!.log_seq, recalled, false);
      await this.load(items.slice(middle), last_log_seq, recalled, false);
    }
  }

  private async setAside(item: Item, last_log_seq: number, fault: RowFault): Promise<void> {
    const now_ms = this.now();
    const letter = deadLetter(item, fault, { collector_id: this.options.collector_id, loaded_at: now_ms });
    await this.append({ dead_letters: [letter] }, last_log_seq, now_ms);
    this.stats.dead_letters += 1;
    this.stats.open_dead_letters += 1;
    this.options.onError?.(fault, `dead letter: ${item.record} at position ${item.log_seq}`);
  }

  /** Writes a batch in one transaction with its last position, or adds it to the open load. */
  private async append(batch: Batch, log_seq: number, now_ms: number, counts?: BatchCounts): Promise<void> {
    const { warehouse, serves_nobody } = this.options;
    const begins = this.is_bulk && serves_nobody && warehouse.beginLoad !== undefined;
    if (begins || this.open_load.position !== undefined) return this.open_load.add(batch, log_seq, counts);
    await warehouse.append({ ...batch, commits: [this.commitRow(log_seq, now_ms)] });
    this.committed(log_seq, counts === undefined ? [] : [counts]);
  }

  private commitRow(log_seq: number, now_ms: number): Row {
    const committed_at = this.recalled!.commit_clock.at(now_ms);
    return { collector_id: this.options.collector_id, log_seq, committed_at };
  }

  private committed(log_seq: number, counts: readonly BatchCounts[]): void {
    this.stats.committed_log_seq = log_seq;
    for (const one of counts) this.count(one);
    this.options.onCommit?.(log_seq);
  }

  private now(): number {
    return (this.options.clock ?? Date.now)();
  }

  private async setDamagedAside(): Promise<void> {
    for (const name of await this.reader.setDamagedAside()) {
      this.stats.quarantined_segments += 1;
      this.options.onError?.(
        new Error(
          `spool segment ${name} has damaged lines; its other lines were loaded, and the file is in the folder spool/quarantine`,
        ),
        'quarantine',
      );
    }
  }

  private count(counts: BatchCounts): void {
    for (const [name, n] of Object.entries(counts.loaded) as Array<[RecordName, number]>) {
      this.stats.loaded[name] = (this.stats.loaded[name] ?? 0) + n;
    }
    this.stats.duplicates += counts.duplicates;
    this.stats.conflicts += counts.conflicts.length;
    this.conflicts.add(counts.conflicts);
  }
}
