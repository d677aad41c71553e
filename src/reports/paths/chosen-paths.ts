/** The paths that a report is about: those with a touch that the filters let pass. docs/semantics.md 16. */
import type { OrderPaths } from '../../models/paths/order-paths.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { PathTally } from './path-tally.ts';

/** Numbers of sums: all paths, and those that are chosen. */
const [ALL, CHOSEN] = [0, 1];

export interface ChosenPaths {
  /** 1 for the paths that are chosen. */
  is_chosen: Uint8Array;
  orders: number;
  orders_with_path: number;
  people_without_order: number;
  net_micros: bigint;
  /** Net revenue of the orders with a path. */
  path_micros: bigint;
}

export async function chosenPaths(paths: OrderPaths): Promise<ChosenPaths> {
  const { offsets, shown, is_order } = paths;
  const is_chosen = new Uint8Array(is_order.length);
  const tally = new PathTally(paths);
  const turns = new WorkTurns();
  for (let path = 0; path < is_order.length; path++) {
    if (turns.ends(256)) await turns.next();
    tally.add(ALL, path);
    const [from, until] = [offsets[path]!, offsets[path + 1]!];
    if (from === until || (shown !== null && shown.subarray(from, until).indexOf(1) < 0)) continue;
    is_chosen[path] = 1;
    tally.add(CHOSEN, path);
  }
  return {
    is_chosen,
    orders: tally.ordersOf(ALL),
    orders_with_path: tally.ordersOf(CHOSEN),
    people_without_order: tally.peopleOf(CHOSEN),
    net_micros: tally.microsOf(ALL),
    path_micros: tally.microsOf(CHOSEN),
  };
}
