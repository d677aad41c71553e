/** The followers of a process. Each runs in its own loop, so that a slow or failing follower delays no other. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { TRANSACTION_TIMEOUT_MS } from '../state/port.ts';
import type { Follower, FollowerStatus } from './follower.ts';
import type { FollowerContext, FollowerLoop } from './follower-loop.ts';
import { ProcessLogLoop, SharedLogLoop } from './log-loops.ts';
import { TaskLoop, TimedLoop } from './timed-loops.ts';

export type FollowersOptions = Pick<FollowerContext, 'warehouse' | 'state'> & Partial<FollowerContext>;

export class Followers {
  private readonly loops: FollowerLoop[] = [];
  private readonly context: FollowerContext;
  private started = false;

  constructor(options: FollowersOptions) {
    this.context = {
      owner: randomUUID(),
      clock: Date.now,
      random: Math.random,
      onError: () => undefined,
      page_rows: 5_000,
      poll_ms: 2_000,
      lease_ms: 2 * TRANSACTION_TIMEOUT_MS,
      backoff_ms: 1_000,
      ...options,
    };
  }

  /** Adds a follower. It starts at once if the others are started. */
  add(follower: Follower): void {
    assert(/^[a-z][a-z0-9_]{0,59}$/.test(follower.name), 'the name of a follower is lower-case letters, digits and _');
    assert(!this.loops.some(({ name }) => name === follower.name), `two followers have the name ${follower.name}`);
    const loop = makeLoop(follower, this.context);
    this.loops.push(loop);
    if (this.started) loop.start();
  }

  /** True if they were started. */
  get running(): boolean {
    return this.started;
  }

  start(): void {
    this.started = true;
    for (const loop of this.loops) loop.start();
  }

  /** Wakes the loops that read the log, after a commit. */
  wake(): void {
    for (const loop of this.loops) if (loop.reads_log) loop.wake();
  }

  /** The status of each follower, by name. */
  status(): FollowerStatus[] {
    return this.loops.map((loop) => loop.status()).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Begins no further step. */
  end(): void {
    for (const loop of this.loops) loop.end();
  }

  /** Ends the loops, each after its current page or as soon as it can, and releases the leases. */
  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }
}

function makeLoop(follower: Follower, context: FollowerContext): FollowerLoop {
  if ('every_ms' in follower)
    return follower.scope === 'process' ? new TaskLoop(follower, context) : new TimedLoop(follower, context);
  return follower.scope === 'process' ? new ProcessLogLoop(follower, context) : new SharedLogLoop(follower, context);
}
