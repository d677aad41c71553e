/** Who may use a warehouse, when, and for how long: writers one after another, readers a few at a time. */
import { TributaryError } from '../domain/errors.ts';
import type { ReadPurpose } from './port.ts';

/** Work that is done in the order of asking, one piece at a time; a failure stops nobody else. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();
  /** Pieces that are under way or wait. */
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

/** The turns of one kind of work on a warehouse, which all callers in this process share. */
export function turnsOf(warehouse: object, work: string): Turns {
  const kinds = turns.get(warehouse) ?? new Map<string, Turns>();
  turns.set(warehouse, kinds);
  const found = kinds.get(work) ?? new Turns();
  kinds.set(work, found);
  return found;
}

const MAX_WAITING_READS = 64;

/** Places for reads that run at once. Further ones wait, up to a number; then they are told to come back. */
export class ReadPlaces {
  private readonly waiting: Array<() => void> = [];
  private taken = 0;

  constructor(private readonly places: number) {}

  /** @throws busy when too many wait already. */
  async enter(): Promise<void> {
    if (this.taken < this.places) {
      this.taken += 1;
      return;
    }
    if (this.waiting.length >= MAX_WAITING_READS)
      throw new TributaryError('busy', 'too many reports are waiting; try again in a few seconds', {
        retry_after_s: 5,
      });
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Hands the place to the longest waiting reader, or frees it. */
  leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.taken -= 1;
  }
}

/** Reads of the loader are short, and one process has one loader; the second place is for those who look how far it is. */
const LOADING_PLACES = 2;

/** The places of each purpose. */
export function readPlaces(reports: number): Record<ReadPurpose, ReadPlaces> {
  return { reports: new ReadPlaces(reports), loading: new ReadPlaces(LOADING_PLACES) };
}

/** What a read is told when its time is over. */
export function tooSlow(timeout_ms: number, cause?: unknown): TributaryError {
  return new TributaryError(
    'timeout',
    `the query took longer than ${timeout_ms} ms; ask for a shorter period or fewer groups`,
    { cause, retry_after_s: 5 },
  );
}

/** What a read is told when neither memory nor disk holds what it needs. */
export function tooLarge(cause?: unknown): TributaryError {
  return new TributaryError(
    'unprocessable',
    'the query needs more memory than one may have; ask for a shorter period or fewer groups, or raise memory_limit_bytes',
    { cause },
  );
}
