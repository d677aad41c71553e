/** The paths with most orders, and all others together. docs/semantics.md 16. */
import { microsPer, money, ratio } from '../../domain/money.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import { ExactSums } from '../../histories/exact.ts';
import type { OrderPaths } from '../../models/paths/order-paths.ts';
import type { PathTouches } from '../../models/paths/transforms.ts';
import { sortInTurns, WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportJson } from '../context.ts';
import type { ChosenPaths } from './chosen-paths.ts';
import { pathText, shownName } from './path-names.ts';
import { PathTally } from './path-tally.ts';
import { SamePaths } from './same-paths.ts';

interface TopPaths {
  paths: ReportJson[];
  /** All others in one row; none if every path has its own. */
  other_paths: ReportJson[];
  different_paths: number;
}

/** @param touches the touches of the paths, transformed. */
export async function topPaths(
  paths: OrderPaths,
  touches: PathTouches,
  chosen: ChosenPaths,
  limit: number,
): Promise<TopPaths> {
  const same = new SamePaths(touches);
  const tally = new PathTally(paths);
  const lag_ms = new ExactSums();
  const turns = new WorkTurns();
  for (let path = 0; path < chosen.is_chosen.length; path++) {
    if (turns.ends(256)) await turns.next();
    if (chosen.is_chosen[path] === 0) continue;
    const number = same.numberOf(path);
    tally.add(number, path);
    lag_ms.reserve(number + 1);
    if (paths.counted[path] === 1) lag_ms.add(number, paths.at_ms[path]! - paths.touch_ms[paths.offsets[path]!]!);
  }
  const sorted = await inOrder(same, tally, touches);
  const rowOf = (figures: Figures): ReportJson => figuresOf(figures, chosen.orders_with_path);
  const listed = Array.from(sorted.subarray(0, limit), (number) => {
    const names = namesOf(touches, same.first[number]!).map(shownName);
    const own = {
      orders: tally.ordersOf(number),
      micros: tally.microsOf(number),
      people: tally.peopleOf(number),
      lag_ms: lag_ms.total(number),
    };
    return { path: names, path_text: pathText(names), touches: names.length, ...rowOf(own) };
  });
  const rest = { orders: 0, micros: 0n, people: 0, lag_ms: 0n };
  for (const number of sorted.subarray(limit)) {
    rest.orders += tally.ordersOf(number);
    rest.people += tally.peopleOf(number);
    rest.micros += tally.microsOf(number);
    rest.lag_ms += lag_ms.total(number);
  }
  const others = Math.max(0, same.count - limit);
  return {
    paths: listed,
    other_paths: others === 0 ? [] : [{ path_text: 'other paths', different_paths: others, ...rowOf(rest) }],
    different_paths: same.count,
  };
}

interface Figures {
  orders: number;
  micros: bigint;
  people: number;
  lag_ms: bigint;
}

function figuresOf({ orders, micros, people, lag_ms }: Figures, all_orders: number): ReportJson {
  return {
    orders,
    ...money('net_revenue', micros),
    share_of_orders: ratio(orders, all_orders),
    average_order_value: microsPer(micros, orders),
    people_without_order: people,
    conversion_rate: ratio(orders, orders + people),
    average_days_to_order: ratio(lag_ms, BigInt(orders) * BigInt(MS_PER_DAY)),
  };
}

function namesOf({ states, codes, offsets }: PathTouches, path: number): string[] {
  return Array.from(codes.subarray(offsets[path]!, offsets[path + 1]!), (code) => states[code]!);
}

/** Most orders first, then most revenue, then most people, then by the names of their touches. */
function inOrder(same: SamePaths, tally: PathTally, touches: PathTouches): Promise<Uint32Array> {
  const { states, codes, offsets } = touches;
  /** By code, its place among the names. */
  const place = new Uint32Array(states.length);
  for (const [i, code] of [...states.keys()].sort((a, b) => (states[a]! < states[b]! ? -1 : 1)).entries())
    place[code] = i;
  const byNames = (a: number, b: number): number => {
    const [first, other] = [offsets[same.first[a]!]!, offsets[same.first[b]!]!];
    const length = offsets[same.first[a]! + 1]! - first;
    const other_length = offsets[same.first[b]! + 1]! - other;
    for (let i = 0; i < Math.min(length, other_length); i++) {
      const difference = place[codes[first + i]!]! - place[codes[other + i]!]!;
      if (difference !== 0) return difference;
    }
    return length - other_length;
  };
  return sortInTurns(
    Uint32Array.from({ length: same.count }, (_, number) => number),
    (a, b) => tally.compare(a, b) || byNames(a, b),
  );
}
