/** From spool entries to rows: enrich, drop known ids, keep conflicts. */
import { type RecordName, recordKind } from '../domain/index.ts';
import type { FlatRecord } from '../domain/record.ts';
import { int64OfHex } from '../domain/subject.ts';
import { type PrivacyOptions, privacyRules } from '../enrichment/private.ts';
import type { Batch, Warehouse } from '../warehouse/port.ts';
import { type Cell, type Row, textColumn } from '../warehouse/schema.ts';
import { cleanRecord, keepRecord, withoutNotes } from './kept-record.ts';
import type { SeenIds } from './seen-ids.ts';
import type { SpoolEntry } from './segment.ts';

/** Adds what enrichment knows; pure. */
export type Enrich = (record: RecordName, item: FlatRecord) => Record<string, Cell>;

/** One record at its log position. */
export interface Item {
  record: RecordName;
  item: FlatRecord;
  /** 16 hex digits: see {@link keepRecord}. */
  content_hash: string;
  log_seq: number;
  received_at: number;
}

export interface BatchCounts {
  loaded: Partial<Record<RecordName, number>>;
  duplicates: number;
  conflicts: number;
}

export interface PreparedBatch {
  batch: Batch;
  counts: BatchCounts;
}

/**
 * The records of an entry after a log position. Those that were cleaned by other rules than today's, or not at all, are cleaned.
 */
export function* itemsOf(entry: SpoolEntry, after_log_seq: number, privacy: PrivacyOptions): Generator<Item> {
  const is_clean = entry.privacy === privacyRules(privacy);
  for (let i = Math.max(0, after_log_seq + 1 - entry.log_seq); i < entry.items.length; i++) {
    const { record, item, content_hash } = entry.items[i]!;
    const place = { log_seq: entry.log_seq + i, received_at: entry.received_at };
    if (content_hash === undefined) {
      const kept = keepRecord(record, item, privacy);
      yield { record, item: kept.item, content_hash: kept.content_hash, ...place };
    } else {
      yield { record, item: is_clean ? item : cleanRecord(record, item, privacy), content_hash, ...place };
    }
  }
}

interface Candidate extends Omit<Item, 'content_hash'> {
  key: string;
  content_hash: bigint;
}

/**
 * Makes the rows of a batch. Of several items with one id the first in log order stays; a repeat with equal content is
 * counted, one with other content becomes a row of `conflicts`.
 */
export async function prepareBatch(
  items: readonly Item[],
  context: { warehouse: Warehouse; seen: SeenIds; enrich: Enrich; collector_id: string; now_ms: number },
): Promise<PreparedBatch> {
  const counts: BatchCounts = { loaded: {}, duplicates: 0, conflicts: 0 };
  const batch: Batch = {};
  const first = new Map<string, Candidate>();
  const repeats: Candidate[] = [];
  const maybe: Candidate[] = [];
  for (const entry of items) {
    const id_field = recordKind(entry.record).id_field;
    const key = `${entry.record}\0${entry.item['brand_id']}\0${entry.item[id_field]}`;
    const candidate: Candidate = { ...entry, key, content_hash: int64OfHex(entry.content_hash) };
    if (first.has(key)) repeats.push(candidate);
    else {
      first.set(key, candidate);
      if (context.seen.add(key)) maybe.push(candidate);
    }
  }
  const known = await lookUp(maybe, context.warehouse);
  const log = { collector_id: context.collector_id, loaded_at: context.now_ms };
  for (const candidate of [...first.values(), ...repeats]) {
    const stored =
      known.get(candidate.key) ??
      (first.get(candidate.key) === candidate ? undefined : first.get(candidate.key)!.content_hash);
    if (stored === undefined) {
      add(batch, candidate.record, toRow(candidate, context));
      counts.loaded[candidate.record] = (counts.loaded[candidate.record] ?? 0) + 1;
    } else if (stored === candidate.content_hash) {
      counts.duplicates += 1;
    } else {
      counts.conflicts += 1;
      add(batch, 'conflicts', conflictRow(candidate, log));
    }
  }
  return { batch, counts };
}

function toRow(candidate: Candidate, context: { enrich: Enrich; collector_id: string; now_ms: number }): Row {
  const { record, item } = candidate;
  const row: Row = Object.assign({}, item, context.enrich(record, item));
  for (const { name, fill } of recordKind(record).derived ?? []) if (fill) row[name] = fill(row);
  row['content_hash'] = candidate.content_hash;
  row['received_at'] = candidate.received_at;
  row['loaded_at'] = context.now_ms;
  row['collector_id'] = context.collector_id;
  row['log_seq'] = candidate.log_seq;
  return row;
}

function conflictRow(candidate: Candidate, log: { collector_id: string; loaded_at: number }): Row {
  const id = candidate.item[recordKind(candidate.record).id_field]!;
  return {
    brand_id: candidate.item['brand_id']!,
    record: candidate.record,
    id,
    payload: JSON.stringify(withoutNotes(candidate.item)),
    received_at: candidate.received_at,
    log_seq: candidate.log_seq,
    ...log,
  };
}

function add(batch: Batch, table: keyof Batch, row: Row): void {
  const rows = batch[table] ?? [];
  batch[table] = rows;
  rows.push(row);
}

/** The content hashes of those candidates that the warehouse holds already. */
async function lookUp(maybe: readonly Candidate[], warehouse: Warehouse): Promise<Map<string, bigint>> {
  const known = new Map<string, bigint>();
  if (maybe.length === 0) return known;
  const by_record = groupByRecord(maybe);
  await warehouse.read(
    async (snapshot) => {
      for (const [record, candidates] of by_record) {
        const { id_field } = recordKind(record);
        await snapshot.relation(
          'wanted',
          [textColumn('brand_id'), textColumn('id')],
          candidates.map(({ item }) => ({ brand_id: item['brand_id']!, id: item[id_field]! })),
        );
        const rows = await snapshot.query(
          `select t.brand_id as brand_id, t.${id_field} as id, t.content_hash as content_hash
         from ${record} t join wanted w on w.brand_id = t.brand_id and w.id = t.${id_field}`,
        );
        for (const row of rows) known.set(`${record}\0${row['brand_id']}\0${row['id']}`, row['content_hash'] as bigint);
      }
    },
    { for: 'loading' },
  );
  return known;
}

function groupByRecord(candidates: readonly Candidate[]): Map<RecordName, Candidate[]> {
  const groups = new Map<RecordName, Candidate[]>();
  for (const candidate of candidates) {
    const group = groups.get(candidate.record) ?? [];
    groups.set(candidate.record, group);
    group.push(candidate);
  }
  return groups;
}
