/** Enrichment by the kind of a record. The loader runs it before it fills the derived columns. */
import type { RecordName } from '../domain/index.ts';
import type { FlatRecord, Value } from '../domain/record.ts';
import { type EnrichOptions, enrichTouchpoint } from './enrich.ts';

type Enrichment = (item: FlatRecord, options: EnrichOptions) => Record<string, Value>;

/** Other kinds are stored as they were sent. */
const ENRICHMENTS: Partial<Record<RecordName, Enrichment>> = { touchpoints: enrichTouchpoint };

/** The columns that enrichment fills or changes, for one record. Pure: production and tests run the same. */
export function enrichRecord(record: RecordName, item: FlatRecord, options: EnrichOptions): Record<string, Value> {
  return ENRICHMENTS[record]?.(item, options) ?? {};
}

/** The same with options that stay. */
export const enriching =
  (options: EnrichOptions) =>
  (record: RecordName, item: FlatRecord): Record<string, Value> =>
    enrichRecord(record, item, options);
