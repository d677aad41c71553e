/** Makes rows from spool entries: enriches records, drops known ids, keeps conflicts. */
import { type RecordName, recordKind } from '../domain/index.ts';
import type { FlatRecord, Value } from '../domain/record.ts';
import { int64OfHex } from '../domain/subject.ts';
import { type PrivacyOptions, privacyRules } from '../enrichment/private.ts';
import type { Batch, Warehouse } from '../warehouse/port.ts';
import { type Cell, type Row, textColumn } from '../warehouse/schema.ts';
import { cleanRecord, keepRecord, withoutNotes } from './kept-record.ts';
import type { SeenIds } from './seen-ids.ts';
import type { SpoolEntry } from './segment.ts';
import { WorkTurns } from './work-turns.ts';

/** Computes the columns that enrichment adds to a record; pure. */
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
 * The records of an entry after a log position. A record that was not cleaned by today's privacy rules is cleaned here.
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

/** An item with its key, which names kind, brand and id. */
interface KeyedItem extends Omit<Item, 'content_hash'> {
  key: string;
  content_hash: bigint;
}

/**
 * Makes the rows of a batch. Of several items with one id the first in log order counts. A repeat with equal content is
 * counted as a duplicate; a repeat with other content becomes a row of `conflicts`.
 */
export async function prepareBatch(
  items: readonly Item[],
  context: { warehouse: Warehouse; seen: SeenIds; enrich: Enrich; collector_id: string; now_ms: number },
): Promise<PreparedBatch> {
  const counts: BatchCounts = { loaded: {}, duplicates: 0, conflicts: 0 };
  const batch: Batch = {};
  const first = new Map<string, KeyedItem>();
  const repeats: KeyedItem[] = [];
  const maybe: KeyedItem[] = [];
  const turns = new WorkTurns();
  for (const entry of items) {
    if (turns.ends()) await turns.next();
    const id_field = recordKind(entry.record).id_field;
    const key = `${entry.record}\0${entry.item['brand_id']}\0${entry.item[id_field]}`;
    const keyed: KeyedItem = { ...entry, key, content_hash: int64OfHex(entry.content_hash) };
    if (first.has(key)) repeats.push(keyed);
    else {
      first.set(key, keyed);
      if (context.seen.add(key) || hasMark(entry.item[id_field])) maybe.push(keyed);
    }
  }
  const known = await lookUp(maybe, context.warehouse);
  const log = { collector_id: context.collector_id, loaded_at: context.now_ms };
  for (const keyed of [...first.values(), ...repeats]) {
    if (turns.ends()) await turns.next();
    const stored =
      known.get(keyed.key) ?? (first.get(keyed.key) === keyed ? undefined : first.get(keyed.key)!.content_hash);
    if (stored === undefined) {
      add(batch, keyed.record, toRow(keyed, context));
      counts.loaded[keyed.record] = (counts.loaded[keyed.record] ?? 0) + 1;
    } else if (stored === keyed.content_hash) {
      counts.duplicates += 1;
    } else {
      counts.conflicts += 1;
      add(batch, 'conflicts', conflictRow(keyed, log));
    }
  }
  return { batch, counts };
}

/** True for an id that begins with U+FEFF. A filter that an earlier version rebuilt from the log has it without that character. */
function hasMark(id: Value | undefined): boolean {
  return typeof id === 'string' && id.charCodeAt(0) === 0xfeff;
}

function toRow(keyed: KeyedItem, context: { enrich: Enrich; collector_id: string; now_ms: number }): Row {
  const { record, item } = keyed;
  const row: Row = Object.assign({}, item, context.enrich(record, item));
  for (const { name, fill } of recordKind(record).derived ?? []) if (fill) row[name] = fill(row);
  row['content_hash'] = keyed.content_hash;
  row['received_at'] = keyed.received_at;
  row['loaded_at'] = context.now_ms;
  row['collector_id'] = context.collector_id;
  row['log_seq'] = keyed.log_seq;
  return row;
}

function conflictRow(keyed: KeyedItem, log: { collector_id: string; loaded_at: number }): Row {
  const id = keyed.item[recordKind(keyed.record).id_field]!;
  return {
    brand_id: keyed.item['brand_id']!,
    record: keyed.record,
    id,
    payload: JSON.stringify(withoutNotes(keyed.item)),
    received_at: keyed.received_at,
    log_seq: keyed.log_seq,
    ...log,
  };
}

function add(batch: Batch, table: keyof Batch, row: Row): void {
  const rows = batch[table] ?? [];
  batch[table] = rows;
  rows.push(row);
}

/** The content hashes of the items that the warehouse already holds. */
async function lookUp(maybe: readonly KeyedItem[], warehouse: Warehouse): Promise<Map<string, bigint>> {
  const known = new Map<string, bigint>();
  if (maybe.length === 0) return known;
  const by_record = groupByRecord(maybe);
  await warehouse.read(
    async (snapshot) => {
      for (const [record, group] of by_record) {
        const { id_field } = recordKind(record);
        await snapshot.relation(
          'wanted',
          [textColumn('brand_id'), textColumn('id')],
          group.map(({ item }) => ({ brand_id: item['brand_id']!, id: item[id_field]! })),
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

function groupByRecord(items: readonly KeyedItem[]): Map<RecordName, KeyedItem[]> {
  const groups = new Map<RecordName, KeyedItem[]>();
  for (const keyed of items) {
    const group = groups.get(keyed.record) ?? [];
    groups.set(keyed.record, group);
    group.push(keyed);
  }
  return groups;
}
