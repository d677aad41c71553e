/** The loops of followers that run at an interval: in one process at a time, or in every process. */
import type { State } from '../state/port.ts';
import type { ProcessTask, TimedFollower } from './follower.ts';
import { type FollowerContext, FollowerLoop, MAX_BACKOFF_MS } from './follower-loop.ts';
import { type Lease, LeaseLost, releaseLease, renewLease, takeLease } from './leases.ts';
import { CURSORS } from './log-loops.ts';

/** The entry of a timed follower in the collection of cursors: the start of its last run. */
type Ran = { ran_ms: number };

/** After a failure, a task pauses for at most this many of its intervals. */
const BACKOFF_RUNS = 10;

export class TimedLoop extends FollowerLoop {
  readonly reads_log = false;
  constructor(
    private readonly follower: TimedFollower,
    context: FollowerContext,
  ) {
    super(follower.name, context);
  }

  protected async step(): Promise<number> {
    const { state, clock, owner, lease_ms, poll_ms } = this.context;
    const due_in_ms = this.dueIn(await state.get<Ran>(CURSORS, this.name));
    if (due_in_ms > 0) return due_in_ms;
    const taken = await state.transaction(async (transaction) => {
      // Another process may have run it after the first look.
      if (this.dueIn(await transaction.get<Ran>(CURSORS, this.name)) > 0) return undefined;
      return takeLease(transaction, { name: this.name, owner, now_ms: clock(), lease_ms });
    });
    if (taken === undefined) return 0;
    if (!('lease' in taken)) return Math.max(1, Math.min(taken.until_ms - clock(), poll_ms));
    try {
      await this.runUnder(taken.lease);
    } finally {
      await releaseLease(state, taken.lease);
    }
    this.lag = { records: 0, since_ms: null };
    return this.follower.every_ms;
  }

  /**
   * Milliseconds until the next run; 0 or less when it is due. A last run in the future was written by a wrong clock and is
   * ignored.
   */
  private dueIn(ran: Ran | undefined): number {
    const now_ms = this.context.clock();
    if (ran === undefined || ran.ran_ms > now_ms) return 0;
    const due_ms = ran.ran_ms + this.follower.every_ms;
    this.lag = { records: 0, since_ms: due_ms < now_ms ? due_ms : null };
    return due_ms - now_ms;
  }

  private async runUnder(lease: Lease): Promise<void> {
    const { state, clock, lease_ms } = this.context;
    const started_ms = clock();
    const lost = new AbortController();
    const signal = AbortSignal.any([this.stopped.signal, lost.signal]);
    const fenced: State['transaction'] = (work) =>
      state.transaction(async (transaction) => {
        await renewLease(transaction, lease, clock() + lease_ms);
        return work(transaction);
      });
    // A renewal that fails is tried again at the next interval. If the lease is lost, the next transaction throws.
    const renewal = setInterval(() => {
      fenced(async () => undefined).catch((error) => {
        if (error instanceof LeaseLost) lost.abort(error);
      });
    }, lease_ms / 3);
    try {
      await this.follower.run({ transaction: fenced }, signal);
      await fenced((transaction) => transaction.put(CURSORS, this.name, { ran_ms: started_ms }));
    } finally {
      clearInterval(renewal);
    }
  }
}

export class TaskLoop extends FollowerLoop {
  readonly reads_log = false;
  constructor(
    private readonly task: ProcessTask,
    context: FollowerContext,
  ) {
    super(task.name, context);
    // A task that runs every second should not wait a minute after the store is back.
    this.max_backoff_ms = Math.min(MAX_BACKOFF_MS, BACKOFF_RUNS * task.every_ms);
  }

  protected async step(): Promise<number> {
    await this.task.run(this.stopped.signal);
    return this.task.every_ms;
  }
}
