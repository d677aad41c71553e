/** Tries a call again where that can help and does no harm. */
import { TributaryError } from './errors.ts';

/** How often and how patiently a call is tried. */
export interface Patience {
  /** Further tries after the first one. */
  retries: number;
  /** The longest wait before a try, in milliseconds. A server that asks for a longer one is not asked again. */
  max_wait_ms: number;
}

const FIRST_WAIT_MS = 250;

/** A busy server, a proxy without a server behind it, or no answer at all. A budget of noise lasts longer than any wait. */
function mayPass({ status, code }: TributaryError): boolean {
  if (code === 'budget_spent') return false;
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

/** How long to wait before try `n` (1 is the first further one): doubled each time, by chance between half and all of it. */
function waitBefore(n: number, failure: TributaryError, { max_wait_ms }: Patience): number {
  if (failure.retry_after_s !== undefined) return failure.retry_after_s * 1_000;
  return Math.min(max_wait_ms, FIRST_WAIT_MS * 2 ** (n - 1)) * (0.5 + Math.random() / 2);
}

/** @throws the last failure, or the reason of `signal` when it ends the wait. */
export async function attempts<T>(
  attempt: () => Promise<T>,
  patience: Patience,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let n = 1; ; n += 1) {
    try {
      return await attempt();
    } catch (failure) {
      if (!(failure instanceof TributaryError) || !mayPass(failure) || n > patience.retries) throw failure;
      const wait_ms = waitBefore(n, failure, patience);
      if (wait_ms > patience.max_wait_ms) throw failure;
      await pause(wait_ms, signal);
    }
  }
}

function pause(wait_ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, wait_ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
