import type { Problem } from './errors.ts';
import type { FlatRecord } from './record.ts';

/** Every event is somebody's: one of `customer_id` and `anonymous_id` has to be there. */
export function who(record: FlatRecord): Problem | undefined {
  if (record['customer_id'] !== undefined || record['anonymous_id'] !== undefined) return undefined;
  return { field: 'customer_id', reason: 'one of customer_id and anonymous_id is needed; send at least one' };
}
