/**
 * The loader: reads records from the spool, makes rows, and writes them to the warehouse in one transaction with the spool
 * position. While the warehouse does not answer, records wait in the spool. When the process is busy, accepting goes
 * first and the loader rests: a record in the spool cannot be lost, and a request that waits can.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { TributaryError } from '../domain/errors.ts';
import { type Batch, RowFault, type WrittenRows } from '../warehouse/port.ts';
import type { Row } from '../warehouse/schema.ts';
import type { BatchCounts } from './batch.ts';
import { ConflictCounts } from './conflict-counts.ts';
import { deadLetter, refuseOwnFault } from './dead-letters.ts';
import { addCounts, type LoaderOptions, type LoaderStats, newStats, type Recalled } from './loader-options.ts';
import { OpenLoad } from './open-load.ts';
import { Pace } from './pace.ts';
import type { Portion, Prepared, Preparer } from './preparing/preparer.ts';
import { Rests } from './rests.ts';
import type { SeenIds } from './seen-ids.ts';

const MAX_BACKOFF_MS = 10_000;
/** How long a stop may load the rest of the spool. */
const DRAIN_MS = 30_000;
/** Unread records for which a loader that nobody waits for ends its rest. So few are read from memory, and do not grow old there. */
const WAKING_RECORDS = 500;

/** Records of a portion, and the position that is committed with them. */
interface Part {
  from: number;
  to: number;
  last_log_seq: number;
}

export class Loader {
  readonly stats: LoaderStats;
  readonly conflicts = new ConflictCounts();
  private stopping = false;
  private running: Promise<void> | undefined;
  private waiting = 0;
  private readonly pace: Pace;
  private readonly rests = new Rests();
  private readonly preparer: Preparer;
  private failures = 0;
  private readonly open_load: OpenLoad;
  /** True if the last read found many records, so that many more may follow. */
  private is_bulk = false;
  recalled: Recalled | undefined;

  constructor(private readonly options: LoaderOptions) {
    this.recalled = options.recalled;
    this.preparer = options.preparer;
    const { spool, batch_records, interval_ms, serves_nobody = false } = options;
    this.pace = new Pace({ spool, batch_records, interval_ms, serves_nobody, in_thread: this.preparer.in_thread });
    this.open_load = new OpenLoad({
      warehouse: options.warehouse,
      commitRow: (log_seq) => this.commitRow(log_seq, this.now()),
      onCommit: (log_seq, counts) => this.committed(log_seq, counts),
    });
    this.stats = newStats(options.recalled);
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
    await this.preparer.restart();
  }

  /** Saves the filter of known ids. */
  save(seen: SeenIds, path: string, log_seq: number): Promise<void> {
    return this.preparer.save(seen, path, log_seq);
  }

