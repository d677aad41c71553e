/** The time of a person's order before each order, for lookback and `customer_kind`. docs/semantics.md 5 and 13. */
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { listsOf } from './lists.ts';
import type { OrderBook } from './order-book.ts';
import type { PickedOrders } from './pick-orders.ts';

/**
 * The time of the person's order before each order; NaN if there is none. Null if all standing conversions were not picked.
 * @param personOf the person of a row, as a number below `keys.size`.
 */
export async function previousOf(
  { conversions: { at_ms, named, rows: known }, conversion_ids, keys }: OrderBook,
  { rows, standing }: PickedOrders,
  personOf: (row: number) => number,
): Promise<Float64Array | null> {
  if (standing === null) return null;
  const previous_ms = new Float64Array(rows.length).fill(Number.NaN);
  const persons = new Uint32Array(standing.length);
  const order_of = new Int32Array(known).fill(-1);
  for (let i = 0; i < standing.length; i++) persons[i] = personOf(standing[i]!);
  for (let order = 0; order < rows.length; order++) order_of[rows[order]!] = order;
  const { starts, values } = listsOf(keys.size, persons, standing);
  const turns = new WorkTurns();
  for (let person = 0; person + 1 < starts.length; person++) {
    if (turns.ends(1_024)) await turns.next();
    const [from, until] = [starts[person]!, starts[person + 1]!];
    if (until - from < 2) continue;
    const own = values.subarray(from, until);
    own.sort((a, b) => at_ms[a]! - at_ms[b]! || conversion_ids.texts.compare(named[a]!, named[b]!));
    for (let i = 1; i < own.length; i++) {
      const order = order_of[own[i]!]!;
      if (order >= 0) previous_ms[order] = at_ms[own[i - 1]!]!;
    }
  }
  return previous_ms;
}
