/** The loop that every follower runs in: a step, a rest, and after a failure a longer rest. */
import type { State } from '../state/port.ts';
import type { Warehouse } from '../warehouse/port.ts';
import type { FollowerStatus } from './follower.ts';

/** What all followers of a process share. */
export interface FollowerContext {
  warehouse: Warehouse;
  state: State;
  /** Names this process in leases. */
  owner: string;
  clock: () => number;
  /** From 0 to 1, for the jitter of pauses. */
  random: () => number;
  onError: (error: unknown, what: string) => void;
  /** Rows of a page at most, about. */
  page_rows: number;
  /** How often to look for what other processes have committed. */
  poll_ms: number;
  /** How long a lease lasts after it was last renewed; longer than a transaction may take. */
  lease_ms: number;
  /** The first pause after a failure; each further one is twice as long, up to {@link MAX_BACKOFF_MS}. */
  backoff_ms: number;
}

export const MAX_BACKOFF_MS = 60_000;
/** The longest rest, so that a clock that was set is noticed. */
const MAX_REST_MS = 60_000;

export abstract class FollowerLoop {
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

  /** Does what there is to do. @returns how long to rest before the next step, in milliseconds. */
  protected abstract step(): Promise<number>;

  /** Gives back what it holds. */
  protected async release(): Promise<void> {}

  start(): void {
    this.running ??= this.loop();
  }

  /** There may be something to do. */
  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  /** Begins nothing new. */
  end(): void {
    this.stopped.abort();
    this.wake();
  }

  /** Resolves when the step under way has ended. */
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
      // After a failure nothing shortens the pause.
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
