/** The rows of conversions and adjustments in memory, in the order in which they arrived. Rows never move. */

import { roomFor } from '../room.ts';
import { Chains } from './chains.ts';

/** What rows of both kinds have. */
class LogRows {
  rows = 0;
  /** Number of the collector. */
  collector = new Uint16Array(0);
  log_seq = new Float64Array(0);
  at_ms = new Float64Array(0);
  /** Numbers of the brand and the currency in the book. */
  brand = new Uint32Array(0);
  currency = new Uint16Array(0);
  /** Micros; NaN where they are in `large`. */
  micros = new Float64Array(0);
  readonly large = new Map<number, bigint>();

  get bytes(): number {
    const { collector, log_seq, at_ms, brand, currency, micros } = this;
    return [collector, log_seq, at_ms, brand, currency, micros].reduce((sum, array) => sum + array.byteLength, 0);
  }

  /** Micros of any size. */
  exact(row: number): bigint {
    const micros = this.micros[row]!;
    return Number.isNaN(micros) ? this.large.get(row)! : BigInt(micros);
  }

  protected reserveShared(rows: number): void {
    this.collector = roomFor(this.collector, rows);
    this.log_seq = roomFor(this.log_seq, rows);
    this.at_ms = roomFor(this.at_ms, rows);
    this.brand = roomFor(this.brand, rows);
    this.currency = roomFor(this.currency, rows);
    this.micros = roomFor(this.micros, rows);
  }
}

export class ConversionRows extends LogRows {
  /** Number of the type in CONVERSION_TYPES, or {@link NO_TYPE}. */
  type = new Uint8Array(0);
  /** Number of the subject in the keys of the book. */
  subject = new Uint32Array(0);
  /** Number of the id under which senders know it. */
  named = new Uint32Array(0);
  /** Number of the order id, or -1. */
  order = new Int32Array(0);
  /** 1 for a page conversion. */
  from_page = new Uint8Array(0);
  readonly by_named = new Chains();
  readonly by_order = new Chains();

  override get bytes(): number {
    const { type, subject, named, order, from_page, by_named, by_order } = this;
    const own = [type, subject, named, order, from_page].reduce((sum, array) => sum + array.byteLength, 0);
    return super.bytes + own + by_named.bytes + by_order.bytes;
  }

  reserve(rows: number): void {
    this.reserveShared(rows);
    this.type = roomFor(this.type, rows);
    this.subject = roomFor(this.subject, rows);
    this.named = roomFor(this.named, rows);
    this.order = roomFor(this.order, rows);
    this.from_page = roomFor(this.from_page, rows);
  }
}

/** A type that this program does not know. Such a conversion is no order. */
export const NO_TYPE = 255;

/** The number of a row is also the number of its id in the texts of the book. */
export class AdjustmentRows extends LogRows {
  /** Number of the conversion id that it names, or -1; then of the order id. */
  conversion = new Int32Array(0);
  order = new Int32Array(0);
  readonly by_conversion = new Chains();
  readonly by_order = new Chains();

  override get bytes(): number {
    const { conversion, order, by_conversion, by_order } = this;
    return super.bytes + conversion.byteLength + order.byteLength + by_conversion.bytes + by_order.bytes;
  }

  reserve(rows: number): void {
    this.reserveShared(rows);
    this.conversion = roomFor(this.conversion, rows);
    this.order = roomFor(this.order, rows);
  }
}
