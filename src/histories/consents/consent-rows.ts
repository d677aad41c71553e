/**
 * What people said about measurement, in memory: by subject a chain of statements, in the order in which they came. Who reads a
 * chain looks at all of it, because a person has few statements. Rows never move. As with touchpoints (`../histories.ts`), threads
 * read the same memory: a row is written before a chain leads to it, and arrays that grow are put into new arrays.
 */
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore, type Position } from '../../warehouse/position.ts';
import { read } from '../../warehouse/read-row.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { type KeyIndex, keyHalves } from '../key-index.ts';
import { grown, shared, sharedCopy } from '../room.ts';

/** What a walk reads. */
export interface ConsentColumns {
  /** By subject, 1 and the number of its newest row; 0 if it has none. It may be shorter than there are subjects. */
  newest: Uint32Array;
  /** The cells of each row side by side, at {@link CELLS} times its number: so a walk waits for memory once a row, not once a cell. */
  cells: Float64Array;
}

/** Cells of a row: instant and answer, position and collector, and 1 and the number of the row of the same subject before it, or 0. */
export const CELLS = 3;
export const SAID_CELL = 0;
export const PLACE_CELL = 1;
export const OLDER_CELL = 2;
/** An instant is doubled; 1 is added where the person granted. */
export const SAID_STEP = 2;
/** A log position has this many values. The number of the collector is above it. */
export const PLACE_STEP = 2 ** 32;

export interface ConsentRows extends ConsentColumns {
  rows: number;
  /** How far the log was read, by collector. */
  taken: Map<string, number>;
}

/** Log positions of one page. */
const PAGE = 500_000;

export function emptyConsents(): ConsentRows {
  return {
    newest: shared(Uint32Array, 0),
    cells: shared(Float64Array, 0),
    rows: 0,
    taken: new Map(),
  };
}

/** What a walk reads of them. */
export function consentColumns({ newest, cells }: ConsentColumns): ConsentColumns {
  return { newest, cells };
}

export function consentBytes(rows: ConsentRows): number {
  return rows.cells.byteLength + rows.newest.byteLength;
}

/**
 * Adds the statements up to a position. Their subjects are added, also those without touchpoints. After a failure the next call goes on
 * where this one ended. One call at a time.
 * @param collectors those of the histories, in order of their numbers.
 * @returns false if the rows in memory are not those of the engine any more: where several collectors write, it may let a fresh row
 * take the place of an older one with the same id.
 */
export async function extendConsents(
  rows: ConsentRows,
  snapshot: Snapshot,
  upto: Position,
  { subjects, collectors }: { subjects: KeyIndex; collectors: readonly string[] },
): Promise<boolean> {
  const sql = `select ${keyHalves('c.subject_key', 'subject')}, float64(epoch_ms(c.occurred_at)) as at_ms, float64(c.measurement) as granted, float64(c.log_seq) as log_seq
    from consents c where c.measurement is not null and c.collector_id = $collector_id and c.log_seq > $after_seq and c.log_seq <= $until_seq`;
  const turns = new WorkTurns();
  const before = rows.rows;
  for (const [collector_id, last] of upto) {
    const collector = collectors.indexOf(collector_id);
    for (let after_seq = rows.taken.get(collector_id) ?? 0; after_seq < last; ) {
      const until_seq = Math.min(last, after_seq + PAGE);
      const parts: Array<ReadonlyArray<ArrayLike<number>>> = [];
      await snapshot.columns(sql, { collector_id, after_seq, until_seq }, ({ cells }) => {
        parts.push(cells as ReadonlyArray<ArrayLike<number>>);
      });
      for (const part of parts)
        for (let i = 0; i < part[0]!.length; i++) {
          add(rows, subjects.add(part[0]![i]!, part[1]![i]!), collector, part, i);
          if (turns.ends(256)) await turns.next();
        }
      rows.taken.set(collector_id, until_seq);
      after_seq = until_seq;
    }
  }
  return rows.rows === before || upto.size < 2 || rows.rows === (await storedRows(snapshot, upto));
}

/**
 * Puts the rows in order of subjects, each person's newest first, so that a walk over all people reads memory in order. Nobody may read
 * them meanwhile.
 */
export function inSubjectOrder(rows: ConsentRows): void {
  const { newest, cells } = rows;
  const ordered = shared(Float64Array, cells.length);
  let next = 0;
  for (let subject = 0; subject < newest.length; subject++) {
    let row = newest[subject]!;
    if (row > 0) newest[subject] = next + 1;
    while (row > 0) {
      const own = (row - 1) * CELLS;
      const to = next * CELLS;
      row = cells[own + OLDER_CELL]!;
      next += 1;
      ordered[to + SAID_CELL] = cells[own + SAID_CELL]!;
      ordered[to + PLACE_CELL] = cells[own + PLACE_CELL]!;
      ordered[to + OLDER_CELL] = row > 0 ? next + 1 : 0;
    }
  }
  rows.cells = ordered;
}

async function storedRows(snapshot: Snapshot, upto: Position): Promise<number> {
  const [row] = await snapshot.query(
    `select count(*) as n from consents c where c.measurement is not null and ${atOrBefore('c', upto)}`,
  );
  return read(row, { n: 'number' }).n;
}

function add(
  rows: ConsentRows,
  subject: number,
  collector: number,
  cells: ReadonlyArray<ArrayLike<number>>,
  i: number,
): void {
  const [, , at_ms, granted, log_seq] = cells;
  const row = rows.rows;
  if ((row + 1) * CELLS > rows.cells.length) growRows(rows, row + 1);
  if (subject >= rows.newest.length) rows.newest = grown(rows.newest, subject + Math.max(1_024, subject >> 3));
  const own = row * CELLS;
  rows.cells[own + SAID_CELL] = at_ms![i]! * SAID_STEP + granted![i]!;
  rows.cells[own + PLACE_CELL] = collector * PLACE_STEP + log_seq![i]!;
  rows.cells[own + OLDER_CELL] = rows.newest[subject]!;
  Atomics.store(rows.newest, subject, row + 1);
  rows.rows = row + 1;
}

function growRows(rows: ConsentRows, length: number): void {
  const room = length + Math.max(1_024, length >> 2);
  rows.cells = grown(rows.cells, room * CELLS);
  // A report that has the old arrays must not meet a row beyond them.
  rows.newest = sharedCopy(rows.newest, Uint32Array);
}
