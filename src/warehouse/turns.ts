/** Limits the use of a warehouse: one writer at a time, a few readers at a time, and a time limit for reads. */
import { TributaryError } from '../domain/errors.ts';
import type { ReadOptions, ReadPurpose } from './port.ts';

/** Runs functions one after the other, in the order of the calls. A failure of one does not stop those after it. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();
  /** The number of pieces that run or wait. */
  waiting = 0;

  take<T>(work: () => Promise<T>): Promise<T> {
    this.waiting += 1;
    const run = this.last.then(work, work).finally(() => {
      this.waiting -= 1;
    });
    this.last = run.catch(() => undefined);
    return run;
  }
}

const turns = new WeakMap<object, Map<string, Turns>>();

/** The turns for one kind of work on a warehouse. All callers in this process share them. */
export function turnsOf(warehouse: object, work: string): Turns {
  const kinds = turns.get(warehouse) ?? new Map<string, Turns>();
  turns.set(warehouse, kinds);
  const found = kinds.get(work) ?? new Turns();
  kinds.set(work, found);
  return found;
}

const MAX_WAITING_READS = 64;
/** So one key cannot take the places in the queue of all others. */
const MAX_WAITING_READS_OF_OWNER = MAX_WAITING_READS / 2;

interface WaitingRead {
  owner: string | undefined;
  enter: () => void;
}

/**
 * Limits the number of reads that run at the same time. Up to {@link MAX_WAITING_READS} further reads wait, half of them of one
 * owner; others are refused.
 */
export class ReadPlaces {
  private readonly waiting: WaitingRead[] = [];
  private taken = 0;

  constructor(private readonly places: number) {}

  /**
   * Waits for a free place. A read whose signal is aborted leaves the queue.
   * @throws busy when too many reads already wait; the reason of the signal.
   */
  async enter({ signal, owner }: Pick<ReadOptions, 'signal' | 'owner'> = {}): Promise<void> {
    signal?.throwIfAborted();
    if (this.taken < this.places) {
      this.taken += 1;
      return;
    }
    this.refuseTooMany(owner);
    await new Promise<void>((resolve, reject) => {
      const leaveQueue = (): void => {
        this.waiting.splice(this.waiting.indexOf(read), 1);
        reject(signal!.reason);
      };
      const enter = (): void => {
        signal?.removeEventListener('abort', leaveQueue);
        resolve();
      };
      const read = { owner, enter };
      this.waiting.push(read);
      signal?.addEventListener('abort', leaveQueue, { once: true });
    });
  }

  /** Gives the place to the read that has waited longest, or frees it. */
  leave(): void {
    const next = this.waiting.shift();
    if (next) next.enter();
    else this.taken -= 1;
  }

  private refuseTooMany(owner: string | undefined): void {
    const own = owner === undefined ? 0 : this.waiting.filter((read) => read.owner === owner).length;
    const of_key = own >= MAX_WAITING_READS_OF_OWNER ? ' of this key' : '';
    if (of_key || this.waiting.length >= MAX_WAITING_READS)
      throw new TributaryError('busy', `too many reports${of_key} are waiting; try again in a few seconds`, {
        retry_after_s: 5,
      });
  }
}

/**
 * At most so many reads for loading run at once: one of the loader, and one that asks for the loaded position. They are short.
 */
const LOADING_PLACES = 2;
const PROBING_PLACES = 1;
const KEEPING_PLACES = 1;

/** The places for each purpose. */
export function readPlaces(reports: number): Record<ReadPurpose, ReadPlaces> {
  return {
    reports: new ReadPlaces(reports),
    loading: new ReadPlaces(LOADING_PLACES),
    probing: new ReadPlaces(PROBING_PLACES),
    keeping: new ReadPlaces(KEEPING_PLACES),
  };
}

/** The error for a call after the warehouse was closed. */
export function closedError(): TributaryError {
  return new TributaryError('shutting_down', 'the warehouse is closed because the program is shutting down');
}

/** The first line of a message of an engine or a file system, cut to a readable length. */
export function firstLine(message: string): string {
  return message.split('\n')[0]!.trim().slice(0, 300);
}

/** The error for a read that nobody waits for any more. No caller sees it. */
export function cancelled(cause?: unknown): TributaryError {
  return new TributaryError('cancelled', 'the client closed the connection before the answer was ready', { cause });
}

/** The error for a read that takes too long. */
export function tooSlow(timeout_ms: number, cause?: unknown): TributaryError {
  return new TributaryError(
    'timeout',
    `the query took longer than ${timeout_ms} ms; ask for a shorter period or fewer groups`,
    { cause, retry_after_s: 5 },
  );
}

/** The error for a read that needs more memory and disk than it may use. */
export function tooLarge(cause?: unknown): TributaryError {
  return new TributaryError(
    'unprocessable',
    'the query needs more memory than the limit for one query; ask for a shorter period or fewer groups, or raise memory_limit_bytes',
    { cause },
  );
}
