/** The loop of every follower: it does a step, then rests. After a failure it rests longer. */
import type { State } from '../state/port.ts';
import type { Warehouse } from '../warehouse/port.ts';
import type { FollowerStatus } from './follower.ts';

/** The context that all followers of a process share. */
export interface FollowerContext {
  warehouse: Warehouse;
  state: State;
  /** Names this process in leases. */
  owner: string;
  clock: () => number;
  /** From 0 to 1, for the jitter of pauses. */
  random: () => number;
  onError: (error: unknown, what: string) => void;
  /** About the most rows of one page. */
  page_rows: number;
  /** The pause between two looks for commits of other processes. */
  poll_ms: number;
  /** How long a lease lasts after its last renewal. It is longer than a transaction may take. */
  lease_ms: number;
  /** The first pause after a failure; each further one is twice as long, up to {@link MAX_BACKOFF_MS}. */
  backoff_ms: number;
}

export const MAX_BACKOFF_MS = 60_000;
/** The longest rest. It is short enough to notice a change of the system clock. */
const MAX_REST_MS = 60_000;

export abstract class FollowerLoop {
  /** True if the loop reads the log, so that a commit may be work for it. */
  abstract readonly reads_log: boolean;
  protected readonly stopped = new AbortController();
  protected lag = { records: 0, since_ms: null as number | null };
  /** The longest pause after a failure. */
  protected max_backoff_ms = MAX_BACKOFF_MS;
  private last_error = '';
  private failures = 0;
  private woken = false;
  private wakeUp: (() => void) | undefined;
  private running: Promise<void> | undefined;

  constructor(
    readonly name: string,
    protected readonly context: FollowerContext,
  ) {}

  /** Does the next piece of work. @returns how long to rest before the next step, in milliseconds. */
  protected abstract step(): Promise<number>;

  /** Releases the lease, where the follower has one. */
  protected async release(): Promise<void> {}

  start(): void {
    this.running ??= this.loop();
  }

  /** Ends the rest early, because there may be new work. */
  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  /** Begins no further step. */
  end(): void {
    this.stopped.abort();
    this.wake();
  }

  /** Ends the loop. Resolves when the current step has ended. */
  async stop(): Promise<void> {
    this.end();
    await this.running;
    await this.release().catch((error) => this.context.onError(error, `follower ${this.name}: end`));
  }

  status(): FollowerStatus {
    const { records, since_ms } = this.lag;
    const lag_s = since_ms === null ? 0 : Math.max(0, (this.context.clock() - since_ms) / 1_000);
    return { name: this.name, lag_records: records, lag_s, last_error: this.last_error };
  }

  protected get stopping(): boolean {
    return this.stopped.signal.aborted;
  }

  private async loop(): Promise<void> {
    while (!this.stopping) {
      this.woken = false;
      let rest_ms: number;
      try {
        rest_ms = await this.step();
        this.failures = 0;
        this.last_error = '';
      } catch (error) {
        if (this.stopping) return;
        rest_ms = this.failed(error);
      }
      // A wake shortens a normal rest, but never the pause after a failure.
      if (rest_ms > 0 && (this.failures > 0 || !this.woken)) await this.rest(rest_ms);
    }
  }

  private failed(error: unknown): number {
    const { backoff_ms, random, onError } = this.context;
    this.last_error = error instanceof Error ? error.message : String(error);
    onError(error, `follower ${this.name}`);
    const pause_ms = Math.min(backoff_ms * 2 ** this.failures, this.max_backoff_ms);
    this.failures += 1;
    return pause_ms * (0.5 + random() / 2);
  }

  private async rest(ms: number): Promise<void> {
    if (this.stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(ms, MAX_REST_MS));
      this.wakeUp = () => {
        if (this.failures > 0 && !this.stopping) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeUp = undefined;
  }
}
