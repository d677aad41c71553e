/**
 * Threads that make a pass together: each walks some of the people, and the event loop adds what they found. They read the touchpoints
 * where they are ({@link ../histories.ts} says why that is safe while rows are added), and a copy of the orders.
 */
import { availableParallelism } from 'node:os';
import { ThreadCalls } from '../../files/thread-calls.ts';
import { threadFile } from '../../files/thread-file.ts';
import type { Asked } from '../asked.ts';
import { TOUCHPOINT_ARRAYS, type Touchpoints } from '../histories.ts';
import { countOf, type WatchPass } from '../pass-progress.ts';
import type { AskedPaths } from '../paths/asked-paths.ts';
import type { FoundPathsData } from '../paths/found-paths.ts';
import { endParts } from '../person-parts.ts';
import { Block } from './block.ts';
import { putQuestion, type ThreadPart, type ThreadQuestion, type ThreadWork, type WorkKind } from './question.ts';

/** With fewer orders the event loop is done before the threads have begun. */
const LEAST_ORDERS = 2_000;
const MAX_THREADS = 4;
/** The heap of a thread. Arrays are not part of it. */
const MAX_MEMORY_MIB = 512;
/** Threads that nobody asks end after this time, and the memory of their last question with them. */
const IDLE_MS = 30_000;
/** A thread that was sent so many bytes of touchpoints that were replaced since makes way for a new one. */
const MAX_LEFT_BYTES = 64_000_000;
/** So many blocks are kept for later questions. */
const KEPT_BLOCKS = 2;

export interface PassThreadsOptions {
  /** Passes over fewer orders are not made in threads. */
  least_orders?: number;
  threads?: number;
  max_memory_mib?: number;
  /** Told of a thread that failed. The event loop makes its pass. */
  onError?: (error: unknown) => void;
}

interface Thread {
  calls: ThreadCalls;
  /** The touchpoints that it was sent last. */
  touchpoints: Touchpoints;
  /** The bytes of arrays that it was sent before. */
  left_bytes: number;
  running: number;
  /** True once another thread has its place. It ends with its last question. */
  is_old: boolean;
}

export class PassThreads {
  /** How many passes were made in threads. */
  passes = 0;
  private threads: Thread[] = [];
  private readonly blocks: Block[] = [];
  private closed = false;
  private running = 0;
  private idle: NodeJS.Timeout | undefined;
  private readonly count: number;
  private readonly least_orders: number;

  constructor(private readonly options: PassThreadsOptions = {}) {
    this.count = options.threads ?? Math.max(2, Math.min(MAX_THREADS, availableParallelism()));
    this.least_orders = options.least_orders ?? LEAST_ORDERS;
  }

  /**
   * Makes a pass of rule models. @returns what each thread found; undefined if the event loop has to make the pass: it is small, a
   * thread failed, or the program ends.
   * @throws the reason of the signal.
   */
  async run(
    touchpoints: Touchpoints,
    asked: Asked,
    signal?: AbortSignal,
    watch?: WatchPass,
  ): Promise<ThreadPart[] | undefined> {
    return this.make('credit', touchpoints, asked, asked.orders.orders, signal, watch);
  }

  /** Finds paths, as {@link run} makes passes. */
  async paths(
    touchpoints: Touchpoints,
    asked: AskedPaths,
    signal?: AbortSignal,
    watch?: WatchPass,
  ): Promise<FoundPathsData[] | undefined> {
    const { orders, silent } = asked;
    return this.make('paths', touchpoints, asked, orders.orders + silent.people + silent.alone.length, signal, watch);
  }

