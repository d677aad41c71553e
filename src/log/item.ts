/** A record on its way from the spool to the warehouse. */
import type { RecordName } from '../domain/index.ts';
import type { FlatRecord } from '../domain/record.ts';
import type { Cell } from '../warehouse/schema.ts';

/** Computes the columns that enrichment adds to a record; pure. */
export type Enrich = (record: RecordName, item: FlatRecord) => Record<string, Cell>;

/** One record at its log position. */
export interface Item {
  readonly record: RecordName;
  readonly item: FlatRecord;
  /** 16 hex digits: see `keepRecord`. */
  readonly content_hash: string;
  readonly log_seq: number;
  readonly received_at: number;
}
