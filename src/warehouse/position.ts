/** The log position of a report: for each collector, the highest `log_seq` that the report includes. */
import { hash } from 'node:crypto';
import { assert, badRequest } from '../domain/errors.ts';
import { parseInstant } from '../domain/time.ts';
import type { Snapshot } from './port.ts';
import { readAll } from './read-row.ts';
import type { Row } from './schema.ts';

export type Position = ReadonlyMap<string, number>;

/** The collector of the verdicts that rules over several events give. It writes reclassifications and no records. */
export const SETTLED_COLLECTOR = 'settled-verdicts';

/** The position without the verdicts that rules over several events gave. */
export function withoutSettled(position: Position): Position {
  if (!position.has(SETTLED_COLLECTOR)) return position;
  return new Map([...position].filter(([collector_id]) => collector_id !== SETTLED_COLLECTOR));
}

/** The `as_of` token: collectors and their positions, in order of the names. */
export function formatPosition(position: Position): string {
  return (
    [...position]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([collector_id, log_seq]) => `${collector_id}:${log_seq}`)
      .join(',') || 'empty'
  );
}

/** The positions of a snapshot are read once, because a snapshot never changes. */
const known = new WeakMap<Snapshot, Promise<Position>>();

/** The position of the last commits in this snapshot. */
export function currentPosition(snapshot: Snapshot): Promise<Position> {
  const found = known.get(snapshot) ?? readCommitted(snapshot);
  known.set(snapshot, found);
  return found;
}

async function readCommitted(snapshot: Snapshot): Promise<Position> {
  if (snapshot.committed) return new Map(snapshot.committed);
  const rows = await snapshot.query('select collector_id, max(log_seq) as log_seq from commits group by collector_id');
  return positionOf(rows);
}

function positionOf(rows: readonly Row[]): Position {
  return new Map(
    readAll(rows, { collector_id: 'text', log_seq: 'number' }).map(({ collector_id, log_seq }) => [
      collector_id,
      log_seq,
    ]),
  );
}

/** Positions that include every row of the snapshot in which they were read. */
const everything = new WeakSet<Position>();

/**
 * Reads an `as_of` parameter: a token of an earlier report, or an instant, which means everything that was committed at or before
 * it.
 * @throws bad_request when it is neither, or when it is later than the last commit.
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
        throw badRequest(
          'as_of',
          `${as_of} is later than the last committed position; use the as_of of an earlier report`,
        );
    }
    return token;
  }
  const instant = parseInstant(as_of);
  if (typeof instant === 'string')
    throw badRequest(
      'as_of',
      `${JSON.stringify(as_of.slice(0, 60))} is not a position; send the as_of of an earlier report, or an instant with a zone`,
    );
  const rows = await snapshot.query(
    'select collector_id, max(log_seq) as log_seq from commits where committed_at <= instant($at) group by collector_id',
    { at: instant },
  );
  return positionOf(rows);
}

function parseToken(as_of: string): Position | undefined {
  const parts = as_of.split(',').map((part) => /^([A-Za-z0-9_-]{1,64}):(\d{1,15})$/.exec(part));
  if (parts.some((part) => part === null)) return undefined;
  return new Map(parts.map((part) => [part![1]!, Number(part![2])]));
}

/** A collector's id as an SQL literal. A pattern is checked first, so that the id is safe in SQL. */
function quoted(collector_id: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(collector_id))
    throw new Error(`collector id ${collector_id} does not fit its pattern`);
  return `'${collector_id}'`;
}

/** An SQL condition that is true for rows at or before a position. */
export function atOrBefore(alias: string, position: Position): string {
  if (position.size === 0) return '1 = 0';
  if (everything.has(position)) return '1 = 1';
  const terms = [...position].map(
    ([collector_id, log_seq]) => `(${alias}.collector_id = ${quoted(collector_id)} and ${alias}.log_seq <= ${log_seq})`,
  );
  return terms.length === 1 ? terms[0]! : `(${terms.join(' or ')})`;
}

