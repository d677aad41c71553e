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

/** An item with its key. Most items are new, and nobody asks for their key. */
class KeyedItem {
  constructor(
    readonly record: RecordName,
    readonly item: FlatRecord,
    /** The key of the server's conversion for a claim, that of the claim for a server's conversion. */
    readonly rival: string | undefined,
    readonly content_hash: bigint,
    readonly log_seq: number,
    readonly received_at: number,
  ) {}

  /** Names kind, brand and stored id. */
  get key(): string {
    const { record, item } = this;
    return keyOf({ record, brand_id: item['brand_id']!, id: item[recordKind(record).id_field]! });
  }
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
  const { keyed_items, maybe, all_new } = await keyAll(items, context.seen, turns);
  if (maybe.length > 0) await context.beforeLookUp?.();
  const known = await lookUp(maybe, context.warehouse);
  const conflict = (keyed: KeyedItem, fields: FlatRecord): void => {
    counts.conflicts.push({ brand_id: keyed.item['brand_id'] as string, record: keyed.record });
    add(batch, 'conflicts', conflictRow(keyed, fields, context));
  };
  for (const keyed of keyed_items) {
    if (turns.ends()) await turns.next();
    const { record } = keyed;
    if (all_new) {
      add(batch, record, toRow(keyed, context));
      counts.loaded[record] = (counts.loaded[record] ?? 0) + 1;
      continue;
    }
    const { item, key, content_hash } = keyed;
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

interface Keyed {
  keyed_items: KeyedItem[];
  /** The records that the warehouse may hold: those of the items, and their rivals. */
  maybe: Wanted[];
  /** True if each id is here once and was never here before, and none has a rival. */
  all_new: boolean;
}

async function keyAll(items: readonly Item[], seen: SeenIds, turns: WorkTurns): Promise<Keyed> {
  const maybe = new Map<string, Wanted>();
  const repeated: Wanted[] = [];
  const keyed_items: KeyedItem[] = [];
  const is_new: boolean[] = [];
  let has_rivals = false;
  for (const { record, item, content_hash, log_seq, received_at } of items) {
    if (turns.ends()) await turns.next();
    const { id_field, pages } = recordKind(record);
    const brand_id = item['brand_id'] as string;
    const id = item[id_field] as string;
    const was_seen = seen.addRecord(record, brand_id, id);
    is_new.push(!was_seen);
    if (was_seen) repeated.push({ record, brand_id, id });
    else if (hasMark(id)) maybe.set(keyOf({ record, brand_id, id }), { record, brand_id, id });
    let rival: string | undefined;
    if (pages === 'if_allowed') {
      const other: Wanted = { record, brand_id, id: rivalId(item) };
      rival = keyOf(other);
      has_rivals = true;
      if (seen.has(rival) || hasMark(other.id)) maybe.set(rival, other);
    }
    const own = new KeyedItem(record, item, rival, int64OfHex(content_hash), log_seq, received_at);
    keyed_items.push(own);
  }
  const all_new = repeated.length === 0 && maybe.size === 0 && !has_rivals;
  if (repeated.length > 0) {
    // An id that is new and stands here twice is not looked up.
    const firsts = new Set(keyed_items.flatMap((keyed, i) => (is_new[i] ? [keyed.key] : [])));
    for (const wanted of repeated) if (!firsts.has(keyOf(wanted))) maybe.set(keyOf(wanted), wanted);
  }
  return { keyed_items, maybe: [...maybe.values()], all_new };
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
