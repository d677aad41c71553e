/**
 * Training in worker threads: a server goes on answering while a model is fitted. What crosses over is typed arrays and JSON;
 * the arrays of an input are handed over and empty afterwards on this side.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { TributaryError } from '../../domain/errors.ts';
import type { TaskName, Tasks } from './tasks.ts';
import type { Outcome } from './worker.ts';

/** The worker's file: compiled, or the source itself where tests and benches run from it. */
const FILE = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url));

export class TrainingPool {
  private pool: Piscina | undefined;
  private closed = false;

  /** Runs a task in a thread. Fails as the task fails. */
  async run<N extends TaskName>(task: N, ...input: Parameters<Tasks[N]>): Promise<ReturnType<Tasks[N]>> {
    if (this.closed) throw new TributaryError('shutting_down', 'training stops: the process is about to end');
    this.pool ??= new Piscina({
      filename: FILE,
      // One core is left for answering, and threads that have nothing to do end.
      maxThreads: Math.max(1, availableParallelism() - 1),
      minThreads: 0,
      idleTimeout: 5_000,
      ...(FILE.endsWith('.ts') ? { execArgv: ['--import', 'tsx'] } : {}),
    });
    const outcome: Outcome = await this.pool.run({ task, input }, { transferList: [...buffersIn(input)] });
    if ('result' in outcome) return outcome.result as ReturnType<Tasks[N]>;
    const { code, message, field } = outcome.refusal;
    throw new TributaryError(code, message, field === undefined ? {} : { field });
  }

  /** Ends what is being trained; it fails. */
  async close(): Promise<void> {
    this.closed = true;
    await this.pool?.destroy();
  }
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
