/** Runs kept memberships in a worker thread, so that joining the ids of a large brand never blocks the event loop. */
import { Worker } from 'node:worker_threads';
import { TributaryError } from '../domain/errors.ts';
import { threadFile } from '../files/thread-file.ts';
import { type Host, type Input, type Operation, type Output, Replaced } from './lines.ts';
import type { Answer, Question } from './worker.ts';

/** The memory limit of the thread. docs/decisions/0012-kept-membership.md has the memory per link. */
const MAX_MEMORY_MIB = 4_096;

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

export class ThreadHost implements Host {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  private end: TributaryError | undefined;

  constructor() {
    this.worker = new Worker(threadFile(import.meta.url, 'worker'), {
      resourceLimits: { maxOldGenerationSizeMb: MAX_MEMORY_MIB },
    });
    // An idle thread does not keep the process running.
    this.worker.unref();
    this.worker.on('message', (answer: Answer) => this.answered(answer));
    this.worker.on('error', (error) => this.ended(failed(error)));
    this.worker.on('exit', (code) => this.ended(failed(new Error(`it ended with code ${code}`))));
  }

  get lost(): boolean {
    return this.end !== undefined;
  }

  /** @throws busy when the thread ended, then the next read starts another one; shutting_down when it was closed. */
  ask<K extends Operation>(line: string, operation: K, ...input: Input<K>): Promise<Output<K>> {
    if (this.end) return Promise.reject(this.end);
    this.asked += 1;
    const number = this.asked;
    const answer = new Promise<Output<K>>((resolve, reject) => {
      this.waiting.set(number, { resolve: resolve as Waiting['resolve'], reject });
    });
    this.worker.ref();
    this.worker.postMessage({ number, line, operation, input } satisfies Question);
    return answer;
  }

  begin(line: string): void {
    if (!this.end) this.worker.postMessage({ begin: line } satisfies Question);
  }

  forget(line: string): void {
    if (!this.end) this.worker.postMessage({ forget: line } satisfies Question);
  }

  async close(): Promise<void> {
    this.ended(new TributaryError('shutting_down', 'persons: cannot be read, because the program is shutting down'));
    await this.worker.terminate();
  }

  private answered(answer: Answer): void {
    const waiting = this.waiting.get(answer.number);
    this.waiting.delete(answer.number);
    if (this.waiting.size === 0) this.worker.unref();
    if ('failure' in answer) waiting?.reject(answer.replaced ? new Replaced() : answer.failure);
    else waiting?.resolve(answer.result);
  }

  /** Only the first call counts, because an `error` event is followed by an `exit` event. */
  private ended(error: TributaryError): void {
    this.end ??= error;
    for (const { reject } of this.waiting.values()) reject(this.end);
    this.waiting.clear();
  }
}

function failed(cause: Error & { code?: string }): TributaryError {
  const reason =
    cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? `the identity links of all brands need more than ${MAX_MEMORY_MIB} MiB; link fewer ids, or split the brands over several installations`
      : `the thread that joins identity links failed (${cause.message}); the next request starts it again`;
  return new TributaryError('busy', `persons: ${reason}`, { cause, retry_after_s: 1 });
}
