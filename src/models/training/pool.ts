/**
 * Training in worker threads: a server goes on answering while a model is fitted. What crosses over is typed arrays and JSON;
 * the arrays of an input are handed over and empty afterwards on this side.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { TributaryError } from '../../domain/errors.ts';
import type { Outcome, TaskName, Tasks } from './worker.ts';

/** The worker's file: compiled, or the source itself where tests and benches run from it. */
const FILE = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url));

export class TrainingPool {
  private pool: Piscina | undefined;
  private closed = false;
  private readonly pending = new Set<(error: unknown) => void>();

  /** Runs a task in a thread. Fails as the task fails. */
  async run<N extends TaskName>(task: N, ...input: Parameters<Tasks[N]>): Promise<ReturnType<Tasks[N]>> {
    if (this.closed) throw stopping();
    this.pool ??= this.open();
    const outcome = await this.outcomeOf(this.pool.run({ task, input }, { transferList: [...buffersIn(input)] }));
    if ('result' in outcome) return outcome.result as ReturnType<Tasks[N]>;
    const { code, message, field } = outcome.refusal;
    throw new TributaryError(code, message, field === undefined ? {} : { field });
  }

  /** Ends what is being trained; it fails. */
  async close(): Promise<void> {
    this.closed = true;
    await this.pool?.destroy();
  }

  private open(): Piscina {
    const pool = new Piscina({
      filename: FILE,
      // One core is left for answering, but a short task need not wait for a long one; idle threads end.
      maxThreads: Math.max(2, availableParallelism() - 1),
      minThreads: 0,
      idleTimeout: 5_000,
      ...(FILE.endsWith('.ts') ? { execArgv: ['--import', 'tsx'] } : {}),
    });
    // A thread that cannot even start belongs to no task, and would leave all of them waiting.
    pool.on('error', (error) => {
      for (const fail of this.pending) fail(error);
    });
    return pool;
  }

  /** The outcome of a task, or the failure of its pool, whichever comes. */
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
  return new TributaryError('shutting_down', 'training stops: the process is about to end', { cause });
}

function buffersIn(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    // Shared memory is seen by both sides as it is.
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) buffersIn(inner, found);
  }
  return found;
}
