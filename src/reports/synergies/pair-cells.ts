/** The 2 x 2 cells of each pair of channels: paths with neither, with one and with both. Other channels may be on all of them. */
import { type ChannelSets, eachSet, membersOf } from './channel-sets.ts';
import { eachSetsOfPeople, type PeopleBySet } from './people-by-set.ts';
import { addSet, noFigures, type PathFigures, type SetSums } from './set-sums.ts';

/** Pairs are of the channels with most paths: a path's channels fit in the bits of one number. */
export const MAX_PAIRED_CHANNELS = 30;

/** The channels whose pairs are compared. */
export interface PairedChannels {
  /** Their codes; those with most paths first. */
  readonly codes: readonly number[];
  /** Channels that are in no pair because others have more paths. */
  readonly left_out: number;
  /** The channels of each set as bits: bit i is `codes[i]`. */
  readonly bits_of_set: Int32Array;
}

/** Chooses the channels with most paths; of equal ones, those whose names come first. */
export async function pairChannels(
  names: ReadonlyArray<string | null>,
  sets: ChannelSets,
  sums: SetSums,
): Promise<PairedChannels> {
  const paths = new Float64Array(names.length);
  await eachSet(sets, (set) => {
    for (const code of membersOf(sets, set)) paths[code]! += sums.paths[set]!;
  });
  const used = [...paths.keys()].filter((code) => paths[code]! > 0);
  const order = used.sort((a, b) => paths[b]! - paths[a]! || ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1));
  const codes = order.slice(0, MAX_PAIRED_CHANNELS);
  const bit = new Map(codes.map((code, i) => [code, 1 << i]));
  const bits_of_set = new Int32Array(sets.count);
  await eachSet(sets, (set) => {
    for (const code of membersOf(sets, set)) bits_of_set[set]! |= bit.get(code) ?? 0;
  });
  return { codes, left_out: order.length - codes.length, bits_of_set };
}

export const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits);

/** The places of the bits that are set, ascending. */
export function bitsOf(bits: number): number[] {
  const places = [];
  for (let rest = bits; rest !== 0; rest &= rest - 1) places.push(lowestBit(rest));
  return places;
}

/** The number of a pair among those of `channels` channels. @param a less than b. */
export const pairNumber = (a: number, b: number): number => (b * (b - 1)) / 2 + a;

export const CELLS = ['neither', 'only_a', 'only_b', 'both'] as const;

export interface Cell extends PathFigures {
  people: number;
}

export interface PairCells {
  /** Bits of the channels; a less than b. */
  a: number;
  b: number;
  neither: Cell;
  only_a: Cell;
  only_b: Cell;
  both: Cell;
}

/** The cells of all pairs, exact. */
export async function pairCells(
  people_by_set: PeopleBySet,
  sets: ChannelSets,
  sums: SetSums,
  channels: PairedChannels,
): Promise<PairCells[]> {
  const count = channels.codes.length;
  const all = noFigures();
  const with_one = Array.from({ length: count }, noFigures);
  const with_both = Array.from({ length: pairNumber(0, count) }, noFigures);
  await eachSet(sets, (set) => {
    addSet(all, sums, set);
    const members = bitsOf(channels.bits_of_set[set]!);
    for (const [i, b] of members.entries()) {
      addSet(with_one[b]!, sums, set);
      for (const a of members.slice(0, i)) addSet(with_both[pairNumber(a, b)]!, sums, set);
    }
  });
  const people = await peopleInCells(people_by_set, channels);
  const cells: PairCells[] = [];
  for (let b = 1; b < count; b++)
    for (let a = 0; a < b; a++) {
      const pair = pairNumber(a, b);
      const both = with_both[pair]!;
      const [only_a, only_b] = [less(with_one[a]!, both), less(with_one[b]!, both)];
      const neither = less(less(less(all, only_a), only_b), both);
      cells.push({
        a,
        b,
        neither: { ...neither, people: people.neither(a, b) },
        only_a: { ...only_a, people: people.only(a, b) },
        only_b: { ...only_b, people: people.only(b, a) },
        both: { ...both, people: people.both(a, b) },
      });
    }
  return cells;
}

function less(from: PathFigures, taken: PathFigures): PathFigures {
  return {
    paths: from.paths - taken.paths,
    orders: from.orders - taken.orders,
    touches: from.touches - taken.touches,
    micros: from.micros - taken.micros,
  };
}

interface PeopleInCells {
  neither(a: number, b: number): number;
  /** People with a path that has the first channel and not the second. */
  only(a: number, b: number): number;
  both(a: number, b: number): number;
}

/**
 * Counts the people with a path in each cell. A person may be in several cells. Only pairs of which a person met both channels are
 * looked at one by one: who never met B has a path with only A if any has A, and one with neither if not all have A.
 */
async function peopleInCells(people_by_set: PeopleBySet, channels: PairedChannels): Promise<PeopleInCells> {
  const count = channels.codes.length;
  const met = new Float64Array(count);
  const on_all = new Float64Array(count);
  const pairs = pairNumber(0, count);
  const both = new Float64Array(pairs);
  /** People who met both channels, and have no path with only one of them: with only the first bit, with only the second. */
  const never_only_a = new Float64Array(pairs);
  const never_only_b = new Float64Array(pairs);
  /** How many more people have one of the channels on every path than have a certain one of them on every path. */
  const one_on_all = new Float64Array(pairs);
  let people = 0;
  await eachSetsOfPeople(people_by_set, (own, times) => {
    people += times;
    let any = 0;
    let every = -1;
    for (const set of own) {
      any |= channels.bits_of_set[set]!;
      every &= channels.bits_of_set[set]!;
    }
    const members = bitsOf(any);
    for (const [i, b] of members.entries()) {
      met[b]! += times;
      const b_on_all = (every >> b) & 1;
      on_all[b]! += times * b_on_all;
      for (const a of members.slice(0, i)) {
        const pair = pairNumber(a, b);
        let cells = 0;
        for (const set of own) {
          const bits = channels.bits_of_set[set]!;
          cells |= 1 << (((bits >> a) & 1) | (((bits >> b) & 1) << 1));
        }
        both[pair]! += times * ((cells >> 3) & 1);
        never_only_a[pair]! += times * (1 - ((cells >> 1) & 1));
        never_only_b[pair]! += times * (1 - ((cells >> 2) & 1));
        one_on_all[pair]! += times * (1 - (cells & 1) - ((every >> a) & 1) - b_on_all);
      }
    }
  });
  const at = (a: number, b: number): number => (a < b ? pairNumber(a, b) : pairNumber(b, a));
  return {
    neither: (a, b) => people - on_all[a]! - on_all[b]! - one_on_all[at(a, b)]!,
    only: (a, b) => met[a]! - (a < b ? never_only_a : never_only_b)[at(a, b)]!,
    both: (a, b) => both[at(a, b)]!,
  };
}
