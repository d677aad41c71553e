/** Makes rows from spool entries: enriches records, drops known ids, keeps conflicts. */
import { CLAIMED_ID, rivalId, sentId } from '../domain/claim.ts';
import { type RecordName, recordKind } from '../domain/index.ts';
import type { FlatRecord, Value } from '../domain/record.ts';
import { statementId } from '../domain/statement.ts';
import { int64OfHex } from '../domain/subject.ts';
import { type PrivacyOptions, privacyRules } from '../enrichment/private.ts';
import type { Batch, Warehouse } from '../warehouse/port.ts';
import { type Cell, type Row, TABLES } from '../warehouse/schema.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import type { Conflict } from './conflict-counts.ts';
import type { Handed } from './handed.ts';
import { cleanRecord, keepRecord, sentFields } from './kept-record.ts';
import { keyOf, lookUp, type Wanted } from './look-up.ts';
import type { SeenIds } from './seen-ids.ts';
import type { SpoolEntry } from './segment.ts';

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
  for (let i = Math.max(0, after_log_seq + 1 - log_seq); i < records.length; i++) {
    const { record, item, content_hash } = records[i]!;
    const clean = is_clean ? item : cleanRecord(record, item, privacy);
    items.push({ record, item: clean, content_hash, log_seq: log_seq + i, received_at });
  }
  return items;
}

/** An item with its key, which names kind, brand and stored id. */
interface KeyedItem extends Omit<Item, 'content_hash'> {
  key: string;
  /** The key of the server's conversion for a claim, that of the claim for a server's conversion. */
  rival: string | undefined;
  content_hash: bigint;
}

/**
 * Makes the rows of a batch. Of several items with one id the first in log order counts. A repeat with equal content is
 * counted as a duplicate; a repeat with other content becomes a row of `conflicts`. A claim of a page (`domain/claim.ts`) is a
 * repeat of the server's conversion before it. If the server's conversion comes later with other content, the claim becomes the
 * row of `conflicts`. A statement (`domain/statement.ts`) is a duplicate if it says what the latest one says, else it is a row.
 */
export async function prepareBatch(
  items: readonly Item[],
  context: {
    warehouse: Warehouse;
    seen: SeenIds;
    enrich: Enrich;
    collector_id: string;
    now_ms: number;
    /** Called before the warehouse is asked for known records. */
    beforeLookUp?: () => Promise<void>;
  },
): Promise<PreparedBatch> {
  const counts: BatchCounts = { loaded: {}, duplicates: 0, conflicts: [] };
  const batch: Batch = {};
  const turns = new WorkTurns();
  const { keyed_items, maybe } = await keyAll(items, context.seen, turns);
  if (maybe.length > 0) await context.beforeLookUp?.();
  const known = await lookUp(maybe, context.warehouse);
  const conflict = (keyed: KeyedItem, fields: FlatRecord): void => {
    counts.conflicts.push({ brand_id: keyed.item['brand_id'] as string, record: keyed.record });
    add(batch, 'conflicts', conflictRow(keyed, fields, context));
  };
  for (const keyed of keyed_items) {
    if (turns.ends()) await turns.next();
    const { record, item, key, content_hash } = keyed;
    const is_claim = item[CLAIMED_ID] !== undefined;
    const is_statement = recordKind(record).kept === 'latest';
    const rival = keyed.rival === undefined ? undefined : known.get(keyed.rival);
    const stored = known.get(key) ?? (is_claim ? rival : undefined);
    if (stored === undefined || (is_statement && stored.content_hash !== content_hash)) {
      add(batch, record, toRow(keyed, context));
      counts.loaded[record] = (counts.loaded[record] ?? 0) + 1;
      known.set(key, { content_hash, ...(is_claim ? { claim: sentFields(record, item) } : {}) });
      if (rival?.claim && rival.content_hash !== content_hash) conflict(keyed, rival.claim);
    } else if (stored.content_hash === content_hash) counts.duplicates += 1;
    else conflict(keyed, sentFields(record, item));
  }
  return { batch, counts };
}

/** The items with their keys, and the records that the warehouse may hold: those of the items, and their rivals. */
async function keyAll(
  items: readonly Item[],
  seen: SeenIds,
  turns: WorkTurns,
): Promise<{ keyed_items: KeyedItem[]; maybe: Wanted[] }> {
  const maybe = new Map<string, Wanted>();
  const here = new Set<string>();
  const keyed_items: KeyedItem[] = [];
  for (const entry of items) {
    if (turns.ends()) await turns.next();
    const { record, item } = entry;
    const { id_field, pages } = recordKind(record);
    const wanted: Wanted = { record, brand_id: item['brand_id']!, id: item[id_field]! };
    const key = keyOf(wanted);
    if (!here.has(key)) {
      here.add(key);
      if (seen.add(key) || hasMark(wanted.id)) maybe.set(key, wanted);
    }
    const other: Wanted | undefined = pages === 'if_allowed' ? { ...wanted, id: rivalId(item) } : undefined;
    const rival = other && keyOf(other);
    if (other && rival !== undefined && (seen.has(rival) || hasMark(other.id))) maybe.set(rival, other);
    keyed_items.push({ ...entry, key, rival, content_hash: int64OfHex(entry.content_hash) });
  }
  return { keyed_items, maybe: [...maybe.values()] };
}

/** True for an id that begins with U+FEFF. A filter that an earlier version rebuilt from the log has it without that character. */
function hasMark(id: Value | undefined): boolean {
  return typeof id === 'string' && id.charCodeAt(0) === 0xfeff;
}

function toRow(keyed: KeyedItem, context: { enrich: Enrich; collector_id: string; now_ms: number }): Row {
  const { record, item } = keyed;
  const row = emptyRow(record);
  fill(row, item);
  fill(row, context.enrich(record, item));
  const { derived = [], id_field, kept } = recordKind(record);
  for (const column of derived) if (column.fill) row[column.name] = column.fill(row);
  if (kept === 'latest') row[id_field] = statementId(item[id_field]!, context.collector_id, keyed.log_seq);
  row['content_hash'] = keyed.content_hash;
  row['received_at'] = keyed.received_at;
  row['loaded_at'] = context.now_ms;
  row['collector_id'] = context.collector_id;
  row['log_seq'] = keyed.log_seq;
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

/** Fills the columns of a row. What is no column, such as the place of an address, is left out. */
function fill(row: Row, cells: Readonly<Record<string, Cell>>): void {
  for (const name in cells) if (row[name] !== undefined) row[name] = cells[name]!;
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
