/** Questions to a worker thread. Each has a number, and the thread answers it by that number. */
import { type TransferListItem, Worker } from 'node:worker_threads';

/** What a thread answers to the question with that number: a result, or why there is none. */
export interface ThreadAnswer {
  number: number;
  result?: unknown;
  failure?: unknown;
}

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

interface ThreadOptions {
  /** The memory limit of the thread's heap. */
  max_memory_mib: number;
  /** The space for young objects; that of Node when left out. */
  young_mib?: number;
  /** Given to the thread as `workerData`. */
  data?: unknown;
  /** The error of a thread that ended by itself: waiting questions and all later ones get it. */
  ended: (cause: Error & { code?: string }) => Error;
  /** The error of an answer with a failure. The class of an error is lost between threads. */
  failureOf?: (answer: ThreadAnswer) => unknown;
}

export class ThreadCalls {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  private end: Error | undefined;

  constructor(
    file: URL,
    private readonly options: ThreadOptions,
  ) {
    this.worker = new Worker(file, {
      workerData: options.data,
      resourceLimits: {
        maxOldGenerationSizeMb: options.max_memory_mib,
        ...(options.young_mib && { maxYoungGenerationSizeMb: options.young_mib }),
      },
    });
    // An idle thread does not keep the process running.
    this.worker.unref();
    this.worker.on('message', (answer: ThreadAnswer) => this.answered(answer));
    this.worker.on('error', (error) => this.ended(options.ended(error as Error)));
    this.worker.on('exit', (code) => this.ended(options.ended(new Error(`it ended with code ${code}`))));
  }

  /** True if the thread ended. */
  get lost(): boolean {
    return this.end !== undefined;
  }

  /** Sends a question. @throws what the thread answers; the error of its end. */
  ask(question: object, moved: readonly TransferListItem[] = []): Promise<unknown> {
    if (this.end) return Promise.reject(this.end);
    this.asked += 1;
    const number = this.asked;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
    });
    this.worker.ref();
    this.worker.postMessage({ ...question, number }, moved);
    return answer;
  }

  /** Sends a message that gets no answer. */
  tell(message: object): void {
    if (!this.end) this.worker.postMessage(message);
  }

  /** Ends the thread. @param error what waiting questions and later ones get. */
  async close(error: Error): Promise<void> {
    this.ended(error);
    await this.worker.terminate();
  }

  private answered(answer: ThreadAnswer): void {
    const waiting = this.waiting.get(answer.number);
    this.waiting.delete(answer.number);
    if (this.waiting.size === 0) this.worker.unref();
    if ('failure' in answer) waiting?.reject(this.options.failureOf?.(answer) ?? answer.failure);
    else waiting?.resolve(answer.result);
  }

  /** Only the first call counts, because an `error` event is followed by an `exit` event. */
  private ended(error: Error): void {
    this.end ??= error;
    for (const { reject } of this.waiting.values()) reject(this.end);
    this.waiting.clear();
  }
}
