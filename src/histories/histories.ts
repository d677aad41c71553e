/**
 * The touchpoints of the log in memory, person by person: typed arrays in order of subject, then instant, then id. A subject is one
 * id of a person. Which subjects are one person is not part of the arrays, because it differs by position and setting; a report
 * joins the few subjects of a person as it reads. So identity changes no array.
 *
 * Rows that come after the filling are added at the end of the same arrays ({@link ./extend.ts}), so a place never changes its
 * touchpoint. A chain leads through those of a subject. {@link ./rebuild.ts} makes new arrays in order when there are many.
 * A report reads a {@link viewOf}: it stays as it is while rows are added, labels change or arrays grow.
 *
 * Threads read the same memory while rows are added ({@link ./threads/pass-threads.ts}). Nothing that they count changes under them:
 * - Columns of a touchpoint are written before a chain leads to it, and chains are changed and followed with `Atomics`. So who meets a
 *   touchpoint sees all of it, and skips it if it lies after the position of the report.
 * - A chain is whole at every moment: a new touchpoint leads on to the next one before another leads to it.
 * - `tie` is the only column that changes for touchpoints that count. {@link isBefore} says how it is read.
 * - Labels that change, and arrays that grow, are put into new arrays. The old ones stay as they are.
 */
import type { Position } from '../warehouse/position.ts';
import { type ConsentColumns, type ConsentRows, consentBytes } from './consents/consent-rows.ts';
import { type EmailRows, emailBytes } from './emails/email-rows.ts';
import type { KeyIndex } from './key-index.ts';
import type { OrderBook } from './orders/order-book.ts';
import type { LabelColumn } from './relations.ts';
import { grown, shared, sharedCopy } from './room.ts';

export type Codes = Uint16Array | Uint32Array;

/** What touchpoints have in common. */
export type Label = Readonly<Record<LabelColumn, string | null>> & { readonly traits: string };

/** The columns of touchpoints. They have room for more rows than there are. */
export interface TouchColumns {
  at_ms: Float64Array;
  /** The place among the touchpoints of one instant, in order of their ids. All zero where there are none. */
  tie: Codes;
  /** Number of a label. */
  label: Codes;
  /** The hash of the message or session; 0 is none. Two messages of a person have different hashes, but for a chance of 2^-53. */
  message: Float64Array;
  session: Float64Array;
  log_seq: Uint32Array;
  /** Number of a collector. */
  collector: Uint8Array;
}
export const TOUCH_COLUMNS = ['at_ms', 'tie', 'label', 'message', 'session', 'log_seq', 'collector'] as const;

/** What a pass reads of touchpoints. */
export interface Touchpoints extends TouchColumns {
  /** Collectors in order of their number in `collector`. */
  collectors: string[];
  /** The touchpoints of subject number s, as far as they were there at the filling, are those from starts[s] to before starts[s + 1]. */
  starts: Uint32Array;
  /** How many touchpoints there are. */
  length: number;
  /** By subject, 1 and the place of its newest fresh touchpoint; 0 if it has none. It has room for more subjects. */
  newest: Uint32Array;
  /** By fresh touchpoint, counted from the first fresh place, 1 and the place of the one before it in time; 0 if it is the oldest. */
  older: Uint32Array;
  /** What people said about measurement. */
  consents: ConsentColumns;
}
export const TOUCHPOINT_ARRAYS = [...TOUCH_COLUMNS, 'starts', 'newest', 'older'] as const;

export interface Histories extends Touchpoints {
  /** All rows of the log up to here are in the arrays. */
  position: Position;
  /** The last reclassification that is in the labels, by collector. An earlier position needs other labels. */
  reclassified: Position;
  /** What `position` and `reclassified` were when the touchpoints in order were put there. */
  filled: { position: Position; reclassified: Position };
  /** The numbers of collectors that have touchpoints. */
  writers: Set<number>;
  /** The list is replaced by a longer one when new labels come. */
  labels: readonly Label[];
  /** The number of a label by its texts as JSON. Made for the first fresh rows. */
  label_numbers: Map<string, number> | null;
  subjects: KeyIndex;
  /** The time of the earliest touchpoint; infinite if there is none. */
  first_ms: number;
  /** The conversions and adjustments up to the same position. */
  orders: OrderBook;
  /** The statements about measurement up to the same position. */
  consents: ConsentRows;
  /** The email events, up to their own position; null if they do not fit or are not read yet. */
  emails: EmailRows | null;
  /** True if email events are still to be read. */
  reads_emails: boolean;
}

/**
 * What a report reads. Rows that are added later lie after its position, so they do not count for it. Whatever replaces a label
 * or an array puts a new one into `histories`.
 */
export function viewOf(histories: Histories): Histories {
  const { emails, consents } = histories;
  return { ...histories, consents: { ...consents }, emails: emails === null ? null : { ...emails } };
}

/** Codes up to `largest`, in as few bytes as they need. */
export function codes(largest: number, length: number): Codes {
  return largest < 2 ** 16 ? shared(Uint16Array, length) : shared(Uint32Array, length);
}

