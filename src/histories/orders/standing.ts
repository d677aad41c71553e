/**
 * Which rows of a book count at a position: attribution/page-conversions.ts and the repeats and adjustments of attribution/orders.ts and
 * events.ts, in memory. docs/semantics.md 1 to 3.
 */
import type { Position } from '../../warehouse/position.ts';
import type { Chains } from './chains.ts';
import type { OrderBook } from './order-book.ts';
import type { Statement } from './statements.ts';

const NONE: readonly number[] = [];

export class Standing {
  /** The last position that counts, by number of the collector. */
  private readonly limits: Float64Array;

  constructor(
    private readonly book: OrderBook,
    position: Position,
  ) {
    this.limits = Float64Array.from(book.collectors.texts, (name) => position.get(name) ?? 0);
  }

  /** True if a row of the log is at or before the position. */
  private reaches(log_seq: number, collector: number): boolean {
    return log_seq <= (this.limits[collector] ?? 0);
  }

  /** True if a conversion is at or before the position. */
  sees(row: number): boolean {
    const { log_seq, collector } = this.book.conversions;
    return this.reaches(log_seq[row]!, collector[row]!);
  }

  seesAdjustment(row: number): boolean {
    const { log_seq, collector } = this.book.adjustments;
    return this.reaches(log_seq[row]!, collector[row]!);
  }

  seesStatement({ log_seq, collector }: Statement): boolean {
    return this.reaches(log_seq, collector);
  }

  /** True if a server sent a conversion under the id of a page conversion. */
  private isOverruled(row: number): boolean {
    const { from_page, named, by_named } = this.book.conversions;
    if (from_page[row] === 0) return false;
    for (let other = by_named.first(named[row]!); other >= 0; other = by_named.next(other))
      if (from_page[other] === 0 && this.sees(other)) return true;
    return false;
  }

  /** True if a conversion stands for its order. The row has to be at or before the position. */
  stands(row: number): boolean {
    const { from_page, order, by_order } = this.book.conversions;
    if (from_page[row] === 1 && this.isOverruled(row)) return false;
    const own = order[row]!;
    if (own < 0 || by_order.isOnly(own, row)) return true;
    for (const other of this.membersOf(row)) if (other !== row && this.comesBefore(other, row)) return false;
    return true;
  }

  /** The conversions of the order of a row that count: the standing one and its repeats. */
  membersOf(row: number): number[] {
    const { order, by_order } = this.book.conversions;
    const own = order[row]!;
    if (own < 0 || by_order.isOnly(own, row)) return [row];
    const members: number[] = [];
    for (let other = by_order.first(own); other >= 0; other = by_order.next(other))
      if (this.sees(other) && !this.isOverruled(other)) members.push(other);
    return members;
  }

  /** The order of the conversions of one order: those of servers, then by instant, then by id. */
  private comesBefore(a: number, b: number): boolean {
    const { from_page, at_ms, named } = this.book.conversions;
    const difference = from_page[a]! - from_page[b]! || at_ms[a]! - at_ms[b]!;
    return (difference || this.book.conversion_ids.texts.compare(named[a]!, named[b]!)) < 0;
  }

  /** The adjustments of the order of a standing conversion, in any currency. Most orders have none. */
  adjustmentsOf(row: number): readonly number[] {
    const { adjustments, conversions } = this.book;
    if (adjustments.rows === 0) return NONE;
    const { by_conversion, by_order } = adjustments;
    const own = conversions.order[row]!;
    const of_order = own < 0 ? -1 : by_order.first(own);
    const name = conversions.named[row]!;
    const is_alone = own < 0 || conversions.by_order.isOnly(own, row);
    if (is_alone && of_order < 0 && by_conversion.first(name) < 0) return NONE;
    const found: number[] = [];
    const addChain = (chain: Chains, first: number): void => {
      for (let a = first; a >= 0; a = chain.next(a)) if (this.seesAdjustment(a)) found.push(a);
    };
    for (const member of this.membersOf(row)) addChain(by_conversion, by_conversion.first(conversions.named[member]!));
    addChain(by_order, of_order);
    return found;
  }

  /** True if the order that an adjustment names is known. */
  knowsOrderOf(adjustment: number): boolean {
    const { conversion, order } = this.book.adjustments;
    const { by_named, by_order } = this.book.conversions;
    const [chain, name] = conversion[adjustment]! >= 0 ? [by_named, conversion] : [by_order, order];
    for (let row = chain.first(name[adjustment]!); row >= 0; row = chain.next(row)) if (this.sees(row)) return true;
    return false;
  }
}
