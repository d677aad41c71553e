/** Counts everything that the synergies report tells of paths. */
import type { ReportJson } from '../context.ts';
import { type Apart, apartOf, combinationParts, type Summed, summaryOf } from './answer.ts';
import { type ChannelSets, channelSets, eachSet } from './channel-sets.ts';
import { combinationsOf } from './combinations.ts';
import { eachPerson, type ObservedPaths, type PathsByPerson, pathsByPerson } from './observed-paths.ts';
import { overlapOf } from './overlap.ts';
import { overlapParts, pairRows } from './pair-answer.ts';
import { pairCells, pairChannels, pairNumber } from './pair-cells.ts';
import { DRAWS, FALSE_DISCOVERIES, LEVEL, MIN_OF_EACH_OUTCOME, pairEffects, SEED, tooLittle } from './pair-effects.ts';
import { sumGroups } from './pair-groups.ts';
import { addSet, noFigures, type SetSums, sumSets } from './set-sums.ts';

export interface SynergyOptions {
  /** The fewest paths of a combination, or of a cell of a pair. */
  min_support: number;
  /** The most combinations, and the most channels of the overlap, that are listed. */
  limit: number;
  signal?: AbortSignal | undefined;
}

/** One person in three paths: the same shop asks for 10 people where it asks for 30 paths. */
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
  const by_person = await pathsByPerson(observed);
  signal?.throwIfAborted();
  const channels = await pairChannels(names, sets, sums);
  const cells = await pairCells(by_person, sets, sums, channels);
  const able = cells.filter((own) => tooLittle(own, minimum) === null);
  const groups = await sumGroups(observed, sets, channels, new Set(able.map(({ a, b }) => pairNumber(a, b))));
  const effects = await pairEffects(cells, groups, minimum, signal);
  signal?.throwIfAborted();
  const combinations = await combinationsOf(observed, by_person, sets, sums, { limit, minimum });
  return {
    minimum: { ...minimum, orders: MIN_OF_EACH_OUTCOME },
    intervals: { level: LEVEL, draws: DRAWS, seed: SEED, over: 'people' },
    correction: {
      method: 'Benjamini and Hochberg',
      false_discovery_rate: FALSE_DISCOVERIES,
      compared_pairs: able.length,
    },
    summary: summaryOf(await sumAll(by_person, sets, sums), apart),
    ...apartOf(apart),
    ...combinationParts(names, combinations, minimum),
    pairs: pairRows(names, channels, cells, effects),
    channels_without_pairs: channels.left_out,
    overlap: overlapParts(names, channels, await overlapOf(observed, by_person, sets, channels), limit),
  };
}

async function sumAll(by_person: PathsByPerson, sets: ChannelSets, sums: SetSums): Promise<Summed> {
  const [all, multichannel] = [noFigures(), noFigures()];
  const isMultichannel = (set: number): boolean => sets.starts[set + 1]! - sets.starts[set]! > 1;
  await eachSet(sets, (set) => {
    addSet(all, sums, set);
    if (isMultichannel(set)) addSet(multichannel, sums, set);
  });
  let people = 0;
  let multichannel_people = 0;
  await eachPerson(by_person, (from, until) => {
    people += 1;
    for (let i = from; i < until; i++)
      if (isMultichannel(sets.of_path[by_person.paths[i]!]!)) {
        multichannel_people += 1;
        return;
      }
  });
  return { all: { ...all, people }, multichannel: { ...multichannel, people: multichannel_people } };
}
