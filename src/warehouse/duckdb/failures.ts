/** Translates the failures of DuckDB: the query is too large, or the file cannot be used now. */
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

const RETRY_AFTER_S = 5;

/**
 * Translates an error of the engine. If a write fails for lack of memory or disk, its rows are not at fault: they are kept and
 * written later. Other errors (bugs, a RowFault) are returned unchanged.
 */
export function explained(cause: unknown, doing: 'read' | 'write'): unknown {
  if (cause instanceof TributaryError || cause instanceof RowFault || !(cause instanceof Error)) return cause;
  const no_memory = NO_MEMORY.test(cause.message);
  if (!no_memory && !NO_DISK.test(cause.message)) return cause;
  if (no_memory && doing === 'read') return tooLarge(cause);
  return unavailable(cause, doing, no_memory ? 'raise memory_limit_bytes, or send smaller batches' : FREE_DISK);
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
