/** Counts everything that the synergies report tells of paths. */
import type { ReportJson } from '../context.ts';
import { type Apart, apartOf, combinationParts, type Summed, summaryOf } from './answer.ts';
import { type ChannelSets, channelSets, eachSet } from './channel-sets.ts';
import { combinationsOf } from './combinations.ts';
import type { ObservedPaths } from './observed-paths.ts';
import { overlapOf } from './overlap.ts';
import { overlapParts, pairRows } from './pair-answer.ts';
import { pairCells, pairChannels, pairNumber } from './pair-cells.ts';
import { DRAWS, FALSE_DISCOVERIES, LEVEL, MIN_OF_EACH_OUTCOME, pairEffects, SEED, tooLittle } from './pair-effects.ts';
import { sumGroups } from './pair-groups.ts';
import { eachSetsOfPeople, type PeopleBySet, peopleBySet } from './people-by-set.ts';
import { addSet, noFigures, type SetSums, sumSets } from './set-sums.ts';

export interface SynergyOptions {
  /** The fewest paths of a combination, or of a cell of a pair. */
  min_support: number;
  /** The most combinations, and the most channels of the overlap, that are listed. */
  limit: number;
  signal?: AbortSignal | undefined;
}

/** So many paths count as one person in the minimum of people: 30 paths ask for 10 people. */
const PATHS_A_PERSON = 3;

export async function countSynergies(
  observed: ObservedPaths,
  apart: Apart,
  { min_support, limit, signal }: SynergyOptions,
): Promise<ReportJson> {
  const minimum = { paths: min_support, people: Math.ceil(min_support / PATHS_A_PERSON) };
  const { names } = observed;
  const sets = await channelSets(observed);
  const sums = await sumSets(observed, sets);
  const people = await peopleBySet(observed, sets);
  signal?.throwIfAborted();
  const channels = await pairChannels(names, sets, sums);
  const cells = await pairCells(people, sets, sums, channels);
  const able = cells.filter((own) => tooLittle(own, minimum) === null);
  const groups = await sumGroups(observed, sets, channels, new Set(able.map(({ a, b }) => pairNumber(a, b))));
  const effects = await pairEffects(cells, groups, minimum, signal);
  signal?.throwIfAborted();
  const combinations = await combinationsOf(observed, people, sets, sums, { limit, minimum });
  return {
    minimum: { ...minimum, orders: MIN_OF_EACH_OUTCOME },
    intervals: { level: LEVEL, draws: DRAWS, seed: SEED, over: 'people' },
    correction: {
      method: 'Benjamini and Hochberg',
      false_discovery_rate: FALSE_DISCOVERIES,
      compared_pairs: able.length,
    },
    summary: summaryOf(await sumAll(people, sets, sums), apart),
    ...apartOf(apart),
    ...combinationParts(names, combinations, minimum),
    pairs: pairRows(names, channels, cells, effects),
    channels_without_pairs: channels.left_out,
    overlap: overlapParts(names, channels, await overlapOf(observed, people, sets, channels), limit),
  };
}

async function sumAll(people_by_set: PeopleBySet, sets: ChannelSets, sums: SetSums): Promise<Summed> {
  const all = { ...noFigures(), people: 0 };
  const multichannel = { ...noFigures(), people: 0 };
  const isMultichannel = (set: number): boolean => sets.starts[set + 1]! - sets.starts[set]! > 1;
  await eachSet(sets, (set) => {
    addSet(all, sums, set);
    if (isMultichannel(set)) addSet(multichannel, sums, set);
  });
  await eachSetsOfPeople(people_by_set, (own, times) => {
    all.people += times;
    if (own.some(isMultichannel)) multichannel.people += times;
  });
  return { all, multichannel };
}
