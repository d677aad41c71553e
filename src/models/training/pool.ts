/**
 * Training in worker threads, so that a server goes on answering while a model is fitted. Inputs and results are typed arrays
 * and JSON. The arrays of an input move to the thread and are empty here afterwards.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { TributaryError } from '../../domain/errors.ts';
import { threadFile } from '../../files/thread-file.ts';
import { tooSlow } from '../../warehouse/turns.ts';
import type { Outcome, TaskName, Tasks } from './worker.ts';

export class TrainingPool {
  private pool: Piscina | undefined;
  private closed = false;
  private readonly pending = new Set<(error: unknown) => void>();

  /**
   * Runs a task in a thread. The task is stopped when `timeout_ms` are over, or when nobody waits for it.
   * @throws the task's refusal; timeout; cancelled; shutting_down after {@link close}.
   */
  async run<N extends TaskName>(
    { timeout_ms, signal: left }: { timeout_ms?: number; signal?: AbortSignal | undefined },
    task: N,
    ...input: Parameters<Tasks[N]>
  ): Promise<ReturnType<Tasks[N]>> {
    const late = timeout_ms === undefined ? undefined : AbortSignal.timeout(Math.max(1, Math.ceil(timeout_ms)));
    const ends = [late, left].filter((signal) => signal !== undefined);
    try {
      return await this.start(task, input, AbortSignal.any(ends));
    } catch (error) {
      if (left?.aborted) throw left.reason;
      throw late?.aborted && !(error instanceof TributaryError) ? tooSlow(Math.ceil(timeout_ms!), error) : error;
    }
  }

  private async start<N extends TaskName>(
    task: N,
    input: Parameters<Tasks[N]>,
    signal: AbortSignal,
  ): Promise<ReturnType<Tasks[N]>> {
    if (this.closed) throw stopping();
    this.pool ??= this.open();
    const options = { transferList: [...buffersIn(input)], signal };
    const outcome = await this.outcomeOf(this.pool.run({ task, input }, options));
    if ('result' in outcome) return outcome.result as ReturnType<Tasks[N]>;
    const { code, message, field } = outcome.refusal;
    throw new TributaryError(code, message, field === undefined ? {} : { field });
  }

  /** Stops all tasks. They reject with `shutting_down`. */
  async close(): Promise<void> {
    this.closed = true;
    await this.pool?.destroy();
  }

  private open(): Piscina {
    const pool = new Piscina({
      filename: fileURLToPath(threadFile(import.meta.url, 'worker')),
      // One core stays free for requests. At least two threads, so that a short task does not wait for a long one.
      maxThreads: Math.max(2, availableParallelism() - 1),
      minThreads: 0,
      idleTimeout: 5_000,
    });
    // If a thread fails to start, no task gets the error. So all tasks fail here; otherwise they would wait forever.
    pool.on('error', (error) => {
      for (const fail of this.pending) fail(error);
    });
    return pool;
  }

  /** The outcome of a task, or the failure of its pool, whichever comes first. */
  private async outcomeOf(running: Promise<Outcome>): Promise<Outcome> {
    let fail: (error: unknown) => void = () => undefined;
    const failure = new Promise<never>((_, reject) => {
      fail = reject;
    });
    this.pending.add(fail);
    try {
      return await Promise.race([running, failure]);
    } catch (error) {
      throw this.closed ? stopping(error) : error;
    } finally {
      this.pending.delete(fail);
    }
  }
}

function stopping(cause?: unknown): TributaryError {
  return new TributaryError('shutting_down', 'the fit was stopped because the process ends; fit again later', {
    cause,
  });
}

function buffersIn(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    // Both threads see shared memory, so it is not moved.
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) buffersIn(inner, found);
  }
  return found;
}
