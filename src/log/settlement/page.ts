/** Chooses the next part of the log whose events may change verdicts: positions of one collector. */
import type { Snapshot } from '../../warehouse/port.ts';
import { type Position, SETTLED_COLLECTOR } from '../../warehouse/position.ts';
import { read } from '../../warehouse/read-row.ts';

/** Log positions that are handled at once. */
const PAGE = 50_000;

/** Positions of a collector: after `from`, until `to`. */
export interface Range {
  collector_id: string;
  from: number;
  to: number;
}

/** The settings and the time by which a page is read. */
export interface Waiting {
  now_ms: number;
  settle_ms: number;
}

/**
 * The next range after the cursor in which every event has waited for others of its message; null if there is none. The collector
 * with most positions to come is first.
 */
export async function nextRange(
  snapshot: Snapshot,
  cursor: Position,
  committed: Position,
  waiting: Waiting,
): Promise<Range | null> {
  const behind = [...committed]
    .map(([collector_id, to]) => ({ collector_id, from: cursor.get(collector_id) ?? 0, to }))
    .filter(({ collector_id, from, to }) => to > from && collector_id !== SETTLED_COLLECTOR)
    .sort((a, b) => b.to - b.from - (a.to - a.from) || (a.collector_id < b.collector_id ? -1 : 1));
  for (const { collector_id, from, to } of behind) {
    const range = { collector_id, from, to: Math.min(to, from + PAGE) };
    const waits = await firstWaiting(snapshot, range, waiting);
    const ends = waits === null ? range.to : waits - 1;
    if (ends > from) return { ...range, to: ends };
  }
  return null;
}

/**
 * The first position whose event arrived too lately. An event that arrived in the future was written by a wrong clock and does not
 * wait.
 */
async function firstWaiting(
  snapshot: Snapshot,
  { collector_id, from, to }: Range,
  { now_ms, settle_ms }: Waiting,
): Promise<number | null> {
  if (settle_ms === 0) return null;
  const part = (table: string): string => `select min(r.log_seq) as log_seq from ${table} r
    where r.collector_id = $collector_id and r.log_seq > $from_seq and r.log_seq <= $to_seq
      and epoch_ms(r.received_at) > $after_ms and epoch_ms(r.received_at) <= $until_ms`;
  const [row] = await snapshot.query(
    `select min(log_seq) as log_seq from (${part('touchpoints')} union all ${part('email_events')}) waiting`,
    {
      collector_id,
      from_seq: from,
      to_seq: to,
      after_ms: now_ms - settle_ms,
      until_ms: now_ms + settle_ms,
    },
  );
  // ClickHouse gives 0 where there is no row.
  return read(row, { log_seq: 'number?' }).log_seq || null;
}
