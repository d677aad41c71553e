/** Records that were accepted and loaded, and where the collector stands, for the metrics. */
import { RECORD_NAMES, type RecordName } from '../domain/index.ts';
import type { CollectorHealth } from '../log/collector.ts';
import { family, type Sample } from './metric-text.ts';

export type RecordCounts = Record<RecordName, number>;

export function renderCollector(
  lines: string[],
  health: CollectorHealth,
  accepted: RecordCounts,
  rejected: RecordCounts,
): void {
  const byRecord = (counts: Partial<Record<RecordName, number>>): Sample[] =>
    RECORD_NAMES.map((record) => [{ record }, counts[record] ?? 0]);
  const { loader } = health;
  family(lines, 'records_accepted_total', 'counter', 'Records that were accepted and are on disk', byRecord(accepted));
  family(lines, 'records_rejected_total', 'counter', 'Records refused with a reason', byRecord(rejected));
  family(
    lines,
    'records_loaded_total',
    'counter',
    'Records that were loaded as rows of the warehouse',
    byRecord(loader.loaded),
  );
  family(lines, 'duplicates_total', 'counter', 'Records with a known id and the same content', [
    [{}, loader.duplicates],
  ]);
  family(
    lines,
    'conflicts_total',
    'counter',
    'Records with a known id and other content',
    health.conflicts.by_brand.map(({ brand_id: brand, record, n }) => [{ brand, record }, n]),
  );
  family(
    lines,
    'events_without_brand_total',
    'counter',
    'Events that named no brand, by what decided it: a rule, or none (default)',
    Object.entries(health.brands_decided).map(([by, n]) => [{ by }, n]),
  );
  family(lines, 'conflicts_last_hour', 'gauge', 'Conflicts of the last hour', [[{}, health.conflicts.last_hour]]);
  family(lines, 'dead_letters_total', 'counter', 'Accepted records that could not be loaded', [
    [{}, loader.dead_letters],
  ]);
  family(lines, 'dead_letters_open', 'gauge', 'Dead letters that have not been tried again', [
    [{}, loader.open_dead_letters],
  ]);
  family(
    lines,
    'suppressed_total',
    'counter',
    'Accepted records that were dropped because their id was deleted before',
    [[{}, loader.suppressed]],
  );
  family(lines, 'quarantined_segments_total', 'counter', 'Spool segments with damaged lines, set aside', [
    [{}, loader.quarantined_segments],
  ]);
  family(lines, 'spool_bytes', 'gauge', 'Bytes in the spool', [[{}, health.spool_bytes]]);
  family(lines, 'spool_torn_bytes', 'gauge', 'Bytes of an unfinished last write that were cut off at the start', [
    [{}, health.torn_bytes],
  ]);
  family(lines, 'lag_records', 'gauge', 'Accepted records that are not loaded yet', [[{}, health.lag_records]]);
  family(lines, 'durable_log_seq', 'gauge', 'Log position up to which records are on disk', [
    [{}, health.durable_log_seq],
  ]);
  family(lines, 'committed_log_seq', 'gauge', 'Log position up to which records are loaded', [
    [{}, loader.committed_log_seq],
  ]);
  family(lines, 'loader_failing', 'gauge', '1 if the last try to load failed, else 0', [
    [{}, loader.last_error === '' ? 0 : 1],
  ]);
  family(lines, 'known_ids_bytes', 'gauge', 'Memory of the filter of known ids, in bytes', [
    [{}, health.known_ids_bytes],
  ]);
}
