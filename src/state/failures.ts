/** How a store fails: in one shape, whatever the engine. */
import { TributaryError } from '../domain/errors.ts';
import { TRANSACTION_TIMEOUT_MS } from './port.ts';

/** An engine's failure as `state_unavailable`; what is a TributaryError stays what it is. */
export function unavailable(what: string, cause: unknown): TributaryError {
  if (cause instanceof TributaryError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TributaryError('state_unavailable', `state: ${what}: ${why}; nothing was changed, try again`, {
    cause,
    retry_after_s: 5,
  });
}

export function stateClosed(): TributaryError {
  return new TributaryError('shutting_down', 'state: the store is closed; the program is shutting down');
}

/** @throws state_unavailable when the work of a transaction takes too long: others wait for it. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const seconds = TRANSACTION_TIMEOUT_MS / 1_000;
      reject(unavailable('the transaction was stopped', new Error(`it took longer than ${seconds} s`)));
    }, TRANSACTION_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // Late work that fails afterwards is nobody's concern any more.
    work.catch(() => undefined);
  }
}
