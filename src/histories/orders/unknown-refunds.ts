/** Adjustments of the period whose order is not known: reports/refund-warnings.ts, in memory. */
import type { Plan } from '../../attribution/plan.ts';
import type { OrderBook } from './order-book.ts';
import { brandPlaces } from './pick-orders.ts';
import type { Standing } from './standing.ts';

export function unknownRefunds(book: OrderBook, plan: Plan, standing: Standing): number {
  const { rows, brand, at_ms } = book.adjustments;
  const places = brandPlaces(book, plan);
  let unknown = 0;
  for (let row = 0; row < rows; row++) {
    const place = places[brand[row]!]!;
    if (place < 0) continue;
    const { start_ms, end_ms } = plan.brands[place]!;
    if (at_ms[row]! < start_ms || at_ms[row]! >= end_ms || !standing.seesAdjustment(row)) continue;
    if (!standing.knowsOrderOf(row)) unknown += 1;
  }
  return unknown;
}
