/** The paths that are counted, from those that were read, and what the others are worth. */
import { channelLabel } from '../../enrichment/enrich.ts';
import { ExactSums } from '../../histories/exact.ts';
import { randomGroupOf } from '../../learning/random-groups.ts';
import type { OrderPaths } from '../../models/paths/order-paths.ts';
import { columnValue } from '../../models/paths/state-naming.ts';
import { inBlocks } from '../../warehouse/work-turns.ts';
import type { Apart } from './answer.ts';
import type { ObservedPaths } from './observed-paths.ts';
import type { PathFigures } from './set-sums.ts';

/** Where a path is counted. */
const PLACES = { counted: 0, without_touch: 1, filtered: 2, only_refunds: 3 } as const;

export interface PathsToCount {
  observed: ObservedPaths;
  apart: Apart;
}

/** Chooses the paths to count. @param by the key about the touch that names channels. */
export async function pathsToCount(read: OrderPaths, by: string): Promise<PathsToCount> {
  const { names, code_of } = namesBy(read.states, by);
  const place = await placesOf(read);
  const counted = await listOf(place);
  const offsets = new Uint32Array(counted.length + 1);
  await inBlocks(counted.length, (from, until) => {
    for (let i = from; i < until; i++)
      offsets[i + 1] = offsets[i]! + read.offsets[counted[i]! + 1]! - read.offsets[counted[i]!]!;
  });
  const codes = new Uint16Array(offsets[counted.length]!);
  const large = new Map<number, bigint>();
  const micros = new Float64Array(counted.length);
  const weight = new Uint32Array(counted.length);
  const is_order = new Uint8Array(counted.length);
  const person = new Uint32Array(counted.length);
  await inBlocks(counted.length, (from, until) => {
    for (let i = from; i < until; i++) {
      const path = counted[i]!;
      for (let touch = read.offsets[path]!, to = offsets[i]!; to < offsets[i + 1]!; touch++, to++)
        codes[to] = code_of[read.codes[touch]!]!;
      micros[i] = read.net_micros[path]!;
      weight[i] = read.weight[path]!;
      is_order[i] = read.is_order[path]!;
      person[i] = read.person[path]!;
      const value = read.large_micros.size === 0 ? undefined : read.large_micros.get(path);
      if (value !== undefined) large.set(i, value);
    }
  });
  const people = read.person_hash.length;
  const random_group = new Uint16Array(people);
  await inBlocks(people, (from, until) => {
    for (let p = from; p < until; p++) random_group[p] = randomGroupOf(read.person_hash[p]!);
  });
  return {
    observed: { names, codes, offsets, weight, is_order, micros, large, person, people, random_group },
    apart: await sumApart(read, place),
  };
}

/** The names of channels in order, and the code of each state. */
function namesBy(states: readonly string[], by: string): { names: Array<string | null>; code_of: Uint16Array } {
  const values = states.map((state) => {
    // A name is never empty.
    const value = columnValue(state) || null;
    return by === 'channel' && value !== null ? channelLabel(value) || value : value;
  });
  const names = [...new Set(values)].sort((a, b) => (a === null ? -1 : b === null ? 1 : a < b ? -1 : 1));
  const codes = new Map(names.map((name, code) => [name, code]));
  return { names, code_of: Uint16Array.from(values, (value) => codes.get(value)!) };
}

async function placesOf({ offsets, shown, is_order, counted }: OrderPaths): Promise<Uint8Array> {
  const place = new Uint8Array(is_order.length);
  const passes = (path: number): boolean => {
    if (shown === null) return true;
    for (let touch = offsets[path]!; touch < offsets[path + 1]!; touch++) if (shown[touch] === 1) return true;
    return false;
  };
  await inBlocks(is_order.length, (from, until) => {
    for (let path = from; path < until; path++) {
      if (is_order[path] === 1 && counted[path] === 0) place[path] = PLACES.only_refunds;
      else if (offsets[path] === offsets[path + 1]) place[path] = PLACES.without_touch;
      else place[path] = passes(path) ? PLACES.counted : PLACES.filtered;
    }
  });
  return place;
}

async function listOf(place: Uint8Array): Promise<Uint32Array> {
  const list = new Uint32Array(place.length);
  let count = 0;
  await inBlocks(place.length, (from, until) => {
    for (let path = from; path < until; path++) if (place[path] === PLACES.counted) list[count++] = path;
  });
  return list.subarray(0, count);
}

async function sumApart(
  { weight, is_order, counted, net_micros, large_micros }: OrderPaths,
  place: Uint8Array,
): Promise<Apart> {
  const paths = new Float64Array(4);
  const orders = new Float64Array(4);
  const micros = new ExactSums();
  await inBlocks(place.length, (from, until) => {
    for (let path = from; path < until; path++) {
      const at = place[path]!;
      paths[at]! += weight[path]!;
      orders[at]! += is_order[path]! & counted[path]!;
      micros.add(at, net_micros[path]!);
    }
  });
  for (const [path, value] of large_micros) micros.addLarge(place[path]!, value);
  const of = (at: number): PathFigures => ({
    paths: paths[at]!,
    orders: orders[at]!,
    touches: 0,
    micros: micros.total(at),
  });
  return {
    without_path: of(PLACES.without_touch),
    filtered: of(PLACES.filtered),
    only_refunds: of(PLACES.only_refunds),
  };
}
