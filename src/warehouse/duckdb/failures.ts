/** What went wrong in the embedded engine, in the product's words: is the query too much, or can the file not be used now? */
import { TributaryError } from '../../domain/errors.ts';
import { RowFault } from '../port.ts';
import { tooLarge } from '../turns.ts';

/** A message begins with what was done or the sort of error; the rest may quote data, so only the beginning decides. */
const BEGINNING = '^(?:[A-Za-z ]+: ){0,2}';
const NO_MEMORY = new RegExp(
  `${BEGINNING}(?:Out of Memory Error|could not allocate|failed to (?:allocate|offload|pin))`,
  'i',
);
const NO_DISK = new RegExp(`${BEGINNING}(?:IO Error|FATAL Error|could not (?:read|write|open))`, 'i');

const RETRY_AFTER_S = 5;

/**
 * The error to throw for what the engine threw. A write that found no memory or no disk says nothing about its rows: they are
 * kept, and written once there is room again. Other errors (bugs, a RowFault) are returned unchanged.
 */
export function explained(cause: unknown, doing: 'read' | 'write'): unknown {
  if (cause instanceof TributaryError || cause instanceof RowFault || !(cause instanceof Error)) return cause;
  const no_memory = NO_MEMORY.test(cause.message);
  if (!no_memory && !NO_DISK.test(cause.message)) return cause;
  if (no_memory && doing === 'read') return tooLarge(cause);
  const what = doing === 'read' ? 'cannot answer now' : 'cannot take rows now';
  const line = cause.message.split('\n')[0]!.trim().slice(0, 300);
  const fix = no_memory
    ? 'raise memory_limit_bytes, or send smaller batches'
    : 'make room on its disk, and check that its folder can be written';
  return new TributaryError('warehouse_unavailable', `the warehouse file ${what} (${line}); ${fix}`, {
    cause,
    retry_after_s: RETRY_AFTER_S,
  });
}
