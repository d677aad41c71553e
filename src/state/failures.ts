/** The failures of a store, the same for every engine. */
import { TributaryError } from '../domain/errors.ts';
import { TRANSACTION_TIMEOUT_MS } from './port.ts';

/** The codes of SQLite for a file that it did not write, or that was damaged since. */
const CORRUPT = ['SQLITE_NOTADB', 'SQLITE_CORRUPT'];

/** An engine's failure as `state_unavailable`. A TributaryError is returned unchanged. */
export function unavailable(what: string, cause: unknown): TributaryError {
  if (cause instanceof TributaryError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  if (CORRUPT.includes((cause as { code?: string }).code ?? '')) return corrupt(what, cause);
  return new TributaryError('state_unavailable', `state: ${what}: ${why}; nothing was changed, try again`, {
    cause,
    retry_after_s: 5,
  });
}

/** The failure of a store that does not hold what was written to it. */
export function corrupt(what: string, cause: unknown): TributaryError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TributaryError(
    'state_unavailable',
    `state: ${what}: the file is corrupt (${why}); put a copy in its place, or move it away: then new keys are made, and background work begins anew`,
    { cause },
  );
}

export function stateClosed(): TributaryError {
  return new TributaryError('shutting_down', 'state: the store is closed; the program is shutting down');
}

/** Limits the time of a transaction, because other transactions wait for it. @throws state_unavailable when it takes longer. */
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
    // The work may fail later. Its caller has its answer already, so that failure is ignored.
    work.catch(() => undefined);
  }
}
