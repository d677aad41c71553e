/** Ends the work of one request when its client is gone and no other request waits for the result. */
import { cancelled } from '../warehouse/turns.ts';

export class Cancellation {
  private readonly controller = new AbortController();
  private is_left = false;
  private holds = 0;

  /** Aborted when nobody waits for the result any more. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The client is gone. */
  leave(): void {
    this.is_left = true;
    this.settle();
  }

  /** Another request waits for the result. Call the returned function once, when it no longer waits. */
  hold(): () => void {
    this.holds += 1;
    return () => {
      this.holds -= 1;
      this.settle();
    };
  }

  private settle(): void {
    if (this.is_left && this.holds === 0) this.controller.abort(cancelled());
  }
}

/** The outcome of `work`, or the reason of the signal if that comes first. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
