/** Kept memberships in a thread of their own, so that joining a large brand never holds the event loop. */
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { TributaryError } from '../domain/errors.ts';
import { type Host, type Input, type Operation, type Output, Replaced } from './lines.ts';
import type { Answer, Question } from './worker.ts';

/** The worker's code is compiled, but tests and benches run from the source, which has to be loaded by way of tsx. */
const FROM_SOURCE = import.meta.url.endsWith('.ts');

function start(resourceLimits: ResourceLimits): Worker {
  if (!FROM_SOURCE) return new Worker(new URL('./worker.js', import.meta.url), { resourceLimits });
  const source = JSON.stringify(new URL('./worker.ts', import.meta.url).href);
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import(${source}); })`;
  return new Worker(code, { eval: true, resourceLimits });
}

/** Memory of the thread. docs/decisions/0012 says what a link takes. */
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
    this.worker = start({ maxOldGenerationSizeMb: MAX_MEMORY_MIB });
    // A process may end while nothing is asked.
    this.worker.unref();
    this.worker.on('message', (answer: Answer) => this.answered(answer));
    this.worker.on('error', (error) => this.ended(failed(error)));
    this.worker.on('exit', (code) => this.ended(failed(new Error(`it ended with code ${code}`))));
  }

  get lost(): boolean {
    return this.end !== undefined;
  }

  /** @throws busy when the thread ended: the next read starts another one; shutting_down when it was closed. */
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
    this.ended(new TributaryError('shutting_down', 'persons are not joined any more: the process is about to end'));
    await this.worker.terminate();
  }

  private answered(answer: Answer): void {
    const waiting = this.waiting.get(answer.number);
    this.waiting.delete(answer.number);
    if (this.waiting.size === 0) this.worker.unref();
    if ('failure' in answer) waiting?.reject(answer.replaced ? new Replaced() : answer.failure);
    else waiting?.resolve(answer.result);
  }

  /** The first end counts: an error is followed by an exit. */
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
      : `the thread that joins them failed (${cause.message}); the next request starts it again`;
  return new TributaryError('busy', `persons: ${reason}`, { cause, retry_after_s: 1 });
}
