/** Fills the statements about segments of a book from the warehouse, and extends them with those that came since. */
import type { Columns, Snapshot } from '../../warehouse/port.ts';
import { atOrBefore, type Position } from '../../warehouse/position.ts';
import { read } from '../../warehouse/read-row.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { keyHalves } from '../key-index.ts';
import type { OrderBook } from './order-book.ts';
import { MAX_SEGMENT_NAMES, type SegmentRows } from './segment-rows.ts';

/** Log positions of one page. */
const PAGE = 500_000;

/** The key of the id is computed once a row, not once for each of its halves. */
const STATEMENTS = `select ${keyHalves('s.subject_key', 'subject')}, s.segment_name as segment_name, s.assigned_ms as assigned_ms, s.expires_ms as expires_ms, s.log_seq as log_seq
  from (select text_key(concat(c.brand_id, chr(0), c.customer_id)) as subject_key, c.segment_name as segment_name, float64(epoch_ms(c.assigned_at)) as assigned_ms,
      float64(epoch_ms(c.expires_at)) as expires_ms, float64(c.log_seq) as log_seq
    from customer_segments c where c.collector_id = $collector_id and c.log_seq > $after_seq and c.log_seq <= $until_seq) s`;

/**
 * Adds the statements up to a position. After a failure the next call goes on where this one ended. One call at a time. If there are
 * too many, the book has none.
 * @returns false if the statements in memory are not those of the engine any more: where several collectors write, it may let a fresh
 * row take the place of an older one with the same id.
 */
export async function extendSegments(book: OrderBook, snapshot: Snapshot, upto: Position): Promise<boolean> {
  const { segments } = book;
  if (segments === null) return true;
  for (const [collector_id, last] of upto)
    if (!(await takeStatements(book, segments, snapshot, collector_id, last))) {
      book.segments = null;
      return true;
    }
  const is_whole =
    segments.rows === segments.checked || upto.size < 2 || segments.rows === (await storedRows(snapshot, upto));
  segments.checked = segments.rows;
  return is_whole;
}

/** @returns false if there are too many. */
async function takeStatements(
  { collectors, most_statements }: OrderBook,
  segments: SegmentRows,
  snapshot: Snapshot,
  collector_id: string,
  last: number,
): Promise<boolean> {
  const collector = collectors.add(collector_id);
  const turns = new WorkTurns();
  for (let after_seq = segments.taken.get(collector_id) ?? 0; after_seq < last; ) {
    const until_seq = Math.min(last, after_seq + PAGE);
    // A page is added when it is whole, so that a failure leaves no part of it.
    const parts: Columns[] = [];
    let rows = segments.rows;
    await snapshot.columns(STATEMENTS, { collector_id, after_seq, until_seq }, (part) => {
      rows += part.rows;
      if (rows <= most_statements) parts.push(part);
    });
    if (rows > most_statements) return false;
    for (const { rows: count, cells } of parts)
      for (let i = 0; i < count; i++) {
        add(segments, collector, cells, i);
        if (turns.ends(256)) await turns.next();
      }
    if (segments.names.texts.length > MAX_SEGMENT_NAMES) return false;
    segments.taken.set(collector_id, until_seq);
    after_seq = until_seq;
  }
  return true;
}

function add(segments: SegmentRows, collector: number, cells: Columns['cells'], i: number): void {
  const [high, low, name, assigned, expires, seq] = cells;
  segments.add(segments.subjects.add(high![i] as number, low![i] as number), {
    name: segments.names.add(name![i] as string),
    assigned_ms: assigned![i] as number,
    expires_ms: (expires![i] as number | null) ?? Number.POSITIVE_INFINITY,
    log_seq: seq![i] as number,
    collector,
  });
}

async function storedRows(snapshot: Snapshot, upto: Position): Promise<number> {
  const [row] = await snapshot.query(`select count(*) as n from customer_segments c where ${atOrBefore('c', upto)}`);
  return read(row, { n: 'number' }).n;
}
