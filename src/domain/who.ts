import type { Problem } from './errors.ts';
import type { FlatRecord } from './record.ts';

/** Checks that an event names a person by `customer_id`, `anonymous_id` or both. */
export function subjectProblem(record: FlatRecord): Problem | undefined {
  if (record['customer_id'] !== undefined || record['anonymous_id'] !== undefined) return undefined;
  return { field: 'customer_id', reason: 'one of customer_id and anonymous_id is needed; send at least one' };
}

/** Checks that an email event names its recipient by `customer_id` or `email`. */
export function recipientProblem(record: FlatRecord): Problem | undefined {
  if (record['customer_id'] !== undefined) return undefined;
  return { field: 'customer_id', reason: 'one of customer_id and email is needed; send at least one' };
}