/** An SQL condition that is true for rows after one position and at or before another. */
export function between(alias: string, after: Position, upto: Position): string {
  const terms = [...upto].flatMap(([collector_id, log_seq]) => {
    const last = after.get(collector_id) ?? 0;
    if (log_seq <= last) return [];
    return [
      `(${alias}.collector_id = ${quoted(collector_id)} and ${alias}.log_seq > ${last} and ${alias}.log_seq <= ${log_seq})`,
    ];
  });
  return terms.length === 0 ? '1 = 0' : `(${terms.join(' or ')})`;
}

/** True if a position is at or before another one. */
export function isWithin(position: Position, other: Position): boolean {
  return [...position].every(([collector_id, log_seq]) => log_seq <= (other.get(collector_id) ?? 0));
}

/** The number of a row has `log_seq` in the low 47 bits and the collector's code in the 16 bits above. It is never negative. */
const SEQ_BITS = 47n;
const MAX_CODE = 0xffff;
/** The name of a collector when the configuration gives none. */
const DEFAULT_COLLECTOR = 'main';

/**
 * The code of a collector in row numbers: 0 for `main`, else 1 … 65,535 from a hash of its name. It depends only on the name, so
 * the numbers do not change when another collector appears. Collectors of one warehouse need different codes; each collector
 * checks that at its start ({@link sameCode}).
 */
export function collectorCode(collector_id: string): number {
  if (collector_id === DEFAULT_COLLECTOR) return 0;
  return 1 + Number(BigInt(`0x${hash('sha256', collector_id, 'hex').slice(0, 12)}`) % BigInt(MAX_CODE));
}

/** Another collector with the same code, or undefined. */
export function sameCode(collector_id: string, others: Iterable<string>): string | undefined {
  const code = collectorCode(collector_id);
  for (const other of others) if (other !== collector_id && collectorCode(other) === code) return other;
  return undefined;
}

/**
 * SQL for a 63-bit number that identifies a row at or before a position, made of collector and `log_seq`. Queries use it instead
 * of ids, because reading, sorting and joining ids costs several times as much. It is too large for a double, so the program
 * must read it as a bigint.
 */
export function logNumber(alias: string, position: Position): string {
  const collectors = [...withoutSettled(position).keys()].sort();
  for (const collector_id of collectors) {
    assert(position.get(collector_id)! < 2 ** Number(SEQ_BITS), `collector ${collector_id} has no position left`);
    const other = sameCode(collector_id, collectors);
    assert(
      other === undefined,
      `collectors ${collector_id} and ${other} have the same code, so their rows cannot be told apart; load the records of one of them again under another collector_id`,
    );
  }
  const offsets = collectors.map((collector_id) => BigInt(collectorCode(collector_id)) << SEQ_BITS);
  if (offsets.every((offset) => offset === 0n)) return `${alias}.log_seq`;
  if (collectors.length === 1) return `(${alias}.log_seq + ${offsets[0]})`;
  const cases = collectors.map((collector_id, i) => `when ${quoted(collector_id)} then ${offsets[i]}`);
  return `(${alias}.log_seq + case ${alias}.collector_id ${cases.join(' ')} end)`;
}

/** The inverse of {@link logNumber}: which collector loaded a row, and its number there. */
export function rowPlaces(position: Position): (log_number: bigint) => { collector_id: string; log_seq: number } {
  const names = new Map(
    Array.from(withoutSettled(position).keys(), (collector_id) => [BigInt(collectorCode(collector_id)), collector_id]),
  );
  return (log_number) => {
    const collector_id = names.get(log_number >> SEQ_BITS);
    assert(collector_id !== undefined, 'the row of a report is of a collector of its position');
    return { collector_id, log_seq: Number(BigInt.asUintN(Number(SEQ_BITS), log_number)) };
  };
}
