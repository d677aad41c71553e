/** Reads records as the product does, with the clock and the key of the tests. */
import type { Problem } from '../../src/domain/errors.ts';
import { type RecordName, recordKind } from '../../src/domain/index.ts';
import { type FlatRecord, isProblem, type ReadContext } from '../../src/domain/record.ts';
import { ALL_BRANDS } from './events.ts';
import { NOW_MS } from './time.ts';

export function read(record: RecordName, input: unknown, context: Partial<ReadContext> = {}): FlatRecord | Problem {
  return recordKind(record).read(input, {
    now_ms: NOW_MS,
    ...ALL_BRANDS,
    defaultCurrency: () => 'USD',
    ...context,
  });
}

/** The record, or a failed test. */
export function good(record: RecordName, input: unknown, context: Partial<ReadContext> = {}): FlatRecord {
  const item = read(record, input, context);
  if (isProblem(item)) throw new Error(`${record} refused: ${item.field} ${item.reason}, in ${JSON.stringify(input)}`);
  return item;
}

/** The refusal as one sentence, or what was read instead. */
export function refusal(record: RecordName, input: unknown, context: Partial<ReadContext> = {}): string {
  const item = read(record, input, context);
  return isProblem(item) ? `${item.field} ${item.reason}` : `accepted: ${JSON.stringify(item)}`;
}
