/** Paths by their number of touches. docs/semantics.md 16. */
import { money, ratio } from '../../domain/money.ts';
import type { OrderPaths } from '../../models/paths/order-paths.ts';
import type { PathTouches } from '../../models/paths/transforms.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportJson } from '../context.ts';
import type { ChosenPaths } from './chosen-paths.ts';
import { PathTally } from './path-tally.ts';

/** Longer paths are one row. */
const LONGEST = 10;

/** A row for each length, also where no path has it. */
export async function pathLengths(
  paths: OrderPaths,
  { offsets }: PathTouches,
  { is_chosen, orders_with_path }: ChosenPaths,
): Promise<ReportJson[]> {
  const tally = new PathTally(paths);
  const turns = new WorkTurns();
  for (let path = 0; path < is_chosen.length; path++) {
    if (turns.ends(256)) await turns.next();
    if (is_chosen[path] === 1) tally.add(Math.min(LONGEST, offsets[path + 1]! - offsets[path]! - 1), path);
  }
  return Array.from({ length: LONGEST + 1 }, (_, i) => {
    const [orders, people] = [tally.ordersOf(i), tally.peopleOf(i)];
    return {
      touches: i < LONGEST ? String(i + 1) : `${LONGEST + 1}+`,
      orders,
      ...money('net_revenue', tally.microsOf(i)),
      share_of_orders: ratio(orders, orders_with_path),
      people_without_order: people,
      conversion_rate: ratio(orders, orders + people),
    };
  });
}
