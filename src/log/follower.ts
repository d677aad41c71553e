/** What a follower is: something that is done again and again, after the log or after the clock, by one process at a time. */
import type { RecordName } from '../domain/index.ts';
import type { StateTransaction } from '../state/port.ts';
import type { Position } from '../warehouse/position.ts';
import type { Row } from '../warehouse/schema.ts';

/** Tables whose rows have a log position of their own. */
export type FollowedTable = RecordName | 'reclassifications';

/** One row of the log. Instants are numbers of milliseconds; other cells are as the warehouse gives them. */
export interface LogRow {
  table: FollowedTable;
  collector_id: string;
  log_seq: number;
  row: Row;
}

interface LogReader {
  /** Names cursor, lease and metrics; lower-case letters, digits and `_`. It stays for as long as the cursor shall stay. */
  name: string;
  tables: readonly FollowedTable[];
}

/**
 * Reads the log behind a durable cursor: of each collector every committed row once, in the order of positions, in pages of
 * bounded size. One process at a time does, under a lease.
 */
export interface LogFollower extends LogReader {
  scope?: 'shared';
  /**
   * Takes a page. What it writes with `state` and the move of the cursor to `upto` are one transaction: all of it is kept, or
   * nothing, and then the same rows come again. So its effect on state is exactly once; an effect anywhere else may be repeated.
   * It may also be called again with the same rows because the store asks for it. It has
   * {@link import('../state/port.ts').TRANSACTION_TIMEOUT_MS}. On ClickHouse an id that was sent to two collectors may come
   * once from each.
   */
  handle(rows: readonly LogRow[], upto: Position, state: StateTransaction): Promise<void>;
}

/** Reads the log for this process alone, from its beginning at each start: its cursor is in memory. */
export interface ProcessFollower extends LogReader {
  scope: 'process';
  /** Takes a page, which may hold no rows: `upto` tells how far the log is read. A page that fails comes again. */
  handle(rows: readonly LogRow[], upto: Position): Promise<void>;
}

/** Transactions that succeed only while this process has the lease. */
export interface Fenced {
  /** @throws LeaseLost when another process has taken the work over; then nothing is written. */
  transaction<T>(work: (state: StateTransaction) => Promise<T>): Promise<T>;
}

/** Runs every so often, in one process at a time. When it ran last is remembered in state. */
export interface TimedFollower {
  name: string;
  tables: readonly [];
  every_ms: number;
  scope?: 'shared';
  /**
   * May take long, as the lease is renewed meanwhile. It throws soon after `signal` is aborted: a run that returns counts as
   * done. What it changes in state goes through `state`.
   */
  run(state: Fenced, signal: AbortSignal): Promise<void>;
}

/** Runs every so often in every process. */
export interface ProcessTask {
  name: string;
  tables: readonly [];
  every_ms: number;
  scope: 'process';
  run(signal: AbortSignal): Promise<void>;
}

export type Follower = LogFollower | ProcessFollower | TimedFollower | ProcessTask;

/** How a follower is doing, as far as this process knows. */
export interface FollowerStatus {
  name: string;
  /** Log positions that are committed and not yet handled. */
  lag_records: number;
  /** How long the oldest of them has waited, or how long a run is overdue. */
  lag_s: number;
  /** The last failure, in words; empty when the last try succeeded. Not for everybody's eyes. */
  last_error: string;
}
