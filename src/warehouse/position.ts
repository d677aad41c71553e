/** The log position that a report sees: per collector, the highest `log_seq` that counts. */
import { badRequest } from '../domain/errors.ts';
import { parseInstant } from '../domain/time.ts';
import type { Snapshot } from './port.ts';

export type Position = ReadonlyMap<string, number>;

/** The `as_of` token: collectors and positions, in order. */
export function formatPosition(position: Position): string {
  return (
    [...position]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([collector_id, log_seq]) => `${collector_id}:${log_seq}`)
      .join(',') || 'empty'
  );
}

/** Everything that is committed in this snapshot. */
export async function currentPosition(snapshot: Snapshot): Promise<Position> {
  if (snapshot.committed) return new Map(snapshot.committed);
  const rows = await snapshot.query('select collector_id, max(log_seq) as log_seq from commits group by collector_id');
  return new Map(rows.map((row) => [row['collector_id'] as string, Number(row['log_seq'])]));
}

/** Positions of the very snapshot that they were read in: no row that it shows lies beyond them. */
const everything = new WeakSet<Position>();

/**
 * Reads an `as_of` parameter: a token of an earlier report, or an instant, which means what was committed by then.
 * @throws bad_request when it is neither, or lies beyond what is committed.
 */
export async function resolvePosition(snapshot: Snapshot, as_of: string | undefined): Promise<Position> {
  const current = await currentPosition(snapshot);
  if (as_of === undefined) {
    everything.add(current);
    return current;
  }
  if (as_of === 'empty') return new Map();
  const token = parseToken(as_of);
  if (token) {
    for (const [collector_id, log_seq] of token) {
      if (log_seq > (current.get(collector_id) ?? 0))
        throw badRequest('as_of', `${as_of} lies beyond what is committed; use the as_of of an earlier report`);
    }
    return token;
  }
  const instant = parseInstant(as_of);
  if (typeof instant === 'string')
    throw badRequest('as_of', 'must be the as_of of an earlier report, or an instant with a zone');
  const rows = await snapshot.query(
    'select collector_id, max(log_seq) as log_seq from commits where committed_at <= instant($at) group by collector_id',
    { at: instant },
  );
  return new Map(rows.map((row) => [row['collector_id'] as string, Number(row['log_seq'])]));
}

function parseToken(as_of: string): Position | undefined {
  const parts = as_of.split(',').map((part) => /^([A-Za-z0-9_-]{1,64}):(\d{1,15})$/.exec(part));
  if (parts.some((part) => part === null)) return undefined;
  return new Map(parts.map((part) => [part![1]!, Number(part![2])]));
}

/** A collector's id as SQL text; it is checked against a pattern, so it can stand there. */
function quoted(collector_id: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(collector_id))
    throw new Error(`collector id ${collector_id} does not fit its pattern`);
  return `'${collector_id}'`;
}

/** SQL that holds for rows at or before a position. */
export function atOrBefore(alias: string, position: Position): string {
  if (position.size === 0) return '1 = 0';
  if (everything.has(position)) return '1 = 1';
  const terms = [...position].map(
    ([collector_id, log_seq]) => `(${alias}.collector_id = ${quoted(collector_id)} and ${alias}.log_seq <= ${log_seq})`,
  );
  return terms.length === 1 ? terms[0]! : `(${terms.join(' or ')})`;
}

/**
 * SQL for a number that names one row at or before a position: its `log_seq`, with the collectors of several dealt out over
 * the integers. Queries know rows by it, because reading, sorting and joining ids costs several times as much.
 */
export function logNumber(alias: string, position: Position): string {
  const collectors = [...position.keys()].sort();
  if (collectors.length < 2) return `${alias}.log_seq`;
  const dealt = collectors.map((collector_id, i) => `when ${quoted(collector_id)} then ${i}`).join(' ');
  return `(${alias}.log_seq * ${collectors.length} + case ${alias}.collector_id ${dealt} end)`;
}
