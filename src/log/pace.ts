/**
 * The pace of a loader: how many records a batch has, and how long the loader rests after it. Where batches are prepared on the
 * event loop, requests go first: while they keep the process busy, batches are small and rests are long. A thread holds up no
 * request, so its batches are large, and it rests only as long as that makes larger batches of what comes in.
 */
import { performance } from 'node:perf_hooks';
import { RequestLoad } from './request-load.ts';
import type { Spool } from './spool.ts';

/** The size of a batch while requests go first. */
const BUSY_BATCH_RECORDS = 500;
/** How much longer than a batch the rest after it is, while requests go first. */
const BUSY_REST_FACTOR = 19;
/** Without this limit, one slow batch would keep new records out of reports for long. */
const MAX_BUSY_REST_MS = 2_000;

const INTERVAL_MS = 250;
/** A thread that has loaded all there was spends at most a tenth of its time on what came in since. */
const THREAD_REST_FACTOR = 10;
const MIN_THREAD_REST_MS = 40;

interface PaceOptions {
  spool: Pick<Spool, 'taken'>;
  batch_records: number;
  /** How long to rest when all is loaded, in milliseconds; chosen when left out. */
  interval_ms?: number | undefined;
  /** True if batches are prepared in a thread. */
  in_thread: boolean;
  /** True when no client waits for an answer. */
  serves_nobody: boolean;
}

export class Pace {
  private readonly load: RequestLoad;
  private began_ms = 0;
  private batch_ms = 0;
  private is_busy = false;

  constructor(private readonly options: PaceOptions) {
    this.load = new RequestLoad(options.spool);
  }

  /** Begins a batch. @param is_awaited true if someone waits for it. @returns how many records it may have. */
  begin(is_awaited: boolean): number {
    this.began_ms = performance.now();
    this.is_busy = this.load.isHigh() && !is_awaited && !this.options.serves_nobody;
    const { batch_records, in_thread } = this.options;
    return this.is_busy && !in_thread ? Math.min(BUSY_BATCH_RECORDS, batch_records) : batch_records;
  }

  /** Ends a batch with records. @returns how long to rest before the next one, in milliseconds; 0 for no rest. */
  end(): number {
    this.batch_ms = performance.now() - this.began_ms;
    if (!this.is_busy) return 0;
    return this.options.in_thread
      ? Math.min(this.batch_ms, INTERVAL_MS)
      : Math.min(this.batch_ms * BUSY_REST_FACTOR, MAX_BUSY_REST_MS);
  }

  /** How long to rest when all is loaded, in milliseconds. */
  get interval_ms(): number {
    const { interval_ms, in_thread } = this.options;
    if (interval_ms !== undefined || !in_thread) return interval_ms ?? INTERVAL_MS;
    return Math.min(INTERVAL_MS, Math.max(MIN_THREAD_REST_MS, this.batch_ms * THREAD_REST_FACTOR));
  }
}
