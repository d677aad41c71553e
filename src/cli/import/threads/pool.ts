/** The threads that read the parts of a file. */
import { Worker } from 'node:worker_threads';
import { TributaryError } from '../../../domain/errors.ts';
import { threadFile } from '../../../files/thread-file.ts';
import type { RowsPart } from '../../../mapping/row-source.ts';
import type { PartReaderOptions } from './part-reader.ts';
import type { ReadPart } from './read-part.ts';
import type { Answer, Question } from './worker.ts';

/** The memory of a thread. A larger young generation takes memory in each thread, and saves no processor time. */
const LIMITS = { maxOldGenerationSizeMb: 1_024, maxYoungGenerationSizeMb: 16 };

interface Waiting {
  resolve: (read: ReadPart) => void;
  reject: (error: unknown) => void;
}

interface Thread {
  worker: Worker;
  /** The parts that it has, in order. */
  waiting: Waiting[];
}

export class ReadingThreads {
  private readonly threads: Thread[];

  constructor(count: number, options: PartReaderOptions) {
    this.threads = Array.from({ length: count }, () => started(options));
  }

  /** Reads rows in the thread that has the fewest. @throws what reading throws; internal when the thread ended. */
  read(parts: readonly RowsPart[], now_ms: number): Promise<ReadPart> {
    const thread = this.threads.reduce((best, next) => (next.waiting.length < best.waiting.length ? next : best));
    return new Promise((resolve, reject) => {
      thread.waiting.push({ resolve, reject });
      const moved = parts.flatMap((part) => (part.kind === 'texts' ? [part.bytes.buffer] : []));
      thread.worker.postMessage({ parts, now_ms } satisfies Question, moved);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }
}

function started(options: PartReaderOptions): Thread {
  const worker = new Worker(threadFile(import.meta.url, 'worker'), { workerData: options, resourceLimits: LIMITS });
  const thread: Thread = { worker, waiting: [] };
  worker.on('message', (answer: Answer) => {
    const waiting = thread.waiting.shift()!;
    if ('read' in answer) waiting.resolve(answer.read);
    else if ('refusal' in answer) waiting.reject(new TributaryError(answer.refusal.code, answer.refusal.message));
    else waiting.reject(answer.failure);
  });
  const ended = (cause: unknown): void => {
    for (const { reject } of thread.waiting.splice(0)) reject(cause);
  };
  worker.on('error', ended);
  worker.on('exit', (code) => ended(new Error(`a thread that reads parts of the file ended with code ${code}`)));
  return thread;
}
