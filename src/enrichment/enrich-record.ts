/** Enrichment by the kind of a record: what the loader adds to each before its derived columns are filled. */
import type { RecordName } from '../domain/index.ts';
import type { FlatRecord, Value } from '../domain/record.ts';
import { type EnrichOptions, enrichTouchpoint } from './enrich.ts';

type Enrichment = (item: FlatRecord, options: EnrichOptions) => Record<string, Value>;

/** Kinds that are not here are stored as they came. */
const ENRICHMENTS: Partial<Record<RecordName, Enrichment>> = {
  touchpoints: (item, options) => ({ ...enrichTouchpoint(item, options) }),
};

/** The columns that enrichment fills or changes, for one record. Pure: production and tests run the same. */
export function enrichRecord(record: RecordName, item: FlatRecord, options: EnrichOptions): Record<string, Value> {
  return ENRICHMENTS[record]?.(item, options) ?? {};
}
