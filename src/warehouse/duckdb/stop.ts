/** Stops one read: at its deadline, or when nobody waits for its answer. */
import type { TributaryError } from '../../domain/errors.ts';
import { cancelled, tooSlow } from '../turns.ts';

/**
 * A statement begins with a fresh flag, so an interruption just before its beginning is lost. Therefore a stopped read is
 * interrupted again and again until it ends.
 */
const AGAIN_MS = 50;

export class Stop {
  /** Set once the read is stopped. */
  error: TributaryError | undefined;
  private readonly timer: NodeJS.Timeout;
  private repeated: NodeJS.Timeout | undefined;
  private readonly onAbort = (): void => this.now(cancelled(this.signal?.reason));

  constructor(
    private readonly interrupt: () => void,
    timeout_ms: number,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.timer = setTimeout(() => this.now(tooSlow(timeout_ms)), timeout_ms);
    if (signal?.aborted) this.onAbort();
    else signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /** @throws the error of the read if it is stopped. */
  check(): void {
    if (this.error) throw this.error;
  }

  /** Call it when the read has ended. */
  end(): void {
    clearTimeout(this.timer);
    clearInterval(this.repeated);
    this.signal?.removeEventListener('abort', this.onAbort);
  }

  private now(error: TributaryError): void {
    if (this.error) return;
    this.error = error;
    this.interrupt();
    this.repeated = setInterval(this.interrupt, AGAIN_MS);
  }
}
