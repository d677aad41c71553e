/** The paths of a log as a fit learns from them: one for each order with a touch, and one for each person who touched and did not order. */
import type { Plan } from '../../attribution/plan.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import type { Histories } from '../../histories/histories.ts';
import type { PassThreads } from '../../histories/threads/pass-threads.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { Naming } from '../grain.ts';
import type { OrderPaths } from './order-paths.ts';
import type { LogPaths } from './paths.ts';
import { readOrderPaths } from './read-order-paths.ts';

/**
 * Reads the paths of a plan's period.
 * @throws unprocessable above a limit of a fit.
 */
export async function readLogPaths(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  naming: Naming,
  in_memory: Histories | null = null,
  threads: PassThreads | undefined = undefined,
): Promise<LogPaths> {
  const question = {
    states: naming,
    filters: { events: null, touches: null },
    with_people: true,
    in_order: true,
    // A fitted model weighs all touches of an order, also those that a report cuts.
    most_touches: Number.POSITIVE_INFINITY,
    instants: false,
    alike: null,
    threads,
    signal: undefined,
  };
  const { paths } = await readOrderPaths(snapshot, plan, directory, question, in_memory);
  return withTouches(paths);
}

async function withTouches(paths: OrderPaths): Promise<LogPaths> {
  const { states, codes, offsets, is_order, net_micros, large_micros, person } = paths;
  const all = is_order.length;
  let pathless = 0;
  for (let path = 0; path < all; path++) pathless += Number(offsets[path] === offsets[path + 1]);
  const own_offsets = new Uint32Array(all - pathless + 1);
  const conversions = new Float64Array(all - pathless);
  const value = new Float64Array(all - pathless);
  const nulls = new Float64Array(all - pathless);
  const people = new Uint32Array(all - pathless);
  /** By person, its number among those with a path, plus 1. */
  const numbers = new Uint32Array(paths.person_hash.length);
  let [own, known] = [0, 0];
  const turns = new WorkTurns();
  for (let path = 0; path < all; path++) {
    if (turns.ends(1_024)) await turns.next();
    if (offsets[path] === offsets[path + 1]) continue;
    numbers[person[path]!] ||= ++known;
    people[own] = numbers[person[path]!]! - 1;
    if (is_order[path] === 0) nulls[own] = 1;
    else [conversions[own], value[own]] = [1, Number(large_micros.get(path) ?? net_micros[path]!) / MICROS_PER_UNIT];
    own_offsets[++own] = offsets[path + 1]!;
  }
  return { paths: { states, codes, offsets: own_offsets, conversions, value, nulls, people }, pathless };
}
