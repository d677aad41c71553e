/** The combinations of channels: what the paths with exactly these channels add up to, with intervals over people. */
import type { Interval } from '../../learning/bootstrap.ts';
import { RANDOM_GROUPS } from '../../learning/random-groups.ts';
import { inBlocks } from '../../warehouse/work-turns.ts';
import { type ChannelSets, eachSet, membersOf } from './channel-sets.ts';
import { type RowGroups, rateInterval, revenueInterval } from './combination-intervals.ts';
import type { ObservedPaths } from './observed-paths.ts';
import type { Minimum } from './pair-effects.ts';
import { eachSetsOfPeople, type PeopleBySet } from './people-by-set.ts';
import { addSet, noFigures, type PathFigures, type SetSums } from './set-sums.ts';

export interface Combination extends PathFigures {
  /** The codes of its channels, ascending; empty for the rest. */
  members: Uint32Array;
  people: number;
  /** Null below the minimum. */
  rate_interval: Interval | null;
  revenue_interval: Interval | null;
}

export interface Combinations {
  /** Those with most paths first. */
  rows: Combination[];
  /** All others together, and how many they are; null if there are none. */
  rest: (Combination & { combinations: number }) | null;
}

/** Counts every combination. @param limit the most rows. */
export async function combinationsOf(
  observed: ObservedPaths,
  people_by_set: PeopleBySet,
  sets: ChannelSets,
  sums: SetSums,
  { limit, minimum }: { limit: number; minimum: Minimum },
): Promise<Combinations> {
  const shown = await mostPaths(sets, sums, limit);
  const figures = Array.from({ length: shown.length + 1 }, noFigures);
  const row_of_set = new Uint32Array(sets.count).fill(shown.length);
  for (const [row, set] of shown.entries()) row_of_set[set] = row;
  await eachSet(sets, (set) => addSet(figures[row_of_set[set]!]!, sums, set));
  const rowOf = (path: number): number => row_of_set[sets.of_path[path]!]!;
  const people = await peopleByRow(people_by_set, row_of_set, figures.length);
  const supported = figures.map(({ paths }, row) => paths >= minimum.paths && people[row]! >= minimum.people);
  supported[shown.length] = false;
  const groups = await groupsByRow(observed, rowOf, supported);
  const rows = figures.map((own, row): Combination => {
    const of_row = groups[row] ?? null;
    return {
      ...own,
      members: row < shown.length ? membersOf(sets, shown[row]!) : new Uint32Array(0),
      people: people[row]!,
      rate_interval: of_row && rateInterval(own, people[row]!, of_row),
      revenue_interval: of_row && revenueInterval(own, of_row),
    };
  });
  const rest = rows.pop()!;
  const combinations = sets.count - shown.length;
  return { rows, rest: combinations === 0 ? null : { ...rest, combinations } };
}

/** The sets with most paths; of equal ones, those whose first different channel comes first. */
async function mostPaths(sets: ChannelSets, { paths }: SetSums, limit: number): Promise<number[]> {
  const compare = (a: number, b: number): number =>
    paths[b]! - paths[a]! || compareMembers(membersOf(sets, a), membersOf(sets, b));
  let kept: number[] = [];
  await eachSet(sets, (set) => {
    if (kept.length >= 2 * limit) kept = kept.sort(compare).slice(0, limit);
    kept.push(set);
  });
  return kept.sort(compare).slice(0, limit);
}

function compareMembers(a: Uint32Array, b: Uint32Array): number {
  const i = a.findIndex((code, at) => code !== b[at]);
  return i < 0 ? a.length - b.length : i >= b.length ? 1 : a[i]! - b[i]!;
}

async function peopleByRow(people_by_set: PeopleBySet, row_of_set: Uint32Array, rows: number): Promise<Float64Array> {
  const people = new Float64Array(rows);
  const seen_at = new Uint32Array(rows);
  let time = 0;
  await eachSetsOfPeople(people_by_set, (own, times) => {
    time += 1;
    for (const set of own) {
      const row = row_of_set[set]!;
      if (seen_at[row] === time) continue;
      seen_at[row] = time;
      people[row]! += times;
    }
  });
  return people;
}

async function groupsByRow(
  { person, random_group, weight, is_order, micros, large }: ObservedPaths,
  rowOf: (path: number) => number,
  wanted: readonly boolean[],
): Promise<Array<RowGroups | null>> {
  const room = (): Float64Array => new Float64Array(RANDOM_GROUPS);
  const groups = wanted.map((is_wanted) => (is_wanted ? { paths: room(), orders: room(), revenue: room() } : null));
  await inBlocks(person.length, (from, until) => {
    for (let path = from; path < until; path++) {
      const own = groups[rowOf(path)];
      if (!own) continue;
      const group = random_group[person[path]!]!;
      own.paths[group]! += weight[path]!;
      own.orders[group]! += is_order[path]!;
      own.revenue[group]! += large.size > 0 ? Number(large.get(path) ?? micros[path]!) : micros[path]!;
    }
  });
  return groups;
}