  /** Ends what prepares the batches. Call it last. */
  close(): Promise<void> {
    return this.preparer.close();
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
    while (!this.stopping) {
      if (this.waiting === 0) await this.rests.take(this.pace.interval_ms);
      // Reading an empty spool does no I/O. Without this turn of the event loop, a waiting flush would never wake up.
      else await nextTurn();
      if (this.stopping || (await this.tryToLoad(() => !this.stopping))) continue;
      // If a flush ended this rest, a failing loader would try many times a second while somebody waits.
      await this.rests.take(Math.min(this.pace.interval_ms * 2 ** this.failures, MAX_BACKOFF_MS), false);
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
      await this.preparer.restart();
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

  /** Loads batches until the spool is read to its end, or `goesOn` says no. */
  private async loadAvailable(recalled: Recalled, goesOn: () => boolean): Promise<void> {
    const { spool, batch_records } = this.options;
    while (goesOn()) {
      const portion = await this.preparer.read(this.position, this.pace.begin(this.waiting > 0 || this.stopping));
      this.is_bulk = portion.records >= Math.min(WAKING_RECORDS, batch_records);
      if (portion.records > 0) await this.loadPortion(portion, recalled);
      else if (this.waiting > 0 || this.stopping) await this.open_load.commit();
      if (this.open_load.position === undefined) {
        await this.setDamagedAside();
        await spool.drop(this.stats.committed_log_seq);
      }
      if (portion.records === 0) return;
      const rest_ms = this.pace.end();
      if (rest_ms > 0) await this.rests.take(rest_ms);
    }
  }

  /** Loads the records that are not suppressed. The position of the last one is committed in any case. */
  private async loadPortion({ records, wanted, last_log_seq }: Portion, recalled: Recalled): Promise<void> {
    await this.load({ from: 0, to: wanted, last_log_seq }, recalled, true);
    this.stats.suppressed += records - wanted;
  }

  /**
   * Loads records and commits `last_log_seq`. A record with a value that does not fit its column becomes a dead letter: the batch
   * is halved until the record is alone. Any other failure is not the fault of a record. It stops loading, and the same records are
   * tried again.
   */
  private async load({ from, to, last_log_seq }: Part, recalled: Recalled, is_whole: boolean): Promise<void> {
    const now_ms = this.now();
    let prepared: Prepared | undefined;
    try {
      prepared = await this.preparer.prepare(
        { from, to },
        {
          seen: recalled.seen,
          now_ms,
          // What is not committed cannot be looked up.
          beforeLookUp: () => this.open_load.commit(),
        },
      );
      await this.append(prepared.batch, last_log_seq, now_ms, prepared);
    } catch (fault) {
      if (!(fault instanceof RowFault)) throw fault;
      if (is_whole && prepared) refuseOwnFault(prepared.batch, fault);
      if (to - from === 1) return this.setAside(from, last_log_seq, fault);
      const middle = from + Math.ceil((to - from) / 2);
      const { log_seq } = await this.preparer.item(middle - 1);
      await this.load({ from, to: middle, last_log_seq: log_seq }, recalled, false);
      await this.load({ from: middle, to, last_log_seq }, recalled, false);
    }
  }

  private async setAside(index: number, last_log_seq: number, fault: RowFault): Promise<void> {
    const now_ms = this.now();
    const item = await this.preparer.item(index);
    const letter = deadLetter(item, fault, { collector_id: this.options.collector_id, loaded_at: now_ms });
    await this.append({ dead_letters: [letter] }, last_log_seq, now_ms);
    this.stats.dead_letters += 1;
    this.stats.open_dead_letters += 1;
    this.options.onError?.(fault, `dead letter: ${item.record} at position ${item.log_seq}`);
  }

  /** Writes a batch in one transaction with its last position, or adds it to the open load. */
  private async append(
    batch: Batch,
    log_seq: number,
    now_ms: number,
    { counts, written }: { counts?: BatchCounts; written?: readonly WrittenRows[] } = {},
  ): Promise<void> {
    const { warehouse, serves_nobody } = this.options;
    const begins = this.is_bulk && serves_nobody && warehouse.beginLoad !== undefined;
    if (begins || this.open_load.position !== undefined) return this.open_load.add(batch, log_seq, counts);
    await warehouse.append({ ...batch, commits: [this.commitRow(log_seq, now_ms)] }, written);
    this.committed(log_seq, counts === undefined ? [] : [counts]);
  }

  private commitRow(log_seq: number, now_ms: number): Row {
    const committed_at = this.recalled!.commit_clock.at(now_ms);
    return { collector_id: this.options.collector_id, log_seq, committed_at };
  }

  private committed(log_seq: number, counts: readonly BatchCounts[]): void {
    this.stats.committed_log_seq = log_seq;
    // Whoever waits for this position sees no failure of the tries before it.
    this.stats.last_error = '';
    for (const one of counts) {
      addCounts(this.stats, one);
      this.conflicts.add(one.conflicts);
    }
    this.options.onCommit?.(log_seq);
  }

  private now(): number {
    return (this.options.clock ?? Date.now)();
  }

  /** Moves segments with damaged lines, whose other lines are loaded, into quarantine. */
  async setDamagedAside(): Promise<void> {
    for (const name of await this.preparer.setDamagedAside()) {
      this.stats.quarantined_segments += 1;
      this.options.onError?.(
        new Error(
          `spool segment ${name} has damaged lines; its other lines were loaded, and the file is in the folder spool/quarantine`,
        ),
        'quarantine',
      );
    }
  }
}
