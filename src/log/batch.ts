/** Makes rows from spool entries: enriches records, drops known ids, keeps conflicts. */

import { type RecordName, recordKind } from '../domain/index.ts';
import { CLAIMED_ID, rivalId, sentId } from '../domain/page-conversion.ts';
import type { FlatRecord, Value } from '../domain/record.ts';
import { statementId } from '../domain/statement.ts';
import { int64OfHex } from '../domain/subject.ts';
import { type PrivacyOptions, privacyRules } from '../enrichment/private.ts';
import type { Batch, Warehouse } from '../warehouse/port.ts';
import { type Row, TABLES } from '../warehouse/schema.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import type { Conflict } from './conflict-counts.ts';
import type { Handed } from './handed.ts';
import type { Enrich, Item } from './item.ts';
import { PartItem } from './kept-part.ts';
import { cleanRecord, keepRecord, sentFields } from './kept-record.ts';
import { type KnownRecord, keyOf, lookUp, type Wanted } from './look-up.ts';
import type { SeenIds } from './seen-ids.ts';
import type { SpoolEntry } from './segment.ts';

export type { Enrich, Item };

export interface BatchCounts {
  loaded: Partial<Record<RecordName, number>>;
  duplicates: number;
  /** One entry for each conflict. */
  conflicts: Conflict[];
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

/** The same for an envelope that was handed over in memory. */
export function itemsOfHanded(
  { privacy: rules, log_seq, received_at, records }: Handed,
  after_log_seq: number,
  privacy: PrivacyOptions,
): Item[] {
  const is_clean = rules === privacyRules(privacy);
  const items: Item[] = [];
  const first = Math.max(0, after_log_seq + 1 - log_seq);
  if ('tail' in records && is_clean) {
    for (let i = first; i < records.length; i++) items.push(new PartItem(records, i, log_seq + i, received_at));
    return items;
  }
  for (let i = first; i < records.length; i++) {
    const { record, item, content_hash } = 'tail' in records ? records.at(i) : records[i]!;
    const clean = is_clean ? item : cleanRecord(record, item, privacy);
    items.push({ record, item: clean, content_hash, log_seq: log_seq + i, received_at });
  }
  return items;
}

/** An item with its key, which names kind, brand and stored id. */
interface KeyedItem extends Item {
  key: string;
  /** The key of the server's conversion for a page conversion, and the other way round. */
  rival: string | undefined;
  hash: bigint;
}

/**
 * Makes the rows of a batch. Of several items with one id the first in log order counts. A repeat with equal content is
 * counted as a duplicate; a repeat with other content becomes a row of `conflicts`. A page conversion (`domain/page-conversion.ts`) is a
 * repeat of the server's conversion before it. If the server's conversion comes later with other content, the page's becomes the
 * row of `conflicts`. A statement (`domain/statement.ts`) is a duplicate if it says what the latest one says, else it is a row.
 */
export async function prepareBatch(
  items: readonly Item[],
  context: RowContext & {
    warehouse: Warehouse;
    seen: SeenIds;
    /** Called before the warehouse is asked for known records. */
    beforeLookUp?: () => Promise<void>;
  },
): Promise<PreparedBatch> {
  const { maybe, all_new } = await sortOut(items, context.seen);
  if (maybe.length > 0) await context.beforeLookUp?.();
  return makeBatch(items, all_new ? 'all_new' : await lookUp(maybe, context.warehouse), context);
}

/** What rows are made with, beside their records. */
export interface RowContext {
  enrich: Enrich;
  collector_id: string;
  now_ms: number;
}

/** The rows of items that are sorted out. @param known what the warehouse holds of those that it may hold; it is added to. */
export async function makeBatch(
  items: readonly Item[],
  known: Map<string, KnownRecord> | 'all_new',
  context: RowContext,
): Promise<PreparedBatch> {
  const counts: BatchCounts = { loaded: {}, duplicates: 0, conflicts: [] };
  const batch: Batch = {};
  const turns = new WorkTurns();
  const addRow = (item: Item): void => {
    add(batch, item.record, toRow(item, context));
    counts.loaded[item.record] = (counts.loaded[item.record] ?? 0) + 1;
  };
  if (known === 'all_new') {
    for (const item of items) {
      if (turns.ends()) await turns.next();
      addRow(item);
    }
    return { batch, counts };
  }
  const conflict = (keyed: KeyedItem, fields: FlatRecord): void => {
    counts.conflicts.push({ brand_id: keyed.item['brand_id'] as string, record: keyed.record });
    add(batch, 'conflicts', conflictRow(keyed, fields, context));
  };
  for (const one of items) {
    if (turns.ends()) await turns.next();
    const keyed = keyedItem(one);
    const { record, item, key, hash } = keyed;
    const is_from_page = item[CLAIMED_ID] !== undefined;
    const is_statement = recordKind(record).kept === 'latest';
    const rival = keyed.rival === undefined ? undefined : known.get(keyed.rival);
    const stored = known.get(key) ?? (is_from_page ? rival : undefined);
    if (stored === undefined || (is_statement && stored.content_hash !== hash)) {
      addRow(one);
      known.set(key, { content_hash: hash, ...(is_from_page ? { from_page: sentFields(record, item) } : {}) });
      if (rival?.from_page && rival.content_hash !== hash) conflict(keyed, rival.from_page);
    } else if (stored.content_hash === hash) counts.duplicates += 1;
    else conflict(keyed, sentFields(record, item));
  }
  return { batch, counts };
}

export interface Sorted {
  /** The records that the warehouse may hold: those of the items, and their rivals. */
  maybe: Wanted[];
  /** True if each id is here once and was never here before, and none has a rival. Then nobody asks for the keys. */
  all_new: boolean;
}

/** Finds the items that are surely new, and adds the ids of all of them to the filter. */
export async function sortOut(items: readonly Item[], seen: SeenIds): Promise<Sorted> {
  const turns = new WorkTurns();
  const maybe = new Map<string, Wanted>();
  const repeated: Item[] = [];
  const firsts: Item[] = [];
  let has_rivals = false;
  for (const one of items) {
    if (turns.ends()) await turns.next();
    const { pages } = recordKind(one.record);
    if (isRepeated(one, seen)) repeated.push(one);
    else {
      firsts.push(one);
      if (mayHaveMark(one)) {
        const wanted = wantedOf(one);
        if (hasMark(wanted.id)) maybe.set(keyOf(wanted), wanted);
      }
    }
    if (pages !== 'if_allowed') continue;
    has_rivals = true;
    const other: Wanted = { ...wantedOf(one), id: rivalId(one.item) };
    const rival = keyOf(other);
    if (seen.has(rival) || hasMark(other.id)) maybe.set(rival, other);
  }
  const all_new = repeated.length === 0 && maybe.size === 0 && !has_rivals;
  if (repeated.length > 0) {
    // An id that is new and stands here twice is not looked up.
    const here = new Set(firsts.map((one) => keyOf(wantedOf(one))));
    for (const one of repeated) {
      const wanted = wantedOf(one);
      if (!here.has(keyOf(wanted))) maybe.set(keyOf(wanted), wanted);
    }
  }
  return { maybe: [...maybe.values()], all_new };
}

function wantedOf({ record, item }: Item): Wanted {
  return { record, brand_id: item['brand_id']!, id: item[recordKind(record).id_field]! };
}

/** Adds the id of an item to the filter. @returns true when it may have been added before. */
function isRepeated(one: Item, seen: SeenIds): boolean {
  if (one instanceof PartItem) return one.part.isRepeated(one.index, seen);
  const { record, brand_id, id } = wantedOf(one);
  return seen.addRecord(record, String(brand_id), String(id));
}

function mayHaveMark(one: Item): boolean {
  return !(one instanceof PartItem) || one.part.has_marks;
}

function keyedItem(one: Item): KeyedItem {
  const { record, item, content_hash, received_at, log_seq } = one;
  const wanted = wantedOf(one);
  const rival = recordKind(record).pages === 'if_allowed' ? keyOf({ ...wanted, id: rivalId(item) }) : undefined;
  const keys = { key: keyOf(wanted), rival, hash: int64OfHex(content_hash) };
  return { record, item, content_hash, received_at, log_seq, ...keys };
}

/** True for an id that begins with U+FEFF. A filter that an earlier version rebuilt from the log has it without that character. */
function hasMark(id: Value | undefined): boolean {
  return typeof id === 'string' && id.charCodeAt(0) === 0xfeff;
}

function toRow(one: Item, context: { enrich: Enrich; collector_id: string; now_ms: number }): Row {
  const { received_at, log_seq } = one;
  const { now_ms: loaded_at, collector_id } = context;
  if (one instanceof PartItem) {
    const filled = one.part.row(one.index, { received_at, loaded_at, collector_id, log_seq });
    if (filled !== undefined) return filled;
  }
  const { record, item, content_hash } = one;
  const row: Row = Object.assign(emptyRow(record), item, context.enrich(record, item));
  const { derived = [], id_field, kept } = recordKind(record);
  for (const column of derived) if (column.fill) row[column.name] = column.fill(row);
  if (kept === 'latest') row[id_field] = statementId(item[id_field]!, collector_id, log_seq);
  row['content_hash'] = int64OfHex(content_hash);
  row['received_at'] = received_at;
  row['loaded_at'] = loaded_at;
  row['collector_id'] = collector_id;
  row['log_seq'] = log_seq;
  return row;
}

const EMPTY_ROWS = new Map<RecordName, Row>();

/** A row with all columns of a table, each null. Rows of equal shape are far cheaper to make and to read than those that grow. */
function emptyRow(record: RecordName): Row {
  let empty = EMPTY_ROWS.get(record);
  if (empty === undefined) {
    empty = Object.fromEntries(TABLES[record].columns.map(({ name }) => [name, null]));
    EMPTY_ROWS.set(record, empty);
  }
  return { ...empty };
}

/** The row of a record that does not count, at the position of the item that made the conflict known. */
function conflictRow(
  { record, item, received_at, log_seq }: KeyedItem,
  fields: FlatRecord,
  { collector_id, now_ms }: { collector_id: string; now_ms: number },
): Row {
  return {
    brand_id: item['brand_id']!,
    record,
    id: sentId(item, recordKind(record).id_field),
    payload: JSON.stringify(fields),
    received_at,
    log_seq,
    collector_id,
    loaded_at: now_ms,
  };
}

function add(batch: Batch, table: keyof Batch, row: Row): void {
  const rows = batch[table] ?? [];
  batch[table] = rows;
  rows.push(row);
}
