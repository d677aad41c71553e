/** The value events of orders: attribution/events.ts, in memory. docs/semantics.md 3. */
import { SMALL } from '../exact.ts';
import { roomFor } from '../room.ts';
import type { OrderBook } from './order-book.ts';
import type { Standing } from './standing.ts';

/** Values that are not in 0 … 2^52 are whole numbers of any size. */
export interface LargeValue {
  before: bigint;
  after: bigint;
}

/** An order whose adjustments a warning counts. */
export interface RefundFault {
  /** The events of the order are [first_event, end_event). */
  first_event: number;
  end_event: number;
  /** Its adjustments in another currency. */
  foreign_ones: number;
  /** True if it lost more than it brought. */
  is_beyond: boolean;
}

const isSmall = (value: bigint | number): boolean => value >= 0 && value < SMALL;

export class ValueEvents {
  length = 0;
  at_ms: Float64Array;
  before: Float64Array;
  after: Float64Array;
  is_order: Uint8Array;
  readonly large = new Map<number, LargeValue>();
  /** The orders with an event and an adjustment in another currency, and those that lost more than they brought. */
  readonly refund_faults: RefundFault[] = [];

  /** @param room about how many events there will be. */
  constructor(
    private readonly book: OrderBook,
    private readonly standing: Standing,
    private readonly own_day: boolean,
    room: number,
  ) {
    this.at_ms = new Float64Array(room + 256);
    this.before = new Float64Array(room + 256);
    this.after = new Float64Array(room + 256);
    this.is_order = new Uint8Array(room + 256);
  }

  /** Adds the events of a standing conversion in a period. @returns false if there are none. */
  add(row: number, start_ms: number, end_ms: number): boolean {
    const found = this.standing.adjustmentsOf(row);
    if (found.length > 0) return this.addAdjusted(row, found, start_ms, end_ms);
    const { at_ms, micros } = this.book.conversions;
    if (at_ms[row]! < start_ms || at_ms[row]! >= end_ms) return false;
    const value = micros[row]!;
    if (isSmall(value)) this.push(at_ms[row]!, 0, value, 1);
    else this.pushExact(at_ms[row]!, 0n, this.book.conversions.exact(row), 1);
    return true;
  }

  private addAdjusted(row: number, found: readonly number[], start_ms: number, end_ms: number): boolean {
    const { conversions, adjustments, adjustment_ids } = this.book;
    const { at_ms } = adjustments;
    const first = this.length;
    const value = conversions.exact(row);
    const own = found.filter((a) => adjustments.currency[a] === conversions.currency[row]);
    const isIn = (at: number): boolean => at >= start_ms && at < end_ms;
    const order_ms = conversions.at_ms[row]!;
    let net = value;
    if (this.own_day) {
      if (isIn(order_ms)) this.pushExact(order_ms, 0n, value, 1);
      own.sort((a, b) => at_ms[a]! - at_ms[b]! || adjustment_ids.compare(a, b));
      for (const a of own) {
        const before = net;
        net += adjustments.exact(a);
        if (isIn(at_ms[a]!)) this.pushExact(at_ms[a]!, before, net, 0);
      }
    } else {
      for (const a of own) net += adjustments.exact(a);
      if (isIn(order_ms)) this.pushExact(order_ms, 0n, net, 1);
    }
    if (this.length === first) return false;
    const foreign_ones = found.length - own.length;
    const is_beyond = own.length > 0 && net < 0n;
    if (foreign_ones > 0 || is_beyond)
      this.refund_faults.push({ first_event: first, end_event: this.length, foreign_ones, is_beyond });
    return true;
  }

  /** Replaces the values of an event by whole numbers of 0 … 2^53 - 1. */
  setSmall(event: number, before: number, after: number): void {
    if (isSmall(before) && isSmall(after)) {
      this.before[event] = before;
      this.after[event] = after;
    } else this.set(event, BigInt(before), BigInt(after));
  }

  /** Replaces the values of an event. */
  set(event: number, before: bigint, after: bigint): void {
    const small = isSmall(before) && isSmall(after);
    this.before[event] = small ? Number(before) : 0;
    this.after[event] = small ? Number(after) : 0;
    if (small) this.large.delete(event);
    else this.large.set(event, { before, after });
  }

  /** The values of an event, of any size. */
  exact(event: number): LargeValue {
    return this.large.get(event) ?? { before: BigInt(this.before[event]!), after: BigInt(this.after[event]!) };
  }

  private pushExact(at_ms: number, before: bigint, after: bigint, is_order: 0 | 1): void {
    this.push(at_ms, 0, 0, is_order);
    this.set(this.length - 1, before, after);
  }

  private push(at_ms: number, before: number, after: number, is_order: 0 | 1): void {
    if (this.length === this.at_ms.length) {
      this.at_ms = roomFor(this.at_ms, 2 * this.length);
      this.before = roomFor(this.before, this.at_ms.length);
      this.after = roomFor(this.after, this.at_ms.length);
      this.is_order = roomFor(this.is_order, this.at_ms.length);
    }
    this.at_ms[this.length] = at_ms;
    this.before[this.length] = before;
    this.after[this.length] = after;
    this.is_order[this.length] = is_order;
    this.length += 1;
  }
}
