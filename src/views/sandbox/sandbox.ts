/**
 * Runs one statement of a user in a process of its own, which never sees the warehouse. A statement that takes too long, takes too
 * much memory or kills its process ends that process and nothing else.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { badRequest, TributaryError } from '../../domain/errors.ts';
import { threadFile } from '../../files/thread-file.ts';
import { cancelled } from '../../warehouse/turns.ts';
import { watchMemory } from './memory-watch.ts';
import type { FromSandbox, ResultColumn, SandboxQuestion, SandboxRows, ToSandbox } from './messages.ts';

export interface SandboxProcessLimits {
  /** The time from the start of the statement to its result. */
  timeout_ms: number;
  /** All memory of the process. */
  max_process_bytes: number;
}

/** The heap of JavaScript in the process. */
const HEAP_MIB = 256;
const MAX_MESSAGE = 1_000;

/**
 * The process of one statement. Close it in any case.
 * @throws bad_request for a fault of the statement; unprocessable for too large a result or too much memory; timeout; cancelled.
 */
export class Sandbox {
  private readonly child: ChildProcess;
  private readonly unwatch: () => void;
  private readonly onAbort = (): void => this.end(cancelled(this.signal?.reason));
  private waiting: { resolve(told: FromSandbox): void; reject(error: Error): void } | undefined;
  private ended: Error | undefined;

  constructor(
    private readonly limits: SandboxProcessLimits,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.child = fork(fileURLToPath(threadFile(import.meta.url, 'child')), [], {
      // Nothing of this process: no environment, no folder, no descriptor.
      env: {},
      cwd: '/',
      execArgv: [`--max-old-space-size=${HEAP_MIB}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    this.child.on('message', (told) => this.hear(told as FromSandbox));
    this.child.on('error', (error) => this.end(error));
    this.child.on('exit', () => this.end(died()));
    const tooMuch = (): void => this.end(tooMuchMemory());
    this.unwatch = watchMemory(this.child.pid ?? 0, limits.max_process_bytes, tooMuch);
    if (signal?.aborted) this.onAbort();
    else signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /** Sends the statement and the tables. It returns once the statement fits them. */
  async ask(question: Omit<SandboxQuestion, 'kind'>): Promise<void> {
    await this.timed(() => this.send({ kind: 'question', ...question }));
  }

  async take(rows: Omit<SandboxRows, 'kind'>): Promise<void> {
    await this.send({ kind: 'rows', ...rows });
  }

  /** Runs the statement. Its result is in the file then. */
  async run(): Promise<{ columns: ResultColumn[]; rows: number }> {
    const told = await this.timed(() => this.send({ kind: 'run' }));
    if (told.kind !== 'done') throw died();
    return { columns: told.columns, rows: told.rows };
  }

  close(): void {
    this.end(died());
  }

  private async timed<T>(work: () => Promise<T>): Promise<T> {
    const { timeout_ms } = this.limits;
    const timer = setTimeout(() => this.end(tooLong(timeout_ms)), timeout_ms);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
    }
  }

  private send(message: ToSandbox): Promise<FromSandbox> {
    return new Promise((resolve, reject) => {
      if (this.ended !== undefined) return reject(this.ended);
      this.waiting = { resolve, reject };
      this.child.send(message, (error) => {
        if (error !== null) this.end(error);
      });
    });
  }

  private hear(told: FromSandbox): void {
    if (told.kind === 'refused') {
      this.end(refusal(told));
      return;
    }
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.resolve(told);
  }

  /** Ends the process. What waits for it gets the first reason. */
  private end(error: Error): void {
    if (this.ended !== undefined) return;
    this.ended = error;
    this.unwatch();
    this.signal?.removeEventListener('abort', this.onAbort);
    this.child.kill('SIGKILL');
    this.waiting?.reject(error);
    this.waiting = undefined;
  }
}

function refusal({ why, message }: Extract<FromSandbox, { kind: 'refused' }>): Error {
  if (/^Out of Memory Error|could not allocate|^std::bad_alloc/i.test(message)) return tooMuchMemory();
  const text = message.trim().slice(0, MAX_MESSAGE);
  if (why === 'statement') return badRequest('sql', text);
  if (why === 'limit') return new TributaryError('unprocessable', `sql: ${text}`, { field: 'sql' });
  return new Error(text);
}

/** The engine fails on some statements in a way that ends its process. */
function died(): TributaryError {
  return new TributaryError('unprocessable', 'sql: the statement ended its process; write it in a simpler way', {
    field: 'sql',
  });
}

function tooMuchMemory(): TributaryError {
  return new TributaryError(
    'unprocessable',
    'sql: the statement needs more memory than it may use; read fewer rows, or group by fewer columns',
    { field: 'sql' },
  );
}

function tooLong(timeout_ms: number): TributaryError {
  return new TributaryError(
    'unprocessable',
    `sql: the statement took longer than ${timeout_ms / 1_000} s, the limit; read fewer rows, or join by the numbers of orders`,
    { field: 'sql' },
  );
}
