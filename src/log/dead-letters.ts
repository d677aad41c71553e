/**
 * Dead letters: accepted records that do not fit their table. They are stored with the reason and can be loaded again on demand.
 */
import type { RecordName } from '../domain/index.ts';
import type { PrivacyOptions } from '../enrichment/private.ts';
import { faultOf } from '../warehouse/cells.ts';
import type { Batch, RowFault, Warehouse } from '../warehouse/port.ts';
import { type Row, TABLES, type TableName } from '../warehouse/schema.ts';
import type { Item } from './batch.ts';
import { type KeptRecord, keepLetter, letterPayload } from './kept-record.ts';

const MAX_REASON_LENGTH = 1_000;
/** If all rows of a table in a batch this large have the same fault, the program is at fault and not the rows. */
const LARGE_BATCH_ROWS = 20;
const MAX_REPLAYED = 10_000;

export function deadLetter(
  { record, item, content_hash, log_seq, received_at }: Item,
  fault: RowFault,
  log: { collector_id: string; loaded_at: number },
): Row {
  return {
    dead_letter_id: `dl_${log.collector_id}_${log_seq}`,
    brand_id: item['brand_id']!,
    record,
    payload: letterPayload(item, content_hash),
    reason: fault.message.slice(0, MAX_REASON_LENGTH),
    state: 'open',
    received_at,
    log_seq,
    ...log,
  };
}

/** @throws when every row of a large batch has a fault in the same column. Then none becomes a dead letter. */
export function refuseOwnFault(batch: Batch, fault: RowFault): void {
  const rows = batch[fault.table as TableName] ?? [];
  if (rows.length < LARGE_BATCH_ROWS) return;
  const { columns } = TABLES[fault.table as TableName];
  if (!rows.every((row) => faultOf(fault.table, columns, row)?.column === fault.column)) return;
  throw new Error(
    `loading stopped: all ${rows.length} records of a batch have the same fault (${fault.message}), so the program is at fault and not ` +
      'the records; nothing is lost, loading continues when a corrected version of Tributary starts',
    { cause: fault },
  );
}

const OPEN = `select dead_letter_id, min(brand_id) as brand_id, min(record) as record, min(payload) as payload, min(reason) as reason
  from dead_letters group by dead_letter_id having count_where(state = 'replayed') = 0`;

/** The number of open dead letters of all collectors of the warehouse. */
export async function countOpenDeadLetters(warehouse: Warehouse): Promise<number> {
  const [row] = await warehouse.read((snapshot) => snapshot.query(`select count(*) as n from (${OPEN}) o`), {
    for: 'loading',
  });
  return Number(row!['n']);
}

const SHOWN_REASONS = 5;

/** One sentence for each of the most common reasons of open dead letters. */
export async function deadLetterProblems(warehouse: Warehouse): Promise<string[]> {
  const rows = await warehouse.read((snapshot) =>
    snapshot.query(
      `select reason, count(*) as n from (${OPEN}) o group by reason order by n desc, reason limit ${SHOWN_REASONS}`,
    ),
  );
  return rows.map(
    ({ reason, n }) =>
      `${n} open dead letters (${reason}); load them again with: tributary doctor --replay-dead-letters`,
  );
}

export interface OpenLetter {
  letter: Row;
  kept: KeptRecord;
}

/** The open dead letters, at most 10,000. */
export async function readOpenDeadLetters(warehouse: Warehouse, privacy: PrivacyOptions): Promise<OpenLetter[]> {
  const letters = await warehouse.read((snapshot) => snapshot.query(`${OPEN} limit ${MAX_REPLAYED}`));
  return letters.map((letter) => ({
    letter,
    kept: keepLetter(letter['record'] as RecordName, letter['payload'] as string, privacy),
  }));
}

/** The row that closes a dead letter. It does not repeat the payload. */
export function replayedLetter(letter: Row, log: { collector_id: string; log_seq: number; now_ms: number }): Row {
  const { collector_id, log_seq, now_ms } = log;
  return { ...letter, payload: '{}', state: 'replayed', received_at: now_ms, loaded_at: now_ms, collector_id, log_seq };
}
