/** Runs kept memberships in a worker thread, so that joining the ids of a large brand never blocks the event loop. */
import { TributaryError } from '../domain/errors.ts';
import { ThreadCalls } from '../files/thread-calls.ts';
import { threadFile } from '../files/thread-file.ts';
import { type Host, type Input, MAX_MEMORY_MIB, type Operation, type Output, Replaced } from './lines.ts';
import type { Answer, Question } from './worker.ts';

export class ThreadHost implements Host {
  private readonly calls = new ThreadCalls(threadFile(import.meta.url, 'worker'), {
    max_memory_mib: MAX_MEMORY_MIB,
    ended: failed,
    failureOf: (answer) => failureOf(answer as Answer),
  });

  get lost(): boolean {
    return this.calls.lost;
  }

  /** @throws busy when the thread ended, then the next read starts another one; shutting_down when it was closed. */
  ask<K extends Operation>(line: string, operation: K, ...input: Input<K>): Promise<Output<K>> {
    return this.calls.ask({ line, operation, input }) as Promise<Output<K>>;
  }

  begin(line: string): void {
    this.calls.tell({ begin: line } satisfies Question);
  }

  forget(line: string): void {
    this.calls.tell({ forget: line } satisfies Question);
  }

  close(): Promise<void> {
    return this.calls.close(
      new TributaryError('shutting_down', 'persons: cannot be read, because the program is shutting down'),
    );
  }
}

function failureOf(answer: Answer): Error | undefined {
  if (!('failure' in answer)) return undefined;
  return answer.replaced ? new Replaced() : answer.full ? busy(TOO_MUCH) : undefined;
}

const TOO_MUCH = `the identity links of all brands need more than ${MAX_MEMORY_MIB} MiB; link fewer ids, or split the brands over several installations`;

function failed(cause: Error & { code?: string }): TributaryError {
  const reason =
    cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? TOO_MUCH
      : `the thread that joins identity links failed (${cause.message}); the next request starts it again`;
  return busy(reason, cause);
}

function busy(reason: string, cause?: Error): TributaryError {
  return new TributaryError('busy', `persons: ${reason}`, { cause, retry_after_s: 1 });
}
