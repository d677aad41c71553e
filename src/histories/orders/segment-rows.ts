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

/** A row takes so many doubles, and twice as many numbers of 32 bits. */
export const ROW_DOUBLES = 4;
export const ROW_NUMBERS = 2 * ROW_DOUBLES;
/** The places of a row in doubles. The end is infinite where the statement has none. */
export const ASSIGNED_MS = 0;
export const EXPIRES_MS = 1;
/** The places of a row in numbers of 32 bits. The first four are the two doubles. */
export const LOG_SEQ = 4;
/** 1 and the row of the same key before it; 0 if there is none. */
export const OLDER = 5;
/** Number of the collector in the book. */
export const COLLECTOR = 6;
/** Number of the name. */
export const NAME = 7;

/** Names in order of their bytes, as the engines order them. */
export interface NamesInOrder {
  texts: string[];
  /** By number of a name, its place in the order. */
  rank: Uint16Array;
}

export class SegmentRows {
  rows = 0;
  /** How many of them are known to be those of the engine. */
  checked = 0;
  /** How far the log was read, by collector. */
  readonly taken = new Map<string, number>();
  /** The keys of ids with statements. */
  readonly subjects = new KeyIndex();
  readonly names = new Names();
  /** By number of a key, 1 and its newest row; 0 if it has none. */
  private newest = new Uint32Array(0);
  /**
   * The rows. What belongs to one lies side by side, because most of the time goes to waiting for memory. In doubles: {@link ASSIGNED_MS}
   * and {@link EXPIRES_MS}; in numbers of 32 bits: the others.
   */
  times = new Float64Array(0);
  numbers = new Uint32Array(0);
  /** By number of a collector in the book, its last statement. */
  private readonly last_seq: number[] = [];
  private in_order: NamesInOrder = { texts: [], rank: new Uint16Array(0) };

  /** Bytes in memory, without the names. */
  get bytes(): number {
    return this.subjects.bytes + this.newest.byteLength + this.times.byteLength;
  }

  /** The newest row of a key, or -1. */
  newestOf(subject: number): number {
    return subject < this.newest.length ? this.newest[subject]! - 1 : -1;
  }

  /** Adds a statement. @param subject the number of a key of `subjects`. */
  add(
    subject: number,
    statement: { name: number; assigned_ms: number; expires_ms: number; log_seq: number; collector: number },
  ): void {
    const row = this.rows;
    this.newest = roomFor(this.newest, subject + 1);
    if ((row + 1) * ROW_DOUBLES > this.times.length) {
      this.times = roomFor(this.times, (row + 1) * ROW_DOUBLES);
      this.numbers = new Uint32Array(this.times.buffer);
    }
    this.times[row * ROW_DOUBLES + ASSIGNED_MS] = statement.assigned_ms;
    this.times[row * ROW_DOUBLES + EXPIRES_MS] = statement.expires_ms;
    this.numbers[row * ROW_NUMBERS + LOG_SEQ] = statement.log_seq;
    this.numbers[row * ROW_NUMBERS + OLDER] = this.newest[subject]!;
    this.numbers[row * ROW_NUMBERS + COLLECTOR] = statement.collector;
    this.numbers[row * ROW_NUMBERS + NAME] = statement.name;
    this.newest[subject] = row + 1;
    this.rows = row + 1;
    this.last_seq[statement.collector] = Math.max(statement.log_seq, this.last_seq[statement.collector] ?? 0);
  }

  /** True if all statements are at or before a position. @param limits the position by number of the collector. */
  areWithin(limits: Float64Array): boolean {
    return this.last_seq.every((log_seq, collector) => log_seq <= (limits[collector] ?? 0));
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
}
