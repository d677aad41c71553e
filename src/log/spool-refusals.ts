/** Why the spool takes no envelope now. Nothing of it was accepted, and its sender may send it again. */
import { TributaryError } from '../domain/errors.ts';

export function shuttingDown(): TributaryError {
  return new TributaryError('shutting_down', 'the server is shutting down; send again in a moment', {
    retry_after_s: 5,
  });
}

export function spoolFull(): TributaryError {
  return new TributaryError(
    'spool_full',
    'the spool is full because loading into the warehouse is behind; nothing was accepted, send again later',
    { retry_after_s: 10 },
  );
}

export function spoolUnwritable(cause: unknown): TributaryError {
  return new TributaryError(
    'spool_unwritable',
    'the spool cannot be written; nothing was accepted; check the disk of the data folder, and send again later',
    { cause, retry_after_s: 10 },
  );
}
