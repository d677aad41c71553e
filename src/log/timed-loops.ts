/** Followers of the clock: what is done every so often, by one process for all or by each for itself. */
import type { State } from '../state/port.ts';
import type { ProcessTask, TimedFollower } from './follower.ts';
import { type FollowerContext, FollowerLoop, MAX_BACKOFF_MS } from './follower-loop.ts';
import { type Lease, LeaseLost, releaseLease, renewLease, takeLease } from './leases.ts';
import { CURSORS } from './log-loops.ts';

/** What is remembered of a timed follower, in the collection of cursors. */
type Ran = { ran_ms: number };

/** A task that fails pauses for so many of its intervals at most. */
const BACKOFF_RUNS = 10;

export class TimedLoop extends FollowerLoop {
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
      // Another process may have run it since.
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

  /** Milliseconds until it is due; 0 or less when it is. A run that lies in the future was remembered by a clock that was wrong. */
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
    // A renewal that fails is tried again at the next turn; whether the lease is lost, the next transaction finds out.
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
  constructor(
    private readonly task: ProcessTask,
    context: FollowerContext,
  ) {
    super(task.name, context);
    // What is looked after every second shall not wait for a minute once the store is back.
    this.max_backoff_ms = Math.min(MAX_BACKOFF_MS, BACKOFF_RUNS * task.every_ms);
  }

  protected async step(): Promise<number> {
    await this.task.run(this.stopped.signal);
    return this.task.every_ms;
  }
}
