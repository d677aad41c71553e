/** The kinds of follower: background work that reads the log in order, or that runs at an interval. */
import type { RecordName } from '../domain/index.ts';
import type { StateTransaction } from '../state/port.ts';
import type { Position } from '../warehouse/position.ts';
import type { Row } from '../warehouse/schema.ts';

/** Tables whose rows have a log position of their own. */
export type FollowedTable = RecordName | 'reclassifications';

/** One row of the log. Instants are milliseconds; other cells are as the warehouse returns them. */
export interface LogRow {
  table: FollowedTable;
  collector_id: string;
  log_seq: number;
  row: Row;
}

interface LogReader {
  /** The name of cursor, lease and metrics: lower-case letters, digits and `_`. Another name begins with a new cursor. */
  name: string;
  tables: readonly FollowedTable[];
}

/**
 * Reads the log behind a durable cursor, in one process at a time (which has a lease). It gets every committed row of each
 * collector once, in the order of positions, in pages of bounded size.
 */
export interface LogFollower extends LogReader {
  scope?: 'shared';
  /**
   * Handles a page. Its writes through `state` and the move of the cursor to `upto` are one transaction. If the transaction
   * fails, nothing is written and the same rows come again. So its effect on state happens exactly once; an effect anywhere else
   * may be repeated. The store may also ask to run the transaction again, with the same rows. The time limit is {@link
   * import('../state/port.ts').TRANSACTION_TIMEOUT_MS}. On ClickHouse an id that was sent to two collectors may come once from
   * each.
   */
  handle(rows: readonly LogRow[], upto: Position, state: StateTransaction): Promise<void>;
}

/** Reads the log in every process, from the beginning of the log at each start. Its cursor is in memory. */
export interface ProcessFollower extends LogReader {
  scope: 'process';
  /** Handles a page, which may hold no rows. The log is read up to `upto`. If it throws, the page comes again. */
  handle(rows: readonly LogRow[], upto: Position): Promise<void>;
}

/** Transactions that fail when this process has lost the lease. */
export interface Fenced {
  /** @throws LeaseLost when another process has the lease; then nothing is written. */
  transaction<T>(work: (state: StateTransaction) => Promise<T>): Promise<T>;
}

/** Runs at an interval, in one process at a time. State holds the time of the last run. */
export interface TimedFollower {
  name: string;
  every_ms: number;
  scope?: 'shared';
  /**
   * May take long, because the lease is renewed while it runs. It must throw soon after `signal` is aborted, because a run that
   * returns counts as done. It writes to state only through `state`.
   */
  run(state: Fenced, signal: AbortSignal): Promise<void>;
}

/** Runs at an interval in every process. */
export interface ProcessTask {
  name: string;
  every_ms: number;
  scope: 'process';
  run(signal: AbortSignal): Promise<void>;
}

export type Follower = LogFollower | ProcessFollower | TimedFollower | ProcessTask;

/** The status of a follower, as far as this process knows. */
export interface FollowerStatus {
  name: string;
  /** The number of log positions that are committed and not yet handled. */
  lag_records: number;
  /** How long the oldest of them has waited, or how long a run is overdue, in seconds. */
  lag_s: number;
  /**
   * The message of the last failure; empty when the last try succeeded. It may hold internal details, so show it to admins only.
   */
  last_error: string;
}
