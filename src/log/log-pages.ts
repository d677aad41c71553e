/** Reads the log in pages: the rows of some tables after a cursor, for each collector in the order of its positions. */
import assert from 'node:assert/strict';
import type { Snapshot, Warehouse } from '../warehouse/port.ts';
import { atOrBefore, currentPosition, type Position } from '../warehouse/position.ts';
import { type Row, TABLES } from '../warehouse/schema.ts';
import type { FollowedTable, LogRow } from './follower.ts';

export interface LogPage {
  rows: LogRow[];
  /** The position up to which the log is read after this page. */
  upto: Position;
  /** True if no committed position follows this page. */
  last: boolean;
  /** The number of committed positions after the cursor, this page included. */
  lag_records: number;
  /** The instant at which the oldest of them was committed; null when there is none. */
  oldest_ms: number | null;
}

/** Reads at most about `max_rows` rows after the cursor. A collector that the cursor does not name starts at 0. */
export function readPage(
  warehouse: Warehouse,
  tables: readonly FollowedTable[],
  cursor: Position,
  max_rows: number,
): Promise<LogPage> {
  return warehouse.read(async (snapshot) => {
    const committed = await currentPosition(snapshot);
    const behind = collectorsBehind(cursor, committed);
    const upto = new Map(cursor);
    const rows: LogRow[] = [];
    for (const { collector_id, from, to } of behind) {
      if (rows.length >= max_rows) break;
      const part = await readCollector(snapshot, tables, { collector_id, from, to }, max_rows - rows.length);
      rows.push(...part.rows);
      upto.set(collector_id, part.upto);
    }
    return {
      rows,
      upto,
      last: behind.every(({ collector_id, to }) => upto.get(collector_id) === to),
      lag_records: behind.reduce((sum, { from, to }) => sum + to - from, 0),
      oldest_ms: behind.length === 0 ? null : await oldestCommit(snapshot, cursor),
    };
  });
}

interface Range {
  collector_id: string;
  /** Exclusive. */
  from: number;
  /** Inclusive. */
  to: number;
}

/** The collector with the most waiting rows comes first. So a busy collector cannot delay the others for ever. */
function collectorsBehind(cursor: Position, committed: Position): Range[] {
  return [...committed]
    .map(([collector_id, to]) => ({ collector_id, from: cursor.get(collector_id) ?? 0, to }))
    .filter(({ from, to }) => to > from)
    .sort((a, b) => b.to - b.from - (a.to - a.from) || (a.collector_id < b.collector_id ? -1 : 1));
}

async function readCollector(
  snapshot: Snapshot,
  tables: readonly FollowedTable[],
  { collector_id, from, to }: Range,
  max_rows: number,
): Promise<{ rows: LogRow[]; upto: number }> {
  const rows: LogRow[] = [];
  let upto = to;
  for (const table of tables) {
    const found = await snapshot.query(pageSql(table, max_rows + 1), {
      collector_id,
      after_seq: from,
      until_seq: upto,
    });
    rows.push(...found.map((row) => ({ table, collector_id, log_seq: Number(row['log_seq']), row })));
    // A table with more rows than one page ends the page: after its last row, this table's rows are not read yet.
    if (found.length > max_rows) upto = Math.min(upto, Number(found[max_rows]!['log_seq']) - 1);
  }
  const whole = rows.filter(({ log_seq }) => log_seq <= upto).sort((a, b) => a.log_seq - b.log_seq);
  if (whole.length > max_rows) upto = whole[max_rows]!.log_seq - 1;
  assert(upto > from, 'a log position holds one row');
  return { rows: whole.filter(({ log_seq }) => log_seq <= upto), upto };
}

function pageSql(table: FollowedTable, limit: number): string {
  const columns = TABLES[table].columns.map(({ name, type }) =>
    type === 'instant' ? `epoch_ms(r.${name}) as ${name}` : `r.${name} as ${name}`,
  );
  return `select ${columns.join(', ')} from ${table} r
    where r.collector_id = $collector_id and r.log_seq > $after_seq and r.log_seq <= $until_seq order by r.log_seq limit ${limit}`;
}

async function oldestCommit(snapshot: Snapshot, cursor: Position): Promise<number | null> {
  const [row] = await snapshot.query<Row>(
    `select min(epoch_ms(c.committed_at)) as oldest_ms from commits c where not ${atOrBefore('c', cursor)}`,
  );
  const oldest_ms = row?.['oldest_ms'];
  return oldest_ms === null || oldest_ms === undefined ? null : Number(oldest_ms);
}