/** Columns with room for `length` touchpoints. */
export function touchColumns(length: number, largest: { tie: number; label: number }): TouchColumns {
  return {
    at_ms: shared(Float64Array, length),
    tie: codes(largest.tie, length),
    label: codes(largest.label, length),
    message: shared(Float64Array, length),
    session: shared(Float64Array, length),
    log_seq: shared(Uint32Array, length),
    collector: shared(Uint8Array, length),
  };
}

/** Arrays have room for an eighth more, so that fresh rows find a place. */
export const lengthWithRoom = (length: number): number => length + Math.max(4_096, length >> 3);

/** The chains of histories without fresh touchpoints. */
export function emptyChains(
  { starts, at_ms }: Pick<Histories, 'starts' | 'at_ms'>,
  subjects = starts.length - 1,
): Pick<Histories, 'newest' | 'older'> {
  const fresh = at_ms.length - starts.at(-1)!;
  return { newest: shared(Uint32Array, lengthWithRoom(subjects)), older: shared(Uint32Array, fresh) };
}

/** Makes room for `length` touchpoints and `subjects` subjects. Reports go on with the arrays that they have. */
export function reserve(histories: Histories, length: number, subjects: number): void {
  if (length > histories.at_ms.length) {
    Object.assign(histories, grownColumns(histories, lengthWithRoom(length)));
    histories.older = grown(histories.older, histories.at_ms.length - filledRows(histories));
    // A report that has the old arrays must not meet a place beyond them.
    histories.newest = sharedCopy(histories.newest, Uint32Array);
  }
  if (subjects > histories.newest.length) histories.newest = grown(histories.newest, lengthWithRoom(subjects));
}

/** Columns with the same rows and room for `length` touchpoints. */
function grownColumns(columns: TouchColumns, length: number): TouchColumns {
  return Object.fromEntries(
    TOUCH_COLUMNS.map((name) => [name, grown(columns[name], length)]),
  ) as unknown as TouchColumns;
}

/** The number of subjects with a range in `starts`. */
export function filledSubjects({ starts }: Pick<Touchpoints, 'starts'>): number {
  return starts.length - 1;
}

/** How many touchpoints lie in the order of subjects; the others are fresh. */
export function filledRows({ starts }: Pick<Touchpoints, 'starts'>): number {
  return starts.at(-1)!;
}

/** The place of the newest fresh touchpoint of a subject, or -1. */
export function newestFresh({ newest }: Pick<Touchpoints, 'newest'>, subject: number): number {
  return subject < newest.length ? Atomics.load(newest, subject) - 1 : -1;
}

/** The place of the fresh touchpoint before another one of the same subject, or -1. */
export function olderFresh(histories: Pick<Touchpoints, 'starts' | 'older'>, place: number): number {
  return Atomics.load(histories.older, place - filledRows(histories)) - 1;
}

/**
 * True if a touchpoint is before another one in order of (instant, id). Ties of an instant only grow, from the last one down, so at
 * every moment they say the right order. While they grow, two of them that are read one after the other may be of different moments.
 * A tie that is the same before and after the other one was read did not change meanwhile.
 */
export function isBefore({ at_ms, tie }: Pick<Touchpoints, 'at_ms' | 'tie'>, a: number, b: number): boolean {
  const difference = at_ms[a]! - at_ms[b]!;
  if (difference !== 0) return difference < 0;
  for (;;) {
    const own = Atomics.load(tie, a);
    const other = Atomics.load(tie, b);
    if (Atomics.load(tie, a) === own) return own < other;
  }
}

/** How many touchpoints a subject has, at any position. */
export function touchCount(histories: Histories, subject: number): number {
  const { starts } = histories;
  let count = subject + 1 < starts.length ? starts[subject + 1]! - starts[subject]! : 0;
  for (let place = newestFresh(histories, subject); place >= 0; place = olderFresh(histories, place)) count += 1;
  return count;
}

/** The touchpoint at a place of the log, or -1. */
export function placeOf(
  histories: Histories,
  subject: number,
  { at_ms, collector, log_seq }: { at_ms: number; collector: number; log_seq: number },
): number {
  const { starts } = histories;
  const is = (place: number): boolean =>
    histories.log_seq[place] === log_seq && histories.collector[place] === collector;
  if (subject + 1 < starts.length) {
    let [low, high] = [starts[subject]!, starts[subject + 1]!];
    const until = high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (histories.at_ms[middle]! < at_ms) low = middle + 1;
      else high = middle;
    }
    for (let place = low; place < until && histories.at_ms[place] === at_ms; place++) if (is(place)) return place;
  }
  for (let place = newestFresh(histories, subject); place >= 0; place = olderFresh(histories, place))
    if (is(place)) return place;
  return -1;
}

/** The bytes that the arrays take. */
export function bytesOf(histories: Histories): number {
  return TOUCHPOINT_ARRAYS.map((name) => histories[name]).reduce(
    (sum, array) => sum + array.byteLength,
    histories.subjects.bytes +
      histories.orders.bytes +
      consentBytes(histories.consents) +
      (histories.emails === null ? 0 : emailBytes(histories.emails)),
  );
}
