/**
 * The statements about segments in memory, as they arrived: by id of a person a chain of rows, from the newest to the oldest. No row says
 * what counts, because that differs by position; {@link ./segments-at.ts} says which segments an order has. Rows never move.
 */
import { sortInTurns } from '../../warehouse/work-turns.ts';
import { KeyIndex } from '../key-index.ts';
import { roomFor } from '../room.ts';
import { Names } from './names.ts';

/** Bytes of a statement, with its part of the index of ids. */
export const STATEMENT_BYTES = 64;
/** So many statements take half a gigabyte. */
export const MAX_STATEMENTS = 8_000_000;
/** The number of a name is 16 bits. More names are no segments, but data of each person. */
export const MAX_SEGMENT_NAMES = 2 ** 16;

/** Names in order of their bytes, as the engines order them. */
export interface NamesInOrder {
  texts: string[];
  /** By number of a name, its place in the order. */
  rank: Uint16Array;
}

export class SegmentRows {
  rows = 0;
  /** How far the log was read, by collector. */
  readonly taken = new Map<string, number>();
  /** The keys of ids with statements. */
  readonly subjects = new KeyIndex();
  readonly names = new Names();
  /** By number of a key, 1 and its newest row; 0 if it has none. */
  private newest = new Uint32Array(0);
  /** By row, 1 and the row of the same key before it; 0 if there is none. */
  private older = new Uint32Array(0);
  name = new Uint16Array(0);
  assigned_ms = new Float64Array(0);
  /** Infinite where the statement has no end. */
  expires_ms = new Float64Array(0);
  log_seq = new Uint32Array(0);
  /** Number of the collector in the book. */
  collector = new Uint16Array(0);
  private in_order: NamesInOrder = { texts: [], rank: new Uint16Array(0) };

  /** Bytes in memory, without the names. */
  get bytes(): number {
    const { subjects, newest, older, name, assigned_ms, expires_ms, log_seq, collector } = this;
    return [newest, older, name, assigned_ms, expires_ms, log_seq, collector].reduce(
      (sum, array) => sum + array.byteLength,
      subjects.bytes,
    );
  }

  /** The newest row of a key, or -1. */
  newestOf(subject: number): number {
    return subject < this.newest.length ? this.newest[subject]! - 1 : -1;
  }

  /** The row of the same key before a row, or -1. */
  olderThan(row: number): number {
    return this.older[row]! - 1;
  }

  /** Adds a statement. @param subject the number of a key of `subjects`. */
  add(
    subject: number,
    statement: { name: number; assigned_ms: number; expires_ms: number; log_seq: number; collector: number },
  ): void {
    const row = this.rows;
    this.reserve(row + 1);
    this.newest = roomFor(this.newest, subject + 1);
    this.name[row] = statement.name;
    this.assigned_ms[row] = statement.assigned_ms;
    this.expires_ms[row] = statement.expires_ms;
    this.log_seq[row] = statement.log_seq;
    this.collector[row] = statement.collector;
    this.older[row] = this.newest[subject]!;
    this.newest[subject] = row + 1;
    this.rows = row + 1;
  }

  /** The names as they are now. They are put in order again when there are more. */
  async namesInOrder(): Promise<NamesInOrder> {
    const names = this.names.texts;
    if (this.in_order.texts.length === names.length) return this.in_order;
    const bytes = names.map((text) => Buffer.from(text));
    const order = await sortInTurns(Uint32Array.from(bytes.keys()), (a, b) => Buffer.compare(bytes[a]!, bytes[b]!));
    const rank = new Uint16Array(order.length);
    for (const [place, number] of order.entries()) rank[number] = place;
    this.in_order = { texts: Array.from(order, (number) => names[number]!), rank };
    return this.in_order;
  }

  private reserve(rows: number): void {
    this.older = roomFor(this.older, rows);
    this.name = roomFor(this.name, rows);
    this.assigned_ms = roomFor(this.assigned_ms, rows);
    this.expires_ms = roomFor(this.expires_ms, rows);
    this.log_seq = roomFor(this.log_seq, rows);
    this.collector = roomFor(this.collector, rows);
  }
}
