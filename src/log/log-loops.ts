/** The loops of followers that read the log: in one process at a time, or in every process. */
import type { StateTransaction } from '../state/port.ts';
import type { Position } from '../warehouse/position.ts';
import type { LogFollower, ProcessFollower } from './follower.ts';
import { type FollowerContext, FollowerLoop } from './follower-loop.ts';
import { type Lease, LeaseLost, releaseLease, renewLease, takeLease } from './leases.ts';
import { type LogPage, readPage } from './log-pages.ts';

/** The collection of cursors, by the name of the follower: `{ position: { COLLECTOR: log_seq } }`. */
export const CURSORS = 'cursors';
/** A cursor that passed only rows of other tables is stored at this interval, because reading them again costs little. */
const STORE_EVERY_MS = 10_000;

export class SharedLogLoop extends FollowerLoop {
  readonly reads_log = true;
  private held: { lease: Lease; until_ms: number } | undefined;
  private cursor: Position = new Map();
  private stored_at_ms = 0;

  constructor(
    private readonly follower: LogFollower,
    context: FollowerContext,
  ) {
    super(follower.name, context);
  }

  protected async step(): Promise<number> {
    const { poll_ms, warehouse, page_rows } = this.context;
    if (!this.held) {
      const busy_ms = await this.take();
      if (busy_ms > 0) return busy_ms;
    }
    const page = await readPage(warehouse, this.follower.tables, this.cursor, page_rows);
    this.lag = { records: page.lag_records, since_ms: page.oldest_ms };
    if (page.lag_records === 0) return poll_ms;
    if (page.rows.length > 0 || this.storeIsDue()) await this.handle(page);
    else this.cursor = page.upto;
    if (!page.last || !this.held) return 0;
    this.lag = { records: 0, since_ms: null };
    return poll_ms;
  }

  protected override async release(): Promise<void> {
    if (this.held) await releaseLease(this.context.state, this.held.lease);
    this.held = undefined;
  }

  /** Handles the rows, moves the cursor and checks the lease, in one transaction. */
  private async handle({ rows, upto }: LogPage): Promise<void> {
    const { state, clock, lease_ms } = this.context;
    const { lease, until_ms } = this.held!;
    try {
      // The lease is renewed first, so that no other process takes it while the rows are handled.
      if (clock() > until_ms - lease_ms / 2)
        await state.transaction((transaction) => renewLease(transaction, lease, clock() + lease_ms));
      const renewed_ms = clock() + lease_ms;
      await state.transaction(async (transaction) => {
        await renewLease(transaction, lease, renewed_ms);
        if (rows.length > 0) await this.follower.handle(rows, upto, transaction);
        await transaction.put(CURSORS, this.name, { position: Object.fromEntries(upto) });
      });
      this.held = { lease, until_ms: renewed_ms };
      this.cursor = upto;
      this.stored_at_ms = clock();
    } catch (error) {
      // After any failure, the lease and the cursor are read again.
      this.held = undefined;
      if (!(error instanceof LeaseLost)) throw error;
    }
  }

  /** Takes the lease and reads the cursor. @returns 0, or how long to wait (milliseconds) while another process has the lease. */
  private async take(): Promise<number> {
    const { state, owner, clock, lease_ms, poll_ms } = this.context;
    const now_ms = clock();
    const { taken, cursor } = await state.transaction(async (transaction) => ({
      taken: await takeLease(transaction, { name: this.name, owner, now_ms, lease_ms }),
      cursor: await readCursor(transaction, this.name),
    }));
    this.cursor = cursor;
    if ('lease' in taken) {
      this.held = { lease: taken.lease, until_ms: now_ms + lease_ms };
      return 0;
    }
    const { lag_records, oldest_ms } = await readPage(this.context.warehouse, [], cursor, 1);
    this.lag = { records: lag_records, since_ms: oldest_ms };
    return Math.max(1, Math.min(taken.until_ms - now_ms, poll_ms));
  }

  private storeIsDue(): boolean {
    return this.context.clock() - this.stored_at_ms >= STORE_EVERY_MS;
  }
}

async function readCursor(transaction: StateTransaction, name: string): Promise<Position> {
  const known = await transaction.get<{ position: { [collector_id: string]: number } }>(CURSORS, name);
  return new Map(Object.entries(known?.position ?? {}));
}

export class ProcessLogLoop extends FollowerLoop {
  readonly reads_log = true;
  private cursor: Position = new Map();

  constructor(
    private readonly follower: ProcessFollower,
    context: FollowerContext,
  ) {
    super(follower.name, context);
  }

  protected async step(): Promise<number> {
    const { poll_ms, warehouse, page_rows } = this.context;
    const page = await readPage(warehouse, this.follower.tables, this.cursor, page_rows);
    this.lag = { records: page.lag_records, since_ms: page.oldest_ms };
    if (page.lag_records === 0) return poll_ms;
    await this.follower.handle(page.rows, page.upto);
    this.cursor = page.upto;
    if (!page.last) return 0;
    this.lag = { records: 0, since_ms: null };
    return poll_ms;
  }
}
