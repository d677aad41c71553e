/** How many conversions each key of a book has. They are counted once, and fresh rows are added. */
import { roomFor } from '../room.ts';
import type { OrderBook } from './order-book.ts';

interface Counted {
  rows: number;
  counts: Uint32Array;
}

const known = new WeakMap<OrderBook, Counted>();

/** By key, its conversions of any kind and time, also those after the position of a report. Arrays may be shorter than there are keys. */
export function conversionCounts(book: OrderBook): Uint32Array {
  const { subject, rows } = book.conversions;
  const own = known.get(book) ?? { rows: 0, counts: new Uint32Array(0) };
  own.counts = roomFor(own.counts, book.keys.size);
  for (; own.rows < rows; own.rows++) own.counts[subject[own.rows]!]! += 1;
  known.set(book, own);
  return own.counts;
}
