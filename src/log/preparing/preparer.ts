/**
 * Makes batches of the records in the spool: it reads them, drops those that are suppressed, finds the known ones and makes rows of
 * the others. The loader then gives the batches to the warehouse. A server does this in a thread of its own (`thread.ts`).
 */
import type { Batch, WrittenRows } from '../../warehouse/port.ts';
import type { BatchCounts, Item } from '../batch.ts';
import type { SeenIds } from '../seen-ids.ts';

/** Records that were read together, in log order. */
export interface Portion {
  /** How many were read, also those that are suppressed. */
  records: number;
  /** The position of the last of them. */
  last_log_seq: number;
  /** How many are not suppressed. */
  wanted: number;
}

/** Wanted records of a portion: those from an index to before another one. */
export interface Range {
  from: number;
  to: number;
}

export interface Preparation {
  seen: SeenIds;
  now_ms: number;
  /** Called before the warehouse is asked for known records. */
  beforeLookUp: () => Promise<void>;
}

/** A batch, in rows or as text that an engine reads. */
export interface Prepared {
  batch: Batch;
  written: readonly WrittenRows[];
  counts: BatchCounts;
}

export interface Preparer {
  /** True if it works in a thread of its own, and holds up no request. */
  readonly in_thread: boolean;
  /** Reads the records after a position: at most one batch, and the rest of its last envelope. The portion before is forgotten. */
  read(after_log_seq: number, batch_records: number): Promise<Portion>;
  /** Makes the batch of some records of the portion. @throws RowFault where it checks the rows. */
  prepare(range: Range, preparation: Preparation): Promise<Prepared>;
  /** A wanted record of the portion. */
  item(index: number): Promise<Item>;
  /**
   * Quarantines segments with damaged lines that are read to their end. @returns their names. Call it when all that was read is
   * committed.
   */
  setDamagedAside(): Promise<string[]>;
  /** Saves the filter of known ids. */
  save(seen: SeenIds, path: string, log_seq: number): Promise<void>;
  /** Forgets what was read. The next read begins with the oldest segment. */
  restart(): Promise<void>;
  close(): Promise<void>;
}