  private async make<K extends WorkKind>(
    kind: K,
    touchpoints: Touchpoints,
    asked: ThreadWork[K]['asked'],
    size: number,
    signal: AbortSignal | undefined,
    watch?: WatchPass,
  ): Promise<Array<ThreadWork[K]['part']> | undefined> {
    if (this.closed || size < this.least_orders) return undefined;
    const { persons } = asked.orders;
    const block = this.blocks.pop() ?? new Block();
    this.running += 1;
    clearTimeout(this.idle);
    try {
      const question = await putQuestion(block, kind, touchpoints, asked);
      watch?.(countOf(question.next, persons));
      return await this.ask<K>(question, signal);
    } finally {
      // The memory of the counter is used again.
      watch?.(() => ({ done: persons, total: persons }));
      this.running -= 1;
      if (this.blocks.length < KEPT_BLOCKS) this.blocks.push(block);
      if (this.running === 0) this.idle = setTimeout(() => void this.endThreads(), IDLE_MS).unref();
    }
  }

  /** Ends the threads. Passes that they make are made by the event loop. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.idle);
    await this.endThreads();
  }

  /** Asks all threads, and waits until none of them reads the question any more. */
  private async ask<K extends WorkKind>(
    question: ThreadQuestion,
    signal: AbortSignal | undefined,
  ): Promise<Array<ThreadWork[K]['part']> | undefined> {
    if (this.closed) return undefined;
    const end = (): void => endParts(question.next);
    signal?.addEventListener('abort', end, { once: true });
    try {
      signal?.throwIfAborted();
      const threads = this.threadsFor(question.touchpoints);
      const answers = await Promise.allSettled(
        threads.map((thread) =>
          this.askThread<K>(thread, question).catch((error: unknown) => {
            end();
            throw error;
          }),
        ),
      );
      signal?.throwIfAborted();
      const failed = answers.find((answer) => answer.status === 'rejected');
      if (failed !== undefined) {
        if (!this.closed) this.options.onError?.(failed.reason);
        return undefined;
      }
      this.passes += 1;
      return answers.map((answer) => (answer as PromiseFulfilledResult<ThreadWork[K]['part']>).value);
    } finally {
      signal?.removeEventListener('abort', end);
    }
  }

  private async askThread<K extends WorkKind>(
    thread: Thread,
    question: ThreadQuestion,
  ): Promise<ThreadWork[K]['part']> {
    thread.running += 1;
    try {
      return (await thread.calls.ask(question)) as ThreadWork[K]['part'];
    } finally {
      thread.running -= 1;
      if (thread.running === 0 && thread.is_old) void endThread(thread);
    }
  }

  /**
   * The threads for a question. What a thread was sent stays in memory until it collects its garbage, and it does not see how large
   * that is. So a thread ends when much of what it was sent was replaced.
   */
  private threadsFor(touchpoints: Touchpoints): readonly Thread[] {
    this.threads = this.threads.filter((thread) => {
      thread.left_bytes += replacedBytes(thread.touchpoints, touchpoints);
      thread.touchpoints = touchpoints;
      if (!thread.calls.lost && thread.left_bytes <= MAX_LEFT_BYTES) return true;
      thread.is_old = true;
      if (thread.running === 0) void endThread(thread);
      return false;
    });
    while (this.threads.length < this.count) this.threads.push(this.started(touchpoints));
    return this.threads;
  }

  private started(touchpoints: Touchpoints): Thread {
    const calls = new ThreadCalls(threadFile(import.meta.url, 'worker'), {
      max_memory_mib: this.options.max_memory_mib ?? MAX_MEMORY_MIB,
      ended: (cause) =>
        new Error(`a thread that makes passes failed (${cause.message}); the event loop makes its pass`, { cause }),
    });
    return { calls, touchpoints, left_bytes: 0, running: 0, is_old: false };
  }

  private async endThreads(): Promise<void> {
    const { threads } = this;
    this.threads = [];
    this.blocks.length = 0;
    await Promise.all(threads.map(endThread));
  }
}

function endThread({ calls }: Thread): Promise<void> {
  return calls.close(new Error('the threads that make passes were ended'));
}

/** The bytes of arrays that others have taken the place of. */
function replacedBytes(before: Touchpoints, now: Touchpoints): number {
  const replaced = TOUCHPOINT_ARRAYS.filter((name) => before[name].buffer !== now[name].buffer);
  return replaced.reduce((sum, name) => sum + before[name].byteLength, 0);
}
