/** What the loader needs, and what it tells. */
import type { RecordName } from '../domain/index.ts';
import type { Warehouse } from '../warehouse/port.ts';
import type { BatchCounts } from './batch.ts';
import type { CommitClock } from './commit-clock.ts';
import type { Preparer } from './preparing/preparer.ts';
import type { SeenIds } from './seen-ids.ts';
import type { Spool } from './spool.ts';

export interface LoaderStats {
  committed_log_seq: number;
  loaded: Partial<Record<RecordName, number>>;
  duplicates: number;
  conflicts: number;
  /** Records that were dropped because they or their subjects are suppressed. */
  suppressed: number;
  dead_letters: number;
  /** Dead letters that are not replayed yet: those found at the start, and those of this process. */
  open_dead_letters: number;
  quarantined_segments: number;
  /** The message of the last failure to load; empty when the last try succeeded. */
  last_error: string;
}

/** The stats of a loader that begins. */
export function newStats(recalled: Recalled | undefined): LoaderStats {
  return {
    committed_log_seq: recalled?.committed_log_seq ?? 0,
    loaded: {},
    duplicates: 0,
    conflicts: 0,
    suppressed: 0,
    dead_letters: 0,
    open_dead_letters: recalled?.open_dead_letters ?? 0,
    quarantined_segments: 0,
    last_error: '',
  };
}

/** Adds what a batch that is committed counts. */
export function addCounts(stats: LoaderStats, { loaded, duplicates, conflicts }: BatchCounts): void {
  for (const [name, n] of Object.entries(loaded) as Array<[RecordName, number]>)
    stats.loaded[name] = (stats.loaded[name] ?? 0) + n;
  stats.duplicates += duplicates;
  stats.conflicts += conflicts.length;
}

/** What the loader reads from the warehouse before it can load. */
export interface Recalled {
  committed_log_seq: number;
  commit_clock: CommitClock;
  seen: SeenIds;
  /** The position that the saved filter covers. */
  saved_log_seq: number;
  open_dead_letters: number;
}

export interface LoaderOptions {
  spool: Spool;
  warehouse: Warehouse;
  preparer: Preparer;
  collector_id: string;
  /** Undefined when the warehouse did not answer at the start. Then `recall` is called until it succeeds. */
  recalled: Recalled | undefined;
  recall: () => Promise<Recalled>;
  batch_records: number;
  /** True when no client waits for an answer, as in an import. Then the loader never rests for requests. */
  serves_nobody?: boolean;
  interval_ms?: number;
  clock?: () => number;
  onError?: (error: unknown, what: string) => void;
  /** Called after each commit with the new position. */
  onCommit?: (log_seq: number) => void;
}
