/** Translates the failures of DuckDB: the query is too large, the file cannot be used now, or it is corrupt. */
import { TributaryError } from '../../domain/errors.ts';
import { RowFault } from '../port.ts';
import { firstLine, tooLarge } from '../turns.ts';

/** The patterns match only the beginning of a message, which names the kind of error. The rest may quote data. */
const BEGINNING = '^(?:[A-Za-z ]+: ){0,2}';
const NO_MEMORY = new RegExp(
  `${BEGINNING}(?:Out of Memory Error|could not allocate|failed to (?:allocate|offload|pin))`,
  'i',
);
const NO_DISK = new RegExp(`${BEGINNING}(?:IO Error|FATAL Error|could not (?:read|write|open))`, 'i');

/** What DuckDB says of a file that is not what it wrote, or of its write-ahead file. */
const CORRUPT = new RegExp(
  `${BEGINNING}(?:The file ".*" exists, but it is not a valid DuckDB database file|Corrupt (?:database|WAL) file|Could not read enough bytes from file|Failure while replaying WAL file|Failed to deserialize|Serialization Error)`,
  's',
);
const HELD = /^IO Error: Could not set lock on file/;
/** The process that holds the lock. It stands after the path, which may look like anything. */
const HOLDER = /: Conflicting lock is held in [^\n]* \(PID (\d+)\)[^\n]*$/m;

const RETRY_AFTER_S = 5;

/**
 * Translates an error of the engine. If a write fails for lack of memory or disk, its rows are not at fault: they are kept and
 * written later. Other errors (bugs, a RowFault) are returned unchanged.
 */
export function explained(cause: unknown, doing: 'read' | 'write'): unknown {
  if (cause instanceof TributaryError || cause instanceof RowFault || !(cause instanceof Error)) return cause;
  if (CORRUPT.test(cause.message)) return corrupt('the warehouse file', cause);
  const no_memory = NO_MEMORY.test(cause.message);
  if (!no_memory && !NO_DISK.test(cause.message)) return cause;
  if (no_memory && doing === 'read') return tooLarge(cause);
  return unavailable(cause, doing, no_memory ? 'raise memory_limit_bytes, or send smaller batches' : FREE_DISK);
}

/** Translates the failure to open a file. */
export function unopened(path: string, cause: unknown): TributaryError {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof Error && CORRUPT.test(message)) return corrupt(path, cause);
  const holder = HOLDER.exec(message)?.[1];
  const reason = HELD.test(message)
    ? `another process has it open${holder === undefined ? '' : ` (pid ${holder})`}; stop it, or send commands through the running server`
    : message;
  return new TributaryError('warehouse_unavailable', `cannot open ${path}: ${reason}`, { cause });
}

/** Trying again does not help, so there is no `retry_after_s`. */
function corrupt(what: string, cause: Error): TributaryError {
  return new TributaryError(
    'warehouse_unavailable',
    `${what} is corrupt (${firstLine(cause.message)}); keep it, and restore a backup into a new data folder`,
    { cause },
  );
}

const FREE_DISK = 'free space on its disk, and check that its folder can be written';

/** The error for a file that cannot be used now. */
export function unavailable(cause: Error, doing: 'read' | 'write', fix = FREE_DISK): TributaryError {
  const what = doing === 'read' ? 'cannot answer now' : 'cannot take rows now';
  return new TributaryError(
    'warehouse_unavailable',
    `the warehouse file ${what} (${firstLine(cause.message)}); ${fix}`,
    { cause, retry_after_s: RETRY_AFTER_S },
  );
}
